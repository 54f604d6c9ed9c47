"""What a title in a unit means (職務の対応) is said by the second line."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from sekisho.ledger.leaves import Kind
from sekisho_web.accounts.models import Person, Unit, UnitMapping
from sekisho_web.ledger import operations as ledger


@transaction.atomic
def say_duties(
    *, unit: Unit, title: str, flags: Collection[str], by: Person, now: datetime
) -> UnitMapping:
    """Say which duties a title in `unit` has ("" is every title), and return what is said now.

    Orders that come from now on carry them; posts that stand are not touched.
    """
    before = UnitMapping.objects.filter(unit=unit, title=title).first()
    mapping, _ = UnitMapping.objects.update_or_create(
        unit=unit, title=title, defaults={"flags": sorted(set(flags))}
    )
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=mapping,
        at=now,
        details={
            "act": "職務の対応",
            "unit": unit.code,
            "title": title,
            "flags": mapping.flags,
            "before": before.flags if before else None,
        },
    )
    return mapping
