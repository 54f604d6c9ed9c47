"""対象システム: the register, what it lacks, and who answers for each system."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from sekisho.accounts import issuing
from sekisho.accounts.units import words_of
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Appointment, AppointmentTerm, Company, Officer, System
from sekisho_web.accounts.queries.accounts import WITH_OFFICERS
from sekisho_web.accounts.queries.issuing import system_as_rule
from sekisho_web.accounts.signed_in import Hat

PAGE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One system of the register. defects: what it lacks (台帳不備)."""

    system: System
    officers: Sequence[Officer]
    defects: Sequence[Refusal]
    open_ids: int
    controls: str
    eligible: Sequence[str]


def listed(hat: Hat, *, words: str = "") -> QuerySet[System]:
    """Return the systems, those of the company of `hat` first, then by name.

    Other companies than the network company see their own systems and those their people use.
    """
    found = System.objects.all()
    if hat.company_kind != "network":
        found = found.filter(
            Q(owner__code=hat.company_code)
            | Q(accounts__person__appointments__employer__code=hat.company_code)
            | Q(officers__company__code=hat.company_code)
        ).distinct()
    if words:
        found = found.filter(Q(name__icontains=words) | Q(key__icontains=words))
    return found.select_related("owner").order_by("key")


def lines(found: Sequence[System], *, now: datetime) -> list[Line]:
    """Return each system with its officers, defects and number of IDs (four queries)."""
    keys = [system.pk for system in found]
    whole = {
        system.pk: system
        for system in System.objects.filter(pk__in=keys)
        .select_related("owner")
        .prefetch_related(WITH_OFFICERS)
        .annotate(open_ids=Count("accounts", filter=Q(accounts__closed_at=None)))
    }
    return [_line(whole[key], now=now) for key in keys]


def _line(system: System, *, now: datetime) -> Line:
    return Line(
        system=system,
        officers=[
            office
            for office in system.officers.all()
            if office.valid_to is None or office.valid_to > now
        ],
        defects=issuing.defects(system_as_rule(system), at=now),
        open_ids=getattr(system, "open_ids", 0),
        controls="、".join(str(System.Control(one).label) for one in system.controlled_by),
        eligible=[_in_words(line) for line in system.eligible],
    )


def _in_words(line: Mapping[str, Any]) -> str:
    """Return one line of who may get an ID (IDを持てる組織と発令) in words."""
    company, unit = line.get("company_kind", ""), line.get("unit_kind", "")
    named = [
        str(Company.Kind(company).label) if company in Company.Kind.values else str(company),
        words_of(str(unit)),
        str(line.get("unit") or ""),
    ]
    kinds = "・".join(str(Appointment.Kind(kind).label) for kind in line.get("kinds") or ())
    return "・".join(word for word in named if word) + (f"（{kinds}）" if kinds else "")


def one(hat: Hat, key: str) -> System:
    """Return a system that `hat` sees, with owner and officers. Raise 404 for any other."""
    found = listed(hat).filter(key=key).prefetch_related(WITH_OFFICERS).first()
    if found is None:
        raise Http404
    return found


def terms_to_choose(company: int, words: str, *, now: datetime) -> QuerySet[AppointmentTerm]:
    """Return the posts in force for the work of `company` that `words` finds, by number."""
    return (
        AppointmentTerm.objects.in_force(now=now)
        .filter(appointment__works_for=company)
        .filter(Q(person__name__icontains=words) | Q(person__code__iexact=words))
        .select_related("person", "unit__company", "appointment__works_for")
        .order_by("person__code", "pk")
    )
