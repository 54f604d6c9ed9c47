"""The sheet of each file, and the cell of each place: 「シート「TK_判定表」 C5」."""

import re

from sekisho.policy.cells import plain
from sekisho.policy.place import Place
from sekisho.policy.read import SHARED_SHEETS
from sekisho.policy.read_system import RULES, SYSTEM_SHEETS
from sekisho.policy.system import KEYS
from sekisho_links.workbooks.columns import letters

# A sheet of a system is named 略号_表 (TK_判定表): 31 characters are all that Excel allows.
CODE_OF = {name: code for name, (_, code) in KEYS.items()}
NAME_OF = {code: name for name, code in CODE_OF.items()}
LONGEST_TITLE = 31
COPY = "（横）"  # the copy of a 判定表 with its rules side by side; never read

_OF_FILE = re.compile(r"^(?P<file>[^ ]+\.csv)(?: (?P<line>\d+)行目)?")


def file_of(title: str) -> str | None:
    """Return the path of the file that the sheet `title` stands for, or None."""
    name = plain(title)
    if f"{name}.csv" in SHARED_SHEETS:
        return f"{name}.csv"
    code, _, table = name.rpartition("_")
    if f"{table}.csv" in SYSTEM_SHEETS and code:
        return f"{NAME_OF.get(code.upper(), code)}/{table}.csv"
    return None


def title_of(path: str) -> str:
    """Return the name of the sheet for the file at `path`."""
    folder, _, sheet = path.removesuffix(".csv").rpartition("/")
    return f"{CODE_OF.get(plain(folder), folder)}_{sheet}" if folder else sheet


def copy_of(path: str) -> str:
    """Return the name of the copy of a 判定表 that is only for reading."""
    return title_of(path) + COPY


def copied(title: str) -> str | None:
    """Return the path of the 判定表 that the sheet `title` is a generated copy of, or None."""
    name = plain(title)
    table = file_of(name.removesuffix(plain(COPY))) if name.endswith(plain(COPY)) else None
    return table if table and table.endswith(f"/{RULES}") else None


def order(path: str) -> tuple[int, str, int]:
    """Return where the sheet of `path` stands in a book: shared ones first, then by system."""
    folder, _, sheet = path.rpartition("/")
    if not folder:
        return 0, "", SHARED_SHEETS.index(sheet) if sheet in SHARED_SHEETS else len(SHARED_SHEETS)
    systems = [*KEYS, folder]
    known = sheet in SYSTEM_SHEETS
    return (
        1 + systems.index(folder),
        folder,
        SYSTEM_SHEETS.index(sheet) if known else len(SYSTEM_SHEETS),
    )


def address_of(place: str) -> str:
    """Return the cell, row or sheet of a workbook for a place in the tables.

    place: as errors and findings have it. What is only words is taken as far as they say; what
    is no place in a table comes back as it is.
    """
    if isinstance(place, Place):
        file, row, column = place.file, place.row, place.column
    elif found := _OF_FILE.match(place):
        file, row, column = found["file"], int(found["line"] or 0), 0
    else:
        return place
    if not file.endswith(".csv"):
        return place
    sheet = f"シート「{title_of(file)}」"
    if row and column:
        return f"{sheet} {letters(column)}{row}"
    return f"{sheet} {row}行目" if row else sheet
