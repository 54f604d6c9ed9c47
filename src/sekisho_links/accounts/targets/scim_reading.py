"""Resources of a SCIM server as they come.

Their names have no case; their values are believed only where they are what they should be.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Resource = dict[str, Any]
WORDS = {"true": True, "false": False}  # some servers write booleans as text


def value(resource: object, name: str) -> Any:  # noqa: ANN401 - JSON of somebody else
    """Return an attribute, or None; of what is no object too."""
    if not isinstance(resource, Mapping):
        return None
    if name in resource:
        return resource[name]
    return next((v for k, v in resource.items() if str(k).casefold() == name.casefold()), None)


def values(resource: object, name: str) -> list[Any]:
    """Return an attribute with many values; empty where it is not there, or is no list."""
    many = value(resource, name)
    return many if isinstance(many, list) else []


def active(resource: object) -> bool | None:
    """Return whether a user is active; None where the server does not say, or says otherwise."""
    said = value(resource, "active")
    if isinstance(said, str):
        return WORDS.get(said.casefold())
    return said if isinstance(said, bool) else None


def roles(resource: object) -> frozenset[str]:
    return frozenset(
        str(value(one, "value")) if isinstance(one, Mapping) else str(one)
        for one in values(resource, "roles")
    )


def moment(resource: object, path: str) -> datetime | None:
    """Return the time at `path` (dots lead inwards), aware; None where there is none."""
    said = resource
    for name in path.split("."):
        said = value(said, name)
    try:
        at = datetime.fromisoformat(str(said)) if said else None
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at
