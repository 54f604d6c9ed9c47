"""The decision (承認・却下): what an approver signs, and who may sign it.

The approver signs the decision, which contains the digest of the request: so the window that they
fixed is signed too. The challenge of their passkey is the digest of these bytes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import rfc8785

from sekisho.grants import parties, requests
from sekisho.grants.organisations import Matter, Organisation, Seat
from sekisho.grants.policies import Party
from sekisho.grants.requests import (
    Request,
    Standing,
    Verdict,
    moment,
    open_parties,
    refusal_of_state,
    stamp,
)
from sekisho.terms.refusals import Refusal

TYPE = "sekisho.decision/1"
NONCE_LIVES = timedelta(minutes=5)

STALE = Refusal(
    reason="画面を開いてから時間がたちすぎました",
    remedy="承認の画面を開き直し、内容を読んでから、もう一度署名してください",
)
OTHER_REQUEST = Refusal(
    reason="この署名は、別の申請のためのものです",
    remedy="承認の画面を開き直し、この申請に署名してください",
)
WIDER = Refusal(
    reason="申請より広い許可も、先に承認した人が縮めたより広い許可も、出せません",
    remedy="期間、一回の長さ、回数を、画面に出ている範囲で決めてください",
)
OVER = Refusal(
    reason="申請された期間が、もう終わっています",
    remedy="却下し、新しい申請を出してもらってください",
)
NOT_THE_SAME = Refusal(
    reason="申請の内容が、署名されたものと同じではありません",
    remedy="申請した人に、新しい申請を出してもらってください",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who decides, in which post, and in whose stead ("": their own)."""

    person: str
    appointment: str
    instead_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One answer to one party. Times are instants; a denial has no window."""

    request: bytes  # digest of the request
    party: int  # from 1
    verdict: Verdict
    by: By
    at: datetime
    matching_code: str
    nonce: str  # 32 bytes, base64url
    valid: tuple[datetime, datetime] | None = None
    use_minutes: int | None = None
    uses: int | None = None
    reason: str = ""

    @property
    def text(self) -> bytes:
        """The canonical text (RFC 8785). It is stored, shown and signed as these bytes."""
        return rfc8785.dumps(
            {
                "type": TYPE,
                "request": f"sha256:{self.request.hex()}",
                "party": self.party,
                "verdict": self.verdict.value,
                "by": {
                    "person": self.by.person,
                    "appointment": self.by.appointment,
                    "instead_of": self.by.instead_of,
                },
                "valid": [stamp(each) for each in self.valid] if self.valid else None,
                "use_minutes": self.use_minutes,
                "uses": self.uses,
                "reason": self.reason,
                "matching_code": self.matching_code,
                "at": stamp(self.at),
                "nonce": self.nonce,
            }
        )

    @property
    def challenge(self) -> bytes:
        return challenge(self.text)


def challenge(text: bytes) -> bytes:
    """Return what the passkey signs: 32 bytes that no other kind of text can have."""
    return sha256(TYPE.encode() + b"\n" + text).digest()


def read(text: bytes) -> Decision:
    """Return the decision that wrote `text`. Raise ValueError where these are not its bytes."""
    said: Any = json.loads(text)
    if not isinstance(said, dict) or said.get("type") != TYPE:
        raise ValueError("not the text of a decision")
    start, end = said["valid"] or (None, None)
    found = Decision(
        request=bytes.fromhex(said["request"].removeprefix("sha256:")),
        party=said["party"],
        verdict=Verdict(said["verdict"]),
        by=By(**said["by"]),
        at=moment(said["at"]),
        matching_code=said["matching_code"],
        nonce=said["nonce"],
        valid=(moment(start), moment(end)) if start and end else None,
        use_minutes=said["use_minutes"],
        uses=said["uses"],
        reason=said["reason"],
    )
    if found.text != text:
        raise ValueError("not the canonical text of a decision")
    return found


def refusal_to_decide(
    asked: Standing,
    matter: Matter,
    organisation: Organisation,
    *,
    parties_of: Sequence[Party],
    party: int,
    seat: Seat,
    at: datetime,
) -> Refusal | None:
    """Return why this seat may not answer for `party` (from 1) at `at`, or None where it may.

    The same object stands on the button, in the operation and in the log.
    """
    if (refusal := refusal_of_state(asked, at=at)) is not None:
        return refusal
    if not 1 <= party <= len(parties_of):
        return parties.NOT_THE_PARTY
    if any(one.person == seat.person for one in asked.answers.values()):
        return parties.ANSWERED_ALREADY
    if party not in open_parties(asked, at=at):
        return Refusal(
            reason="この承認者の答えは、もう出ているか、まだ順番ではありません",
            remedy="一覧を開き直してください",
        )
    wanted = parties_of[party - 1]
    if seat in parties.seats(wanted, matter, organisation, at=at):
        return None
    return _why_not(seat, wanted, matter, organisation, at)


def _why_not(
    seat: Seat, party: Party, matter: Matter, organisation: Organisation, at: datetime
) -> Refusal:
    if seat.person == matter.asker:
        return parties.OWN
    for post in organisation.posts:
        if (post.person, post.appointment) == (seat.person, seat.appointment):
            said = parties.refusal_of(post, party, matter, organisation, at=at)
            if said is None:  # it may for itself, but not in the stead of another
                return parties.NOT_THE_PARTY
            if said is not parties.NOT_IN_POST:
                return said
    return parties.NOT_IN_POST


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The widest that may be approved: what is asked, as far as nobody has shortened it yet."""

    starts: datetime  # the earliest start
    ends: datetime  # the latest end of a window that starts then
    minutes: int  # the longest window
    use_minutes: int
    uses: int | None


def bounds(
    asked: Request, earlier: Sequence[Decision], *, at: datetime, until: datetime | None = None
) -> Bounds | None:
    """Return the widest that may be approved at `at`, or None where no time is left of it.

    earlier: the approvals of the other parties. Each may shorten and none may widen: a length,
             where the use is to begin when it is decided; the end itself, where a start was asked
             for.
    until:   the end of the post or of the emergency on which it rests; None: there is none.
    """
    lengths = [one.valid[1] - one.valid[0] for one in earlier if one.valid]
    longest = min([timedelta(minutes=asked.window_minutes), *lengths])
    starts = max(at, asked.starts_at or at)
    ends = starts + longest
    if asked.starts_at is not None:
        last = [asked.starts_at + timedelta(minutes=asked.window_minutes)]
        ends = min([ends, *last, *(one.valid[1] for one in earlier if one.valid)])
    ends = min(ends, until) if until is not None else ends
    if ends <= starts:
        return None
    uses = [one.uses for one in earlier if one.uses is not None]
    return Bounds(
        starts=starts,
        ends=ends,
        minutes=int((ends - starts).total_seconds() // 60),
        use_minutes=min([asked.use_minutes, *(one.use_minutes or 0 for one in earlier)]),
        uses=min([asked.uses, *uses]) if asked.uses is not None else None,
    )


def refusal_of_text(
    decision: Decision,
    asked: Request,
    earlier: Sequence[Decision],
    *,
    party: int,
    laid_at: datetime,
    fresh: int,
    at: datetime,
) -> Refusal | None:
    """Return why this decision does not answer `asked`, or None where it does.

    earlier: the approvals of the other parties.
    laid_at: when its text was laid before the approver; fresh: for how many seconds it may lie.
    """
    if decision.request != asked.digest:
        return OTHER_REQUEST
    if decision.party != party or decision.matching_code != requests.matching_code(asked.digest):
        return OTHER_REQUEST
    if not timedelta() <= at - laid_at <= min(NONCE_LIVES, timedelta(seconds=fresh)):
        return STALE
    if decision.verdict is Verdict.DENY:
        return requests.refusal_of_reason(decision.reason)
    return refusal_of_window(decision, asked, earlier)


def refusal_of_window(
    decision: Decision, asked: Request, earlier: Sequence[Decision]
) -> Refusal | None:
    """Return why this is not a window that may be approved: never wider than asked, or earlier."""
    widest = bounds(asked, earlier, at=decision.at)
    if widest is None:
        return OVER
    if decision.valid is None or decision.use_minutes is None:
        return WIDER
    starts, ends = decision.valid
    if starts < widest.starts or ends <= starts:
        return Refusal(
            reason="許可の開始が、承認または申請の開始より前です",
            remedy="承認の画面を開き直し、期間を決め直してください",
        )
    if ends - starts > widest.ends - widest.starts:
        return WIDER
    if asked.starts_at is not None and ends > widest.ends:
        return WIDER
    if not 1 <= decision.use_minutes <= widest.use_minutes:
        return WIDER
    if decision.uses is None or widest.uses is None:
        return None if decision.uses is widest.uses else WIDER
    return None if 1 <= decision.uses <= widest.uses else WIDER


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a passkey answered, as it is kept: enough for anybody to check it again."""

    rp: str
    public_key: bytes  # SubjectPublicKeyInfo (DER)
    authenticator_data: bytes
    client_data: bytes
    signature: bytes
