"""What an approver reads before signing, and what they signed before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sekisho.accounts.classes import ON_RELIEF
from sekisho.grants import requests as rules
from sekisho.policy.treatment import Treatment
from sekisho.reports.permitted import DISASTER, DRILL, ORDINARY, permitted
from sekisho.reports.pictures.stations import lasting
from sekisho.terms.days import day_in_japan, jst_day
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Account, AppointmentTerm, Person
from sekisho_web.accounts.signed_in import viewer_of
from sekisho_web.grants.models import Decision, Grant, Request, Use
from sekisho_web.grants.queries import deciders, look_backs, telling
from sekisho_web.grants.queries import requests as queries
from sekisho_web.policy import versions

LAST_USES, UNUSED_DAYS = 5, 90
QUICK = timedelta(seconds=3)
CIRCUMSTANCES = {"disaster": DISASTER, "drill": DRILL}


def queue(*, person: Person, appointment: int, now: datetime) -> list[telling.Line]:
    """Return what this hat may answer now, each request once, the newest first."""
    found = deciders.waiting(person=person, appointment=appointment, now=now)
    rows = {each.request.pk: each.request for each in found}
    names, units = telling.names_of_systems(), _units(rows.values(), now=now)
    return [
        telling.line(one, now=now, names=names, unit=units.get(one.appointment_id, ""))
        for one in rows.values()
    ]


def _units(rows: Iterable[Request], *, now: datetime) -> dict[int, str]:
    appointments = [one.appointment_id for one in rows]
    terms = AppointmentTerm.objects.in_force(now=now).filter(appointment__in=appointments)
    return {
        term.appointment_id: f"{term.unit.company.name} {term.unit.name}"
        for term in terms.select_related("unit__company")
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, as far as the approver needs it."""

    name: str
    posts: Sequence[str]
    viewer_class: str
    last_used_at: datetime | None
    unused: int


def asker(one: Request, *, now: datetime) -> Asker:
    """Return who asks: posts in force, the class of viewer of this hat, last use (four queries)."""
    terms = list(
        AppointmentTerm.objects.in_force(now=now)
        .filter(person=one.asked_by)
        .select_related("unit__company", "appointment")
        .order_by("valid_from", "pk")
    )
    last = (
        Account.objects.filter(person=one.asked_by, system=one.system, last_used_at__isnull=False)
        .order_by("-last_used_at")
        .values_list("last_used_at", flat=True)
    )
    return Asker(
        name=one.asked_by.name,
        posts=[
            f"{term.unit.company.name} {term.unit.name} {term.title}"
            f"（{term.appointment.get_kind_display()}）"
            for term in terms
        ],
        viewer_class=_viewer(one, terms),
        last_used_at=last.first(),
        unused=_unused(one, now=now),
    )


def _viewer(one: Request, terms: Sequence[AppointmentTerm]) -> str:
    if one.emergency is not None and one.emergency.kind == "disaster":
        own = [term for term in terms if term.appointment_id == one.appointment_id]
        if not own or own[0].unit.company.kind != "network":
            return ON_RELIEF.name
    for term in terms:
        if term.appointment_id == one.appointment_id:
            found = viewer_of(term)
            return found.name if found else ""
    return ""


def _unused(one: Request, *, now: datetime) -> int:
    """Return how many approvals of the last ninety days ended without any use."""
    since = now - timedelta(days=UNUSED_DAYS)
    return Grant.objects.filter(
        person=one.asked_by, request__isnull=False, valid_to__gte=since, valid_to__lte=now,
        uses=None, uses_max__isnull=False,
    ).count()  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    name: str
    item: str
    cells: Sequence[Treatment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shows:
    """What the use could show at most. why: where there is nothing to show, the reason."""

    columns: Sequence[str] = ()
    rows: Sequence[Row] = ()
    hidden: int = 0
    counts: str = ""
    why: str = ""


def shows(one: Request, *, viewer: str) -> Shows:
    """Return fields and treatments of the decision table that is live, for this request."""
    system = versions.live().systems.get(one.system_id)
    if system is None:
        return Shows(why="このシステムには判定表がありません。関門は何も見せません。")
    kind = one.emergency.kind if one.emergency else ""
    found = permitted(
        system,
        viewer=viewer,
        purpose=one.purpose,
        mode=one.mode,
        circumstance=CIRCUMSTANCES.get(kind, ORDINARY),
    )
    if not found.lines:
        return Shows(why="いまの判定表では、承認しても、この業務と目的に見える項目がありません。")
    return Shows(
        columns=found.columns,
        rows=[
            Row(name=line.field.name, item=line.field.item, cells=line.cells)
            for line in found.lines
        ],
        hidden=found.hidden,
        counts=found.in_words,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class UseLine:
    began_at: datetime
    lasted: str
    purpose: str
    looked: str


def last_uses(one: Request, *, now: datetime) -> list[UseLine]:
    """Return the last five uses of the same person in the same system (one query)."""
    found = (
        Use.objects.filter(person=one.asked_by, grant__system=one.system_id)
        .select_related("grant", "look_back")
        .order_by("-began_at", "-pk")[:LAST_USES]
    )
    return [
        UseLine(
            began_at=use.began_at,
            lasted=lasting(min(use.ends_at, now) - use.began_at),
            purpose=use.grant.purpose,
            looked=str(use.look_back.get_answer_display()) if hasattr(use, "look_back") else "",
        )
        for use in found
    ]


def remarks(one: Request) -> list[str]:
    """Return what an approver should look at twice."""
    said, found = queries.rule_of(one), []
    if rules.is_repeated(said.reason, queries.recent_reasons(one.asked_by, before=one.pk)):
        found.append("理由が、同じ人の前の三つの申請のどれかと、一字も違いません。")
    if not Account.objects.filter(
        person=one.asked_by, system=one.system, closed_at=None
    ).exists() and not said.helpers:  # fmt: skip
        found.append("申請した人のIDが、申請の後に廃止されています。")
    return found


def blocked(person: Person, one: Request, *, now: datetime) -> Refusal | None:
    """Return why `person` must first look back at what they approved; None: they need not."""
    if one.mode != Grant.Kind.PER_USE:
        return None
    return look_backs.refusal_to_decide(person, in_emergency=one.emergency is not None, now=now)


# 私の承認 ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One answer that somebody signed."""

    at: datetime
    code: str
    asker: str
    system: str
    verdict: str
    is_quick: bool
    window: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What somebody signed in one month."""

    lines: Sequence[Decided]
    approved: int
    denied: int
    quick: int
    unused: int


def month(person: Person, first: date, *, now: datetime) -> Month:
    """Return what `person` signed in the month that begins with `first` (three queries)."""
    rows = list(queries.decided_by(person, since=jst_day(first), until=jst_day(after(first))))
    lines = [_decided(one) for one in rows]
    approved = [one for one in rows if one.verdict == Decision.Verdict.APPROVE]
    unused = Grant.objects.filter(
        request__in=[one.request_id for one in approved], uses_max__isnull=False, valid_to__lte=now,
        uses=None,
    )  # fmt: skip
    return Month(
        lines=lines,
        approved=len(approved),
        denied=len(rows) - len(approved),
        quick=sum(line.is_quick for line in lines),
        unused=unused.count(),
    )


def _decided(one: Decision) -> Decided:
    return Decided(
        at=one.decided_at,
        code=one.request.code,
        asker=one.request.asked_by.name,
        system=one.request.system.name,
        verdict=str(one.get_verdict_display()),
        is_quick=one.decided_at - one.opened_at < QUICK,
        window=telling.window_of(one),
        digest=bytes(one.digest).hex(),
    )


def after(first: date) -> date:
    """Return the first day of the month after."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def before(first: date) -> date:
    """Return the first day of the month before."""
    return (first - timedelta(days=1)).replace(day=1)


def month_of(typed: str, *, now: datetime) -> date:
    """Return the month that an address asks for (2027-01), or this one."""
    this = day_in_japan(now).replace(day=1)
    try:
        found = date.fromisoformat(f"{typed}-01")
    except ValueError:
        return this
    return min(found, this)
