"""What is wrong with a line of news: where, what, and what to do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something in one line.

    line:    its number in the file, from 1 as a spreadsheet counts; 0 is the whole file.
    column:  the heading of the cell, or "".
    cell:    what stands there, as it came.
    refused: the line is not taken. Otherwise it is, and a person should know.
    """

    line: int
    column: str = ""
    cell: str = ""
    problem: str
    remedy: str
    refused: bool = True

    @property
    def place(self) -> str:
        if not self.line:
            return "ファイル全体"
        return f"{self.line}行目" + (f" {self.column}" if self.column else "")

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}。{self.remedy}"
