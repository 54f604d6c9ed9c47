"""May somebody use a system? Every condition, their order, and how long the answer holds."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sekisho.accounts.levels import Level
from sekisho.campaigns.pledges import Answer
from sekisho.grants import conflict_rules, conflicts, use
from sekisho.grants.use import (
    Engaged,
    Grant,
    Hold,
    Permit,
    SignedIn,
    Target,
    Use,
    all_refusals,
    may_use,
)
from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal
from sekisho_links import shipped
from tests.rules.grants import twins
from tests.rules.grants.matters import (
    ASK,
    COMING,
    FACTS,
    LIFE,
    LONG,
    MOMENT,
    NOON,
    OPEN,
    OVER,
    pledged,
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
