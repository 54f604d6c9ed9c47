"""Two people sign what goes live: one who wrote it, one of the second line who did not."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.policy.life import (
    ENDED,
    Part,
    Signed,
    Signer,
    State,
    Statement,
    refusal_to_approve,
    refusal_to_check,
    refusal_to_edit,
    refusal_to_hand_in,
    refusal_to_publish,
)

TABLES, LIVE, LIST = "a" * 64, "b" * 64, "c" * 64
TODAY = date(2026, 11, 21)
WRITER, OTHER = "P1", "P2"


def statement(**more):
    said = dict.fromkeys(
        ("reason", "basis", "starts_on", "ends_on", "at", "nonce"), ""
    ) | {
        "change": "C-0001", "part": "author", "person": WRITER, "content": TABLES, "base": LIVE,
        "loosened": LIST, "count": 3, "trial": "e" * 64,
    }  # fmt: skip
    return Statement(**said | more)


def by(person, part, **more):
    return Signed(
        person=person, part=part, statement=statement(person=person, part=part.value, **more)
    )


def publish(signed, **more):
    asked = {
        "authors": {WRITER}, "signed": signed, "content": TABLES, "base": LIVE, "live": LIVE,
        "loosened": LIST, "starts_on": None, "ends_on": None, "today": TODAY,
    }  # fmt: skip
    return refusal_to_publish(**asked | more)


D = "d" * 64
BOTH = (by(WRITER, Part.AUTHOR), by(OTHER, Part.SECOND_LINE))


def test_with_both_signatures_over_these_tables_they_go_live():
    assert publish(BOTH) is None


@pytest.mark.parametrize(
    ("signed", "more"),
    [
        pytest.param((), {}, id="誰も署名していない"),
        pytest.param(BOTH[:1], {}, id="起案者だけ"),
        pytest.param(BOTH[1:], {}, id="第2線だけ"),
        pytest.param((BOTH[0], by(WRITER, Part.SECOND_LINE)), {}, id="一人で二役"),
        pytest.param(BOTH, {"authors": {WRITER, OTHER}}, id="承認者も書いた"),
        pytest.param(BOTH, {"content": D}, id="署名の後に表が変わった"),
        pytest.param((BOTH[0], by(OTHER, Part.SECOND_LINE, content=D)), {}, id="別の表への承認"),
        pytest.param(BOTH, {"live": D}, id="別の版が公開された"),
        pytest.param(BOTH, {"loosened": D}, id="一覧にない緩和"),
        pytest.param((BOTH[0], by(OTHER, Part.SECOND_LINE, loosened=D)), {}, id="一覧が違う"),
        pytest.param((BOTH[0], by(OTHER, Part.SECOND_LINE, trial=D)), {}, id="試行が違う"),
        pytest.param(BOTH, {"starts_on": date(2026, 11, 22)}, id="適用開始の前"),
        pytest.param(BOTH, {"ends_on": TODAY}, id="適用終了の日"),
    ],
)  # fmt: skip
def test_nothing_else_goes_live(signed, more):
    refusal = publish(signed, **more)

    assert refusal is not None
    assert refusal.remedy


def twin_that_counts_signatures_only(signed, **more):
    """The fault that is looked for: two signatures, whoever made them and over whatever."""
    return publish(signed, **more) if len(signed) < 2 else None


def test_the_twin_lets_through_what_must_not():
    assert twin_that_counts_signatures_only((BOTH[0], by(WRITER, Part.SECOND_LINE))) is None
    assert publish((BOTH[0], by(WRITER, Part.SECOND_LINE))) is not None


def signer(person=OTHER, company="network", line=2):
    return Signer(person=person, company_kind=company, line=line)


def approve(who, *, state=State.TRIED, signed=BOTH[:1], **more):
    asked = {"authors": {WRITER}, "content": TABLES, "base": LIVE, "live": LIVE} | more
    return refusal_to_approve(state, signed=signed, by=who, **asked)


def test_the_second_line_approves_what_it_did_not_write():
    assert approve(signer()) is None


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(approve(signer(line=1)), id="第1線"),
        pytest.param(approve(signer(line=3)), id="第3線"),
        pytest.param(approve(signer(line=None)), id="線のない部署"),
        pytest.param(approve(signer(company="affiliate")), id="関係小売の第2線"),
        pytest.param(approve(signer(WRITER)), id="書いた本人"),
        pytest.param(approve(signer(), state=State.CHECKED), id="試行の前"),
        pytest.param(approve(signer(), state=State.APPROVED), id="もう承認された"),
        pytest.param(approve(signer(), signed=()), id="起案者の署名の前"),
        pytest.param(approve(signer(), content=D), id="署名の後に変わった"),
        pytest.param(approve(signer(), live=D), id="別の版が公開された"),
    ],
)
def test_nobody_else_approves(refusal):
    assert refusal is not None
    assert refusal.remedy


@given(state=st.sampled_from(State), writer=st.booleans(), owner=st.booleans())
def test_only_a_writer_hands_in_and_only_what_was_tried(state, writer, owner):
    who = signer(WRITER if writer else OTHER, "network" if owner else "affiliate", 1)

    refusal = refusal_to_hand_in(state, authors={WRITER}, by=who, base=LIVE, live=LIVE)

    assert (refusal is None) == (state is State.TRIED and writer and owner)


@given(st.sampled_from(State))
def test_what_has_ended_is_not_edited(state):
    assert (refusal_to_edit(state) is None) == (state not in ENDED)


@given(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
def test_a_draft_passes_when_nothing_is_wrong(errors, broken, examples):
    refusal = refusal_to_check(errors=errors, broken=broken, examples=examples)

    assert (refusal is None) == (errors + broken + examples == 0)


def test_a_signature_speaks_of_every_word_of_the_statement():
    one = statement()
    for name in one.__dataclass_fields__:
        other = replace(one, **{name: 4 if name == "count" else "別"})
        assert other.digest != one.digest
