"""値を足すと広がる行: rules that take in a value nobody had thought of when they were written."""

from collections.abc import Iterator
from dataclasses import dataclass

from sekisho.policy.cubes import meet
from sekisho.policy.system import Policy, System
from sekisho.policy.table import Rule
from sekisho.policy.treatment import FREE, Treatment


@dataclass(frozen=True, slots=True, kw_only=True)
class WideningRow:
    """A rule that permits something, and admits a value or an attribute that is new."""

    system: str  # key
    rule: str
    attribute: str
    value: str  # empty: the whole attribute is new, and the rule leaves it free
    wildcard: bool  # written －; else the value is in the cell by name or by 以外:
    opens: tuple[tuple[Treatment, tuple[str, ...]], ...]  # classes below 拒否, the lenient first
    frees: tuple[str, ...]  # duties that it says are not due
    shown: bool  # whether a row is shown there; where not, other rules refuse it all the same


def widening_rows(old: Policy, new: Policy) -> tuple[WideningRow, ...]:
    """Return every permissive rule of `new` that admits a value or an attribute that is new.

    The rule is listed although others may refuse what it opens: they are rows that may go.
    None where no value is new. A system that is new has no row that widens: all of it is new.
    """
    return tuple(
        sorted(
            (
                row
                for key, system in new.systems.items()
                if key in old.systems
                for row in _of(old, system)
            ),
            key=lambda row: (row.attribute, row.value, not row.opens, row.system, row.rule),
        )
    )


def _of(old: Policy, system: System) -> Iterator[WideningRow]:
    table = system.table
    for place, (name, words) in enumerate(table.attributes.items()):
        known = old.attributes.get(name)
        fresh = [""] if known is None else [word for word in words if word not in known.words]
        for value in fresh:
            bits = 1 << words.index(value) if value else table.everything[place]
            for rule in system.rules:
                if rule.cube[place] & bits == bits:
                    row = _row(system, rule, attribute=name, value=value)
                    if row.opens or row.frees:
                        yield row


def _row(system: System, rule: Rule, *, attribute: str, value: str) -> WideningRow:
    table = system.table
    opened: dict[Treatment, list[str]] = {}
    for name in table.classes:
        if (level := rule.out.get(name, Treatment.REFUSE)) < Treatment.REFUSE:
            opened.setdefault(Treatment(level), []).append(name)
    place = table.places[attribute]
    narrow = {attribute: frozenset({value})} if value else {}
    admitted = meet(rule.cube, table.cube(narrow)) or rule.cube
    return WideningRow(
        system=system.key,
        rule=rule.id,
        attribute=attribute,
        value=value,
        wildcard=rule.cube[place] == table.everything[place],
        opens=tuple((level, tuple(names)) for level, names in sorted(opened.items())),
        frees=tuple(name for name in table.duties if rule.out.get(name) == FREE),
        shown=any(meet(admitted, box) for _, box in table.shown),
    )
