"""Other versions of the tables that ship, each made by editing the files as people do."""

from functools import cache

from sekisho.policy.editing import copied_row, rows_of, with_cell, with_row, without_row
from sekisho.policy.read import read
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in

TAKUSO = "託送業務システム"
RULES, FIELDS = f"{TAKUSO}/判定表.csv", f"{TAKUSO}/整理表.csv"
CLERK = "上限:送配電託送"


@cache
def shipped_files():
    return files_in(shipped("tables"))


def with_ceilings(files, **levels):
    """Return `files` in which clerks of the network see these fields so far and no further."""
    for field, level in levels.items():
        files = with_cell(files, FIELDS, row=field, column=CLERK, value=level)
    return files


def without_islands(files, *, rule="Z01", starts="－", ends="－"):
    """Return `files` with a rule that shows clerks of the network no customer of an island."""
    return copied_row(
        files,
        RULES,
        row="A02",
        cells={
            "規則ID": rule,
            "条件:閲覧者区分": "送配電託送",
            "条件:認証": "－",
            "条件:契約相手": "離島",
            "備考": "試験のための規則",
            "適用開始": starts,
            "適用終了": ends,
        },
    )


def with_field(
    files, field="new_meter_note", *, like="contracted_capacity", screen="TK-310", **cells
):
    """Return `files` with a field like another one, at the end of one screen."""
    files = copied_row(
        files, FIELDS, row=like, cells={"項目ID": field, "項目名": "計器の覚え", **cells}
    )
    row = {
        "画面ID": "TK-310",
        "項目ID": field,
        "項目名": "計器の覚え",
        "用途": "表示",
        "並び": "99",
    }
    return with_row(files, f"{TAKUSO}/画面項目.csv", cells=row)


def without_field(files, field):
    """Return `files` without a field of 託送, which also leaves its screens."""
    items = f"{TAKUSO}/画面項目.csv"
    for row in rows_of(files, items).rows:
        if row.cells["項目ID"] == field:
            files = without_row(files, items, row=row.id)
    return without_row(files, FIELDS, row=field)


def policy_of(files):
    return read(files)
