"""A11: no door but those on the short list opens below password and card."""

import pytest
from django.conf import settings
from django.urls import resolve, reverse
from django.utils import timezone

from sekisho_web.accounts.middleware import EARLY, Steps
from sekisho_web.frame.doors import Needs
from tests.doors.accounts import twins
from tests.doors.accounts.walk import every_address
from tests.factories import HoldFactory, sign_in, somebody
from tests.factories.passkeys import Passkey

pytestmark = pytest.mark.django_db
ENDS_IT = ("account_logout",)  # on the list, and the end of the walk
LED = ("/accounts/authenticators/", "/accounts/sign-in/", "/grants/start/")


def reached(client, *, methods=("get", "post")):
    """Return the names of the doors that answered with a page of their own."""
    opened = set()
    for address, name in every_address():
        for method in methods if name not in ENDS_IT else ():
            answer = getattr(client, method)(address)
            led = answer.status_code == 302 and answer["Location"].startswith(LED)
            shut = led or answer.status_code in (401, 404, 405)
            if answer.status_code == 403 and "端末" not in answer.content.decode():
                shut = True  # without the permission, or the token of a form
            if not shut:
                opened.add(name)
    return opened


@pytest.fixture
def walker(client):
    """Somebody who came with the password alone, and would have the permissions for much."""
    sign_in(client, methods=("password",), compliance=True)
    yield client
    assert client.get(reverse("accounts:factors")).status_code == 200  # the walk did not end it


def test_with_the_password_alone_only_the_list_opens(walker):
    opened = reached(walker, methods=("get",))

    assert opened <= EARLY
    assert {"accounts:factors", "accounts:ticket"} <= opened
    assert not opened & {"gate:start", "policy:tables", "ledger:records", "accounts:tickets"}


def test_nothing_is_done_with_the_password_alone_but_enrolment(walker):
    assert reached(walker, methods=("post",)) <= EARLY


@pytest.mark.parametrize("twin", twins.STEPS, ids=lambda twin: twin.__name__)
def test_a_twin_of_the_steps_is_caught_by_the_walk(walker, monkeypatch, twin):
    monkeypatch.setattr(Steps, "process_view", twin)

    assert not reached(walker, methods=("get",)) <= EARLY


def test_a_door_that_calls_itself_early_without_standing_on_the_list_needs_everything(rf):
    from sekisho_web.accounts.middleware import asked_of
    from sekisho_web.frame.doors import reads

    @reads(may="", needs=Needs.NOTHING)
    def forgotten(_request):
        raise AssertionError("it opened")

    request = rf.get(reverse("policy:tables"))
    request.resolver_match = resolve(request.path)

    assert asked_of(forgotten, request) == Needs.USE


def test_everybody_on_the_list_has_an_address_or_belongs_to_the_demo():
    known = {name for _, name in every_address()}

    assert EARLY - known <= {"world:people", "world:become"}


def test_without_signing_in_nothing_but_the_list_opens(client):
    person = somebody()
    sign_in(client, person)
    del client.cookies[settings.SESSION_COOKIE_NAME]

    assert reached(client, methods=("get",)) <= EARLY


def test_with_two_factors_and_no_hat_only_the_choice_of_a_hat_opens(client):
    sign_in(client, hat=False)

    opened = reached(client, methods=("get",))

    assert opened - EARLY - HATLESS == set()
    assert "grants:start" in opened


def test_a_person_who_is_held_reaches_nothing(client):
    person = sign_in(client)
    HoldFactory(person=person, starts_at=timezone.now())

    assert client.get(reverse("grants:start"))["Location"].startswith(reverse("account_login"))
    assert reached(client, methods=("get",)) <= EARLY


def test_who_has_a_key_and_gave_the_password_alone_is_out(client):
    person = somebody()
    Passkey(person)
    sign_in(client, person, methods=("password",))

    assert client.get(reverse("policy:tables"))["Location"].startswith(reverse("account_login"))


# Doors between the second factor and the hat: to prove anew, to choose a hat, one's own password.
HATLESS = frozenset(
    {
        "grants:start", "mfa_reauthenticate_webauthn", "account_reauthenticate",
        "accounts:again_in_demo", "accounts:again_by_sign_on", "accounts:change_password",
        "accounts:home", "accounts:sessions", "frame:home",
        "campaigns:pledges", "terminals:report",  # one's own pledge, and a loss at any hour
    }
)  # fmt: skip
