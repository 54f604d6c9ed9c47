"""Sessions begin and end. One person has one at a time, and what ended never goes on.

A row that is deleted ends a session at its next request. The epoch of the person ends it too, for
a request that is running and would write it back: an older epoch opens nothing. Both are done
together, in one transaction, under the lock of the person.
"""

from collections.abc import Collection
from datetime import datetime

from django.contrib.auth import HASH_SESSION_KEY
from django.db import models, transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.http import HttpRequest
from django.utils import timezone

from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts import sessions
from sekisho_web.accounts.models import Person, Session, SignIn
from sekisho_web.accounts.operations import signals
from sekisho_web.accounts.queries.passwords import refusal_to_keep
from sekisho_web.accounts.signed_in import (
    USE,
    came_by_the_demo,
    has_two_factors,
    methods_of,
    person_of,
)
from sekisho_web.frame.addresses import client_address
from sekisho_web.frame.follows import ask
from sekisho_web.ledger import operations as ledger

SHORTEST_NOTE = 4


class CannotEnd(Exception):
    """A session may not be ended so."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


@transaction.atomic
def begin_session(request: HttpRequest) -> None:
    """Make the session of the person who has just signed in the only one they have.

    Its row stands when this returns, so that whoever ends the person's sessions finds it.
    Somebody who was stopped, or whose password was changed, since they were recognised gets a
    session that opens nothing.
    """
    person, now = person_of(request), timezone.now()
    current = Person.objects.select_for_update().get(pk=person.pk)
    recognised = current.get_session_auth_hash() == person.get_session_auth_hash()
    others = Session.objects.filter(person=person).exclude(session_key=_kept(request))
    ended = _end(others, because=SignIn.End.ELSEWHERE, now=now)
    if recognised:
        _next_epoch(current)
        person.session_epoch = current.session_epoch
        request.session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    device = getattr(request, "device", None)
    sign_in = SignIn.objects.create(
        person=person,
        began_at=now,
        seen_at=now,
        device=device.number if device else "",
        holder_id=next(iter(ask("terminal_holder", number=device.number, at=now)), None)
        if device
        else None,
        address=client_address(request) or None,
        methods=",".join(sorted(methods_of(request))),
    )
    request.session[sessions.BEGAN] = request.session[sessions.SEEN] = now.isoformat()
    request.session[sessions.TERMINAL] = sign_in.device
    request.session[sessions.ADDRESS] = sign_in.address
    request.session[sessions.SIGN_IN] = sign_in.pk
    request.session.pop(USE, None)
    if (due := refusal_to_keep(current, now=now)) and not came_by_the_demo(request):
        request.session[sessions.PASSWORD_DUE] = str(due)
    request.session.save()
    if ended:
        ledger.append(
            kind=Kind.LOGIN,
            actor=person,
            subject=person,
            at=now,
            details={"ended_sessions": ended, "because": "ほかの場所で新しく入った"},
        )
    signals.look_at_the_last(person=person, now=now)
    ledger.record_sign_in(
        person=person,
        at=now,
        method="multi_factor" if has_two_factors(request) else "single_factor",
        address=client_address(request),
        device=sign_in.device or None,
    )


@transaction.atomic
def end_sessions(
    *,
    person: Person | int,
    because: SignIn.End = SignIn.End.STOPPED,
    now: datetime | None = None,
    by: Person | None = None,
    note: str = "",
) -> int:
    """End every session of `person`, for good, and return how many there were.

    by, note: somebody else who ends it, and why; the database asks for both.
    """
    current = Person.objects.select_for_update().get(pk=getattr(person, "pk", person))
    _next_epoch(current)
    return _end(
        Session.objects.filter(person=current),
        because=because,
        now=now or timezone.now(),
        by=by,
        note=note,
    )


@transaction.atomic
def end_sessions_of(
    people: Collection[int],
    *,
    because: SignIn.End,
    now: datetime,
    by: Person | None = None,
    note: str = "",
) -> int:
    """End every session of all these people, for good, and return how many there were.

    by, note: as `end_sessions`. Five queries, however many people.
    """
    keys = sorted(set(people))
    list(Person.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    Person.objects.filter(pk__in=keys).update(session_epoch=F("session_epoch") + 1)
    rows = Session.objects.filter(person__in=keys)
    return _end(rows, because=because, now=now, by=by, note=note)


@transaction.atomic
def end_others(request: HttpRequest, *, because: SignIn.End, now: datetime) -> int:
    """End every session of the person but the one in hand, which goes on; return how many."""
    person = person_of(request)
    current = Person.objects.select_for_update().get(pk=person.pk)
    _next_epoch(current)
    ended = _end(
        Session.objects.filter(person=current).exclude(session_key=_kept(request)),
        because=because,
        now=now,
    )
    person.session_epoch = current.session_epoch
    request.session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    return ended


@transaction.atomic
def end_sessions_on(*, device: str, because: SignIn.End, now: datetime) -> int:
    """End every session on the terminal `device`, for good, and return how many there were."""
    open_ones = Session.objects.filter(device=device).exclude(person=None)
    people = sorted(set(open_ones.values_list("person_id", flat=True)))
    return sum(end_sessions(person=pk, because=because, now=now) for pk in people if pk)


def refusal_to_end(*, by: Person, person: Person, note: str) -> Refusal | None:
    """Return why `by` may not end the sessions of `person`, or None; their scope is known."""
    if by.pk == person.pk:
        return Refusal(
            reason="自分の利用は、この操作では終わらせません", remedy="サインアウトしてください"
        )
    if len(note.strip()) < SHORTEST_NOTE:
        return Refusal(
            reason="終わらせる理由が書かれていません",
            remedy="なぜ終わらせるのかを書いてください",
        )
    return None


@transaction.atomic
def end_anothers(*, person: Person, by: Person, note: str, now: datetime) -> int:
    """End the sessions of `person`, enter it in the ledger, and return how many there were.

    Raises CannotEnd where the rule refuses (one's own, no reason).
    """
    if refusal := refusal_to_end(by=by, person=person, note=note):
        raise CannotEnd(refusal)
    ended = end_sessions(person=person, because=SignIn.End.ENDED, now=now, by=by, note=note.strip())
    ledger.append(
        kind=Kind.ACCOUNT_STOP,
        actor=by,
        subject=person,
        at=now,
        details={"act": "セッションを終わらせる", "ended_sessions": ended, "reason": note.strip()},
    )
    return ended


@transaction.atomic
def end_own(request: HttpRequest, *, because: SignIn.End, now: datetime) -> None:
    """Note that the session in hand is over; whoever calls signs the person out."""
    if known := request.session.get(sessions.SIGN_IN):
        SignIn.objects.filter(pk=known, ended_at=None).update(
            ended_at=Greatest(F("began_at"), Value(now)), ended_because=because
        )


def forget_expired(*, now: datetime) -> int:
    """Delete the rows of sessions that nobody can open any more, and return how many."""
    forgotten, _ = Session.objects.filter(expire_date__lte=now).delete()
    return forgotten


def note_use(request: HttpRequest, *, now: datetime) -> None:
    """Note that the session in hand is in use, and as which post. Called once a minute."""
    request.session[sessions.SEEN] = now.isoformat()
    if known := request.session.get(sessions.SIGN_IN):
        post = (request.session.get(USE) or {}).get("post")
        SignIn.objects.filter(pk=known, ended_at=None).update(seen_at=now, hat=post)


@transaction.atomic
def note_address(request: HttpRequest, *, now: datetime) -> None:
    """Enter in the ledger that the session in hand goes on from another address."""
    before, after = request.session[sessions.ADDRESS], client_address(request)
    request.session[sessions.ADDRESS] = after
    ledger.append(
        kind=Kind.LOGIN,
        actor=person_of(request),
        subject=person_of(request),
        at=now,
        details={"act": "利用中に場所が変わった", "before": before, "after": after},
    )


def _next_epoch(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(session_epoch=F("session_epoch") + 1)
    person.session_epoch += 1


def _end(
    rows: models.QuerySet[Session],
    *,
    because: SignIn.End,
    now: datetime,
    by: Person | None = None,
    note: str = "",
) -> int:
    """Delete `rows`, note in their sign-ins how they ended, and return how many there were."""
    known = list(rows.values_list("session_key", "sign_in_id"))
    SignIn.objects.filter(pk__in=[pk for _, pk in known if pk], ended_at=None).update(
        ended_at=Greatest(F("began_at"), Value(now)),
        ended_because=because,
        ended_by=by,
        note=note,
    )
    ended, _ = Session.objects.filter(pk__in=[key for key, _ in known]).delete()
    return ended


def _kept(request: HttpRequest) -> str:
    return sessions.kept(request.session.session_key or "")
