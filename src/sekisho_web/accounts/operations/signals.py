"""Signs that an ID was lent: looked for at each sign-in, and once more at night."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sekisho.accounts.signals import Signal, a_day_and_person
from sekisho.accounts.signals import signals as signals_in
from sekisho_web.accounts.models import Person, SignIn
from sekisho_web.accounts.queries import signals
from sekisho_web.frame.follows import tell

KIND = "lent_id"
BACK = timedelta(hours=24)  # a session is at most 12 hours long


def look_at_the_last(*, person: Person, now: datetime) -> int:
    """Open a finding where the last sign-in of `person` cannot be theirs alone; return how many.

    One finding a person and Japanese day, whatever is seen and however often. Its sentences name
    nobody; who it is about is told by its subject, the person's own number in this house.
    """
    stays = signals.stays(person, since=now - BACK, now=now)
    seen = signals_in(stays)
    new = {signal.day for signal in seen if signal.stays[-1] == stays[-1].key}
    return _tell(person, [signal for signal in seen if signal.day in new], now=now)


def look_at_all(*, now: datetime) -> int:
    """Look at all sign-ins of the last day: what was learnt late is seen then; return how many."""
    known = SignIn.objects.filter(began_at__gt=now - BACK).values("person")
    people = Person.objects.filter(pk__in=known).order_by("pk")
    return sum(
        _tell(person, signals.of(person, since=now - BACK, now=now), now=now) for person in people
    )


def _tell(person: Person, seen: Sequence[Signal], *, now: datetime) -> int:
    days = a_day_and_person(seen)
    for (_, day), of_the_day in days.items():
        tell(
            "finding",
            kind=KIND,
            key=f"{person.pk}:{day}",
            sentence="。".join(dict.fromkeys(one.sentence for one in of_the_day)) + "。",
            at=now,
            subject=person.code,
        )
    return len(days)
