"""A workbook with 500 rules comes in: read cell by cell, understood, compared with what is live.

floor: the time that a person waits without looking away; all of the import has to fit in it.
"""

import csv
import io
from random import Random

from bench.measure import finish, interleaved, report, short
from sekisho.policy.compare import compare
from sekisho.policy.editing import Files, rows_of, with_cell, with_rows
from sekisho.policy.read import read
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in
from sekisho_links.policy.workbooks import files_in_workbook, write_workbook

RULES = 500
TABLE = "託送業務システム/判定表.csv"
WITHIN = 3.0


def files_of_500() -> dict[str, bytes]:
    """Return the shipped tables; the rules of one system are joined by variants of all others'."""
    files = files_in(shipped("tables"))
    grid = rows_of(files, TABLE)
    every = [
        row.cells
        for path in files
        if path.endswith("/判定表.csv")
        for row in rows_of(files, path).rows
    ]
    random = Random(1)
    rows = [dict(row.cells) for row in grid.rows]
    words = {column: sorted({row[column] for row in every}) for column in grid.columns[1:11]}
    while len(rows) < RULES:
        row = dict(random.choice(every), 規則ID=f"Z{len(rows):03}")
        column = random.choice(list(words))
        rows.append(row | {column: random.choice(words[column])})
    return with_rows(files, TABLE, columns=grid.columns, rows=rows)


def edited(files: Files) -> dict[str, bytes]:
    """Return the tables as a person brings them back: ten rules changed."""
    changed = dict(files)
    for number, row in enumerate(rows_of(files, TABLE).rows[-10:]):
        value = ("－", "関係小売営業", "新電力、国")[number % 3]
        changed = with_cell(changed, TABLE, row=row.id, column="条件:閲覧者区分", value=value)
    return changed


def main() -> None:
    rounds = 3 if short() else 7
    live = files_of_500()
    book = write_workbook(edited(live))
    old = read(live)

    def taken() -> dict[str, bytes]:
        return files_in_workbook(book, base=live)

    def understood() -> None:
        read(taken())

    def compared() -> None:
        new = read(taken())
        found = [
            change for key, one in old.systems.items() for change in compare(one, new.systems[key])
        ]
        assert found

    timings = interleaved(
        {
            "write": lambda: write_workbook(live),
            "cells": taken,
            "read": understood,
            "whole": compared,
        },
        rounds=rounds,
    )
    cells = sum(
        len(row)
        for data in live.values()
        for row in csv.reader(io.StringIO(data.decode(), newline=""))
    )
    held = report(
        bench="workbook-in",
        subject="policy-life",
        value=timings["whole"].median,
        floor=WITHIN,
        ratio=timings["whole"].median / WITHIN,
        bar=1,
        at_most=True,
        rounds=rounds,
        rules=len(rows_of(live, TABLE).rows),
        cells=cells,
        reading_cells=round(timings["cells"].median, 3),
        reading=round(timings["read"].median, 3),
        writing=round(timings["write"].median, 3),
    )
    finish(held=held)


if __name__ == "__main__":
    main()
