"""From lines of news to what changes: who joins, leaves, moves, and which posts end when.

Nothing is written here. The same lines planned again after they were applied give nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sekisho.accounts.absences import line_of_absence
from sekisho.accounts.faults import Fault
from sekisho.accounts.judging import judge
from sekisho.accounts.known import Known, Member
from sekisho.accounts.orders import Correction, OrderLine, standing
from sekisho.accounts.timelines import Post, timeline


class Mode(StrEnum):
    """What a delivery is: orders, or everybody as they stand."""

    EVENTS = "events"  # 発令の一覧
    SNAPSHOT = "snapshot"  # 在籍者の一覧


class ChangeKind(StrEnum):
    """What happens to a person, in the word that stands above it on the difference page."""

    LEFT = "left"  # 退職・転籍
    JOINED = "joined"  # 入社
    MOVED = "moved"  # 異動: a post ends, another may begin
    ADDED = "added"  # 兼務・出向など: a post more, none ends
    TITLE = "title"  # 役職・職務の印
    RESTORED = "restored"  # 取消・訂正で戻る: a post lasts longer than was believed
    NAMED = "named"  # 氏名
    ABSENT = "absent"  # 在籍者の一覧にない: a stop that can be taken back
    BACK = "back"  # 一覧に戻った


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A post that ends earlier than was believed. at: the moment; its start where withdrawn."""

    appointment: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happens to one person.

    person:  the key of a person in the registers, or None: somebody new.
    number:  the employee number at the feed's company.
    lines:   numbers of the lines that say so.
    at:      the first moment at which anything is different.
    wanted:  the posts that are to be otherwise than believed, whole; without terms: withdrawn.
    endings: of the posts believed now.
    """

    kind: ChangeKind
    person: str | None
    number: str
    name: str
    kana: str
    group_id: str = ""
    lines: tuple[int, ...]
    at: datetime
    before: tuple[Post, ...] = ()
    after: tuple[Post, ...] = ()
    wanted: tuple[Post, ...] = ()
    endings: tuple[Ending, ...] = ()
    corrects: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a delivery changes.

    changes:  by employee number.
    faults:   of lines that are not taken (refused), or are taken with a warning.
    taken:    the lines that count, with the flags of their duties written in.
    idle:     numbers of lines that say what is known already.
    unmapped: (unit, title) for which the second line has said no duties.
    """

    changes: tuple[Change, ...]
    faults: tuple[Fault, ...]
    taken: tuple[OrderLine, ...]
    idle: tuple[int, ...] = ()
    unmapped: tuple[tuple[str, str], ...] = ()

    def of(self, kind: ChangeKind) -> list[Change]:
        return [change for change in self.changes if change.kind is kind]

    @property
    def mass(self) -> int:
        """How many people leave, move or are missing: what the brake counts."""
        return sum(change.kind in MASS for change in self.changes)


MASS = frozenset({ChangeKind.LEFT, ChangeKind.MOVED, ChangeKind.ABSENT})


def plan(
    known: Known,
    lines: Iterable[OrderLine],
    *,
    mode: Mode = Mode.EVENTS,
    as_of: datetime,
    whole: bool = True,
) -> Plan:
    """Return what `lines` change of what is `known`. The order of the lines means nothing.

    as_of: the moment of which a snapshot speaks; of orders, when they were received.
    whole: every line of the file could be read. Where not, nobody is concluded to be absent:
           the unread line may have been theirs.
    """
    judged = judge(known, sorted(lines, key=lambda line: line.number))
    members = {member.key: member for member in known.members}
    news: dict[str, list[OrderLine]] = defaultdict(list)
    for key, line in judged.taken:
        news[key].append(line)
    changes: list[Change] = []
    faults = list(judged.faults)
    taken: list[OrderLine] = []
    for key, told in news.items():
        change, counted, refused = _of_person(known, members.get(key), told)
        faults += refused
        taken += counted
        changes += [change] if change else []
    if mode is Mode.SNAPSHOT:
        complete = whole and not any(fault.refused for fault in faults)
        missing = _missing(known, named=set(news) | judged.same) if complete else []
        for absence, order in _absences(known, missing, as_of=as_of):
            changes.append(absence)
            taken += [order] if order else []
        changes += _back(known, named=set(news) | judged.same, as_of=as_of, told=changes)
    return Plan(
        changes=tuple(sorted(changes, key=lambda change: (change.number, change.kind))),
        faults=tuple(sorted(faults, key=lambda fault: (fault.line, fault.column, fault.problem))),
        taken=tuple(sorted(taken, key=lambda line: line.number)),
        idle=tuple(sorted(judged.idle)),
        unmapped=tuple(sorted(judged.unmapped)),
    )


def _of_person(
    known: Known, member: Member | None, told: Sequence[OrderLine]
) -> tuple[Change | None, list[OrderLine], list[Fault]]:
    """Return the change of one person, the lines that count, and the faults of those that do not.

    A line that does nothing (to end what is not there, to move who has left) is refused, and the
    rest is laid again without it.
    """
    counted = list(told)
    faults: list[Fault] = []
    given = member.given if member else ()
    before = member.lines if member else ()
    while True:
        found = timeline(given, standing((*before, *counted)).values())
        idle = {
            line.number: found.idle[line.identity]
            for line in counted
            if line.identity in found.idle and line.correction is not Correction.CANCEL
        }
        idle = idle or _in_one_unit(found.posts, counted)
        if not idle:
            break
        faults += [
            Fault(
                line=number,
                column="発令区分",
                problem=problem,
                remedy="社員番号、発令区分と日付を人事に確かめてください",
            )
            for number, problem in sorted(idle.items())
        ]
        counted = [line for line in counted if line.number not in idle]
    if not counted:
        return None, [], faults
    after = matched(member.posts if member else (), found.posts)
    return _change(known, member, counted, after), counted, faults


def _in_one_unit(posts: Sequence[Post], counted: Sequence[OrderLine]) -> dict[int, str]:
    """Return the line that gives somebody two posts in one unit at one time, or else every line.

    Which of the two would carry a grant, nobody could say.
    """
    units = {
        one.seat.unit
        for n, one in enumerate(posts)
        for other in posts[:n]
        if one.seat.unit == other.seat.unit and _overlap(one, other)
    }
    if not units:
        return {}
    makes = [line for line in counted if line.unit in units]
    last = max(makes, key=lambda line: (line.effective_at, line.identity), default=None)
    problem = f"同じ組織（{'、'.join(sorted(units))}）に重なる発令になります"
    return {line.number: problem for line in ([last] if last else counted)}


def matched(now: Sequence[Post], wanted: Iterable[Post]) -> tuple[Post, ...]:
    """Return the wanted posts with the numbers of the appointments that they are.

    A post is the appointment of the same seat that begins with it, or else one that it overlaps.
    """
    free = {post.appointment: post for post in now}
    result: list[Post] = []
    later: list[Post] = []
    for post in sorted(wanted, key=_place):
        same = [
            number
            for number, held in free.items()
            if held.seat == post.seat
            and (number == post.appointment or (held.starts == post.starts))
        ]
        number = post.appointment if post.appointment in same else min(same, default=None, key=_key)
        if number is None:
            later.append(post)
        else:
            del free[number]
            result.append(replace(post, appointment=number))
    for post in later:
        near = [n for n, held in free.items() if held.seat == post.seat and _overlap(held, post)]
        number = min(near, default=None, key=_key)
        free.pop(number, None)
        result.append(replace(post, appointment=number))
    return tuple(sorted(result, key=_place))


def _key(number: int | None) -> int:
    return number or 0


def _place(post: Post) -> tuple[object, ...]:
    seat = post.seat
    return post.starts, seat.kind, seat.employer, seat.works_for, seat.unit, post.appointment or 0


def _overlap(one: Post, other: Post) -> bool:
    return (one.ends is None or other.starts < one.ends) and (
        other.ends is None or one.starts < other.ends
    )


def _change(
    known: Known, member: Member | None, told: Sequence[OrderLine], after: tuple[Post, ...]
) -> Change | None:
    before = {post.appointment: post for post in (member.posts if member else ())}
    standing_now: dict[int | None, Post] = {
        post.appointment: post for post in after if post.appointment is not None
    }
    told = sorted(told, key=lambda line: (line.effective_at, line.identity))
    wanted = [
        post
        for post in after
        if post.appointment is None or before[post.appointment].terms != post.terms
    ]
    wanted += [replace(post, terms=()) for n, post in before.items() if n not in standing_now]
    endings = tuple(
        Ending(appointment=number, at=ends)
        for number, post in sorted(before.items(), key=lambda pair: pair[0] or 0)
        if number is not None and (ends := _ends_earlier(post, standing_now.get(number)))
    )
    newest = told[-1]
    name = next((line.name for line in reversed(told) if line.name), member.name if member else "")
    kana = next((line.kana for line in reversed(told) if line.kana), member.kana if member else "")
    if wanted:
        kind = _kind(before, after, endings)
    elif member and (name, kana) != (member.name, member.kana):
        kind = ChangeKind.NAMED
    elif member and not _new_number(known, member, newest.employee_number):
        return None
    else:
        kind = ChangeKind.JOINED
    return Change(
        kind=kind,
        person=member.key if member else None,
        number=newest.employee_number,
        name=name,
        kana=kana,
        group_id=next((line.group_id for line in told if line.group_id), ""),
        lines=tuple(sorted(line.number for line in told)),
        at=_first_difference(before, standing_now, wanted) or newest.effective_at,
        before=tuple(before.values()),
        after=after,
        wanted=tuple(wanted),
        endings=endings,
        corrects=any(line.correction is not Correction.NEW for line in told),
    )


def _new_number(known: Known, member: Member, number: str) -> bool:
    return (known.company, number) not in member.numbers


def _kind(
    before: Mapping[int | None, Post], after: Sequence[Post], endings: Sequence[Ending]
) -> ChangeKind:
    if not before:
        return ChangeKind.JOINED
    if endings:
        open_before = any(post.ends is None for post in before.values())
        return (
            ChangeKind.LEFT
            if not after or (open_before and all(post.ends is not None for post in after))
            else ChangeKind.MOVED
        )
    if any(_lasts_longer(before[p.appointment], p) for p in after if p.appointment is not None):
        return ChangeKind.RESTORED
    if any(post.appointment is None for post in after):
        over = all(post.ends is not None for post in before.values())
        return ChangeKind.JOINED if over else ChangeKind.ADDED
    return ChangeKind.TITLE


def _ends_earlier(before: Post, after: Post | None) -> datetime | None:
    """Return when a post ends that was believed to last longer; its start where it never was."""
    if after is None:
        return before.starts
    if after.ends is not None and (before.ends is None or after.ends < before.ends):
        return after.ends
    return None


def _lasts_longer(before: Post, after: Post) -> bool:
    return before.ends is not None and (after.ends is None or after.ends > before.ends)


def _first_difference(
    before: Mapping[int | None, Post],
    after: Mapping[int | None, Post],
    wanted: Iterable[Post],
) -> datetime | None:
    """Return the first moment at which what is believed and what is wanted are not the same."""
    moments: set[datetime] = set()
    for post in wanted:
        was = before.get(post.appointment) if post.appointment is not None else None
        now = after.get(post.appointment) if post.appointment is not None else post
        sides = (set(was.terms) if was else set()) ^ (set(now.terms) if now else set())
        edges = {edge for term in sides for edge in (term.starts, term.ends) if edge is not None}
        moments |= {edge for edge in edges if _said(was, edge) != _said(now, edge)}
    return min(moments, default=None)


def _said(post: Post | None, at: datetime) -> tuple[str, frozenset[str]] | None:
    for term in post.terms if post else ():
        if term.starts <= at and (term.ends is None or at < term.ends):
            return term.title, term.flags
    return None


def _missing(known: Known, *, named: set[str]) -> list[Member]:
    return [member for member in known.members if member.posts and member.key not in named]


def _absences(
    known: Known, missing: Iterable[Member], *, as_of: datetime
) -> Iterable[tuple[Change, OrderLine | None]]:
    """Yield what happens to people whom a snapshot does not name.

    The first time they are stopped, which can be taken back; the second time their posts end.
    """
    for member in missing:
        if not any(_in_force(post, as_of) for post in member.posts):
            continue
        number = next((n for company, n in sorted(member.numbers) if company == known.company), "")
        if not member.absent:
            yield (
                Change(
                    kind=ChangeKind.ABSENT,
                    person=member.key,
                    number=number,
                    name=member.name,
                    kana=member.kana,
                    lines=(),
                    at=as_of,
                    before=member.posts,
                    after=member.posts,
                ),
                None,
            )
            continue
        line = line_of_absence(known.company, number, as_of=as_of)
        change, _, _ = _of_person(known, member, [line])
        if change:
            yield change, line


def _back(
    known: Known, *, named: set[str], as_of: datetime, told: Iterable[Change]
) -> Iterable[Change]:
    """Yield those whom the snapshot names again and who are stopped for their absence only."""
    changed = {change.person for change in told}
    for member in known.members:
        if member.absent and member.key in named and member.key not in changed:
            number = next((n for c, n in sorted(member.numbers) if c == known.company), "")
            yield Change(
                kind=ChangeKind.BACK,
                person=member.key,
                number=number,
                name=member.name,
                kana=member.kana,
                lines=(),
                at=as_of,
                before=member.posts,
                after=member.posts,
            )


def _in_force(post: Post, at: datetime) -> bool:
    return post.starts <= at and (post.ends is None or at < post.ends)
