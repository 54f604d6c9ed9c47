"""A use that was approved once: begun from the launcher, counted, ended, and revoked."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from sekisho_web.grants.models import Launch, Use
from tests.doors.grants.launched import AWAY, launch, system
from tests.factories import sign_in, somebody
from tests.factories.people import AccountFactory, OfficerFactory
from tests.factories.uses import DeviceFactory, GrantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def register():
    return system()


def approved(client, *, proof=0, **told):
    """Sign somebody in who may use the ministry's system once, and return the grant."""
    now = timezone.now()
    person = sign_in(client, proof=proof)
    AccountFactory(person=person, system="saiene", last_used_at=now)
    return GrantFactory(
        **{
            "person": person, "system": "saiene", "kind": "per_use", "uses_max": 1,
            "use_minutes": 20, "reference": "AA123456C1",
            "valid_from": now - timedelta(minutes=1), "valid_to": now + timedelta(minutes=30),
        }
        | told
    )  # fmt: skip


def home(client):
    return BeautifulSoup(client.get(reverse("grants:home")).content, "html.parser")


def test_to_open_it_begins_the_use_and_says_how_long(client, register):
    grant = approved(client)
    assert "利用を始めて開く" in home(client).select_one(".tile").text

    answer = launch(client)

    use = Use.objects.get()
    assert AWAY in answer.content.decode()
    assert (use.grant, use.no, use.ends_at - use.began_at) == (grant, 1, timedelta(minutes=20))
    assert Launch.objects.get().use == use
    page = home(client)
    assert page.select_one("[data-until]")["data-until"] == use.ends_at.isoformat()
    assert page.select_one(".tile button").text.strip() == "開く"


def test_a_second_launch_within_the_use_spends_nothing(client, register):
    approved(client)

    launch(client)
    launch(client)

    assert Use.objects.count() == 1
    assert Launch.objects.filter(outcome="opened").count() == 2


def test_a_use_begins_with_a_fresh_proof(client, register):
    approved(client, proof=600)

    answer = launch(client)

    assert answer.status_code == 302
    assert "/again" in answer["Location"]
    assert not Use.objects.exists()


def test_at_another_terminal_it_is_not_begun_again(client, register):
    grant = approved(client)
    launch(client)
    sign_in(client, grant.person, device=DeviceFactory())

    answer = launch(client)

    assert answer.status_code == 422
    assert AWAY not in answer.content.decode()
    assert Use.objects.count() == 1


def test_who_ends_it_has_used_it_up(client, register):
    approved(client)
    launch(client)
    use = Use.objects.get()

    client.post(reverse("grants:end_use", args=[use.pk]))

    use.refresh_from_db()
    assert use.ended_why == Use.End.PERSON
    assert use.ends_at <= timezone.now()
    tile = home(client).select_one(".tile")
    assert "承認された回数を使い切りました" in tile.text
    assert launch(client).status_code == 422


def test_nobody_ends_the_use_of_somebody_else(client, register):
    approved(client)
    launch(client)
    use = Use.objects.get()
    sign_in(client)

    assert client.post(reverse("grants:end_use", args=[use.pk])).status_code == 404


def test_another_terminal_than_that_of_the_use_shows_it_running(client, register):
    grant = approved(client)
    launch(client)
    sign_in(client, grant.person, device=DeviceFactory())

    assert "利用中" in home(client).text


def revoke(client, grant, reason="異動したため"):
    return client.post(reverse("grants:revoke_grant", args=[grant.code]), {"reason": reason})


def officer_of(register):
    person = somebody(it=True)
    OfficerFactory(post=person.posts.get(), system=register)
    return person


@pytest.mark.parametrize("who", ["officer", "line 2"])
def test_a_grant_is_revoked_with_a_reason_and_its_use_ends(client, register, who):
    grant = approved(client)
    launch(client)
    sign_in(client, officer_of(register) if who == "officer" else somebody(compliance=True))

    answer = revoke(client, grant)

    grant.refresh_from_db()
    use = Use.objects.get()
    assert answer.status_code == 302
    assert grant.revoked_for == "異動したため"
    assert use.ended_why == Use.End.REVOKED
    assert use.ends_at <= timezone.now()
    page = client.get(reverse("grants:grant", args=[grant.code])).content.decode()
    assert "取消し" in page


def test_without_a_reason_nothing_is_revoked(client, register):
    grant = approved(client)
    sign_in(client, officer_of(register))

    answer = revoke(client, grant, " 済")

    grant.refresh_from_db()
    assert answer.status_code == 422
    assert grant.revoked_at is None


def test_ones_own_grant_may_be_given_back_and_nobody_elses_is_seen(client, register):
    grant = approved(client)
    assert revoke(client, grant).status_code == 302

    other = GrantFactory(system="saiene")
    assert client.get(reverse("grants:grant", args=[other.code])).status_code == 404
    assert revoke(client, other).status_code == 404


def test_the_list_has_the_companys_grants_and_as_many_queries_for_three_as_for_thirty(
    client, register, django_assert_max_num_queries
):
    now = timezone.now()
    sign_in(client, compliance=True)
    GrantFactory(system="saiene", valid_from=now, valid_to=now + timedelta(days=2))
    GrantFactory.create_batch(30, system="takuso", valid_from=now, valid_to=now + timedelta(days=2))
    stranger = GrantFactory(
        person=somebody(sales=True), system="retailentry",
        valid_from=now, valid_to=now + timedelta(days=2),
    )  # fmt: skip

    with django_assert_max_num_queries(20):
        text = client.get(reverse("grants:grants")).content.decode()

    assert "31 件中" in text
    assert stranger.code not in text


def test_what_was_approved_and_not_used_is_listed_by_month(client, house):
    request = house.submit()
    house.decide(request, house.officer)
    grant = request.grants.get()
    grant.revoked_at = grant.valid_from + timedelta(minutes=5)
    grant.save()
    sign_in(client, house.second)

    page = client.get(reverse("grants:unused")).content.decode()

    assert grant.code in page
    assert house.officer.name in page
