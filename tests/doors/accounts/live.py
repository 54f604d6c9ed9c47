"""Somebody who really signed in, through the doors: a session with its row and its sign-in.

For every test of a path that stops: begin with `enter`, stop, and ask `is_shut`.
"""

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sekisho_web.accounts.models import Session, SignIn
from sekisho_web.terminals.cookies import signed
from tests.factories import PASSWORD, DeviceFactory, somebody
from tests.factories.signed_in import over_tls


def with_password(person=None, *, password=PASSWORD, **unit_traits):
    """Return a person who has chosen a password of their own."""
    person = person or somebody(**unit_traits)
    person.set_password(password)
    person.password_set_at = timezone.now()
    person.save()
    return person


def browser(device=None, *, address="127.0.0.1"):
    """Return a client on a terminal of the register."""
    client = over_tls(Client(REMOTE_ADDR=address))
    client.cookies[settings.SEKISHO_TERMINAL_COOKIE] = signed(device or DeviceFactory())
    return client


def enter(person, *, client=None, device=None, password=PASSWORD, address="127.0.0.1"):
    """Sign `person` in by the page of sign-in, and return the browser.

    Without an authenticator, the session reaches enrolment (認証器) and no further.
    """
    client = client or browser(device, address=address)
    answer = client.post(reverse("account_login"), {"login": person.login, "password": password})
    assert answer.status_code == 302, answer.status_code
    return client


def is_open(client):
    """Return whether the session of `client` opens a page of somebody who is known."""
    return client.get(reverse("accounts:factors")).status_code == 200


def is_shut(client, person, *, cookie=None):
    """Return whether nothing opens to the browser and no row is left, even with its old cookie."""
    if cookie is not None:
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    answer = client.get(reverse("accounts:factors"))
    led_out = answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))
    return led_out and not Session.objects.filter(person=person).exists()


def cookie_of(client):
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def last_sign_in(person):
    return SignIn.objects.filter(person=person).latest("pk")
