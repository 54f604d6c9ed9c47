"""What stands in a cell is judged at the cell, and no otherwise than the tables are read."""

import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.policy.editing import rows_of, with_cell, with_rows
from sekisho.policy.read import read
from sekisho.policy.sheets import Unreadable
from sekisho.policy.vocabulary import grammar_of, lists_of, problems_of, sheets_of
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in

TAKUSO = "託送業務システム"
RULES = f"{TAKUSO}/判定表.csv"
TEXTS = (
    *(
        "",
        "－",
        "-",
        "？",
        "以外:",
        "以外:関係小売営業",
        "関係小売営業、関係小売委託",
        "関係小売榮業",
    ),
    *("表示", "表じ", "拒否", "要", "不要", "なし", "する", "2026-04-01", "2026/4/1", "3", "三"),
)


@cache
def files():
    return files_in(shipped("tables"))


def wrong(changed, path):
    folder = path.partition("/")[0] if "/" in path else ""
    return problems_of(rows_of(changed, path), lists_of(changed, folder=folder))


def stopping(changed):
    try:
        read(changed)
    except Unreadable as error:
        return error.errors
    return ()


@pytest.mark.parametrize("folder", ["", TAKUSO, "コールセンターシステム"])
def test_the_shipped_sheets_say_nothing_wrong(folder):
    paths = sheets_of(files(), folder=folder)

    assert len(paths) >= 4
    assert [found for path in paths if (found := wrong(files(), path))] == []


@settings(max_examples=150, deadline=None)
@given(data=st.data(), text=st.sampled_from(TEXTS))
def test_what_stops_the_reading_stands_at_its_cell(data, text):
    path = data.draw(st.sampled_from(sheets_of(files(), folder=TAKUSO)))
    grid = rows_of(files(), path)
    row = data.draw(st.sampled_from(grid.rows))
    column = data.draw(st.sampled_from([c for c in grid.columns if c not in grid.key]))
    changed = with_cell(files(), path, row=row.id, column=column, value=text)

    if stops := stopping(changed):
        found = wrong(changed, path)
        assert list(found) == [(row.id, column)]
        assert found[row.id, column].problem == stops[0].problem
        assert found[row.id, column].remedy


def test_several_mistakes_in_one_row_are_all_named():
    changed = with_cell(files(), RULES, row="B01", column="条件:閲覧者区分", value="関係小売榮業")
    changed = with_cell(changed, RULES, row="B01", column="結果:契約", value="")
    changed = with_cell(changed, RULES, row="B01", column="適用開始", value="R8.4.1")

    found = wrong(changed, RULES)

    assert [column for _, column in found] == ["条件:閲覧者区分", "結果:契約", "適用開始"]
    assert "近い語: 関係小売営業" in found["B01", "条件:閲覧者区分"].problem


def test_an_id_that_is_there_twice_is_named_at_the_second_row():
    grid = rows_of(files(), RULES)
    twice = [row.cells for row in grid.rows] + [grid.by_id["B01"].cells]
    changed = with_rows(files(), RULES, columns=grid.columns, rows=twice)

    found = wrong(changed, RULES)

    assert list(found) == [("B01＃2", "規則ID")]
    assert re.search("重複しています（.*行目 にもあります）", found["B01＃2", "規則ID"].problem)


def test_a_screen_or_field_that_does_not_exist_is_named_with_those_that_do():
    path = f"{TAKUSO}/画面項目.csv"
    row = rows_of(files(), path).rows[0]
    changed = with_cell(files(), path, row=row.id, column="項目ID", value="supply_point_n")

    ((_, column), error) = next(iter(wrong(changed, path).items()))

    assert column == "項目ID"
    assert "supply_point_no" in error.problem


@pytest.mark.parametrize(
    ("path", "column", "offered"),
    [
        (RULES, "条件:状況", "－ 訓練 非常災害 平常"),
        (RULES, "結果:レコード", "－ 表示 拒否"),
        (RULES, "義務:同意確認", "－ 不要 要"),
        (f"{TAKUSO}/整理表.csv", "上限:国", "表示 一部 符号化 非表示 拒否"),
        (f"{TAKUSO}/試験例.csv", "条件:状況", "訓練 非常災害 平常 ？"),
        (f"{TAKUSO}/画面遷移.csv", "引継ぎ", "なし 検索条件 内部ID"),
        ("属性.csv", "側", "閲覧者 要求 記録"),
    ],
)
def test_a_cell_offers_the_words_of_its_list(path, column, offered):
    folder = path.partition("/")[0] if "/" in path else ""

    grammar = grammar_of(path, column, lists_of(files(), folder=folder))

    assert " ".join(grammar.offered) == offered


def test_a_value_that_the_draft_adds_is_offered_at_once():
    path = "属性.csv"
    grid = rows_of(files(), path)
    rows = [dict(row.cells) for row in grid.rows]
    new = next(row for row in rows if row["属性"] == "状況") | {"値": "試運転", "値の符号": "trial"}
    changed = with_rows(files(), path, columns=grid.columns, rows=[*rows, new])

    assert "試運転" in grammar_of(RULES, "条件:状況", lists_of(changed, folder=TAKUSO)).words
