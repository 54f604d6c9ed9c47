"""A row as a person rewrites it: many cells at once, or as a copy with a name of its own."""

from collections.abc import Mapping

from sekisho.policy.editing import Files, Grid, UnknownRow, fresh_id, rows_of, with_cell


def with_cells(files: Files, path: str, *, row: str, cells: Mapping[str, str]) -> Files:
    """Return `files` with several cells of one row written; its id last, as it names the row.

    Raises as `with_cell` does: UnknownRow, UnknownColumn, DuplicateId.
    """
    grid = rows_of(files, path)
    place = [one.id for one in grid.rows].index(grid.row(row).id)
    for column in sorted(cells, key=lambda column: column in grid.key):
        name = rows_of(files, path).rows[place].id
        files = with_cell(files, path, row=name, column=column, value=cells[column])
    return files


def name_after(grid: Grid, *, like: str) -> dict[str, str]:
    """Return the cells that give a new row a name of its own, counted on from the row `like`.

    Where several columns name a row, the second one is changed (属性＋値: another value).
    """
    row = grid.row(like)
    if len(grid.key) == 1:
        return {grid.key[0]: fresh_id(grid, like=row.cells[grid.key[0]])}
    column, number = grid.key[1], 2
    taken = {one.cells[column] for one in grid.rows}
    while (name := f"{row.cells[column]}_{number}") in taken:
        number += 1
    return {column: name}


def beside(grid: Grid, row: str) -> str:
    """Return the row that takes the place of `row` when it goes: the next one, or the one before.

    Raises UnknownRow where it is gone already.
    """
    names = [one.id for one in grid.rows]
    if row not in names:
        raise UnknownRow(
            f"行「{row}」がありません",
            place=grid.path,
            remedy="もう消されています。表を開き直してください",
        )
    at = names.index(row)
    return (names[at + 1 : at + 2] or names[max(at - 1, 0) : at] or [""])[0]
