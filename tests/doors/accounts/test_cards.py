"""A PKI card at the door: believed behind our own proxy only, bound with a ticket, never alone."""

from base64 import b64encode
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings as live
from django.urls import reverse
from django.utils import timezone

from sekisho_web.accounts import operations
from sekisho_web.accounts.models import Authenticator, Session
from sekisho_web.accounts.signed_in import level_of
from sekisho_web.terminals.cookies import signed
from tests.factories import PASSWORD, DeviceFactory, sign_in, somebody
from tests.links.accounts.cards import Issuer, now_in_utc

pytestmark = pytest.mark.django_db
AGAIN = "mfa_reauthenticate_webauthn"


@pytest.fixture
def issuer(tmp_path, settings):
    made = Issuer(now=now_in_utc())
    made.lay_down(tmp_path)
    settings.SEKISHO_CARDS, settings.SEKISHO_PROXY = str(tmp_path), True
    return made


@pytest.fixture
def card(issuer):
    return issuer.certify(ec.generate_private_key(ec.SECP256R1()).public_key())


@pytest.fixture
def clerk(client):
    person = somebody()
    person.set_password(PASSWORD)
    person.password_set_at = timezone.now()
    person.save()
    client.cookies[live.SEKISHO_TERMINAL_COOKIE] = signed(DeviceFactory())
    return person


def header(certificate):
    return {"Client-Cert": f":{b64encode(certificate.public_bytes(Encoding.DER)).decode()}:"}


def give_password(client, person):
    return client.post(reverse("account_login"), {"login": person.login, "password": PASSWORD})


def bound(person, certificate):
    """Return the authenticator that is bound to `person` with `certificate`, by the operations."""
    from hashlib import sha256

    from tests.factories.passkeys import used_ticket

    at = timezone.now() - timedelta(hours=2)
    return Authenticator.objects.create(
        person=person,
        ticket=used_ticket(person, at=at),
        kind="certificate",
        name="PKIカード",
        credential_id=sha256(certificate.public_bytes(Encoding.DER)).digest(),
        public_key=b"spki",
        bound_at=at,
        expires_at=certificate.not_valid_after_utc,
    )


def test_a_card_is_bound_with_a_ticket_and_opens_with_the_password(client, clerk, card):
    code = operations.issue_ticket(person=clerk, by=None, now=timezone.now())
    give_password(client, clerk)
    lead = client.post(reverse("accounts:ticket"), {"code": code, "kind": "card"})
    assert lead["Location"] == reverse("accounts:bind_card")
    assert "山野 みどり" in client.get(lead["Location"], headers=header(card)).content.decode()

    done = client.post(lead["Location"], {"name": "PKIカード"}, headers=header(card))

    assert done["Location"] == reverse("accounts:factors")
    [made] = Authenticator.objects.all()
    assert (made.kind, made.name, made.person) == ("certificate", "PKIカード", clerk)
    assert made.expires_at == card.not_valid_after_utc

    client.post(reverse("account_logout"))
    assert give_password(client, clerk)["Location"] == reverse("mfa_authenticate")
    page = client.get(reverse("mfa_authenticate")).content.decode()
    assert "カードの証明書で確かめる" in page
    entered = client.post(reverse("mfa_authenticate"), {"card": "1"}, headers=header(card))
    assert entered["Location"] == reverse("grants:start")
    assert client.get(reverse("grants:start")).status_code == 200


def test_the_card_of_another_opens_nothing(client, clerk, card, issuer):
    bound(clerk, card)
    other = issuer.certify(ec.generate_private_key(ec.SECP256R1()).public_key())
    bound(somebody(), other)
    give_password(client, clerk)

    for headers in (header(other), {}, {"Client-Cert": "x"}):
        response = client.post(reverse("mfa_authenticate"), {"card": "1"}, headers=headers)
        assert response.status_code == 422
        assert "確かめられませんでした" in response.content.decode()
    assert not Session.objects.filter(person=clerk).exists()


def test_a_revoked_certificate_opens_nothing(client, clerk, card, issuer, tmp_path):
    bound(clerk, card)
    issuer.lay_down(tmp_path, card)
    give_password(client, clerk)

    response = client.post(reverse("mfa_authenticate"), {"card": "1"}, headers=header(card))

    assert "この証明書は失効しています" in response.content.decode()


@pytest.mark.parametrize("setting", ["SEKISHO_PROXY", "SEKISHO_CARDS"])
def test_without_our_proxy_the_header_is_nothing(client, clerk, card, settings, setting):
    bound(clerk, card)
    setattr(settings, setting, "" if setting == "SEKISHO_CARDS" else False)
    give_password(client, clerk)

    response = client.post(reverse("mfa_authenticate"), {"card": "1"}, headers=header(card))

    assert response.status_code == 422
    assert not Session.objects.filter(person=clerk).exists()
    assert "カードの証明書で確かめる" not in response.content.decode()


def test_a_card_alone_proves_nothing_anew(client, clerk, card):
    bound(clerk, card)
    sign_in(client, clerk, methods=("password", "certificate"), proof=600)
    told = {"card": "1", "password": "違うことばを書く"}
    assert client.post(reverse(AGAIN), told, headers=header(card)).status_code == 422
    assert client.post(reverse(AGAIN), {"card": "1"}, headers=header(card)).status_code == 422

    both = client.post(reverse(AGAIN), {"card": "1", "password": PASSWORD}, headers=header(card))

    assert both.status_code == 302
    assert client.get(reverse("grants:start")).status_code == 200


def test_the_same_card_binds_once(client, clerk, card):
    bound(somebody(), card)
    code = operations.issue_ticket(person=clerk, by=None, now=timezone.now())
    give_password(client, clerk)
    client.post(reverse("accounts:ticket"), {"code": code, "kind": "card"})

    url = reverse("accounts:bind_card")
    response = client.post(url, {"name": "PKIカード"}, headers=header(card))

    assert response.status_code == 422
    assert "すでに登録されています" in response.content.decode()
    assert client.get(url).status_code == 422  # no card in the reader
    assert client.post(url, {"name": "x"}).status_code == 422
    assert not Authenticator.objects.filter(person=clerk).exists()


def test_the_level_of_a_card_is_that_of_two_factors(client, clerk, rf):
    sign_in(client, clerk, methods=("password", "certificate"), proof=10)
    request = rf.get("/")
    request.user, request.session = clerk, client.session

    assert level_of(request, now=timezone.now()).acr == "sekisho:card+pw+fresh"
