"""An authenticator in software: it answers both ceremonies of WebAuthn as a browser hands it on."""

import hashlib
import json
import secrets
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
MODEL = "00112233-4455-6677-8899-aabbccddeeff"
LIFE = timedelta(days=365)
NOW = datetime(2026, 4, 1, 3, tzinfo=UTC)


class Maker:
    """A maker of authenticators: a root, and certificates for the batches of one model."""

    def __init__(self, *, model=MODEL, starts=None):
        self.model = model
        self.starts = starts or NOW - timedelta(days=1)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.root = self._certificate(
            "ROOT", self.key.public_key(), issuer="ROOT", ca=True, named=False
        )

    def batch(self):
        """Return a new batch key and its certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        return key, self._certificate("BATCH", key.public_key(), issuer="ROOT", ca=False)

    def _certificate(self, name, public, *, issuer, ca, named=True):
        builder = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(_named(issuer))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.starts)
            .not_valid_after(self.starts + LIFE)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if named:
            model = x509.UnrecognizedExtension(
                x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4"),
                b"\x04\x10" + bytes(Aaguid.parse(self.model)),
            )
            builder = builder.add_extension(model, critical=False)
        return builder.sign(self.key, SHA256())


class SoftKey:
    """An authenticator for the site `rp`.

    verified: it knows its owner.  synced: its key can be copied to other devices.
    maker:    who attests it; "self" signs by itself; None says nothing of its maker.
    """

    def __init__(
        self, *, rp="testserver", origin=None, verified=True, synced=False, maker=None,
        model=MODEL, counts=True,
    ):  # fmt: skip
        self.rp = rp
        self.origin = origin or f"https://{rp}"
        self.flags = PRESENT | (VERIFIED if verified else 0)
        self.flags |= (ELIGIBLE | BACKED_UP) if synced else 0
        self.maker = maker
        self.model = model
        self.counts = counts
        self.count = 0
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)

    @property
    def credential(self):
        """Return model, credential id and public key, as WebAuthn writes them."""
        public = ES256.from_cryptography_key(self.key.public_key())
        return AttestedCredentialData.create(Aaguid.parse(self.model), self.id, public)

    def create(self, options):
        """Return the answer to the options of a registration."""
        challenge = websafe_decode(options["publicKey"]["challenge"])
        client = self._client("webauthn.create", challenge)
        data = self._data(self.flags | ATTESTED, bytes(self.credential))
        statement = self._statement(bytes(data) + hashlib.sha256(client).digest())
        attestation = AttestationObject.create("packed" if statement else "none", data, statement)
        return self._answer(
            {
                "clientDataJSON": websafe_encode(client),
                "attestationObject": websafe_encode(bytes(attestation)),
            }
        )

    def get(self, options):
        """Return the answer to the options of a proof."""
        return self.answer(websafe_decode(options["publicKey"]["challenge"]))

    def answer(self, challenge):
        """Return what the browser gives back when `challenge` (bytes) is to be signed."""
        client = self._client("webauthn.get", challenge)
        data = bytes(self._data(self.flags))
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {
                "clientDataJSON": websafe_encode(client),
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(signature),
            }
        )

    def _statement(self, signed):
        if self.maker is None:
            return {}
        if self.maker == "self":
            return {"alg": -7, "sig": self.key.sign(signed, ec.ECDSA(SHA256()))}
        key, certificate = self.maker.batch()
        return {
            "alg": -7,
            "sig": key.sign(signed, ec.ECDSA(SHA256())),
            "x5c": [certificate.public_bytes(Encoding.DER)],
        }

    def _data(self, flags, credential=b""):
        self.count += 1 if self.counts else 0
        return AuthenticatorData.create(
            hashlib.sha256(self.rp.encode()).digest(), flags, self.count, credential
        )

    def _client(self, kind, challenge):
        said = {"type": kind, "challenge": websafe_encode(challenge), "origin": self.origin}
        return json.dumps(said).encode()

    def _answer(self, response):
        return {
            "id": websafe_encode(self.id),
            "rawId": websafe_encode(self.id),
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }


def _named(name):
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "八雲計器"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Authenticator Attestation"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
