"""A terminal opens nothing where it may not be, on its way, lost, or not yet wiped."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sekisho_web.accounts.models import Session
from sekisho_web.campaigns.models import Finding
from sekisho_web.terminals.models import Sighting
from sekisho_web.terminals.operations import losses, moves
from tests.factories import CompanyFactory, DeviceFactory, sign_in, somebody
from tests.factories.desk import Desk
from tests.factories.places import SiteFactory

pytestmark = pytest.mark.django_db
OURS, THEIRS = "10.20.0.0/16", "10.30.0.0/16"
PAGE = "/accounts/sessions/"


@pytest.fixture
def places(db):
    return SiteFactory(networks=[OURS]), SiteFactory(affiliate=True, networks=[THEIRS])


def test_where_a_terminal_is_used_is_kept_once_an_hour(client, places):
    device = DeviceFactory()
    person = sign_in(client, device=device)

    for _ in range(3):
        assert client.get(PAGE, REMOTE_ADDR="10.20.1.1").status_code == 200

    [seen] = Sighting.objects.all()
    assert (seen.device, seen.site, seen.person) == (device, places[0], person)


def test_in_the_other_companys_place_the_session_dies_and_that_is_a_finding(client, places):
    device = DeviceFactory()
    sign_in(client, device=device)
    assert client.get(PAGE, REMOTE_ADDR="10.20.1.1").status_code == 200

    page = client.get(PAGE, REMOTE_ADDR="10.30.1.1")

    assert page.status_code == 403
    assert "相手方の会社の場所" in page.content.decode()
    assert not Session.objects.exists()
    [finding] = Finding.objects.all()
    assert (finding.kind, finding.subject) == ("misplaced", device.number)
    client.cookies.pop("sessionid", None)
    assert client.get(PAGE, REMOTE_ADDR="10.20.1.1").status_code != 200


def test_a_narrower_range_is_the_place(client, places):
    SiteFactory(affiliate=True, code="R000-11", networks=["10.20.7.0/24"])
    sign_in(client)

    assert client.get(PAGE, REMOTE_ADDR="10.20.6.1").status_code == 200
    assert client.get(PAGE, REMOTE_ADDR="10.20.7.1").status_code == 403


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "", "nonsense"])
def test_an_address_of_no_place_is_kept_as_such(client, places, address):
    sign_in(client)

    assert client.get(PAGE, REMOTE_ADDR=address).status_code == 200

    assert [seen.site for seen in Sighting.objects.all()] == [None]


def test_without_places_nothing_is_kept_and_nothing_asked_twice(client, db):
    sign_in(client)

    client.get(PAGE)

    assert not Sighting.objects.exists()


def test_what_is_on_its_way_opens_nothing_until_the_right_company_has_it(client, places):
    device, sender, receiver = DeviceFactory(), somebody(), somebody()
    now = timezone.now()
    sign_in(client, device=device)
    moves.dispatch(device=device, to=places[0], receiver=None, by=sender, now=now)
    later = now + timedelta(seconds=1)

    assert "送付中" in client.get(PAGE).content.decode()
    for by, company, said in (
        (sender, CompanyFactory(), "送った人"),
        (receiver, CompanyFactory(affiliate=True), "受け取れるのは"),
    ):
        with pytest.raises(moves.CannotMove, match=said):
            moves.receive(device=device, by=by, company=company, now=later)
    with pytest.raises(moves.CannotMove, match="相手方"):
        moves.dispatch(device=DeviceFactory(), to=places[1], receiver=None, by=sender, now=later)

    device = moves.receive(device=device, by=receiver, company=CompanyFactory(), now=later)

    assert device.site == places[0]
    sign_in(client, device=device)
    assert client.get(PAGE).status_code == 200


def test_what_is_lost_opens_nothing_until_another_has_inspected_it(client, db):
    device, reporter = DeviceFactory(), somebody()
    sign_in(client, device=device)
    loss = losses.report(device=device, by=reporter, holder=None, circumstances="電車に忘れた",
                         last_had_at=None, with_keys=False, now=timezone.now())  # fmt: skip
    assert client.get(PAGE).status_code == 403
    finder = somebody()
    losses.find(loss=loss, by=finder, now=timezone.now())
    assert "紛失" in client.get(PAGE).content.decode()
    for by in (reporter, finder):
        with pytest.raises(losses.CannotReport, match="別の人"):
            losses.inspect(loss=loss, note="中身を確かめた", by=by, now=timezone.now())

    losses.inspect(loss=loss, note="中身を確かめた", by=somebody(), now=timezone.now())

    sign_in(client, device=device)
    assert client.get(PAGE).status_code == 200


def test_what_is_back_and_not_wiped_opens_nothing(client, db):
    desk = Desk()
    loan = desk.take_back(desk.lend())
    sign_in(client, device=loan.device)

    page = client.get(PAGE)

    assert page.status_code == 403
    assert "消去待ち" in page.content.decode()
