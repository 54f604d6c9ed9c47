"""The ceremonies of WebAuthn, with `fido2` itself: what is signed, by which key, for which page.

Three things the library leaves to us are done here: the origin is compared exactly (by default a
page of any subdomain would do), the attestation is asked for and verified up to the roots of the
model, and the flags and the counter go up to the rules.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, cast

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from fido2 import cbor
from fido2.attestation.base import Attestation
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationConveyancePreference,
    AttestationObject,
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from sekisho.accounts.authenticators import Attested, Offered, Shown

NAME = "Sekisho"
Json = dict[str, Any]
Roots = Callable[[str], Sequence[x509.Certificate]]  # AAGUID -> the roots laid down for it


class NotVerified(Exception):
    """The answer of the browser is not what was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The page at which the ceremony is held."""

    rp: str  # host name, without a port: the key belongs to it
    origin: str  # scheme, host and port, as the browser writes them; "" takes any port of the rp


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A bound key: what is needed to verify a signature by it."""

    credential_id: bytes
    aaguid: str
    public_key: bytes  # COSE key, CBOR

    @classmethod
    def of(cls, credential: bytes) -> "Key":
        """Return the key that `data` wrote. Raise NotVerified where `credential` is none."""
        try:
            read = AttestedCredentialData(credential)
        except Exception as error:  # the library tells bad bytes in many ways
            raise NotVerified from error
        return cls(
            credential_id=read.credential_id,
            aaguid=str(read.aaguid),
            public_key=cbor.encode(dict(read.public_key)),
        )

    @property
    def data(self) -> bytes:
        """Return the key as WebAuthn writes it: model, credential id and public key in one."""
        return bytes(self.credential())

    def credential(self) -> AttestedCredentialData:
        public = CoseKey.parse(cast("Mapping[int, Any]", cbor.decode(self.public_key)))
        return AttestedCredentialData.create(Aaguid.parse(self.aaguid), self.credential_id, public)


def ask_to_bind(
    *, site: Site, handle: bytes, login: str, name: str, known: Sequence[bytes]
) -> tuple[Json, Json]:
    """Return what the page hands to the browser for a new key, and what is kept until its answer.

    handle: what the key keeps of the person; no name, no number that says who they are.
    known:  credential ids of the person's keys, so that no key is bound twice.
    """
    options, state = _server(site).register_begin(
        PublicKeyCredentialUserEntity(id=handle, name=login, display_name=name),
        credentials=_described(known),
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _json(options), dict(state)


def offered(
    answer: Mapping[str, Any], state: Mapping[str, Any], *, site: Site, roots: Roots, now: datetime
) -> Offered:
    """Return the key that `answer` offers. Raise NotVerified where it does not answer `state`."""
    attested: list[Attested] = []

    def verify(statement: AttestationObject, client_hash: bytes) -> None:
        attested.append(_attested(statement, client_hash, roots=roots, now=now))

    try:
        data = _server(site, verify=verify).register_complete(
            state, RegistrationResponse.from_dict(answer)
        )
        [strength] = attested
        credential = cast("AttestedCredentialData", data.credential_data)
    except Exception as error:  # the library tells a wrong answer in many ways
        raise NotVerified from error
    return Offered(
        credential_id=credential.credential_id,
        public_key=cbor.encode(dict(credential.public_key)),
        aaguid=str(credential.aaguid),
        attested=strength,
        user_verified=data.is_user_verified(),
        backup_eligible=_has(data, AuthenticatorData.FLAG.BE),
        backed_up=_has(data, AuthenticatorData.FLAG.BS),
        sign_count=data.counter,
    )


def ask_for_proof(
    *, site: Site, known: Sequence[bytes], challenge: bytes | None = None
) -> tuple[Json, Json]:
    """Return what the page hands to the browser for a proof, and what is kept until its answer.

    challenge: what is to be signed; None: a number that nobody can foresee.
    """
    options, state = _server(site).authenticate_begin(
        credentials=_described(known),
        user_verification=UserVerificationRequirement.REQUIRED,
        challenge=challenge,
    )
    return _json(options), dict(state)


def shown(
    answer: Mapping[str, Any], state: Mapping[str, Any], *, site: Site, keys: Sequence[Key]
) -> Shown:
    """Return what the proof `answer` shows. Raise NotVerified where no key of `keys` gave it."""
    try:
        response = AuthenticationResponse.from_dict(answer)
        credentials = [key.credential() for key in keys]
        used = _server(site).authenticate_complete(state, credentials, response)
    except Exception as error:  # the library tells a wrong answer in many ways
        raise NotVerified from error
    data = response.response.authenticator_data
    return Shown(
        credential_id=used.credential_id,
        user_verified=data.is_user_verified(),
        backup_eligible=_has(data, AuthenticatorData.FLAG.BE),
        sign_count=data.counter,
    )


def written(credential_id: bytes) -> str:
    """Return a credential id as browsers write it (base64url without padding)."""
    return websafe_encode(credential_id)


def challenge_of(answer: Mapping[str, Any]) -> bytes:
    """Return the challenge that `answer` says it signed. Raise NotVerified where it is none."""
    try:
        return bytes(AuthenticationResponse.from_dict(answer).response.client_data.challenge)
    except Exception as error:  # the library tells a wrong answer in many ways
        raise NotVerified from error


def is_at(site: Site, origin: str) -> bool:
    """Return whether `origin` is the page itself: the same scheme, host and port, and no other.

    Where the site has no origin (a signature kept for years), the host alone is compared, over
    TLS; on a machine of one's own (localhost) TLS is not asked for.
    """
    if site.origin:
        return origin == site.origin
    scheme, _, rest = origin.partition("://")
    host = rest.partition(":")[0]
    return host == site.rp and (scheme == "https" or (scheme, host) == ("http", "localhost"))


def _server(
    site: Site, *, verify: Callable[[AttestationObject, bytes], None] | None = None
) -> Fido2Server:
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=site.rp, name=NAME),
        attestation=AttestationConveyancePreference.DIRECT,
        verify_origin=lambda origin: is_at(site, origin),
        verify_attestation=verify,
    )


def _attested(
    statement: AttestationObject, client_hash: bytes, *, roots: Roots, now: datetime
) -> Attested:
    """Return how well the statement is attested. Raise where it contradicts itself.

    The statement itself must hold in every case; a chain to a root that is not laid down for
    the model is worth no more than a signature by the key itself.
    """
    found = Attestation.for_type(statement.fmt)().verify(
        statement.att_stmt, statement.auth_data, client_hash
    )
    if not statement.att_stmt:
        return Attested.NONE
    chain = [x509.load_der_x509_certificate(der) for der in found.trust_path]
    credential = statement.auth_data.credential_data
    if not chain or credential is None:
        return Attested.SELF
    rooted = _leads_to(chain, roots(str(credential.aaguid)), now=now)
    return Attested.CERTIFIED if rooted else Attested.SELF


def _leads_to(
    chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], *, now: datetime
) -> bool:
    """Return whether every certificate is signed by the next, the last by a root, and all valid.

    A root may be the leaf's issuer itself: makers lay down one that signs every batch.
    """
    for certificate, issuer in pairwise(chain):
        if not _signed(certificate, issuer):
            return False
    if not all(_is_valid(certificate, now=now) for certificate in chain):
        return False
    last = chain[-1]
    return any(last == root or _signed(last, root) for root in roots if _is_valid(root, now=now))


def _signed(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        basic = issuer.extensions.get_extension_for_class(x509.BasicConstraints)
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    return bool(basic.value.ca)


def _is_valid(certificate: x509.Certificate, *, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def _has(data: AuthenticatorData, flag: AuthenticatorData.FLAG) -> bool:
    return bool(data.flags & flag)


def _described(known: Sequence[bytes]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=one)
        for one in known
    ]


def _json(options: Any) -> Json:  # noqa: ANN401  # a mapping of the library
    return dict(options)
