"""May somebody use a system? Every condition, their order, and how long the answer holds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.accounts import life
from sekisho.accounts.levels import Level
from sekisho.campaigns.pledges import Answer, Pledge
from sekisho.grants import conflict_rules, conflicts, use
from sekisho.grants.use import (
    Account,
    Ask,
    Device,
    Engaged,
    Facts,
    Grant,
    Hold,
    Permit,
    Post,
    SignedIn,
    System,
    Target,
    Use,
    all_refusals,
    is_entitled,
    may_use,
)
from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal
from sekisho_links import shipped
from tests.rules.grants import twins

NOON = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
LONG = Period(starts=NOON - timedelta(days=300), ends=NOON + timedelta(days=90))
OPEN = Period(starts=NOON - timedelta(days=300))
OVER = Period(starts=NOON - timedelta(days=300), ends=NOON)
COMING = Period(starts=NOON + MOMENT)

ASK = Ask(
    person="P1",
    hat="A1",
    account="tk1",
    system="takuso",
    purpose="託送供給等",
    device="D1",
)
LIFE = life.Account(
    issued_at=NOON - timedelta(days=200), last_used_at=NOON - timedelta(days=1), post=OPEN
)
FACTS = Facts(
    person="P1",
    system=System(key="takuso", period=OPEN),
    posts=(Post(appointment="A1", works_for="N09", period=OPEN),),
    accounts=(Account(code="tk1", works_for="N09", life=LIFE),),
    grants=(Grant(key="G1", kind="standing", purpose="託送供給等", period=LONG),),
    devices=(Device(number="D1", period=OPEN),),
    uses=(Period(starts=NOON, ends=NOON + timedelta(hours=8)),),
    signed_in=SignedIn(level=Level.CARD, authenticator="K1"),
)


def first(facts, *, ask=ASK, at=NOON):
    answer = may_use(facts, ask, at=at)
    return answer.reason if isinstance(answer, Refusal) else None


def with_(one, **changes):
    """Return the facts with changes to the one post, account, grant, device or system."""
    if one == "life":
        account = FACTS.accounts[0]
        return replace(FACTS, accounts=(replace(account, life=replace(LIFE, **changes)),))
    if one == "system":
        return replace(FACTS, system=replace(FACTS.system, **changes))
    (row,) = getattr(FACTS, one)
    return replace(FACTS, **{one: (replace(row, **changes),)})


COUNTED = {"kind": "per_use", "uses_max": 1}
RUNS = Use(grant="G1", period=Period(starts=NOON, ends=NOON + timedelta(minutes=20)), device="D1")
RELIEF_ASK = replace(ASK, relief="E1")


def counted(*uses, **changes):
    return replace(with_("grants", **{**COUNTED, **changes}), counted=uses)


def pledged(template, subject, **changes):
    told = {"answer": Answer.SIGNED, "at": NOON - timedelta(days=9), "valid_until": None, **changes}
    return (Pledge(template=template, subject=subject, **told),)


def both_sides(**changes):
    """Return the facts of somebody who has a post on either side of the wall."""
    told = {"unit": "u", "unit_kind": "sales", "kind": "main", "period": OPEN, **changes}
    sides = [
        conflicts.Post(appointment=a, company=c, employer=c, works_for=c, **told)
        for a, c in (("A1", "network"), ("A2", "affiliate"))
    ]
    return replace(FACTS, held=tuple(sides), rules=RULES)


ENGAGED = (Engaged(engagement="C1", period=OPEN),)
RULES = conflict_rules.read(
    shipped("content", "conflict_rules.csv").read_text(encoding="utf-8-sig"),
    place="conflict_rules.csv",
    unit_kinds={"sales", "service_centre"},
)
REFUSED = {
    "別の人": (replace(FACTS, person="P2"), "別の人"),
    "別のシステム": (with_("system", key="saiene"), "別の人または別のシステム"),
    "台帳にない": (replace(FACTS, system=None), "台帳に"),
    "廃止したシステム": (with_("system", period=OVER), "台帳に"),
    "発令がない": (replace(FACTS, posts=()), "発令"),
    "発令が終わった": (with_("posts", period=OVER), "発令"),
    "発令はこれから": (with_("posts", period=COMING), "発令"),
    "休職": (with_("posts", on_leave=True), "休職"),
    "IDがない": (replace(FACTS, accounts=()), "IDがありません"),
    "別会社のID": (with_("accounts", works_for="R000"), "別の会社"),
    "廃止": (with_("life", closed_at=NOON), "廃止"),
    "期限切れ": (with_("life", ends_at=NOON), "期限"),
    "休眠": (with_("life", last_used_at=None, issued_at=NOON - timedelta(days=190)), "使われて"),
    "棚卸しの沈黙": (with_("life", review_due_at=NOON), "棚卸し"),
    "許可がない": (replace(FACTS, grants=()), "利用許可がありません"),
    "目的が違う": (with_("grants", purpose="停電保安"), "利用許可がありません"),
    "業務が違う": (with_("grants", appointment="A2"), "利用許可がありません"),
    "IDが違う": (with_("grants", account="tk2"), "利用許可がありません"),
    "役割が違う": (with_("grants", role="admin"), "利用許可がありません"),
    "許可が終わった": (with_("grants", period=OVER), "終わったか"),
    "許可の取消し": (with_("grants", revoked_at=NOON), "取り消されました"),
    "利用が始まっていない": (replace(FACTS, uses=()), "利用が始まっていない"),
    "利用が終わった": (replace(FACTS, uses=(OVER,)), "利用が始まっていない"),
    "非常災害が終わった": (with_("grants", relief="E1", emergency=OVER), "非常災害"),
    "名簿にない": (with_("grants", relief="E1"), "非常災害"),
    "業務は応援でない": (with_("grants", relief="E1", emergency=OPEN), "非常災害"),
    "訓練で実データ": (with_("grants", is_drill=True), "訓練の許可では"),
    "応援に出ている": (replace(FACTS, worn=(("E1", OPEN),)), "災害応援（E1）に出ている間は"),
    "別の応援に出ている": (
        replace(FACTS, worn=(("E1", OVER), ("E2", OPEN))), "災害応援（E2）に出ている間は",
    ),
    "端末がない": (replace(FACTS, devices=()), "端末が台帳に"),
    "端末の期間外": (with_("devices", period=OVER), "端末が台帳に"),
    "貸与がない": (with_("devices", is_lent=True), "貸し出されて"),
    "貸与が終わった": (with_("devices", is_lent=True, loans=(OVER,)), "貸し出されて"),
    "端末に限るシステム": (with_("system", device_bound=True), "貸し出されて"),
    "本人認証がない": (replace(FACTS, signed_in=None), "本人認証"),
    "パスワードだけ": (replace(FACTS, signed_in=SignedIn(level=Level.PASSWORD)), "本人認証"),
    "都度認証が要る": (with_("system", level=Level.FRESH), "利用のたび"),
    "承認された利用が始まっていない": (counted(), "始まっていません"),
    "承認された利用が終わった": (counted(replace(RUNS, period=OVER)), "使い切りました"),
    "まだ回数がある": (counted(replace(RUNS, period=OVER), uses_max=2), "始まっていません"),
    "別の端末での利用": (counted(replace(RUNS, device="D2"), uses_max=2), "始まっていません"),
    "別の許可の利用": (counted(replace(RUNS, grant="G2")), "始まっていません"),
    "両側の職": (both_sides(), "人事交流の制限"),
    "委託がない": (with_("posts", is_contract=True), "委託が有効でない"),
    "委託が止まった": (
        with_("posts", engaged=(Engaged(engagement="C1", period=OVER),)),
        "委託が有効でない",
    ),
    "国のシステムの誓約": (with_("system", owner="M", pledge="ministry"), "誓約が未提出"),
    "委託の誓約": (with_("posts", engaged=ENGAGED), "誓約が未提出"),
    "誓約の期限切れ": (
        replace(
            with_("posts", engaged=ENGAGED), pledged=pledged("contractor", "C1", valid_until=NOON)
        ),
        "誓約が期限切れ",
    ),
    "誓約の拒否": (
        replace(
            with_("posts", engaged=ENGAGED),
            pledged=pledged("contractor", "C1", answer=Answer.REFUSED),
        ),
        "誓約を拒否",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "word"), REFUSED.values(), ids=REFUSED)
def test_each_missing_condition_refuses_with_its_reason_and_a_remedy(facts, word):
    answer = may_use(facts, ASK, at=NOON)

    assert isinstance(answer, Refusal)
    assert word in answer.reason
    assert answer.remedy


@pytest.mark.parametrize("target", Target)
def test_a_hold_on_anything_the_use_rests_on_refuses(target):
    key = {"person": "P1", "account": "tk1", "authenticator": "K1", "device": "D1", "grant": "G1"}
    hold = Hold(
        target=target, key=key[target], period=Period(starts=NOON), reason="調査", remedy="第2線へ"
    )

    assert first(replace(FACTS, holds=(hold,))) == "停止されています（調査）"
    assert first(replace(FACTS, holds=(hold,)), at=NOON - MOMENT) != "停止されています（調査）"
    assert first(replace(FACTS, holds=(replace(hold, key="other"),))) is None


def test_all_that_is_asked_is_there():
    assert may_use(FACTS, ASK, at=NOON) == Permit(
        grant="G1", emergency=None, until=NOON + timedelta(hours=8)
    )


def test_a_counted_use_opens_at_its_terminal_until_it_ends():
    permit = may_use(counted(RUNS), ASK, at=NOON)

    assert permit == Permit(grant="G1", emergency=None, until=RUNS.period.ends)
    assert first(counted(RUNS), at=RUNS.period.ends) == use.USED_UP.reason


def test_the_grant_whose_use_runs_is_the_one_that_is_used():
    spent = Grant(key="G0", purpose="託送供給等", period=LONG, **COUNTED)
    facts = counted(RUNS, Use(grant="G0", period=OVER, device="D1"))

    assert may_use(replace(facts, grants=(spent, *facts.grants)), ASK, at=NOON).grant == "G1"


def test_relief_needs_the_pledge_of_this_emergency():
    facts = with_("grants", relief="E1", emergency=OPEN)

    assert "誓約が未提出" in first(facts, ask=RELIEF_ASK)
    for emergency, opens in (("E1", True), ("E2", False)):
        signed = replace(facts, pledged=pledged("disaster_relief", emergency))
        assert (first(signed, ask=RELIEF_ASK) is None) is opens


def test_where_every_record_is_invented_a_drill_opens_them():
    facts = with_("grants", is_drill=True)

    assert "訓練の許可では" in first(facts)
    assert first(replace(facts, is_invented=True)) is None


def test_the_hat_of_the_relief_at_hand_is_worn_and_no_other():
    facts = replace(FACTS, worn=(("E1", Period(starts=NOON + MOMENT, ends=None)),))

    assert may_use(facts, ASK, at=NOON).until == NOON + MOMENT
    assert "災害応援（E1）" in first(facts, at=NOON + MOMENT)
    assert "災害応援" not in str(first(facts, ask=RELIEF_ASK, at=NOON + MOMENT))


def test_a_ministry_s_own_people_pledge_nothing_to_it():
    assert first(with_("system", owner="N09", pledge="ministry")) is None


def test_an_exception_of_the_second_line_sets_a_rule_aside_for_its_time():
    let_off = conflicts.Exempt(rule="K3", period=Period(starts=NOON, ends=NOON + MOMENT))
    facts = replace(both_sides(unit_kind="service_centre"), exempts=(let_off,))

    assert may_use(facts, ASK, at=NOON).until == NOON + MOMENT
    assert "K3" in first(facts, at=NOON + MOMENT)


def test_an_area_outside_of_the_grant_is_refused():
    facts = with_("grants", areas=frozenset({"0901"}))

    assert first(facts, ask=replace(ASK, area="0901")) is None
    assert "範囲" in first(facts, ask=replace(ASK, area="0902"))


def test_the_person_sees_the_first_refusal_and_an_officer_all_in_their_order():
    facts = replace(FACTS, posts=(), grants=(), devices=())

    every = all_refusals(facts, ASK, at=NOON)

    assert every[0] == may_use(facts, ASK, at=NOON)
    assert [refusal.reason for refusal in every] == [
        use.NO_POST.reason,
        use.NO_GRANT.reason,
        use.NO_DEVICE.reason,
    ]
    assert all_refusals(FACTS, ASK, at=NOON) == ()


def test_a_standing_grant_is_used_before_an_approval_for_one_use():
    once = Grant(key="G0", kind="per_use", purpose="託送供給等", period=LONG)
    facts = replace(FACTS, grants=(once, *FACTS.grants))

    assert may_use(facts, ASK, at=NOON).grant == "G1"


# For all facts ---------------------------------------------------------------------------------

instants = st.integers(-120, 120).map(lambda n: NOON + timedelta(hours=n * 37))
periods = st.builds(
    lambda starts, hours: Period(
        starts=starts, ends=None if hours is None else starts + timedelta(hours=hours)
    ),
    instants,
    st.none() | st.integers(1, 3000),
)
wide = st.just(OPEN) | st.just(LONG) | periods
maybe = st.none() | instants
lives = st.builds(
    life.Account,
    issued_at=st.just(NOON - timedelta(days=150)) | maybe,
    last_used_at=maybe,
    closed_at=st.none() | maybe,
    ends_at=maybe,
    review_due_at=maybe,
    post=wide,
    dormancy_months=st.integers(1, 6),
)
grants = st.builds(
    Grant,
    key=st.sampled_from(["G1", "G2", "G3"]),
    kind=st.sampled_from(use.ORDER),
    purpose=st.just("託送供給等"),
    period=wide,
    revoked_at=maybe,
    appointment=st.sampled_from([None, "A1", "A2"]),
    relief=st.sampled_from([None, None, "E1"]),
    is_drill=st.sampled_from([False, False, True]),
    emergency=st.none() | periods,
    uses_max=st.sampled_from([None, None, 1, 2]),
)
holds = st.builds(
    Hold,
    target=st.sampled_from(Target),
    key=st.sampled_from(["P1", "tk1", "K1", "D1", "G1"]),
    period=periods,
    reason=st.just("調査"),
    remedy=st.just("第2線へ"),
)
systems = st.builds(
    System,
    key=st.just("takuso"),
    period=wide,
    device_bound=st.booleans(),
    level=st.sampled_from([Level.CARD, Level.FRESH]),
)
sessions = st.builds(
    SignedIn,
    level=st.sampled_from([Level.PASSWORD, Level.CARD, Level.FRESH]),
    authenticator=st.just("K1"),
    fresh_until=maybe,
)
everything = st.builds(
    Facts,
    person=st.just("P1"),
    system=systems,
    posts=st.lists(
        st.builds(
            Post,
            appointment=st.sampled_from(["A1", "A1", "A2"]),
            works_for=st.just("N09"),
            period=wide,
            on_leave=st.sampled_from([False, False, True]),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
    accounts=lives.map(lambda one: (Account(code="tk1", works_for="N09", life=one),)),
    grants=st.lists(grants, min_size=1, max_size=3, unique_by=lambda g: g.key).map(tuple),
    holds=st.lists(holds, max_size=2).map(tuple),
    devices=st.builds(
        Device,
        number=st.just("D1"),
        period=wide,
        is_lent=st.booleans(),
        loans=st.lists(wide, max_size=2).map(tuple),
        is_own=st.booleans(),
    ).map(lambda one: (one,)),
    uses=st.lists(wide, min_size=1, max_size=2).map(tuple),
    counted=st.lists(
        st.builds(
            Use,
            grant=st.sampled_from(["G1", "G2", "G3"]),
            period=st.builds(
                lambda starts, hours: Period(starts=starts, ends=starts + timedelta(hours=hours)),
                instants,
                st.integers(1, 300),
            ),
            device=st.sampled_from(["D1", "D1", "D2"]),
        ),
        max_size=3,
    ).map(tuple),
    pledged=st.just(pledged("disaster_relief", "E1")) | st.just(()),
    worn=st.lists(st.tuples(st.sampled_from(["E1", "E2"]), periods), max_size=1).map(tuple),
    is_invented=st.booleans(),
    signed_in=sessions,
)
asks = st.just(ASK) | st.just(replace(ASK, relief="E1"))


@settings(max_examples=300)
@given(everything, asks, instants, st.integers(0, 1000).map(lambda n: n / 1000))
def test_a_permit_holds_exactly_until_it_says_and_no_job_is_asked(facts, ask, at, part):
    for asked in (may_use, is_entitled):
        permit = asked(facts, ask, at=at)
        if isinstance(permit, Refusal):
            continue
        if permit.until is None:
            assert asked(facts, ask, at=at + part * timedelta(days=9000)) == permit
            continue
        assert permit.until > at
        assert asked(facts, ask, at=at + part * (permit.until - at - MOMENT)) == permit
        if not facts.counted:  # a use of another grant is an instant to look again, no more
            assert asked(facts, ask, at=permit.until) != permit


@given(everything, asks, instants, holds)
def test_a_hold_more_never_permits(facts, ask, at, hold):
    held = replace(facts, holds=(*facts.holds, hold))

    if isinstance(may_use(held, ask, at=at), Permit):
        assert isinstance(may_use(facts, ask, at=at), Permit)


@pytest.mark.parametrize(
    "absent",
    [
        {"system": None},
        {"posts": ()},
        {"accounts": ()},
        {"grants": ()},
        {"devices": ()},
        {"uses": ()},
        {"signed_in": None},
    ],
    ids=lambda absent: next(iter(absent)),
)
@given(everything, asks, instants)
def test_absent_facts_never_permit(absent, facts, ask, at):
    assert isinstance(may_use(replace(facts, **absent), ask, at=at), Refusal)


@given(everything, asks, instants)
def test_the_door_asks_all_that_the_register_asks_and_more(facts, ask, at):
    if isinstance(may_use(facts, ask, at=at), Permit):
        assert isinstance(is_entitled(facts, ask, at=at), Permit)


@given(everything, asks, instants)
def test_the_first_refusal_is_the_answer(facts, ask, at):
    every, answer = all_refusals(facts, ask, at=at), may_use(facts, ask, at=at)

    assert (answer == every[0]) if every else isinstance(answer, Permit)


@pytest.mark.parametrize("twin", twins.USES, ids=lambda twin: twin.__name__)
def test_broken_twins_are_caught(twin):
    wrong = [
        name
        for name, (facts, _) in {**REFUSED, **HELD}.items()
        if isinstance(twin(facts, ASK, at=NOON), Permit)
    ]

    assert wrong


HELD = {
    target: (
        replace(
            FACTS,
            holds=(
                Hold(target=target, key=key, period=Period(starts=NOON), reason="調査", remedy="-"),
            ),
        ),
        "停止",
    )
    for target, key in zip(Target, ["P1", "tk1", "K1", "D1", "G1"], strict=True)
}
