"""The parts of the extra `[reports]`, reached only when a report is made."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from sekisho.errors import SekishoError


class ReportsNotInstalled(SekishoError):
    """The extra that writes reports is missing."""


def part(name: str, *, makes: str) -> Any:  # noqa: ANN401 - a module, with the names that it has
    """Return the module `name`, or say which extra to install. makes: PDF, Excel, Word."""
    try:
        return import_module(name)
    except ImportError as error:
        raise ReportsNotInstalled(
            f"{makes} を作る部品が入っていません",
            place="報告",
            remedy="sekisho[reports] を入れてください",
        ) from error


def missing(*names: str) -> tuple[str, ...]:
    """Return which of the modules `names` are not installed. None of them is loaded for that."""
    return tuple(name for name in names if find_spec(name) is None)
