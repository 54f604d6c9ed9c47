"""The base tables of one system, built from its 整理表, and the row security behind the views."""

from sekisho.gate.names import quoted
from sekisho.gate.views.rules import ME
from sekisho.policy.masking import NEVER
from sekisho.policy.screens import KEY
from sekisho.policy.system import System
from sekisho.policy.treatment import Treatment

# The field by which a grant, a work order or a tie names a record, in order of preference.
RECORD_KEYS = ("supply_point_no", "generation_point_no", "facility_id")
_OWN_COLUMNS = frozenset({"id", "owner_key", "area"})


def key_field(system: System) -> str:
    """Return the field that names a record of `system` outside of it (its business number)."""
    for field in (*RECORD_KEYS, *system.fields):
        if field in system.fields:
            return field
    return ""


def coded_fields(system: System) -> tuple[str, ...]:
    """Return the fields that a ceiling or a rule delivers as a code somewhere: stored columns."""
    classes = {
        item
        for rule in system.rules
        for item, level in rule.out.items()
        if level == Treatment.CODE and item not in system.table.duties
    }
    return tuple(
        field.id
        for field in system.fields.values()
        if field.mask != NEVER
        and (field.item in classes or Treatment.CODE in field.ceilings.values())
    )


def search_fields(system: System) -> tuple[str, ...]:
    """Return the fields that stand as a search key on some screen, in the order of 整理表."""
    keys = {item.field for item in system.screen_items if item.use == KEY}
    return tuple(field for field in system.fields if field in keys)


def records_sql(system: System) -> str:
    """Return the SQL of `<system>.record`, `.tie` and `.work` (as sekisho_record).

    owner_key: kind of contract and company, first in an index. All values are text under code-point
    order, since only leakproof operators may use an index behind row security.
    """
    schema = quoted(system.key)
    columns = "".join(
        f"  {quoted(field)} text,\n" for field in system.fields if field not in _OWN_COLUMNS
    )
    codes = "".join(f"  {quoted(field + '_code')} text,\n" for field in coded_fields(system))
    keys = ", ".join(quoted(field) for field in dict.fromkeys(("id", key_field(system))))
    return f"""
create table {schema}.record (
  id bigint not null,
  owner_key text,
  area text,
{columns}{codes}  constraint record_has_an_id check (id > 0)
);
create table {schema}.tie (
  record_id bigint not null, company text not null, relation smallint not null,
  valid tstzrange not null
);
create table {schema}.work (
  record_id bigint not null, person text not null, valid tstzrange not null
);
create table {schema}.owner (owner_key text primary key);
revoke all on all tables in schema {schema} from public;
grant usage on schema {schema} to sekisho_view, sekisho_rule, sekisho_app;
grant select on {schema}.record, {schema}.tie, {schema}.work to sekisho_view;
grant select ({keys}) on {schema}.record to sekisho_rule;
grant insert on {schema}.tie, {schema}.work to sekisho_rule;
"""


def indexes_sql(system: System) -> str:
    """Return the SQL of keys, indexes and row security, to be run once the records are loaded."""
    schema = quoted(system.key)
    searched = "".join(
        f"create index on {schema}.record ({quoted(field)});\n"
        for field in dict.fromkeys((key_field(system), *search_fields(system)))
    )
    return f"""
alter table {schema}.record add primary key (id);
create index on {schema}.record (owner_key, id);
{searched}create index on {schema}.tie (record_id, company);
create index on {schema}.tie (company, record_id);
create index on {schema}.work (person, record_id);
create index on {schema}.work (record_id, person);
alter table {schema}.record enable row level security;
alter table {schema}.record force row level security;
-- the second belt: even the owner of the views meets no row that the ticket does not reach
create policy met on {schema}.record for select to sekisho_view using (
  owner_key = any(array(
    select r.owner_key from ({ME} limit 1) m join rule.reach r on r.party = m.party))
  or exists (
    select from {schema}.tie t
    where t.record_id = id and t.company = (select m.company from ({ME} limit 1) m)));
create policy named on {schema}.record for select to sekisho_rule using (true);
"""
