"""Who may use what: the list of grants, within what a company sees, and approvals nobody used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import (
    DateTimeField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
)
from django.db.models.functions import TruncDate

from sekisho.grants import uses as rule
from sekisho.terms.periods import Period
from sekisho_web.accounts.models import AccountUse, Officer, System, in_force
from sekisho_web.accounts.queries.scope import own_people
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.grants.models import Decision, Grant, Launch, Use
from sekisho_web.grants.queries.organisations import OUTSIDE

PAGE = 50
STATES = tuple((state.value, word) for state, word in rule.WORDS.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One grant on the list. ends: the earlier of its end and its revocation."""

    grant: Grant
    system: str
    state: rule.State
    ends: datetime
    uses: int

    @property
    def word(self) -> str:
        return rule.WORDS[self.state]

    @property
    def is_over(self) -> bool:
        return self.state in rule.OVER


def as_rule(grant: Grant) -> rule.Held:
    """Return `grant` with its uses as the rules see it (one query, unless they were fetched)."""
    return rule.Held(
        person=str(grant.person_id),
        period=Period(starts=grant.valid_from, ends=grant.valid_to),
        uses_max=grant.uses_max,
        uses=tuple(Period(starts=use.began_at, ends=use.ends_at) for use in grant.uses.all()),
        cut_at=grant.revoked_at,
        revoked=bool(grant.revoked_for),
    )


def systems_of(hat: Hat, *, now: datetime) -> QuerySet[System]:
    """Return the systems for which the company of `hat` answers.

    Its own; and of those of the state, the ones over whose use its officers watch.
    """
    watched = Officer.objects.filter(
        in_force(now),
        company__code=hat.company_code,
        role__in=[Officer.Role.SYSTEM_OFFICER, Officer.Role.DEPUTY],
    ).values("system")
    return System.objects.filter(
        Q(owner__code=hat.company_code) | Q(pk__in=watched, owner__kind__in=OUTSIDE)
    )


def seen_by(hat: Hat, *, now: datetime) -> QuerySet[Grant]:
    """Return the grants that somebody in `hat` sees: of the company's people, on its systems."""
    return Grant.objects.filter(
        Q(system__in=systems_of(hat, now=now).values("key"))
        | Q(pk__in=Grant.objects.filter(own_people(hat, to="person__")).values("pk"))
    )


def listed(
    hat: Hat, *, words: str = "", system: str = "", only: str = "", now: datetime
) -> QuerySet[Grant]:
    """Return the grants that are asked for, the newest first.

    words: a part of the name, the number of the person, or the number of the grant.
    only:  "now" for those that may be used now, "counted" for those that count their uses.
    """
    found = seen_by(hat, now=now)
    if words:
        found = found.filter(
            Q(person__name__icontains=words) | Q(person__code__iexact=words) | Q(code__iexact=words)
        )
    if system:
        found = found.filter(system=system)
    if only == "now":
        found = found.usable(now=now)  # type: ignore[attr-defined]  # its own queryset
    elif only == "counted":
        found = found.filter(kind=Grant.Kind.PER_USE)
    return found.select_related(
        "person", "works_for", "appointment", "request", "emergency", "revoked_by"
    ).order_by("-valid_from", "-pk")


def lines(grants: Sequence[Grant], *, now: datetime) -> list[Line]:
    """Return the lines of a page of grants (two queries)."""
    names = dict(System.objects.values_list("key", "name"))
    uses: dict[int, list[Use]] = {}
    for use in Use.objects.filter(grant__in=grants).order_by("no"):
        uses.setdefault(use.grant_id, []).append(use)
    found = []
    for grant in grants:
        grant._prefetched_objects_cache = {"uses": uses.get(grant.pk, [])}  # type: ignore[attr-defined]
        found.append(line(grant, names.get(grant.system, grant.system), now=now))
    return found


def line(grant: Grant, name: str, *, now: datetime) -> Line:
    return Line(
        grant=grant,
        system=name,
        state=rule.state_of(as_rule(grant), now),
        ends=min(grant.valid_to, grant.revoked_at or grant.valid_to),
        uses=len(grant.uses.all()),
    )


def uses_of(grant: Grant) -> Sequence[Use]:
    """Return the uses of `grant`, with what was answered for each (one query)."""
    found = Use.objects.filter(grant=grant).select_related("device", "look_back__by")
    return list(found.order_by("no"))


# What does not count its uses may be used past the launcher: then the ID says so, by the day.
_USED_BY_THE_DAY = AccountUse.objects.filter(
    account__person=OuterRef("person"),
    account__system=OuterRef("system"),
    last_at__gte=OuterRef("valid_from"),
    day__lte=TruncDate(ExpressionWrapper(OuterRef("valid_to"), output_field=DateTimeField())),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """An approval that nobody used. by: who approved it."""

    grant: Grant
    system: str
    by: Sequence[str]


def unused(hat: Hat, *, since: datetime, until: datetime, now: datetime) -> list[Unused]:
    """Return the approvals that ended in `[since, until)` and that nobody used (three queries)."""
    return _unused(seen_by(hat, now=now), since=since, until=until)


def all_unused(*, since: datetime, until: datetime) -> list[Unused]:
    """The same over all companies, for the monthly finding."""
    return _unused(Grant.objects.all(), since=since, until=until)


def _unused(grants: QuerySet[Grant], *, since: datetime, until: datetime) -> list[Unused]:
    approvals = Decision.objects.filter(verdict=Decision.Verdict.APPROVE).select_related(
        "decided_by"
    )
    found = list(
        grants.filter(request__isnull=False, valid_from__lt=until)
        .filter(Q(valid_to__gte=since) | Q(revoked_at__gte=since))
        .annotate(
            was_used=Exists(Use.objects.filter(grant=OuterRef("pk")))
            | Exists(Launch.objects.filter(grant=OuterRef("pk"), outcome=Launch.Outcome.OPENED)),
            by_the_day=Exists(_USED_BY_THE_DAY),
        )
        .select_related("person", "works_for", "request")
        .prefetch_related(Prefetch("request__decisions", queryset=approvals.order_by("party")))
        .order_by("pk")
    )
    names = dict(System.objects.values_list("key", "name"))
    by_key = {str(grant.pk): grant for grant in found}
    over = rule.unused(
        (
            rule.Approved(
                key=str(grant.pk),
                person=grant.person.code,
                system=grant.system,
                period=Period(starts=grant.valid_from, ends=grant.valid_to),
                cut_at=grant.revoked_at,
            )
            for grant in found
        ),
        used={
            str(grant.pk)
            for grant in found
            if grant.was_used or (grant.kind != Grant.Kind.PER_USE and grant.by_the_day)
        },
        since=since,
        until=until,
    )
    return [
        Unused(
            grant=(grant := by_key[one.key]),
            system=names.get(grant.system, grant.system),
            by=[each.decided_by.name for each in _decisions(grant)],
        )
        for one in over
    ]


def _decisions(grant: Grant) -> Sequence[Decision]:
    return list(grant.request.decisions.all()) if grant.request else []
