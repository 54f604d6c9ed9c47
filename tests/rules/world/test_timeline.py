"""As of a time: exactly the period that holds it, and none at its end."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.world.timeline import overlaps, timeline
from tests.rules.world.twins import WRONG

KEYS, TIMES = st.integers(0, 4), st.integers(0, 40)


@st.composite
def periods(draw: st.DrawFn) -> list[tuple[int, int, int]]:
    """Return (key, start, end), no two of one key at a time."""
    found = []
    for key in range(5):
        edges = sorted(draw(st.sets(TIMES, max_size=8)))
        pairs = list(zip(edges[::2], edges[1::2], strict=False))
        found += [(key, since, until) for since, until in pairs]
    return draw(st.permutations(found))


def by_definition(rows: list[tuple[int, int, int]], key: int, when: int) -> int:
    holds = [n for n, (k, since, until) in enumerate(rows) if k == key and since <= when < until]
    return holds[0] if holds else -1


def asked(line, rows):
    questions = [(key, when) for key in range(6) for when in range(42)]
    keys, when = (np.array(column) for column in zip(*questions, strict=True))
    expected = [by_definition(rows, key, moment) for key, moment in questions]
    return line.at(keys, when).tolist(), expected


@given(periods())
def test_the_period_that_holds_is_found_and_no_other(rows):
    line = timeline([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows])

    found, expected = asked(line, rows)

    assert found == expected


@pytest.mark.parametrize("wrong", WRONG, ids=lambda twin: twin.__name__)
def test_a_timeline_that_is_wrong_at_an_edge_is_caught(wrong):
    rows = [(0, 3, 9), (0, 12, 20), (2, 5, 6)]
    line = timeline([0, 0, 2], [3, 12, 5], [9, 20, 6])

    found, expected = asked(wrong(line), rows)

    assert found != expected


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        pytest.param([(1, 0, 5), (1, 5, 9)], 0, id="終わりと始まりが同じ"),
        pytest.param([(1, 0, 5), (1, 4, 9)], 1, id="重なる"),
        pytest.param([(1, 0, 5), (2, 4, 9)], 0, id="別の鍵"),
        pytest.param([(1, 5, 5)], 1, id="空の期間"),
    ],
)
def test_periods_that_overlap_are_counted(rows, count):
    assert overlaps(*(np.array(column) for column in zip(*rows, strict=True))) == count
