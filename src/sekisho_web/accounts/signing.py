"""A signature by passkey (署名) over a text that the person has read.

The challenge of the ceremony is the SHA-256 of the text, so the passkey signs this text and no
other. What is kept is enough for anybody to verify it again: text, public key, answer. A key that
is revoked later signs nothing more, and what it signed stays as true as it was.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allauth.core import context
from django.utils import timezone
from fido2.utils import websafe_decode, websafe_encode

from sekisho.terms.refusals import Refusal
from sekisho_links.accounts import attestation
from sekisho_links.accounts.attestation import Key, NotVerified, Site
from sekisho_web.accounts import ceremonies
from sekisho_web.accounts.models import Authenticator, Person
from sekisho_web.accounts.operations import authenticators as operations
from sekisho_web.accounts.queries import authenticators as queries

Proof = dict[str, Any]  # JSON: rp, credential (base64url), response as the browser gave it


class NotSigned(Exception):
    """The answer is no signature of this person over this text."""


def has_passkey(person: Person) -> bool:
    """Return whether `person` has anything to sign with (one query)."""
    return queries.passkeys(person, now=timezone.now()).exists()


def ask(person: Person, digest: bytes) -> dict[str, Any]:
    """Return what the page hands to the passkey: the options of the ceremony, as JSON values."""
    known = [bytes(one.credential_id) for one in queries.passkeys(person, now=timezone.now())]
    options, _ = attestation.ask_for_proof(site=_here(), known=known, challenge=digest)
    return {"request_options": options}


def signed(person: Person, digest: bytes, answer: Mapping[str, Any]) -> Proof:
    """Return the proof that `person` signed `digest`. Raise NotSigned where they did not."""
    site = _here()
    used = operations.prove(
        person=person, answer=answer, state=_state(digest), site=site, now=timezone.now()
    )
    if isinstance(used, Refusal):
        raise NotSigned
    return {
        "rp": site.rp,
        "credential": websafe_encode(queries.key_of(used).data),
        "response": dict(answer),
    }


def verify(proof: Proof, digest: bytes) -> None:
    """Raise NotSigned where `proof` is not a signature over `digest` by the key in it.

    The person's presence and their own verification (PIN, finger) are part of what is checked.
    """
    try:
        key, site = Key.of(websafe_decode(proof["credential"])), Site(rp=proof["rp"], origin="")
        attestation.shown(proof["response"], _state(digest), site=site, keys=[key])
    except (NotVerified, KeyError, TypeError, ValueError) as error:
        raise NotSigned from error


def is_bound(proof: Proof, person: Person, *, at: datetime | None = None) -> bool:
    """Return whether the key in `proof` was bound to `person` at `at`, or is now.

    A key that was revoked since counts for a time at which it was bound.
    """
    at = at or timezone.now()
    for one in Authenticator.objects.filter(person=person, bound_at__lte=at):
        over = one.revoked_at is not None and one.revoked_at <= at
        if not over and websafe_encode(queries.key_of(one).data) == proof.get("credential"):
            return True
    return False


def _state(digest: bytes) -> dict[str, Any]:
    return {"challenge": websafe_encode(digest), "user_verification": "required"}


def _here() -> Site:
    return ceremonies.site_of(context.request)
