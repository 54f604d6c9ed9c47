"""The leaf: what one record seals. It names nobody; of the details it holds salted commitments.

A leaf is RFC 8785 JSON in ASCII, stored and hashed as its exact bytes, never parsed and written
again. Its fields are fixed: one may be added with a new `v`, none renamed.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import rfc8785

VERSION = 1
SHORTEST, LONGEST = 2, 65_535
HASH = 32


class BadLeaf(ValueError):
    """These bytes are no leaf, or cannot become one. The message says which field and why."""


class Kind(StrEnum):
    """What can be recorded. Sealed for ever: one may be added, none renamed."""

    LOGIN = "login"  # 本人確認
    LOGIN_FAIL = "login_fail"  # 本人確認の失敗
    REFUSE = "refuse"  # 拒否
    RELEASE = "release"  # 閲覧
    EXPORT_CHUNK = "export_chunk"  # 出力
    LEDGER_READ = "ledger_read"  # 台帳の閲覧
    GRANT_OPEN = "grant_open"  # 利用許可
    GRANT_CLOSE = "grant_close"  # 利用許可の終了
    ACCOUNT_STOP = "account_stop"  # 停止
    RULE_PUBLISH = "rule_publish"  # 判定表の適用
    MASK_TABLE_CHANGE = "mask_table_change"  # マスク方式の変更
    CONFIG_CHANGE = "config_change"  # 設定の変更
    ERASE = "erase"  # 消去
    HOLD = "hold"  # 保全
    SHARD_OPEN = "shard_open"  # 区画の開始
    SHARD_CLOSE = "shard_close"  # 区画の終了
    KEY_ROTATE = "key_rotate"  # 鍵の交換
    EPOCH_CHANGE = "epoch_change"  # 世代の交代
    RECONCILE = "reconcile"  # 突合
    HEARTBEAT = "heartbeat"  # 定時の記録
    APPROVAL = "approval"  # 申請と承認
    GOVERNANCE = "governance"  # 発動、後始末、点検


class Act(StrEnum):
    VIEW = "view"  # 閲覧
    SEARCH = "search"  # 検索
    PRINT = "print"  # 印刷
    EXPORT = "export"  # 出力
    UPDATE = "update"  # 変更


class OwnerClass(StrEnum):
    """Whose customer a row is, seen from the viewer's company."""

    OWN = "own"  # 自社
    RIVAL = "rival"  # 他社
    AFFILIATE = "affiliate"  # 関係小売
    LAST_RESORT = "last_resort"  # 最終保障
    UNKNOWN = "unknown"  # 不明


# The five treatments from lax to strict, in the order of their numbers (表示 0 … 拒否 4).
DECISIONS = ("shown", "partial", "coded", "hidden", "refused")
HIDDEN = DECISIONS.index("hidden")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One piece of the details, erased or kept by itself: the person, or one customer.

    text: RFC 8785 JSON. salt: 32 random bytes, erased with the text.
    """

    text: bytes
    salt: bytes

    @property
    def commitment(self) -> bytes:
        return commitment(self.text, salt=self.salt)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a leaf says, before its details are committed to. Everything in it is ASCII."""

    log: str  # the origin of the shard
    id: UUID
    at: datetime
    kind: Kind
    system: str
    screen: str | None = None
    act: Act | None = None
    purpose: str | None = None
    table: str | None = None  # hash of the version of the decision table
    context: str | None = None  # digest of the attributes, so that one can decide again
    decision: str | None = None  # strictest treatment
    who: bytes | None = None  # HMAC(K_shard, person)
    device: bytes | None = None
    org: str | None = None  # class of the viewer
    grant: str | None = None
    rows: Mapping[OwnerClass, int] = field(default_factory=dict)
    seen: Mapping[OwnerClass, int] = field(default_factory=dict)
    columns: bytes | None = None  # digest of `item:treatment` as rendered
    level: int = 1
    previous: UUID | None = None

    def leaf(self, *, parts: int, commitment_of_parts: bytes) -> bytes:
        """Return the bytes that are stored and hashed. Raise BadLeaf where they cannot be."""
        body = canonical(
            {
                "v": VERSION,
                "log": self.log,
                "id": str(self.id),
                "t": instant(self.at),
                "k": self.kind.value,
                "sys": self.system,
                "scr": self.screen,
                "act": self.act.value if self.act is not None else None,
                "why": self.purpose,
                "table": self.table,
                "ctx": self.context,
                "dec": self.decision,
                "who": text_of(self.who),
                "dev": text_of(self.device),
                "org": self.org,
                "grant": self.grant,
                "n": {kind.value: count for kind, count in self.rows.items() if count},
                "seen": {kind.value: count for kind, count in self.seen.items() if count},
                "cols": text_of(self.columns),
                "lvl": self.level,
                "parts": parts,
                "d": text_of(commitment_of_parts),
                "prev": str(self.previous) if self.previous is not None else None,
            }
        )
        read_leaf(body)
        return body


def canonical(value: Any) -> bytes:  # noqa: ANN401  # whatever JSON holds
    """Return `value` as RFC 8785 JSON: one text for one value, the same in every language."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise BadLeaf(f"no canonical JSON: {error}") from None


def commitment(text: bytes, *, salt: bytes) -> bytes:
    """Return what stands for `text` for ever. When the salt is destroyed, so is the link."""
    if len(salt) != HASH:
        raise BadLeaf(f"a salt has {HASH} bytes, not {len(salt)}")
    return hmac.digest(salt, text, "sha256")


def in_order(parts: Sequence[Part]) -> list[Part]:
    """Return the details as they are numbered: part 0 first, the others by their commitment."""
    return [*parts[:1], *sorted(parts[1:], key=lambda part: part.commitment)]


def commitment_of(commitments: Iterable[bytes]) -> bytes:
    """Return `d`: one digest over the commitments of all parts, in their order."""
    digest = hashlib.sha256(b"\x02")
    for one in commitments:
        if len(one) != HASH:
            raise BadLeaf(f"a commitment has {HASH} bytes, not {len(one)}")
        digest.update(one)
    return digest.digest()


def columns_of(shown: Iterable[tuple[str, int]]) -> bytes | None:
    """Return the digest of the set of (item, treatment) that was really rendered, or None."""
    lines = sorted({f"{item}:{DECISIONS[level]}" for item, level in shown})
    return hashlib.sha256("\n".join(lines).encode()).digest() if lines else None


def context_of(attributes: Mapping[str, str]) -> str:
    """Return the digest that names a tuple of attributes (閲覧者区分, 利用目的 …)."""
    return text_of(hashlib.sha256(canonical(dict(attributes))).digest()) or ""


def instant(at: datetime) -> str:
    """Return `at` in UTC with milliseconds: 2026-01-01T00:00:00.000Z."""
    if at.tzinfo is None:
        raise BadLeaf("a time without its zone")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def event_id(at: datetime, *, chance: bytes) -> UUID:
    """Return a UUIDv7 of `at` (to the millisecond) and ten random bytes.

    Made by us, so that to insert a record takes no right to read.
    """
    if len(chance) != 10:
        raise BadLeaf(f"an id takes 10 random bytes, not {len(chance)}")
    milliseconds = int(at.timestamp() * 1000)
    number = milliseconds << 80 | int.from_bytes(chance)
    number = number & ~(0xF << 76) | 0x7 << 76  # version
    return UUID(int=number & ~(0x3 << 62) | 0x2 << 62)  # variant


def text_of(digest: bytes | None) -> str | None:
    """Return a digest as it stands in a leaf: base64url without padding."""
    return urlsafe_b64encode(digest).rstrip(b"=").decode() if digest is not None else None


FIELDS: Mapping[str, tuple[type, ...]] = {
    "v": (int,), "log": (str,), "id": (str,), "t": (str,), "k": (str,), "sys": (str,),
    "scr": (str, type(None)), "act": (str, type(None)), "why": (str, type(None)),
    "table": (str, type(None)), "ctx": (str, type(None)), "dec": (str, type(None)),
    "who": (str, type(None)), "dev": (str, type(None)), "org": (str, type(None)),
    "grant": (str, type(None)), "n": (dict,), "seen": (dict,), "cols": (str, type(None)),
    "lvl": (int,), "parts": (int,), "d": (str,), "prev": (str, type(None)),
}  # fmt: skip


def read_leaf(body: bytes) -> dict[str, Any]:
    """Return the fields of a leaf. Raise BadLeaf unless `body` is exactly what we would write."""
    if not SHORTEST <= len(body) <= LONGEST:
        raise BadLeaf(f"{len(body)} bytes: a leaf has {SHORTEST} to {LONGEST}")
    if not body.isascii():
        raise BadLeaf("not ASCII")
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise BadLeaf("not JSON") from None
    if not isinstance(fields, dict) or set(fields) != set(FIELDS):
        raise BadLeaf("not the fields of a leaf")
    for name, types in FIELDS.items():
        if type(fields[name]) not in types:
            raise BadLeaf(f"{name} is of another type")
    if fields["v"] != VERSION:
        raise BadLeaf(f"version {fields['v']}")
    for name, allowed in (("k", Kind), ("act", Act)):
        if fields[name] is not None and fields[name] not in {each.value for each in allowed}:
            raise BadLeaf(f"{name} is {fields[name]!r}: not in the closed list")
    if fields["dec"] is not None and fields["dec"] not in DECISIONS:
        raise BadLeaf(f"dec is {fields['dec']!r}: not in the closed list")
    for name in ("n", "seen"):
        _check_counts(name, fields[name])
    if any(fields["n"].get(kind, 0) < count for kind, count in fields["seen"].items()):
        raise BadLeaf("more rows seen than there were")
    if fields["parts"] < 1 or fields["lvl"] not in {1, 2, 3}:
        raise BadLeaf("parts or lvl is out of range")
    if canonical(fields) != body:
        raise BadLeaf("not canonical")
    return fields


def _check_counts(name: str, counts: Mapping[str, Any]) -> None:
    for kind, count in counts.items():
        if kind not in {each.value for each in OwnerClass}:
            raise BadLeaf(f"{name} counts {kind!r}: not in the closed list")
        if type(count) is not int or count < 1:
            raise BadLeaf(f"{name}.{kind} is no count")
