"""求めの記録 as lists: everything for the second line, one's own for whoever noted it."""

from datetime import date, datetime

from django.db.models import Q, QuerySet

from sekisho.terms.days import day_in_japan, jst_day
from sekisho_web.accounts.models import Company, Person, System
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.grants.models import Asking

PAGE = 30
SECOND_LINE = 2
APRIL = 4


def sees_all(hat: Hat) -> bool:
    """Return whether this hat reads what was asked of everybody: lines 2 and 3 of the network."""
    return hat.company_kind == "network" and hat.line is not None and hat.line >= SECOND_LINE


def listed(hat: Hat, person: Person, *, answer: str = "") -> QuerySet[Asking]:
    """Return the askings that this hat may read, the newest first.

    answer: "" all, "open" those that wait, or one of the answers.
    """
    found = Asking.objects.select_related("company", "asked_by", "asked_of", "judged_by", "request")
    if not sees_all(hat):
        found = found.filter(Q(asked_of=person) | Q(asked_by=person))
    if answer:
        found = found.filter(answer="" if answer == "open" else answer)
    return found.order_by("-asked_at", "-pk")


def counts(*, now: datetime) -> dict[str, int]:
    """Return how many wait, and how many this fiscal year (年度) saw (three queries)."""
    this_year = Asking.objects.filter(asked_at__gte=jst_day(year_begins(day_in_japan(now))))
    return {
        "open": Asking.objects.filter(answer="").count(),
        "year": this_year.count(),
        "prohibited": this_year.filter(answer=Asking.Answer.PROHIBITED).count(),
    }


def year_begins(day: date) -> date:
    """Return the first day of the fiscal year (年度) in which `day` lies: 1 April."""
    return date(day.year if day.month >= APRIL else day.year - 1, APRIL, 1)


def companies() -> list[tuple[str, str]]:
    """Return the companies that may have asked: everybody but the network's own side."""
    found = Company.objects.exclude(kind__in=["network", "network_contractor"])
    return list(found.order_by("kind", "name").values_list("code", "name"))


def systems(hat: Hat) -> list[tuple[str, str]]:
    """Return the systems of the company of this hat."""
    found = System.objects.filter(owner__code=hat.company_code).order_by("key")
    return list(found.values_list("key", "name"))
