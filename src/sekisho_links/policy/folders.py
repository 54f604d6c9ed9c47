"""判定表 as files: one folder a system, one CSV a sheet; what all systems share lies above."""

import unicodedata
from functools import cache
from pathlib import Path

from sekisho.policy.read import read
from sekisho.policy.sheets import MissingSheet
from sekisho.policy.system import Policy
from sekisho_links import shipped
from sekisho_links.policy.workbooks import (
    files_in_archive,
    files_in_workbook,
    policy_in_workbook,
)


def files_in(folder: Path) -> dict[str, bytes]:
    """Return the sheets of a folder of tables by their path in it. Hidden files are left out."""
    files = {}
    for path in sorted((*folder.glob("*.csv"), *folder.glob("*/*.csv"))):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith((".", "~")) for part in parts):
            files[unicodedata.normalize("NFC", "/".join(parts))] = path.read_bytes()
    return files


def policy_in(folder: Path) -> Policy:
    """Return the policy in `folder`. Raises Unreadable with every problem, by file and line."""
    if not folder.is_dir():
        raise MissingSheet(
            "フォルダがありません",
            place=str(folder),
            remedy="判定表のフォルダを指定してください",
        )
    return read(files_in(folder))


def files_at(path: Path) -> dict[str, bytes]:
    """Return the sheets at `path`: a folder, a workbook (.xlsx) or an archive of CSV (.zip)."""
    if not path.is_file():
        return files_in(path)
    return files_in_archive(path) if path.suffix.lower() == ".zip" else files_in_workbook(path)


def policy_at(path: Path) -> Policy:
    """Return the policy at `path`: a folder, a workbook (.xlsx) or an archive of CSV (.zip).

    Raises Unreadable with every problem; those of a workbook are told by sheet and cell.
    """
    if not path.is_file():
        return policy_in(path)
    return read(files_at(path)) if path.suffix.lower() == ".zip" else policy_in_workbook(path)


@cache
def shipped_policy() -> Policy:
    """Return the policy of the seven systems that ships with Sekisho."""
    return policy_in(shipped("tables"))
