"""Finders: the only way to search. Index first, then the joins of the view, ids as one array.

A search through a masked view would have to mask before it compares and use no index; a finder
compares the stored value, and keeps only rows in which that value is delivered as it is. So what
may not be seen cannot be found out by searching either.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sekisho.gate.names import literal, quoted
from sekisho.gate.relations import Relation
from sekisho.gate.views.masked import joined
from sekisho.gate.views.records import RECORD_KEYS, search_fields
from sekisho.gate.views.rules import ME
from sekisho.policy.masking import AS_IS, Field
from sekisho.policy.screens import KEY
from sekisho.policy.system import System
from sekisho.policy.treatment import Treatment

MOST = 10_001  # more ids than this leave no finder in one call
SHORTEST_PREFIX = 3  # characters of a reading or an address


class KeyKind(StrEnum):
    """How a field is searched by."""

    NUMBER = "number"  # the exact number or word
    ADDRESS = "address"  # the exact address; its beginning as the second key of a name
    NAME = "name"  # the exact name, together with the beginning of the address
    READING = "reading"  # the beginning of the reading, together with that of the address


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """One search key, or a name together with an address."""

    field: str
    kind: KeyKind
    second: str | None  # the address without which a name finds nothing

    @property
    def name(self) -> str:
        return f"find_{self.field}" + (f"_with_{self.second}" if self.second else "")


def key_kind(field: Field) -> KeyKind:
    """Return how one searches by `field`."""
    if field.mask == "市区町村まで":
        return KeyKind.ADDRESS
    if field.mask == "姓のみ":
        return KeyKind.READING if "カナ" in field.format else KeyKind.NAME
    return KeyKind.NUMBER


def finders(system: System) -> tuple[Finder, ...]:
    """Return a finder for each search key of the screens of `system`.

    A name is searched by only on a screen that asks for the address as well.
    """
    found = {}
    for field in search_fields(system):
        kind = key_kind(system.fields[field])
        if kind in (KeyKind.NAME, KeyKind.READING):
            for second in sorted(set(_addresses(system, beside=field))):
                finder = Finder(field=field, kind=kind, second=second)
                found[finder.name] = finder
        else:
            finder = Finder(field=field, kind=kind, second=None)
            found[finder.name] = finder
    return tuple(found.values())


def finders_sql(system: System, others: Iterable[System] = ()) -> str:
    """Return the SQL of the finders of `system` (as sekisho_view), open to the role app alone.

    Each takes what is sought and a limit, and returns at most that many ids in their order. Call
    it as `where id = any(array)`: a finder joined to the view costs seconds.

    others: the systems to which a transition may lead from a record of this one.
    """
    schema = quoted(system.key)
    texts = [_finder_sql(system, finder) for finder in finders(system)]
    texts += [_listing_sql(system, name, where) for name, where in _LISTINGS.items()]
    texts.append(_elsewhere_sql(system, others))
    return "".join(texts) + (
        f"revoke all on all functions in schema {schema} from public;\n"
        f"grant execute on all functions in schema {schema} to sekisho_app;\n"
    )


# Lists that no search precedes: what the use itself names. The ticket is asked for once more in
# each, so that its ids are known before the first record is touched.
_LISTINGS = {
    # accepted switches and consents of the company
    "find_ties": f"""c.id = any(array(
      select t.record_id from ({ME} limit 1) o join {{schema}}.tie t on t.company = o.company
      where t.valid @> statement_timestamp()))""",
    # what the grant lists and the work orders of the person
    "find_listed": f"""c.id = any(array(
      select l.record_id from ({ME} limit 1) o
      join rule.ticket_list l on l.token_hash = o.token_hash
      union select w.record_id from ({ME} limit 1) o join {{schema}}.work w on w.person = o.person
      where w.valid @> statement_timestamp()))""",
    # the districts that the grant writes
    "find_written": "c.area = any(m.written)",
    # own customers
    "find_own": f"""c.owner_key = any(array(
      select r.owner_key from ({ME} limit 1) o join rule.reach r on r.party = o.party
      and r.relation in ({int(Relation.OWN)}, {int(Relation.FIT_OWN)})))""",
}


def _finder_sql(system: System, finder: Finder) -> str:
    schema, field = quoted(system.key), system.fields[finder.field]
    column, level = f"c.{quoted(field.id)}", f"e.{quoted(field.id)}"
    arguments, candidates = "wanted text[], most int", f"{column} = any(wanted)"
    shown = _delivered(level, field)
    if finder.kind is KeyKind.READING:
        arguments = "wanted text, most int"
        candidates = (
            f"length(wanted) >= {SHORTEST_PREFIX} and {column} >= wanted"
            f" and {column} < wanted || U&'\\+10FFFF'"
        )
    if finder.second:
        address = system.fields[finder.second]
        arguments = arguments.replace(", most", ", beginning text, most")
        candidates += (
            f" and length(beginning) >= {SHORTEST_PREFIX}"
            f" and starts_with(c.{quoted(address.id)}, beginning)"
        )
        shown += f" and {_delivered(f'e.{quoted(address.id)}', address)}"
    return f"""
create function {schema}.{quoted(finder.name)}({arguments}) returns bigint[]
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(f.id order by f.id), '{{}}') from (
    select c.id from {joined(system, candidates=candidates)}
    where {shown}
    order by c.id limit least(greatest(most, 0), {MOST})) f
$$;
"""


def _listing_sql(system: System, name: str, where: str) -> str:
    schema = quoted(system.key)
    return f"""
create function {schema}.{quoted(name)}(following bigint, most int) returns bigint[]
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(f.id order by f.id), '{{}}') from (
    select c.id from {joined(system, candidates=where.format(schema=schema))}
    where c.id > following
    order by c.id limit least(greatest(most, 0), {MOST})) f
$$;
"""


def _elsewhere_sql(system: System, others: Iterable[System]) -> str:
    """Return the SQL of `find_in`: the same point in another system, for a transition to it.

    Only of a record that the ticket shows here; whether it is shown there is decided there.
    """
    schema = quoted(system.key)
    branches = ""
    for other in others:
        if shared := next((key for key in RECORD_KEYS if _both(system, other, key)), None):
            column = quoted(shared)
            branches += (
                f"\n    when {literal(other.key)} then (select min(o.id)"
                f" from {quoted(other.key)}.record o where o.{column} = s.{column})"
            )
    keys = ", ".join(f"c.{quoted(key)}" for key in RECORD_KEYS if key in system.fields)
    answer = f"case target{branches} end" if branches else "null::bigint"
    return f"""
create function {schema}.find_in(target text, here bigint) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select {answer} from (
    select {keys or "c.id"} from {joined(system, candidates="c.id = here")}) s
$$;
"""


def _both(system: System, other: System, key: str) -> bool:
    return key in system.fields and key in other.fields and system.key != other.key


def _delivered(level: str, field: Field) -> str:
    """Return the condition that the field is delivered as the value itself."""
    if field.mask == AS_IS:
        return f"{level} <= {int(Treatment.PART)}"
    return f"{level} = {int(Treatment.SHOW)}"


def _addresses(system: System, *, beside: str) -> Iterator[str]:
    screens = {item.screen for item in system.screen_items if item.field == beside}
    for item in system.screen_items:
        if (
            item.screen in screens
            and item.use == KEY
            and key_kind(system.fields[item.field]) is KeyKind.ADDRESS
            and any(
                other.screen == item.screen and other.field == beside and other.use == KEY
                for other in system.screen_items
            )
        ):
            yield item.field
