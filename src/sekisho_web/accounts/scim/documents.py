"""Documents as rows, and what of a document means something here."""

import json
from collections.abc import Mapping
from typing import Any
from unicodedata import normalize
from uuid import UUID

from scim2_models import Context, InvalidValueException, Meta, Resource

from sekisho.accounts.told import Told
from sekisho_web.accounts.models import ScimResource
from sekisho_web.accounts.scim.schemas import ENTERPRISE, OURS, PROVIDER

NAME = ScimResource._meta.get_field("name").max_length or 200
EXTERNAL = ScimResource._meta.get_field("external_id").max_length or 200
NUL = "\\u0000"  # as JSON writes the one character that no text of the database can hold
Document = Mapping[str, Any]


def version_of(row: ScimResource) -> str:
    return f'W/"{row.version}"'


def resource_of(row: ScimResource, *, active: bool = True) -> Resource[Any]:
    """Return the resource that `row` keeps. active: whether with the word that was last told."""
    document = row.document if active else {k: v for k, v in row.document.items() if k != "active"}
    model: Any = PROVIDER.model_for(row.kind)
    resource: Resource[Any] = model.model_validate(document)
    resource.id = str(row.uid)
    resource.meta = Meta(
        resource_type=row.kind,
        created=row.created_at,
        last_modified=row.modified_at,
        version=version_of(row),
    )
    return resource


def document_of(resource: Resource[Any]) -> dict[str, Any]:
    """Return what is kept of `resource`: all of it but a password, which nobody may have.

    Raises InvalidValueException where it holds a character that cannot be kept.
    """
    if getattr(resource, "password", None) is not None:
        resource = resource.model_copy(update={"password": None})
    document = resource.model_dump(scim_ctx=Context.DEFAULT)
    for own in ("id", "meta"):
        document.pop(own, None)
    if NUL in json.dumps(document):
        raise InvalidValueException(detail="文字コード 0 は受け取れません。取り除いてください")
    return document


def name_key(kind: str, document: Document, *, uid: UUID) -> str:
    """Return what must be there once: a user's name in lower case, and of a group its number.

    Names of groups mean nothing here, and directories use the same one twice.
    """
    if kind != ScimResource.Kind.USER:
        return uid.hex
    return lower(str(document.get("userName", "")))


def lower(name: str) -> str:
    """Return `name` as names are compared. Raises InvalidValueException where it is too long."""
    key = normalize("NFC", normalize("NFC", name).lower())
    if not key.strip() or len(key) > NAME:
        raise InvalidValueException(detail=f"userName has 1 to {NAME} characters")
    return key


def external_id(document: Document) -> str:
    text = str(document.get("externalId", ""))
    if len(text) > EXTERNAL:
        raise InvalidValueException(detail=f"externalId has at most {EXTERNAL} characters")
    return text


def appointments(document: Document) -> list[Told]:
    """Return the appointments that `document` tells; none where it has none, which is no news."""
    return [
        Told(
            order_no=_text(one, "orderNo"),
            branch=_text(one, "branch"),
            employer=_text(one, "employer"),
            works_for=_text(one, "worksFor"),
            unit=_text(one, "orgUnit"),
            title=_text(one, "title"),
            kind=_text(one, "kind"),
            valid_from=_text(one, "validFrom"),
            valid_to=_text(one, "validTo"),
            flags=tuple(sorted(str(flag) for flag in one.get("flags") or ())),
        )
        for one in _ours(document).get("appointments") or ()
    ]


def keep_untold(document: dict[str, Any], before: Document) -> None:
    """Let `document` go on telling the appointments of before, where it is silent about them.

    A directory that does not know our extension sends documents without it, which says nothing.
    """
    told = _ours(before).get("appointments")
    if told and "appointments" not in _ours(document):
        document[OURS] = {**_ours(document), "appointments": told}


def with_appointments(document: Document, *, of: Document) -> dict[str, Any]:
    """Return `document` with the appointments that `of` tells, and no others."""
    told = _ours(of).get("appointments")
    rest = {key: value for key, value in _ours(document).items() if key != "appointments"}
    ours = {**rest, **({"appointments": told} if told else {})}
    without = {key: value for key, value in document.items() if key != OURS}
    return {**without, **({OURS: ours} if ours else {})}


def employee_number(document: Document) -> str:
    return _text(_enterprise(document), "employeeNumber")


def organization(document: Document) -> str:
    return _text(_enterprise(document), "organization")


def manager(document: Document) -> str:
    return _text(_enterprise(document).get("manager") or {}, "value")


def group_id(document: Document) -> str:
    return _text(_ours(document), "groupId")


def previous_number(document: Document) -> str:
    return _text(_ours(document), "previousNumber")


def kana(document: Document) -> str:
    return _text(_ours(document), "kana")


def full_name(document: Document) -> str:
    """Return the name of the person: as it is displayed, as it is written, or family name first."""
    name = document.get("name") or {}
    parts = (_text(name, "familyName"), _text(name, "givenName"))
    return (
        _text(document, "displayName")
        or _text(name, "formatted")
        or " ".join(part for part in parts if part)
    )


def _ours(document: Document) -> Document:
    return document.get(OURS) or {}


def _enterprise(document: Document) -> Document:
    return document.get(ENTERPRISE) or {}


def _text(told: Document, name: str) -> str:
    return str(told.get(name) or "").strip()
