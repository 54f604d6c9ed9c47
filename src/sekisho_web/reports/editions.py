"""Versions as the documents made of them need them: their days, their change, who signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache
from typing import Any

from django.http import Http404

from sekisho.policy.life import PART_WORDS, WORDS, Part, State
from sekisho.policy.system import Policy, System
from sekisho.reports.documents.cases import cases
from sekisho.reports.documents.completion import About, Completion, Step
from sekisho.reports.documents.edition import Edition, period
from sekisho.reports.incidents import JST
from sekisho_web.accounts.models import Person
from sekisho_web.policy.models import Change, Publication, Version
from sekisho_web.policy.queries.reading import Reading, reading
from sekisho_web.policy.versions import policy_of
from sekisho_web.proof.queries import certificate

LIVE = "live"  # in an address: whatever version is live
KEPT = 64

# What a step of a change may have found, in words.
FOUND: Mapping[str, str] = {
    "errors": "検査の誤り",
    "warnings": "検査の注意",
    "proved": "証明済み",
    "broken": "破れる不変条件",
    "examples": "合わない試験例",
    "accesses": "閲覧",
    "contracts": "契約",
    "people": "人",
    "looser": "緩くなる",
    "stricter": "厳しくなる",
    "refused": "不可の理由",
    "none": "試算しなかった理由",
    "seconds": "秒",
}


def read(version: str) -> Reading:
    """Return the version that an address names: `live`, or the beginning of a hash.

    Raises Http404 where there is none, and Unreadable where it is a draft that says nothing.
    """
    return reading("" if version == LIVE else version)


def edition(here: Reading, key: str) -> Edition:
    """Return the edition of one system; Http404 where the version has no such system."""
    went = _published(here)
    change = _change(here, went)
    return Edition(
        policy=here.policy,
        system=here.system(key),
        name=_name(change),
        made_at=_made_at(here, went),
        starts=change.starts_on if change else None,
        ends=(went.ends_on if went else None) or (change.ends_on if change else None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One system on the page of documents."""

    system: System
    cases: int  # of the screens
    negatives: int
    examples: int

    @property
    def total(self) -> int:
        """How many cases its test specification has."""
        return self.cases + self.negatives + self.examples


def lines(here: Reading) -> list[Line]:
    """Return every system of the version with the number of its test cases (no query)."""
    return [
        Line(
            system=system,
            cases=_counted(here.policy.hash, key, system=_Same(system)),
            negatives=sum(one.binds(system.name) for one in here.policy.invariants),
            examples=len(system.examples),
        )
        for key, system in here.policy.systems.items()
    ]


class _Same:
    """A system that counts as equal to any other, beside the hash that names its version."""

    def __init__(self, system: System) -> None:
        self.system = system

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same)


@lru_cache(maxsize=KEPT)
def _counted(version: str, key: str, *, system: _Same) -> int:  # noqa: ARG001 - the key of the cache
    return len(cases(system.system))


def completion(here: Reading) -> Completion:
    """Return what the completion report of a version prints (at most ten queries)."""
    went = _published(here)
    change = _change(here, went)
    before = _before(went, change)
    steps = _steps(change) if change else []
    signatures = _signatures(change, here.policy) if change else []
    moments = [_made_at(here, went), *(one.at for one in (*steps, *signatures))]
    return Completion(
        policy=here.policy,
        name=_name(change),
        before=before,
        before_name="公開していた版" if went else "もとの版",
        change=_about(change) if change else None,
        steps=steps,
        signatures=signatures,
        trial=_trial(change, here.policy) if change else (),
        published_at=went.live_at if went else None,
        certificate=certificate(here.policy),
        made_at=max(moments),
    )


def _published(here: Reading) -> Publication | None:
    done = Publication.objects.filter(
        version=here.policy.hash, state=Publication.State.DONE
    ).select_related("change", "change__author")
    return done.order_by("-live_at", "-pk").first()


def _change(here: Reading, went: Publication | None) -> Change | None:
    return (went.change if went else None) or here.change


def _before(went: Publication | None, change: Change | None) -> Policy | None:
    previous = went.previous_id if went else None
    base = previous or (change.base_id if change else None)
    return policy_of(base) if base else None


def _name(change: Change | None) -> str:
    """Return what a version is called for good: it stays when another one goes live."""
    return f"変更案件 {change.number} の版" if change else "最初に置いた版"


def _made_at(here: Reading, went: Publication | None) -> datetime:
    """Return when the version went live, else was stored, else the first day of its rules."""
    if went and went.live_at:
        return went.live_at
    stored = Version.objects.filter(pk=here.policy.hash).first()
    if stored:
        return stored.made_at
    if not here.policy.stretches:
        raise Http404
    return datetime.combine(here.policy.stretches[-1], time(), tzinfo=JST)


def _about(change: Change) -> About:
    return About(
        number=change.number,
        title=change.title,
        reason=change.reason,
        basis=change.basis,
        author=_named(change.author),
        period=period(change.starts_on, change.ends_on),
    )


def _named(person: Person | None) -> str:
    return f"{person.name}（{person.code}）" if person else "関所"


def _steps(change: Change) -> list[Step]:
    return [
        Step(
            word=WORDS[State(one.state)],
            who=_named(one.by),
            at=one.at,
            found="、".join(f"{label} {words}" for label, words in _told(one.said)),
        )
        for one in change.steps.select_related("by")
    ]


def _signatures(change: Change, policy: Policy) -> list[Step]:
    """Return the signatures over this very version, in their order."""
    return [
        Step(
            word=PART_WORDS[Part(one.part)],
            who=_named(one.by),
            at=one.at,
            found=(
                f"表 sha256:{one.statement['content'][:16]}、"
                f"緩くなるもの {one.statement['count']} 件の一覧 "
                f"sha256:{one.statement['loosened'][:16]}"
            ),
        )
        for one in change.signatures.select_related("by")
        if one.statement.get("content") == policy.hash
    ]


def _trial(change: Change, policy: Policy) -> tuple[tuple[str, str], ...]:
    tried = change.steps.filter(state=State.TRIED.value, version=policy.hash).order_by("-pk")
    found = tried.first()
    return tuple(_told(found.said)) if found else ()


def _told(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a step found as label and words; what is nested is left to its own page."""
    return [
        (FOUND.get(name, name), f"{value:,}" if isinstance(value, int) else str(value))
        for name, value in said.items()
        if isinstance(value, (int, float, str)) and value != ""
    ]
