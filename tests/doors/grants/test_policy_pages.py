"""承認規程 and 代理: proposed by one, confirmed by another; handed over for a while."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sekisho.terms.days import day_in_japan
from sekisho_web.grants.models import ApprovalPolicy, Delegation
from tests.factories import UnitFactory, sign_in
from tests.factories.signed_in import somebody

pytestmark = pytest.mark.django_db


def proposal(client, code="AP-02", **changed):
    """Propose the next version of a policy as its form begins, with some fields changed."""
    url = reverse("grants:revise_policy", args=[code])
    form = client.get(url).context["form"]
    typed = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    said = {name: value for name, value in typed.items() if value not in (None, False, "")}
    return client.post(url, said | changed)


@pytest.fixture
def keeper(client, house):
    return sign_in(client, somebody(UnitFactory(it=True)))


def test_the_table_names_who_must_agree_and_the_lint_who_is_missing_today(client, house, keeper):
    page = client.get(reverse("grants:policies")).content.decode()

    assert "AP-02" in page
    assert "システム管理責任者（持ち主の側）" in page
    house.system.officers.all().delete()
    again = client.get(reverse("grants:policies")).content.decode()
    assert "システム管理責任者（持ち主の側）を務められる人が、今日はいません" in again


def test_a_proposal_is_in_force_only_after_somebody_else_confirmed_it(client, house, keeper):
    answer = proposal(client, max_use_minutes="25")
    row = ApprovalPolicy.objects.get(code="AP-02", version=2)
    confirm = reverse("grants:confirm_policy", args=["AP-02", 2])

    assert answer.status_code == 302
    page = client.get(answer.url).content.decode()
    assert "一回の利用（分）が20から25になります" in page
    assert "緩くなる" in page
    assert confirm not in page
    assert "自分の案は" in client.post(confirm).content.decode()
    row.refresh_from_db()
    assert row.in_force_from is None

    sign_in(client, house.second)
    assert confirm in client.get(answer.url).content.decode()
    assert client.post(confirm).status_code == 302
    row.refresh_from_db()
    assert row.in_force_from is not None
    assert ApprovalPolicy.objects.get(code="AP-02", version=1).replaced_at is not None


def test_what_is_wrong_in_itself_is_not_even_proposed(client, house, keeper):
    answer = proposal(client, max_window_minutes="999999")

    assert answer.status_code == 422
    assert "期間が999999です" in answer.content.decode()
    assert proposal(client, party_1="").status_code == 422
    assert not ApprovalPolicy.objects.filter(version=2).exists()


def test_a_proposal_is_taken_back(client, house, keeper):
    proposal(client, max_use_minutes="15")
    answer = client.post(reverse("grants:drop_policy", args=["AP-02", 2]))

    assert answer.url == reverse("grants:policies")
    page = client.get(reverse("grants:policy", args=["AP-02"]), {"version": "2"}).content.decode()
    assert "取下げ" in page
    assert client.get(reverse("grants:policy", args=["NONE"])).status_code == 404


def test_nobody_else_opens_the_policies(client, house):
    sign_in(client, house.asker)

    assert client.get(reverse("grants:policies")).status_code == 403


def test_an_officer_hands_over_and_takes_back(client, house):
    one = house.submit()
    stranger = house.somebody(UnitFactory(it=True))
    sign_in(client, house.officer)
    today = day_in_japan(timezone.now())
    url = reverse("grants:delegate")
    said = {"person": stranger.code, "role": "", "system": "", "starts": "",
            "last": f"{today + timedelta(days=7)}", "reason": "休暇のあいだの代理"}  # fmt: skip

    assert client.post(url, said | {"person": "NOBODY"}).status_code == 422
    assert (
        "代理は30日までです"
        in client.post(url, said | {"last": f"{today + timedelta(days=40)}"}).content.decode()
    )
    assert client.post(url, said).status_code == 302
    given = Delegation.objects.get()
    sign_in(client, stranger)
    assert one.code in client.get(reverse("grants:queue")).content.decode()
    sign_in(client, house.officer)
    assert stranger.name in client.get(reverse("grants:delegations")).content.decode()
    assert client.post(reverse("grants:end_delegation", args=[given.pk])).status_code == 302
    given.refresh_from_db()
    assert given.ended_at is not None
    sign_in(client, stranger)
    assert one.code not in client.get(reverse("grants:queue")).content.decode()
