"""What is left to clear up after an emergency (後始末), counted from the records themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

from sekisho.campaigns import findings
from sekisho.grants import closing as rule
from sekisho.grants import emergencies
from sekisho.grants.closing import Count, Item, Line
from sekisho_web.accounts.models import Account, Company
from sekisho_web.campaigns.models import Finding, Pledge
from sekisho_web.grants.models import ClosingItem, Emergency, Grant, Use
from sekisho_web.grants.queries import emergencies as queries
from sekisho_web.grants.queries import mobilising as facts

EXIT = "transfer_out"  # the pledge of who leaves: nothing kept, nothing used
OUTSIDE = (
    findings.Kind.OUTSIDE_AREA,
    findings.Kind.OUTSIDE_TIME,
    findings.Kind.WRONG_PERSON,
    findings.Kind.NO_GRANT,
    findings.Kind.OFF_PURPOSE,
    findings.Kind.MISPLACED,
    findings.Kind.DRILL_REAL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the list with its row. company: whose papers it is about, where it is of one."""

    item: ClosingItem
    line: Line
    company: Company | None

    @property
    def is_signed_for(self) -> bool:
        """Whether somebody signs for it; the rest is counted."""
        return self.line.item in rule.SIGNED

    @property
    def words(self) -> str:
        name = f"（{self.company.name}）" if self.company else ""
        return f"{rule.WORDS[self.line.item]}{name}"


def counts(one: Emergency, *, now: datetime) -> Mapping[Item, Count]:
    """Return what the records say of each thing that is counted (some twelve queries)."""
    grants = Grant.objects.filter(emergency=one)
    live = grants.usable(now=now).count()
    uses = Use.objects.filter(grant__emergency=one)
    running = uses.filter(during__contains=now).count()
    entered = len(facts.helping_now(one)) if not live else 0
    total = grants.count() + uses.count()
    ids = facts.temporary_ids(one)
    closed = ids.filter(closed_at__isnull=False).count() - facts.unverified_ids(one).count()
    loans = facts.loans_of(one)
    back = loans.filter(returned_at__isnull=False)
    outside = Finding.objects.filter(kind__in=OUTSIDE, key__startswith=f"{one.code} ")
    return {
        Item.STOPPED: Count(total=total + entered, done=total - live - running),
        Item.ACCOUNTS: Count(total=ids.count(), done=closed),
        Item.PLEDGES: _pledges(one),
        Item.RETURNED: Count(total=loans.count(), done=back.count()),
        Item.WIPED: Count(total=loans.count(), done=back.filter(wiped_at__isnull=False).count()),
        Item.RECONCILED: Count(
            total=outside.count(), done=outside.filter(closed_at__isnull=False).count()
        ),
        Item.DOSSIER: Count(total=1, done=int(one.dossiers.exists())),
    }


def checklist(one: Emergency, *, now: datetime) -> Sequence[Line]:
    """Return the list of `one` as the records stand at `now`; of one that runs on: nothing."""
    ended_at = emergencies.ends_at(queries.as_rule(one), now)
    if ended_at is None or ended_at > now:
        return ()
    signed = one.items.filter(kind__in=[item.value for item in rule.SIGNED]).exclude(proof={})
    return rule.checklist(
        emergencies.Kind(one.kind),
        ended_at=ended_at,
        counts=counts(one, now=now),
        signed=[(Item(kind), subject) for kind, subject in signed.values_list("kind", "subject")],
        companies=queries.companies_of(one),
    )


def entries(one: Emergency, *, now: datetime) -> Sequence[Entry]:
    """Return the list with its rows; nothing before it was laid out."""
    rows = {(row.kind, row.subject): row for row in one.items.select_related("done_by")}
    companies = {
        company.code: company
        for company in Company.objects.filter(code__in=[subject for _, subject in rows])
    }
    return [
        Entry(item=row, line=line, company=companies.get(line.subject))
        for line in checklist(one, now=now)
        if (row := rows.get((line.item.value, line.subject))) is not None
    ]


def open_words(one: Emergency, *, now: datetime, at_review: bool = False) -> Sequence[str]:
    """Return what is still open, in words; what was never laid out is open too."""
    lines = checklist(one, now=now)
    names = dict(
        Company.objects.filter(code__in=[line.subject for line in lines]).values_list(
            "code", "name"
        )
    )
    named = (replace(line, subject=names.get(line.subject, line.subject)) for line in lines)
    return rule.open_items(named, at_review=at_review)


def open_ids(one: Emergency) -> Sequence[Account]:
    """Return the temporary IDs that are open, or not yet seen to be closed in their target."""
    either = Q(pk__in=facts.open_ids(one).values("pk")) | Q(
        pk__in=facts.unverified_ids(one).values("pk")
    )
    return list(Account.objects.filter(either).select_related("system", "person").order_by("pk"))


def _pledges(one: Emergency) -> Count:
    """Return how many helpers there are, and how many are done with the exit pledge of their post.

    It is signed; or it was refused, and the second line has closed the finding about that.
    """
    helpers = one.supporters.filter(appointment__isnull=False)
    subjects = {
        str(post): f"{EXIT}:{person}:{post}"
        for person, post in helpers.values_list("person_id", "appointment_id")
    }
    given = Pledge.objects.filter(template=EXIT, subject__in=subjects)
    signed = set(given.filter(answer="signed").values_list("subject", flat=True))
    refused = set(given.filter(answer="refused").values_list("subject", flat=True)) - signed
    answered = Finding.objects.filter(
        kind=findings.Kind.PLEDGE_REFUSED,
        key__in=[subjects[subject] for subject in refused],
        closed_at__isnull=False,
    )
    return Count(total=len(subjects), done=len(signed) + answered.values("key").distinct().count())
