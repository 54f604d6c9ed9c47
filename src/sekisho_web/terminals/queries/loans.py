"""What is lent (貸与中): to whom, until when, and what should have come back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from sekisho.terminals import loans as rule
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.terminals.models import Loan, Loss

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One loan. late: None where it is not due yet, or is back."""

    loan: Loan
    late: rule.Lateness | None


def out() -> QuerySet[Loan]:
    """Return the loans whose terminals are out: neither back nor written off as lost."""
    gone = Loss.objects.filter(
        device=OuterRef("device"), outcome="written_off", closed_at__gte=OuterRef("starts_at")
    )
    return Loan.objects.filter(~Exists(gone), returned_at=None, due_at__isnull=False)


def overdue_loans(now: datetime, *, owner: str | None = None) -> list[Line]:
    """Return the loans whose terminals should have come back, the latest first (one query).

    owner: 事業者符号 of the company whose terminals are meant; None: of all.
    """
    found = out().filter(due_at__lte=now)
    if owner is not None:
        found = found.filter(device__owner__code=owner)
    return lines(found.select_related("device", "person").order_by("due_at", "pk"), now=now)


def overdue_seen_by(hat: Hat, *, now: datetime) -> list[Line]:
    """Return what should have come back, as everybody of the companies concerned sees it.

    Of another company's terminals and people nothing is told: whoever lent it, and whoever
    employs the borrower, sees the line. A third sees none.
    """
    return lines(listed(hat, of="overdue", now=now), now=now)


def count_overdue(now: datetime) -> int:
    """Return how many terminals should have come back (one query)."""
    return out().filter(due_at__lte=now).count()


def open_loans(occasion: str) -> QuerySet[Loan]:
    """Return the loans of an emergency or engagement that are not done: out, or not yet wiped.

    What was written off as lost is done with; its loss is a finding of its own.
    """
    gone = Loss.objects.filter(
        device=OuterRef("device"), outcome="written_off", closed_at__gte=OuterRef("starts_at")
    )
    return (
        Loan.objects.filter(Q(returned_at=None) | Q(wiped_at=None), occasion=occasion)
        .filter(~Exists(gone), due_at__isnull=False)
        .select_related("device", "person", "returned_to")
        .order_by("device__number", "pk")
    )


def of_occasion(occasion: str) -> QuerySet[Loan]:
    """Return every loan of an emergency or engagement, in the order of their terminals."""
    return (
        Loan.objects.filter(occasion=occasion)
        .select_related("device", "person", "returned_to", "wiped_by")
        .order_by("device__number", "starts_at", "pk")
    )


def listed(hat: Hat, *, of: str, now: datetime) -> QuerySet[Loan]:
    """Return the loans that `hat` sees, by what is asked for.

    of: out 貸与中 · overdue 返却遅れ · back 消去待ち · done 終わったもの.
    The network company sees those of its terminals, another company those of its own people.
    """
    seen = Q(device__owner__code=hat.company_code)
    seen |= Q(person__appointments__employer__code=hat.company_code)
    if hat.company_kind == "network":
        seen |= Q(device__owner__principal__code=hat.company_code)
    if of == "overdue":
        found = out().filter(due_at__lte=now)
    elif of == "back":
        found = Loan.objects.filter(returned_at__isnull=False, wiped_at=None)
    elif of == "done":
        found = Loan.objects.filter(wiped_at__isnull=False)
    else:
        found = out()
    return (
        found.filter(pk__in=Loan.objects.filter(seen).values("pk"))
        .select_related("device__owner", "person", "returned_to", "wiped_by")
        .order_by("due_at", "pk")
    )


def lines(found: Iterable[Loan], *, now: datetime) -> list[Line]:
    return [Line(loan=loan, late=_late(loan, now=now)) for loan in found]


def _late(loan: Loan, *, now: datetime) -> rule.Lateness | None:
    if loan.returned_at is not None or loan.due_at is None:
        return None
    return rule.lateness(loan.due_at, now=now)


def numbers_out(people: Sequence[int]) -> dict[int, list[str]]:
    """Return the numbers of the terminals that each of `people` has out (one query)."""
    found: dict[int, list[str]] = {}
    for person, number in (
        out().filter(person__in=people).values_list("person_id", "device__number")
    ):
        found.setdefault(person, []).append(number)
    return found
