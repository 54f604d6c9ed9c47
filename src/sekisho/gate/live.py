"""Putting a version live: what must hold before the one UPDATE that switches to it."""

from collections.abc import Collection, Iterable, Mapping

from sekisho.gate.effects import relations_met
from sekisho.gate.relations import RELATIONS, Relation
from sekisho.policy.system import Policy, System
from sekisho.terms.refusals import Refusal

Findings = Collection[object]


def refusal_to_put_live(policy: Policy, *, errors: Findings, broken: Findings) -> Refusal | None:
    """Return why `policy` may not go live, or None where it may.

    errors: the findings of lint that are errors.
    broken: the invariants and the agreed examples that do not hold.
    """
    if errors:
        return Refusal(
            reason=f"判定表の検査に誤りが {len(errors)} 件あります",
            remedy="誤りを直してから、もう一度検査してください",
        )
    if broken:
        return Refusal(
            reason=f"成り立たない不変条件または試験例が {len(broken)} 件あります",
            remedy="反例の規則を直し、すべて証明できてから適用してください",
        )
    if not policy.systems:
        return Refusal(
            reason="対象システムの判定表がありません",
            remedy="システムごとのフォルダを置いてください",
        )
    return None


def relations_of_parties(
    systems: Iterable[System], viewers: Mapping[str, Collection[str]]
) -> dict[str, frozenset[Relation]]:
    """Return, per party, the relations in which any of `systems` shows it a row.

    systems: with the rules of one stretch of days each; a system may stand there for several.
    viewers: party -> the viewer classes that people of that party can have.
    """
    met: dict[str, set[Relation]] = {}
    for system in systems:
        for viewer, words in relations_met(system).items():
            met.setdefault(viewer, set()).update(RELATIONS[word] for word in words)
    return {
        party: frozenset(relation for viewer in classes for relation in met.get(viewer, ()))
        for party, classes in viewers.items()
    }
