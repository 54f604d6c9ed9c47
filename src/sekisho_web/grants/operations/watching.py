"""What becomes visible by itself as time passes: ended emergencies, overdue clearing up.

Nothing depends on it: an emergency ends whether this runs or not. It lays out the closing list,
closes temporary IDs, tells whoever answers for an open exception every day, and lets what is
overdue become a finding. It may run as often as one likes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from sekisho.grants import notices
from sekisho.grants.emergencies import LONGEST_TERM, Kind, State
from sekisho.terms.days import day_in_japan, jst_day
from sekisho_web.accounts.models import AppointmentTerm
from sekisho_web.campaigns.models import Finding
from sekisho_web.frame.follows import tell
from sekisho_web.grants.models import Emergency, Notice
from sekisho_web.grants.operations import closing, mobilising
from sekisho_web.grants.operations.notices import write
from sekisho_web.grants.queries import closing as facts
from sekisho_web.grants.queries import emergencies as queries

MORNING = timedelta(hours=9)
THIRD_LINE_AFTER = timedelta(days=7)  # overdue for so long: the third line is told as well


def watch(*, now: datetime) -> Mapping[str, int]:
    """Do what is due at `now`, emergency by emergency; return what was done, by its name."""
    done = {"begun": 0, "overdue": 0, "exceptions": 0}
    for code in Emergency.objects.filter(reviewed_at=None).values_list("code", flat=True):
        for name, count in _watch_one(code, now=now).items():
            done[name] += count
    return done


@transaction.atomic
def _watch_one(code: str, *, now: datetime) -> Mapping[str, int]:
    one = queries.one(code)
    line = queries.line_of(one, now=now)
    begun = overdue = exceptions = 0
    if line.state is State.ENDED:
        mobilising.stand_down(emergency=one, at=line.ends_at or now, by=None, now=now)
        closing.begin(emergency=one, now=now)
        begun = 1
    elif line.state in (State.CLOSING, State.CLOSED):
        closing.refresh(emergency=one, now=now)
    if line.state in (State.ENDED, State.CLOSING):
        overdue = _overdue(queries.one(code), now=now)
    if one.kind == Kind.FAILURE and one.closed_at is None and line.state is not State.PREPARED:
        exceptions = _exception(line, now=now)
    return {"begun": begun, "overdue": overdue, "exceptions": exceptions}


def _overdue(one: Emergency, *, now: datetime) -> int:
    """Let what is overdue be a finding, and tell commander, second line and then third line."""
    late = [each for each in facts.entries(one, now=now) if each.line.is_overdue(now)]
    for entry in late:
        key = f"{one.code} {entry.item.kind} {entry.item.subject}".strip()
        if _was_told("closing_overdue", key, now=now):
            continue
        tell(
            "finding",
            kind="closing_overdue",
            key=key,
            sentence=f"{one.code} の後始末「{entry.words}」が期限を過ぎています"
            f"（期限 {day_in_japan(entry.item.due_at):%Y-%m-%d}）。",
            subject=one.code,
            at=now,
        )
    if late:
        longest = max(now - entry.item.due_at for entry in late)
        people = [*_answering(one), *_line_of(one, 2, now=now)]
        if longest >= THIRD_LINE_AFTER:
            people += _line_of(one, 3, now=now)
        _remind(people, kind=notices.Kind.CLOSING, about=one.code, now=now)
    return len(late)


def _exception(line: queries.Line, *, now: datetime) -> int:
    """Remind every day whoever answers for an open exception; one that is extended is a finding."""
    one = line.emergency
    people = _answering(one)
    begins = line.begins_at
    if begins is not None and now - begins > LONGEST_TERM:
        people = [*people, *_line_of(one, 2, now=now)]
        if not _was_told("exception_open", one.code, now=now):
            tell(
                "finding",
                kind="exception_open",
                key=one.code,
                sentence=f"障害時の暫定利用 {one.code} が {line.days} 日、開いています"
                f"（いまは{line.words}）。",
                subject=one.code,
                at=now,
            )
    return _remind(people, kind=notices.Kind.EXCEPTION, about=one.code, now=now)


def _was_told(kind: str, key: str, *, now: datetime) -> bool:
    """Return whether the finding is open and was counted today: once a day is enough."""
    today = jst_day(day_in_japan(now))
    return Finding.objects.filter(
        kind=kind, key=key, closed_at=None, last_seen_at__gte=today
    ).exists()


def _remind(people: Sequence[int], *, kind: notices.Kind, about: str, now: datetime) -> int:
    """Plan one notice a person and day, at nine in the morning in Japan; return the new ones."""
    morning = jst_day(day_in_japan(now)) + MORNING
    due = morning if now >= morning else morning - timedelta(days=1)
    known = set(
        Notice.objects.filter(kind=kind.value, about=about, due_at=due).values_list(
            "person", flat=True
        )
    )
    fresh = [person for person in dict.fromkeys(people) if person not in known]
    write(people=fresh, kind=kind, about=about, due_at=due)
    return len(fresh)


def _answering(one: Emergency) -> list[int]:
    """Return the keys of commander and conduct officer."""
    both = (one.commander, one.conduct_officer)
    return [each.person_id for each in both if each is not None]


def _line_of(one: Emergency, line: int, *, now: datetime) -> list[int]:
    """Return the keys of the people on that line of defence in the company of `one`, in post."""
    terms = AppointmentTerm.objects.in_force(now=now).filter(
        unit__company=one.owner_id, unit__line=line
    )
    return list(terms.order_by("person").values_list("person", flat=True).distinct())
