"""What the page of a person says of their sign-ins: open sessions, signs of lending, locks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest

from sekisho.accounts.signals import Signal
from sekisho_web.accounts.models import Person, Session
from sekisho_web.accounts.queries import sessions, signals, tries
from sekisho_web.accounts.signed_in import Hat

MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIns:
    live: Session | None
    signals: Sequence[Signal]
    locked: Sequence[tries.Locked]


def about(
    person: Person, request: HttpRequest, *, hat: Hat | None, now: datetime
) -> SignIns | None:
    """Return what stands of `person` now and in the last 30 days, or None outside the hat's scope.

    Seven queries, however many sign-ins.
    """
    own = sessions.in_scope(hat, now=now).filter(pk=person.pk)
    if not own.exists():
        return None
    return SignIns(
        live=sessions.live(own, now=now).first(),
        signals=signals.of(person, since=now - MONTH, now=now),
        locked=tries.of(person, request, now=now),
    )
