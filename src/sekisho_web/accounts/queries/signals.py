"""What is known of somebody's sign-ins, and the signs in it that their ID was lent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from django.conf import settings

from sekisho.accounts import signals as rule
from sekisho_links.accounts.places import places
from sekisho_web.accounts.models import AppointmentTerm, Person, SignIn

ON_LEAVE = "on_leave"  # 職務の印: 休職


def of(person: Person, *, now: datetime, since: datetime | None = None) -> Sequence[rule.Signal]:
    """Return the signs in the sign-ins of `person` that their ID was lent, oldest first.

    since: the earliest sign-in that is looked at; None for all. Two queries.
    """
    return rule.signals(stays(person, now=now, since=since))


def stays(person: Person, *, now: datetime, since: datetime | None = None) -> Sequence[rule.Stay]:
    """Return the sign-ins of `person` until `now` as the rules see them, oldest first."""
    rows = SignIn.objects.filter(person=person, began_at__lte=now).order_by("began_at", "pk")
    if since is not None:
        rows = rows.filter(began_at__gt=since)
    posts = list(
        AppointmentTerm.objects.filter(person=person).values_list("valid", "flags").order_by("pk")
    )
    named = _places(str(settings.SEKISHO_HOME))
    return [
        rule.Stay(
            key=row.pk,
            person=str(person.pk),
            began_at=row.began_at,
            seen_at=row.seen_at,
            ended_at=row.ended_at,
            device=row.device,
            place=rule.place_of(row.address or "", places=named),
            holder=str(row.holder_id) if row.holder_id else None,
            on_leave=_on_leave(posts, row.began_at),
        )
        for row in rows
    ]


def _on_leave(posts: Sequence[tuple[object, Sequence[str]]], at: datetime) -> bool:
    """Return whether each post that runs at `at` is on leave, and there is one."""
    flags = [flags for valid, flags in posts if _holds(valid, at)]
    return bool(flags) and all(ON_LEAVE in known for known in flags)


def _holds(valid: object, at: datetime) -> bool:
    lower, upper = getattr(valid, "lower", None), getattr(valid, "upper", None)
    return lower is not None and lower <= at and (upper is None or at < upper)


@cache
def _places(home: str) -> Mapping[IPv4Network | IPv6Network, str]:
    return places(Path(home))
