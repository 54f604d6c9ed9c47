"""Names of the database, made from the words of the sheets and of nothing else."""

import re

from sekisho.errors import SekishoError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,50}")


class NotAName(SekishoError):
    """A word of a sheet that cannot stand as a name in the database."""


def quoted(name: str) -> str:
    """Return `name` as a quoted SQL identifier.

    Only lower-case ASCII, digits and `_` are let through, at most 51 of them, so that no cell of a
    sheet can ever become a piece of SQL, and `_code` still fits behind it.
    """
    if not _NAME.fullmatch(name):
        raise NotAName(
            f"「{name}」はデータベースの名前にできません",
            place="整理表 項目ID",
            remedy="英小文字で始め、英小文字・数字・「_」だけで50字以内にしてください",
        )
    return f'"{name}"'


def literal(text: str) -> str:
    """Return `text` as an SQL string literal (standard_conforming_strings, no NUL)."""
    if "\0" in text:
        raise NotAName(
            "文字列に NUL が入っています", place="判定表の版", remedy="NUL を除いてください"
        )
    return "'" + text.replace("'", "''") + "'"
