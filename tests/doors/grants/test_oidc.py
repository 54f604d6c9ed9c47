"""A real client library comes for a token: it gets one for a launch that has arrived, once."""

import time
import warnings
from base64 import b64encode

import httpx2 as httpx
import jwt
import pytest
from allauth.idp.oidc.models import Client, Token
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from sekisho_web.accounts.models import Hold
from sekisho_web.accounts.operations.stopping import suspend
from sekisho_web.campaigns.models import Finding
from sekisho_web.grants import oidc
from sekisho_web.grants.models import Launch
from sekisho_web.grants.queries import launches
from tests.doors.grants.launched import at_the_launcher, grant_of, launch, system
from tests.factories import sign_in

with warnings.catch_warnings():  # of the library, about itself
    warnings.simplefilter("ignore")
    from authlib.integrations.httpx_client import OAuth2Client

pytestmark = pytest.mark.django_db
SITE = "https://testserver"
BACK = "https://kessai.example/back"
SECRET = "a secret of the client, long enough"
KEY = "kessai"


@pytest.fixture
def client_of():
    """Return the client of a system that is opened by OpenID Connect."""
    found = Client(id="kessai-client", name="kessai", scopes="openid", redirect_uris=BACK)
    found.set_secret(SECRET)
    found.save()
    system(KEY, opens_by="oidc", client_id=found.id)
    return found


class Wire(httpx.BaseTransport):
    """What the library sends arrives at our doors, in this process and this transaction."""

    def handle_request(self, request):
        answer = Browser().generic(
            request.method,
            request.url.raw_path.decode(),
            request.read(),
            content_type=request.headers.get("Content-Type", ""),
            secure=True,
            headers={
                name: value
                for name, value in request.headers.items()
                if name not in ("host", "content-type", "content-length")
            },
        )
        headers = list(answer.items())
        return httpx.Response(answer.status_code, headers=headers, content=answer.content)


class Party:
    """The other system, as a real client library speaks for it."""

    def __init__(self, secret=SECRET):
        wire = Wire()
        self.plain = httpx.Client(transport=wire, base_url=SITE)
        self.caller = OAuth2Client(
            client_id="kessai-client",
            client_secret=secret,
            scope="openid",
            redirect_uri=BACK,
            code_challenge_method="S256",
            transport=wire,
        )
        self.config = self.plain.get("/.well-known/openid-configuration").json()
        self.verifier = "v" * 64

    def ask(self, **more):
        """Return the address to which somebody is led who comes to the other system."""
        url, self.state = self.caller.create_authorization_url(
            self.config["authorization_endpoint"],
            code_verifier=self.verifier,
            nonce="a nonce of this visit",
            **more,
        )
        return url.removeprefix(SITE)

    def redeem(self, answer, **more):
        return self.caller.fetch_token(
            self.config["token_endpoint"],
            authorization_response=answer["Location"],
            state=self.state,
            code_verifier=self.verifier,
            **more,
        )

    def claims(self, token):
        """Return what the ID token says, checked by the published keys."""
        keys = self.plain.get(self.config["jwks_uri"]).json()["keys"]
        wanted = jwt.get_unverified_header(token)["kid"]
        key = next(jwt.PyJWK(one) for one in keys if one["kid"] == wanted)
        return jwt.decode(
            token, key, algorithms=["RS256"], audience="kessai-client", issuer=self.config["issuer"]
        )


@pytest.fixture
def party(client_of):
    return Party()


def arrived(client, party):
    """Launch, follow to the other system, come back to us, and return our answer."""
    assert launch(client, KEY).status_code == 200
    return client.get(party.ask())


def test_a_launch_gives_one_token_that_names_nobody(client, party):
    person = at_the_launcher(client, KEY)

    token = party.redeem(arrived(client, party))

    said = party.claims(token["id_token"])
    assert said["nonce"] == "a nonce of this visit"
    assert said["sekisho_account"] == person.accounts.get(system=KEY).code
    assert said["sekisho_grant"] == grant_of(person, KEY).code
    assert said["sekisho_purpose"] == "託送供給等"
    assert said["sekisho_company"] == "N09"
    assert len(said["sub"]) == 64
    words = str(said)
    assert person.name not in words
    assert person.login not in words
    assert person.code not in words
    assert "refresh_token" not in token
    assert not Token.objects.filter(type=Token.Type.REFRESH_TOKEN).exists()


def test_the_metadata_says_what_is_spoken_and_no_more(party):
    assert party.config["issuer"] == SITE
    assert party.config["response_types_supported"] == ["code"]
    assert party.config["code_challenge_methods_supported"] == ["S256"]
    assert "userinfo_endpoint" not in party.config
    assert "device_authorization_endpoint" not in party.config


def test_where_no_system_is_opened_so_there_is_nothing(client):
    assert client.get("/.well-known/openid-configuration").status_code == 404
    assert client.get("/.well-known/jwks.json").status_code == 404


def test_a_person_is_the_same_at_every_launch_and_another_at_another_system(client, party):
    person = at_the_launcher(client, KEY)
    subs = {party.claims(party.redeem(arrived(client, party))["id_token"])["sub"] for _ in range(2)}
    other = Client(id="other")

    assert len(subs) == 1
    assert oidc.Adapter().get_user_sub(other, person) not in subs


def test_who_comes_without_a_launch_is_refused_and_that_is_a_finding(client, party):
    person = at_the_launcher(client, KEY)

    answer = client.get(party.ask())

    assert answer.status_code == 403
    assert "起動ページを通らずに" in answer.content.decode()
    finding = Finding.objects.get()
    assert finding.kind == "no_handle"
    assert person.name not in finding.sentence
    assert Launch.objects.get(person=person).outcome == Launch.Outcome.REFUSED


def test_one_launch_opens_once(client, party):
    at_the_launcher(client, KEY)
    arrived(client, party)

    answer = client.get(party.ask())

    assert answer.status_code == 403
    assert "もう使われています" in answer.content.decode()


def test_a_launch_of_another_session_opens_nothing(client, party):
    person = at_the_launcher(client, KEY)
    launch(client, KEY)
    at_the_launcher(client, KEY, person=person)

    assert client.get(party.ask()).status_code == 403


def test_a_code_is_redeemed_once(client, party):
    at_the_launcher(client, KEY)
    answer = arrived(client, party)
    party.redeem(answer)

    with pytest.raises(Exception, match="invalid_grant"):
        party.redeem(answer)


def _no_more_hat(client, person):
    sign_in(client, person)  # a session of its own; the one of the launch is gone
    from sekisho_web.accounts.models import Session

    Session.objects.filter(person=person).order_by("began_at").first().delete()


STOPS = {
    "取消し": lambda _, person: (
        grant_of(person, KEY)
        .__class__.objects.filter(person=person)
        .update(revoked_at=timezone.now())
    ),
    "人の停止": lambda _, person: suspend(
        target=person, reason=Hold.Reason.INVESTIGATION, by=None, now=timezone.now()
    ),
    "IDの停止": lambda _, person: suspend(
        target=person.accounts.get(), reason=Hold.Reason.INVESTIGATION, by=None, now=timezone.now()
    ),
    "セッションの終わり": lambda client, person: client.session.flush(),
}


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS)
def test_nothing_is_given_once_something_stopped_between_code_and_token(client, party, stop):
    person = at_the_launcher(client, KEY)
    answer = arrived(client, party)

    stop(client, person)

    with pytest.raises(Exception, match="invalid_grant"):
        party.redeem(answer)
    assert not Token.objects.exists()


def test_a_broken_twin_that_does_not_ask_again_gives_a_token(client, party, monkeypatch):
    monkeypatch.setattr(launches, "still_may", lambda *_, **__: True)
    person = at_the_launcher(client, KEY)
    answer = arrived(client, party)

    STOPS["取消し"](client, person)

    assert party.redeem(answer)["id_token"]


def test_the_token_ends_with_the_use(client, party):
    person = at_the_launcher(client, KEY)
    soon = timezone.now() + timezone.timedelta(seconds=90)
    grant_of(person, KEY).__class__.objects.filter(person=person).update(valid_to=soon)

    said = party.claims(party.redeem(arrived(client, party))["id_token"])

    assert said["exp"] <= soon.timestamp()
    assert said["exp"] > time.time()


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        pytest.param({"redirect_uri": "https://thief.example/"}, 403, id="別の戻り先"),
        pytest.param({"client_id": "somebody"}, 403, id="知らないシステム"),
        pytest.param({"code_challenge": ""}, 403, id="PKCEがない"),
        pytest.param({"code_challenge_method": "plain"}, 403, id="弱いPKCE"),
        pytest.param({"response_type": "token"}, 302, id="別の流れ"),
        pytest.param({"scope": "openid profile"}, 302, id="余分な範囲"),
    ],
)
def test_what_was_not_registered_opens_nothing(client, party, changed, status):
    at_the_launcher(client, KEY)
    launch(client, KEY)
    from urllib.parse import parse_qsl, urlencode, urlsplit

    parts = urlsplit(party.ask())
    query = {**dict(parse_qsl(parts.query)), **changed}

    answer = client.get(f"{parts.path}?{urlencode(query)}")

    assert answer.status_code == status
    assert "code=" not in answer.get("Location", "")
    assert "thief" not in answer.get("Location", "")
    assert not Launch.objects.filter(arrived_at__isnull=False).exists()


def test_the_wrong_secret_gets_no_token(client, client_of, party):
    at_the_launcher(client, KEY)
    answer = arrived(client, party)
    thief = Party(secret="guessed")
    thief.state = party.state

    with pytest.raises(Exception, match="invalid_client"):
        thief.redeem(answer)


@pytest.mark.parametrize("grant_type", ["refresh_token", "client_credentials", "password", ""])
def test_no_other_grant_is_spoken(client_of, grant_type):
    header = "Basic " + b64encode(f"kessai-client:{SECRET}".encode()).decode()

    answer = Browser().post(
        reverse("idp:oidc:token"),
        {"grant_type": grant_type},
        headers={"Authorization": header},
        secure=True,
    )

    assert answer.status_code == 400
    assert answer.json() == {"error": "unsupported_grant_type"}


def test_a_client_that_stands_in_no_register_gets_nothing(client_of):
    client_of.id = "old"
    client_of.save()
    header = "Basic " + b64encode(f"old:{SECRET}".encode()).decode()

    answer = Browser().post(
        reverse("idp:oidc:token"),
        {"grant_type": "authorization_code"},
        headers={"Authorization": header},
        secure=True,
    )

    assert answer.status_code == 401


def test_nobody_without_a_second_factor_arrives(client, party):
    sign_in(client, methods=("password",))

    assert client.get(party.ask()).status_code == 302
    assert not Launch.objects.exists()
