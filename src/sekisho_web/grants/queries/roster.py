"""応援者名簿: who stands on the list that is kept in peace, and who of them may be called now."""

import hashlib
import json
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from sekisho.accounts.faults import Fault
from sekisho.grants import roster as rule
from sekisho.grants.conflicts import refusal
from sekisho.terms.days import day_in_japan
from sekisho.terms.refusals import Refusal
from sekisho_links.grants.roster import NAME, NUMBER, UNIT, Listed, Reading
from sekisho_web.accounts.models import (
    AppointmentTerm,
    Company,
    Hold,
    Person,
    PersonNumber,
    Unit,
    in_force,
)
from sekisho_web.grants.models import Emergency, RosterLine, Supporter
from sekisho_web.grants.rules_in_force import exempts_of, posts_of, rules_in_force

PAGE = 50
ON_LEAVE = "on_leave"
HELPING_KINDS = ("affiliate", "affiliate_contractor", "other_retailer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One line of the roster, with what keeps the person from being called; None: nothing."""

    line: RosterLine
    refusal: Refusal | None
    called: Supporter | None = None


def listed(owner: str, *, company: str = "") -> QuerySet[RosterLine]:
    """Return the open lines of the roster of `owner`, by unit and number.

    company: only of the helpers of this company; "": of all.
    """
    found = (
        RosterLine.objects.filter(owner__code=owner, removed_at=None)
        .select_related("person", "unit__company", "owner")
        .order_by("unit__code", "person__code")
    )
    return found.filter(unit__company__code=company) if company else found


def companies(owner: str) -> Sequence[Company]:
    """Return the companies whose people may help `owner`."""
    return list(Company.objects.filter(kind__in=HELPING_KINDS).exclude(code=owner).order_by("code"))


def in_peace(lines: Iterable[RosterLine], *, now: datetime) -> list[Shown]:
    """Return the lines with what would keep each from being called (eight queries)."""
    rows = list(lines)
    owner = rows[0].owner.code if rows else ""
    helpers = helpers_of([row.person_id for row in rows], owner=owner, emergency=None, now=now)
    return [Shown(line=row, refusal=_alone(helpers[row.person_id], owner, now)) for row in rows]


def callable_into(
    emergency: Emergency, lines: Iterable[RosterLine], *, runs: rule.Call, now: datetime
) -> list[Shown]:
    """Return the lines with whether each may be called into `emergency` now (nine queries)."""
    rows = list(lines)
    people = [row.person_id for row in rows]
    helpers = helpers_of(people, owner=runs.owner, emergency=emergency, now=now)
    called = {
        one.person_id: one
        for one in Supporter.objects.filter(emergency=emergency, person__in=people)
    }
    return [
        Shown(
            line=row,
            refusal=rule.refusal_to_call(helpers[row.person_id], runs, at=now),
            called=called.get(row.person_id),
        )
        for row in rows
    ]


def helpers_of(
    people: Collection[int], *, owner: str, emergency: Emergency | None, now: datetime
) -> dict[int, rule.Helper]:
    """Return what the rules know of each of `people` (seven queries, however many there are).

    emergency: into which they are called: what they do for it already is not another hat.
    """
    lines = {
        row.person_id: row
        for row in RosterLine.objects.filter(person__in=people, owner__code=owner, removed_at=None)
    }
    helps = Supporter.objects.filter(appointment=OuterRef("appointment"))
    posts: dict[int, list[tuple[str, list[str]]]] = {}
    for person, company, flags in (
        AppointmentTerm.objects.in_force(now=now)
        .filter(person__in=people)
        .exclude(Exists(helps))
        .values_list("person_id", "appointment__works_for__code", "flags")
    ):
        posts.setdefault(person, []).append((company, flags))
    held = set(
        Hold.objects.filter(
            in_force(now, starts="starts_at", ends="ends_at"), person__in=people
        ).values_list("person_id", flat=True)
    )
    elsewhere: dict[int, list[str]] = {}
    others = Supporter.objects.filter(
        in_force(now, starts="starts_at", ends="ends_at"), person__in=people
    )
    if emergency is not None:
        others = others.exclude(emergency=emergency)
    for person, code in others.order_by("emergency__code").values_list(
        "person_id", "emergency__code"
    ):
        elsewhere.setdefault(person, []).append(code)
    withheld = _withheld(people, now=now)
    return {
        person: replace(
            _helper(person, lines.get(person), posts.get(person, []), person in held, elsewhere),
            conflicts=withheld.get(person, ()),
        )
        for person in people
    }


def _withheld(people: Collection[int], *, now: datetime) -> Mapping[int, tuple[str, ...]]:
    """Return what the restrictions on posts withhold from each even in an emergency, in words."""
    rules, exempts = rules_in_force(at=now), exempts_of(people)
    found: dict[int, tuple[str, ...]] = {}
    for person, posts in posts_of(people).items():
        refusals = [
            refusal(
                posts, rules, exempts.get(person, ()), hat=post.appointment, relief=True, at=now
            )
            for post in posts
            if post.period.holds(now)
        ]
        found[person] = tuple(dict.fromkeys(one.reason for one in refusals if one is not None))
    return found


def as_rules(lines: Iterable[RosterLine]) -> list[rule.Line]:
    """Return lines as the rules see them."""
    return [
        rule.Line(
            person=str(line.person_id),
            unit=line.unit.code,
            skills=tuple(line.skills),
            is_sales=line.is_sales,
            trained_on=line.trained_on,
        )
        for line in lines
    ]


def resolved(
    reading: Reading, *, company: Company, now: datetime
) -> tuple[list[rule.Line], list[Fault]]:
    """Return the lines of a file as people and units of ours, and the faults of those that are not.

    Three queries. A name that is another one refuses the line: a slip in a number would give the
    rights of one person to another. The register's name is not told.
    """
    numbers = {line.number for line in reading.lines}
    people = {
        one.number: one.person
        for one in PersonNumber.objects.filter(
            in_force(now), company=company, number__in=numbers
        ).select_related("person")
    }
    units = {one.code: one for one in Unit.objects.filter(company=company)}
    posts = set(
        AppointmentTerm.objects.in_force(now=now)
        .filter(person__in=[one.pk for one in people.values()], unit__company=company)
        .values_list("person_id", "unit__code")
    )
    lines, faults = [], list(reading.faults)
    for line in reading.lines:
        person, unit = people.get(line.number), units.get(line.unit)
        if (fault := _fault_of(line, person, unit, posts)) is not None:
            faults.append(fault)
        elif person is not None and unit is not None:
            lines.append(
                rule.Line(
                    person=str(person.pk),
                    unit=unit.code,
                    skills=line.skills,
                    is_sales=rule.sells(unit_kind=unit.kind, said=line.is_sales),
                    trained_on=line.trained_on,
                )
            )
    return lines, sorted(faults, key=lambda fault: fault.line)


def digest_of(change: rule.Change) -> str:
    """Return the digest of a difference: what was looked at is what is applied."""
    said = [
        [
            [line.person, line.unit, *line.skills, line.is_sales, str(line.trained_on)]
            for line in part
        ]
        for part in (change.new, change.changed)
    ]
    text = json.dumps([*said, list(change.gone)], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def named(change: rule.Change) -> Mapping[str, Person]:
    """Return the people of a difference, by their key (one query)."""
    keys = [*(line.person for line in (*change.new, *change.changed)), *change.gone]
    return {str(one.pk): one for one in Person.objects.filter(pk__in=[int(key) for key in keys])}


def _helper(
    person: int,
    line: RosterLine | None,
    posts: Sequence[tuple[str, list[str]]],
    held: bool,  # noqa: FBT001
    elsewhere: Mapping[int, list[str]],
) -> rule.Helper:
    return rule.Helper(
        person=str(person),
        is_listed=line is not None,
        trained_on=line.trained_on if line is not None else None,
        works_for=frozenset(company for company, _ in posts),
        on_leave=any(ON_LEAVE in flags for _, flags in posts),
        is_held=held,
        elsewhere=tuple(elsewhere.get(person, ())),
    )


def _alone(helper: rule.Helper, owner: str, now: datetime) -> Refusal | None:
    """Return what would refuse this helper whatever the emergency is."""
    return rule.refusal_of_helper(helper, owner=owner, on=day_in_japan(now))


def _fault_of(
    line: Listed,
    person: Person | None,
    unit: Unit | None,
    posts: Collection[tuple[int, str]],
) -> Fault | None:
    if person is None:
        return Fault(
            line=line.line,
            column=NUMBER,
            cell=line.number,
            problem="この会社の、いま有効な社員番号ではありません",
            remedy="社員番号を確かめるか、人事連携で発令を受け取ってから載せてください",
        )
    if _plain(person.name) != _plain(line.name):
        return Fault(
            line=line.line,
            column=NAME,
            problem="氏名が、この社員番号の人の氏名と違います",
            remedy="社員番号と氏名のどちらかが違います。送った会社に確かめてください",
        )
    if unit is None:
        return Fault(
            line=line.line,
            column=UNIT,
            cell=line.unit,
            problem="この会社の組織コードではありません",
            remedy="組織コードを確かめてください",
        )
    if (person.pk, unit.code) not in posts:
        return Fault(
            line=line.line,
            column=UNIT,
            cell=line.unit,
            problem="この人の、いま有効な発令の組織と違います",
            remedy="いまの組織に直すか、発令が届いてから載せてください",
        )
    return None


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())
