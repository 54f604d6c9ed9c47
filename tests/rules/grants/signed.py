"""Signatures as a passkey gives them, for tests of approvals: cryptography and nothing else."""

import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from sekisho.grants import requests, verifying
from sekisho.grants.decisions import By, Decision, Proof
from sekisho.grants.requests import Verdict
from sekisho.grants.verifying import Approval, Part
from tests.rules.grants.houses import NOON, POLICY, minutes, request

RP = "sekisho.example"


class Key:
    def __init__(self, *, rp=RP, origin=None, flags=0x05, **client):
        self.rp, self.flags, self.client = rp, flags, client
        self.origin = origin or f"https://{rp}"
        self.key = ec.generate_private_key(ec.SECP256R1())

    @property
    def cose(self):
        public = self.key.public_key().public_numbers()
        x, y = (each.to_bytes(32) for each in (public.x, public.y))
        return bytes.fromhex("a5010203262001215820") + x + bytes.fromhex("225820") + y

    def sign(self, challenge):
        said = {
            "type": "webauthn.get",
            "challenge": urlsafe_b64encode(challenge).decode().rstrip("="),
            "origin": self.origin,
        } | self.client
        client = json.dumps(said).encode()
        data = sha256(self.rp.encode()).digest() + bytes([self.flags]) + b"\0\0\0\1"
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return Proof(
            rp=self.rp,
            public_key=verifying.public_key(self.cose),
            authenticator_data=data,
            client_data=client,
            signature=signature,
        )


def decision(asked=None, *, party=1, person="chief", verdict="approve", at=1, length=30, **changed):
    """Return an answer that has no fault. at: minutes after NOON; length: of the window."""
    asked = asked or request()
    signed_at = NOON + minutes(at)
    whole = Decision(
        request=asked.digest,
        party=party,
        verdict=Verdict(verdict),
        by=By(person=person, appointment=f"A-{person}"),
        at=signed_at,
        matching_code=requests.matching_code(asked.digest),
        nonce=f"{party}-{person}-{at}",
        valid=(signed_at, signed_at + minutes(length)) if verdict == "approve" else None,
        use_minutes=20 if verdict == "approve" else None,
        uses=asked.uses if verdict == "approve" else None,
        reason="" if verdict == "approve" else "対象の申込みがこの部署のものではないため",
    )
    return replace(whole, **changed)


def part(said, key=None):
    key = key or Key()
    return Part(body=said.text, proof=key.sign(said.challenge))


def approval(*said, asked=None, policy=POLICY):
    """Return the approval of `asked` by `said` (by both parties, where nothing is said)."""
    asked = asked or request()
    said = said or (
        decision(asked),
        decision(asked, party=2, person="officer", at=2),
    )
    return Approval(
        policy=policy.text,
        request=asked.text,
        rp=RP,
        parts=tuple(each if isinstance(each, Part) else part(each) for each in said),
    )
