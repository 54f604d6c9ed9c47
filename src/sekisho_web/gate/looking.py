"""Reads records for a visit: ids by finders, cells by the masked view, all under its tickets."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sekisho.gate.views import key_field
from sekisho.policy.masking import Field
from sekisho_links.gate import Reading
from sekisho_links.gate import rows as records
from sekisho_links.gate.rows import Row
from sekisho_web.gate import forms, reading
from sekisho_web.gate.handles import NOBODY
from sekisho_web.gate.pages import CSV, DETAIL, EXPORTS, LIST, SEARCH, Page, page_of
from sekisho_web.gate.visits import Visit

A_PAGE = 50
SCREEN = "screen"  # among the conditions: the screen on which they were typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a list or an export shows. too_many: more than its limit, and so nothing is shown."""

    rows: Sequence[Row]
    more: bool = False
    too_many: bool = False
    level: int = 1


def listed(visit: Visit, conditions: Mapping[str, str] | None, *, after: int = 0) -> Found:
    """Return one page of the list of `visit`, by ids after `after`."""
    limit = visit.page.screen.limit
    with _reading(visit) as read:
        if conditions is None:
            ids = _named(visit, read, after=after, most=A_PAGE + 1)
        else:
            ids = _sought(visit, read, conditions, most=limit + 1)
            if len(ids) > limit:
                return Found(rows=(), too_many=True)
            ids = [number for number in ids if number > after][: A_PAGE + 1]
        cursor = read.under(visit.ticket(read))
        rows = records.rows(
            cursor, visit.page.system, ids[:A_PAGE], fields=_columns(visit, visit.page.fields)
        )
        return Found(rows=rows, more=len(ids) > A_PAGE, level=read.level())


def exported(visit: Visit, conditions: Mapping[str, str] | None) -> Found:
    """Return all rows of an export, up to its limit."""
    limit = visit.page.screen.limit
    with _reading(visit) as read:
        if conditions is None:
            ids = _named(visit, read, after=0, most=limit + 1)
        else:
            ids = _sought(visit, read, conditions, most=limit + 1)
        if len(ids) > limit:
            return Found(rows=(), too_many=True)
        cursor = read.under(visit.ticket(read))
        rows = records.rows(
            cursor, visit.page.system, ids, fields=_columns(visit, visit.page.fields)
        )
        return Found(rows=rows, level=read.level())


def one(visit: Visit, *, system: str, number: int) -> Found:
    """Return the one record at `number`, or no row: refused and absent take the same steps.

    system: where the address comes from; a transition from another system leads to the same
            point here, if this visit shows it there.
    """
    source = visit.page.policy.systems.get(system)
    with _reading(visit, *([source.key] if source is not None else [])) as read:
        if source is not None and source.key != visit.page.system.key:
            page = Page(policy=visit.page.policy, system=source, screen=visit.page.screen)
            cursor = read.under(visit.ticket(read, kind=DETAIL, page=page))
            found = records.elsewhere(cursor, source, number, target=visit.page.system.key)
            number = found or NOBODY
        cursor = read.under(visit.ticket(read))
        rows = records.rows(
            cursor, visit.page.system, [number], fields=_columns(visit, visit.page.fields)
        )
        return Found(rows=rows, level=read.level())


def _reading(visit: Visit, *others: str) -> AbstractContextManager[Reading]:
    """Return a reading of the system of `visit`, and of others that it touches."""
    return reading.reader().reading(*{visit.page.system.key, *others})


def _sought(visit: Visit, read: Reading, conditions: Mapping[str, str], *, most: int) -> list[int]:
    """Return the ids that a search finds. It is decided as a search, whatever shows its result."""
    source = page_of(visit.page.policy, conditions.get(SCREEN, ""))
    if source is None or source.system.key != visit.page.system.key or source.kind != SEARCH:
        return []
    typed = {name: value for name, value in conditions.items() if name in source.finders}
    seconds = {source.finders[name].second for name in typed}
    keys = [name for name in typed if name not in seconds] or list(typed)
    if not keys:
        return []
    cursor = read.under(visit.ticket(read, kind=SEARCH))
    found: set[int] | None = None
    for name in keys:
        finder = source.finders[name]
        hits = records.found(
            cursor,
            visit.page.system,
            finder,
            wanted=forms.spellings(typed[name], kind=finder.kind),
            beginning=typed.get(finder.second or "", ""),
            most=most,
        )
        found = set(hits) if found is None else found & set(hits)
    return sorted(found or ())


def _named(visit: Visit, read: Reading, *, after: int, most: int) -> list[int]:
    """Return the ids that the use itself names, where no search precedes."""
    cursor = read.under(visit.ticket(read))
    if visit.page.kind in EXPORTS and not visit.page.is_extraction:
        listings = ["own", "ties"]
    elif visit.page.is_extraction or visit.page.kind == CSV:
        listings = ["listed"] if visit.use.records else ["written"]
    else:
        listings = ["ties"] if visit.page.kind == LIST else []
    found: set[int] = set()
    for listing in listings:
        found.update(records.listed(cursor, visit.page.system, listing, following=after, most=most))
    return sorted(found)[:most]


def _columns(visit: Visit, fields: Sequence[Field]) -> tuple[str, ...]:
    key = key_field(visit.page.system)
    return tuple(dict.fromkeys((*(field.id for field in fields), key)))
