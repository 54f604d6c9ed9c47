"""Where something stands: in words, and as file, line, row and column for whoever needs those."""

from collections.abc import Mapping
from typing import Self

NONE: Mapping[str, int] = {}


class Place(str):
    """The words of a place, which are what it says and compares as, and what they stand for.

    file:    the path of the sheet (`託送業務システム/判定表.csv`).
    line:    the line of the file, from 1; 0: the whole file.
    row:     the record, from 1 with the heading; it is the row of a spreadsheet. A quoted cell
             carries a record over several lines, so it may be less than `line`.
    columns: the name of each column -> its number, from 1.
    column:  the number of the one that is meant; 0: the whole row.
    id:      the name of the row.
    """

    __slots__ = ("column", "columns", "file", "id", "line", "row")

    file: str
    line: int
    row: int
    columns: Mapping[str, int]
    column: int
    id: str

    def __new__(
        cls,
        words: str = "",
        *,
        file: str = "",
        line: int = 0,
        row: int = 0,
        columns: Mapping[str, int] = NONE,
        column: int = 0,
        id: str = "",  # noqa: A002 -- as the rows of a sheet have it
    ) -> Self:
        place = super().__new__(cls, words)
        place.file, place.line, place.row = file, line, row
        place.columns, place.column, place.id = columns, column, id
        return place

    def at(self, column: str) -> "Place":
        """Return the cell of this row in `column`, in the same words. Unknown: the whole row."""
        return self.told(self, column=column)

    def told(self, words: str, *, column: str = "") -> "Place":
        """Return this place in other words; with `column`, the cell of this row there."""
        return Place(
            words,
            file=self.file,
            line=self.line,
            row=self.row,
            columns=self.columns,
            column=self.columns.get(column, 0) if column else self.column,
            id=self.id,
        )
