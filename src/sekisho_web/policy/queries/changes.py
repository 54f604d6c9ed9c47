"""A change as its pages show it: what is wrong with it, what it changes, who has signed."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sekisho.policy.life import PART_WORDS, WORDS, Part, Signed, State, Statement
from sekisho.policy.loosened import Loosening, loosened
from sekisho.policy.sheets import Unreadable
from sekisho.policy.system import Policy
from sekisho.policy.widening import WideningRow, widening_rows
from sekisho.reports.differences import Difference, Period, SystemDifference, difference
from sekisho.reports.shown import Sentence
from sekisho_web.policy.models import Change, Publication, Step
from sekisho_web.policy.queries.judging import Judged
from sekisho_web.policy.queries.reading import question
from sekisho_web.policy.versions import policy_of

KEPT = 32


def wrong(found: Judged) -> int:
    """Return how many things must be mended before a version passes."""
    return len(found.unreadable) + len(found.errors) + len(found.broken) + len(found.examples)


def counts(found: Judged) -> dict[str, int]:
    """Return the numbers, as a step of the change keeps them."""
    return {
        "errors": len(found.unreadable) + len(found.errors),
        "broken": len(found.broken),
        "examples": len(found.examples),
        "proved": found.held,
    }


def readable(version: str) -> Policy | None:
    """Return the policy of a version, or None where it cannot be read."""
    try:
        return policy_of(version)
    except Unreadable:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The difference of one system, each sentence with the address where it is asked again."""

    system: SystemDifference
    periods: tuple[tuple[Period, tuple[tuple[Sentence, str], ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The difference of two versions as a page shows it."""

    whole: Difference
    systems: tuple[Told, ...]


@lru_cache(maxsize=KEPT)
def comparison(old: str, new: str) -> Comparison | None:
    """Return the difference of two versions in sentences; None where one cannot be read."""
    before, after = readable(old), readable(new)
    if before is None or after is None:
        return None
    whole = difference(before, after)
    return Comparison(whole=whole, systems=tuple(_told(after, one, new) for one in whole.systems))


def _told(policy: Policy, one: SystemDifference, version: str) -> Told:
    return Told(
        system=one,
        periods=tuple(
            (
                period,
                tuple(
                    (each, question(policy, one.key, each.example, version=version[:12]))
                    for each in period.sentences
                ),
            )
            for period in one.periods
        ),
    )


@lru_cache(maxsize=KEPT)
def looser(old: str, new: str) -> tuple[Loosening, ...]:
    """Return everything in which `new` may show more than `old`: what two people sign."""
    return loosened(policy_of(old), policy_of(new))


@lru_cache(maxsize=KEPT)
def widening(old: str, new: str) -> tuple[WideningRow, ...]:
    """Return the permissive rows that admit a value or an attribute that only `new` knows."""
    before, after = readable(old), readable(new)
    return widening_rows(before, after) if before and after else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One of the six stages as the page shows it: reached by whom and when, or not yet."""

    word: str
    step: Step | None
    here: bool


def stages(change: Change) -> list[Stage]:
    """Return the way of a change. What an edit took back is not shown as reached (one query)."""
    order = list(State)
    here = order.index(State(change.state))
    steps = {step.state: step for step in change.steps.select_related("by")}
    return [
        Stage(
            word=WORDS[state],
            step=steps.get(state) if n <= here or state is State.RETIRED else None,
            here=n == here,
        )
        for n, state in enumerate(order)
    ]


def trial_of(change: Change, content: str) -> Step | None:
    """Return the step in which `content` was last tried on recorded traffic, or None."""
    return change.steps.filter(state=State.TRIED, version_id=content).order_by("-pk").first()


def signatures_of(change: Change, content: str) -> Iterator[tuple[str, str, object, bool]]:
    """Yield part, name, time and whether it speaks of `content`, of every signature."""
    for one in change.signatures.select_related("by"):
        yield PART_WORDS[Part(one.part)], one.by.name, one.at, one.statement["content"] == content


def signed_of(change: Change) -> list[Signed]:
    """Return the signatures of `change` (one query). Each was verified when it was kept."""
    return [
        Signed(person=one.by.code, part=Part(one.part), statement=Statement(**one.statement))
        for one in change.signatures.select_related("by")
    ]


def changes() -> list[Change]:
    """Return all changes, the newest first."""
    return list(Change.objects.select_related("author", "head").order_by("-pk")[:200])


def published() -> list[Publication]:
    """Return every version that went live, the newest first."""
    return list(
        Publication.objects.filter(state=Publication.State.DONE)
        .select_related("change__author", "asked_by")
        .order_by("-live_at", "-pk")
    )
