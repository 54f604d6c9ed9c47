"""Signs that an ID was lent: looked for at each sign-in, and once more at night."""

from datetime import datetime, timedelta

from sekisho.accounts.signals import a_day_and_person
from sekisho_web.accounts.models import Person, SignIn
from sekisho_web.accounts.queries import signals
from sekisho_web.frame.follows import tell

KIND = "lent_id"
BACK = timedelta(hours=24)  # a session is at most 12 hours long


def look_at(*, person: Person, now: datetime) -> int:
    """Open a finding where today's sign-ins of `person` cannot be theirs alone; return how many.

    One finding a person and Japanese day, whatever is seen and however often. Its sentences name
    nobody; who it is about is told by its subject, the person's own number in this house.
    """
    found = [
        signal for signal in signals.of(person, since=now - BACK, now=now) if signal.at > now - BACK
    ]
    days = a_day_and_person(found)
    for (_, day), seen in days.items():
        tell(
            "finding",
            kind=KIND,
            key=f"{person.pk}:{day}",
            sentence="。".join(dict.fromkeys(signal.sentence for signal in seen)) + "。",
            at=now,
            subject=person.code,
        )
    return len(days)


def look_at_all(*, now: datetime) -> int:
    """Look at everybody who signed in during the last day: what was learnt late is seen then."""
    people = SignIn.objects.filter(began_at__gt=now - BACK).values("person")
    return sum(
        look_at(person=person, now=now)
        for person in Person.objects.filter(pk__in=people).order_by("pk")
    )
