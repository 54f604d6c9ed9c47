"""The tables of an investigation: the normalised access, and the facts it is judged against.

Periods are half open, `valid_from <= t < valid_to`; an open end is null. Times are UTC.
"""

from collections.abc import Mapping
from typing import Any

TIME = "timestamp('UTC', 6)"

ACCESS: Mapping[str, str] = {
    "file": "string",
    "line": "int32",
    "at": TIME,
    "account": "string",
    "device": "string",
    "ip": "string",
    "screen": "string",
    "action": "string",
    "record": "string",
    "n": "int32",
    "result": "string",
    "purpose": "string",
    "method": "string",
    "system": "string",
}

_PERIOD = {"valid_from": TIME, "valid_to": TIME}


def _texts(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "string")


FACTS: Mapping[str, Mapping[str, str]] = {
    "companies": _texts("code", "name", "kind", "principal"),
    "units": _texts("unit", "company", "name", "kind"),
    "persons": _texts("person", "name"),
    "posts": _texts("person", "company", "unit", "kind") | _PERIOD,
    "supporters": _texts("emergency", "person") | _PERIOD,
    "accounts": _texts("account", "system", "person", "kind", "granted_by")
    | {"issued_at": TIME, "closed_at": TIME}
    | _PERIOD,
    "devices": _texts("device", "terminal", "owner", "principal", "site_company", "keeper")
    | _PERIOD,
    "loans": _texts("device", "person") | _PERIOD,
    "emergencies": _texts("emergency", "district") | _PERIOD,
    "grants": _texts("grant", "person", "system", "kind", "purpose", "district", "record")
    | _PERIOD
    | {"revoked_at": TIME},
    "work_items": _texts("work_item", "person", "company", "record", "kind") | _PERIOD,
    "holds": _texts("person", "reason") | _PERIOD,
    "points": _texts("record", "facility", "kind", "area", "district"),
    "contracts": _texts("record", "contract", "customer", "relation", "company", "status")
    | _PERIOD,
    "ties": _texts("record", "company", "relation") | _PERIOD,
}

# Content that is looked up: (company kind, unit kind) -> viewer class, ground of duty, 優先.
CLASSES: Mapping[str, str] = _texts("company_kind", "unit_kind", "viewer_class", "duty") | {
    "rank": "int32"
}
SCREENS: Mapping[str, str] = _texts("system", "screen", "screen_kind")

# A fact of which one key may have only one row at a time -> the key.
ONE_AT_A_TIME: Mapping[str, tuple[str, ...]] = {
    "accounts": ("system", "account"),
    "devices": ("device",),
    "contracts": ("record",),
}

# What is kept of each linked access. number: its context; bits: the classes that hold.
LOOK: Mapping[str, str] = {
    "system": "string",
    "file": "string",
    "line": "int32",
    "at": TIME,
    "screen": "string",
    "result": "string",
    "viewer_id": "int32",
    "point_id": "int32",
    "number": "int64",
    "bits": "int32",
}
# What windows are counted from.
TOUCH: Mapping[str, str] = _texts("kind", "person", "contract", "customer", "retailer") | {
    "day": "date",
    "accesses": "int64",
}
# Who met what record how: what flows are counted from.
MEETING: Mapping[str, str] = {
    "viewer_id": "int32",
    "point_id": "int32",
    "system": "string",
    "result": "string",
    "treatment": "string",
    "accesses": "int64",
}
# How often each context came, with each result.
HISTOGRAM: Mapping[str, str] = _texts("system", "screen", "result") | {
    "number": "int64",
    "accesses": "int64",
}
# Each context that came has a number of its own in one investigation (`context`), by which its
# looks are kept: for another table only those are counted whose answer it changes.
NUMBERED: Mapping[str, str] = _texts("system", "screen") | {"number": "int64", "context": "int32"}
# A look as it is kept: one row each, since hardly two are alike. minute: since 1970, UTC.
KEPT: Mapping[str, str] = {
    "context": "int32",
    "result": "string",
    "minute": "int32",
    "viewer_id": "int32",
    "point_id": "int32",
}
WINDOW: Mapping[str, str] = {"window": "string", "first": "date", "until": "date"}
AREAS: Mapping[str, str] = {"area": "string"}  # the supply areas of the network company
STARTED: Mapping[str, str] = {"system": "string", "started": TIME}  # first moment of each log
QUIET: Mapping[str, str] = {"quiet_system": "string", "quiet_account": "string", "quiet_at": TIME}
# What the tables answered. unknown: the first attribute that is not known, or empty.
DECIDED: Mapping[str, str] = _texts("system", "screen", "treatment", "rules", "unknown") | {
    "number": "int64"
}
HIT: Mapping[str, str] = _texts(
    "system",
    "class",
    "account",
    "person",
    "person_name",
    "unit",
    "company",
    "viewer_class",
    "device",
    "screen",
    "action",
    "record",
    "contract",
    "customer",
    "retailer",
    "retailer_name",
    "result",
    "treatment",
    "rules",
    "file",
    "viewer",
) | {"bits": "int32", "at": TIME, "line": "int32"}

ALLOWED, NOT_ALLOWED, UNDECIDABLE = "allowed", "not_allowed_by_table", "undecidable"
MASKED, NOT_SHOWN = "masked", "not_shown"
VERDICTS = (ALLOWED, NOT_ALLOWED, UNDECIDABLE, MASKED, NOT_SHOWN)

Facts = Mapping[str, Any]  # name -> Ibis table


def unbound(columns: Mapping[str, str], name: str) -> Any:  # noqa: ANN401 -- Ibis is not typed
    """Return an Ibis table of this name and shape, bound to no engine."""
    import ibis  # noqa: PLC0415 -- slow to import; the shapes alone are needed without it

    return ibis.table(dict(columns), name=name)


def facts() -> dict[str, Any]:
    """Return every fact, and the content that is looked up, as unbound tables."""
    return {
        **{name: unbound(columns, name) for name, columns in FACTS.items()},
        "classes": unbound(CLASSES, "classes"),
        "screens": unbound(SCREENS, "screens"),
        "areas": unbound(AREAS, "areas"),
    }
