"""A certificate as a file: canonical JSON of what is said, and an Ed25519 signature over it."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sekisho.errors import SekishoError
from sekisho.proof.attestation import KIND, VERSION, Document
from sekisho_links.proof.keys import NoKey, public_key, public_text

ALGORITHM = "Ed25519"
LARGEST = 32 * 1024 * 1024  # bytes; the seven systems take about 0.3 MB
# What is signed begins so: the same key over another kind of text is no certificate.
BEGINNING = b"sekisho proof certificate 1\n"


class NotACertificate(SekishoError):
    """A file that is no certificate, or none of this shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A certificate as it was read. key: the public key that it says it is signed with."""

    document: Document
    key: str
    signature: str


def signed(document: Mapping[str, Any], *, key: Ed25519PrivateKey) -> bytes:
    """Return the file of a certificate: canonical JSON (RFC 8785), the same bytes each time."""
    return rfc8785.dumps(
        {
            "certificate": dict(document),
            "signature": {
                "algorithm": ALGORITHM,
                "key": public_text(key.public_key()),
                "value": b64encode(key.sign(_text(document))).decode(),
            },
        }
    )


def certificate_in(path: Path) -> Signed:
    """Return the certificate in the file at `path`. Raises NotACertificate in words."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise NotACertificate(
            "証明書を開けません",
            place=str(path),
            remedy=f"ファイルの名と権限を確かめてください（{error.strerror}）",
        ) from error
    return read(data, place=str(path))


def read(data: bytes, *, place: str) -> Signed:
    """Return the certificate that `data` is; that its signature holds is another question."""

    def bad(problem: str) -> NotACertificate:
        remedy = "証明の画面から出した JSON のファイルを、そのまま渡してください"
        return NotACertificate(problem, place=place, remedy=remedy)

    if len(data) > LARGEST:
        raise bad("証明書として大きすぎます")
    try:
        said = json.loads(data, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise bad("JSON として読めません") from None
    document = said.get("certificate") if isinstance(said, dict) else None
    signature = said.get("signature") if isinstance(said, dict) else None
    if not isinstance(document, dict) or not isinstance(signature, dict):
        raise bad("証明書の形ではありません")
    if set(said) != {"certificate", "signature"}:
        raise bad("証明書と署名のほかに、知らない欄があります")
    if document.get("kind") != KIND or document.get("v") != VERSION:
        raise bad("知らない種類か、知らない形の版の証明書です")
    if set(signature) != {"algorithm", "key", "value"} or not all(
        isinstance(value, str) for value in signature.values()
    ):
        raise bad("署名の形ではありません")
    if signature["algorithm"] != ALGORITHM:
        raise bad("知らない方式の署名です")
    return Signed(document=document, key=signature["key"], signature=signature["value"])


def fault_of_signature(found: Signed, *, key: str | None = None) -> str | None:
    """Return in words why the signature is not to be trusted, or None where it holds.

    key: the public key as its owner handed it out; without it, only that the certificate is
         whole is checked, not whose it is.
    """
    if key is not None and key.strip() != found.key:
        return "署名の鍵が、渡された公開鍵と違います（ほかの人が署名したものです）"
    try:
        value = b64decode(found.signature, validate=True)
        public_key(key or found.key).verify(value, _text(found.document))
    except (InvalidSignature, ValueError, NoKey, rfc8785.CanonicalizationError):
        return "署名が合いません（署名の後に、証明書のどこかが書き換えられています）"
    return None


def _text(document: Mapping[str, Any]) -> bytes:
    return BEGINNING + rfc8785.dumps(dict(document))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON. Raises where a name stands twice: two readers would differ."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is no value of JSON")
