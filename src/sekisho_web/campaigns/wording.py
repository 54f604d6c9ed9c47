"""The shipped words of pledges, read once."""

from collections.abc import Sequence
from functools import cache

from sekisho.campaigns import templates as written
from sekisho.campaigns.pledges import Template
from sekisho_links import shipped


@cache
def templates() -> Sequence[Template]:
    """Return every version of every template, in the order in which they are written."""
    path = shipped("content", "pledges.toml")
    return written.read(path.read_text(encoding="utf-8"), place=path.name)


def template(code: str) -> Template | None:
    """Return the version of a template that is signed today, or None where there is none."""
    return written.current(templates()).get(code)
