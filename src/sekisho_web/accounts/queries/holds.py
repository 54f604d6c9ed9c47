"""停止: what is stopped, why, since when, and who may let it go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import Http404

from sekisho.accounts.holds import WHO_LIFTS, Reason
from sekisho_web.accounts.models import Hold, Person, in_force
from sekisho_web.accounts.queries.scope import own_ids, own_people
from sekisho_web.accounts.signed_in import Hat

PAGE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One stop, in words."""

    hold: Hold
    target: str
    who_lifts: str
    person: Person | None
    waits: bool  # for the second line to confirm that it may go


def listed(hat: Hat, *, now: datetime, is_open: bool, reason: str = "") -> QuerySet[Hold]:
    """Return the stops that the company of `hat` sees, the last first."""
    seen = (
        own_people(hat, to="person__")
        | own_ids(hat, to="account__")
        | own_people(hat, to="authenticator__person__")
        | own_people(hat, to="grant__person__")
        | Q(device__owner__code=hat.company_code)
    )
    found = Hold.objects.filter(pk__in=Hold.objects.filter(seen).values("pk"))
    running = in_force(now, starts="starts_at", ends="ends_at")
    found = found.filter(running) if is_open else found.exclude(running)
    if reason:
        found = found.filter(reason=reason)
    return found.select_related(
        "person",
        "account__system",
        "account__person",
        "authenticator__person",
        "device",
        "grant__person",
        "placed_by",
        "lifted_by",
        "confirmation",
    ).order_by("-starts_at", "-pk")


def lines(found: Sequence[Hold]) -> list[Line]:
    """Return each stop in words (no query)."""
    return [
        Line(
            hold=hold,
            target=target,
            person=person,
            who_lifts=WHO_LIFTS[Reason(hold.reason)],
            waits=hold.reason == Hold.Reason.REVIEW and not hasattr(hold, "confirmation"),
        )
        for hold in found
        for target, person in [target_of(hold)]
    ]


def target_of(hold: Hold) -> tuple[str, Person | None]:
    """Return what `hold` stops, in words, and whom."""
    if hold.person is not None:
        return "本人のすべての利用", hold.person
    if hold.account is not None:
        return f"{hold.account.system.name}のID {hold.account.code}", hold.account.person
    if hold.authenticator is not None:
        return f"認証器 {hold.authenticator.name}", hold.authenticator.person
    if hold.device is not None:
        return f"端末 {hold.device.number}", None
    if hold.grant is not None:
        return f"利用許可 {hold.grant.code}", hold.grant.person
    return "—", None


def one(hat: Hat, pk: int, *, now: datetime) -> Hold:
    """Return an open stop that `hat` sees. Raise 404 for any other."""
    found = listed(hat, now=now, is_open=True).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
