"""Lines of a foreign system beside the uses that were approved: twin and expression agree."""

import duckdb
import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.grants.reconciling.classes import ABOUT, Class, Why
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
        away=[Away(*span) for span in draw(st.lists(spans, max_size=1))],
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


def the_class(line, facts=ORDINARY, others=()):
    return reconcile([line, *others], facts)[0][1:3]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param(Line(0, "A1", T + 5 * MINUTE), Class.MATCHED, id="始まりの時刻"),
        pytest.param(
            Line(0, "A1", T + 25 * MINUTE + 119 * SECOND), Class.MATCHED, id="終わりから119秒"
        ),
        pytest.param(
            Line(0, "A1", T + 25 * MINUTE + 120 * SECOND), Class.OUTSIDE, id="終わりから120秒"
        ),
        pytest.param(
            Line(0, "A1", T + 5 * MINUTE - 120 * SECOND), Class.MATCHED, id="始まりの120秒前"
        ),
        pytest.param(
            Line(0, "A1", T + 5 * MINUTE - 121 * SECOND), Class.OUTSIDE, id="始まりの121秒前"
        ),
        pytest.param(Line(0, "A1", T + 60 * MINUTE), Class.NO_GRANT, id="許可も終わった"),
        pytest.param(Line(0, "A9", T + 6 * MINUTE), Class.UNKNOWN_ID, id="台帳にない"),
        pytest.param(Line(0, "A1", T - 2000 * MINUTE), Class.STOPPED, id="発行の前"),
        pytest.param(Line(0, "A1", T + 6 * MINUTE, "F2"), Class.OFF_PURPOSE, id="別の設備"),
        pytest.param(Line(0, "A1", T + 6 * MINUTE, "F1"), Class.MATCHED, id="申請した設備"),
        pytest.param(
            Line(0, "A1", T + 6 * MINUTE, "F1", "192.0.2.9"), Class.WRONG_PLACE, id="小売の出口"
        ),
        pytest.param(
            Line(0, "A1", T + 6 * MINUTE, "F1", "203.0.113.1"), Class.MATCHED, id="場所が分からない"
        ),
    ],
)
def test_the_classes_of_one_line(line, expected):
    assert the_class(line)[0] is expected


def test_two_terminals_in_one_session_are_two_people():
    here = Line(0, "A1", T + 6 * MINUTE, "F1", "", "D1")
    there = Line(1, "A1", T + 7 * MINUTE, "F1", "", "D2")

    assert the_class(here, others=[there]) == (Class.WRONG_PERSON, Why.TWO_DEVICES)


def test_a_stop_counts_from_when_no_clock_can_excuse_it():
    held = Facts(
        accounts=["A1"], lives=ORDINARY.lives, grants=ORDINARY.grants,
        uses=[Use("U1", "G1", "A1", T + 5 * MINUTE, T + 10 * MINUTE)],
        stops=[Stop("A1", T + 10 * MINUTE)],
    )  # fmt: skip

    assert the_class(Line(0, "A1", T + 11 * MINUTE), held)[0] is Class.MATCHED
    assert the_class(Line(0, "A1", T + 12 * MINUTE), held) == (Class.STOPPED, Why.STOPPED)


def test_a_second_session_is_more_than_was_approved():
    long = Facts(
        accounts=["A1"], lives=ORDINARY.lives, grants=[Grant("G1", "A1", T, T + 600 * MINUTE, 1)],
        uses=[Use("U1", "G1", "A1", T, T + 120 * MINUTE)],
    )  # fmt: skip
    first, second = Line(0, "A1", T), Line(1, "A1", T + BREAK)

    assert [verdict[1:3] for verdict in reconcile([first, second], long)] == [
        (Class.MATCHED, Why.NONE),
        (Class.OUTSIDE, Why.SESSIONS),
    ]


def test_a_session_ends_with_half_an_hour_of_silence():
    lines = [Line(0, "A1", T), Line(1, "A1", T + BREAK - 1), Line(2, "A1", T + 2 * BREAK - 1)]

    assert [began for _, began in sessions(lines).values()] == [T, T, T + 2 * BREAK - 1]


def test_every_class_has_its_words():
    assert set(ABOUT) == set(Class)
