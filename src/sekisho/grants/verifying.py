"""The offline check of an approval: from the signatures back to the request, with no database.

What stands in the exported parts is enough: policy, request and decisions as they were signed,
and what each passkey answered. Every byte of it is held by a digest or a signature. It proves who
answered to which bytes; whether a key belonged to that person, and the person to that post, is
asked of the ledger, and of the authenticator register by the key's fingerprint.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from sekisho.grants import decisions, requests
from sekisho.grants.decisions import Decision, Proof
from sekisho.grants.requests import Request, Verdict

TYPE = "sekisho.approval/1"
FIELDS = ("public_key", "authenticator_data", "client_data", "signature")
PRESENT, VERIFIED, BACKUP = 0x01, 0x04, 0x08
Key = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey


class NotAnApproval(ValueError):
    """No file of an approval, or not written as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One decision: the text that was signed, and what the passkey answered."""

    body: bytes
    proof: Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Everything that shows that a request was approved, or denied."""

    policy: bytes
    request: bytes
    rp: str
    parts: tuple[Part, ...]

    @property
    def text(self) -> bytes:
        """The file that is handed out: one line of canonical JSON."""
        return rfc8785.dumps(
            {
                "type": TYPE,
                "policy": self.policy.decode(),
                "request": self.request.decode(),
                "rp": self.rp,
                "decisions": [
                    {
                        "body": one.body.decode(),
                        **{name: getattr(one.proof, name).hex() for name in FIELDS},
                    }
                    for one in self.parts
                ],
            }
        )


def read(text: bytes) -> Approval:
    """Return the approval that wrote `text`. Raise NotAnApproval where a byte is another."""
    try:
        said = json.loads(text)
        rp = said["rp"]
        found = Approval(
            policy=said["policy"].encode(),
            request=said["request"].encode(),
            rp=rp,
            parts=tuple(
                Part(
                    body=one["body"].encode(),
                    proof=Proof(rp=rp, **{name: bytes.fromhex(one[name]) for name in FIELDS}),
                )
                for one in said["decisions"]
            ),
        )
        same = said["type"] == TYPE and found.text == text
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotAnApproval from error
    if not same:
        raise NotAnApproval
    return found


def problems(approval: Approval) -> Sequence[str]:
    """Return what is wrong with `approval`, in words; empty: every signature and link holds.

    That nothing is wrong does not say that it was approved: a denial is signed as well.
    """
    try:
        return _problems(approval)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError):
        return ("規程、申請、決定のどれかが、決まった形の文ではありません",)


def _problems(approval: Approval) -> Sequence[str]:
    policy = json.loads(approval.policy)
    asked = requests.read(approval.request)
    said = [decisions.read(one.body) for one in approval.parts]
    found = list(_of_policy(approval, policy, asked))
    for number, (part, one) in enumerate(zip(approval.parts, said, strict=True), start=1):
        found += [f"{number}番目の決定: {each}" for each in _of_part(part, one, asked, approval)]
    return [*found, *_of_all(said, asked, parties=len(policy["parties"]))]


def is_approved(approval: Approval) -> bool:
    """Return whether it holds, and every party of the policy approved."""
    if problems(approval):
        return False
    said = [decisions.read(one.body) for one in approval.parts]
    wanted = len(json.loads(approval.policy)["parties"])
    return 0 < wanted == sum(one.verdict is Verdict.APPROVE for one in said)


def _of_policy(approval: Approval, policy: Mapping[str, Any], asked: Request) -> Iterable[str]:
    if asked.policy != f"sha256:{sha256(approval.policy).hexdigest()}":
        yield "申請が指す承認規程ではありません"
    if not policy["parties"]:
        yield "承認規程に承認者がいません"
    if policy["mode"] != asked.mode or asked.purpose not in policy["purposes"]:
        yield "申請の方式か利用目的が、承認規程にありません"
    if asked.window_minutes > policy["max_window_minutes"]:
        yield "申請の期間が、承認規程より長くなっています"
    if asked.use_minutes > policy["max_use_minutes"]:
        yield "申請の一回の利用が、承認規程より長くなっています"
    if asked.uses is not None and asked.uses > (policy["uses_max"] or 0):
        yield "申請の回数が、承認規程より多くなっています"


def _of_part(part: Part, said: Decision, asked: Request, approval: Approval) -> Iterable[str]:
    if said.request != asked.digest:
        yield "別の申請への決定です"
    if said.matching_code != requests.matching_code(asked.digest):
        yield "照合の番号が違います"
    if said.by.person == asked.asked_by or said.by.person in {one.person for one in asked.helpers}:
        yield "利用する本人の決定です"
    if part.proof.rp != approval.rp:
        yield "別の場所での署名です"
    yield from signature_problems(part.proof, decisions.challenge(part.body))


def _of_all(said: Sequence[Decision], asked: Request, *, parties: int) -> Iterable[str]:
    if not said:
        yield "決定がありません"
    numbers = [one.party for one in said]
    if len(set(numbers)) < len(numbers) or not set(numbers) <= set(range(1, parties + 1)):
        yield "承認者の番号が重なるか、承認規程にありません"
    if len({one.by.person for one in said}) < len(said):
        yield "一人が二つの役で決めています"
    if len({one.nonce for one in said}) < len(said):
        yield "使い捨ての番号が二度使われています"
    if [one.at for one in said] != sorted(one.at for one in said):
        yield "決定が時刻の順ではありません"
    earlier: list[Decision] = []
    for one in said:
        if one.at < asked.asked_at:
            yield "申請より前の決定です"
        if one.verdict is Verdict.DENY:
            continue
        if decisions.refusal_of_window(one, asked, earlier) is not None:
            yield "許可が、申請より、または先の承認者の決めたものより広くなっています"
        earlier.append(one)
    if len(earlier) < len(said) and said[-1].verdict is not Verdict.DENY:
        yield "却下のあとに決定があります"


def signature_problems(proof: Proof, challenge: bytes) -> Iterable[str]:
    """Yield what is wrong with the answer of a passkey to `challenge`.

    The exact page (type, origin, not inside another page), the host, that somebody was there and
    proved who they are (UP, UV), a key that cannot be copied (BE), and the signature.
    """
    try:
        client = json.loads(proof.client_data)
        kind, asked, origin = client["type"], client["challenge"], client["origin"]
        crossed = client.get("crossOrigin", False)
        flags = proof.authenticator_data[32]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        yield "認証器の答えの形ではありません"
        return
    if kind != "webauthn.get" or asked != _base64url(challenge):
        yield "この文への署名ではありません"
    scheme, _, rest = str(origin).partition("://")
    host = rest.partition(":")[0]
    if host != proof.rp or not (scheme == "https" or (scheme, host) == ("http", "localhost")):
        yield "別のページでの署名です"
    if crossed is not False or "topOrigin" in client:
        yield "ほかのページの中での署名です"
    if proof.authenticator_data[:32] != sha256(proof.rp.encode()).digest():
        yield "別の場所の鍵です"
    if not (flags & PRESENT and flags & VERIFIED):
        yield "本人がその場で確かめられていません"
    if flags & BACKUP:
        yield "複製できる鍵です"
    if not _is_signed(proof):
        yield "署名が合いません"


def fingerprint(public_key: bytes) -> str:
    """Return by what a key is found in the register of authenticators (認証器の台帳)."""
    return sha256(public_key).hexdigest()


def public_key(cose: bytes) -> bytes:
    """Return a key as everybody reads it (SubjectPublicKeyInfo, DER).

    cose: as authenticators write it; three shapes, fixed to the byte. Others raise ValueError.
    """
    key: Key
    if cose[:10].hex() == "a5010203262001215820" and cose[42:45].hex() == "225820":  # ES256
        x, y = int.from_bytes(cose[10:42]), int.from_bytes(cose[45:])
        key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    elif cose[:10].hex() == "a4010103272006215820":  # EdDSA
        key = ed25519.Ed25519PublicKey.from_public_bytes(cose[10:])
    elif cose[:11].hex() == "a401030339010020590100" and cose[-5:].hex() == "2143010001":  # RS256
        key = rsa.RSAPublicNumbers(65537, int.from_bytes(cose[11:267])).public_key()
    else:
        raise ValueError("unknown key")
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _is_signed(proof: Proof) -> bool:
    signed = proof.authenticator_data + sha256(proof.client_data).digest()
    try:
        key = load_der_public_key(proof.public_key)
        if proof.public_key != key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo):
            return False  # the same key, written in another way
        if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
            key.verify(proof.signature, signed, ec.ECDSA(SHA256()))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(proof.signature, signed)
        elif isinstance(key, rsa.RSAPublicKey) and key.key_size == 2048:
            key.verify(proof.signature, signed, padding.PKCS1v15(), SHA256())
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _base64url(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def window_of(approval: Approval) -> tuple[datetime, datetime] | None:
    """Return the window of the last approval, which is the one of the grant, or None."""
    said = [decisions.read(one.body) for one in approval.parts]
    approved = [one for one in said if one.verdict is Verdict.APPROVE]
    return approved[-1].valid if approved else None
