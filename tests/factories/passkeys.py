"""A passkey in software: bound to a person, and signing as a browser's would."""

import hashlib
import json
import secrets

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Passkey:
    """A key of `person` for the site `rp`. verified: whether it knows its owner."""

    def __init__(self, person, *, rp="testserver", verified=True):
        self.rp = rp
        self.flags = PRESENT | (VERIFIED if verified else 0)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        data = AuthenticatorData.create(
            self._rp_hash(), self.flags | ATTESTED, 0, bytes(credential)
        )
        attestation = AttestationObject.create("none", data, {})
        Authenticator.objects.create(
            user=person,
            type=Authenticator.Type.WEBAUTHN,
            data={
                "name": "鍵",
                "credential": {
                    "id": websafe_encode(self.id),
                    "rawId": websafe_encode(self.id),
                    "type": "public-key",
                    "response": {
                        "clientDataJSON": self._client("webauthn.create", b"\0" * 32),
                        "attestationObject": websafe_encode(bytes(attestation)),
                    },
                    "clientExtensionResults": {},
                },
            },
        )

    def answer(self, challenge):
        """Return what the browser gives back when `challenge` (bytes) is to be signed."""
        client = self._client("webauthn.get", challenge, encoded=False)
        data = bytes(AuthenticatorData.create(self._rp_hash(), self.flags, 1))
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return {
            "id": websafe_encode(self.id),
            "rawId": websafe_encode(self.id),
            "type": "public-key",
            "response": {
                "clientDataJSON": websafe_encode(client),
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(signature),
            },
            "clientExtensionResults": {},
        }

    def _rp_hash(self):
        return hashlib.sha256(self.rp.encode()).digest()

    def _client(self, kind, challenge, *, encoded=True):
        said = json.dumps(
            {
                "type": kind,
                "challenge": websafe_encode(challenge),
                "origin": f"https://{self.rp}",
            }
        ).encode()
        return websafe_encode(said) if encoded else said
