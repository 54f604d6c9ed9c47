import pytest

from sekisho.accounts.classes import ViewerClass, purposes, read
from sekisho.accounts.roles import permissions
from sekisho_links import shipped
from sekisho_links.policy.folders import shipped_policy
from tests.rules.accounts import twins

HEAD = "会社区分,組織区分,閲覧者区分,利用目的,職務の範囲,説明"


def shipped_classes():
    text = shipped("content", "viewer_classes.csv").read_text(encoding="utf-8-sig")
    return read(text, place="viewer_classes.csv")


def test_a_row_says_class_purpose_and_duty():
    classes = read(f"{HEAD}\nnetwork,branch,送配電監査,監査点検,none,支社\n", place="x")

    assert classes == {
        ("network", "branch"): ViewerClass(name="送配電監査", purpose="監査点検", duty="none")
    }


def test_a_missing_column_is_named_with_the_remedy():
    from sekisho.accounts.classes import UnreadableClasses

    with pytest.raises(UnreadableClasses, match="列がありません: 利用目的、職務の範囲") as error:
        read("会社区分,組織区分,閲覧者区分\n", place="viewer_classes.csv")

    assert "viewer_classes.csv" in str(error.value)
    assert "職務の範囲" in error.value.remedy


def test_the_shipped_classes_and_purposes_are_values_of_the_attributes():
    words = shipped_policy().attributes

    for viewer in shipped_classes().values():
        assert viewer.name in words["閲覧者区分"].words
        assert set(purposes(viewer)) <= set(words["利用目的"].words)


def test_the_usual_purpose_comes_first_and_none_twice():
    for viewer in shipped_classes().values():
        offered = purposes(viewer)

        assert offered[0] == viewer.purpose
        assert len(set(offered)) == len(offered)


OF_THE_NETWORK_ONLY = {"policy.read", "proof.read", "reports.read", "ledger.read"}


# What a post of any company opens: to look, to ask for a use, to count terminals.
EVERYBODY = {"gate.look", "grants.use", "terminals.count"}


@pytest.mark.parametrize("given", [permissions, *twins.PERMISSIONS], ids=lambda f: f.__name__)
def test_only_the_network_company_watches(given):
    opened = {
        permission
        for (company, unit), viewer in shipped_classes().items()
        if company != "network"
        for permission in given(
            company_kind=company, unit_kind=unit, viewer_class=viewer.name, relief=False
        )
    }

    assert (opened <= EVERYBODY) is (given is permissions)


@pytest.mark.parametrize(
    ("unit", "permission", "opens"),
    [
        ("compliance", "trace.investigate", True),
        ("internal_audit", "ledger.read", True),
        ("it", "trace.investigate", False),
        ("it", "proof.read", True),
        ("board", "reports.read", True),
        ("service_centre", "policy.read", True),
        ("service_centre", "reports.read", False),
        ("call_centre", "policy.read", False),
    ],
)
def test_a_post_opens_what_its_line_needs(unit, permission, opens):
    given = permissions(company_kind="network", unit_kind=unit, viewer_class="送配電監査")

    assert (permission in given) is opens


def test_a_post_without_a_class_opens_nothing():
    assert not permissions(company_kind="network", unit_kind="compliance", viewer_class=None)


def test_under_the_relief_hat_only_the_launcher_and_the_look_up_open():
    given = permissions(
        company_kind="network", unit_kind="compliance", viewer_class="災害応援", relief=True
    )

    assert given == {"gate.look", "grants.use"}
