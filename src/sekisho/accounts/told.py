"""What a directory tells by SCIM, as lines of news; and what its word `active` wishes for."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from sekisho.accounts.orders import Correction, Flag, OrderKind, OrderLine, PostKind
from sekisho.errors import SekishoError


class NotUnderstood(SekishoError):
    """An appointment of a document cannot be read; nothing of the document is taken."""


class Wish(StrEnum):
    """What a message about a person wishes for."""

    NOTHING = "nothing"
    STOP = "stop"
    LIFT = "lift"


def wish(active: bool | None) -> Wish:  # noqa: FBT001  # it is the one word in question
    """Return what `active` wishes for; None: the message does not say it, and nothing changes.

    What is absent never enables, and never stops either.
    """
    if active is None:
        return Wish.NOTHING
    return Wish.LIFT if active else Wish.STOP


Key = tuple[str, str]  # 発令番号 and 枝番


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One appointment as a document tells it, in text. Empty text: not told."""

    order_no: str
    branch: str = ""
    employer: str = ""
    works_for: str = ""
    unit: str = ""
    title: str = ""
    kind: str = ""
    valid_from: str = ""
    valid_to: str = ""
    flags: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        return self.order_no, self.branch


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Who tells it of whom: what all lines of one document have in common."""

    source: str
    batch: str
    company: str  # code of the company of the feed
    employee_number: str
    name: str = ""
    kana: str = ""
    manager: str = ""
    group_id: str = ""
    previous_number: str = ""


def strangers(appointments: Iterable[Told], *, company: str) -> frozenset[str]:
    """Return the employers named that are not the company of the feed: its word is not for them."""
    return frozenset(one.employer for one in appointments if one.employer) - {company}


def lines(
    before: Sequence[Told],
    after: Sequence[Told],
    *,
    by: Teller,
    now: datetime,
    known: Collection[Key] = (),
) -> list[OrderLine]:
    """Return the news between two states of a document, numbered from 1.

    What is told anew is new, what is told otherwise corrects, and what is no longer told is over
    now, or was never true where it has not begun. Raises NotUnderstood where a line is no line.

    known: orders that this source told before, in a document that is gone by now.
    """
    was, tells = _by_key(before), _by_key(after)
    told_before = was.keys() | set(known)
    news = [
        _line(
            one,
            by=by,
            now=now,
            correction=Correction.CORRECT if key in told_before else Correction.NEW,
        )
        for key, one in tells.items()
        if was.get(key) != one
    ]
    news += taken_back([one for key, one in was.items() if key not in tells], by=by, now=now)
    return [replace(line, number=number) for number, line in enumerate(news, start=1)]


def taken_back(standing: Iterable[Told], *, by: Teller, now: datetime) -> list[OrderLine]:
    """Return the news that what `standing` tells is over now, numbered from 1.

    An order that has not begun is cancelled; one that is over already is left as it was.
    """
    news = []
    for one in standing:
        line = _line(one, by=by, now=now, correction=Correction.CORRECT)
        if line.effective_at >= now:
            news.append(replace(line, correction=Correction.CANCEL))
        elif line.ends_at is None or line.ends_at > now:
            news.append(replace(line, cut_at=now))
    return [replace(line, number=number) for number, line in enumerate(news, start=1)]


def _by_key(appointments: Sequence[Told]) -> Mapping[Key, Told]:
    found: dict[Key, Told] = {}
    for one in appointments:
        if not one.order_no:
            raise _fault(one, "発令番号（orderNo）がありません", "発令ごとに番号を付けてください")
        if found.setdefault(one.key, one) != one:
            raise _fault(one, "同じ発令番号の発令が二つあります", "枝番（branch）で分けてください")
    return found


def _line(one: Told, *, by: Teller, now: datetime, correction: Correction) -> OrderLine:
    starts = _day(one, one.valid_from, "validFrom")
    if starts is None:
        raise _fault(one, "発令日（validFrom）がありません", "発令の最初の日を書いてください")
    last_day = _day(one, one.valid_to, "validTo")
    if last_day is not None and last_day < starts:
        raise _fault(
            one, "終了日（validTo）が発令日より前です", "最後の日をその日を含めて書いてください"
        )
    post = _post(one)
    return OrderLine(
        source=by.source,
        batch=by.batch,
        number=1,
        employee_number=by.employee_number,
        name=by.name,
        kana=by.kana,
        employer=one.employer or by.company,
        works_for=one.works_for or one.employer or by.company,
        unit=one.unit,
        title=one.title,
        kind=OrderKind.JOIN if post is PostKind.MAIN else OrderKind.ADD,
        post=post,
        starts=starts,
        last_day=last_day,
        order_no=one.order_no,
        branch=one.branch,
        correction=correction,
        received_at=now,
        told_at=now,
        previous_number=by.previous_number,
        group_id=by.group_id,
        manager=by.manager,
        flags=_flags(one),
        raw={
            "orderNo": one.order_no,
            "orgUnit": one.unit,
            "validFrom": one.valid_from,
            "validTo": one.valid_to,
        },
    )


def _post(one: Told) -> PostKind:
    """Return the kind of post; one that is not told is a main one, an unknown one is refused."""
    try:
        return PostKind(one.kind.strip().lower()) if one.kind.strip() else PostKind.MAIN
    except ValueError:
        known = "、".join(PostKind)
        raise _fault(
            one, f"発令の種類「{one.kind}」を知りません", f"{known} のどれかにしてください"
        ) from None


def _flags(one: Told) -> frozenset[str]:
    if unknown := set(one.flags) - {*Flag}:
        raise _fault(
            one,
            f"職務の印「{'、'.join(sorted(unknown))}」を知りません",
            f"{'、'.join(Flag)} のどれかにしてください",
        )
    return frozenset(one.flags)


def _day(one: Told, text: str, name: str) -> date | None:
    """Return a day; None: not told, or the year 9999, in which personnel write "for good".

    A moment is refused, since the day of one depends on who looks.
    """
    if not text:
        return None
    try:
        day = date.fromisoformat(text) if len(text) == len("2027-04-01") else None
    except ValueError:
        day = None
    if day is None:
        raise _fault(
            one,
            f"「{text}」は日付ではありません（{name}）",
            "2027-04-01 のように、日本の日付で書いてください",
        )
    return None if day.year == date.max.year else day


def _fault(one: Told, problem: str, remedy: str) -> NotUnderstood:
    return NotUnderstood(problem, place=f"発令 {one.order_no or '（番号なし）'}", remedy=remedy)
