"""What goes on in an emergency now: who is in, what is out, what was opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Count

from sekisho.grants import emergencies as rule
from sekisho_web.accounts.models import Account, Person
from sekisho_web.campaigns.models import Finding
from sekisho_web.grants.models import Emergency, Grant, Supporter, Use
from sekisho_web.grants.queries import emergencies as queries
from sekisho_web.grants.queries import mobilising as facts
from sekisho_web.grants.queries.closing import OUTSIDE
from sekisho_web.ledger import queries as ledger
from sekisho_web.terminals.models import Loan

MOST = 200  # lines of each list; the numbers count all
SHORTLY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The numbers and lists of one moment."""

    at: datetime
    helpers: int  # called and not yet gone
    entered: Sequence[Person]  # of them, who has a session as a helper
    grants: int
    uses: int
    ids: int
    out: int
    lent: Sequence[Loan]
    overdue: int
    findings: Sequence[Finding]
    companies: Sequence[tuple[str, int]]

    @property
    def waits(self) -> int:
        """How many were called and have not entered."""
        return max(0, self.helpers - len(self.entered))


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What the helpers did in the systems, by the ledger: shown, nothing found, refused."""

    shown: int = 0
    nothing: int = 0
    refused: int = 0


def board(one: Emergency, *, now: datetime) -> Board:
    """Return the board of `one` at `now` (eleven queries, however many helpers)."""
    helpers = Supporter.objects.filter(emergency=one, starts_at__lte=now, ends_at__gt=now)
    out = facts.loans_out(one)
    entered = list(Person.objects.filter(pk__in=facts.helping_now(one)).order_by("code"))
    by_company = (
        helpers.filter(appointment__isnull=False)
        .values_list("appointment__employer__name")
        .annotate(count=Count("pk"))
        .order_by("appointment__employer__name")
    )
    return Board(
        at=now,
        helpers=helpers.count(),
        entered=entered,
        grants=Grant.objects.filter(emergency=one).usable(now=now).count(),
        uses=Use.objects.filter(grant__emergency=one, during__contains=now).count(),
        ids=facts.open_ids(one).count(),
        out=out.count(),
        lent=list(out.select_related("device", "person").order_by("due_at", "pk")[:MOST]),
        overdue=out.filter(due_at__lte=now).count(),
        findings=list(
            Finding.objects.filter(
                kind__in=OUTSIDE, key__startswith=f"{one.code} ", closed_at=None
            ).order_by("-last_seen_at")[:MOST]
        ),
        companies=[(name, count) for name, count in by_company],
    )


def looks(one: Emergency, *, reader: AbstractBaseUser, now: datetime) -> Looks:
    """Return what the helpers did so far, counted in the ledger; that it was read is recorded.

    Nobody and no customer is in it. Raise NotRecorded where the reading was not recorded.
    """
    begins = rule.begins_at(queries.as_rule(one), now)
    people = sorted(set(one.supporters.values_list("person_id", flat=True)))
    grants = set(Grant.objects.filter(emergency=one).values_list("pk", flat=True))
    shown = nothing = refused = 0
    for system in one.systems if begins is not None and people else ():
        assert begins is not None  # noqa: S101 - there is no system in the loop otherwise
        for look in ledger.tried(
            system=system, people=people, since=begins, until=now + SHORTLY, reader=reader, now=now
        ):
            refused += look.is_refused
            if look.grant in grants and not look.is_refused:
                shown, nothing = shown + bool(look.rows), nothing + (not look.rows)
    return Looks(shown=shown, nothing=nothing, refused=refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """One helper as the page of an emergency shows them."""

    supporter: Supporter
    company: str
    accounts: Sequence[Account]
    loan: Loan | None


def helpers(one: Emergency, supporters: Sequence[Supporter]) -> Sequence[Helper]:
    """Return the helpers of one page of the list (two queries)."""
    accounts: Mapping[int, list[Account]] = {}
    found = facts.temporary_ids(one).filter(
        appointment__in=[each.appointment_id for each in supporters]
    )
    for account in found.select_related("system").order_by("pk"):
        accounts.setdefault(account.appointment_id or 0, []).append(account)  # type: ignore[attr-defined]
    loans = {
        loan.person_id: loan
        for loan in facts.loans_of(one)
        .filter(person__in=[each.person_id for each in supporters])
        .select_related("device")
        .order_by("pk")
    }
    return [
        Helper(
            supporter=each,
            company=each.appointment.employer.name if each.appointment else "—",
            accounts=accounts.get(each.appointment_id or 0, []),
            loan=loans.get(each.person_id),
        )
        for each in supporters
    ]
