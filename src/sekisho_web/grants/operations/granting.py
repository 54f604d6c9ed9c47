"""What an approval gives (利用許可): one grant for the asker, or one for each helper."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sekisho.grants import requests
from sekisho.grants.decisions import Decision as Said
from sekisho.ledger.leaves import Kind
from sekisho_web.accounts.models import Account, Appointment
from sekisho_web.grants.models import Grant, Request
from sekisho_web.grants.queries import deciders, organisations
from sekisho_web.grants.queries import requests as queries
from sekisho_web.ledger import operations as ledger

RECORDS = frozenset({"supply_point", "contract", "facility"})  # numbers that name a record


def grant(row: Request, said: Said, *, now: datetime) -> Sequence[Grant]:
    """Return the grants that the last approval makes: one for the asker, or one a helper.

    Each is cut at the end of the post on which it rests; nothing is left of one that ended.
    """
    asked = queries.rule_of(row)
    if said.valid is None:
        return ()  # a denial gives nothing
    starts, ends = said.valid
    numbers = [one.no for one in asked.references]
    shape: dict[str, Any] = {
        "request": row,
        "emergency": row.emergency,
        "system": asked.system,
        "kind": asked.mode,
        "purpose": asked.purpose,
        "role": asked.role,
        "reference": "、".join(numbers)[:60],
        "uses_max": said.uses,
        "use_minutes": said.use_minutes,
        "scope_areas": list(asked.areas),
        "scope_records": [one.no for one in asked.references if one.kind in RECORDS],
        "valid_from": starts,
    }
    code = f"G{row.code[1:]}"
    if not asked.helpers:
        made = [
            Grant(code=code, person=row.asked_by, appointment=row.appointment,
                  works_for=row.works_for, account=row.account, valid_to=ends, **shape)
        ]  # fmt: skip
    else:
        made = list(_of_helpers(asked, code, starts, ends, shape))
    Grant.objects.bulk_create(made)
    ledger.append_all(
        kind=Kind.GRANT_OPEN,
        actor=None,
        at=now,
        entries=[(one, {"code": one.code, "valid_to": one.valid_to.isoformat()}) for one in made],
        details={
            "act": "利用許可",
            "request": row.code,
            "system": asked.system,
            "purpose": asked.purpose,
            "valid_from": starts.isoformat(),
            "uses_max": said.uses,
        },
    )
    return made


def _of_helpers(
    asked: requests.Request, code: str, starts: datetime, ends: datetime, shape: Mapping[str, Any]
) -> Sequence[Grant]:
    keys = [organisations.appointment_pk(one.appointment) for one in asked.helpers]
    posts = Appointment.objects.select_related("person", "works_for").in_bulk(keys)
    last = deciders.posts_end(keys, at=starts)
    accounts = {
        one.code: one
        for one in Account.objects.filter(
            system__key=asked.system, code__in=[one.account for one in asked.helpers if one.account]
        )
    }
    found = []
    for number, (helper, key) in enumerate(zip(asked.helpers, keys, strict=True), start=1):
        post, until = posts[key], last.get(key, starts)
        valid_to = ends if until is None else min(ends, until)
        if valid_to > starts:
            found.append(
                Grant(
                    code=f"{code}-{number:03d}",
                    person=post.person,
                    appointment=post,
                    works_for=post.works_for,
                    account=accounts.get(helper.account),
                    valid_to=valid_to,
                    **shape,
                )
            )
    return found
