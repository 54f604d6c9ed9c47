"""What 突合 reads: which targets are due, the last runs, and the differences of one."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Q

from sekisho.accounts.reconciling import WORDS, Class
from sekisho.terms.days import day_in_japan, jst_day
from sekisho_web.accounts.models import Account, Reconciliation, Target

AT = time(2)  # in Japan
RUNS = 60  # of the list


def due(*, now: datetime) -> Iterator[Target]:
    """Yield the targets that are to be compared at `now`: asked for, or not since 2 at night.

    A target that was never compared is due at once; one that gives no list only where somebody
    asks. A run that was cut off is made anew. Two queries.
    """
    night = jst_day(day_in_japan(now)) + timedelta(hours=AT.hour)
    night = night if night <= now else night - timedelta(days=1)
    runs: dict[int, list[Reconciliation]] = {}
    recent = Reconciliation.objects.filter(Q(began_at__gte=night) | Q(ended_at=None)).defer(
        "differences"
    )
    for run in recent:
        runs.setdefault(run.target_id, []).append(run)
    for target in Target.objects.filter(enabled=True).select_related("system").order_by("pk"):
        known = runs.get(target.pk, [])
        asked = any(run.ended_at is None for run in known)
        if asked or (not known and gives_a_list(target)):
            yield target


def gives_a_list(target: Target) -> bool:
    """Return whether `target`, as it is registered, can say which accounts it has."""
    if target.kind == Target.Kind.BY_HAND:
        return bool(target.address.get("list"))
    return target.kind != Target.Kind.LOG_ONLY


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One difference of a run. account: ours, where it is one of ours."""

    kind: str
    ext_id: str
    says: str
    pushed: bool
    account: Account | None

    @property
    def word(self) -> str:
        return WORDS[Class(self.kind)]

    @property
    def is_orphan(self) -> bool:
        return self.kind == "orphan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the comparisons of one target stand."""

    target: Target
    last: Reconciliation | None
    running: Reconciliation | None
    lists: bool


def standing(targets: Iterable[Target]) -> list[Standing]:
    """Return the last run and the one under way of each target (three queries)."""
    known = list(targets)
    ended = Reconciliation.objects.filter(target__in=known, ended_at__isnull=False)
    last = {
        run.target_id: run
        for run in ended.order_by("target", "-began_at", "-pk").distinct("target")
    }
    running = {
        run.target_id: run for run in Reconciliation.objects.filter(target__in=known, ended_at=None)
    }
    return [
        Standing(
            target=target,
            last=last.get(target.pk),
            running=running.get(target.pk),
            lists=gives_a_list(target),
        )
        for target in known
    ]


def last(targets: Iterable[Target]) -> list[tuple[Reconciliation, list[tuple[str, int]]]]:
    """Return the last runs with their counts by class, the newest first (two queries)."""
    found = (
        Reconciliation.objects.filter(target__in=list(targets))
        .select_related("target__system", "asked_by")
        .order_by("-began_at", "-pk")[:RUNS]
    )
    return [(run, counts(run)) for run in found]


def one(targets: Iterable[Target], pk: int) -> Reconciliation | None:
    return (
        Reconciliation.objects.filter(target__in=list(targets), pk=pk)
        .select_related("target__system", "asked_by")
        .first()
    )


def counts(run: Reconciliation) -> list[tuple[str, int]]:
    """Return how many differences of each class a run found, in the order of the classes."""
    found = Counter(one["class"] for one in run.differences)
    return [(word, found[kind.value]) for kind, word in WORDS.items() if found[kind.value]]


def differences(run: Reconciliation) -> list[Line]:
    """Return the differences of a run with the accounts they are about (one query)."""
    accounts = Account.objects.in_bulk(
        {one["account"] for one in run.differences if one["account"]}
    )
    return [
        Line(
            kind=one["class"],
            ext_id=one["ext_id"],
            says=one["says"],
            pushed=one["push"],
            account=accounts.get(one["account"]),
        )
        for one in run.differences
    ]
