"""The rules on the exchange of people that count now, and posts as they look at them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django.db import connection
from django.utils import timezone

from sekisho.grants import conflict_rules, conflicts
from sekisho.grants.conflicts import Effect, Exempt, Post, Relation, Rule
from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal
from sekisho_links import shipped
from sekisho_web.accounts.classes import viewer_classes
from sekisho_web.grants.models import ConflictException, ConflictRule

Held = Mapping[int, Sequence[Post]]

_POSTS = """
select t.person_id, t.appointment_id, c.kind, e.kind, w.kind, u.code, u.kind, a.kind, t.flags,
    t.valid_from, t.valid_to
from accounts_appointmentterm t
join accounts_appointment a on a.id = t.appointment_id
join accounts_unit u on u.id = t.unit_id
join accounts_company c on c.id = u.company_id
join accounts_company e on e.id = a.employer_id
join accounts_company w on w.id = a.works_for_id
{where}
order by t.person_id, t.valid_from, t.appointment_id
"""


def unit_kinds() -> frozenset[str]:
    """Return the kinds of units (組織区分) of which a rule may speak."""
    return frozenset(kind for _, kind in viewer_classes())


@cache
def shipped_rules() -> Sequence[Rule]:
    """Return the rules that come with the product, read once."""
    path = shipped("content", "conflict_rules.csv")
    return conflict_rules.read(
        path.read_text(encoding="utf-8-sig"), place=path.name, unit_kinds=unit_kinds()
    )


def rules_in_force(*, at: datetime | None = None) -> Sequence[Rule]:
    """Return the rules that count at `at`, by their number (one query).

    A rule of the shipped table counts until the company has a version of its own in force: no
    table that was never filled, and none that was filled by half, opens anything.
    """
    at = at or timezone.now()
    own = {
        row.code: _rule(row)
        for row in ConflictRule.objects.filter(in_force_from__lte=at)
        .exclude(replaced_at__lte=at)
        .order_by("code", "version")
    }
    rules = {rule.code: rule for rule in shipped_rules()} | own
    return [rules[code] for code in sorted(rules)]


@lru_cache(maxsize=8)
def rules_of(versions: tuple[tuple[str, int], ...]) -> Sequence[Rule]:
    """Return the rules where these versions are in force, as `rules_in_force` does.

    versions: number and version of every row in force, in order. What is written under a version
              never changes, so it is read once: a look asks no more than which they are.
    """
    rows = ConflictRule.objects.filter(code__in={code for code, _ in versions}) if versions else ()
    own = {row.code: _rule(row) for row in rows if (row.code, row.version) in versions}
    rules = {rule.code: rule for rule in shipped_rules()} | own
    return [rules[code] for code in sorted(rules)]


def posts_of(people: Collection[int] | None = None) -> Held:
    """Return every post of some people, or of everybody, past and to come (one query)."""
    where = "" if people is None else "where t.person_id = any(%s)"
    found: dict[int, list[Post]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_POSTS.format(where=where), [] if people is None else [list(people)])
        for person, *row in cursor.fetchall():
            found[person].append(conflict_post(row))
    return found


def conflict_post(row: Sequence[Any]) -> Post:
    """Return one term of an appointment as the rules look at it.

    row: appointment; kinds of the unit's company, of the employer and of the company whose work is
         done; code and kind of the unit; kind of the appointment; flags; start and end.
    """
    appointment, company, employer, works_for, unit, unit_kind, kind, flags, starts, ends = row
    return Post(
        appointment=str(appointment),
        company=company,
        employer=employer,
        works_for=works_for,
        unit=unit,
        unit_kind=unit_kind,
        kind=kind,
        flags=frozenset(flags),
        period=Period(starts=starts, ends=ends),
    )


def exempts_of(people: Collection[int] | None = None) -> Mapping[int, Sequence[Exempt]]:
    """Return the exceptions of some people, or of everybody (one query)."""
    rows = ConflictException.objects.all()
    if people is not None:
        rows = rows.filter(person__in=people)
    found: dict[int, list[Exempt]] = defaultdict(list)
    for person, rule, starts, ends in rows.order_by("pk").values_list(
        "person_id", "rule", "starts_at", "ends_at"
    ):
        found[person].append(Exempt(rule=rule, period=Period(starts=starts, ends=ends)))
    return found


def _rule(row: ConflictRule) -> Rule:
    place = f"規則 {row.code} 第{row.version}版"
    return Rule(
        code=row.code,
        version=row.version,
        name=row.name,
        a=conflict_rules.predicate(row.a, place=place, unit_kinds=unit_kinds()),
        relation=Relation(row.relation),
        months=row.months,
        b=conflict_rules.predicate(row.b, place=place, unit_kinds=unit_kinds()),
        effect=Effect(row.effect),
        relieved=row.relieved,
        excusable=row.excusable,
        basis=row.basis,
        says=row.says,
    )


def refusal_to_judge(
    *, judge: int, judged: int, at: datetime, as_superior: bool = False
) -> Refusal | None:
    """Return why one person may not judge what another did (K8), or None (two queries)."""
    posts = posts_of({judge, judged})
    return conflicts.refusal_to_judge(
        judge=str(judge),
        judged=str(judged),
        posts_of_judge=posts.get(judge, ()),
        posts_of_judged=posts.get(judged, ()),
        rules=rules_in_force(at=at),
        at=at,
        as_superior=as_superior,
    )
