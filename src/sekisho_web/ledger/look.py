"""One look (閲覧): what was asked, whose records it touched, and what was really rendered of them.

    look = look_of(request)
    look.about(system="takuso", screen="TK-D01", purpose="託送供給等", context=context, …)
    row = look.subject(record, owner_class=OwnerClass.RIVAL)
    cell = row.govern("customer_name", "山＊", Treatment.PART)   # {{ cell }} registers it

The record is made from this register, not from what the view intended to show.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from sekisho.ledger.leaves import DECISIONS, HIDDEN, Act, Kind, OwnerClass
from sekisho.ledger.shards import HOUSE
from sekisho_links.ledger.recorder import Unchanged
from sekisho_links.ledger.writing import Happening, Subject
from sekisho_web.ledger import words


class NotALook(RuntimeError):
    """A view touched governed data outside the door `shows`, or did not say what it shows."""


class Governed:
    """A value on its way to a person. Whatever turns it into text registers that it was shown.

    value:     as it is delivered: masked already where the table says so.
    treatment: 0 (表示) to 4 (拒否).
    """

    __slots__ = ("_row", "_value", "field", "treatment")

    def __init__(self, row: "Row", name: str, value: object, treatment: int) -> None:
        self._row = row
        self._value = value
        self.field = name
        self.treatment = treatment

    def deliver(self) -> object:
        """Return the value for a file or a JSON answer, and register it."""
        self._row.shown[self.field] = max(self.treatment, self._row.shown.get(self.field, 0))
        if self.treatment < HIDDEN:
            self._row.is_seen = True
        return self._value

    def __str__(self) -> str:
        value = self.deliver()
        return "" if value is None else str(value)

    def __bool__(self) -> bool:
        return bool(self.deliver())  # whether there is something is something

    def __repr__(self) -> str:
        return f"<Governed {self.field}>"  # never the value: this text may reach a log

    __hash__ = None  # type: ignore[assignment]  # neither compared nor looked up


@dataclass(slots=True, kw_only=True, eq=False)
class Row:
    """One customer's record on the page."""

    record: str
    owner_class: OwnerClass
    keys: tuple[str, ...] = ()
    shown: dict[str, int] = field(default_factory=dict)
    is_seen: bool = False

    def govern(self, name: str, value: object, treatment: int) -> Governed:
        return Governed(self, name, value, int(treatment))


@dataclass(slots=True, kw_only=True)
class Look:
    """What a view says about itself while the door `shows` waits for its page."""

    number: UUID  # 記録番号
    at: datetime
    details: dict[str, Any] = field(default_factory=dict)
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    device: str | None = None
    refused: str | None = None
    told: dict[str, Any] | None = None
    unchanged: Unchanged | None = None  # what must be the same when the look is recorded
    then: Callable[[], None] | None = None  # what happens once something was shown

    def about(
        self,
        *,
        system: str,
        screen: str,
        act: Act | str = Act.VIEW,
        purpose: str | None = None,
        table: str | None = None,
        context: Mapping[str, str] | None = None,
        viewer_class: str | None = None,
        device: str | None = None,
        grant: str | int | None = None,
        level: int = 1,
    ) -> None:
        """Say what is looked at. Needed before anything governed is shown; a second call replaces.

        purpose, viewer_class: words of 属性.csv, or their 値の符号.
        table:                 hash of the decision table that decided.
        context:               the attributes it decided on, by name.
        """
        self.device = device or self.device
        self.told = {
            "system": system,
            "screen": screen,
            "act": Act(act),
            "purpose": words.code("利用目的", purpose) if purpose else None,
            "table": table,
            "context": dict(context) if context else None,
            "org": words.code("閲覧者区分", viewer_class) if viewer_class else None,
            "grant": str(grant) if grant is not None else None,
            "level": level,
        }

    def searched(self, **asked: str) -> None:
        """Keep the search words, encrypted: what was asked says as much as what was found."""
        self.details["words"] = {**self.details.get("words", {}), **asked}

    def because(self, reason: str) -> None:
        """Keep the reason that the person gave (理由入力)."""
        self.details["reason"] = reason

    def subject(
        self, record: str | int, *, owner_class: OwnerClass | str, keys: tuple[str, ...] = ()
    ) -> Row:
        """Return the row of one customer's record on this page.

        record: its internal id; keys: further numbers under which its looks shall be found
                (supply point, contract), kept only as keyed digests.
        """
        name = (str(owner_class), str(record))
        if name not in self.rows:
            self.rows[name] = Row(
                record=str(record), owner_class=OwnerClass(owner_class), keys=keys
            )
        return self.rows[name]

    def govern(
        self,
        name: str,
        value: object,
        treatment: int,
        *,
        record: str | int,
        owner_class: OwnerClass | str,
    ) -> Governed:
        """Return a governed value of `record`: both calls in one."""
        return self.subject(record, owner_class=owner_class).govern(name, value, treatment)

    def refuse(self, reason: str) -> None:
        """Say that the person was refused, and why. They see what is seen when nothing is there."""
        self.refused = reason
        self.rows.clear()

    def happening(self, *, person: str | None, company: str) -> Happening:
        """Return what is recorded of this look, now that its page is complete."""
        if self.told is None and any(row.shown for row in self.rows.values()):
            raise NotALook("a view showed governed values and did not say look.about(…)")
        told = self.told or {"system": HOUSE, "act": Act.VIEW}
        rows: dict[OwnerClass, int] = {}
        seen: dict[OwnerClass, int] = {}
        for row in self.rows.values():
            rows[row.owner_class] = rows.get(row.owner_class, 0) + 1
            seen[row.owner_class] = seen.get(row.owner_class, 0) + row.is_seen
        shown = [pair for row in self.rows.values() for pair in row.shown.items()]
        details = dict(self.details)
        if self.refused is not None:
            details["refused"] = self.refused
        return Happening(
            kind=Kind.REFUSE if self.refused is not None else Kind.RELEASE,
            id=self.number,
            at=self.at,
            company=company,
            person=person,
            device=self.device,
            details=details,
            subjects=[_subject(row, told["system"]) for row in self.rows.values()],
            decision="refused" if self.refused is not None else _strictest(shown),
            rows=rows,
            seen=seen,
            shown=shown,
            **told,
        )


def look_of(request: HttpRequest) -> Look:
    """Return the look that this request is. Raise NotALook outside the door `shows`."""
    look = getattr(request, "look", None)
    if not isinstance(look, Look):
        raise NotALook("governed data is shown behind the door `shows` only")
    return look


def _subject(row: Row, system: str) -> Subject:
    items = {name: DECISIONS[level] for name, level in sorted(row.shown.items())}
    details = {"record": row.record, "owner": row.owner_class.value, "items": items}
    return Subject(
        key=f"{system}:{row.record}",
        also=row.keys,
        details=details | ({"keys": list(row.keys)} if row.keys else {}),
    )


def _strictest(shown: list[tuple[str, int]]) -> str | None:
    return DECISIONS[max(level for _, level in shown)] if shown else None
