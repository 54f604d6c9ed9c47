"""判定表 as files: one folder a system, one CSV a sheet; what all systems share lies above."""

import unicodedata
from functools import cache
from pathlib import Path

from sekisho.policy.read import read
from sekisho.policy.sheets import MissingSheet
from sekisho.policy.system import Policy
from sekisho_links import shipped


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


@cache
def shipped_policy() -> Policy:
    """Return the policy of the seven systems that ships with Sekisho."""
    return policy_in(shipped("tables"))
