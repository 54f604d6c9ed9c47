"""Versions as the documents made of them need them: their days, their change, who signed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from django.http import Http404

from sekisho.policy.life import PART_WORDS, WORDS, Part, State
from sekisho.policy.system import Policy, System
from sekisho.reports.documents.cases import cases
from sekisho.reports.documents.completion import About, Completion, Step
from sekisho.reports.documents.edition import Edition, period
from sekisho.reports.shapes import Report
from sekisho.reports.simulations import report_of
from sekisho.terms.days import JST
from sekisho_web.accounts.models import Person
from sekisho_web.policy.models import Change, Publication, Version
from sekisho_web.policy.queries.reading import Reading, kept, reading
from sekisho_web.policy.versions import policy_of
from sekisho_web.proof.queries import certificate
from sekisho_web.replay import simulations

LIVE = "live"  # in an address: whatever version is live

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


def edition(here: Reading, key: str, *, day: str = "") -> Edition:
    """Return the edition of one system in one stretch of days.

    day: the first day of the stretch, as `lines` names it; empty: the latest.
    Raises Http404 where the version has no such system or stretch.
    """
    went = _published(here)
    change = _change(here, went)
    found = [one for one in _stretches(here.system(key)) if day in ("", one.day)]
    if not found:
        raise Http404
    stretch = found[-1]
    first = change.starts_on if change else None
    last = (went.ends_on if went else None) or (change.ends_on if change else None)
    days = [one for one in (first, stretch.starts) if one]
    return Edition(
        policy=here.policy,
        system=stretch.system,
        name=_name(change),
        made_at=_made_at(here, went),
        starts=max(days) if days else None,
        ends=min([one for one in (last, stretch.ends) if one], default=None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A system as its rules stand from one day to the next on which any of them changes.

    starts: None where the rules have no days.
    """

    system: System
    starts: date | None = None
    ends: date | None = None
    alone: bool = True  # whether it is the only one

    @property
    def day(self) -> str:
        """How an address names it; empty where there is only one."""
        return self.starts.isoformat() if self.starts and not self.alone else ""


def _stretches(system: System) -> list[Stretch]:
    """Return the stretches that have rules, and the last one in any case, the earliest first."""
    days = system.stretches
    found = [
        Stretch(system=system.on(day), starts=day, ends=following)
        for day, following in zip(days, (*days[1:], None), strict=True)
    ] or [Stretch(system=system)]
    ruled = [one for one in found[:-1] if one.system.table.rules] + found[-1:]
    return [replace(one, alone=len(ruled) == 1) for one in ruled]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One system on the page of documents, in one stretch of days."""

    stretch: Stretch
    cases: int  # of the screens
    negatives: int
    examples: int

    @property
    def system(self) -> System:
        return self.stretch.system

    @property
    def days(self) -> str:
        """The days, where the version has different ones."""
        return "" if self.stretch.alone else period(self.stretch.starts, self.stretch.ends)

    @property
    def total(self) -> int:
        """How many cases its test specification has."""
        return self.cases + self.negatives + self.examples


@kept
def lines(policy: Policy) -> tuple[Line, ...]:
    """Return every system of a version with the number of its test cases (no query)."""
    return tuple(
        Line(
            stretch=stretch,
            cases=len(cases(stretch.system)),
            negatives=sum(one.binds(system.name) for one in policy.invariants),
            examples=len(system.examples),
        )
        for system in policy.systems.values()
        for stretch in _stretches(system)
    )


def completion(here: Reading) -> Completion:
    """Return what the completion report of a version prints (some twenty queries)."""
    went = _published(here)
    change = _change(here, went)
    before = _before(went, change)
    steps = _steps(change) if change else []
    signatures = _signatures(change, here.policy) if change else []
    trial = _trial(here.policy)
    moments = [_made_at(here, went), *(one.at for one in (*steps, *signatures))]
    if trial:
        moments.append(datetime.fromisoformat(trial.made_at))
    return Completion(
        policy=here.policy,
        name=_name(change),
        before=before,
        before_name="公開していた版" if went else "もとの版",
        change=_about(change) if change else None,
        steps=steps,
        signatures=signatures,
        trial=trial,
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


def _trial(policy: Policy) -> Report | None:
    """Return the report of the last simulation of this version (at most four queries).

    The document leaves the house of whoever may look at people: it says no count below three.
    """
    kept = simulations.simulation_of(policy.hash)
    if kept is None:
        return None
    found, tried = simulations.reading(kept), kept.investigation
    return report_of(
        found.result,
        list(found.lines),
        change=str(kept.change),
        traffic=f"{tried.question}（sha256:{tried.digest[:12]}）" if tried else "なし",
        made_at=kept.made_at,
        whole=False,
    )


def _told(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a step found as label and words; what is nested is left to its own page."""
    return [
        (FOUND.get(name, name), f"{value:,}" if isinstance(value, int) else str(value))
        for name, value in said.items()
        if isinstance(value, (int, float, str)) and value != ""
    ]
