"""The certificate (証明書): which invariants of which version hold, and the witness where not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import prod

from sekisho.policy.invariant import Invariant
from sekisho.policy.system import Policy, System
from sekisho.proof.invariants import leak
from sekisho.proof.witness import Witness


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was found of one invariant in one version of one system."""

    invariant: Invariant
    witness: Witness | None

    @property
    def held(self) -> bool:
        """Whether the invariant holds: it was proved that nothing breaks it."""
        return self.witness is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The invariants of one version of one system: its rules on one stretch of days."""

    system: str  # key
    name: str
    starts: date | None  # the first day of the stretch; None: the rules have no days
    ends: date | None
    hash: str  # of the sheets on which the system's answers depend
    contexts: int  # how many contexts each sentence was proved for
    results: tuple[Result, ...]

    @property
    def version(self) -> str:
        """The name of the version: the beginning of its hash, and its first day."""
        return f"{self.hash[:12]}@{self.starts.isoformat() if self.starts else '－'}"

    @property
    def broken(self) -> tuple[Result, ...]:
        """The invariants that do not hold."""
        return tuple(result for result in self.results if not result.held)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """All proofs of one policy.

    It says nothing of facts: whether attributes are true, whether every screen goes through the
    gate, whether the inventory of screens is whole.
    """

    hash: str
    proofs: tuple[Proof, ...]

    @property
    def held(self) -> int:
        """How many sentences hold, over all systems and versions."""
        return sum(result.held for proof in self.proofs for result in proof.results)

    @property
    def broken(self) -> int:
        """How many do not."""
        return sum(len(proof.broken) for proof in self.proofs)

    @property
    def holds(self) -> bool:
        """Whether everything holds."""
        return not self.broken


def certificate(policy: Policy) -> Certificate:
    """Return what of the invariants holds in `policy`, for every system and stretch of days."""
    return Certificate(hash=policy.hash, proofs=tuple(proofs(policy)))


def proofs(policy: Policy, *, systems: frozenset[str] = frozenset()) -> Iterator[Proof]:
    """Yield the proofs of `policy` one by one, of the systems with these keys (none: of all)."""
    for key, system in policy.systems.items():
        if systems and key not in systems:
            continue
        stretches = system.stretches
        if not stretches:
            yield _proof(policy, system, starts=None, ends=None)
            continue
        for day, following in zip(stretches, (*stretches[1:], None), strict=True):
            version = system.on(day)
            if version.table.rules or day == stretches[-1]:
                yield _proof(policy, version, starts=day, ends=following)


def _proof(policy: Policy, system: System, *, starts: date | None, ends: date | None) -> Proof:
    return Proof(
        system=system.key,
        name=system.name,
        starts=starts,
        ends=ends,
        hash=system.hash,
        contexts=prod(len(values) for values in system.table.attributes.values()),
        results=tuple(
            Result(invariant=invariant, witness=leak(policy, system, invariant))
            for invariant in policy.invariants
            if invariant.binds(system.name)
        ),
    )
