"""The doors of the launcher's OpenID Connect: what it is, its keys, the way in, the token.

Only the code flow with PKCE and a secret of the client is spoken. There is no consent, no
refresh, no other endpoint: who may be let in is `may_use`, asked at the launch, at the arrival
and when the token is made.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from http import HTTPStatus

from allauth.idp.oidc.internal.oauthlib.server import get_server
from allauth.idp.oidc.internal.oauthlib.utils import convert_response, extract_params
from allauth.idp.oidc.views import jwks as keys_of_the_library
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from oauthlib.oauth2.rfc6749 import errors as oauth

from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.middleware import send
from sekisho_web.accounts.models import System
from sekisho_web.accounts.signed_in import hat_of, person_of
from sekisho_web.frame import errors
from sekisho_web.frame.doors import READING, Needs, door, machine, refuse_without
from sekisho_web.grants import arrivals, offers
from sekisho_web.grants.oidc import Adapter
from sekisho_web.grants.operations import launching
from sekisho_web.grants.queries.launches import opened_by_oidc

METHOD = "S256"
UNKNOWN = Refusal(
    reason="知らないシステムからの求めか、登録と違う戻り先です",
    remedy="起動ページからシステムを選び直してください。続くときは、システムの担当に知らせてください",
)
BARE = Refusal(
    reason="システムからの求めに、横取りを防ぐ値（PKCE）がありません",
    remedy="システムの担当に、接続のしかた（PKCE、S256）を直すよう求めてください",
)


def _where_it_is_spoken(request: HttpRequest) -> HttpResponse | None:  # noqa: ARG001  # every opener's shape
    """Open to every program, where any system is opened so at all; elsewhere there is nothing."""
    if System.objects.filter(opens_by=System.Opens.OIDC, state=System.State.IN_USE).exists():
        return None
    return HttpResponse(status=HTTPStatus.NOT_FOUND)


def _by_its_client(request: HttpRequest) -> HttpResponse | None:
    """Open to a client that a system of the register is known by; its secret is asked after."""
    if opened_by_oidc(_client_of(request)) is not None:
        return None
    return JsonResponse(
        {"error": "invalid_client"},
        status=HTTPStatus.UNAUTHORIZED,
        headers={"WWW-Authenticate": 'Basic realm="sekisho"', "Cache-Control": "no-store"},
    )


@machine(methods=READING, opened_by=_where_it_is_spoken)
def configuration(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # every door's shape
    """What this provider speaks, and nothing that it does not (OpenID Connect Discovery)."""
    issuer = Adapter().get_issuer()
    return JsonResponse(
        {
            "issuer": issuer,
            "authorization_endpoint": issuer + reverse("idp:oidc:authorization"),
            "token_endpoint": issuer + reverse("idp:oidc:token"),
            "jwks_uri": issuer + reverse("idp:oidc:jwks"),
            "scopes_supported": ["openid"],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "code_challenge_methods_supported": [METHOD],
            "claims_supported": [
                "sub", "sekisho_account", "sekisho_company", "sekisho_hat", "sekisho_purpose",
                "sekisho_role", "sekisho_grant", "sekisho_use", "sekisho_until",
            ],
        }
    )  # fmt: skip


@machine(methods=READING, opened_by=_where_it_is_spoken)
def jwks(request: HttpRequest) -> HttpResponse:
    """The public keys by which a system checks a token."""
    answer: HttpResponse = keys_of_the_library(request)
    return answer


@door("asks", READING, may="", needs=Needs.FACTORS)  # a GET that writes; the hat is asked inside
def authorization(request: HttpRequest) -> HttpResponse:
    """Let somebody in at a system to which they have just been launched, once."""
    now, hat = timezone.now(), hat_of(request)
    if hat is None:
        return send(request, reverse("grants:start"), keep=True)
    refuse_without("grants.use", request)
    system = opened_by_oidc(request.GET.get("client_id", ""))
    if system is None:
        return errors.refused(UNKNOWN, status=HTTPStatus.FORBIDDEN)
    asked = extract_params(request)
    server = get_server()
    try:
        scopes, info = server.validate_authorization_request(*asked)
    except oauth.FatalClientError:
        return errors.refused(UNKNOWN, status=HTTPStatus.FORBIDDEN)
    except oauth.OAuth2Error as error:
        return _sent_back(error.in_uri(error.redirect_uri))
    if request.GET.get("code_challenge_method") != METHOD or not request.GET.get("code_challenge"):
        return errors.refused(BARE, status=HTTPStatus.FORBIDDEN)
    person = person_of(request)
    (may,) = offers.ask_for(request, hat=hat, system=system.key, purposes=(hat.purpose,), now=now)
    found = launching.arrive(
        person=person,
        system=system,
        handle=None,
        device=offers.device_of(request),
        session=arrivals.session_of(request),
        answer=may.answer(at=now),
        now=now,
    )
    if isinstance(found, Refusal):
        return errors.refused(found, status=HTTPStatus.FORBIDDEN)
    answer = server.create_authorization_response(
        *asked, scopes=scopes, credentials={"user": person, **info}
    )
    response: HttpResponse = convert_response(*answer)
    response.headers["Cache-Control"] = "no-store"
    return response


@machine(methods=("POST",), opened_by=_by_its_client)
def token(request: HttpRequest) -> HttpResponse:
    """Give a system the token for somebody who has just arrived there, once."""
    if request.POST.get("grant_type") != "authorization_code":
        return JsonResponse({"error": "unsupported_grant_type"}, status=HTTPStatus.BAD_REQUEST)
    server = get_server()
    for grant in (server.auth_grant, server.openid_connect_auth.proxy_target):
        grant.refresh_token = False  # whoever comes again is launched again
    try:
        with transaction.atomic():
            made = server.create_token_response(*extract_params(request))
    except PermissionDenied:  # between the code and the token something ended
        return JsonResponse({"error": "invalid_grant"}, status=HTTPStatus.BAD_REQUEST)
    answer: HttpResponse = convert_response(*made)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _client_of(request: HttpRequest) -> str:
    """Return the id in the Basic header of a client, or "" where there is none."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(text, validate=True).decode().partition(":")[0]
    except (NotBase64, UnicodeDecodeError):
        return ""


def _sent_back(url: str) -> HttpResponse:
    return HttpResponse(status=HTTPStatus.FOUND, headers={"Location": url})
