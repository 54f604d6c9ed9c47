"""Who may stop and let go, issue, share and review: each line of the tables, both ways."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.accounts import holds, issuing, reviews, shared
from sekisho.accounts.holds import Actor, Hold, Lift, Reason
from sekisho.accounts.reviews import Answer
from sekisho.terms.days import jst_day
from sekisho.terms.periods import Period

NOON = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OPEN = Period(starts=NOON - 100 * DAY)

OFFICER = Actor(person="O", is_officer=True, line=1)
SECOND = Actor(person="S", line=2)
THIRD = Actor(person="T", line=3)
FEED = Actor(feed="人事")
RULE = Actor(is_rule=True)
CLERK = Actor(person="C")
HOLDER = Actor(person="P")

MAY_PLACE = {
    Reason.TRANSFER: {"feed", "rule"},
    Reason.LEAVE: {"feed", "rule"},
    Reason.DORMANT: {"rule"},
    Reason.PLEDGE: {"rule"},
    Reason.FEED: {"feed"},
    Reason.LOST: {"holder", "officer", "second", "third"},
    Reason.INVESTIGATION: {"second", "third"},
    Reason.REVIEW: {"rule", "officer", "second", "third", "clerk"},
}
ACTORS = {
    "officer": OFFICER,
    "second": SECOND,
    "third": THIRD,
    "feed": FEED,
    "rule": RULE,
    "clerk": CLERK,
    "holder": HOLDER,
}


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("who", ACTORS)
def test_who_may_stop_for_which_reason(reason, who):
    refusal = holds.refusal_to_place(reason, by=ACTORS[who], holder="P")

    assert (refusal is None) == (who in MAY_PLACE[reason])


def lifted(reason, lift, **hold):
    return holds.refusal_to_lift(Hold(reason=reason, person="P", **hold), lift)


@pytest.mark.parametrize(
    ("reason", "lift", "hold"),
    [
        pytest.param(Reason.TRANSFER, Lift(by=OFFICER, has_post=True), {}, id="異動"),
        pytest.param(Reason.LEAVE, Lift(by=OFFICER, has_post=True), {}, id="休職"),
        pytest.param(Reason.DORMANT, Lift(by=OFFICER, note="月次の照会"), {}, id="休眠"),
        pytest.param(Reason.FEED, Lift(by=FEED), {"feed": "人事"}, id="人事"),
        pytest.param(Reason.LOST, Lift(by=OFFICER, has_new_key=True), {}, id="紛失"),
        pytest.param(Reason.INVESTIGATION, Lift(by=SECOND), {"placed_line": 2}, id="調査"),
        pytest.param(Reason.REVIEW, Lift(by=OFFICER, second=SECOND), {}, id="棚卸し"),
        pytest.param(Reason.PLEDGE, Lift(by=RULE, is_done=True), {}, id="誓約"),
    ],
)
def test_who_may_lift_which_stop(reason, lift, hold):
    assert lifted(reason, lift, **hold) is None


@pytest.mark.parametrize(
    ("reason", "lift", "hold"),
    [
        pytest.param(Reason.TRANSFER, Lift(by=OFFICER), {}, id="発令がない"),
        pytest.param(Reason.TRANSFER, Lift(by=SECOND, has_post=True), {}, id="責任者でない"),
        pytest.param(Reason.DORMANT, Lift(by=OFFICER, note=" "), {}, id="目的がない"),
        pytest.param(Reason.FEED, Lift(by=OFFICER), {"feed": "人事"}, id="人事でない"),
        pytest.param(Reason.FEED, Lift(by=FEED), {"feed": "別の人事"}, id="別の人事"),
        pytest.param(Reason.FEED, Lift(by=Actor(feed=None)), {"feed": None}, id="人事が知れない"),
        pytest.param(Reason.LOST, Lift(by=OFFICER), {}, id="鍵がない"),
        pytest.param(Reason.INVESTIGATION, Lift(by=THIRD), {"placed_line": 2}, id="別の線"),
        pytest.param(Reason.INVESTIGATION, Lift(by=OFFICER), {"placed_line": 1}, id="第1線"),
        pytest.param(Reason.REVIEW, Lift(by=OFFICER), {}, id="1人"),
        pytest.param(
            Reason.REVIEW,
            Lift(by=OFFICER, second=replace(SECOND, person="O")),
            {},
            id="同じ人が2人",
        ),
        pytest.param(
            Reason.REVIEW,
            Lift(by=OFFICER, second=replace(SECOND, person="P")),
            {},
            id="2人目が本人",
        ),
        pytest.param(Reason.PLEDGE, Lift(by=OFFICER, is_done=True), {}, id="規則でない"),
    ],
)
def test_who_may_not_lift(reason, lift, hold):
    refusal = lifted(reason, lift, **hold)

    assert refusal is not None
    assert refusal.remedy


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("line", [None, 1, 2, 3])
@pytest.mark.parametrize("is_officer", [True, False])
def test_nobody_lifts_what_stops_themselves(reason, line, is_officer):
    own = Actor(person="P", line=line, is_officer=is_officer, feed="人事", is_rule=True)
    lift = Lift(by=own, note="要る", second=SECOND, has_post=True, has_new_key=True, is_done=True)

    assert lifted(reason, lift, placed_line=line, feed="人事") is not None


# Issue -----------------------------------------------------------------------------------------

ASKER = issuing.Officer(person="U", role="use_officer", company="N09", appointment="A", period=OPEN)
OWNER = issuing.Officer(
    person="O", role="system_officer", company="N09", appointment="B", period=OPEN
)
SYSTEM = issuing.System(
    key="takuso",
    state="in_use",
    owner="N09",
    officers=(ASKER, OWNER),
    eligible=({"company_kind": "network", "unit_kind": "service_centre"},),
    log_source="takuso",
)
CANDIDATE = issuing.Candidate(
    person="P",
    works_for="N09",
    company_kind="network",
    unit="N09-04",
    unit_kind="service_centre",
    post_kind="main",
    post=OPEN,
    name="山野 みどり",
    phone="03-0000-0000",
    mail="p@example.jp",
    purpose="切替の受付",
)
HEARD = issuing.Circumstances(feed_is_silent=False)


def asked(system=SYSTEM, candidate=CANDIDATE, around=HEARD, by="U", at=NOON):
    return issuing.refusal_to_ask(system, candidate, around, by=by, at=at)


def decided(*, system=SYSTEM, person="P", asked_by="U", by="O", works_for="N09", at=NOON):
    return issuing.refusal_to_decide(
        system, person=person, asked_by=asked_by, by=by, works_for=works_for, at=at
    )


def test_an_officer_in_post_asks_for_somebody_whose_unit_is_on_the_list():
    assert asked() is None
    assert decided() is None


@pytest.mark.parametrize(
    ("change", "word"),
    [
        pytest.param({"by": "P"}, "自分の", id="自分のID"),
        pytest.param({"by": "O"}, "利用責任者だけ", id="別の責任"),
        pytest.param({"at": OPEN.starts - DAY}, "利用責任者だけ", id="就く前"),
        pytest.param(
            {"system": replace(SYSTEM, officers=(ASKER,))},
            "システム管理責任者がいません",
            id="不在",
        ),
        pytest.param({"system": replace(SYSTEM, owner=None)}, "持ち主", id="持ち主がない"),
        pytest.param({"system": replace(SYSTEM, log_source="")}, "記録の出どころ", id="記録がない"),
        pytest.param({"system": replace(SYSTEM, has_table=False)}, "判定表", id="判定表がない"),
        pytest.param({"system": replace(SYSTEM, state="retired")}, "利用中", id="廃止"),
        pytest.param({"system": replace(SYSTEM, eligible=())}, "持てません", id="だれも持てない"),
        pytest.param({"system": replace(SYSTEM, eligible=({},))}, "持てません", id="空の行"),
        pytest.param(
            {"candidate": replace(CANDIDATE, unit_kind="sales")}, "持てません", id="別の組織"
        ),
        pytest.param(
            {"candidate": replace(CANDIDATE, post=Period(starts=NOON - DAY, ends=NOON))},
            "発令",
            id="発令が終わった",
        ),
        pytest.param({"candidate": replace(CANDIDATE, on_leave=True)}, "休職", id="休職"),
        pytest.param({"candidate": replace(CANDIDATE, is_held=True)}, "停止", id="停止中"),
        pytest.param({"candidate": replace(CANDIDATE, phone=" ")}, "電話", id="電話がない"),
        pytest.param({"candidate": replace(CANDIDATE, mail="")}, "電子メール", id="メールがない"),
        pytest.param(
            {"around": issuing.Circumstances(feed_is_silent=True)}, "3営業日", id="人事の沈黙"
        ),
        pytest.param(
            {"around": issuing.Circumstances(feed_is_silent=None)},
            "人事連携がありません",
            id="人事がない",
        ),
        pytest.param(
            {
                "around": replace(HEARD, open_accounts=frozenset({("takuso", "N09")})),
            },
            "すでに持って",
            id="二つ目",
        ),
        pytest.param(
            {"around": replace(HEARD, waiting=frozenset({("takuso", "N09")}))},
            "待っています",
            id="二つ目の申請",
        ),
    ],
)
def test_what_is_missing_refuses_a_request(change, word):
    refusal = asked(**change)

    assert refusal is not None
    assert word in refusal.reason
    assert refusal.remedy


@pytest.mark.parametrize(
    ("by", "asked_by"), [("P", "U"), ("U", "U"), ("O", "O"), ("X", "U")],
    ids=["持つ人", "利用責任者", "申請した人", "だれでもない人"],
)  # fmt: skip
def test_nobody_decides_for_themselves_or_without_office(by, asked_by):
    assert decided(asked_by=asked_by, by=by) is not None


def test_for_a_system_whose_owner_keeps_no_rights_here_each_company_answers_for_its_own():
    system = replace(SYSTEM, owner="METI", is_controlled=False)

    assert not issuing.defects(system, at=NOON)
    assert decided(system=system) is None
    assert decided(system=system, works_for="R000") is not None
    assert decided(system=replace(system, is_controlled=True)) is not None
    assert issuing.defects(replace(system, is_controlled=True), at=NOON)


@given(st.sampled_from(["unit", "unit_kind", "company_kind"]), st.text(min_size=1))
def test_a_line_lets_in_nobody_whom_it_does_not_name(name, other):
    line = {"unit": "N09-04", "unit_kind": "service_centre", "company_kind": "network"}
    system = replace(SYSTEM, eligible=(line | {name: other},))

    assert issuing.is_eligible(system, CANDIDATE) == (getattr(CANDIDATE, name) == other)


# Shared ----------------------------------------------------------------------------------------

HELD = Period(starts=NOON, ends=NOON + timedelta(hours=8))


EARLIER = shared.Checkout(person="Q", held=Period(starts=NOON - DAY / 4, ends=NOON + DAY / 8))


def taken(**change):
    known = {
        "lives": True,
        "person": "P",
        "custodian": "K",
        "given_by": "K",
        "purpose": "保守",
        "held": HELD,
        "others": (),
        "rotations": (),
    }
    return shared.refusal_to_check_out(**known | change)


def test_the_custodian_hands_it_to_one_person_for_some_hours():
    assert taken() is None
    assert taken(held=Period(starts=NOON, ends=NOON + shared.MOST_HOURS)) is None


@pytest.mark.parametrize(
    "change",
    [
        {"lives": False},
        {"given_by": "X"},
        {"person": "K"},
        {"purpose": " "},
        {"held": Period(starts=NOON, ends=NOON + shared.MOST_HOURS + timedelta(seconds=1))},
        {"held": Period(starts=NOON)},
        {"others": (EARLIER,)},
        {"rotations": (shared.Rotation(because=shared.Because.RETURNED, due_at=NOON),)},
    ],
    ids=["使えない", "別の人が渡す", "自分に渡す", "用途がない", "12時間を超える", "終わりがない",
         "ほかの人が持つ", "交換がまだ"],
)  # fmt: skip
def test_a_shared_id_is_not_handed_out_otherwise(change):
    assert taken(**change) is not None


def test_a_shared_id_lives_a_year_at_most():
    last = jst_day(date(2027, 6, 1))
    known = {"custodian": "K", "reason": "移行中", "at": NOON}

    assert shared.refusal_to_share(ends_at=last, **known) is None
    assert shared.refusal_to_share(ends_at=last + timedelta(seconds=1), **known) is not None
    assert shared.refusal_to_share(ends_at=None, **known) is not None


def test_a_secret_is_changed_when_it_comes_back_and_when_a_holder_moves():
    back = shared.Checkout(person="P", held=HELD, returned_at=NOON + DAY / 8)

    due = shared.rotations_due([back], moved=[("P", NOON + 30 * DAY)])
    assert {one.because for one in due} == {"returned", "holder_moved"}
    done = shared.Rotation(because=shared.Because.RETURNED, due_at=NOON, done_at=NOON + DAY)
    (left,) = shared.rotations_due([back], moved=[("P", NOON + 30 * DAY)], done=[done])
    assert left.because == "holder_moved"
    assert not shared.rotations_due([back], moved=[("Q", NOON + 30 * DAY)], done=[done])


# Reviews ---------------------------------------------------------------------------------------


def answered(**change):
    known = {
        "answer": Answer.KEEP,
        "holder": "P",
        "assignee": "O",
        "by": "O",
        "due_at": NOON + DAY,
        "is_answered": False,
        "at": NOON,
        "keep_until": reviews.latest_end(NOON),
        "roles": (),
        "held_roles": ("照会", "更新"),
    }
    return reviews.refusal_to_answer(**known | change)


def test_the_assignee_answers_before_the_deadline():
    assert answered() is None
    assert answered(answer=Answer.REDUCE, roles=("照会",)) is None
    assert answered(answer=Answer.STOP, keep_until=None) is None
    assert answered(answer=Answer.STOP, keep_until=None, at=NOON + 2 * DAY) is None


@pytest.mark.parametrize(
    "change",
    [
        {"by": "P", "assignee": "P"},
        {"by": "X"},
        {"is_answered": True},
        {"at": NOON + DAY},
        {"keep_until": None},
        {"keep_until": reviews.latest_end(NOON) + timedelta(seconds=1)},
        {"answer": Answer.REDUCE, "roles": ("照会", "更新")},
        {"answer": Answer.REDUCE, "roles": ("管理",)},
    ],
    ids=[
        "自分",
        "別の人",
        "二度目",
        "期限の時刻",
        "期限がない",
        "6か月を超える",
        "減っていない",
        "増えた",
    ],
)
def test_no_other_answer_is_taken(change):
    assert answered(**change) is not None


def test_silence_stops_at_the_deadline_and_an_answer_does_not():
    assert reviews.silence_stops_at([(NOON, None), (NOON - DAY, NOON - 2 * DAY)]) == NOON
    assert reviews.silence_stops_at([(NOON, NOON - DAY)]) is None


people = st.lists(st.sampled_from("PQRS"), max_size=3)


@given(people, people, people, st.frozensets(st.sampled_from("PQRS")))
def test_nobody_reviews_their_own_and_no_row_strands_where_somebody_can(
    superiors, officers, substitutes, barred
):
    who = reviews.review_assignee(
        holder="P", superiors=superiors, officers=officers, substitutes=substitutes, barred=barred
    )
    able = [
        one for one in (*superiors, *officers, *substitutes) if one != "P" and one not in barred
    ]

    assert who == (able[0] if able else None)


def test_a_population_is_frozen_under_one_hash_in_any_order():
    lines = [reviews.Line(account=str(n), holder="P", kind="personal", roles=()) for n in range(3)]

    one = reviews.review_population(lines, as_of=NOON)
    assert reviews.review_population(lines[::-1], as_of=NOON) == one
    assert reviews.review_population(lines[1:], as_of=NOON).digest != one.digest
    assert reviews.review_population(lines, as_of=NOON + DAY).digest != one.digest


def test_the_evidence_flags_what_a_reviewer_has_to_see():
    found = reviews.review_facts(
        account="takuso TK1",
        as_of=NOON,
        last_used_at=None,
        uses=0,
        off_hours=2,
        posts=[OPEN, Period(starts=NOON - 9 * DAY)],
        dormant_on=None,
        is_shared=True,
    )

    assert set(found.flags) == {
        "一度も使われていない",
        "夜間の利用",
        "兼務",
        "期間中の異動",
        "共有ID",
        "利用許可なし",
    }


# Broken twins ----------------------------------------------------------------------------------


def lifts_their_own(hold, lift):
    return holds.refusal_to_lift(replace(hold, person=None), lift)


def late_is_never_too_late(**known):
    return reviews.refusal_to_answer(**known | {"at": known["due_at"] - DAY})


def test_twins_are_caught():
    own = Lift(by=Actor(person="P", is_officer=True), note="要る")
    assert lifts_their_own(Hold(reason=Reason.DORMANT, person="P"), own) is None
    assert lifted(Reason.DORMANT, own) is not None

    late = {
        "answer": Answer.KEEP, "holder": "P", "assignee": "O", "by": "O", "due_at": NOON,
        "is_answered": False, "at": NOON, "keep_until": NOON + DAY,
    }  # fmt: skip
    assert late_is_never_too_late(**late) is None
    assert reviews.refusal_to_answer(**late) is not None
