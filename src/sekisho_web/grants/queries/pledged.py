"""Which pledges emergencies and engagements ask for, and what these are about."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from sekisho_web.accounts.models import in_force
from sekisho_web.grants.models import Emergency, EngagementWorker, Supporter

RELIEF, CONTRACTOR = "disaster_relief", "contractor"  # templates of pledges

Asked = tuple[int, str, str, str, datetime]  # person, template, subject, in words, since


def subject(*, kind: str, code: str, person: int) -> Mapping[str, Any] | None:
    """Return what a pledge of a person is about, or None where it is nothing of theirs.

    A helper pledges for an emergency on whose roster they stand; a worker of a contractor for an
    engagement on whose roster they stand.
    """
    if kind == "emergency":
        one = Emergency.objects.filter(code=code, supporters__person=person).first()
        line = Supporter.objects.filter(emergency=one, person=person).first() if one else None
        if one is None or line is None:
            return None
        return {
            "kind": kind,
            "code": one.code,
            "said": f"{one.cause}（{one.code}）",
            "places": {"event": one.cause},
            "appointment": line.appointment_id,
        }
    if kind == "engagement":
        worker = (
            EngagementWorker.objects.filter(engagement__code=code, person=person)
            .select_related("engagement")
            .first()
        )
        if worker is None:
            return None
        return {
            "kind": kind,
            "code": worker.engagement.code,
            "said": f"{worker.engagement.work}（{worker.engagement.code}）",
            "places": {"work": worker.engagement.work},
            "appointment": worker.appointment_id,
        }
    return None


def asked(*, people: Collection[int] | None, now: datetime) -> Iterator[Asked]:
    """Yield the pledges that helpers and workers have to give (two queries)."""
    whose = Q() if people is None else Q(person__in=list(people))
    helpers = Supporter.objects.filter(whose, ends_at__gt=now)
    for person, code, cause, since in helpers.values_list(
        "person_id", "emergency__code", "emergency__cause", "starts_at"
    ):
        yield person, RELIEF, code, f"{cause}（{code}）", since
    workers = EngagementWorker.objects.filter(whose, in_force(now), engagement__closed_at=None)
    for person, code, work, since in workers.values_list(
        "person_id", "engagement__code", "engagement__work", "valid_from"
    ):
        yield person, CONTRACTOR, code, f"{work}（{code}）", since
