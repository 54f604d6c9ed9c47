"""What is mailed, and when. A letter names nobody and nothing: it says that something waits.

Mail is read by machines and people that nobody of ours knows. So a letter carries how many
things wait, until when, and where to sign in. Whose request it is, of which system and for which
customer stands on the page alone, behind two factors. Nothing can be decided from a letter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sekisho.terms.days import JST, day_in_japan

LAST = timedelta(minutes=10)  # before the end: the last call
DIGEST = time(8, 30)  # in Japan
STALE = timedelta(days=1)  # a letter that could not leave for so long says nothing any more


class Kind(StrEnum):
    """Why somebody is written to."""

    WAITING = "waiting"  # 承認を待つ申請
    DUE = "due"  # まもなく失効する申請
    ANSWERED = "answered"  # 自分の申請への答え
    DIGEST = "digest"  # 毎朝のまとめ
    LOOK_BACK = "look_back"  # 利用結果の確認
    EXCEPTION = "exception"  # 障害時の暫定利用が続いている
    CLOSING = "closing"  # 後始末の項目
    LOAN = "loan"  # 期限を過ぎた貸与端末


SENTENCES: Mapping[Kind, str] = {
    Kind.WAITING: "あなたの承認を待つ利用申請があります",
    Kind.DUE: "まもなく失効する利用申請があります",
    Kind.ANSWERED: "あなたの利用申請に答えが出ました",
    Kind.DIGEST: "承認待ちの利用申請が残っています",
    Kind.LOOK_BACK: "利用結果の確認を待つ利用があります",
    Kind.EXCEPTION: "障害時の暫定利用が続いています。終わらせるか、続ける理由を確かめてください",
    Kind.CLOSING: "非常災害の後始末に、終わっていない項目があります",
    Kind.LOAN: "期限を過ぎても返っていない貸与端末があります",
}
OTHER = "確かめていただくことがあります"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail in plain text. No name, no system, no number and no address of a thing is in it."""

    subject: str
    body: str


def letter(counts: Mapping[str, int], *, until: datetime | None, site: str) -> Letter:
    """Return the one letter about everything that waits for somebody.

    counts: how many things of each kind; a kind that is not known here is said in general words.
    until:  the first moment at which one of them is over; None where none is.
    site:   where one signs in, the front door only.
    """
    lines = [f"・{sentence}（{count}件）" for sentence, count in _said(counts).items() if count > 0]
    total = sum(count for count in counts.values() if count > 0)
    limit = [f"いちばん早い期限は {_clock(until)} です。"] if until else []
    return Letter(
        subject=f"【関所】確かめていただくことが {total}件あります",
        body="\n".join(
            (
                "関所からのお知らせです。",
                "",
                *lines,
                *limit,
                "",
                "内容は、いつもの端末で関所に入ると見られます。",
                site,
                "",
                "このメールから承認や却下はできません。パスワードや番号を返信で尋ねることもありません。",
            )
        ),
    )


def calls(submitted: datetime, due: datetime) -> Sequence[datetime]:
    """Return the moments at which deciders are written to about a request: at most three.

    At once, at half of its time, and ten minutes before it lapses. All lie before `due`, each
    later than the one before; a request that lapses within minutes is called out once.
    """
    moments = [submitted, submitted + (due - submitted) / 2, due - LAST]
    found: list[datetime] = []
    for moment in moments:
        if submitted <= moment < due and (not found or moment - found[-1] >= LAST):
            found.append(moment)
    return tuple(found)


def called(submitted: datetime, due: datetime, *, now: datetime) -> int:
    """Return how many of the calls have come by `now`: the number of the last one, or 0."""
    return sum(moment <= now for moment in calls(submitted, due))


def digest_day(now: datetime) -> date | None:
    """Return the day whose morning letter is due at `now`, or None before half past eight."""
    local = now.astimezone(JST)
    return day_in_japan(now) if local.time() >= DIGEST else None


def is_stale(due: datetime, *, now: datetime) -> bool:
    """Return whether a letter that was due at `due` is too old to be sent at `now`."""
    return now - due >= STALE


def _said(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the sentences with how many things stand behind each, in the order of the kinds."""
    known = {kind.value: sentence for kind, sentence in SENTENCES.items()}
    found: dict[str, int] = {}
    for kind in (*known, *sorted(set(counts) - set(known))):
        if kind in counts:
            sentence = known.get(kind, OTHER)
            found[sentence] = found.get(sentence, 0) + counts[kind]
    return found


def _clock(at: datetime) -> str:
    return f"{at.astimezone(JST):%m月%d日 %H:%M}"
