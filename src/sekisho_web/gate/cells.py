"""A cell as it stands on a page: the delivered form, its sign and word, and why it is so."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sekisho.policy.attributes import RELATION, SCOPE
from sekisho.policy.masking import Field
from sekisho.policy.plan import plan
from sekisho.policy.system import System
from sekisho.policy.treatment import Treatment
from sekisho_links.gate.rows import Row
from sekisho_web.ledger.look import Governed, Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why a field is delivered as it is (根拠)."""

    item: str  # its item class
    level: Treatment  # what 判定表 says of the class
    rules: tuple[tuple[str, str], ...]  # the rules that say it, with what they rest on
    ceiling: Treatment  # the most that 整理表 lets this viewer see
    mask: str

    @property
    def by_table(self) -> bool:
        return self.level >= self.ceiling

    @property
    def by_sheet(self) -> bool:
        return self.ceiling >= self.level


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One field of one record."""

    field: Field
    treatment: Treatment
    governed: Governed
    is_empty: bool
    why: Why

    @property
    def is_absent(self) -> bool:
        """拒否 leaves no cell."""
        return self.treatment == Treatment.REFUSE

    @property
    def is_whole(self) -> bool:
        return self.treatment == Treatment.SHOW

    @property
    def is_hidden(self) -> bool:
        """Whether nothing of the value is left to show."""
        return self.treatment == Treatment.HIDE or (self.is_empty and not self.is_whole)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One record on a page."""

    row: Row
    cells: tuple[Cell, ...]


def lines_of(
    look: Look,
    system: System,
    found: Iterable[Row],
    *,
    fields: Iterable[Field],
    context: Mapping[str, str],
    key: str,
) -> list[Line]:
    """Return the records with their governed cells; what is rendered of them is what is recorded.

    key: the field by which a look of a record is found again, where it is delivered as it is.
    """
    lines = []
    wanted = tuple(fields)
    for row in found:
        whole = {**context, RELATION: row.relation.word, SCOPE: row.scope.word}
        decided = plan(system, whole)
        number = row.values.get(key)
        is_known = number is not None and decided.get(key) == Treatment.SHOW
        subject = look.subject(
            f"{system.key}:{row.id}",
            owner_class=row.relation.owner_class,
            keys=(str(number),) if is_known else (),
        )
        cells = []
        for field in wanted:
            value = row.values[field.id]
            cells.append(
                Cell(
                    field=field,
                    treatment=decided[field.id],
                    governed=subject.govern(field.id, value, decided[field.id]),
                    is_empty=not value,
                    why=why_of(system, field, whole),
                )
            )
        lines.append(Line(row=row, cells=tuple(cells)))
    return lines


def why_of(system: System, field: Field, context: Mapping[str, str]) -> Why:
    """Return the rules and the ceiling that decide about `field` in `context`."""
    level, ids = system.table.explain(context, field.item)
    basis = {rule.id: rule.basis for rule in system.table.rules}
    return Why(
        item=field.item,
        level=Treatment(level),
        rules=tuple((rule, basis[rule]) for rule in ids),
        ceiling=system.ceiling(field.id, context),
        mask=field.mask,
    )
