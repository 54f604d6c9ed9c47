"""Sessions begin and end. One person has one at a time."""

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from sekisho.ledger.leaves import Kind
from sekisho_web.accounts.models import Person, Session
from sekisho_web.accounts.signed_in import USE, has_two_factors, person_of
from sekisho_web.frame.addresses import client_address
from sekisho_web.ledger import operations as ledger


@transaction.atomic
def begin_session(request: HttpRequest) -> None:
    """Make the session of the person who has just signed in the only one they have."""
    person, now = person_of(request), timezone.now()
    ended = end_sessions(person=person, but=request.session.session_key)
    request.session["began_at"] = request.session["seen_at"] = now.isoformat()
    device = getattr(request, "device", None)
    request.session["terminal"] = device.number if device else ""
    request.session.pop(USE, None)
    if ended:
        ledger.append(
            kind=Kind.LOGIN,
            actor=person,
            subject=person,
            at=now,
            details={"ended_sessions": ended, "because": "ほかの場所で新しく入った"},
        )
    ledger.record_sign_in(
        person=person,
        at=now,
        method="multi_factor" if has_two_factors(request) else "single_factor",
        address=client_address(request),
        device=request.session["terminal"] or None,
    )


def end_sessions(*, person: Person, but: str | None = None) -> int:
    """Delete the sessions of `person` and return how many there were."""
    ended, _ = Session.objects.filter(person=person).exclude(session_key=but).delete()
    return ended
