"""The sign-on of a company (会社のサインオン), spoken by the library and believed by our rules.

It is set up by `oidc.toml` of the home alone: rows of the library's tables set up nothing and
make nobody known. A person is found by issuer and subject as they were registered, or not at all.
"""

import secrets
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from sekisho.accounts import sign_on as rule
from sekisho.terms.refusals import Refusal
from sekisho_links.accounts.sign_on import Registered, Unsigned, claims_of, sign_ons
from sekisho_web.accounts.backends import Password
from sekisho_web.accounts.models import PersonIdentity
from sekisho_web.accounts.signed_in import SIGN_ON
from sekisho_web.frame import errors
from sekisho_web.frame.addresses import client_address
from sekisho_web.ledger import operations as ledger

BACKEND = f"{Password.__module__}.{Password.__qualname__}"
SCOPE = ("openid",)
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class NotBelieved(PermissionDenied):
    """Nothing follows from what the company's sign-on said."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def registered() -> Sequence[Registered]:
    """Return the sign-ons of this house; none, where nothing is set up."""
    return _registered(str(settings.SEKISHO_HOME))


def one(key: str) -> Registered | None:
    return next((known for known in registered() if known.provider.key == key), None)


@cache
def _registered(home: str) -> Sequence[Registered]:
    return sign_ons(Path(home))


class Verified(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # the library has no types
    """Reads the answer of the company's sign-on, and believes it after every check.

    nonce: with which this browser was sent away; empty until its state was found.
    """

    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        found: dict[str, Any] = super().openid_config
        provider = self.get_provider().registered.provider
        if found.get("issuer") != provider.issuer:
            raise OAuth2Error("The document of the issuer is not of the issuer.")
        scheme = urlsplit(provider.issuer).scheme
        if any(urlsplit(str(found.get(name, ""))).scheme != scheme for name in ENDPOINTS):
            raise OAuth2Error("The issuer names an address without TLS.")
        return found

    def complete_login(
        self,
        request: HttpRequest,
        app: SocialApp,  # noqa: ARG002  # the library's signature
        token: object,  # noqa: ARG002
        **told: Any,  # noqa: ANN401
    ) -> SocialLogin:
        """Return who is there. Raise NotBelieved or OAuth2Error where that is not known."""
        provider = self.get_provider()
        try:
            claims = claims_of(told["response"].get("id_token"), keys=self._keys())
        except Unsigned as error:
            raise OAuth2Error("The ID token is missing, or not signed by the issuer.") from error
        said = rule.assertion(
            claims, provider=provider.registered.provider, nonce=self.nonce, now=timezone.now()
        )
        if isinstance(said, Refusal):
            raise NotBelieved(said)
        login = provider.sociallogin_from_response(request, {"id_token": {"sub": said.subject}})
        login.assertion = said
        return login

    def _keys(self) -> dict[str, Any]:
        """Return the keys that the issuer signs with, as it shows them now."""
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            keys = answer.json()
        return keys if isinstance(keys, dict) else {}


class SignOn(OpenIDConnectProvider):  # type: ignore[misc]  # the library has no types
    oauth2_adapter_class = Verified
    pkce_enabled_default = True

    @property
    def registered(self) -> Registered:
        found = one(self.app.provider_id)
        if found is None:
            raise SocialApp.DoesNotExist
        return found

    def get_scope(self) -> list[str]:
        return list(SCOPE)

    def get_pkce_params(self) -> dict[str, str]:
        params: dict[str, str] = super().get_pkce_params()
        if not params:
            raise OAuth2Error("Without PKCE nobody is sent away.")
        return params

    def send_away(self, request: HttpRequest, *, following: str, again: bool) -> HttpResponse:
        """Return the redirect to the company's sign-on, and remember what must come back.

        again: whether the person must prove anew who they are, whoever they already are there.
        """
        nonce = secrets.token_urlsafe(32)
        asked = {"nonce": nonce, **({"max_age": "0", "prompt": "login"} if again else {})}
        if acr := sorted(self.registered.provider.mfa_acr):
            asked["acr_values"] = " ".join(acr)
        answer: HttpResponse = self.redirect(
            request,
            "login",
            next_url=following or None,
            auth_params=asked,
            scope=list(SCOPE),
            nonce=nonce,
        )
        return answer


class SignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # the library has no types
    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002
        return False  # nobody becomes known by being known elsewhere

    def get_requests_session(self) -> Any:  # noqa: ANN401  # of the library's own library
        """Return what asks the issuer: it follows nobody elsewhere, with no secret of ours."""
        session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def list_apps(
        self,
        request: HttpRequest,  # noqa: ARG002  # the library's signature
        provider: str | None = None,
        client_id: str | None = None,
    ) -> list[SocialApp]:
        return [
            SocialApp(
                provider=SignOn.id,
                provider_id=known.provider.key,
                name=known.provider.name,
                client_id=known.provider.client_id,
                secret=known.secret,
                settings={"server_url": known.provider.issuer, "fetch_userinfo": False},
            )
            for known in registered()
            if provider in {None, SignOn.id, known.provider.key}
            and client_id in {None, known.provider.client_id}
        ]

    def get_provider(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> SignOn:
        return SignOn(request, app=self.get_app(request, provider=provider, client_id=client_id))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the registered person, or refuse. What the library looked up does not count."""
        said: rule.Assertion = sociallogin.assertion
        identity = (
            PersonIdentity.objects.filter(issuer=said.issuer, subject=said.subject)
            .select_related("person")
            .first()
        )
        if identity is None:
            refuse(request, who=f"{said.issuer} {said.subject}", refusal=rule.unknown_refusal())
        person = identity.person
        if not Password().user_can_authenticate(person):
            refuse(request, who=person.login, refusal=_stopped())
        person.backend = BACKEND
        sociallogin.user = person

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: object,
        error: object = None,  # noqa: ARG002  # the library's signature
        exception: Exception | None = None,
        extra_context: object = None,  # noqa: ARG002
    ) -> None:
        """Record that somebody did not come in, and say why in our words."""
        refusal = exception.refusal if isinstance(exception, NotBelieved) else rule.failed_refusal()
        refuse(request, who=str(getattr(provider, "sub_id", "")), refusal=refusal)


class CardStage(AuthenticateStage):  # type: ignore[misc]  # the library has no types
    """Asks for the card here, unless the company's sign-on says now that it asked for one there.

    What it says is noted in the session that begins, and forgotten with any other sign-in.
    """

    def handle(self) -> tuple[HttpResponse | None, bool]:
        login = (self.login.signal_kwargs or {}).get("sociallogin")
        said: rule.Assertion | None = getattr(login, "assertion", None)
        self.login.signal_kwargs = None  # it would be kept in the session, with the whole person
        self.request.session.pop(SIGN_ON, None)
        if said is not None and self.login.user is not None:
            self.request.session[SIGN_ON] = {
                "person": self.login.user.pk,
                "multi_factor": said.multi_factor,
                "proved_at": said.proved_at.timestamp() if said.proved_at else None,
            }
            if said.multi_factor:
                return None, True
        answer: tuple[HttpResponse | None, bool] = super().handle()
        return answer


def refuse(request: HttpRequest, *, who: str, refusal: Refusal) -> NoReturn:
    """Record that `who` did not come in, and answer with why."""
    device = getattr(request, "device", None)
    ledger.record_failed_sign_in(
        login=who[:200],
        at=timezone.now(),
        reason=f"会社のサインオン: {refusal.reason}",
        address=client_address(request),
        device=device.number if device else None,
    )
    raise ImmediateHttpResponse(errors.refused(refusal, status=403))


def _stopped() -> Refusal:
    return Refusal(
        reason="このIDは止まっています",
        remedy="所属の利用責任者に、止まった理由と解き方を確かめてください",
    )
