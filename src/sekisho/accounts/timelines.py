"""The posts of one person at one employer, worked out from all orders: always from the beginning.

A late order, a correction and a cancellation need no case of their own: the orders that count are
laid on one another by the day from which they count, whatever the day on which they came.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sekisho.accounts.orders import Flag, Identity, OrderKind, OrderLine, PostKind

# What is laid first where orders count from one moment: what ends, then what begins.
_RANK = {
    OrderKind.LEAVE: 0,
    OrderKind.END: 1,
    OrderKind.JOIN: 2,
    OrderKind.STATE: 3,
    OrderKind.TRANSFER: 4,
    OrderKind.ADD: 5,
    OrderKind.ON_LEAVE: 6,
    OrderKind.RETURN: 7,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A stretch `[starts, ends)` of a post under one title. ends: None until further notice."""

    title: str
    flags: frozenset[str] = frozenset()
    starts: datetime
    ends: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """What makes a post that post: to change any of it is another appointment."""

    employer: str
    works_for: str
    unit: str
    kind: PostKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One appointment and its terms in their order, none of which overlap.

    appointment: its number in the register; None where there is none yet.
    """

    appointment: int | None = None
    seat: Seat
    terms: tuple[Term, ...]

    @property
    def starts(self) -> datetime:
        return self.terms[0].starts

    @property
    def ends(self) -> datetime | None:
        return self.terms[-1].ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """posts: in no order that means something. idle: why an order that counts does nothing."""

    posts: tuple[Post, ...]
    idle: dict[Identity, str]


@dataclass(slots=True, kw_only=True)
class _Open:
    """A post while orders are laid on it. given: it stood before any order."""

    seat: Seat
    terms: list[Term]
    appointment: int | None = None
    given: bool = False
    left: bool = False  # its holder left the employer: nothing goes on from it

    @property
    def ends(self) -> datetime | None:
        return self.terms[-1].ends if self.terms else None

    def cut(self, at: datetime) -> None:
        """Let nothing of it be true from `at` on."""
        self.terms = [
            term if term.ends is not None and term.ends <= at else replace(term, ends=at)
            for term in self.terms
            if term.starts < at
        ]

    def reaches(self, at: datetime) -> bool:
        """Return whether it is in force at `at`, or right before it."""
        return bool(self.terms) and self.terms[0].starts <= at <= (self.ends or at)

    def goes_on(self, at: datetime) -> bool:
        """Return whether an order from `at` for the same seat is another term of this post.

        A given post that is over goes on in a new one: what stood before any order must stay
        distinguishable from what orders made of it.
        """
        return self.reaches(at) and not self.left and not (self.given and self.ends == at)


@dataclass(slots=True)
class _Laying:
    posts: list[_Open] = field(default_factory=list)
    leaves: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    left_at: datetime | None = None
    idle: dict[Identity, str] = field(default_factory=dict)


def timeline(given: Iterable[Post], orders: Iterable[OrderLine]) -> Timeline:
    """Return the posts of one person at one employer, by the orders that count.

    given:  the posts as they stood before the first order. What an order does not touch stays.
    orders: see `orders.standing`; their order means nothing.

    Of two orders for the main post from one moment, the one with the higher number counts.
    """
    laying = _Laying()
    waiting = sorted(given, key=lambda post: (post.starts, post.appointment or 0))
    lines = sorted(orders, key=lambda line: (line.effective_at, _RANK[line.kind], line.identity))
    for line in lines:
        while waiting and waiting[0].starts < line.effective_at:
            _stand(laying, waiting.pop(0))
        if line.kind not in _FIRST:
            while waiting and waiting[0].starts <= line.effective_at:
                _stand(laying, waiting.pop(0))
        _LAY[line.kind](laying, line)
    for post in waiting:
        _stand(laying, post)
    posts = tuple(
        Post(appointment=post.appointment, seat=post.seat, terms=_on_leave(post, laying.leaves))
        for post in laying.posts
        if post.terms
    )
    return Timeline(posts=posts, idle=laying.idle)


_FIRST = (OrderKind.LEAVE, OrderKind.END)


def _stand(laying: _Laying, post: Post) -> None:
    """Let a given post stand. It ends what an order set in its place before it, nothing given."""
    for other in laying.posts if post.seat.kind is PostKind.MAIN else ():
        if other.seat.kind is PostKind.MAIN and not other.given:
            other.cut(post.starts)
    if laying.left_at is not None and post.starts >= laying.left_at:
        return  # the holder has left before it begins
    terms = []
    for term in post.terms:
        if Flag.ON_LEAVE in term.flags:
            laying.leaves.append((term.starts, term.ends))
            term = replace(term, flags=term.flags - {Flag.ON_LEAVE})  # noqa: PLW2901
        terms.append(term)
    laying.posts.append(
        _Open(seat=post.seat, terms=terms, appointment=post.appointment, given=True)
    )


def _seat(line: OrderLine) -> Seat:
    return Seat(employer=line.employer, works_for=line.works_for, unit=line.unit, kind=line.post)


def _join(laying: _Laying, line: OrderLine) -> None:
    laying.left_at = None
    _begin(laying, line)


def _begin(laying: _Laying, line: OrderLine) -> None:
    at, seat = line.effective_at, _seat(line)
    if laying.left_at is not None:
        laying.idle[line.identity] = "退職・転籍のあとの発令です"
        return
    goes_on = next((p for p in laying.posts if p.seat == seat and p.goes_on(at)), None)
    if seat.kind is PostKind.MAIN:
        for post in laying.posts:
            if post.seat.kind is PostKind.MAIN and post is not goes_on:
                post.cut(at)
    term = Term(title=line.title, flags=line.marks, starts=at, ends=line.ends_at)
    if goes_on is None:
        laying.posts.append(_Open(seat=seat, terms=[term]))
    else:
        goes_on.cut(at)
        goes_on.terms.append(term)


def _end(laying: _Laying, line: OrderLine) -> None:
    at, found = line.effective_at, False
    for post in laying.posts:
        seat = post.seat
        if (
            seat.kind is line.post
            and line.unit in ("", seat.unit)
            and line.works_for in (seat.employer, seat.works_for)
            and post.reaches(at)
        ):
            found = True
            post.cut(at)
    if not found:
        laying.idle[line.identity] = "解除する発令がありません"


def _leave(laying: _Laying, line: OrderLine) -> None:
    at = line.effective_at
    if not any(post.reaches(at) and not post.left for post in laying.posts):
        laying.idle[line.identity] = "その日に在籍していません"
    laying.left_at = at
    for post in laying.posts:
        post.cut(at)
        post.left = True


def _rest(laying: _Laying, line: OrderLine) -> None:
    laying.leaves.append((line.effective_at, line.ends_at))


def _return(laying: _Laying, line: OrderLine) -> None:
    at = line.effective_at
    if not any(ends is None or ends >= at for _, ends in laying.leaves):
        laying.idle[line.identity] = "休職していません"
    laying.leaves = [
        (starts, at if ends is None or ends > at else ends)
        for starts, ends in laying.leaves
        if starts < at
    ]


_LAY = {
    OrderKind.JOIN: _join,
    OrderKind.TRANSFER: _begin,
    OrderKind.STATE: _begin,
    OrderKind.ADD: _begin,
    OrderKind.END: _end,
    OrderKind.LEAVE: _leave,
    OrderKind.ON_LEAVE: _rest,
    OrderKind.RETURN: _return,
}


def _on_leave(post: _Open, leaves: Sequence[tuple[datetime, datetime | None]]) -> tuple[Term, ...]:
    """Return the terms of a post, with the stretches on leave told apart, and equal ones joined."""
    terms: list[Term] = []
    for term in post.terms:
        edges = {at for stretch in leaves for at in stretch if at is not None}
        inside = sorted(at for at in edges if _within(at, term))
        for starts, ends in zip([term.starts, *inside], [*inside, term.ends], strict=True):
            away = any(begins <= starts and _before(starts, over) for begins, over in leaves)
            flags = term.flags | {Flag.ON_LEAVE} if away else term.flags
            part = replace(term, starts=starts, ends=ends, flags=flags)
            last = terms[-1] if terms else None
            if last and (last.ends, last.title, last.flags) == (starts, part.title, part.flags):
                terms[-1] = replace(last, ends=ends)
            else:
                terms.append(part)
    return tuple(terms)


def _within(at: datetime, term: Term) -> bool:
    return term.starts < at and _before(at, term.ends)


def _before(at: datetime, ends: datetime | None) -> bool:
    return ends is None or at < ends
