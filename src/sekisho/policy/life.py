"""The life of a change to the tables (変更案件): 下書 → 点検 → 試行 → 承認 → 公開 → 廃止.

A change is what two people sign: one of its authors, and somebody of the second line who wrote
nothing of it. What they sign is a statement; it names the very bytes of the tables, the version
they follow, and everything in which they may show more. Whatever is edited afterwards has another
hash, and the signatures do not speak of it.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256

import rfc8785

from sekisho.terms.refusals import Refusal

OWNER = "network"  # 会社区分 of the company that owns the tables
SECOND_LINE = 2


class State(StrEnum):
    """How far a change has come."""

    DRAFT = "draft"  # 下書
    CHECKED = "checked"  # 点検: no lint error, every invariant proved, every example agrees
    TRIED = "tried"  # 試行: tried on recorded traffic
    APPROVED = "approved"  # 承認: signed by an author and by the second line
    PUBLISHED = "published"  # 公開
    RETIRED = "retired"  # 廃止: withdrawn, or followed by another version


WORDS = dict(zip(State, ("下書", "点検", "試行", "承認", "公開", "廃止"), strict=True))
ENDED = frozenset({State.PUBLISHED, State.RETIRED})


class Part(StrEnum):
    """In what capacity somebody signs."""

    AUTHOR = "author"  # 起案
    SECOND_LINE = "second_line"  # 承認


PART_WORDS = {Part.AUTHOR: "起案", Part.SECOND_LINE: "承認（第2線）"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is signed. Days are ISO dates; hashes are SHA-256 in hexadecimal.

    content:  the hash of the tables; base: of the live ones that they are to follow.
    loosened: the digest of everything in which `content` may show more than `base`, and `count`
              of how many lines that list has.
    trial:    the digest of the result of the simulation.
    nonce:    chosen by the site when the statement is laid before the person.
    """

    change: str
    part: str
    person: str
    content: str
    base: str
    loosened: str
    count: int
    trial: str
    reason: str
    basis: str
    starts_on: str
    ends_on: str
    at: str
    nonce: str

    @property
    def text(self) -> bytes:
        """The canonical text (RFC 8785) of the statement."""
        return rfc8785.dumps(asdict(self))

    @property
    def digest(self) -> bytes:
        """What the passkey signs over, as its challenge: 32 bytes."""
        return sha256(self.text).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signature that was verified: who, in what capacity, over which statement."""

    person: str
    part: Part
    statement: Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Somebody about to sign, in the post that they wear now."""

    person: str
    company_kind: str
    line: int | None


def refusal_to_edit(state: State) -> Refusal | None:
    """Return why the tables of a change in `state` may not be edited, or None where they may."""
    if state in ENDED:
        return Refusal(
            reason=f"{WORDS[state]}の変更案件は直せません",
            remedy="新しい変更案件を起こし、公開中の版から直してください",
        )
    return None


def refusal_to_check(*, errors: int, broken: int, examples: int) -> Refusal | None:
    """Return why a draft does not pass 点検, or None where it does.

    errors: findings of lint; broken: invariants that fail; examples: those answered otherwise.
    """
    said = [
        f"{words} {number} 件"
        for words, number in (
            ("検査の誤り", errors),
            ("破れる不変条件", broken),
            ("合わない試験例", examples),
        )
        if number
    ]
    if not said:
        return None
    return Refusal(
        reason=f"点検を通りません（{'、'.join(said)}）",
        remedy="下の一覧から一つずつ直し、もう一度点検してください。下書きはそのまま残ります",
    )


def refusal_to_hand_in(
    state: State, *, authors: Collection[str], by: Signer, base: str, live: str
) -> Refusal | None:
    """Return why `by` may not sign as an author (承認に回す), or None where they may."""
    if by.company_kind != OWNER:
        return _not_owner()
    if state is not State.TRIED:
        return Refusal(
            reason=f"いまの段階は「{WORDS[state]}」です",
            remedy="点検と試行を済ませてから、承認に回してください",
        )
    if by.person not in authors:
        return Refusal(
            reason="起案者として署名できるのは、この案件を書いた人だけです",
            remedy="書いた人に承認へ回してもらってください",
        )
    return _other_base(base, live)


def refusal_to_approve(
    state: State,
    *,
    authors: Collection[str],
    signed: Collection[Signed],
    by: Signer,
    content: str,
    base: str,
    live: str,
) -> Refusal | None:
    """Return why `by` may not approve, or None where they may.

    authors: everybody who wrote a part of it, and who opened it.
    """
    if by.company_kind != OWNER:
        return _not_owner()
    if by.line != SECOND_LINE:
        return Refusal(
            reason="承認は第2線（行為規制の部署）の仕事です",
            remedy="第2線の人に承認を頼んでください",
        )
    if by.person in authors:
        return Refusal(
            reason="自分で書いた変更は承認できません",
            remedy="この案件に手を入れていない第2線の人に承認を頼んでください",
        )
    if state is not State.TRIED or not _spoken(signed, Part.AUTHOR, content, authors):
        return Refusal(
            reason="起案者の署名がまだないか、署名の後に表が変わりました",
            remedy="起案者に、いまの表で承認へ回してもらってください",
        )
    return _other_base(base, live)


def refusal_to_publish(
    *,
    authors: Collection[str],
    signed: Collection[Signed],
    content: str,
    base: str,
    live: str,
    loosened: str,
    starts_on: date | None,
    ends_on: date | None,
    today: date,
) -> Refusal | None:
    """Return why the tables `content` may not go live today, or None where they may.

    signed:   the signatures, each verified with the passkey of the person.
    loosened: the digest of everything in which `content` may show more than `live`, worked out
              anew; both signatures must speak of exactly this.
    """
    author = _spoken(signed, Part.AUTHOR, content, authors)
    second = [
        one
        for one in signed
        if one.part is Part.SECOND_LINE
        and one.statement.content == content
        and one.person not in authors
    ]
    if not author or not second:
        return Refusal(
            reason="この表について、起案者と、起案に加わっていない第2線との二人の署名が揃っていません",
            remedy="いまの表で承認に回し、第2線の承認を受けてください",
        )
    if other := _other_base(base, live):
        return other
    pair = [(one, two) for one in author for two in second if one.person != two.person]
    both = [
        (one, two)
        for one, two in pair
        if one.statement.loosened == two.statement.loosened == loosened
        and one.statement.base == two.statement.base == live
        and one.statement.trial == two.statement.trial != ""
    ]
    if not both:
        return Refusal(
            reason="署名された一覧にない緩和があるか、二人が同じ試行の結果に署名していません",
            remedy="緩くなる所の一覧と試行の結果を見直し、二人の署名をやり直してください",
        )
    if starts_on and today < starts_on:
        return Refusal(
            reason=f"適用開始日（{starts_on.isoformat()}）より前です",
            remedy="その日になってから公開してください",
        )
    if ends_on and ends_on <= today:
        return Refusal(
            reason=f"適用終了日（{ends_on.isoformat()}）を過ぎています",
            remedy="期間を改めた変更案件を起こしてください",
        )
    return None


def _spoken(
    signed: Collection[Signed], part: Part, content: str, among: Collection[str]
) -> list[Signed]:
    return [
        one
        for one in signed
        if one.part is part and one.statement.content == content and one.person in among
    ]


def _not_owner() -> Refusal:
    return Refusal(
        reason="判定表を決めるのは、記録を持つ送配電の会社だけです",
        remedy="送配電の会社の担当者に頼んでください",
    )


def _other_base(base: str, live: str) -> Refusal | None:
    if base == live:
        return None
    return Refusal(
        reason="起案の後に、別の版が公開されました",
        remedy="「公開中の版に合わせる」を押し、違いと点検・試行をやり直してください",
    )
