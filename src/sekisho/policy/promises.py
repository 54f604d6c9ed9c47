"""What holds a version to its word (不変条件, 試験例, 見張り), and whether the next asks as much.

A promise that only asks for more is none that was weakened. All else that is written otherwise
is named: whoever signs has to read it.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

from sekisho.policy import records
from sekisho.policy.examples import Example
from sekisho.policy.invariant import Invariant
from sekisho.policy.read_system import CONDITION
from sekisho.policy.records import RowChange, Rows
from sekisho.policy.system import Policy, System
from sekisho.policy.watched import Watched


class _Promise(Protocol):
    @property
    def id(self) -> str: ...


_P = TypeVar("_P", bound=_Promise)


def weaker_invariants(old: Policy, new: Policy) -> Iterator[RowChange]:
    """Yield the invariants that went, and what in the others may ask for less, by column."""
    rows = records.invariants(old), records.invariants(new)
    return _weaker("不変条件.csv", old.invariants, new.invariants, rows, more=_stronger)


def narrower_watches(old: Policy, new: Policy) -> Iterator[RowChange]:
    """Yield the watched combinations that went, and where fewer of them are watched."""
    rows = records.watched(old), records.watched(new)
    return _weaker("見張り.csv", old.watched, new.watched, rows, more=_watches_more)


def weaker_examples(old: System, new: System) -> Iterator[RowChange]:
    """Yield the examples that went, and what in the others no longer says all that it said."""

    def more(was: Example, now: Example, column: str) -> bool:
        if column.startswith(CONDITION):
            return column.removeprefix(CONDITION) not in old.table.attributes
        if column == "期待義務":
            return was.duties is None
        if column == "期待項目":
            return was.fields.items() <= now.fields.items()
        return column in ("題", "出典") or now.levels.items() >= was.levels.items()

    rows = records.examples(old), records.examples(new)
    return _weaker("試験例.csv", old.examples, new.examples, rows, more=more)


def _weaker(
    sheet: str,
    old: Iterable[_P],
    new: Iterable[_P],
    rows: tuple[Rows, Rows],
    *,
    more: Callable[[_P, _P, str], bool],
) -> Iterator[RowChange]:
    before, after = ({one.id: one for one in of} for of in (old, new))
    known = {name: cells for name, cells in rows[1].items() if name in before}
    for change in records.changes(sheet, rows[0], known):
        gone = change.id not in after
        if gone or not more(before[change.id], after[change.id], change.column):
            yield change


def _wider(old: Invariant | Watched, new: Invariant | Watched, column: str) -> bool:
    """Say whether `column`, of where something is asked, now asks there and elsewhere too."""
    if column.startswith(CONDITION):
        name = column.removeprefix(CONDITION)
        return name not in new.where or (name in old.where and old.where[name] <= new.where[name])
    if column == "対象システム":
        return not new.systems or (bool(old.systems) and old.systems <= new.systems)
    return False


def _stronger(old: Invariant, new: Invariant, column: str) -> bool:
    if column == "対象":
        return {*old.targets} <= {*new.targets}
    if column == "下限":
        return new.floor >= old.floor and new.kind == old.kind
    return _wider(old, new, column)


def _watches_more(old: Watched, new: Watched, column: str) -> bool:
    return column in ("根拠", "備考") or _wider(old, new, column)
