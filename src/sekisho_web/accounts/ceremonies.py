"""The ceremonies of a request: at which page they are held, and what the company laid down."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.http import HttpRequest

from sekisho.accounts.authenticators import Policy, read
from sekisho.terms.refusals import Refusal
from sekisho_links import shipped
from sekisho_links.accounts import certificates
from sekisho_links.accounts.attestation import Json, Site
from sekisho_links.accounts.certificates import Card, NotACertificate

ASKED = "asked"  # in the session: what an answer has to answer, by the name of the ceremony
BIND, PROOF = "bind", "proof"
LIST, ROOT, REVOKED = "authenticators.csv", "root.pem", "revoked.pem"
CLIENT_CERT = "HTTP_CLIENT_CERT"  # RFC 9440; of our own proxy only


def site_of(request: HttpRequest) -> Site:
    """Return the page itself: keys belong to the host, and answers to the exact origin."""
    host = request.get_host()
    return Site(rp=host.partition(":")[0], origin=f"{request.scheme}://{host}")


def remember(request: HttpRequest, ceremony: str, state: Json) -> None:
    """Keep what was asked until its answer; a second question makes the first one void."""
    request.session[ASKED] = {ceremony: state}


def asked(request: HttpRequest, ceremony: str) -> Json:
    """Return what was asked, once; nothing can be answered twice, and "{}" answers nothing."""
    kept: Json = request.session.pop(ASKED, {})
    return dict(kept.get(ceremony, {}))


def laid_down() -> Path:
    """Return the folder of the company's list of authenticators, else the one that ships."""
    if settings.SEKISHO_AUTHENTICATORS:
        return Path(settings.SEKISHO_AUTHENTICATORS)
    demo = ("demo",) if settings.SEKISHO_DEMO else ()
    return shipped("content", "authenticators", *demo)


def policy() -> Policy:
    """Return which authenticators may be bound."""
    return _policy(laid_down())


def roots(aaguid: str) -> Sequence[x509.Certificate]:
    """Return the roots laid down for the model `aaguid`; none where its file is not there."""
    model = policy().model(aaguid)
    return _roots(laid_down() / model.root) if model and model.root else ()


def takes_certificates() -> bool:
    """Return whether a certificate may be a factor: the proxy is ours, and the authority known."""
    return bool(settings.SEKISHO_PROXY and settings.SEKISHO_CARDS)


def card_of(request: HttpRequest, *, now: datetime) -> Card | Refusal:
    """Return the card that the proxy saw, or why there is none. Elsewhere the header is nothing."""
    if not takes_certificates():
        return Refusal(
            reason="証明書による本人認証は使われていません",
            remedy="職員証のパスキーで確かめてください",
        )
    folder = Path(settings.SEKISHO_CARDS)
    try:
        der = certificates.in_header(request.META.get(CLIENT_CERT, ""))
        by = certificates.authority(roots=folder / ROOT, revoked=folder / REVOKED)
        return certificates.shown(der, by=by, now=now)
    except NotACertificate:
        return Refusal(
            reason="カードの証明書が届いていません",
            remedy="カードを読取り機に置き、ブラウザーを開き直してからお試しください",
        )


@cache
def _policy(folder: Path) -> Policy:
    path = folder / LIST
    return read(path.read_text(encoding="utf-8-sig"), place=path.name)


@cache
def _roots(path: Path) -> Sequence[x509.Certificate]:
    if not path.is_file():
        return ()
    return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
