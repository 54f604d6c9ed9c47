"""紛失: which terminals are lost, who had them, and what they showed before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from sekisho.terminals.losses import LOOKED_AT_DAYS
from sekisho_links.ledger.recorder import Receipt
from sekisho_web.accounts.models import Person, SignIn, in_force
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.ledger import shown as ledger
from sekisho_web.ledger import words
from sekisho_web.terminals.models import Device, Loan, Loss
from sekisho_web.terminals.queries.registers import seen_by

PAGE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record that was shown, in words. classes: 項目区分 of what was really shown."""

    at: datetime
    system: str
    record: str
    owner: str
    classes: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a terminal showed. erased: records whose details are gone by now."""

    since: datetime
    until: datetime
    looks: int
    records: Sequence[Record]
    erased: int


def listed(hat: Hat, *, is_open: bool) -> QuerySet[Loss]:
    """Return the losses of terminals that `hat` sees, the newest first."""
    found = Loss.objects.filter(device__in=seen_by(hat), closed_at__isnull=is_open)
    return found.select_related("device", "reported_by").order_by("-reported_at", "-pk")


def own_terminals(person: Person, *, now: datetime) -> list[Device]:
    """Return the terminals that `person` has: borrowed now, or kept (one query)."""
    borrowed = Loan.objects.filter(person=person, returned_at=None, starts_at__lte=now)
    borrowed = borrowed.filter(Q(due_at__isnull=False) | Q(ends_at=None) | Q(ends_at__gt=now))
    mine = Q(pk__in=borrowed.values("device")) | Q(keeper=person)
    return list(Device.objects.filter(in_force(now)).filter(mine).order_by("number"))


def holder_of(device: Device, *, now: datetime) -> Person | None:
    """Return who has `device` by the register: who borrowed it, else its keeper (two queries)."""
    borrowed = Loan.objects.filter(device=device, returned_at=None, starts_at__lte=now)
    borrowed = borrowed.filter(Q(due_at__isnull=False) | Q(ends_at=None) | Q(ends_at__gt=now))
    loan = borrowed.select_related("person").order_by("-starts_at").first()
    return loan.person if loan else device.keeper


def users_of(loss: Loss) -> list[Person]:
    """Return who signed in on the terminal in the days before the report (one query)."""
    found = SignIn.objects.filter(
        device=loss.device.number, began_at__lte=loss.reported_at, seen_at__gte=_since(loss)
    )
    return list(Person.objects.filter(pk__in=found.values("person")).order_by("code"))


def shown_on(loss: Loss, *, reader: Person, now: datetime) -> tuple[Receipt, Seen]:
    """Return the receipt of this reading, and what the terminal showed in the days before.

    Raise NotRecorded where the reading was not recorded.
    """
    since, until = _since(loss), loss.reported_at + timedelta(seconds=1)
    receipt, looks = ledger.shown_on(
        device=loss.device.number,
        people=[person.pk for person in users_of(loss)],
        since=since,
        until=until,
        reader=reader,
        now=now,
    )
    records = [
        Record(
            at=look.at,
            system=words.system(look.said["sys"]),
            record=str(part.get("record", part.get("subject", ""))),
            owner=words.OWNERS.get(part.get("owner", ""), ""),
            classes=list(
                dict.fromkeys(
                    words.item_class(look.said["sys"], name) for name in part.get("items", {})
                )
            ),
        )
        for look in looks
        if not look.is_refused
        for part in look.customers
    ]
    return receipt, Seen(
        since=since,
        until=loss.reported_at,
        looks=sum(not look.is_refused for look in looks),
        records=records,
        erased=sum(look.erased for look in looks),
    )


def _since(loss: Loss) -> datetime:
    return loss.reported_at - timedelta(days=LOOKED_AT_DAYS)
