"""Enrolment: a ticket of the responsible manager, a key of the company, and its end."""

import json
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator as Factor
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from sekisho_web.accounts import ceremonies, operations
from sekisho_web.accounts.models import Authenticator, Hold, Session, Ticket
from sekisho_web.terminals.cookies import signed
from tests.factories import PASSWORD, DeviceFactory, sign_in, somebody
from tests.factories.passkeys import Passkey
from tests.links.accounts.soft_keys import NOW, Maker, SoftKey

pytestmark = pytest.mark.django_db
BIND = "mfa_add_webauthn"
OTHER = "ffffffff-0000-0000-0000-000000000000"


@pytest.fixture
def clerk():
    person = somebody()
    person.set_password(PASSWORD)
    person.password_set_at = timezone.now()
    person.save()
    return person


@pytest.fixture
def terminal(client):
    device = DeviceFactory()
    client.cookies[settings.SEKISHO_TERMINAL_COOKIE] = signed(device)
    return device


@pytest.fixture
def maker(tmp_path, settings):
    """The maker of the company's cards: its root and the list of models are laid down."""
    from cryptography.hazmat.primitives.serialization import Encoding

    made = Maker(starts=timezone.now() - timedelta(days=1))
    (tmp_path / "card.pem").write_bytes(made.root.public_bytes(Encoding.PEM))
    (tmp_path / "authenticators.csv").write_text(
        f"AAGUID,名称,証明,根の証明書,出典\n{made.model},職員証,認証局,card.pem,社内\n",
        encoding="utf-8",
    )
    settings.SEKISHO_AUTHENTICATORS = str(tmp_path)
    return made


def give_password(client, person, *, code=None):
    """Come in with the password alone; with the number of a ticket, go on to the key."""
    client.post(reverse("account_login"), {"login": person.login, "password": PASSWORD})
    if code:
        return client.post(reverse("accounts:ticket"), {"code": code, "kind": "webauthn"})
    return None


def new_ticket(person, **said):
    return operations.issue_ticket(person=person, by=None, now=timezone.now(), **said)


def bind(client, key, *, name="職員証", number=""):
    asked = client.get(reverse(BIND)).context["js_data"]["creation_options"]
    told = {"name": name, "card_number": number, "credential": json.dumps(key.create(asked))}
    return client.post(reverse(BIND), told)


def test_a_ticket_binds_one_key_once_and_the_key_opens_the_start(client, terminal, clerk, maker):
    code = new_ticket(clerk)
    lead = give_password(client, clerk, code=f"{code[:10]} {code[10:]}")
    assert lead["Location"] == reverse(BIND)
    key = SoftKey(maker=maker)

    done = bind(client, key, number=" sk 001 ")

    assert done["Location"] == reverse("accounts:factors")
    assert "認証器を登録しました" in client.get(done["Location"]).content.decode()
    [bound] = Authenticator.objects.filter(person=clerk)
    assert (bound.attestation, bound.backup_eligible, bound.card_number) == (
        "certified", False, "SK001",
    )  # fmt: skip
    assert bound.ticket == Ticket.objects.get()
    assert bound.ceremony["response"]["attestationObject"]
    assert Factor.objects.get().user_id == clerk.pk
    again = client.post(reverse("accounts:ticket"), {"code": code, "kind": "webauthn"})
    assert again.status_code == 422
    assert "使用済み" in again.content.decode()

    client.post(reverse("account_logout"))
    give_password(client, clerk)
    url = reverse("mfa_authenticate")
    asked = client.get(url).context["js_data"]["request_options"]
    entered = client.post(url, {"credential": json.dumps(key.get(asked))})
    assert entered["Location"] == reverse("grants:start")
    bound.refresh_from_db()
    assert bound.sign_count == key.count
    assert bound.last_used_at


@pytest.mark.parametrize(
    ("traits", "words"),
    [
        pytest.param({}, "本物の「職員証」", id="証明がない"),
        pytest.param({"maker": "self"}, "本物の「職員証」", id="自己証明"),
        pytest.param({"maker": Maker(starts=NOW)}, "本物の「職員証」", id="知らない認証局"),
        pytest.param({"synced": True}, "同期できる", id="同期できる"),
        pytest.param({"model": OTHER}, "一覧にありません", id="知らない機種"),
        pytest.param({"origin": "https://sub.testserver"}, "確かめられません", id="下の名前"),
        pytest.param({"verified": False}, "確かめられません", id="持ち主を確かめない"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("terminal", "maker")
def test_what_is_no_card_of_the_company_is_refused_with_the_reason(client, clerk, traits, words):
    give_password(client, clerk, code=new_ticket(clerk))

    response = bind(client, SoftKey(**traits))

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Authenticator.objects.exists()
    assert not Factor.objects.exists()
    assert Ticket.objects.get().used_at is None


def test_an_answer_to_another_question_binds_nothing(client, terminal, clerk, maker):
    give_password(client, clerk, code=new_ticket(clerk))
    key = SoftKey(maker=maker)
    old = client.get(reverse(BIND)).context["js_data"]["creation_options"]
    client.get(reverse(BIND))

    told = {"name": "職員証", "credential": json.dumps(key.create(old))}

    assert client.post(reverse(BIND), told).status_code == 422
    assert client.post(reverse(BIND), {**told, "credential": "?"}).status_code == 422
    assert client.post(reverse(BIND), {**told, "credential": "[]"}).status_code == 422


def test_a_key_of_somebody_else_and_a_card_number_in_use_are_refused(
    client, terminal, clerk, maker
):
    key = SoftKey(maker=maker)
    give_password(client, clerk, code=new_ticket(clerk))
    bind(client, key, number="SK001")
    client.post(reverse("account_logout"))
    other = somebody()
    other.set_password(PASSWORD)
    other.password_set_at = timezone.now()
    other.save()
    give_password(client, other, code=new_ticket(other))

    same_key = bind(client, key)
    same_number = bind(client, SoftKey(maker=maker), number="sk 001")

    assert "すでに登録されています" in same_key.content.decode()
    assert "使用中の認証器のもの" in same_number.content.decode()
    assert not Authenticator.objects.filter(person=other).exists()


def test_without_the_root_of_its_maker_no_card_is_believed(client, terminal, clerk, maker):
    (ceremonies.laid_down() / "card.pem").unlink()
    give_password(client, clerk, code=new_ticket(clerk))

    assert bind(client, SoftKey(maker=maker)).status_code == 422


def test_a_replacement_ends_every_older_key(client, terminal, clerk, maker):
    old = Passkey(clerk)
    code = new_ticket(clerk, kind="replacement")
    sign_in(client, clerk)
    client.post(reverse("accounts:ticket"), {"code": code})

    assert bind(client, SoftKey(maker=maker)).status_code == 302

    old.bound.refresh_from_db()
    assert old.bound.revoked_because == "取替え"
    assert Factor.objects.count() == 1


def test_a_new_key_ends_the_sessions_elsewhere_and_not_this_one(client, clerk, maker):
    from django.test import Client

    from tests.factories.signed_in import over_tls

    Passkey(clerk)
    sign_in(client, clerk)
    client.post(reverse("accounts:ticket"), {"code": new_ticket(clerk)})
    elsewhere = over_tls(Client())
    sign_in(elsewhere, clerk)

    assert bind(client, SoftKey(maker=maker)).status_code == 302

    assert client.get(reverse("grants:start")).status_code == 200
    assert elsewhere.get(reverse("grants:start"))["Location"].startswith(reverse("account_login"))


def test_holders_revoke_their_own_key_and_are_out_at_once(client, clerk):
    key = Passkey(clerk)
    sign_in(client, clerk)
    url = reverse("accounts:revoke_own", args=[key.bound.pk])
    assert client.post(url, {}).status_code == 422

    done = client.post(url, {"because": "returned"})

    assert "失効させました" in done.content.decode()
    key.bound.refresh_from_db()
    assert (key.bound.revoked_by, key.bound.revoked_because) == (
        clerk,
        "返した、または使わなくなった",
    )
    assert not Factor.objects.exists()
    assert not Hold.objects.exists()
    assert not Session.objects.filter(person=clerk).exists()
    assert client.get(reverse("grants:start"))["Location"].startswith(reverse("account_login"))


def test_a_lost_key_is_stopped_for_that_reason_and_nothing_else_is(client, clerk):
    key = Passkey(clerk)
    sign_in(client, clerk)

    client.post(reverse("accounts:revoke_own", args=[key.bound.pk]), {"because": "lost"})

    hold = Hold.objects.get()
    assert (hold.authenticator, hold.reason, hold.person) == (key.bound, "lost", None)


def test_who_lost_their_only_key_stops_it_with_the_password_alone(client, terminal, clerk):
    key = Passkey(clerk)
    give_password(client, clerk)
    assert "鍵（" in client.get(reverse("lost")).content.decode()

    done = client.post(reverse("lost"))

    assert "失効させました" in done.content.decode()
    key.bound.refresh_from_db()
    assert key.bound.revoked_at
    assert Hold.objects.get().reason == "lost"
    give_password(client, clerk)  # and now the password leads to enrolment, and no further
    assert client.get(reverse("grants:start"))["Location"] == reverse("accounts:factors")


def test_nobody_comes_to_the_lost_page_without_a_password(client, terminal, clerk):
    Passkey(clerk)

    assert client.get(reverse("lost"))["Location"] == reverse("account_login")
    assert client.post(reverse("lost"))["Location"] == reverse("account_login")
    assert not Authenticator.objects.exclude(revoked_at=None).exists()


def test_the_key_of_another_is_not_there(client, clerk):
    other = Passkey(somebody())
    sign_in(client, clerk)

    url = reverse("accounts:revoke_own", args=[other.bound.pk])

    assert client.get(url).status_code == 404
    assert client.post(url, {"because": "lost"}).status_code == 404


def test_a_revoked_key_opens_nothing_and_what_it_signed_stays_true(client, terminal, clerk, rf):
    from allauth.core.context import request_context

    from sekisho_web.accounts import signing

    key, other = Passkey(clerk), Passkey(clerk, name="予備")
    digest = b"d" * 32
    with request_context(rf.get("/", secure=True)):
        proof = signing.signed(clerk, digest, key.answer(digest))
    then = timezone.now()
    operations.authenticators.revoke(
        authenticator=key.bound.pk, by=clerk, because="壊れた", now=timezone.now()
    )

    give_password(client, clerk)
    response = key.sign_in(client, reverse("mfa_authenticate"))

    assert response.status_code == 422
    signing.verify(proof, digest)
    assert signing.is_bound(proof, clerk, at=then)
    assert not signing.is_bound(proof, clerk)
    with request_context(rf.get("/", secure=True)), pytest.raises(signing.NotSigned):
        signing.signed(clerk, digest, key.answer(digest))
    assert other.sign_in(client, reverse("mfa_authenticate"))["Location"] == reverse("grants:start")
