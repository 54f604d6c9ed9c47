"""異動の事前審査: who trips which rule now, on days to come, and by orders not yet applied."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from sekisho.accounts.timelines import Post as Ordered
from sekisho.grants.conflicts import (
    EFFECT_WORDS,
    RELATION_WORDS,
    Effect,
    Post,
    Rule,
    Trip,
    trips,
    trips_within,
)
from sekisho.terms.days import day_in_japan
from sekisho.terms.periods import Period
from sekisho_web.accounts.models import (
    Account,
    AppointmentTerm,
    Company,
    FeedBatch,
    Person,
    Unit,
)
from sekisho_web.accounts.queries.deliveries import delivery_of
from sekisho_web.accounts.queries.personnel import feeds_of
from sekisho_web.accounts.queries.scope import own_people
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.grants.models import ConflictException, ConflictRule
from sekisho_web.grants.rules_in_force import exempts_of, posts_of, rules_in_force

PAGE = 50
AHEAD = timedelta(days=400)
LEFT_LATELY = timedelta(days=30)  # a leaving stays on the page for so long after its day
HARMFUL = frozenset({Effect.WITHHOLD_ROLE, Effect.WITHHOLD_ALL})
KINDS: Mapping[str, str] = {
    "network": "送配電",
    "affiliate": "関係小売",
    "other_retailer": "新電力",
    "network_contractor": "送配電の委託先",
    "affiliate_contractor": "小売の委託先",
    "government": "国",
    "regulator": "監督当局",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One trip of one person, in words. excepted: by whom nobody needs to ask any more."""

    rule: Rule
    person: int | None
    name: str
    code: str
    first: str
    second: str
    starts: date
    last_day: date | None
    weeks: int
    effect: str
    excepted: ConflictException | None = None

    @property
    def may_be_excepted(self) -> bool:
        return self.rule.excusable and self.excepted is None and self.person is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """What there is to say beforehand. now, coming: believed posts; staged: not yet applied."""

    now: Sequence[Line]
    coming: Sequence[Line]
    staged: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One rule, in words."""

    rule: Rule
    relation: str
    effect: str

    @property
    def has_months(self) -> bool:
        """Whether the company may set how long it lasts."""
        return self.rule.months is not None


def rule_lines(*, now: datetime) -> Sequence[RuleLine]:
    """Return the rules in force, in words (one query)."""
    return [
        RuleLine(rule=one, relation=_relation(one), effect=EFFECT_WORDS[one.effect])
        for one in rules_in_force(at=now)
    ]


def waiting_rules() -> QuerySet[ConflictRule]:
    """Return the versions that nobody has confirmed yet, the oldest first."""
    found = ConflictRule.objects.filter(in_force_from=None, replaced_at=None)
    return found.select_related("proposed_by").order_by("proposed_at", "pk")


def rule_of(code: str, *, now: datetime) -> Rule | None:
    """Return the rule in force under a number, or None (one query)."""
    return next((one for one in rules_in_force(at=now) if one.code == code), None)


def screening(hat: Hat, *, now: datetime) -> Screening:
    """Return who of the people of the hat's company trips what (some queries a staged delivery).

    Of a post at another company the page says its company's kind and no more.
    """
    rules = rules_in_force(at=now)
    own = set(Person.objects.filter(own_people(hat)).values_list("pk", flat=True))
    tripped = {
        pk: said
        for pk, posts in posts_of(own).items()
        if (
            said := [
                trip
                for trip in trips_within(posts, rules, since=now - LEFT_LATELY, until=now + AHEAD)
                if _is_worth_saying(trip, now=now)
            ]
        )
    }
    people = Person.objects.in_bulk(list(tripped))
    excepted = _excepted(people, now=now)
    words = _words(hat, people)
    found = [
        _line(trip, people[pk], words, excepted.get(pk, ()), now=now)
        for pk, said in tripped.items()
        for trip in said
    ]
    found.sort(key=_order)
    staged = _staged(hat, rules, own, now=now)
    today = day_in_japan(now)
    return Screening(
        now=[line for line in found if line.starts <= today],
        coming=[line for line in found if line.starts > today],
        staged=sorted(staged, key=_order),
    )


def everybody_now(*, now: datetime) -> Iterable[tuple[int, Trip]]:
    """Yield everybody's trips at `now` that withhold something and are not excepted.

    Three queries over everybody, and one pass.
    """
    rules = [rule for rule in rules_in_force(at=now) if rule.effect in HARMFUL]
    exempts = exempts_of()
    for person, posts in posts_of().items():
        for trip in trips(posts, rules, at=now):
            excused = trip.rule.excusable and any(
                one.rule == trip.rule.code and one.period.holds(now)
                for one in exempts.get(person, ())
            )
            if not excused:
                yield person, trip


def leavers(*, now: datetime, since: timedelta = LEFT_LATELY) -> Sequence[tuple[int, Trip]]:
    """Return who left the network for the retailer since then, and by which rule (two queries)."""
    rules = [rule for rule in rules_in_force(at=now) if rule.effect is Effect.LEAVE]
    return [
        (person, trip)
        for person, posts in posts_of().items()
        for trip in trips(posts, rules, at=now)
        if trip.period.starts > now - since
    ]


def open_network_ids(people: Iterable[int]) -> Mapping[int, int]:
    """Return how many open IDs for the network's work some people still have (one query)."""
    found: dict[int, int] = defaultdict(int)
    rows = Account.objects.filter(
        person__in=list(people), closed_at=None, works_for__kind="network"
    )
    for person in rows.values_list("person_id", flat=True):
        if person is not None:
            found[person] += 1
    return found


def exceptions(hat: Hat, *, now: datetime, over: bool = False) -> QuerySet[ConflictException]:
    """Return the exceptions of the people of the hat's company, those that end first before."""
    people = Person.objects.filter(own_people(hat)).values("pk")
    found = ConflictException.objects.filter(person__in=people)
    found = found.filter(ends_at__lte=now) if over else found.filter(ends_at__gt=now)
    return found.select_related("person", "approved_by", "ended_by").order_by("ends_at", "pk")


def _is_worth_saying(trip: Trip, *, now: datetime) -> bool:
    if trip.rule.effect is Effect.LEAVE:  # an act of some days, though it is true for ever
        return trip.period.starts > now - LEFT_LATELY
    return trip.period.ends is None or trip.period.ends > now


def _line(
    trip: Trip,
    person: Person,
    words: Mapping[str, str],
    excepted: Iterable[ConflictException],
    *,
    now: datetime,
) -> Line:
    starts = day_in_japan(trip.period.starts)
    ends = trip.period.ends
    return Line(
        rule=trip.rule,
        person=person.pk,
        name=person.name,
        code=person.code,
        first=_post_words(trip.a, words),
        second=_post_words(trip.b, words),
        starts=starts,
        last_day=None if ends is None else day_in_japan(ends - timedelta(microseconds=1)),
        weeks=max(0, (starts - day_in_japan(now)).days // 7),
        effect=EFFECT_WORDS[trip.rule.effect],
        excepted=next((one for one in excepted if one.rule == trip.rule.code), None),
    )


def _staged(hat: Hat, rules: Sequence[Rule], own: Collection[int], *, now: datetime) -> list[Line]:
    """Return what deliveries that wait would trip beyond what is believed already."""
    company = Company.objects.get(code=hat.company_code)
    waiting = FeedBatch.objects.filter(
        feed__in=feeds_of(company), state=FeedBatch.State.STAGED
    ).select_related("feed__company")
    kinds = dict(Company.objects.values_list("code", "kind"))
    units = {
        code: (name, kind, owner)
        for code, name, kind, owner in Unit.objects.values_list(
            "code", "name", "kind", "company__code"
        )
    }
    found = []
    for batch in waiting.order_by("received_at", "pk"):
        changes = delivery_of(batch, now=now).plan.changes
        known = {int(change.person) for change in changes if change.person}
        believed = posts_of(known)
        people = Person.objects.in_bulk([pk for pk in known if pk in own])
        for change in changes:
            pk = int(change.person) if change.person else None
            before = believed.get(pk, ()) if pk else ()
            moved = {str(one.appointment) for one in change.before}
            ordered = [
                post
                for one in change.after
                for post in _ordered(one, batch.feed.company.kind, kinds, units)
            ]
            words = {one.appointment: units[one.unit][0] for one in ordered if one.unit in units}
            person = people.get(pk) if pk else None
            shown = person or Person(name=change.name, code=change.number)
            found += [
                _line(trip, shown, words, (), now=now)
                for trip in _new_trips(
                    before,
                    [*(one for one in before if one.appointment not in moved), *ordered],
                    rules,
                    now=now,
                )
            ]
    return found


def _new_trips(
    before: Sequence[Post], after: Sequence[Post], rules: Sequence[Rule], *, now: datetime
) -> Iterable[Trip]:
    """Yield what is tripped by the posts after an order and was not by those before it."""
    span = {"since": now, "until": now + AHEAD}
    known = {(trip.rule.code, trip.period) for trip in trips_within(before, rules, **span)}
    for trip in trips_within(after, rules, **span):
        if (trip.rule.code, trip.period) not in known and _is_worth_saying(trip, now=now):
            yield trip


def _ordered(
    post: Ordered,
    employer: str,
    kinds: Mapping[str, str],
    units: Mapping[str, tuple[str, str, str]],
) -> Iterable[Post]:
    _, unit_kind, company = units.get(post.seat.unit, ("", "", post.seat.employer))
    for n, term in enumerate(post.terms):
        yield Post(
            appointment=str(post.appointment or f"new-{post.seat.unit}-{n}"),
            company=kinds.get(company, ""),
            employer=employer,
            works_for=kinds.get(post.seat.works_for, ""),
            unit=post.seat.unit,
            unit_kind=unit_kind,
            kind=post.seat.kind.value,
            flags=term.flags,
            period=Period(starts=term.starts, ends=term.ends),
        )


def _excepted(people: Iterable[int], *, now: datetime) -> Mapping[int, Sequence[ConflictException]]:
    found: dict[int, list[ConflictException]] = defaultdict(list)
    rows = ConflictException.objects.filter(person__in=list(people), ends_at__gt=now)
    for one in rows.order_by("pk"):
        found[one.person_id].append(one)
    return found


def _words(hat: Hat, people: Iterable[int]) -> Mapping[str, str]:
    """Return what may be said of posts at the hat's own company or for it, by appointment."""
    terms = AppointmentTerm.objects.filter(person__in=list(people))
    own = terms.filter(unit__company__code=hat.company_code) | terms.filter(
        unit__company__principal__code=hat.company_code
    )
    return {
        str(appointment): f"{company} {unit} {title}".strip()
        for appointment, company, unit, title in own.order_by("valid_from").values_list(
            "appointment_id", "unit__company__name", "unit__name", "title"
        )
    }


def _post_words(post: Post, words: Mapping[str, str]) -> str:
    return words.get(post.appointment) or f"{KINDS.get(post.company, 'ほかの会社')}の職"


def _relation(rule: Rule) -> str:
    word = RELATION_WORDS[rule.relation]
    return f"{word}{rule.months}か月" if rule.months else word


def _order(line: Line) -> tuple[object, ...]:
    return line.starts, line.rule.code, line.name, line.code
