"""Restrictions on the exchange of people (人事交流の制限): posts that do not go together.

Sekisho stops no order of personnel. It says beforehand which rule an order trips, and withholds
access while it does. The rules are rows; their grammar is small and closed: a post like 甲, a post
like 乙, and whether they must not be held together, or 乙 not within n months after 甲.

Source: 電気事業法 22条の3, 23条, 23条の2 (who may not hold which posts on both sides).
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sekisho.terms.days import day_in_japan, jst_day, months_on
from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal


class Relation(StrEnum):
    """How the two posts stand to one another."""

    TOGETHER = "together"  # 同時
    AFTER = "after"  # 後: 甲 is over, 乙 is held within the months after it
    JUDGE = "judge"  # 判断: not of posts but of acts; `refusal_to_judge`


class Effect(StrEnum):
    """What a trip does, from lax to strict."""

    FLAG = "flag"  # 知らせる
    LEAVE = "leave"  # 離任の手続: IDs end, things come back, the leaving pledge is signed
    MINIMUM = "minimum"  # 乙 opens the least of a disaster and nothing else
    WITHHOLD_ROLE = "withhold_role"  # 乙 opens nothing
    WITHHOLD_ALL = "withhold_all"  # the person opens nothing at all
    REFUSE = "refuse"  # the judgement is refused


RELATIONS = {"同時": Relation.TOGETHER, "後": Relation.AFTER, "判断": Relation.JUDGE}
EFFECTS = {
    "知らせる": Effect.FLAG,
    "離任の手続": Effect.LEAVE,
    "最小の役割だけ": Effect.MINIMUM,
    "役割を止める": Effect.WITHHOLD_ROLE,
    "すべて止める": Effect.WITHHOLD_ALL,
    "判断させない": Effect.REFUSE,
}
RELATION_WORDS = {relation: word for word, relation in RELATIONS.items()}
EFFECT_WORDS = {effect: word for word, effect in EFFECTS.items()}
OF_POST = frozenset({Effect.WITHHOLD_ROLE, Effect.MINIMUM})
LONGEST_EXCEPTION_MONTHS = 6
SHORTEST_REASON = 10
SECOND_LINE = 2
OWNER = "network"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One term of an appointment, as far as these rules look at it.

    company:   kind of the company (会社区分) whose unit it is; `employer`: of the one in whose
               books the person stands; `works_for`: of the one whose work is done.
    unit:      code of the unit; `unit_kind`: its kind (組織区分).
    kind:      of the appointment (発令の種類).
    """

    appointment: str
    company: str
    employer: str
    works_for: str
    unit: str
    unit_kind: str
    kind: str
    flags: frozenset[str] = frozenset()
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of a predicate: a field of a post is one of the values, or (negated) none."""

    field: str
    values: frozenset[str]
    negated: bool = False

    def holds(self, post: Post) -> bool:
        """Return whether `post` passes. Flags are several: one that is named is enough."""
        held: object = getattr(post, self.field)
        said = held if isinstance(held, frozenset) else frozenset({held})
        return bool(said & self.values) is not self.negated


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the rules.

    a, b:     what the two posts are like; every word of each must hold.
    months:   of `after`, how long; None: for ever.
    relieved: it is set aside for the relief hat in a declared emergency (非常災害).
    excusable: the second line may let somebody off for a time (例外).
    """

    code: str
    version: int = 1
    name: str
    a: tuple[Word, ...]
    relation: Relation
    months: int | None = None
    b: tuple[Word, ...]
    effect: Effect
    relieved: bool = False
    excusable: bool = True
    basis: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exempt:
    """The second line lets the person off one rule for a time (例外)."""

    rule: str
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """Two posts of one person that a rule forbids, and how long they do. a and b may be one."""

    rule: Rule
    a: Post
    b: Post
    period: Period

    @property
    def key(self) -> str:
        """What it is among the trips of one person, on every day the same."""
        return f"{self.rule.code}:{self.a.appointment}:{self.b.appointment}"


def is_like(post: Post, words: Iterable[Word]) -> bool:
    """Return whether `post` passes every word. Without a word nothing is like it."""
    found = False
    for word in words:
        if not word.holds(post):
            return False
        found = True
    return found


def every_trip(posts: Collection[Post], rules: Iterable[Rule]) -> Iterator[Trip]:
    """Yield every trip there ever was or will be, in the order of the rules.

    The posts are of one person. Their order means nothing.
    """
    for rule in rules:
        firsts = [post for post in posts if is_like(post, rule.a)]
        if not firsts:
            continue
        seconds = [post for post in posts if is_like(post, rule.b)]
        for a in firsts:
            span = _span(rule, a)
            for b in seconds:
                if span is not None and (both := _both(span, b.period)) is not None:
                    yield Trip(rule=rule, a=a, b=b, period=both)


def trips(posts: Collection[Post], rules: Iterable[Rule], *, at: datetime) -> Sequence[Trip]:
    """Return what is tripped at the instant `at`, in the order of the rules."""
    return [trip for trip in every_trip(posts, rules) if trip.period.holds(at)]


def trips_within(
    posts: Collection[Post], rules: Iterable[Rule], *, since: datetime, until: datetime
) -> Sequence[Trip]:
    """Return what is tripped at any instant of `[since, until)`: what an order is asked before."""
    return [
        trip
        for trip in every_trip(posts, rules)
        if trip.period.starts < until and (trip.period.ends is None or trip.period.ends > since)
    ]


def refusal(
    posts: Collection[Post],
    rules: Iterable[Rule],
    exempts: Collection[Exempt],
    *,
    hat: str,
    relief: bool,
    at: datetime,
) -> Refusal | None:
    """Return why the rules withhold a use at `at`, or None where they do not: for `may_use`.

    hat:    the appointment worn. relief: it is worn as relief in an emergency that runs.

    A person with one post, or with posts on one side only, is never refused.
    """
    for trip in trips(posts, rules, at=at):
        if relief and trip.rule.relieved:
            continue
        if _is_excused(trip.rule, exempts, at):
            continue
        if trip.rule.effect is Effect.WITHHOLD_ALL or (
            trip.rule.effect in OF_POST and trip.b.appointment == hat
        ):
            return _withheld(trip)
    return None


def changes(
    posts: Collection[Post], rules: Iterable[Rule], exempts: Iterable[Exempt], *, at: datetime
) -> Iterator[datetime]:
    """Yield the instants after `at` at which `refusal` may answer otherwise: for `Permit.until`."""
    periods = [trip.period for trip in every_trip(posts, rules)]
    for period in (*periods, *(one.period for one in exempts)):
        if period.starts > at:
            yield period.starts
        if period.ends is not None and period.ends > at:
            yield period.ends


def refusal_to_judge(
    *,
    judge: str,
    judged: str,
    posts_of_judge: Collection[Post],
    posts_of_judged: Collection[Post],
    rules: Iterable[Rule],
    at: datetime,
    as_superior: bool = False,
) -> Refusal | None:
    """Return why `judge` may not judge what `judged` did (K8), or None where they may.

    To judge: to decide, to look back, to review, to wipe, to approve a count.
    as_superior: it is the superior's own part, for which one unit is the point and no obstacle;
                 what either of them left within the months stays one.

    Nobody judges themselves, whatever the rules say.
    """
    if judge == judged:
        return Refusal(
            reason="自分のしたことは、自分では判断できません",
            remedy="ほかの責任者に判断を依頼してください",
        )
    rule = next((one for one in rules if one.relation is Relation.JUDGE), None)
    if rule is None:
        return None
    now, then = _units(posts_of_judge, at), _units(posts_of_judged, at)
    left = _units_left(posts_of_judge, at, rule.months)
    theirs = _units_left(posts_of_judged, at, rule.months)
    if not as_superior and now & then:
        return Refusal(
            reason=f"同じ組織の人のしたことは判断できません（{rule.code}）",
            remedy="別の組織の責任者に判断を依頼してください",
        )
    if (left & then) or (now & theirs):
        months = f"{rule.months}か月" if rule.months else "期限なし"
        return Refusal(
            reason=f"前にいた組織、または前任者のことは判断できません（{rule.code}、{months}）",
            remedy="別の組織の責任者に判断を依頼してください",
        )
    return None


def refusal_to_except(
    *,
    rule: Rule | None,
    by: str,
    person: str,
    company_kind: str,
    line: int | None,
    reason: str,
    starts: date,
    last_day: date,
) -> Refusal | None:
    """Return why the second line may not let `person` off `rule`, or None where it may.

    company_kind, line: of the post that `by` wears. starts, last_day: both inside.
    """
    if company_kind != OWNER or line != SECOND_LINE:
        return Refusal(
            reason="例外を認められるのは、送配電会社の第2線だけです",
            remedy="行為規制担当に依頼してください",
        )
    if rule is None:
        return Refusal(reason="そのような規則はありません", remedy="規則を選び直してください")
    if not rule.excusable or rule.effect in (Effect.FLAG, Effect.LEAVE, Effect.REFUSE):
        return Refusal(
            reason=f"{rule.code}（{rule.name}）には例外を認められません",
            remedy="発令を見直すよう、人事に伝えてください",
        )
    if by == person:
        return Refusal(
            reason="自分に例外を認めることはできません",
            remedy="第2線のほかの人に依頼してください",
        )
    if last_day < starts:
        return Refusal(reason="終わりの日が、始まりの日より前です", remedy="日を入れ直してください")
    if last_day >= months_on(starts, LONGEST_EXCEPTION_MONTHS):
        return Refusal(
            reason=f"例外は{LONGEST_EXCEPTION_MONTHS}か月までです",
            remedy="短くするか、期限が来てから改めて判断してください",
        )
    if len(reason.strip()) < SHORTEST_REASON or len(set(reason.strip())) < 4:
        return Refusal(
            reason="例外を認める理由が足りません",
            remedy=f"必要な事情と、漏れを防ぐ手当てを{SHORTEST_REASON}文字以上で書いてください",
        )
    return None


def _span(rule: Rule, a: Post) -> Period | None:
    """Return when a post like 乙 would trip the rule beside `a`; None: never."""
    if rule.relation is Relation.TOGETHER:
        return a.period
    if rule.relation is not Relation.AFTER or a.period.ends is None:
        return None
    return Period(starts=a.period.ends, ends=_months_after(a.period.ends, rule.months))


def _months_after(ends: datetime, months: int | None) -> datetime | None:
    return None if months is None else jst_day(months_on(day_in_japan(ends), months))


def _both(one: Period, other: Period) -> Period | None:
    """Return the period in which both hold, or None where there is none."""
    starts = max(one.starts, other.starts)
    ends = [end for end in (one.ends, other.ends) if end is not None]
    if ends and min(ends) <= starts:
        return None
    return Period(starts=starts, ends=min(ends, default=None))


def _is_excused(rule: Rule, exempts: Iterable[Exempt], at: datetime) -> bool:
    return rule.excusable and any(one.rule == rule.code and one.period.holds(at) for one in exempts)


def _withheld(trip: Trip) -> Refusal:
    ends = trip.period.ends
    until = f"{day_in_japan(ends)} に解けます。" if ends is not None else ""
    ask = (
        "例外が要るときは、行為規制担当（第2線）に相談してください"
        if trip.rule.excusable
        else "行為規制担当（第2線）に連絡してください。例外はありません"
    )
    return Refusal(
        reason=f"人事交流の制限により使えません（{trip.rule.code} {trip.rule.name}）",
        remedy=f"{until}{ask}",
    )


def _units(posts: Iterable[Post], at: datetime) -> frozenset[str]:
    return frozenset(post.unit for post in posts if post.period.holds(at))


def _units_left(posts: Iterable[Post], at: datetime, months: int | None) -> frozenset[str]:
    """Return the units in which a post was over less than `months` before `at`."""
    return frozenset(
        post.unit
        for post in posts
        if post.period.ends is not None
        and post.period.ends <= at
        and ((free := _months_after(post.period.ends, months)) is None or at < free)
    )
