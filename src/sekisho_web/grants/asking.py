"""`may_use` asked about any instant, with what was known on any day: replay, pages, the console."""

from collections.abc import Sequence
from datetime import datetime

from sekisho.grants.use import Ask, Facts, Permit, is_entitled
from sekisho.terms.days import JST
from sekisho.terms.refusals import Refusal
from sekisho_web.grants.known import known
from sekisho_web.grants.standing import standing_facts


def facts_of(
    person: int, system: str, *, at: datetime, as_known_on: datetime | None = None
) -> Facts:
    """Return what was known on `as_known_on` of a person and a system about `at` (one query).

    as_known_on: None: what is known now. No session is known there.
    """
    found = known(person=person, system=system, device=None, at=at, as_known_on=as_known_on)
    return standing_facts(found, person=str(person), system=system, at=at)


def purposes_of(facts: Facts) -> Sequence[str]:
    """Return the purposes for which anything was ever granted; one without a name if none."""
    return sorted({grant.purpose for grant in facts.grants}) or [""]


def entitled(
    facts: Facts, *, account: str, purpose: str, at: datetime, role: str = ""
) -> Permit | Refusal:
    """Return what may be used by the post that fares best: a permit, else the first refusal.

    A log does not say which hat was worn. Terminal, sign-in and running use are not asked.
    """
    refusals: list[Refusal] = []
    hats = sorted({post.appointment for post in facts.posts if post.period.holds(at)}) or [""]
    reliefs = sorted({grant.relief for grant in facts.grants if grant.relief})
    for hat in hats:
        for relief in [None, *reliefs]:
            ask = Ask(
                person=facts.person,
                hat=hat,
                account=account,
                system=facts.system.key if facts.system is not None else "",
                purpose=purpose,
                role=role,
                relief=relief,
            )
            answer = is_entitled(facts, ask, at=at)
            if isinstance(answer, Permit):
                return answer
            refusals.append(answer)
    return refusals[0]


def for_any_purpose(facts: Facts, *, account: str, at: datetime) -> Permit | Refusal:
    """Return the answer for the purpose that fares best, where a log does not say which."""
    answers = [
        entitled(facts, account=account, purpose=purpose, at=at) for purpose in purposes_of(facts)
    ]
    return next((one for one in answers if isinstance(one, Permit)), answers[0])


def in_words(answer: Permit | Refusal) -> tuple[bool, str, str]:
    """Return (may, the grant or the reason, until when or the remedy)."""
    if isinstance(answer, Refusal):
        return False, answer.reason, answer.remedy
    until = f"{answer.until.astimezone(JST):%Y-%m-%d %H:%M}" if answer.until else ""
    return True, "発令、ID、利用許可があります", until
