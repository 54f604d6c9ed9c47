"""What a draft breaks, and how far it goes beyond the live version: looked at after each save."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from sekisho.errors import SekishoError
from sekisho.policy.editing import Files, rows_of
from sekisho.policy.examples import Example
from sekisho.policy.lint import Finding, Severity, lint
from sekisho.policy.sheets import Unreadable
from sekisho.policy.system import Policy, System
from sekisho.proof.agreed import disagreeing
from sekisho.proof.certificate import Result, proofs
from sekisho.reports.differences import difference
from sekisho_web.policy import versions
from sekisho_web.policy.queries.reading import question

KEPT = 64
OF_FILE = re.compile(r"^(?P<path>.+\.csv) (?P<line>\d+)行目")
OF_SYSTEM = re.compile(r"^(?P<system>.+) (?P<sheet>判定表|整理表|画面遷移) (規則)?(?P<row>\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """An invariant that fails. question: where the combination of the witness is opened."""

    system: System
    result: Result
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What was found of a version. Where it cannot be read, nothing else can be said of it."""

    unreadable: tuple[SekishoError, ...] = ()
    errors: tuple[Finding, ...] = ()
    broken: tuple[Broken, ...] = ()
    examples: tuple[tuple[System, Example], ...] = ()
    held: int = 0
    contexts: int = 0


@lru_cache(maxsize=KEPT)
def judged(version: str, system: str) -> Judged:
    """Return what is wrong with one system of a version; empty: with all of them (0.5 s)."""
    try:
        policy = versions.policy_of(version)
    except Unreadable as error:
        return Judged(unreadable=error.errors)
    of = frozenset({system} if system else ())
    mine = [one for key, one in policy.systems.items() if key in (of or policy.systems)]
    names = {one.name for one in mine}
    found = list(proofs(policy, systems=of))
    return Judged(
        errors=tuple(
            one
            for one in lint(policy)
            if one.severity is Severity.ERROR and _is_of(one.place, names)
        ),
        broken=tuple(
            Broken(
                system=policy.systems[proof.system],
                result=result,
                question=question(
                    policy, proof.system, result.witness.context, version=version[:12]
                )
                if result.witness and result.witness.context
                else "",
            )
            for proof in found
            for result in proof.broken
        ),
        examples=tuple((one, example) for one in mine for example in disagreeing(one)),
        held=sum(result.held for proof in found for result in proof.results),
        contexts=max((proof.contexts for proof in found), default=0),
    )


@lru_cache(maxsize=KEPT)
def measured(live: str, version: str, system: str) -> tuple[int, int] | None:
    """Return how many sentences say that a version is looser than the live one, and stricter.

    They are those of the page 比較, of one system (empty: of all). None where one of the two
    cannot be read.
    """
    try:
        old, new = (_of(versions.policy_of(one), system) for one in (live, version))
    except Unreadable:
        return None
    found = difference(old, new)
    return found.looser, found.stricter


def _of(policy: Policy, system: str) -> Policy:
    systems = {key: one for key, one in policy.systems.items() if system in ("", key)}
    return replace(policy, systems=systems)


def located(place: str, files: Files) -> tuple[str, str] | None:
    """Return the path and the row that `place` names, or None where it names no row."""
    if found := OF_FILE.match(place):
        path, start = found["path"], f"{found['path']} {found['line']}行目"
        try:
            rows = rows_of(files, path).rows
        except SekishoError:
            return path, ""
        return path, next((row.id for row in rows if row.place == start), "")
    if found := OF_SYSTEM.match(place):
        return f"{found['system']}/{found['sheet']}.csv", found["row"]
    return None


def _is_of(place: str, names: set[str]) -> bool:
    return any(place.startswith((f"{name} ", f"{name}/")) for name in names)
