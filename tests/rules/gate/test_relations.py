from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.gate.relations import (
    Duty,
    Reach,
    Relation,
    Scope,
    Tie,
    reach,
    relation_of,
    relation_to,
    scope_of,
)
from sekisho.gate.tickets import party_of
from sekisho_links.policy.folders import shipped_policy

NOON = datetime(2026, 4, 1, 3, tzinfo=UTC)


def use(**changes):
    told = {
        "areas": frozenset({"0901", "0902"}),
        "duty": Duty.AREA,
        "written_areas": None,
        "listed": False,
        "standing": True,
    }
    return Reach(**told | changes)


def scope(of, *, area="0901", relation=Relation.RIVAL, has_work=False, is_listed=False):
    return scope_of(of, area=area, relation=relation, has_work=has_work, is_listed=is_listed)


def test_the_numbers_are_the_precedence_of_the_sheet():
    attributes = shipped_policy().attributes

    assert [one.word for one in Relation] == list(attributes["契約相手"].words)
    assert [one.word for one in Scope] == list(attributes["対象範囲"].words)
    assert [value.precedence for value in attributes["契約相手"].values] == list(Relation)


@pytest.mark.parametrize(
    ("party", "owner_key", "expected"),
    [
        pytest.param("R000", "retail:R000", Relation.OWN, id="自社"),
        pytest.param("R000", "retail:R012", Relation.RIVAL, id="他社"),
        pytest.param("N09", "retail:R000", Relation.RIVAL, id="送配電から見た小売の客"),
        pytest.param("R000/relief", "retail:R000", Relation.RIVAL, id="応援の帽子では自社がない"),
        pytest.param("R000", "fit_retail:R000", Relation.FIT_OWN, id="自社買取"),
        pytest.param("R000", "fit_retail:R012", Relation.FIT_RIVAL, id="他社買取"),
        pytest.param("R000", "last_resort:N09", Relation.LAST_RESORT, id="最終保障"),
        pytest.param("N09", "last_resort:N09", Relation.LAST_RESORT, id="送配電の最終保障"),
        pytest.param("R000", "island:N09", Relation.ISLAND, id="離島"),
        pytest.param("R000", "fit_network:N09", Relation.FIT_NETWORK, id="送配電買取"),
        pytest.param("R000", "none:", Relation.NO_CONTRACT, id="契約なし"),
        pytest.param("R000", None, None, id="持ち主が不明"),
        pytest.param("R000", "R000", None, id="種類のない鍵"),
        pytest.param("R000", "other:R000", None, id="知らない種類"),
        pytest.param("", "retail:", None, id="会社が不明"),
    ],
)
def test_how_a_party_stands_to_a_record(party, owner_key, expected):
    assert relation_to(party, owner_key) is expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(NOON - timedelta(microseconds=1), Relation.RIVAL, id="受理の前"),
        pytest.param(NOON, Relation.SWITCH_IN, id="受理した時刻"),
        pytest.param(NOON + timedelta(days=1), Relation.RIVAL, id="供給開始の時刻"),
    ],
)
def test_a_switch_counts_from_its_acceptance_until_supply_begins(at, expected):
    tie = Tie(
        company="R000",
        relation=Relation.SWITCH_IN,
        starts=NOON,
        ends=NOON + timedelta(days=1),
    )

    assert relation_of("R000", "R000", "retail:R012", [tie], at) is expected


def test_an_own_customer_stays_own_while_it_is_switched():
    tie = Tie(company="R000", relation=Relation.SWITCH_IN, starts=NOON, ends=None)

    assert relation_of("R000", "R000", "retail:R000", [tie], NOON) is Relation.OWN


def test_with_the_relief_hat_on_no_switch_counts():
    tie = Tie(company="R000", relation=Relation.SWITCH_IN, starts=NOON, ends=None)
    party = party_of("R000", relief=True)

    assert relation_of(party, party, "retail:R012", [tie], NOON) is Relation.RIVAL


@pytest.mark.parametrize(
    ("of", "facts", "expected"),
    [
        pytest.param(use(), {}, Scope.IN_DUTY, id="担当の区域"),
        pytest.param(use(), {"area": "0909"}, Scope.OUT_OF_AREA, id="区域外"),
        pytest.param(use(), {"area": None}, None, id="区域のない記録"),
        pytest.param(
            use(duty=Duty.OWN), {"relation": Relation.CONSENT}, Scope.IN_DUTY, id="同意照会は自社群"
        ),
        pytest.param(use(duty=Duty.OWN), {}, Scope.OUT_OF_SCOPE, id="他社は職務の外"),
        pytest.param(
            use(duty=Duty.WORK_ITEM), {"has_work": True}, Scope.IN_DUTY, id="作業指示がある"
        ),
        pytest.param(use(duty=Duty.WORK_ITEM), {}, Scope.OUT_OF_SCOPE, id="作業指示がない"),
        pytest.param(
            use(standing=False, listed=True), {"is_listed": True}, Scope.IN_DUTY, id="許可と職務"
        ),
        pytest.param(use(standing=False, listed=True), {}, Scope.OUT_OF_SCOPE, id="許可の一覧の外"),
        pytest.param(
            use(standing=False, listed=True, duty=Duty.NONE),
            {"is_listed": True},
            Scope.IN_APPROVAL,
            id="許可だけ",
        ),
        pytest.param(
            use(standing=False, written_areas=frozenset({"0901"}), duty=Duty.NONE),
            {},
            Scope.IN_APPROVAL,
            id="許可の地区",
        ),
        pytest.param(
            use(standing=False, written_areas=frozenset({"0902"})),
            {},
            Scope.OUT_OF_SCOPE,
            id="許可の地区の外は職務でも外",
        ),
        pytest.param(use(standing=False), {}, Scope.OUT_OF_SCOPE, id="何も書かない都度の許可"),
        pytest.param(
            use(standing=False, listed=True),
            {"is_listed": True, "area": "0909"},
            Scope.OUT_OF_AREA,
            id="区域外は許可に勝つ",
        ),
    ],
)
def test_on_what_ground_a_record_is_within_reach(of, facts, expected):
    assert scope(of, **facts) is expected


@given(
    st.sets(st.sampled_from(list(Relation))),
    st.lists(st.sampled_from(["retail:A", "retail:B", "none:", "last_resort:N", "junk"])),
)
def test_a_party_reaches_nothing_but_the_relations_it_may_meet(met, owner_keys):
    for party, key, relation in reach({"A": met}, owner_keys):
        assert party == "A"
        assert relation in met
        assert relation_to(party, key) is relation
