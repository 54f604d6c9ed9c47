"""What the doors know of a viewer becomes the eight values of the decision table."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from sekisho.policy.derive import derive_request
from sekisho_web.accounts.models import Account, Hold
from sekisho_web.grants.facts import request_facts, use_of
from sekisho_web.grants.models import Grant
from tests.factories import (
    DeviceFactory,
    EmergencyFactory,
    GrantFactory,
    HoldFactory,
    LoanFactory,
    PostFactory,
    SupporterFactory,
    UnitFactory,
    sign_in,
    somebody,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def request_of(rf, client, person, device=None):
    request = rf.get("/")
    request.user, request.session, request.device = person, client.session, device
    return request


@pytest.fixture
def context(rf, client, now):
    """Return a function: the eight values of a look of `person`, who has signed in."""

    def told(person, device, system="takuso"):
        request = request_of(rf, client, person, device)
        facts = request_facts(request, system=system, screen_kind="詳細", now=now)
        return derive_request(facts, now)

    return told


def test_a_clerk_of_the_network_company_is_told_whole(client, context):
    device = DeviceFactory()
    person = sign_in(client, system="takuso", device=device)

    assert context(person, device) == {
        "閲覧者区分": "送配電託送",
        "利用目的": "託送供給等",
        "状況": "平常",
        "承認": "常時",
        "端末": "送配電端末",
        "認証": "都度認証",
        "アカウント状態": "有効",
        "画面区分": "詳細",
    }


def test_a_retail_post_outweighs_every_other(client, context):
    device = DeviceFactory()
    person = sign_in(client, system="takuso", device=device)
    PostFactory(person=person, unit=UnitFactory(sales=True), kind="concurrent")

    assert context(person, device)["閲覧者区分"] == "関係小売営業"


@pytest.mark.parametrize(
    ("traits", "word"),
    [({}, "常時"), ({"revoked_at": "past"}, "失効"), ({"valid_to": "past"}, "失効")],
    ids=["期間中", "取消し", "終わった"],
)
def test_the_grant_says_the_approval(client, context, now, traits, word):
    device = DeviceFactory()
    person = sign_in(client, system="takuso", device=device)
    past = {name: now - timedelta(minutes=1) for name in traits}
    Grant.objects.filter(person=person).update(**past)

    assert context(person, device)["承認"] == word


def test_a_grant_for_another_purpose_or_system_is_no_grant(client, context):
    device = DeviceFactory()
    person = sign_in(client, system="takuso", device=device)

    assert context(person, device, system="nwonline")["承認"] == "なし"
    Grant.objects.filter(person=person).update(purpose="再エネ買取")
    assert context(person, device)["承認"] == "なし"


def test_an_approval_that_runs_is_used_where_no_standing_grant_is(client, rf, now):
    device = DeviceFactory()
    person = sign_in(client, compliance=True, device=device)
    GrantFactory(
        person=person,
        kind="period",
        purpose="監査点検",
        scope_areas=["0901"],
        valid_from=now - timedelta(hours=1),
        valid_to=now + timedelta(hours=1),
    )

    use = use_of(
        request_of(rf, client, person, device), system="takuso", screen_kind="詳細", now=now
    )

    assert use.grant_kind == "period"
    assert use.areas == ("0901",)
    assert derive_request(use.facts, now)["承認"] == "都度承認済"


def test_a_terminal_that_is_not_lent_any_more_is_unregistered(client, context, now):
    device = DeviceFactory(lent=True)
    person = sign_in(client, system="takuso", device=device)
    assert context(person, device)["端末"] == "未登録端末"

    loan = LoanFactory(
        device=device, person=person, starts_at=now - timedelta(hours=1), ends_at=None
    )
    assert context(person, device)["端末"] == "災害貸与端末"

    loan.ends_at = now
    loan.save()
    assert context(person, device)["端末"] == "未登録端末"


def test_a_terminal_lent_to_another_is_unregistered(client, context, now):
    device = DeviceFactory(lent=True)
    person = sign_in(client, system="takuso", device=device)
    LoanFactory(device=device, starts_at=now - timedelta(hours=1), ends_at=None)

    assert context(person, device)["端末"] == "未登録端末"


@pytest.mark.parametrize(
    ("methods", "proof", "word"),
    [
        (("password", "passkey"), 0, "都度認証"),
        (("password", "passkey"), 290, "都度認証"),
        (("password", "passkey"), 310, "多要素"),
        (("password",), 0, "単要素"),
    ],
    ids=["いま", "5分以内", "5分を過ぎた", "パスワードだけ"],
)
def test_the_sign_in_says_the_authentication(client, context, methods, proof, word):
    device = DeviceFactory()
    person = sign_in(client, system="takuso", device=device, methods=methods, proof=proof)

    assert context(person, device)["認証"] == word


def test_no_sign_in_is_no_authentication(client, context):
    device = DeviceFactory()
    person = sign_in(client, system="takuso", device=device, methods=())

    assert "認証" not in context(person, device)


@pytest.mark.parametrize(
    ("months_ago", "word"), [(1, "有効"), (7, "休眠")], ids=["先月使った", "半年より前"]
)
def test_an_account_unused_for_half_a_year_is_dormant(client, context, now, months_ago, word):
    device = DeviceFactory()
    person = sign_in(client, system="takuso", device=device)
    long_ago = now - timedelta(days=31 * months_ago)
    Account.objects.filter(person=person).update(last_used_at=long_ago, issued_at=long_ago)

    assert context(person, device)["アカウント状態"] == word


def test_a_hold_stops_the_account(client, context, now):
    device = DeviceFactory()
    person = sign_in(client, system="takuso", device=device)
    HoldFactory(person=person, starts_at=now, reason=Hold.Reason.FEED)

    assert context(person, device)["アカウント状態"] == "停止中"


def test_without_an_account_its_state_is_unknown(client, context):
    device = DeviceFactory()
    person = sign_in(client, device=device)

    assert "アカウント状態" not in context(person, device)


def test_relief_is_a_hat_on_a_roster_in_an_emergency(client, rf, now):
    device = DeviceFactory(lent=True)
    person = somebody(sales=True)
    emergency = EmergencyFactory(
        starts_at=now - timedelta(hours=2), ends_at=now + timedelta(hours=2)
    )
    line = SupporterFactory(
        emergency=emergency,
        person=person,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
    )
    sign_in(client, person, device=device, relief=emergency.code, purpose="非常災害対応")
    request = request_of(rf, client, person, device)

    use = use_of(request, system="takuso", screen_kind="詳細", now=now)
    told = derive_request(use.facts, now)
    assert told["閲覧者区分"] == "災害応援"
    assert told["状況"] == "非常災害"
    assert use.emergency_areas == ("0901", "0902")

    line.ends_at = now
    line.save()
    later = request_of(rf, client, person, device)
    facts = request_facts(later, system="takuso", screen_kind="詳細", now=now)
    assert derive_request(facts, now)["閲覧者区分"] == "関係小売営業"


def test_without_a_hat_there_are_no_facts(client, rf, now):
    person = sign_in(client, hat=False)
    request = request_of(rf, client, person)

    with pytest.raises(LookupError):
        request_facts(request, system="takuso", screen_kind="詳細", now=now)


def test_nobody_has_no_facts(rf, client, now):
    request = request_of(rf, client, AnonymousUser())

    with pytest.raises(LookupError):
        request_facts(request, system="takuso", screen_kind="詳細", now=now)


def test_the_facts_take_one_prepared_statement_beside_those_of_the_hat(
    client, rf, now, django_assert_num_queries
):
    device = DeviceFactory()
    person = sign_in(client, system="takuso", device=device)
    GrantFactory.create_batch(5, person=person, purpose="停電保安")
    request = request_of(rf, client, person, device)
    request.session["use"]  # the session is read before

    with django_assert_num_queries(1):  # the hat's; the facts are asked on a cursor of their own
        request_facts(request, system="takuso", screen_kind="詳細", now=now)
