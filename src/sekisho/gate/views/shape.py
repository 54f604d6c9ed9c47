"""The shape of a system in the database: what must be built anew when its 整理表 changes.

A version that changes rules, ceilings or screens only is new rows and nothing else. One that adds
or drops a field, or changes a mask, a code or a search key, changes the text of the masked view.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from sekisho.gate.views.finders import finders_sql
from sekisho.gate.views.masked import view_sql
from sekisho.gate.views.records import coded_fields, key_field, search_fields
from sekisho.gate.views.rules import effect_sql
from sekisho.policy.system import System
from sekisho.terms.refusals import Refusal

# What all schemas look like, whatever the tables say. Another form is loaded anew.
FORM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the view of a system is built from.

    types: field -> its type (型), of every field that is stored, also of one long dropped.
    """

    digest: str
    types: Mapping[str, str]


def shape_of(system: System, others: Iterable[System]) -> Shape:
    """Return the shape of `system`; others: all systems of the version, for the transitions."""
    types = {field.id: field.type for field in system.fields.values()}
    text = "\n".join(
        (
            view_sql(system),
            finders_sql(system, others),
            effect_sql(system),
            *sorted(f"{field} {kind}" for field, kind in types.items()),
        )
    )
    return Shape(digest=sha256(text.encode()).hexdigest(), types=types)


def columns_of(system: System) -> tuple[str, ...]:
    """Return the columns that the records of `system` need besides id, owner and area."""
    return (*system.fields, *(f"{field}_code" for field in coded_fields(system)))


def indexed_fields(system: System) -> tuple[str, ...]:
    """Return the fields by which a record is found, each once."""
    return tuple(dict.fromkeys((key_field(system), *search_fields(system))))


def refusal_to_reshape(system: System, stored: Mapping[str, str]) -> Refusal | None:
    """Return why records with fields of these types cannot serve `system`, or None.

    What is stored is not read again: of another type, a mask would meet values that it does not
    understand.
    """
    for field in system.fields.values():
        if field.id in stored and stored[field.id] != field.type:
            return Refusal(
                reason=f"「{field.name}」（{field.id}）の型が"
                f"「{stored[field.id]}」から「{field.type}」に変わっています",
                remedy="入っている記録は変わりません。型を戻すか、新しい項目IDの項目として足してください",
            )
    return None
