"""More stops than usual: each applies at once, and two people may take them back together."""

import pytest
from django.urls import reverse
from django.utils import timezone

from sekisho_web.accounts.models import FeedBatch, Hold, PersonNumber
from sekisho_web.accounts.operations import suspend
from sekisho_web.accounts.operations.directories import CannotConfirm, confirm_lift
from sekisho_web.accounts.queries.directories import OFFER
from sekisho_web.campaigns.models import Finding
from tests.doors.accounts.scim.speaking import Directory
from tests.factories import PersonFactory, PostFactory, sign_in
from tests.factories.signed_in import over_tls

pytestmark = pytest.mark.django_db


def company_of(people):
    for n in range(people):
        post = PostFactory()
        PersonNumber.objects.create(
            person=post.person, company=post.unit.company, number=f"{n:05d}",
            valid_from=post.valid.lower,
        )  # fmt: skip


def stop(directory, count, *, since=0):
    for n in range(since, since + count):
        directory.made(name=f"user{n}", number=f"{n:05d}", active=False)


def standing():
    return Hold.objects.filter(ends_at=None, reason="feed").count()


@pytest.fixture
def directory(client):
    company_of(23)
    return Directory(over_tls(type(client)()))


def test_twenty_stops_are_no_alarm_and_the_next_one_is_and_applies_too(directory):
    stop(directory, 20)
    assert not Finding.objects.exists()

    stop(directory, 2, since=20)

    assert standing() == 22
    assert [f.kind for f in Finding.objects.all()] == ["personnel_mass"]
    assert FeedBatch.objects.filter(report__has_key=OFFER).count() == 1


def test_two_people_lift_together_what_the_feed_stopped_and_nothing_else(directory):
    stop(directory, 22)
    other = Hold.objects.earliest("pk").person
    suspend(target=other, reason=Hold.Reason.LOST, by=None, now=timezone.now())
    offer = FeedBatch.objects.get(report__has_key=OFFER)
    first, second = PersonFactory(), PersonFactory()
    now = timezone.now()

    assert confirm_lift(offer=offer, note="誤配信", by=first, now=now) is None
    assert standing() == 22
    with pytest.raises(CannotConfirm, match="同じ人"):
        confirm_lift(offer=offer, note="誤配信", by=first, now=now)
    assert confirm_lift(offer=offer, note="誤配信", by=second, now=now) == 22
    assert standing() == 0
    assert Hold.objects.filter(ends_at=None).get().reason == "lost"
    with pytest.raises(CannotConfirm, match="終わっています"):
        confirm_lift(offer=offer, note="誤配信", by=PersonFactory(), now=now)


def test_on_the_page_one_confirms_and_another_lifts(directory, client):
    stop(directory, 22)
    page = reverse("accounts:directories")
    act = reverse("accounts:lift_together", args=[FeedBatch.objects.get(report__has_key=OFFER).pk])

    sign_in(client, it=True)
    assert "22" in client.get(page).content.decode()
    assert client.post(act, {"note": ""}).status_code == 422
    assert client.post(act, {"note": "人事の誤配信"}).status_code == 302
    again = client.post(act, {"note": "人事の誤配信"})
    assert again.status_code == 422
    assert "もう一人" in again.content.decode()
    assert standing() == 22

    sign_in(client, compliance=True)
    assert client.post(act, {"note": "人事の誤配信"}).status_code == 302
    assert standing() == 0
    assert "一度に多くの停止はありません" in client.get(page).content.decode()


def test_who_only_looks_on_does_not_lift(directory, client):
    stop(directory, 22)
    act = reverse("accounts:lift_together", args=[FeedBatch.objects.get(report__has_key=OFFER).pk])

    sign_in(client, audit=True)

    assert client.get(reverse("accounts:directories")).status_code == 200
    assert client.get(act).status_code == 403
    sign_in(client)
    assert client.get(reverse("accounts:directories")).status_code == 403
