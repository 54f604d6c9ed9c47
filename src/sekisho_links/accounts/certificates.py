"""The client certificate of a PKI card, as a proxy of ours passes it on (RFC 9440).

The proxy ends TLS and has seen the card prove that it holds the private key. What it passes on
is checked here once more: chain, time, what the certificate is for, and whether it was revoked.
"""

from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from sekisho.errors import SekishoError
from sekisho.terms.refusals import Refusal

LONGEST = 16_384  # characters of the header; a certificate of a card has some two thousand
MARK = ":"  # RFC 8941: a byte sequence stands between colons


class UnreadableAuthority(SekishoError):
    """The certificates of the authority, or its list of revoked ones, cannot be read."""


class NotACertificate(Exception):
    """What stands in the header is no certificate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The authority (認証局) of the company's cards, and its list of revoked certificates."""

    roots: tuple[x509.Certificate, ...]
    revoked: tuple[x509.CertificateRevocationList, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A certificate that was shown, and that holds."""

    fingerprint: bytes  # SHA-256 of the certificate
    public_key: bytes  # SubjectPublicKeyInfo, DER
    subject: str
    serial: str
    expires_at: datetime


def authority(*, roots: Path, revoked: Path) -> Authority:
    """Return the authority in two PEM files. Raise UnreadableAuthority where one is not readable.

    roots:   certificates of the authority, one or more.
    revoked: its lists of revoked certificates, one for each certificate in `roots`.
    """
    try:
        certificates = tuple(x509.load_pem_x509_certificates(roots.read_bytes()))
    except (OSError, ValueError) as error:
        raise UnreadableAuthority(
            "カードの認証局の証明書を読めません",
            place=roots.name,
            remedy="PEM形式の証明書を置いてください",
        ) from error
    try:
        lists = tuple(
            x509.load_pem_x509_crl(part) for part in _parts(revoked.read_bytes(), b"X509 CRL")
        )
    except (OSError, ValueError) as error:
        raise UnreadableAuthority(
            "失効した証明書の一覧を読めません",
            place=revoked.name,
            remedy="PEM形式の失効一覧を置いてください",
        ) from error
    return Authority(roots=certificates, revoked=lists)


def in_header(header: str) -> bytes:
    """Return the certificate (DER) in a `Client-Cert` header. Raise NotACertificate otherwise.

    The value is one byte sequence between colons; parameters and lists are refused.
    """
    value = header.strip()
    if len(value) > LONGEST or len(value) < len("::") or value[0] != MARK or value[-1] != MARK:
        raise NotACertificate
    try:
        return b64decode(value[1:-1], validate=True)
    except ValueError as error:
        raise NotACertificate from error


def shown(der: bytes, *, by: Authority, now: datetime) -> Card | Refusal:
    """Return the card whose certificate `der` is, or why the certificate is not accepted at `now`.

    Raise NotACertificate where `der` cannot be read at all.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
    except ValueError as error:
        raise NotACertificate from error
    if refusal := _refusal_of_chain(certificate, by=by, now=now):
        return refusal
    if refusal := _refusal_of_revocation(certificate, by=by, now=now):
        return refusal
    return Card(
        fingerprint=sha256(der).digest(),
        public_key=certificate.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        ),
        subject=_subject(certificate),
        serial=f"{certificate.serial_number:x}",
        expires_at=certificate.not_valid_after_utc,
    )


def _refusal_of_chain(
    certificate: x509.Certificate, *, by: Authority, now: datetime
) -> Refusal | None:
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        return Refusal(
            reason="証明書の有効期間の外です",
            remedy="カードの更新を責任者に依頼してください",
        )
    verifier = (
        PolicyBuilder()
        .store(Store(list(by.roots)))
        .time(now)
        .extension_policies(
            ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=_for_a_person()
        )
        .build_client_verifier()
    )
    try:
        verifier.verify(certificate, [])
    except (VerificationError, ValueError):
        return Refusal(
            reason="会社のカードの認証局が出した、本人認証のための証明書ではありません",
            remedy="会社が配ったカードを使ってください",
        )
    return None


def _for_a_person() -> ExtensionPolicy:
    """Return what a card's certificate must carry: it is for signing in, and is no authority.

    A person has no host name, so the name that servers must have is not asked for.
    """
    return (
        ExtensionPolicy.permit_all()
        .require_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _is_for_clients)
        .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _signs)
        .may_be_present(x509.BasicConstraints, Criticality.AGNOSTIC, _is_no_authority)
    )


def _is_for_clients(_policy: object, _of: object, usage: x509.ExtendedKeyUsage | None) -> None:
    if usage is None or ExtendedKeyUsageOID.CLIENT_AUTH not in usage:
        raise ValueError("not for client authentication")


def _signs(_policy: object, _of: object, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.digital_signature:
        raise ValueError("not for signatures")


def _is_no_authority(_policy: object, _of: object, basic: x509.BasicConstraints | None) -> None:
    if basic is not None and basic.ca:
        raise ValueError("a certificate of an authority")


def _refusal_of_revocation(
    certificate: x509.Certificate, *, by: Authority, now: datetime
) -> Refusal | None:
    """Return why it counts as revoked: it is on the list, or there is no list that speaks now.

    A list that is too old says nothing of what was revoked since; then nothing is accepted.
    """
    known = [one for one in by.revoked if one.issuer == certificate.issuer and _is_signed(one, by)]
    speaking = [one for one in known if _speaks(one, now=now)]
    if not speaking:
        return Refusal(
            reason="失効した証明書の一覧が古いか、ありません",
            remedy="システム管理責任者に、失効一覧の更新を依頼してください",
        )
    revoked = any(
        one.get_revoked_certificate_by_serial_number(certificate.serial_number) for one in known
    )
    if revoked:
        return Refusal(
            reason="この証明書は失効しています",
            remedy="責任者に、新しいカードと登録票を出してもらってください",
        )
    return None


def _is_signed(revoked: x509.CertificateRevocationList, by: Authority) -> bool:
    return any(
        root.subject == revoked.issuer and revoked.is_signature_valid(root.public_key())  # type: ignore[arg-type]  # a root has a key that signs
        for root in by.roots
    )


def _speaks(revoked: x509.CertificateRevocationList, *, now: datetime) -> bool:
    until = revoked.next_update_utc
    return until is not None and revoked.last_update_utc <= now < until


def _subject(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def _parts(pem: bytes, kind: bytes) -> list[bytes]:
    """Return the parts of a PEM file that are of `kind`; at least one, or ValueError."""
    end = b"-----END " + kind + b"-----"
    parts = [part + end for part in pem.split(end)[:-1]]
    if not parts:
        raise ValueError("no part of this kind")
    return parts
