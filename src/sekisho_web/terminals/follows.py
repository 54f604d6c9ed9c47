"""What the apps below ask about terminals, and what they tell."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from sekisho_web.accounts.models import in_force
from sekisho_web.terminals.models import Device, Loan
from sekisho_web.terminals.operations import watching


def terminal_holder(*, number: str, at: datetime) -> int | None:
    """Return the key of the person who has the terminal at `at`: who borrowed it, or its keeper.

    None where it is nobody's own. A lent terminal is the borrower's, whoever keeps it, until it is
    back: also when it is late.
    """
    late = Q(starts_at__lte=at, due_at__isnull=False) & (
        Q(returned_at=None) | Q(returned_at__gt=at)
    )
    borrowed = Loan.objects.filter(
        late | in_force(at, starts="starts_at", ends="ends_at"), device__number=number
    )
    borrower = borrowed.values_list("person_id", flat=True).order_by("-starts_at", "-pk").first()
    if borrower is not None:
        return borrower
    return Device.objects.filter(number=number).values_list("keeper_id", flat=True).first()


def pledge_subject(*, kind: str, code: str, person: int) -> Mapping[str, Any] | None:
    """Return what a pledge about a loan is about: an open loan of that person, or None."""
    if kind != "loan" or not (code.isascii() and code.isdigit() and len(code) < 19):
        return None
    loan = (
        Loan.objects.filter(pk=int(code), person=person, returned_at=None)
        .select_related("device")
        .first()
    )
    if loan is None:
        return None
    number = loan.device.number
    return {
        "kind": kind, "code": code, "said": f"端末 {number}", "places": {"terminal": number},
    }  # fmt: skip


def pledges_asked(
    *, people: Collection[int] | None, now: datetime
) -> Iterator[tuple[int, str, str, str, datetime]]:
    """Yield the pledge of who has a terminal on loan: person, template, subject, words, since.

    In an emergency and for an engagement the pledges of these say the same.
    """
    out = Q(due_at__isnull=False) | Q(ends_at=None) | Q(ends_at__gt=now)
    loans = Loan.objects.filter(out, returned_at=None, occasion="")
    if people is not None:
        loans = loans.filter(person__in=list(people))
    for pk, person, number, since in loans.values_list(
        "pk", "person_id", "device__number", "starts_at"
    ):
        yield person, "terminal_loan", str(pk), f"端末 {number}", since


def night(*, now: datetime) -> None:
    """Look for terminals that did not come back, and for those that stand wrongly."""
    watching.look_at_all(now=now)
