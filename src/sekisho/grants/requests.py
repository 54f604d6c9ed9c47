"""The request (利用申請): an immutable canonical text, and the state that follows from its answers.

What is approved are these bytes. A request that is edited is another request, and no answer
carries over to it.
"""

import json
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

import rfc8785

from sekisho.grants import references
from sekisho.grants.policies import LONGEST, Policy
from sekisho.grants.references import Reference
from sekisho.terms.refusals import Refusal

TYPE = "sekisho.request/1"
SHORTEST_REASON, FEWEST_SIGNS = 10, 4
MOST_HELPERS = 200
AHEAD = timedelta(days=92)  # how far ahead a use can be asked for
SKEW = timedelta(seconds=2)
CLOCK = Refusal(
    reason="この機械の時計が、データベースの時計と2秒より多く違います",
    remedy="時刻合わせを直してから、もう一度お試しください",
)


class State(StrEnum):
    """How a request stands. All but the first are ends; there is no way back from them."""

    PENDING = "pending"  # 承認待ち
    APPROVED = "approved"  # 承認
    DENIED = "denied"  # 却下
    WITHDRAWN = "withdrawn"  # 取下げ
    LAPSED = "lapsed"  # 失効（時間切れ）


WORDS: Mapping[State, str] = dict(
    zip(State, ("承認待ち", "承認", "却下", "取下げ", "時間切れ"), strict=True)
)


class Verdict(StrEnum):
    APPROVE = "approve"  # 承認
    DENY = "deny"  # 却下


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """One of those for whom a request of many is: one grant each."""

    person: str
    appointment: str
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for. policy: the digest of its version; "" where something is not narrowed.

    extends: the grant (許可番号) that this would follow. helpers: none, or all who shall use it.
    """

    code: str
    system: str
    role: str
    mode: str
    purpose: str
    reason: str
    asked_by: str
    appointment: str
    policy: str
    asked_at: datetime
    window_minutes: int
    use_minutes: int
    uses: int | None = None  # per use only
    account: str = ""
    device: str = ""
    references: tuple[Reference, ...] = ()
    areas: tuple[str, ...] = ()
    starts_at: datetime | None = None  # None: when it is decided
    extends: str = ""
    emergency: str = ""
    witness: str = ""
    helpers: tuple[Helper, ...] = field(default=())

    @property
    def text(self) -> bytes:
        """The canonical text (RFC 8785). It is stored, shown and signed as these bytes."""
        return rfc8785.dumps(
            {
                "type": TYPE,
                "code": self.code,
                "system": self.system,
                "role": self.role,
                "mode": self.mode,
                "purpose": self.purpose,
                "reference": [{"kind": one.kind, "no": one.no} for one in self.references],
                "reason": self.reason,
                "areas": list(self.areas),
                "asked_by": self.asked_by,
                "appointment": self.appointment,
                "account": self.account,
                "device": self.device,
                "starts_at": stamp(self.starts_at) if self.starts_at else None,
                "window_minutes": self.window_minutes,
                "use_minutes": self.use_minutes,
                "uses": self.uses,
                "extends": self.extends,
                "emergency": self.emergency,
                "witness": self.witness,
                "helpers": [
                    {"person": one.person, "appointment": one.appointment, "account": one.account}
                    for one in self.helpers
                ],
                "policy": self.policy,
                "asked_at": stamp(self.asked_at),
            }
        )

    @property
    def digest(self) -> bytes:
        return sha256(self.text).digest()


def read(text: bytes) -> Request:
    """Return the request that wrote `text`. Raise ValueError where these are not its bytes."""
    said = _read(text)
    found = Request(
        **{name: said[name] for name in _PLAIN},
        references=tuple(Reference(**one) for one in said["reference"]),
        areas=tuple(said["areas"]),
        starts_at=moment(said["starts_at"]) if said["starts_at"] else None,
        helpers=tuple(Helper(**one) for one in said["helpers"]),
        asked_at=moment(said["asked_at"]),
    )
    if found.text != text:
        raise ValueError("not the canonical text of a request")
    return found


_PLAIN = (
    "code", "system", "role", "mode", "purpose", "reason", "asked_by", "appointment", "account",
    "device", "window_minutes", "use_minutes", "uses", "extends", "emergency", "witness", "policy",
)  # fmt: skip


def _read(text: bytes) -> dict[str, Any]:
    said = json.loads(text)
    if not isinstance(said, dict) or said.get("type") != TYPE:
        raise ValueError("not the text of a request")
    return said


def matching_code(digest: bytes) -> str:
    """Return the four digits that stand on the asker's page and on the approver's."""
    return f"{int.from_bytes(sha256(b'sekisho.matching/1' + digest).digest()[:8]) % 10_000:04d}"


def stamp(at: datetime) -> str:
    """Return an instant as canonical texts write it: UTC, to the microsecond where it has them."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def moment(said: str) -> datetime:
    """Return the instant that `stamp` wrote. Raise ValueError where it is none."""
    at = datetime.fromisoformat(said)
    if at.tzinfo is None:
        raise ValueError(said)
    return at


# What is wrong with a request ------------------------------------------------------------------


def faults(asked: Request, policy: Policy, *, at: datetime) -> Sequence[Refusal]:
    """Return everything for which `asked` cannot be handed in; empty: it may be.

    Whether somebody can answer it is asked of the parties; whether the asker holds the post and
    the account, of the records.
    """
    return tuple(_faults(asked, policy, at))


def _faults(asked: Request, policy: Policy, at: datetime) -> Iterable[Refusal]:
    if asked.policy != policy.digest or asked.mode != policy.mode:
        yield Refusal(
            reason="承認規程が新しくなりました",
            remedy="申請の画面を開き直し、もう一度出してください",
        )
    if policy.system not in ("", asked.system) or policy.role not in ("", asked.role):
        yield Refusal(
            reason="この承認規程は、このシステムと役割のものではありません",
            remedy="申請の画面を開き直してください",
        )
    if asked.purpose not in policy.purposes:
        yield Refusal(
            reason=f"「{asked.purpose}」のためには申請できません",
            remedy=f"次の利用目的から選んでください：{'、'.join(policy.purposes)}",
        )
    if (refusal := refusal_of_reason(asked.reason)) is not None:
        yield refusal
    yield from _faults_of_references(asked, policy)
    yield from _faults_of_limits(asked, policy)
    if (
        asked.starts_at is not None
        and not at - timedelta(minutes=1) <= asked.starts_at <= at + AHEAD
    ):
        yield Refusal(
            reason=f"利用の開始は、いまから{AHEAD.days}日先までです",
            remedy="開始の日時を直してください",
        )
    yield from _faults_of_helpers(asked)


def refusal_of_reason(reason: str) -> Refusal | None:
    """Return why `reason` says too little, or None. Blanks at the ends do not count."""
    said = tidy(reason)
    if len(said) < SHORTEST_REASON:
        return Refusal(
            reason=f"理由が{SHORTEST_REASON}字に足りません",
            remedy="何の業務で、何を確かめるために使うのかを書いてください",
        )
    if len(set(said)) < FEWEST_SIGNS:
        return Refusal(
            reason="理由が同じ字の繰返しです",
            remedy="何の業務で、何を確かめるために使うのかを書いてください",
        )
    return None


def tidy(reason: str) -> str:
    """Return `reason` as it is stored: NFKC, one blank between words, none at the ends."""
    return " ".join(unicodedata.normalize("NFKC", reason).split())


def is_repeated(reason: str, earlier: Collection[str]) -> bool:
    """Return whether `reason` is word for word one of the last three: shown to the approver."""
    return tidy(reason) in {tidy(each) for each in list(earlier)[:3]}


def _faults_of_references(asked: Request, policy: Policy) -> Iterable[Refusal]:
    for one in asked.references:
        if (refusal := references.fault(one)) is not None:
            yield refusal
    wanted = references.asked_for(asked.purpose, policy.reference_kind)
    given = {one.kind for one in asked.references}
    if wanted and not given & set(wanted):
        words = "、".join(references.WORDS.get(kind, kind) for kind in wanted)
        yield Refusal(
            reason="利用の対象を示す番号がありません", remedy=f"次のどれかを書いてください：{words}"
        )


def _faults_of_limits(asked: Request, policy: Policy) -> Iterable[Refusal]:
    longest = min(policy.max_window_minutes, LONGEST.get(policy.mode, 0))
    if not 1 <= asked.window_minutes <= longest:
        yield Refusal(
            reason="利用できる期間の長さが、承認規程の範囲にありません",
            remedy=f"{in_words(longest)}までにしてください",
        )
    longest = min(policy.max_use_minutes, asked.window_minutes)
    if not 1 <= asked.use_minutes <= longest:
        yield Refusal(
            reason="一回の利用の長さが、承認規程の範囲にありません",
            remedy=f"{in_words(max(longest, 1))}までにしてください",
        )
    if policy.uses_max is None:
        if asked.uses is not None:
            yield Refusal(reason="この方式には回数がありません", remedy="回数を空にしてください")
    elif asked.uses is None or not 1 <= asked.uses <= policy.uses_max:
        yield Refusal(
            reason="利用の回数が、承認規程の範囲にありません",
            remedy=f"1回から{policy.uses_max}回までにしてください",
        )


def _faults_of_helpers(asked: Request) -> Iterable[Refusal]:
    if len(asked.helpers) > MOST_HELPERS:
        yield Refusal(reason=f"一つの申請は{MOST_HELPERS}人までです", remedy="申請を分けてください")
    if len({one.person for one in asked.helpers}) < len(asked.helpers):
        yield Refusal(reason="同じ人が二度あります", remedy="名簿を確かめてください")


def in_words(minutes: int) -> str:
    """Return a length as it is said: 30分, 8時間, 30日."""
    if minutes % (24 * 60) == 0 and minutes:
        return f"{minutes // (24 * 60)}日"
    if minutes % 60 == 0 and minutes:
        return f"{minutes // 60}時間"
    return f"{minutes}分"


# How it stands ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer (承認・却下) to one party of the request."""

    person: str
    verdict: Verdict
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What has become of a request so far. parties: how many must approve.

    unfilled_at: when it was seen that nobody is left for a party; None: that was not seen.
    """

    parties: int
    due_at: datetime
    answers: Mapping[int, Answer] = field(default_factory=dict)  # by party number, from 1
    in_order: bool = False
    withdrawn_at: datetime | None = None
    unfilled_at: datetime | None = None


def state_of(asked: Standing, *, at: datetime) -> State:
    """Return the state at `at`. Silence is no: nothing is approved by time, or without a party.

    One denial ends it, whatever the others say. An answer that came when the time was over, or
    after the asker took it back, is none.
    """
    answers = {number: one for number, one in asked.answers.items() if _counts(one, asked, at)}
    if any(one.verdict is Verdict.DENY for one in answers.values()):
        return State.DENIED
    people = {one.person for one in answers.values()}
    every = set(range(1, asked.parties + 1))
    if every and answers.keys() >= every and len(people) == len(answers):
        return State.APPROVED
    if asked.withdrawn_at is not None and asked.withdrawn_at <= at:
        return State.WITHDRAWN
    nobody = asked.unfilled_at is not None and asked.unfilled_at <= at
    return State.LAPSED if nobody or at >= asked.due_at or not every else State.PENDING


def open_parties(asked: Standing, *, at: datetime) -> Sequence[int]:
    """Return the numbers of the parties that may answer now; in order: only the next one."""
    if state_of(asked, at=at) is not State.PENDING:
        return ()
    found = [number for number in range(1, asked.parties + 1) if number not in asked.answers]
    return found[:1] if asked.in_order else found


def _counts(one: Answer, asked: Standing, at: datetime) -> bool:
    ends = [end for end in (asked.due_at, asked.withdrawn_at, asked.unfilled_at) if end is not None]
    return one.at <= at and one.at < min(ends)


def refusal_to_withdraw(asked: Standing, *, asker: str, by: str, at: datetime) -> Refusal | None:
    """Return why `by` may not take the request back, or None where they may."""
    if by != asker:
        return Refusal(
            reason="取り下げられるのは、申請した本人だけです", remedy="本人に頼んでください"
        )
    return refusal_of_state(asked, at=at)


def refusal_of_state(asked: Standing, *, at: datetime) -> Refusal | None:
    """Return why nothing can be said to this request any more, or None while it is pending."""
    state = state_of(asked, at=at)
    if state is State.PENDING:
        return None
    return Refusal(
        reason=f"この申請は承認待ちではありません（{WORDS[state]}）",
        remedy="一覧を開き直してください。続ける必要があるときは、新しく申請します",
    )


def refusal_of_clock(*, machine: datetime, database: datetime) -> Refusal | None:
    """Return CLOCK where the two clocks differ by more than two seconds, else None.

    Windows are said in this machine's time and kept by the database's: nothing is decided
    between the two.
    """
    return CLOCK if abs(machine - database) > SKEW else None
