"""What is asked about engagements (委託): how each stands, what stops it, what is still out."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db.models import Prefetch, Q, QuerySet

from sekisho.grants import engagements as rule
from sekisho.terms.periods import Period
from sekisho_links import shipped
from sekisho_web.accounts.models import (
    Account,
    AppointmentTerm,
    Company,
    Person,
    Push,
    System,
    in_force,
)
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.grants.models import Engagement, EngagementAnswer, EngagementTerm, EngagementWorker
from sekisho_web.terminals.queries.loans import open_loans

PAGE = 50
CHECKLIST = "contractor_checklist.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the check with its last answer; None where nobody has answered."""

    item: rule.Item
    answer: EngagementAnswer | None

    @property
    def is_open(self) -> bool:
        """Whether it stops the work: a gate without a yes."""
        return self.item.stops and (
            self.answer is None or self.answer.verdict != EngagementAnswer.Verdict.YES
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One engagement, as it stands now."""

    row: Engagement
    state: rule.State
    is_late: bool
    blocked: int

    @property
    def words(self) -> str:
        return rule.WORDS[self.state]

    @property
    def is_red(self) -> bool:
        return self.is_late or self.state is rule.State.SUSPENDED


@cache
def checklist() -> Sequence[rule.Item]:
    """Return the check of contractors as it ships, read once."""
    path = shipped("content", CHECKLIST)
    return rule.read(path.read_text(encoding="utf-8-sig"), place=CHECKLIST)


@cache
def item_classes() -> Sequence[str]:
    """Return the classes of items (項目区分) that can be handed over, without the row itself."""
    text = shipped("tables", "項目区分.csv").read_text(encoding="utf-8-sig")
    return [row["項目区分"] for row in csv.DictReader(io.StringIO(text)) if row["種別"] == "項目"]


def contractors(hat: Hat) -> QuerySet[Company]:
    """Return the companies that do the work of the company of `hat`."""
    return Company.objects.filter(principal__code=hat.company_code).order_by("code")


def seen_by(hat: Hat) -> QuerySet[Engagement]:
    """Return the engagements that the company of `hat` entrusts or carries out, newest first."""
    mine = Q(entruster__code=hat.company_code) | Q(contractor__code=hat.company_code)
    return (
        Engagement.objects.filter(mine)
        .select_related("entruster", "contractor", "parent", "owner__person")
        .prefetch_related(
            Prefetch("terms", EngagementTerm.objects.order_by("valid_from")),
            Prefetch("answers", EngagementAnswer.objects.order_by("answered_at", "pk")),
        )
        .order_by("-prepared_at", "-pk")
    )


def standings(rows: Iterable[Engagement], *, now: datetime) -> Sequence[Standing]:
    """Return how each of `rows` stands (no query where they are prefetched)."""
    found = []
    for row in rows:
        one = as_rule(row)
        found.append(
            Standing(
                row=row,
                state=rule.state_of(one, now),
                is_late=rule.is_late(one, now),
                blocked=len(rule.stops(checklist(), verdicts(row))),
            )
        )
    return found


def as_rule(row: Engagement) -> rule.Engagement:
    """Return `row` as the rules look at it."""
    return rule.Engagement(
        entruster=row.entruster.code,
        contractor=row.contractor.code,
        entruster_kind=row.entruster.kind,
        contractor_kind=row.contractor.kind,
        basis=row.basis,
        item_classes=frozenset(row.item_classes),
        has_owner=row.owner_id is not None,
        serves_both=row.serves_both,
        depth=_depth(row),
        subcontract_approved=row.subcontract_approved_by_id is not None,
        prepared_by=str(row.prepared_by_id),
        checked_at=row.checked_at,
        suspended_at=row.suspended_at,
        ending_at=row.ending_at,
        closed_at=row.closed_at,
        terms=tuple(
            Period(starts=term.valid.lower, ends=term.valid.upper) for term in row.terms.all()
        ),
    )


def verdicts(row: Engagement) -> Mapping[str, rule.Answer]:
    """Return the last answer to each line of the check."""
    return {one.item: rule.Answer(one.verdict) for one in _in_order(row)}


def lines(row: Engagement) -> Sequence[Line]:
    """Return the whole check with its last answers."""
    last = {one.item: one for one in _in_order(row)}
    return [Line(item=item, answer=last.get(item.code)) for item in checklist()]


def workers(row: Engagement) -> QuerySet[EngagementWorker]:
    """Return the roster, those who came last first."""
    return row.workers.select_related("person", "account").order_by("-valid_from", "-pk")


def elsewhere(person: Person, *, period: Period, but: Engagement) -> Sequence[rule.Engagement]:
    """Return the engagements on whose rosters `person` stands within `period`, but this one."""
    found = (
        EngagementWorker.objects.filter(person=person)
        .filter(Q(valid_to=None) | Q(valid_to__gt=period.starts))
        .exclude(engagement=but)
        .select_related("engagement__entruster", "engagement__contractor", "engagement__parent")
    )
    if period.ends is not None:
        found = found.filter(valid_from__lt=period.ends)
    return [as_rule(one.engagement) for one in found]


def left(row: Engagement) -> rule.Open:
    """Return what is still out (three queries)."""
    ids = Account.objects.filter(pk__in=row.workers.exclude(account=None).values("account"))
    return rule.Open(
        ids=ids.filter(closed_at=None).count(),
        unverified=Push.objects.filter(account__in=ids.exclude(closed_at=None))
        .exclude(state__in=("verified", "closed"))
        .count(),
        terminals=open_loans(row.code).count(),
    )


def candidates(row: Engagement, *, now: datetime) -> QuerySet[AppointmentTerm]:
    """Return the posts of people of the contractor who do the work of who entrusts it."""
    return (
        AppointmentTerm.objects.filter(in_force(now))
        .filter(unit__company=row.contractor, appointment__works_for=row.entruster)
        .exclude(person__in=row.workers.filter(in_force(now)).values("person"))
        .select_related("person", "unit", "appointment")
        .order_by("person__kana", "person__code")
    )


def accounts_of(person: Person, row: Engagement) -> QuerySet[Account]:
    """Return the open IDs of `person` for the work of who entrusts it, in its systems."""
    return Account.objects.filter(
        person=person, works_for=row.entruster, system__key__in=row.systems, closed_at=None
    )


def systems_of(hat: Hat) -> QuerySet[System]:
    """Return the systems of the company of `hat`: what may be entrusted."""
    return System.objects.filter(owner__code=hat.company_code).order_by("key")


def _in_order(row: Engagement) -> Iterable[EngagementAnswer]:
    return sorted(row.answers.all(), key=lambda one: (one.answered_at, one.pk))


def _depth(row: Engagement) -> int:
    """Return how far below another engagement `row` stands; one too deep is deep enough."""
    depth, above = 0, row.parent
    while above is not None and depth <= rule.DEEPEST:
        depth, above = depth + 1, above.parent
    return depth
