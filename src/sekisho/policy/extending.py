"""A new value, attribute or item class, in every sheet that has to have a column for it.

What is new begins closed: a class is said by no rule, so it is 拒否; an attribute is free in every
row, so every row says what it said. A value is taken in by － and 以外:, which
`sekisho.policy.widening` lists.
"""

from collections.abc import Mapping, Sequence

from sekisho.policy.cells import ANY, plain
from sekisho.policy.editing import Files, Grid, rows_of, with_columns, with_row, with_rows
from sekisho.policy.read import ATTRIBUTES, CLASSES
from sekisho.policy.read_system import CONDITION, EXAMPLES, EXPECTED, RESULT, RULES
from sekisho.policy.treatment import ROW, Treatment


def with_value(files: Files, *, cells: Mapping[str, str]) -> dict[str, bytes]:
    """Return `files` with a value of an attribute that is there, behind its last one.

    cells: column of 属性.csv -> text. Raises UnknownColumn, or DuplicateId where it is there.
    """
    behind = [
        row.id
        for row in rows_of(files, ATTRIBUTES).rows
        if plain(row.cells.get("属性", "")) == plain(cells.get("属性", ""))
    ]
    return with_row(files, ATTRIBUTES, cells=cells, after=behind[-1] if behind else None)


def with_attribute(
    files: Files, *, values: Sequence[Mapping[str, str]], example: str
) -> dict[str, bytes]:
    """Return `files` with an attribute that every rule, invariant and watch leaves free.

    values:  a row of 属性.csv each. example: the value that the agreed examples are meant for.
    """
    for cells in values:
        files = with_row(files, ATTRIBUTES, cells=cells)
    name = CONDITION + plain(values[0]["属性"])
    for path in list(files):
        sheet = path.rpartition("/")[2]
        columns = rows_of(files, path).columns if path.endswith(".csv") else ()
        if any(column.startswith(CONDITION) for column in columns) and name not in columns:
            text = example if sheet == EXAMPLES else ANY
            files = _with_column(files, path, name=name, texts=text, behind=CONDITION)
    return dict(files)


def with_class(files: Files, *, cells: Mapping[str, str]) -> dict[str, bytes]:
    """Return `files` with an item class that no rule opens, and every example expects refused.

    cells: column of 項目区分.csv -> text. Where a rule refuses the row, it refuses the class.
    """
    files = with_row(files, CLASSES, cells=cells)
    name = plain(cells[CLASSES.removesuffix(".csv")])
    refused = Treatment.REFUSE.word
    for path in list(files):
        sheet = path.rpartition("/")[2]
        if sheet == RULES:
            said = [
                refused if plain(row.cells.get(RESULT + ROW, "")) == refused else ANY
                for row in rows_of(files, path).rows
            ]
            files = _with_column(files, path, name=RESULT + name, texts=said, behind=RESULT)
        elif sheet == EXAMPLES:
            files = _with_column(files, path, name=EXPECTED + name, texts=refused, behind=EXPECTED)
    return dict(files)


def _with_column(
    files: Files, path: str, *, name: str, texts: str | Sequence[str], behind: str
) -> dict[str, bytes]:
    """Return `files` with a column behind the last that begins with `behind`."""
    grid = rows_of(files, path)
    wider = with_columns(files, path, columns={name: ANY}, after=_last(grid, behind))
    known = rows_of(wider, path)
    each = [texts] * len(known.rows) if isinstance(texts, str) else texts
    rows = [{**row.cells, name: text} for row, text in zip(known.rows, each, strict=True)]
    return with_rows(wider, path, columns=known.columns, rows=rows)


def _last(grid: Grid, prefix: str) -> str | None:
    return next((one for one in reversed(grid.columns) if one.startswith(prefix)), None)
