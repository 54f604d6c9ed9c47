"""Who declares, confirms, extends, lifts, closes and reviews an emergency, and who may not."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from sekisho.grants import emergencies as rule
from sekisho.grants.declarations import Part, Statement, digest_of, instant
from sekisho.grants.emergencies import Emergency, Kind, Signer, State, Term, Wanted
from sekisho.terms.periods import Period

JST = timezone(timedelta(hours=9))
NINE = datetime(2027, 9, 3, 9, 10, tzinfo=JST)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RELIEF = {"nol", "cc"}


def signer(person="A", line=1, **more):
    return Signer(
        **{
            "person": person,
            "company": "N09",
            "company_kind": "network",
            "line": line,
            "may_declare": True,
        }
        | more
    )


def wanted(**more):
    return Wanted(
        **{
            "kind": Kind.DISASTER,
            "owner": "N09",
            "cause": "台風14号",
            "reason": "広い範囲の停電の受付が間に合わないため",
            "areas": frozenset({"0901", "0902"}),
            "systems": frozenset({"cc"}),
            "commander": "C",
            "conduct_officer": "Q",
            "period": Period(starts=NINE, ends=NINE + 72 * HOUR),
        }
        | more
    )


def term(starts=NINE, hours=72, **more):
    return Term(
        **{
            "period": Period(starts=starts, ends=starts + hours * HOUR),
            "declared_by": "A",
            "declared_at": NINE,
        }
        | more
    )


def declared(**more):
    signed = term(confirmed_by="B", confirmed_at=NINE + HOUR / 4)
    return Emergency(**{"kind": Kind.DISASTER, "owner": "N09", "terms": (signed,)} | more)


def test_another_company_has_no_say():
    waits = Emergency(kind=Kind.DISASTER, owner="N08", terms=(term(),))
    runs = declared(owner="N08")
    at, by = NINE + HOUR, signer("B", line=2)
    until = Period(starts=NINE + 72 * HOUR, ends=NINE + 80 * HOUR)

    for refusal in (
        rule.refusal_to_confirm(waits, waits.terms[0], by=by, at=at),
        rule.refusal_to_extend(runs, until, by=by, at=at),
        rule.refusal_to_end(runs, by=by, at=at),
        rule.refusal_to_close(runs, open_items=[], by=by, at=at),
        rule.refusal_to_review(runs, open_items=[], closed_by=None, by=by, at=at),
    ):
        assert "ほかの会社" in refusal.reason


def reason(refusal):
    return refusal.reason if refusal else None


def test_what_one_person_declared_is_not_in_effect():
    one = Emergency(kind=Kind.DISASTER, owner="N09", terms=(term(),))

    assert rule.state_of(one, NINE + HOUR) is State.PREPARED
    assert not rule.runs(one, NINE + HOUR)


def test_it_runs_from_its_confirmation_until_before_its_end():
    one = declared()

    assert not rule.runs(one, NINE)
    assert rule.runs(one, NINE + HOUR / 4)
    assert rule.runs(one, NINE + 72 * HOUR - timedelta(microseconds=1))
    assert not rule.runs(one, NINE + 72 * HOUR)
    assert rule.state_of(one, NINE + 72 * HOUR) is State.ENDED


def test_a_lifted_emergency_has_ended_in_that_instant():
    lifted = NINE + 53 * HOUR
    one = declared(ended_at=lifted)

    assert rule.runs(one, lifted - timedelta(microseconds=1))
    assert not rule.runs(one, lifted)
    assert rule.ends_at(one, lifted) == lifted
    assert rule.cut(one.terms, lifted)[0].period.ends == lifted
    assert rule.cut(one.terms, NINE) == ()


@pytest.mark.parametrize(
    ("changed", "by", "said"),
    [
        pytest.param({}, signer(), None, id="書かれていればできる"),
        pytest.param({}, signer(may_declare=False), "発動、延長、解除", id="権限のない人"),
        pytest.param({}, signer(company_kind="affiliate"), "発動、延長、解除", id="小売の人"),
        pytest.param({"owner": "N08"}, signer(), "ほかの会社", id="ほかの会社のもの"),
        pytest.param({"areas": frozenset()}, signer(), "地区がありません", id="地区がない"),
        pytest.param({"systems": frozenset()}, signer(), "対象システム", id="システムがない"),
        pytest.param({"cause": " "}, signer(), "事由", id="事由がない"),
        pytest.param({"reason": "ああああああああああああ"}, signer(), "理由が短", id="同じ字だけ"),
        pytest.param({"systems": frozenset({"saiene"})}, signer(), "saiene", id="国のシステム"),
        pytest.param({"commander": "Q"}, signer(), "同じ人", id="責任者と行為規制担当が同じ"),
        pytest.param(
            {"period": Period(starts=NINE, ends=NINE + 73 * HOUR)},
            signer(),
            "72時間",
            id="72時間を超える",
        ),
        pytest.param(
            {"period": Period(starts=NINE, ends=NINE + 72 * HOUR)}, signer(), None, id="72時間"
        ),
        pytest.param({"period": Period(starts=NINE)}, signer(), "終わりが", id="終わりがない"),
    ],
)
def test_declaring_is_refused_in_words(changed, by, said):
    refusal = rule.refusal_to_declare(wanted(**changed), by=by, at=NINE, open_to_relief=RELIEF)

    assert (said is None) == (refusal is None)
    assert said is None or said in refusal.reason


def test_a_failure_needs_no_district_and_may_name_any_system():
    failure = wanted(kind=Kind.FAILURE, areas=frozenset(), systems=frozenset({"saiene"}))

    assert rule.refusal_to_declare(failure, by=signer(), at=NINE, open_to_relief=RELIEF) is None


def test_nobody_confirms_what_they_declared():
    one = Emergency(kind=Kind.DISASTER, owner="N09", terms=(term(),))

    refusal = rule.refusal_to_confirm(one, one.terms[0], by=signer("A"), at=NINE + HOUR)

    assert "自分で発動を起こした人" in reason(refusal)
    assert rule.refusal_to_confirm(one, one.terms[0], by=signer("B"), at=NINE + HOUR) is None


def test_a_declaration_waits_for_a_day_and_never_begins_in_the_past():
    late = NINE + DAY
    one = Emergency(kind=Kind.DISASTER, owner="N09", terms=(term(),))

    assert rule.refusal_to_confirm(one, one.terms[0], by=signer("B"), at=late - HOUR) is None
    assert "過ぎました" in reason(
        rule.refusal_to_confirm(one, one.terms[0], by=signer("B"), at=late)
    )
    assert rule.waiting(one, late) is None
    assert rule.in_effect_from(term().period, confirmed_at=late).starts == late
    assert rule.in_effect_from(term().period, confirmed_at=NINE + 72 * HOUR) is None


def test_an_extension_begins_where_the_last_term_ends():
    one, at = declared(), NINE + 50 * HOUR
    ends = NINE + 72 * HOUR

    adjacent = rule.refusal_to_extend(one, Period(starts=ends, ends=ends + DAY), by=signer(), at=at)
    apart = rule.refusal_to_extend(
        one, Period(starts=ends + HOUR, ends=ends + DAY), by=signer(), at=at
    )
    over = rule.refusal_to_extend(one, Period(starts=ends, ends=ends + DAY), by=signer(), at=ends)

    assert adjacent is None
    assert "いまの期間の終わり" in reason(apart)
    assert "発動中ではありません" in reason(over)


def long_one(days):
    """A failure that lasts for so many days already, in terms of three days."""
    terms = tuple(
        term(NINE + 72 * n * HOUR, confirmed_by="B", confirmed_at=NINE) for n in range(days // 3)
    )
    return Emergency(kind=Kind.FAILURE, owner="N09", terms=terms)


@pytest.mark.parametrize(
    ("hours", "line_of_first", "line_of_second", "allowed"),
    [
        pytest.param(48, 1, 1, True, id="ちょうど14日は二人でよい"),
        pytest.param(49, 1, 1, False, id="14日を超えると行為規制担当が要る"),
        pytest.param(49, 1, 2, True, id="確認が行為規制担当"),
        pytest.param(49, 2, 1, True, id="起こした人が行為規制担当"),
    ],
)
def test_beyond_fourteen_days_the_conduct_office_signs(
    hours, line_of_first, line_of_second, allowed
):
    one = long_one(12)
    ends = NINE + 12 * DAY
    at = ends - HOUR
    asked = term(ends, hours, declared_at=at, by_conduct_office=signer(
        line=line_of_first).is_conduct_office)  # fmt: skip
    one = replace(one, terms=(*one.terms, asked))

    refusal = rule.refusal_to_confirm(one, asked, by=signer("B", line=line_of_second), at=at)

    assert (refusal is None) is allowed
    assert allowed or "14日を超える延長" in refusal.reason


def test_open_items_are_named_where_closing_is_refused():
    at = NINE + 100 * HOUR
    one = declared(begun_at=NINE + 80 * HOUR)

    refusal = rule.refusal_to_close(
        one, open_items=["端末の返却：残り 1／40", "通知"], by=signer(), at=at
    )

    assert "2 件" in reason(refusal)
    assert "残り 1／40" in reason(refusal)
    assert rule.refusal_to_close(one, open_items=[], by=signer(), at=at) is None
    assert rule.refusal_to_close(declared(), open_items=[], by=signer(), at=at) is not None


@pytest.mark.parametrize("person", ["A", "B", "closer"])
def test_whoever_signed_or_closed_does_not_review(person):
    one = declared(begun_at=NINE, closed_at=NINE + 100 * HOUR)
    at = NINE + 101 * HOUR

    refusal = rule.refusal_to_review(
        one, open_items=[], closed_by="closer", by=signer(person, line=2), at=at
    )

    assert "検証できません" in reason(refusal)


def test_the_second_line_reviews_what_is_closed_and_green():
    closed = declared(begun_at=NINE, closed_at=NINE + 100 * HOUR)
    at, other = NINE + 101 * HOUR, signer("R", line=2)
    told = {"closed_by": "closer", "at": at}

    assert rule.refusal_to_review(closed, open_items=[], by=other, **told) is None
    assert rule.refusal_to_review(closed, open_items=["記録"], by=other, **told)
    assert rule.refusal_to_review(declared(), open_items=[], by=other, **told)
    assert rule.refusal_to_review(closed, open_items=[], by=signer("R"), **told)


def statement(**more):
    return Statement(
        **{
            "code": "E-1",
            "term": 1,
            "part": Part.DECLARE,
            "kind": "disaster",
            "owner": "N09",
            "cause": "台風14号",
            "reason": "停電の受付",
            "areas": ("0901",),
            "systems": ("cc",),
            "roles": (),
            "commander": "C",
            "conduct_officer": "Q",
            "starts_at": instant(NINE),
            "ends_at": instant(NINE + HOUR),
            "by": "A",
            "appointment": "1",
            "answers": "",
            "at": instant(NINE),
            "nonce": "n",
        }
        | more
    )


def test_what_is_signed_has_one_text_and_says_what_it_is():
    text = statement().text

    assert text == statement().text
    assert b'"type":"sekisho.emergency/1"' in text
    assert b'"starts_at":"2027-09-03T00:10:00Z"' in text
    assert statement().digest == digest_of(text)


@pytest.mark.parametrize("name", [one for one in Statement.__dataclass_fields__ if one != "term"])
def test_every_word_of_it_is_signed(name):
    other = ("x",) if name in {"areas", "systems", "roles"} else "x"

    assert statement(**{name: other}).digest != statement().digest
