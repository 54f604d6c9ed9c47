"""What 反映状況 reads: how each target stands, the queue, and one push with its evidence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet
from django.http import Http404

from sekisho.accounts import pushes as rule
from sekisho.accounts.outward import from_json
from sekisho.accounts.pushes import Light
from sekisho.accounts.wanted import AccountState
from sekisho_web.accounts.models import Push, Reconciliation, System, Target
from sekisho_web.accounts.queries.scope import own_ids
from sekisho_web.accounts.signed_in import Hat

PAGE = 30
SHARE_OF = timedelta(days=30)  # the verified share is that of pushes planned since
ONLY: Mapping[str, tuple[str, Q]] = {
    "open": ("終わっていないもの", Q(state__in=Push.OPEN)),
    "red": ("赤", Q(state__in=["failed", "escalated"])),
    "verified": ("確認済", Q(state="verified")),
    "closed": ("手で閉じた", Q(state="closed")),
    "all": ("すべて", Q()),
}
LIGHTS = {
    Light.GREEN: ("確認済", "is-good"),
    Light.WAITING: ("反映中", ""),
    Light.RED: ("確かめられない", "is-bad"),
    Light.GREY: ("相手は確かめていない", ""),
}
WAYS = {
    Target.Kind.BY_HAND: rule.Way.BY_HAND,
    Target.Kind.LOG_ONLY: rule.Way.LOG_ONLY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetLine:
    """One target: planned in the last month, how many of those are verified, what is red."""

    target: Target
    planned: int
    verified: int
    waiting: int
    red: int
    oldest_red: datetime | None
    last_run: Reconciliation | None

    @property
    def share(self) -> str:
        """The verified share in whole percent, rounded down: 100 means all of them."""
        return f"{self.verified * 100 // self.planned}%" if self.planned else "－"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One push of the queue."""

    push: Push
    light: Light
    limit_at: datetime

    @property
    def word(self) -> str:
        return LIGHTS[self.light][0]

    @property
    def css(self) -> str:
        return LIGHTS[self.light][1]

    @property
    def wants(self) -> str:
        return wants(from_json(self.push.wanted))


def seen(hat: Hat) -> QuerySet[Push]:
    """Return the pushes of the IDs that the company of `hat` sees."""
    own = Push.objects.filter(own_ids(hat, to="account__")).values("pk")
    return Push.objects.filter(pk__in=own)


def targets_seen(hat: Hat) -> QuerySet[Target]:
    """Return the targets of the systems of the company of `hat`: only the owner sees them."""
    return (
        Target.objects.filter(system__owner__code=hat.company_code)
        .select_related("system")
        .order_by("system__key")
    )


def target_lines(hat: Hat, *, now: datetime) -> list[TargetLine]:
    """Return how each target stands (three queries)."""
    targets = list(targets_seen(hat))
    late = Q(state__in=["failed", "escalated"]) | (
        Q(state__in=Push.OPEN, planned_at__lte=now - rule.LIMIT)
        & ~Q(target__kind__in=[kind.value for kind in WAYS])
    )
    recent = Q(planned_at__gt=now - SHARE_OF) & ~Q(state="superseded")
    counts = {
        row["target"]: row
        for row in Push.objects.filter(target__in=targets)
        .values("target")
        .annotate(
            planned=Count("pk", filter=recent),
            done=Count("pk", filter=recent & Q(state="verified")),
            waiting=Count("pk", filter=Q(state__in=Push.OPEN)),
            red=Count("pk", filter=late),
            oldest=Min("planned_at", filter=late),
        )
    }
    last = (
        Reconciliation.objects.filter(target__in=targets, ended_at__isnull=False)
        .values("target")
        .annotate(last=Max("pk"))
        .values("last")
    )
    runs = {
        run.target_id: run
        for run in Reconciliation.objects.filter(pk__in=last).defer("differences")
    }
    return [_target_line(target, counts.get(target.pk, {}), runs) for target in targets]


def queue(hat: Hat, *, only: str = "open", system: str = "") -> QuerySet[Push]:
    """Return the pushes that `hat` sees, the oldest of what is open first."""
    found = seen(hat).filter(ONLY[only][1])
    if system:
        found = found.filter(target__system__key=system)
    order = ("planned_at", "pk") if only in {"open", "red"} else ("-planned_at", "-pk")
    return found.select_related("account", "target__system").defer("evidence").order_by(*order)


def lines(pushes: Iterable[Push], *, now: datetime) -> list[Line]:
    """Return pushes as the page shows them (no query)."""
    return [line(push, now=now) for push in pushes]


def line(push: Push, *, now: datetime) -> Line:
    found = as_rule(push)
    return Line(push=push, light=rule.light(found, now=now), limit_at=found.limit_at)


def one(hat: Hat, pk: int) -> Push:
    """Return one push that `hat` sees, with its people. Raise 404 for any other."""
    found = (
        seen(hat)
        .select_related(
            "account__person", "target__system", "movement", "closed_by", "closed_second"
        )
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def orders(target: Target) -> list[Push]:
    """Return the open work orders of a target, the oldest first (one query)."""
    return list(
        Push.objects.filter(target=target, state__in=Push.OPEN)
        .select_related("account", "target__system")
        .defer("evidence")
        .order_by("planned_at", "pk")
    )


def systems_without(hat: Hat) -> Sequence[System]:
    """Return the systems of the company of `hat` that have no target yet."""
    return list(System.objects.filter(owner__code=hat.company_code, target=None).order_by("key"))


def as_rule(push: Push) -> rule.Push:
    """Return a row as the rules see it. Its target and its system must be selected with it."""
    way = way_of(push.target)
    fresh = rule.planned(now=push.planned_at, way=way, rhythm=rhythm(push.target))
    return rule.Push(
        state=rule.State(push.state),
        way=way,
        planned_at=push.planned_at,
        limit_at=fresh.limit_at,
        due_at=push.next_at or fresh.due_at,
        attempts=push.attempts,
        sent_at=push.sent_at,
        acknowledged_at=push.acknowledged_at,
        verified_at=push.verified_at,
        escalated_at=push.escalated_at,
        failure=push.problem,
    )


def way_of(target: Target) -> rule.Way:
    return WAYS.get(Target.Kind(target.kind), rule.Way.DIRECT)


def rhythm(target: Target) -> timedelta:
    return timedelta(hours=target.system.log_rhythm_hours)


def wants(state: AccountState) -> str:
    """Return what is wanted of a target, in words."""
    if not state.exists:
        return "なくす（止めて、残さない）"
    if not state.enabled:
        return "止める"
    return "使えるようにする" + ("（期限つき）" if state.expires_at else "")


def pairs(evidence: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Return evidence as label and text, one level flat; a file is left out."""
    found: list[tuple[str, str]] = []
    for key, value in (evidence or {}).items():
        if key == "file":
            continue
        if isinstance(value, Mapping):
            found += [(f"{key}.{inner}", _said(said)) for inner, said in value.items()]
        else:
            found.append((key, _said(value)))
    return found


def _said(value: object) -> str:
    if value is None or value == "":
        return "－"
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _target_line(
    target: Target, counts: Mapping[str, Any], runs: Mapping[int, Reconciliation]
) -> TargetLine:
    return TargetLine(
        target=target,
        planned=counts.get("planned", 0),
        verified=counts.get("done", 0),
        waiting=counts.get("waiting", 0),
        red=counts.get("red", 0),
        oldest_red=counts.get("oldest"),
        last_run=runs.get(target.pk),
    )
