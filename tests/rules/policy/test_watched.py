"""Watched combinations are read with the tables and are part of the hash; no answer needs them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.policy.cubes import meet, size
from sekisho.policy.read import WATCHED, hash_of, read
from sekisho.policy.sheets import Unreadable
from sekisho.policy.watched import Watched, rules_for, shown_in
from sekisho.proof.certificate import proofs
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in, shipped_policy
from tests.rules.policy.tables import contexts, open_rule_lists, table_of, wheres

FILES = files_in(shipped("tables"))
WITHOUT = {path: data for path, data in FILES.items() if path != WATCHED}

EVERY_DETAIL = ["W99", "詳細の全部", "－", *["－"] * 7, "詳細", "－", "－", "例", ""]


def rows():
    return list(csv.reader(io.StringIO(FILES[WATCHED].decode())))


def with_rows(*lines):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(lines)
    return FILES | {WATCHED: out.getvalue().encode()}


def test_the_shipped_sheet_is_read_and_each_row_says_why():
    watched = shipped_policy().watched

    assert 6 <= len(watched) <= 10
    assert all(row.sentence and row.basis and row.where for row in watched)


def test_the_sheet_may_be_left_out_and_is_part_of_the_hash():
    assert read(WITHOUT).watched == ()
    assert read(WITHOUT).hash == hash_of(WITHOUT) != shipped_policy().hash


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(WITHOUT, id="表を外す"),
        pytest.param(with_rows(*rows()[:3]), id="行を減らす"),
        pytest.param(with_rows(*rows(), EVERY_DETAIL), id="多くの閲覧に当たる行を足す"),
    ],
)  # fmt: skip
def test_no_proof_and_no_version_of_a_system_depends_on_what_is_watched(files):
    policy = read(files)
    system = frozenset({"takuso"})

    assert policy.systems["takuso"].hash == shipped_policy().systems["takuso"].hash
    assert list(proofs(policy, systems=system)) == list(proofs(shipped_policy(), systems=system))


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        pytest.param(3, "", "空欄", id="空の条件"),
        pytest.param(3, "新電気", "一覧にありません", id="知らない値"),
        pytest.param(2, "託送業務システムズ", "一覧にありません", id="知らないシステム"),
        pytest.param(13, "", "「根拠」が空欄", id="根拠がない"),
        pytest.param(5, "－", "どの閲覧にも当たります", id="すべてに当たる"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused_by_name(column, cell, says):
    head, first = rows()[0], ["W99", "例", "－", "－", "－", "訓練", *["－"] * 7, "根拠", ""]
    first[column] = cell

    with pytest.raises(Unreadable, match=says) as caught:
        read(with_rows(head, first))

    assert "見張り.csv 2行目" in caught.value.place


@given(contexts, wheres)
def test_a_combination_holds_only_where_every_value_is_known(context, where):
    watched = Watched(id="W", sentence="例", systems=frozenset(), where=where, basis="例")

    assert watched.holds(context) == all(
        name in context and context[name] in words for name, words in where.items()
    )


@given(open_rule_lists, wheres, st.sampled_from(range(18)))
def test_what_would_be_shown_is_exactly_what_the_table_shows_there(rules, where, number):
    table = table_of(rules)
    watched = Watched(id="W", sentence="例", systems=frozenset(), where=where, basis="例")
    boxes = shown_in(table, watched)
    context = list(table.contexts(table.everything))[number]
    inside = watched.holds(context)
    cube = table.cube({name: frozenset({word}) for name, word in context.items()})

    partly = {name: word for name, word in context.items() if name != "認証"}
    wide = table.cube({name: frozenset({word}) for name, word in partly.items()})

    shown = inside and table.decide(context).row == 0
    assert sum(meet(box.cube, cube) is not None for box in boxes) == shown
    assert set(rules_for(table, context)) == set(table.ids(table.live(context)))
    assert set(rules_for(table, partly)) == {r.id for r in rules if meet(r.cube, wide)}
    assert rules_for(table, {**context, "認証": "表にない値"}) == ()
    assert sum(size(box.cube) for box in boxes) <= size(table.cube(where))
