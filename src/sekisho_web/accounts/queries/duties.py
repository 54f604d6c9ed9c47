"""職務の対応: what a title in a unit means, and where nobody has said it yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from sekisho.accounts.orders import Flag
from sekisho_web.accounts.models import AppointmentTerm, Company, UnitMapping

WORDS = {
    Flag.SPECIFIED_NETWORK.value: "特定送配電等業務",
    Flag.KEY_RETAIL.value: "小売等で重要な役割",
    Flag.OFFICER.value: "役員",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One title in one unit. people: in such a post now. said: None where nobody has said it."""

    unit: str
    name: str
    title: str
    people: int
    said: Sequence[str] | None


def lines(company: Company, *, now: datetime) -> Sequence[Line]:
    """Return the titles of the company's units, what nobody has said first (two queries)."""
    said = {
        (one.unit.code, one.title): [WORDS.get(flag, flag) for flag in one.flags]
        for one in UnitMapping.objects.filter(unit__company=company).select_related("unit")
    }
    rows = (
        AppointmentTerm.objects.in_force(now=now)
        .filter(unit__company=company)
        .values_list("unit__code", "unit__name", "title")
        .annotate(people=Count("pk"))
        .order_by("unit__code", "title")
    )
    found = [
        Line(
            unit=code,
            name=name,
            title=title,
            people=people,
            said=said.get((code, title), said.get((code, ""))),
        )
        for code, name, title, people in rows
    ]
    return sorted(found, key=lambda line: line.said is not None)
