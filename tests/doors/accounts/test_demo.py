"""The switch of the demo: one press, honestly marked, and worth nothing elsewhere."""

import pytest
from django.urls import reverse

from sekisho_web.accounts.models import Person, Session, Ticket
from sekisho_web.accounts.signed_in import USE
from tests.factories import DeviceFactory, PersonFactory, PostFactory, UnitFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.doors.accounts.demo_urls")]


@pytest.fixture
def demo(settings):
    settings.SEKISHO_DEMO = True


@pytest.fixture
def sales():
    person = PersonFactory(login="demo-sales", name="玖珂 みのり")
    PostFactory(person=person, unit=UnitFactory(sales=True))
    DeviceFactory(number="demo-sales", terminal_class="retailer")
    return person


def become(client, login="demo-sales"):
    return client.post(f"/demo/{login}/")


@pytest.mark.usefixtures("demo")
def test_one_press_and_one_is_somebody_of_the_demo(client, sales):
    assert "玖珂 みのり" in client.get("/demo/").content.decode()

    response = become(client)

    assert response["Location"] == reverse("frame:home")
    assert client.session[USE]["purpose"] == "小売供給"
    page = client.get(reverse("grants:start"))
    assert page.status_code == 200
    assert "架空の世界のデモです" in page.content.decode()


@pytest.mark.usefixtures("demo")
def test_the_session_says_that_the_demo_let_them_in(client, sales):
    become(client)

    [session] = Session.objects.filter(person=sales)

    [record] = session.get_decoded()["account_authentication_methods"]
    assert record["method"] == "demo"


@pytest.mark.usefixtures("demo")
def test_to_become_another_ends_the_first(client, sales):
    other = PersonFactory(login="demo-rival")
    PostFactory(person=other)
    DeviceFactory(number="demo-rival")
    become(client)

    become(client, "demo-rival")

    assert not Session.objects.filter(person=sales).exists()
    assert Session.objects.filter(person=other).count() == 1


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("path", ["/", "/look/", "/grants/start/"])
def test_a_stranger_to_the_demo_is_led_to_its_people(client, path):
    assert client.get(path)["Location"] == "/demo/"


@pytest.mark.usefixtures("demo")
def test_nobody_but_the_invented_can_be_become(client, sales):
    Person.objects.filter(pk=sales.pk).update(login="midori")

    assert become(client, "midori").status_code == 404
    assert client.get("/demo/midori/").status_code == 302


@pytest.mark.usefixtures("demo")
def test_another_machine_reaches_no_demo(client, sales):
    client.defaults["REMOTE_ADDR"] = "192.0.2.7"

    assert client.get("/demo/").status_code == 403
    assert become(client).status_code == 403


def test_outside_the_demo_its_doors_are_shut_even_if_they_had_an_address(client, sales):
    assert client.get("/demo/").status_code == 404
    assert become(client).status_code == 404
    assert not Session.objects.exists()


def test_a_session_of_the_demo_ends_with_it(client, sales, settings):
    settings.SEKISHO_DEMO = True
    become(client)
    settings.SEKISHO_DEMO = False

    assert client.get(reverse("grants:start"))["Location"].startswith(reverse("account_login"))


@pytest.mark.usefixtures("demo")
def test_the_demo_hands_out_the_ticket_for_a_passkey(client, sales):
    become(client)

    response = client.post(reverse("accounts:ticket"), {"kind": "demo"})

    assert response["Location"] == reverse("mfa_add_webauthn")


def test_outside_the_demo_nobody_hands_out_a_ticket_to_themselves(client):
    person = sign_in(client, sales=True)

    response = client.post(reverse("accounts:ticket"), {"kind": "demo"})

    assert response.status_code == 422
    assert not Ticket.objects.filter(person=person).exists()
