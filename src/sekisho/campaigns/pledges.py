"""Pledges (誓約): what somebody promised, to which words, about what, and until when.

A pledge is signed like a decision: over the words of one version, after every clause was ticked.
A refusal is kept like a signature, and the last answer counts. Nothing expires by a job.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

import rfc8785

from sekisho.terms.days import day_in_japan, jst_day, months_on
from sekisho.terms.refusals import Refusal

TYPE = "sekisho.pledge/1"


class State(StrEnum):
    """How a pledge stands at an instant."""

    VALID = "valid"
    MISSING = "missing"
    EXPIRED = "expired"
    REFUSED = "refused"


class Answer(StrEnum):
    """What the person did with the words. Kept for ever: one may be added, none renamed."""

    SIGNED = "signed"
    REFUSED = "refused"


class Method(StrEnum):
    """How it was signed."""

    PASSKEY = "passkey"
    PAPER = "paper"
    SCREEN = "screen"  # a refusal: whoever refuses has nothing to sign


STATE_WORDS: Mapping[State, str] = {
    State.VALID: "有効",
    State.MISSING: "未提出",
    State.EXPIRED: "期限切れ",
    State.REFUSED: "拒否",
}
ANSWER_WORDS: Mapping[Answer, str] = {Answer.SIGNED: "署名", Answer.REFUSED: "拒否"}
METHOD_WORDS: Mapping[Method, str] = {
    Method.PASSKEY: "認証器",
    Method.PAPER: "紙",
    Method.SCREEN: "画面",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One version of the words of a pledge (誓約のひな型). A version that was signed never changes.

    subject:     what it is about (SUBJECTS); subject codes are opaque here.
    months:      how long a signature lasts; None: for ever, or as long as its subject.
    asked_from:  the first day on which it is asked for.
    notice_days: days after which whoever has not signed is stopped; None: nobody is stopped,
                 since what needs it stays shut by itself (貸与, 応援, 国の系, 委託).
    without:     what stays shut without it, in words.
    when:        when it is asked for, in words.
    """

    code: str
    version: int
    title: str
    signer: str
    subject: str
    months: int | None
    asked_from: date
    notice_days: int | None
    without: str
    when: tuple[str, ...]
    clauses: tuple[str, ...]
    places: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.code} 第{self.version}版"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pledge:
    """One answer of one person. valid_until: None where it lasts with its subject, or for ever."""

    template: str
    subject: str
    answer: Answer
    at: datetime
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A pledge without which something stays shut: which words, about what."""

    template: str
    subject: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is signed (sekisho.pledge/1). Hashes are SHA-256 in hexadecimal, times ISO.

    text:    of the words as they were laid, with every place filled.
    clauses: how many were ticked one by one.
    nonce:   chosen by the site when the words are laid before the person.
    """

    template: str
    version: int
    text: str
    clauses: int
    person: str
    appointment: str
    subject_type: str
    subject: str
    answer: str
    valid_until: str
    at: str
    nonce: str

    @property
    def body(self) -> bytes:
        """The canonical bytes (RFC 8785): kept, and never written again from their parts."""
        said = {name: getattr(self, name) for name in self.__slots__}
        return rfc8785.dumps({"type": TYPE, **said})

    @property
    def digest(self) -> bytes:
        """What the passkey signs over, as its challenge: 32 bytes."""
        return digest_of(self.body)


def digest_of(body: bytes) -> bytes:
    """Return the digest of a statement: of its type, a line's end, and its bytes."""
    return sha256(TYPE.encode() + b"\n" + body).digest()


def pledge_state(pledges: Iterable[Pledge], *, template: str, subject: str, at: datetime) -> State:
    """Return how the pledge `template` of one person about `subject` stands at `at`.

    pledges: of this person, in any order. The last answer until `at` counts; of two at one
             instant the refusal.
    """
    last: Pledge | None = None
    for one in pledges:
        if (one.template, one.subject) != (template, subject) or one.at > at:
            continue
        if last is None or (one.at, one.answer is Answer.REFUSED) > (
            last.at,
            last.answer is Answer.REFUSED,
        ):
            last = one
    if last is None:
        return State.MISSING
    if last.answer is Answer.REFUSED:
        return State.REFUSED
    over = last.valid_until is not None and last.valid_until <= at
    return State.EXPIRED if over else State.VALID


def refusal(pledges: Collection[Pledge], needs: Iterable[Need], *, at: datetime) -> Refusal | None:
    """Return why what needs pledges stays shut at `at`, or None where all are valid."""
    for need in needs:
        state = pledge_state(pledges, template=need.template, subject=need.subject, at=at)
        if state is State.REFUSED:
            return Refusal(
                reason=f"誓約を拒否しています（{need.title or need.template}）",
                remedy="行為規制担当（第2線）に相談してください。署名すれば使えます",
            )
        if state is not State.VALID:
            return Refusal(
                reason=f"誓約が{STATE_WORDS[state]}です（{need.title or need.template}）",
                remedy="「誓約」の画面で全文を読み、署名してください",
            )
    return None


def changes(
    pledges: Iterable[Pledge], needs: Iterable[Need], *, at: datetime
) -> Iterator[datetime]:
    """Yield the instants after `at` at which `refusal` may answer otherwise."""
    wanted = {(need.template, need.subject) for need in needs}
    for one in pledges:
        if (one.template, one.subject) in wanted:
            if one.at > at:
                yield one.at
            if one.valid_until is not None and one.valid_until > at:
                yield one.valid_until


def valid_until(template: Template, *, signed_at: datetime) -> datetime | None:
    """Return when a signature given at `signed_at` ends; None: with its subject, or never.

    It ends with the beginning of the same day `months` later.
    """
    if template.months is None:
        return None
    return jst_day(months_on(day_in_japan(signed_at), template.months))


def filled(template: Template, places: Mapping[str, str]) -> str:
    """Return the whole words of `template`: title, version, clauses by number, places filled.

    Raises LookupError where a place has no word: nobody signs a gap.
    """
    if missing := [name for name in template.places if not places.get(name)]:
        raise LookupError(f"{template.key}: {'、'.join(missing)} が決まっていません")
    lines = [f"{template.title}（第{template.version}版）", ""]
    for number, clause in enumerate(clauses_of(template, places), start=1):
        lines.append(f"{number}. {clause}")
    return "\n".join(lines) + "\n"


def clauses_of(template: Template, places: Mapping[str, str]) -> tuple[str, ...]:
    """Return the clauses with their places filled; what has no word stays as it is written."""
    found = []
    for clause in template.clauses:
        said = clause
        for name in template.places:
            if places.get(name):
                said = said.replace("{" + name + "}", places[name])
        found.append(said)
    return tuple(found)


def text_digest(text: str) -> str:
    """Return the SHA-256 of the words as they were laid, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def refusal_to_sign(*, template: Template, ticked: int, read: bool) -> Refusal | None:
    """Return why the words may not be signed yet, or None where they may.

    read: the end of the text was reached before. ticked: clauses ticked one by one.
    """
    if not read:
        return Refusal(
            reason="全文がまだ最後まで読まれていません",
            remedy="全文を読み、終わりにあるボタンで進んでください",
        )
    if ticked != len(template.clauses):
        return Refusal(
            reason=f"条項の確かめが足りません（{ticked}／{len(template.clauses)}）",
            remedy="条項を一つずつ読み、すべてに印を付けてください",
        )
    return None


def refusal_of_paper(*, person: str, witness: str, scan: str, has_key: bool) -> Refusal | None:
    """Return why a pledge on paper is not taken, or None where it is.

    scan:    SHA-256 of the scanned sheet, in hexadecimal.
    has_key: the person has an authenticator to sign with; paper is for those who have none.
    """
    if person == witness:
        return Refusal(
            reason="自分の紙の誓約を自分で受け取ることはできません",
            remedy="別の人に受け取ってもらってください",
        )
    if has_key:
        return Refusal(
            reason="この人には認証器があります",
            remedy="本人に「誓約」の画面で署名してもらってください",
        )
    if len(scan) != 64 or set(scan) - set("0123456789abcdef"):
        return Refusal(
            reason="読み取った控えの要約（sha256）がありません",
            remedy="署名した紙を読み取り、そのファイルを選んでください",
        )
    return None
