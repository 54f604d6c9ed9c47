"""Somebody at the door, as far as a test needs: post, terminal, factors, hat and purpose."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone

from sekisho_web.accounts.sessions import SessionStore
from sekisho_web.accounts.signed_in import USE, viewer_of
from sekisho_web.terminals.cookies import signed
from tests.factories.people import AccountFactory, PersonFactory, PostFactory, UnitFactory
from tests.factories.uses import DeviceFactory, GrantFactory

PASSWORD = "春の海 ひねもすのたり"
SALES, COMPLIANCE, AUDIT, IT = "sales", "compliance", "audit", "it"


def somebody(unit=None, **unit_traits):
    """Return a person with one post, in the network's service centre unless said otherwise.

    somebody(sales=True), somebody(compliance=True), somebody(audit=True), somebody(it=True)
    """
    person = PersonFactory()
    PostFactory(person=person, unit=unit or UnitFactory(**unit_traits))
    return person


def sign_in(
    client,
    person=None,
    *,
    purpose=None,
    relief=None,
    device=None,
    system=None,
    proof=0,
    hat=True,
    methods=("password", "passkey"),
    **unit_traits,
):
    """Sign `person` in (or somebody new), with two factors, a terminal, a hat and a purpose.

    system: also give an account and a standing grant in that system, usable now.
    proof:  seconds since the second factor was shown.
    Returns the person.
    """
    now = timezone.now()
    person = person or somebody(**unit_traits)
    person.refresh_from_db(fields=["session_epoch"])  # every sign-in through a door is a new one
    post = person.posts.select_related("unit__company").order_by("pk").first()
    viewer = viewer_of(post) if post else None
    purpose = purpose or (viewer.purpose if viewer else "託送供給等")
    if device is None:
        device = DeviceFactory(
            terminal_class={"affiliate": "retailer", "other_retailer": "retailer"}.get(
                post.unit.company.kind if post else "network", "network"
            )
        )
    if system:
        if not person.accounts.filter(system=system).exists():
            AccountFactory(person=person, system=system, last_used_at=now - timedelta(days=1))
        GrantFactory(
            person=person,
            system=system,
            purpose=purpose,
            valid_from=now - timedelta(days=1),
            valid_to=now + timedelta(days=1),
        )
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "sekisho_web.accounts.backends.Password"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session["began_at"] = session["seen_at"] = now.isoformat()
    session["terminal"] = device.number
    session["account_authentication_methods_user"] = str(person.pk)
    session["account_authentication_methods"] = [
        _record(m, now.timestamp() - proof) for m in methods
    ]
    if hat and post:
        session[USE] = {
            "post": post.appointment_id,
            "relief": relief,
            "purpose": purpose,
            "until": (now + timedelta(hours=8)).isoformat(),
        }
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    client.cookies[settings.SEKISHO_TERMINAL_COOKIE] = signed(device)
    over_tls(client)
    return person


def over_tls(client):
    """Let every request of `client` come over TLS, as in production."""
    if not hasattr(client, "plain_request"):
        client.plain_request = client.request
        client.request = lambda **environ: client.plain_request(
            **environ | {"wsgi.url_scheme": "https", "SERVER_PORT": "443"}
        )
    return client


def _record(method, at):
    if method == "password":
        return {"method": "password", "at": at}
    return {"method": "mfa", "type": {"passkey": "webauthn"}.get(method, method), "at": at, "id": 0}
