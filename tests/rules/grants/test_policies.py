from dataclasses import replace
from hashlib import sha256

import pytest

from sekisho.grants import policy_sheet
from sekisho.grants.policies import (
    Party,
    asker_class,
    difference,
    faults,
    fitting,
    lint,
)
from sekisho_links import shipped
from tests.rules.grants.houses import CONDUCT, OFFICER, POLICY, SUPERIOR

SHEET = shipped("content", "approval_policies.csv")
SHIPPED = policy_sheet.read(SHEET.read_text(encoding="utf-8"), place=SHEET.name)


def fits(system, asker, purpose, circumstance="ordinary"):
    return [
        (one.code, one.mode)
        for one in fitting(
            SHIPPED, system=system, role="", asker=asker, purpose=purpose, circumstance=circumstance
        )
    ]


def test_what_ships_has_no_error():
    assert [one for one in lint(SHIPPED) if one.is_error] == []


def test_the_ministrys_system_is_asked_for_use_by_use_and_in_no_other_way():
    assert fits("saiene", "network", "再エネ買取") == [("AP-02", "per_use")]
    assert fits("saiene", "contractor", "再エネ買取") == [("AP-06", "per_use")]
    assert fits("saiene", "retail", "小売供給") == []
    assert fits("saiene", "helper", "非常災害対応", "disaster") == []


def test_ordinary_work_may_be_asked_for_in_two_ways():
    assert fits("takuso", "network", "託送供給等") == [("AP-01", "standing"), ("AP-03", "per_use")]


def test_nobody_can_ask_for_what_no_policy_knows():
    assert fits("takuso", "retail", "営業提案") == []
    assert fits("lastresort", "retail", "小売供給") == []
    assert fits("takuso", "unheard of", "託送供給等") == []


def test_every_shipped_policy_has_a_party_on_the_owners_or_the_emergencys_side():
    assert all(one.parties for one in SHIPPED)
    assert all({party.side for party in one.parties} != {"asker"} for one in SHIPPED)


@pytest.mark.parametrize(
    ("post", "said"),
    [
        (("network", "service_centre", "main", "託送供給等"), "network"),
        (("network", "it", "main", "保守運用"), "administrator"),
        (("network", "compliance", "main", "監査点検"), "line2"),
        (("network", "internal_audit", "main", "監査点検"), "line3"),
        (("affiliate", "sales", "support", "非常災害対応"), "helper"),
        (("affiliate", "sales", "main", "小売供給"), "retail"),
        (("other_retailer", "retailer", "main", "小売供給"), "retail"),
        (("network_contractor", "line", "contract", "停電保安"), "contractor"),
        (("government", "ministry", "main", "認定事務"), "outside"),
        (("nobody knows", "", "main", ""), "outside"),
    ],
)
def test_who_asks(post, said):
    company, unit, appointment, purpose = post

    assert asker_class(company_kind=company, unit_kind=unit, appointment_kind=appointment,
                       purpose=purpose) == said  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"parties": ()}, "承認者がいません"),
        ({"parties": (OFFICER, OFFICER)}, "二度"),
        ({"parties": (Party(role="boss", side="owner"),)}, "boss"),
        ({"parties": (Party(role="superior", side="there"),)}, "there"),
        ({"mode": "endless"}, "endless"),
        ({"mode": "dual", "parties": (OFFICER,), "uses_max": None}, "一人"),
        ({"uses_max": None}, "回数"),
        ({"mode": "period"}, "回数"),
        ({"max_window_minutes": 31 * 24 * 60}, "期間が"),
        ({"max_use_minutes": 61}, "一回の利用"),
        ({"fresh_seconds": 301}, "本人認証"),
        ({"pending_minutes": 0}, "待つ"),
        ({"purposes": ()}, "利用目的"),
        ({"purposes": ("営業提案",)}, "営業提案"),
        ({"look_back": "sometime"}, "sometime"),
        ({"reference_kind": "facility|name"}, "name"),
    ],
)
def test_what_is_wrong_with_a_policy_is_said(changed, said):
    found = faults(replace(POLICY, **changed))

    assert any(said in str(fault) for fault in found)


def test_two_policies_for_one_case_are_an_error_and_an_empty_party_is_seen():
    other = replace(POLICY, code="AP-OTHER")

    [error, *_] = lint([POLICY, other])
    seen = lint([POLICY], fills=lambda _, party: party != OFFICER)

    assert error.is_error
    assert "AP-TEST" in error.words
    assert [one.words for one in seen] == [f"{OFFICER.words}を務められる人が、今日はいません"]


def test_a_single_superior_is_remarked():
    assert any("所属長だけ" in one.words for one in lint([replace(POLICY, parties=(SUPERIOR,))]))


@pytest.mark.parametrize(
    ("changed", "said", "looser"),
    [
        ({"parties": (OFFICER,)}, "所属長", True),
        ({"parties": (SUPERIOR, OFFICER, CONDUCT)}, "行為規制", False),
        ({"max_window_minutes": 120}, "60から120", True),
        ({"max_window_minutes": 30}, "60から30", False),
        ({"uses_max": 3}, "回数が2から3", True),
        ({"purposes": ("再エネ買取", "停電保安")}, "停電保安", True),
        ({"purposes": ("停電保安",)}, "再エネ買取", False),
        ({"look_back": "none"}, "利用結果の確認", True),
        ({"in_order": True}, "順序", False),
        ({"fresh_seconds": 60}, "本人認証", False),
    ],
)
def test_a_difference_says_what_gets_looser(changed, said, looser):
    found = difference(POLICY, replace(POLICY, **changed))

    [one] = [each for each in found if said in each.words]
    assert one.is_looser is looser


def test_nothing_changed_is_no_difference_and_a_new_policy_is_one():
    assert difference(POLICY, replace(POLICY, version=2)) == ()
    assert difference(None, POLICY)[0].is_looser


def test_a_policy_is_named_by_the_digest_of_its_text():
    assert POLICY.digest == f"sha256:{sha256(POLICY.text).hexdigest()}"
    assert replace(POLICY, version=2).digest != POLICY.digest


HEAD = ",".join(policy_sheet.COLUMNS)
LINE = (
    "AP-1,,送配電の従業者,平常,再エネ買取,都度,所属長＠申請者,問わない,30,20,1,60,設備ID,しない,3,"
)


def sheet(line):
    return policy_sheet.read(f"{HEAD}\n{line}\n", place="承認規程.csv")


def test_a_line_for_two_systems_is_two_policies():
    found = sheet(LINE.replace("AP-1,,", "AP-1,takuso・fitnw,"))

    assert [(one.code, one.system) for one in found] == [
        ("AP-1-takuso", "takuso"),
        ("AP-1-fitnw", "fitnw"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("所属長＠申請者", "部長＠申請者", "部長＠申請者"),
        ("所属長＠申請者", "所属長", "役割＠側"),
        ("都度", "随時", "随時"),
        (",30,", ",三十,", "三十"),
        ("設備ID", "車番", "車番"),
        ("平常", "いつも", "いつも"),
    ],
)
def test_a_table_that_cannot_be_read_says_where_and_why(before, after, said):
    with pytest.raises(policy_sheet.UnreadablePolicies) as caught:
        sheet(LINE.replace(before, after))

    assert said in str(caught.value)
    assert "2行目" in str(caught.value)


def test_a_missing_column_and_a_code_that_stands_twice_are_said():
    with pytest.raises(policy_sheet.UnreadablePolicies, match="符号が二度"):
        sheet(f"{LINE}\n{LINE}")
    with pytest.raises(policy_sheet.UnreadablePolicies, match="承認者"):
        policy_sheet.read("符号,システム\n", place="承認規程.csv")
