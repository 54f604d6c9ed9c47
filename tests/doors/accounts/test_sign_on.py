"""The sign-on of a company, against a real provider: who is believed, and what it is worth."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.urls import reverse
from django.utils import timezone

from sekisho.accounts import sign_on as rule
from sekisho_links.accounts.sign_on import sign_ons
from sekisho_web.accounts import sign_on
from sekisho_web.accounts.models import Hold, Person, PersonIdentity, Session, SignIn
from tests.doors.accounts.live import browser
from tests.doors.accounts.provider import Provider
from tests.doors.accounts.test_session_pages import officer_of
from tests.doors.ledger import reading as ledger
from tests.factories import HoldFactory, UnitFactory, sign_in, somebody
from tests.factories.passkeys import Passkey

pytestmark = pytest.mark.django_db

TOML = """
[[provider]]
key = "kyuyo"
name = "九陽グループのサインオン"
issuer = "{issuer}"
client_id = "sekisho"
secret_file = "kyuyo.secret"
mfa_amr = ["mfa"]
mfa_acr = ["phr"]
"""


@pytest.fixture(scope="module")
def provider():
    provider = Provider()
    provider.wait()
    yield provider
    provider.close()


@pytest.fixture(autouse=True)
def home(provider, tmp_path, monkeypatch):
    (tmp_path / "oidc.toml").write_text(TOML.format(issuer=provider.issuer), encoding="utf-8")
    (tmp_path / "kyuyo.secret").write_text("ひみつ", encoding="utf-8")
    (tmp_path / "kyuyo.secret").chmod(0o600)
    known = sign_ons(tmp_path)
    monkeypatch.setattr(sign_on, "_registered", lambda _: known)


def registered(provider, subject="7f3a", **unit_traits):
    person = somebody(**unit_traits)
    PersonIdentity.objects.create(
        person=person, issuer=provider.issuer, subject=subject, registered_at=timezone.now()
    )
    return person


def send_away(client, **more):
    """Press the button of the sign-on, and return the address to which one is led."""
    page = client.post(reverse("openid_connect_login", args=["kyuyo"]), more)
    assert page.status_code == 200, page.status_code
    return unescape(
        re.search(r'class="button is-first"\s+href="([^"]+)"', page.content.decode())[1]
    )


def come_back(client, provider, subject="7f3a", **more):
    url = provider.prove(send_away(client, **more), subject)
    parts = urlsplit(url)
    return client.get(f"{parts.path}?{parts.query}")


def level(client):
    """Return how far the browser has come: nothing, password or card."""
    if client.get(reverse("accounts:sessions")).status_code == 200:
        return "card"
    return "password" if client.get(reverse("accounts:factors")).status_code == 200 else "nothing"


def test_without_a_claim_of_a_second_factor_it_is_worth_a_password(provider):
    person = registered(provider)
    provider.person("7f3a", amr=["pwd"])
    client = browser()

    come_back(client, provider)

    assert level(client) == "password"
    assert Session.objects.get().person == person


def test_with_the_claim_it_is_worth_a_password_and_a_card(provider):
    registered(provider)
    provider.person("7f3a", amr=["pwd", "mfa"])
    client = browser()

    answer = come_back(client, provider)

    assert answer["Location"] == reverse("grants:start")
    assert level(client) == "card"
    assert client.get(reverse("grants:start")).status_code == 200  # fresh: proved just now
    assert SignIn.objects.get().methods == "sign_on_multi"


def test_a_proof_of_an_hour_ago_is_not_fresh_and_is_asked_for_there(provider):
    registered(provider)
    provider.person("7f3a", acr="phr", auth_time=int(timezone.now().timestamp()) - 3_600)
    client = browser()
    come_back(client, provider)

    answer = client.get(reverse("grants:start"))

    assert answer["Location"].startswith(reverse("accounts:again_by_sign_on"))
    page = client.get(answer["Location"]).content.decode()
    assert "九陽グループのサインオン" in page
    asked = parse_qs(urlsplit(send_away(client, again="1", next="/grants/start/")).query)
    assert (asked["max_age"], asked["prompt"]) == (["0"], ["login"])
    provider.person("7f3a", acr="phr")
    come_back(client, provider, again="1", next=reverse("grants:start"))
    assert client.get(reverse("grants:start")).status_code == 200


def test_without_the_claim_who_has_a_card_is_asked_for_it_here(provider):
    person = registered(provider)
    Passkey(person)
    provider.person("7f3a", amr=["pwd"])
    client = browser()

    answer = come_back(client, provider)

    assert answer["Location"] == reverse("mfa_authenticate")
    assert level(client) == "nothing"
    assert "ひみつ" not in str(client.session.items())
    assert person.password not in str(dict(client.session.items()))


def test_who_goes_away_takes_state_nonce_and_proof_of_the_code_along(provider):
    asked = parse_qs(urlsplit(send_away(browser())).query)

    assert asked["scope"] == ["openid"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["client_id"] == ["sekisho"]
    assert asked["acr_values"] == ["phr"]
    assert len(asked["nonce"][0]) >= 40
    assert len(asked["state"][0]) >= 16
    assert "max_age" not in asked


def refused(answer, *words):
    page = answer.content.decode()
    assert answer.status_code == 403, answer.status_code
    assert all(word in page for word in words), page
    assert not Session.objects.exclude(person=None).exists()
    assert ledger.last()["k"] == "login_fail"


def test_nobody_becomes_known_by_being_known_there(provider):
    provider.person("stranger", amr=["mfa"], email="yamano@kyuyo.example")
    before = Person.objects.count()

    answer = come_back(browser(), provider, "stranger")

    refused(answer, "登録されていません", "自動では登録されません")
    assert Person.objects.count() == before


def test_a_subject_of_another_issuer_is_another_person(provider):
    person = registered(provider)
    PersonIdentity.objects.filter(person=person).update(issuer="https://id.rival.example")
    provider.person("7f3a", amr=["mfa"])

    refused(come_back(browser(), provider), "登録されていません")


def test_who_is_stopped_does_not_come_in_by_the_company_either(provider):
    person = registered(provider)
    HoldFactory(person=person, reason=Hold.Reason.LEAVE, starts_at=timezone.now())
    provider.person("7f3a", amr=["mfa"])

    refused(come_back(browser(), provider), "止まっています")


FALSE = [
    pytest.param({"aud": "other"}, id="別の宛先"),
    pytest.param({"aud": ["sekisho", "other"]}, id="宛先が2つ"),
    pytest.param({"iss": "https://id.rival.example"}, id="別の発行者"),
    pytest.param({"exp": 1_600_000_000}, id="期限切れ"),
    pytest.param({"nonce": "another"}, id="別のサインオンの合言葉"),
    pytest.param({"azp": "other"}, id="使う人が別"),
    pytest.param({"iat": 1_600_000_000}, id="古い"),
]


@pytest.mark.parametrize("claims", FALSE)
def test_an_answer_that_is_not_for_us_lets_nobody_in(provider, claims):
    registered(provider)
    provider.person("7f3a", amr=["mfa"], **claims)

    refused(come_back(browser(), provider), "会社のサインオン")


def test_a_state_serves_once_and_in_the_browser_that_was_sent_away(provider):
    registered(provider)
    provider.person("7f3a", amr=["mfa"])
    mine, others = browser(), browser()
    parts = urlsplit(provider.prove(send_away(mine), "7f3a"))
    url = f"{parts.path}?{parts.query}"

    stolen = others.get(url)
    refused(stolen, "もう一度始めてください")
    assert mine.get(url).status_code == 302
    mine.post(reverse("account_logout"))
    refused(mine.get(url), "もう一度始めてください")


def test_a_sign_on_that_was_broken_off_is_said_in_our_words(provider):
    client = browser()
    state = parse_qs(urlsplit(send_away(client)).query)["state"][0]
    url = reverse("openid_connect_callback", args=["kyuyo"])

    refused(client.get(url, {"error": "access_denied", "state": state}), "もう一度始めてください")
    refused(client.get(url, {"code": "invented", "state": "invented"}), "もう一度始めてください")


def test_a_provider_that_does_not_answer_is_said_in_our_words(provider, monkeypatch, tmp_path):
    (tmp_path / "oidc.toml").write_text(TOML.format(issuer="http://127.0.0.1:9"), encoding="utf-8")
    known = sign_ons(tmp_path)
    monkeypatch.setattr(sign_on, "_registered", lambda _: known)

    answer = browser().post(reverse("openid_connect_login", args=["kyuyo"]))

    assert answer.status_code == 503
    assert "もう一度始めてください" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("issuer", "https://id.rival.example"),
        ("token_endpoint", "ftp://127.0.0.1/token"),
        ("jwks_uri", "https://id.rival.example/keys"),
        ("authorization_endpoint", ""),
    ],
)
def test_a_document_that_is_not_the_issuers_leads_nobody_away(monkeypatch, name, address):
    known = OpenIDConnectOAuth2Adapter.openid_config
    monkeypatch.setattr(
        OpenIDConnectOAuth2Adapter,
        "openid_config",
        property(lambda self: {**known.fget(self), name: address}),
    )

    answer = browser().post(reverse("openid_connect_login", args=["kyuyo"]))

    assert answer.status_code == 503


def test_who_asks_the_issuer_follows_nobody_elsewhere(rf):
    assert sign_on.SignOnAdapter(rf.get("/")).get_requests_session().max_redirects == 0


def test_where_nothing_is_set_up_there_is_no_such_door(monkeypatch):
    monkeypatch.setattr(sign_on, "_registered", lambda _: ())
    client = browser()

    assert "サインオン" not in client.get(reverse("account_login")).content.decode()
    for name in ("openid_connect_login", "openid_connect_callback"):
        assert client.get(reverse(name, args=["kyuyo"])).status_code == 404
        assert client.post(reverse(name, args=["kyuyo"])).status_code == 404


def test_rows_of_the_librarys_tables_let_nobody_in(provider):
    from allauth.socialaccount.models import SocialAccount

    person = somebody()
    SocialAccount.objects.create(user=person, provider="kyuyo", uid="7f3b", extra_data={})
    provider.person("7f3b", amr=["mfa"])

    refused(come_back(browser(), provider, "7f3b"), "登録されていません")


def believes_everything(claims, *, provider, nonce, now):
    """A twin that takes any token for two factors of whoever it names."""
    return rule.Assertion(
        issuer=provider.issuer, subject=str(claims["sub"]), multi_factor=True, proved_at=now
    )


def test_a_twin_that_believes_everything_is_caught(provider, monkeypatch):
    registered(provider)
    provider.person("7f3a", amr=["pwd"], nonce="another")
    monkeypatch.setattr(sign_on.rule, "assertion", believes_everything)
    client = browser()

    come_back(client, provider)

    assert level(client) == "card"  # where the right one refuses


# --- who is whom ------------------------------------------------------------------------------


def give(client, person, subject="7f3a", **more):
    told = {"provider": "kyuyo", "subject": subject, **more}
    return client.post(reverse("accounts:identities", args=[person.code]), told)


def test_an_officer_says_how_the_company_calls_somebody_of_theirs(client, provider):
    person = somebody()
    sign_in(client, officer_of(UnitFactory()))
    assert client.get(reverse("accounts:identities", args=[person.code])).status_code == 200

    assert give(client, person, " 7f3a ").status_code == 302

    assert PersonIdentity.objects.get().subject == "7f3a"
    provider.person("7f3a", amr=["mfa"])
    come = browser()
    come_back(come, provider)
    assert Session.objects.filter(person=person).exists()


def test_to_remove_it_ends_the_session_and_the_way_in(client, provider):
    person = registered(provider)
    provider.person("7f3a", amr=["mfa"])
    come = browser()
    come_back(come, provider)
    sign_in(client, officer_of(UnitFactory()))

    answer = client.post(
        reverse("accounts:identities", args=[person.code]),
        {"remove": str(person.identities.get().pk)},
    )

    assert answer.status_code == 302
    assert level(come) == "nothing"
    assert not person.identities.exists()


def test_one_subject_is_one_person(client, provider):
    registered(provider)
    sign_in(client, officer_of(UnitFactory()))

    answer = give(client, somebody())

    assert answer.status_code == 422
    assert "すでにだれかに登録されています" in answer.content.decode()


def test_nobody_registers_themselves_or_somebody_of_another_company(client):
    officer = officer_of(UnitFactory())
    sign_in(client, officer)

    assert give(client, officer).status_code == 422
    assert give(client, somebody(sales=True)).status_code == 403
    assert not PersonIdentity.objects.exists()


@pytest.mark.parametrize("unit", [{}, {"it": True}, {"compliance": True}])
def test_nobody_else_registers_anybody(client, unit):
    sign_in(client, **unit)

    assert give(client, somebody()).status_code == 403
