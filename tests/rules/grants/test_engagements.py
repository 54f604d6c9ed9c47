"""Work that is entrusted: what stops it, who may do it, and when it is over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.grants import engagements
from sekisho.grants.engagements import Answer, Engagement, Open, Phase, State, state_of
from sekisho.terms.periods import Period
from sekisho_links import shipped

NOON = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TERM = Period(starts=NOON - 30 * DAY, ends=NOON + 30 * DAY)
ITEMS = engagements.read(
    shipped("content", "contractor_checklist.csv").read_text(encoding="utf-8-sig"), place="表"
)
ALL = {item.code: Answer.YES for item in ITEMS}
WORK = Engagement(
    entruster="N09",
    contractor="K01",
    basis="検針の要員を自社で確保できないため",
    item_classes=frozenset({"地点識別"}),
    has_owner=True,
    prepared_by="P1",
    terms=(TERM,),
)
RUNS = replace(WORK, checked_at=NOON - 20 * DAY)


def begin(one=WORK, answers=ALL, by="P2"):
    refusal = engagements.refusal_to_begin(one, ITEMS, answers, checked_by=by, at=NOON)
    return refusal.reason if refusal else None


def test_somebody_else_puts_a_checked_engagement_in_force():
    assert begin() is None
    assert "準備した人" in begin(by="P1")


@pytest.mark.parametrize(
    "item",
    [item for item in ITEMS if item.stops and item.phase in engagements.BEFORE],
    ids=lambda item: item.code,
)
@pytest.mark.parametrize("said", [Answer.NO, Answer.NOT_APPLICABLE, None])
def test_every_gate_stops_without_a_yes(item, said):
    answers = {code: one for code, one in ALL.items() if code != item.code}
    if said is not None:
        answers[item.code] = said

    assert item.code in begin(answers=answers)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"basis": "短い"}, "理由"),
        ({"has_owner": False}, "委託主管"),
        ({"terms": ()}, "委託主管"),
        ({"item_classes": frozenset()}, "委託主管"),
        ({"contractor_kind": "affiliate"}, "関係小売"),
        ({"contractor_kind": "affiliate_contractor"}, "関係小売"),
        ({"depth": 1}, "再委託"),
        ({"depth": 3, "subcontract_approved": True}, "再委託"),
        ({"checked_at": NOON}, "済んで"),
    ],
)
def test_what_is_not_as_it_should_be_is_not_put_in_force(changes, word):
    assert word in begin(replace(WORK, **changes))


def test_an_engagement_is_in_force_inside_its_term_and_is_cleared_up_after_it():
    assert state_of(WORK, NOON) is State.PREPARED
    assert state_of(RUNS, NOON) is State.IN_FORCE
    assert state_of(RUNS, TERM.ends) is State.ENDING
    assert state_of(replace(RUNS, suspended_at=NOON), NOON) is State.SUSPENDED
    assert state_of(replace(RUNS, ending_at=NOON), NOON) is State.ENDING
    assert state_of(replace(RUNS, ending_at=NOON, closed_at=NOON), NOON) is State.CLOSED
    ahead = replace(RUNS, terms=(Period(starts=NOON + DAY, ends=NOON + 2 * DAY),))
    assert state_of(ahead, NOON) is State.CHECKED


moments = st.none() | st.integers(-60, 60).map(lambda n: NOON + n * DAY)
everything = st.builds(
    replace,
    st.just(WORK),
    checked_at=moments,
    suspended_at=moments,
    ending_at=moments,
    closed_at=moments,
)


@given(everything, st.integers(-90, 90).map(lambda n: NOON + n * DAY))
def test_nothing_is_in_force_that_was_not_checked_or_was_stopped(one, at):
    if state_of(one, at) is State.IN_FORCE:
        assert one.checked_at <= at
        assert all(m is None or m > at for m in (one.suspended_at, one.ending_at, one.closed_at))
        assert TERM.holds(at)


def worker(one=RUNS, *, works_for="N09", period=TERM, others=()):
    refusal = engagements.refusal_of_worker(
        one, period=period, works_for=works_for, others=others, at=NOON
    )
    return refusal.reason if refusal else None


def test_nobody_works_for_both_principals():
    assert worker() is None
    assert worker(others=(RUNS,)) is None
    assert "別の委託元の作業者名簿" in worker(others=(replace(RUNS, entruster="R000"),))
    assert "別の委託元の業務" in worker(works_for="R000")


def test_a_worker_stays_inside_the_engagement():
    late = Period(starts=NOON, ends=TERM.ends + DAY)

    assert "外に出て" in worker(period=late)
    assert "外に出て" in worker(period=Period(starts=NOON))
    assert "有効では" in worker(replace(RUNS, suspended_at=NOON))


@pytest.mark.parametrize("left", [Open(ids=1), Open(unverified=1), Open(terminals=1)])
def test_nothing_is_closed_while_anything_is_out(left):
    ending = replace(RUNS, ending_at=NOON)

    assert engagements.refusal_to_close(ending, ITEMS, ALL, Open(), at=NOON) is None
    assert engagements.refusal_to_close(ending, ITEMS, ALL, left, at=NOON)


@pytest.mark.parametrize("code", [item.code for item in ITEMS if item.phase is Phase.END])
def test_nothing_is_closed_without_every_proof_of_the_end(code):
    ending, answers = replace(RUNS, ending_at=NOON), {**ALL, code: Answer.NO}

    refusal = engagements.refusal_to_close(ending, ITEMS, answers, Open(), at=NOON)

    assert code in refusal.reason


def test_what_takes_too_long_is_late():
    ending = replace(RUNS, ending_at=NOON)

    assert not engagements.is_late(ending, NOON + 30 * DAY)
    assert engagements.is_late(ending, NOON + 31 * DAY)
    assert not engagements.is_late(RUNS, NOON)


def stops_no_gate(items, answers, *, phases=engagements.BEFORE):
    return []


def lets_gates_be_waived(items, answers, *, phases=engagements.BEFORE):
    return [i for i in items if i.stops and i.phase in phases and answers.get(i.code) is Answer.NO]


@pytest.mark.parametrize("twin", [stops_no_gate, lets_gates_be_waived])
def test_broken_twins_of_the_gates_are_caught(monkeypatch, twin):
    monkeypatch.setattr(engagements, "stops", twin)

    assert begin(answers={}) is None


@pytest.mark.parametrize("old", ["段階,", "C02,選定"])
def test_half_a_checklist_is_none(old):
    text = shipped("content", "contractor_checklist.csv").read_text(encoding="utf-8-sig")

    with pytest.raises(engagements.UnreadableChecklist):
        engagements.read(text.replace(old, "x", 1), place="表")
