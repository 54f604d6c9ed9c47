"""What 照合 and 見張り read: the last runs, and what was met of each watched combination."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import Http404

from sekisho.campaigns.findings import Kind
from sekisho.policy.system import Policy
from sekisho.policy.watched import Watched, shown_in
from sekisho.reports.sentences import conditions_of, scene, shows
from sekisho_web.campaigns import queries as campaigns
from sekisho_web.campaigns.models import Finding
from sekisho_web.policy.versions import ByHash
from sekisho_web.replay.checking import WORDS
from sekisho_web.replay.models import SelfCheck
from sekisho_web.replay.watching import LOGGED, LOOKS, PEOPLE

RUNS = 30  # of the list: a month of nights
KEPT = 400  # runs that the counts of 見張り are summed over: a year of nights
BOXES = 3  # of one system, on the page


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One check of one run, in words."""

    words: str
    n: int
    mismatches: int
    examples: Sequence[str]
    note: str
    problem: str
    seconds: float

    @property
    def is_good(self) -> bool:
        return not self.mismatches and not self.problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One self-check, with its checks in words."""

    check: SelfCheck
    lines: tuple[Line, ...]

    @property
    def state(self) -> str:
        """待ち, 途中, 一致, 不一致."""
        if self.check.started_at is None:
            return "待ち"
        if self.check.ended_at is None:
            return "途中"
        return "一致" if all(line.is_good for line in self.lines) else "不一致"

    @property
    def is_good(self) -> bool:
        return self.state == "一致"

    @property
    def mismatches(self) -> int:
        return sum(line.mismatches for line in self.lines)

    @property
    def unchecked(self) -> int:
        return sum(bool(line.problem) for line in self.lines)


def runs() -> list[Run]:
    """Return the last self-checks, the newest first (one query)."""
    found = SelfCheck.objects.select_related("asked_by").order_by("-asked_at", "-pk")[:RUNS]
    return [_run(check) for check in found]


def run(pk: int) -> Run:
    """Return one self-check (one query)."""
    found = SelfCheck.objects.select_related("asked_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return _run(found)


def as_json(found: Run) -> dict[str, Any]:
    """Return a run as the command gives it out; nothing in it names a person or a customer."""
    return {
        "version": found.check.version,
        "good": found.is_good,
        "checks": [
            {
                "name": line.words,
                "n": line.n,
                "mismatches": line.mismatches,
                "examples": list(line.examples),
                "problem": line.problem,
                "seconds": line.seconds,
            }
            for line in found.lines
        ],
    }


def _run(check: SelfCheck) -> Run:
    return Run(check=check, lines=tuple(_line(said) for said in check.checks))


def _line(said: Mapping[str, Any]) -> Line:
    return Line(
        words=WORDS.get(said["key"], said["key"]),
        n=said["n"],
        mismatches=said["mismatches"],
        examples=said["examples"],
        note=said["note"],
        problem=said["problem"],
        seconds=said["seconds"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """What one system would show in a part of a watched combination."""

    sentence: str
    shows: Sequence[tuple[Any, str]]
    rules: tuple[str, ...]
    contexts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Would:
    """What one system would show in a watched combination. No box: nothing."""

    key: str
    name: str
    boxes: tuple[Box, ...]
    more: int  # boxes that the page leaves out
    rules: tuple[str, ...]  # that show the row in any of them


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedLine:
    """One watched combination: what the tables would do, and what was met of it.

    people: who have it now, by the last run; looks, logged: summed over the runs of a year.
    """

    row: Watched
    conditions: Sequence[tuple[str, str]]
    would: tuple[Would, ...]
    people: int
    looks: int
    logged: int
    last: str
    findings: Sequence[Finding]

    @property
    def shows_nothing(self) -> bool:
        return not any(would.boxes for would in self.would)

    @property
    def has_occurred(self) -> bool:
        return bool(self.people or self.looks or self.logged)


def watched(policy: Policy) -> list[WatchedLine]:
    """Return every watched combination of `policy` (two queries)."""
    nights = list(
        SelfCheck.objects.exclude(ended_at=None)
        .order_by("-started_at")
        .values_list("checks", flat=True)[:KEPT]
    )
    seen = [
        said["seen"] for checks in nights for said in checks if said["key"] == "watched"
    ]  # newest first
    by_row: dict[str, list[Finding]] = {}
    for finding in campaigns.seen(kind=Kind.WATCHED, prefix=""):
        by_row.setdefault(finding.subject, []).append(finding)
    return [
        WatchedLine(
            row=row,
            conditions=conditions_of(row.where, among=_domains(policy)),
            would=_would(ByHash(policy), row.id),
            people=seen[0].get(row.id, {}).get(PEOPLE, 0) if seen else 0,
            looks=sum(one.get(row.id, {}).get(LOOKS, 0) for one in seen),
            logged=sum(one.get(row.id, {}).get(LOGGED, 0) for one in seen),
            last=max((one.get(row.id, {}).get("last", "") for one in seen), default=""),
            findings=by_row.get(row.id, ()),
        )
        for row in policy.watched
    ]


def _domains(policy: Policy) -> dict[str, tuple[str, ...]]:
    return {name: attribute.words for name, attribute in policy.attributes.items()}


@lru_cache(maxsize=256)
def _would(of: ByHash, identity: str) -> tuple[Would, ...]:
    (row,) = (one for one in of.policy.watched if one.id == identity)
    return tuple(
        _of_system(system.key, system.name, shown_in(system.table, row), system.table.attributes)
        for system in of.policy.systems.values()
        if row.binds(system.name)
    )


def _of_system(
    key: str, name: str, boxes: Sequence[Any], among: Mapping[str, Sequence[str]]
) -> Would:
    return Would(
        key=key,
        name=name,
        boxes=tuple(
            Box(
                sentence=scene(box.where, among=among),
                shows=shows(box.decision.levels),
                rules=box.rules,
                contexts=box.contexts,
            )
            for box in boxes[:BOXES]
        ),
        more=max(len(boxes) - BOXES, 0),
        rules=tuple(dict.fromkeys(rule for box in boxes for rule in box.rules)),
    )
