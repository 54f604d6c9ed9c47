"""A signature by passkey (署名) over a text that the person has read.

The challenge of the ceremony is the SHA-256 of the text, so the passkey signs this text and no
other. What is kept is enough for anybody to verify it again: text, public key, answer.
"""

from collections.abc import Mapping
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import get_credentials
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    PublicKeyCredentialRpEntity,
    UserVerificationRequirement,
)

from sekisho_web.accounts.models import Person

NAME = "Sekisho"
Proof = dict[str, Any]  # JSON: rp, credential (base64url), response as the browser gave it


class NotSigned(Exception):
    """The answer is no signature of this person over this text."""


def has_passkey(person: Person) -> bool:
    """Return whether `person` has anything to sign with (one query)."""
    keys = Authenticator.objects.filter(user_id=person.pk, type=Authenticator.Type.WEBAUTHN)
    return bool(keys.exists())


def ask(person: Person, digest: bytes) -> dict[str, Any]:
    """Return what the page hands to the passkey: the options of the ceremony, as JSON values."""
    options, _ = _server(_rp()).authenticate_begin(
        credentials=get_credentials(person),
        user_verification=UserVerificationRequirement.REQUIRED,
        challenge=digest,
    )
    return {"request_options": dict(options)}


def signed(person: Person, digest: bytes, answer: Mapping[str, Any]) -> Proof:
    """Return the proof that `person` signed `digest`. Raise NotSigned where they did not."""
    for credential in get_credentials(person):
        proof = {
            "rp": _rp(),
            "credential": websafe_encode(bytes(credential)),
            "response": dict(answer),
        }
        if answer.get("id") == websafe_encode(credential.credential_id):
            verify(proof, digest)
            return proof
    raise NotSigned


def verify(proof: Proof, digest: bytes) -> None:
    """Raise NotSigned where `proof` is not a signature over `digest` by the key in it.

    The person's presence and their own verification (PIN, finger) are part of what is checked.
    """
    state = {"challenge": websafe_encode(digest), "user_verification": "required"}
    try:
        credential = AttestedCredentialData(websafe_decode(proof["credential"]))
        _server(proof["rp"]).authenticate_complete(state, [credential], proof["response"])
    except Exception as error:  # the library tells a wrong answer in many ways
        raise NotSigned from error


def is_bound(proof: Proof, person: Person) -> bool:
    """Return whether the key in `proof` is one that is bound to `person` now."""
    return any(
        websafe_encode(bytes(credential)) == proof.get("credential")
        for credential in get_credentials(person)
    )


def _rp() -> str:
    return str(get_adapter().get_public_key_credential_rp_entity()["id"])


def _server(rp: str) -> Fido2Server:
    return Fido2Server(PublicKeyCredentialRpEntity(id=rp, name=NAME))
