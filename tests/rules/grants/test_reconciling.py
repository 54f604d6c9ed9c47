"""Lines of a foreign system beside the uses that were approved: twin and expression agree."""

from dataclasses import replace

import duckdb
import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.grants.reconciling.classes import ABOUT, Class
from sekisho.grants.reconciling.expression import reconciled, tables
from sekisho.grants.reconciling.facts import (
    BREAK,
    NEVER,
    SECOND,
    TABLES,
    Away,
    Facts,
    Grant,
    Life,
    Line,
    Place,
    Reference,
    Stop,
    Use,
    Verdict,
)
from sekisho.grants.reconciling.twin import reconcile, sessions
from tests.rules.grants.twins_of_reconciling import TWINS

MINUTE = 60 * SECOND
T = 20_000 * 24 * 60 * MINUTE  # some day, 00:00Z
SQL = ibis.to_sql(reconciled(tables()), dialect="duckdb")
ARROW = {"string": pa.string(), "int64": pa.int64(), "boolean": pa.bool_()}


ENGINE = duckdb.connect(config={"threads": 1})


def by_engine(lines, facts):
    rows = {
        "lines": lines,
        "accounts": [(account,) for account in facts.accounts],
        **{name: getattr(facts, name) for name in TABLES if name not in ("lines", "accounts")},
    }
    for name, columns in TABLES.items():
        values = list(zip(*rows[name], strict=True)) or [[] for _ in columns]
        arrays = [
            pa.array(list(column), ARROW[kind])
            for column, kind in zip(values, columns.values(), strict=True)
        ]
        ENGINE.register(name, pa.table(arrays, names=list(columns)))
    return [Verdict(*row) for row in ENGINE.execute(f"SELECT * FROM ({SQL}) ORDER BY 1").fetchall()]


moments = st.integers(-40, 240).map(lambda n: T + n * MINUTE) | st.integers(-40 * 60, 240 * 60).map(
    lambda n: T + n * SECOND
)
accounts = st.sampled_from(["A1", "A2"])
objects = st.sampled_from(["", "F1", "F2"])
spans = st.tuples(accounts, moments, st.integers(1, 200).map(lambda n: n * MINUTE)).map(
    lambda one: (one[0], one[1], one[1] + one[2])
)
wide = spans | accounts.map(lambda account: (account, T - 90 * 24 * 60 * MINUTE, NEVER))


@st.composite
def worlds(draw):
    lines = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["A1", "A2", "A3"]),
                moments,
                objects,
                st.sampled_from(["", "10.0.0.1", "10.0.0.2", "192.0.2.9"]),
                st.sampled_from(["", "", "D1", "D2"]),
            ),
            max_size=25,
        )
    )
    grants = [
        Grant(f"G{n}", *span, draw(st.integers(0, 2)))
        for n, span in enumerate(draw(st.lists(wide, max_size=4)))
    ]
    uses = [
        Use(f"U{n}", draw(st.sampled_from([grant.grant for grant in grants] or ["G9"])), *span)
        for n, span in enumerate(draw(st.lists(spans, max_size=5)))
    ]
    names = st.sampled_from([use.use for use in uses] or ["U9"])
    facts = Facts(
        accounts=tuple(draw(st.sets(accounts))),
        lives=[Life(*span) for span in draw(st.lists(wide, max_size=3))],
        stops=[Stop(*span) for span in draw(st.lists(spans, max_size=1))],
        away=[
            Away(*span, draw(st.sampled_from(["", "S1", "S2"])))
            for span in draw(st.lists(spans, max_size=2))
        ],
        grants=grants,
        uses=uses,
        references=[
            Reference(*one)
            for one in draw(st.sets(st.tuples(names, st.sampled_from(["F1", "F2"])), max_size=3))
        ],
        places=draw(
            st.sampled_from(
                [
                    [],
                    [Place("10.0.0.1", "S1", ours=True), Place("10.0.0.2", "S2", ours=True)],
                    [Place("10.0.0.1", "S1", ours=True), Place("192.0.2.9", "R1", ours=False)],
                ]
            )
        ),
    )
    return [Line(n, *line) for n, line in enumerate(lines)], facts


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_the_expression_says_what_the_twin_says(world):
    lines, facts = world

    assert by_engine(lines, facts) == [
        Verdict(v.number, str(v.found), str(v.why), v.use, v.grant) for v in reconcile(lines, facts)
    ]


@settings(max_examples=100, deadline=None)
@given(worlds(), st.randoms())
def test_each_line_has_one_class_whatever_the_order(world, random):
    lines, facts = world
    shuffled = random.sample(lines, len(lines))

    found = reconcile(shuffled, facts)

    assert [verdict.number for verdict in found] == [line.number for line in lines]
    assert found == reconcile(lines, facts)
    assert all(verdict.found in ABOUT for verdict in found)


ORDINARY = Facts(
    accounts=["A1"],
    lives=[Life("A1", T - 1000 * MINUTE)],
    grants=[Grant("G1", "A1", T, T + 30 * MINUTE, 1)],
    uses=[Use("U1", "G1", "A1", T + 5 * MINUTE, T + 25 * MINUTE)],
    references=[Reference("U1", "F1")],
    places=[Place("10.0.0.1", "S1", ours=True), Place("192.0.2.9", "R1", ours=False)],
)


HELD = replace(
    ORDINARY,
    references=(),
    uses=[Use("U1", "G1", "A1", T + 5 * MINUTE, T + 10 * MINUTE)],
    stops=[Stop("A1", T + 10 * MINUTE)],
)
LONG = replace(
    ORDINARY,
    references=(),
    grants=[Grant("G1", "A1", T, T + 600 * MINUTE, 1)],
    uses=[Use("U1", "G1", "A1", T, T + 120 * MINUTE)],
)
LEFT = replace(ORDINARY, lives=[Life("A1", T - 1000 * MINUTE, T - MINUTE)])
AWAY = replace(ORDINARY, away=[Away("A1", T, T + 60 * MINUTE)])
IN_USE = T + 6 * MINUTE
SEEN = replace(
    ORDINARY,
    away=[Away("A1", T, T + 60 * MINUTE, "S2")],
    places=[Place("10.0.0.1", "S1", ours=True), Place("10.0.0.2", "S2", ours=True)],
)

CASES = [
    ("始まりの時刻", ORDINARY, [Line(0, "A1", T + 5 * MINUTE)], "matched"),
    ("終わりから119秒", ORDINARY, [Line(0, "A1", T + 25 * MINUTE + 119 * SECOND)], "matched"),
    ("終わりから120秒", ORDINARY, [Line(0, "A1", T + 25 * MINUTE + 120 * SECOND)], "outside"),
    ("始まりの120秒前", ORDINARY, [Line(0, "A1", T + 5 * MINUTE - 120 * SECOND)], "matched"),
    ("始まりの121秒前", ORDINARY, [Line(0, "A1", T + 5 * MINUTE - 121 * SECOND)], "outside"),
    ("許可も終わった", ORDINARY, [Line(0, "A1", T + 60 * MINUTE)], "no_grant"),
    ("台帳にない", ORDINARY, [Line(0, "A9", IN_USE)], "unknown_id"),
    ("発行の前", ORDINARY, [Line(0, "A1", T - 2000 * MINUTE)], "stopped not_open"),
    ("発令が終わった", LEFT, [Line(0, "A1", IN_USE)], "stopped not_open"),
    ("別の設備", ORDINARY, [Line(0, "A1", IN_USE, "F2")], "off_purpose"),
    ("申請した設備", ORDINARY, [Line(0, "A1", IN_USE, "F1")], "matched"),
    ("小売の出口", ORDINARY, [Line(0, "A1", IN_USE, "F1", "192.0.2.9")], "wrong_place"),
    ("場所が分からない", ORDINARY, [Line(0, "A1", IN_USE, "F1", "203.0.113.1")], "matched"),
    ("別の場所にいた", SEEN, [Line(0, "A1", IN_USE, "F1", "10.0.0.1")], "wrong_person away"),
    ("その場所にいた", SEEN, [Line(0, "A1", IN_USE, "F1", "10.0.0.2")], "matched"),
    ("どこからか分からない", SEEN, [Line(0, "A1", IN_USE, "F1")], "matched"),
    ("休職中", AWAY, [Line(0, "A1", IN_USE)], "wrong_person away"),
    (
        "二つの端末",
        ORDINARY,
        [Line(0, "A1", IN_USE, "F1", "", "D1"), Line(1, "A1", IN_USE + MINUTE, "F1", "", "D2")],
        "wrong_person two_devices",
    ),
    ("停止から1分", HELD, [Line(0, "A1", T + 11 * MINUTE)], "matched"),
    ("停止から2分", HELD, [Line(0, "A1", T + 12 * MINUTE)], "stopped stopped"),
    ("二度目の続き", LONG, [Line(0, "A1", T + BREAK), Line(1, "A1", T)], "outside sessions"),
    ("同じ続き", LONG, [Line(0, "A1", T + BREAK - 1), Line(1, "A1", T)], "matched"),
]


def answers(rule):
    """Return what `rule` says of the first line of each case."""
    said = [rule(lines, facts, tolerance=120)[0] for _, facts, lines, _ in CASES]
    return [f"{one.found} {one.why}".strip() for one in said]


@pytest.mark.parametrize("n", range(len(CASES)), ids=[case[0] for case in CASES])
def test_the_class_of_a_line(n):
    _, facts, lines, wanted = CASES[n]
    found = reconcile(lines, facts)[0]

    assert f"{found.found} {found.why}".strip() == wanted


def test_the_engine_says_the_same_of_every_case():
    said = [by_engine(lines, facts)[0] for _, facts, lines, _ in CASES]

    assert [f"{one.found} {one.why}".strip() for one in said] == [case[3] for case in CASES]


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.__name__)
def test_each_broken_twin_is_caught(twin):
    assert answers(reconcile) == [wanted for *_, wanted in CASES]
    assert answers(twin) != [wanted for *_, wanted in CASES]


def test_a_session_ends_with_half_an_hour_of_silence():
    lines = [Line(0, "A1", T), Line(1, "A1", T + BREAK - 1), Line(2, "A1", T + 2 * BREAK - 1)]

    assert [began for _, began in sessions(lines).values()] == [T, T, T + 2 * BREAK - 1]


def test_every_class_has_its_words():
    assert set(ABOUT) == set(Class)
