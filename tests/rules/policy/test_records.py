"""Every column of every sheet is seen when versions are compared, or is known to say nothing."""

import pytest

from sekisho.policy import records
from sekisho.policy.editing import rows_of
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in, shipped_policy

FILES = files_in(shipped("tables"))
SYSTEM = shipped_policy().systems["takuso"]

# What no decision rests on, and is not read, or only counts or repeats what stands elsewhere.
SAYS_NOTHING = {
    "整理表.csv": {"番号"},
    "画面項目.csv": {"項目名"},
    "項目区分.csv": {"含むもの", "競争上の敏感さ", "小売へ出せる根拠", "既定の考え方"},
    "マスク方式.csv": {"注意"},
}


@pytest.mark.parametrize(
    ("sheet", "rows"),
    [
        ("属性.csv", records.values(shipped_policy())),
        ("項目区分.csv", records.classes(shipped_policy())),
        ("マスク方式.csv", records.masks(shipped_policy())),
        ("不変条件.csv", records.invariants(shipped_policy())),
        ("見張り.csv", records.watched(shipped_policy())),
        ("判定表.csv", records.rules(SYSTEM)),
        ("整理表.csv", records.fields(SYSTEM)),
        ("画面.csv", records.screens(SYSTEM)),
        ("画面項目.csv", records.screen_items(SYSTEM)),
        ("画面遷移.csv", records.transitions(SYSTEM)),
        ("試験例.csv", records.examples(SYSTEM)),
    ],
)
def test_every_column_is_compared_or_known_to_say_nothing(sheet, rows):
    (grid,) = (rows_of(FILES, path) for path in FILES if path in (sheet, f"{SYSTEM.name}/{sheet}"))

    compared = {column for cells in rows.values() for column in cells}

    assert {*grid.columns} - {*grid.key} - compared == SAYS_NOTHING.get(sheet, set())
    assert {*rows} == {*grid.by_id}


def test_a_rule_is_told_as_its_row_says_it():
    grid = rows_of(FILES, f"{SYSTEM.name}/判定表.csv")

    for name, cells in records.rules(SYSTEM).items():
        typed = grid.row(name).cells
        differ = {column for column, word in cells.items() if typed[column] != word}
        assert all(column.startswith("条件:") for column in differ)
