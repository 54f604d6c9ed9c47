"""受け取った記録と突合結果: what was received, what came of it, which days are unknown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.http import Http404

from sekisho.grants.reconciling.classes import ABOUT, GOES_TO, WHY, Class, Why
from sekisho.grants.reconciling.receipt import Stretch, due_at, unreceived
from sekisho.terms.days import day_in_japan
from sekisho_links.grants.foreign_logs import Source, source_of
from sekisho_web.accounts.models import Account, System
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.grants.models import ForeignLog, Reconciliation, Use, Verdict

NETWORK = "network"
PAGE = 50
A_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a system stands. due_on: from which day the next log is missing."""

    system: System
    source: Source
    users: int
    last_on: date | None
    due_on: date
    is_missing: bool
    wrong: int  # lines of the newest runs that are not as they should be


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One class of a run, beside the other run's number."""

    code: str
    word: str
    means: str
    goes_to: str
    lines: int
    before: int | None
    is_high: bool

    @property
    def differs(self) -> bool:
        return self.before is not None and self.before != self.lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """The lines of one class under one ID: how many, from when to when, how many objects."""

    word: str
    kind: str
    code: str
    lines: int
    first: datetime | None
    last: datetime | None
    things: int
    addresses: int
    is_high: bool


def systems(hat: Hat) -> QuerySet[System]:
    """Return the systems whose records are only read; none for other companies than the network's.

    Which of them a record can be received of is said by `source_of`.
    """
    found = System.objects.filter(controlled_by__contains=[System.Control.LOG_ONLY])
    return found.order_by("key") if hat.company_kind == NETWORK else found.none()


def system_at(hat: Hat, key: str) -> System:
    """Return one of them that has a declaration, or raise 404."""
    found = systems(hat).filter(key=key).first()
    if found is None or source_of(key) is None:
        raise Http404
    return found


def standings(hat: Hat, *, now: datetime) -> Sequence[Standing]:
    """Return where each system stands whose records are declared (four queries a system)."""
    return [
        standing(system, source, now=now)
        for system in systems(hat)
        if (source := source_of(system.key)) is not None
    ]


def standing(system: System, source: Source, *, now: datetime) -> Standing:
    received = received_of(system)
    began = expected_from(system, now=now)
    due = due_at(received, began=began, rhythm_days=source.rhythm_days)
    users = Account.objects.filter(system=system, closed_at=None).count()
    return Standing(
        system=system,
        source=source,
        users=users,
        last_on=max((one.last for one in received), default=None),
        due_on=due,
        is_missing=bool(users) and due <= day_in_japan(now),
        wrong=wrong_lines(system),
    )


def received_of(system: System) -> Sequence[Stretch]:
    """Return the days of which a record of the system itself was received."""
    rows = ForeignLog.objects.filter(system=system, kind=ForeignLog.Kind.LOG)
    return [Stretch(first=f, last=e) for f, e in rows.values_list("first_on", "last_on")]


def expected_from(system: System, *, now: datetime) -> date:
    """Return the day from which records are expected: of the first record, else of a month ago.

    Before the first one nobody had promised any.
    """
    first = ForeignLog.objects.filter(system=system).order_by("first_on").first()
    if first is not None:
        return first.first_on
    return day_in_japan(max(system.registered_at or now - A_YEAR, now - A_YEAR))


def unknown_days(system: System, *, now: datetime) -> Sequence[Stretch]:
    """Return the stretches up to yesterday of which nothing is known."""
    first, last = expected_from(system, now=now), day_in_japan(now) - timedelta(days=1)
    return unreceived(received_of(system), first=first, last=last) if first <= last else []


def logs(system: System) -> QuerySet[ForeignLog]:
    """Return the records without their bytes, the newest days first."""
    found = ForeignLog.objects.filter(system=system).defer("data").select_related("received_by")
    return found.order_by("-last_on", "-pk")


def log_at(hat: Hat, pk: int) -> ForeignLog:
    """Return one record of a system that `hat` sees, or raise 404."""
    found = ForeignLog.objects.defer("data").select_related("system", "received_by")
    one = found.filter(pk=pk, system__in=systems(hat)).first()
    if one is None:
        raise Http404
    return one


def newest_runs(system: System) -> QuerySet[Reconciliation]:
    """Return the last run over each record."""
    last = ForeignLog.objects.filter(system=system).annotate(last=Max("runs__pk"))
    return Reconciliation.objects.filter(pk__in=last.values("last"))


def wrong_lines(system: System) -> int:
    """Return how many lines of the newest runs are not matched (one query)."""
    totals = newest_runs(system).values_list("totals", flat=True)
    return sum(n for one in totals for code, n in one.items() if code != Class.MATCHED)


def with_runs(found: Sequence[ForeignLog]) -> Sequence[tuple[ForeignLog, Reconciliation | None]]:
    """Return each record with its last run (one query)."""
    runs = Reconciliation.objects.filter(log__in=[log.pk for log in found]).order_by("pk")
    last = {run.log_id: run for run in runs}
    return [(log, last.get(log.pk)) for log in found]


def runs_of(log: ForeignLog) -> Sequence[Reconciliation]:
    """Return every run over a record, the newest first."""
    return list(log.runs.select_related("run_by").order_by("-pk"))


def counted(run: Reconciliation, before: Reconciliation | None) -> Sequence[Counted]:
    """Return every class of a run beside that of another; a class without lines as 0."""
    return [
        Counted(
            code=one.value,
            word=about.word,
            means=about.means,
            goes_to=GOES_TO[about.goes_to],
            lines=run.totals.get(one.value, 0),
            before=before.totals.get(one.value, 0) if before else None,
            is_high=about.high,
        )
        for one, about in ABOUT.items()
    ]


def verdicts(run: Reconciliation, *, kind: str = "") -> QuerySet[Verdict]:
    """Return the lines of a run with their classes, in the order of the record."""
    found = run.verdicts.select_related("line", "use", "grant__person").order_by("line__no")
    return found.filter(kind=kind) if kind in ABOUT else found


def changed(
    run: Reconciliation, before: Reconciliation, *, most: int
) -> Sequence[tuple[Verdict, str]]:
    """Return lines to which `run` gives another class than `before`, with the class then."""
    found = (
        Verdict.objects.filter(run=run, line__verdicts__run=before)
        .exclude(kind=F("line__verdicts__kind"))
        .select_related("line")
        .order_by("line__no")[:most]
    )
    lines = list(found)
    then = dict(
        before.verdicts.filter(line__in=[one.line_id for one in lines]).values_list(
            "line_id", "kind"
        )
    )
    return [(one, ABOUT[Class(then[one.line_id])].word) for one in lines]


def unused(run: Reconciliation) -> QuerySet[Use]:
    """Return the uses that were approved and of which no line tells."""
    found = Use.objects.filter(pk__in=run.of_uses.get("which", []))
    return found.select_related("grant", "person").order_by("pk")


def why(verdict: Verdict) -> str:
    """Return the nearer reason of a class in words; how far beside the use, where that is it."""
    words = WHY.get(Why(verdict.why), "")
    if words or verdict.beside in (None, 0):
        return words
    seconds = abs(verdict.beside or 0)
    where = "利用の終わりのあと" if (verdict.beside or 0) > 0 else "利用の始まりの前"
    return f"{where} {_long(seconds)}"


def _long(seconds: int) -> str:
    if seconds < 120 * 60:
        minutes, rest = divmod(seconds, 60)
        return f"{minutes}分{rest:02d}秒" if minutes else f"{rest}秒"
    return f"約{seconds / 3600:.0f}時間"


def by_account(system: System, *, classes: Sequence[str]) -> Sequence[Suspect]:
    """Return the lines of the newest runs by class and ID, the gravest and most first."""
    found = (
        Verdict.objects.filter(run__in=newest_runs(system), kind__in=classes)
        .values("kind", "line__code")
        .annotate(
            lines=Count("pk"),
            first=Min("line__at"),
            last=Max("line__at"),
            things=Count("line__thing", distinct=True, filter=~Q(line__thing="")),
            addresses=Count("line__address", distinct=True, filter=~Q(line__address="")),
        )
    )
    order = list(ABOUT)
    rows = [
        Suspect(
            word=ABOUT[Class(row["kind"])].word,
            kind=row["kind"],
            code=row["line__code"],
            lines=row["lines"],
            first=row["first"],
            last=row["last"],
            things=row["things"],
            addresses=row["addresses"],
            is_high=ABOUT[Class(row["kind"])].high,
        )
        for row in found
    ]
    return sorted(
        rows, key=lambda one: (not one.is_high, order.index(Class(one.kind)), -one.lines, one.code)
    )
