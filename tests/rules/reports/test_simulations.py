"""A simulation in words: the looser first, few people in words, and every number of the picture."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from sekisho.policy.treatment import ROW, Treatment
from sekisho.replay.simulate import Cell, Effect
from sekisho.replay.simulated import Counts, Met, nothing
from sekisho.reports.pictures import comparison
from sekisho.reports.pictures.comparison import Bar
from sekisho.reports.simulations import (
    FEW,
    NO_TRAFFIC,
    csv_of,
    lines,
    period,
    report_of,
    sentence,
)
from sekisho_links.policy.folders import shipped_policy

POLICY = shipped_policy()
CLOSES = Cell(
    system="takuso", viewer="配電現場", relation="他社", kind="詳細", output=ROW,
    before=Treatment.SHOW, after=Treatment.REFUSE,
)  # fmt: skip
OPENS = replace(CLOSES, output="契約", before=Treatment.REFUSE, after=Treatment.PART)
MANY = Counts(accesses=1_200, contracts=30, people=4, retailers=("R1", "R2"))
FEWER = Counts(accesses=2, contracts=2, people=1, retailers=("R1",))


def simulation(*met):
    found = nothing(old="a" * 64, new="b" * 64)
    return replace(
        found,
        effects=found.effects | {Effect.SAME: 50, Effect.STRICTER: 1_200},
        closed=7,
        stricter=MANY,
        cells=met,
        accesses={"takuso": 1_257},
        days={"takuso": 3},
    )


def met(cell, shown=MANY, **more):
    return Met(cell=cell, screens=("TK-310",), fields=("building_room",), shown=shown, **more)


def read(found):
    return lines(found, old=POLICY, new=POLICY)


def test_what_is_looser_stands_first_then_what_was_met_most_often():
    less = replace(CLOSES, kind="一覧")

    found = read(simulation(met(less, FEWER), met(CLOSES), met(OPENS, FEWER)))

    assert [line.met.cell for line in found] == [OPENS, CLOSES, less]
    assert [line.number for line in found] == [2, 1, 0]


def test_a_cell_says_what_changes_in_one_sentence():
    (line,) = read(simulation(met(OPENS)))

    assert line.sentence == "配電現場に、託送業務システムの詳細で、他社の契約の契約が 拒否 → 一部"
    assert line.fields == (POLICY.systems["takuso"].fields["building_room"].name,)


@pytest.mark.parametrize(
    ("counts", "whole", "said"),
    [
        pytest.param(MANY, False, ("1,200", "30", "4", "2"), id="多い"),
        pytest.param(FEWER, False, (FEW, FEW, FEW, FEW), id="三に満たない"),
        pytest.param(FEWER, True, ("2", "2", "1", "1"), id="調査の権限のある人には"),
        pytest.param(replace(MANY, people=2), False, ("1,200", "30", FEW, FEW), id="人だけ少ない"),
        pytest.param(Counts(), False, ("0", "0", "0", "0"), id="ないものはない"),
        pytest.param(replace(MANY, people=3), False, ("1,200", "30", "3", "2"), id="ちょうど三"),
    ],
)
def test_counts_below_three_are_said_in_words(counts, whole, said):
    (line,) = read(simulation(met(CLOSES, counts)))

    assert line.numbers(whole=whole)[:4] == said


def test_no_example_of_few_people_is_shown_to_everybody():
    few, many = read(simulation(met(CLOSES, FEWER), met(OPENS)))[::-1]

    assert (few.may_show_examples(whole=False), few.may_show_examples(whole=True)) == (False, True)
    assert many.may_show_examples(whole=False)


def test_the_sentence_counts_all_looks_and_says_where_there_are_none():
    assert sentence(simulation(met(CLOSES))).startswith("1,257 件の記録のうち、広がる 0 件")
    assert "変わるものはありません" in sentence(simulation())
    assert sentence(nothing(old="a" * 64, new="b" * 64)) == f"{NO_TRAFFIC}。"


def test_the_last_day_is_in_the_period():
    found = replace(simulation(), first=date(2025, 10, 1), until=date(2026, 1, 1))

    assert period(found) == "2025-10-01 から 2025-12-31 まで"
    assert period(simulation()) == "記録のある全期間"


def test_a_report_made_again_is_the_same_and_hides_what_is_few():
    found = simulation(met(CLOSES, FEWER))
    made = datetime(2026, 4, 1, tzinfo=UTC)

    first, again = (
        report_of(found, read(found), change="C-0001", traffic="調査", made_at=made, whole=False)
        for _ in range(2)
    )

    assert first == again
    assert "effects" not in first.numbers
    assert first.sections[1].tables[0].rows[0][8] == FEW


def test_csv_opens_in_an_office_program():
    content = csv_of(read(simulation(met(OPENS), met(CLOSES))), whole=True)

    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["向き", "広がる", "狭まる"]


def bar(**more):
    name = "配電現場 × 他社・契約 拒否 → 一部"
    said = {"name": name, "where": "詳細", "looser": True, "count": 5, "words": "5"}
    return Bar(**said | more)


def test_the_picture_has_a_sign_and_a_number_for_every_bar():
    picture = comparison.drawn([bar(), bar(looser=False, count=9, words="9")])

    assert "＋5" in picture
    assert "－9" in picture
    assert "広がる 5 件" in picture
    assert "狭まる 9 件" in picture


def test_the_picture_says_how_many_bars_it_leaves_out():
    assert "ほかに 3 場面" in comparison.drawn([bar()] * (comparison.MOST + 3))
    assert "ほかに" not in comparison.drawn([bar()] * comparison.MOST)


def test_a_picture_of_nothing_says_so():
    assert "変わる場面はありません" in comparison.drawn([])
