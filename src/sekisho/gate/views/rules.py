"""Schema `rule`: which version is live, who reaches whom, and the tickets of the uses."""

from sekisho.gate.names import literal, quoted
from sekisho.policy.system import System

TICKET_MINUTES = 10  # a ticket ends at the latest this long after it was opened

# The ticket of the running transaction, asked for inside views and finders with their owner's
# rights. After the end of a transaction the setting is '' and not NULL: both mean nobody.
ME = """select t.* from rule.ticket t join rule.active_version v on v.version = t.version
  where t.token_hash = sha256(
      convert_to(nullif(current_setting('sekisho.ticket', true), ''), 'UTF8'))
    and t.until > statement_timestamp()"""

# The day in Japan, by the clock of the database: periods are judged by it alone.
TODAY = "(statement_timestamp() at time zone 'Asia/Tokyo')::date"

_RULES = f"""
create table rule.active_version (
  one boolean primary key default true check (one),
  version text not null,
  ends_on date  -- the first day on which it is no longer good; then nothing is shown
);
create table rule.version (
  version text primary key,
  number bigint generated always as identity unique  -- the later the larger
);
-- decided rows have a number: what the sheets of one system say in one stretch of days. A version
-- in which these sheets are the same bytes answers by the same rows.
create table rule.edition (
  edition int generated always as identity primary key,
  system text not null, sheets text not null, starts date not null,
  unique (system, sheets, starts)
);
create table rule.stretch (
  version text not null references rule.version on delete cascade,
  system text not null, starts date not null,
  edition int not null references rule.edition on delete cascade,
  primary key (version, system, starts)
);
-- how the view of a system was built, and of what type each stored field is
create table rule.shape (system text primary key, digest text not null, types jsonb not null);
create table rule.party (party text primary key, viewers text[] not null);
create table rule.area (area text primary key);
create table rule.reach (
  party text not null, owner_key text not null, relation smallint not null,
  primary key (party, owner_key)
);
create unlogged table rule.ticket (
  token_hash bytea primary key,
  system text not null,
  profile uuid not null,
  party text not null,
  company text not null,
  person text,
  areas text[] not null,
  duty text not null check (duty in ('area', 'own', 'work_item', 'none')),
  written text[],
  listed boolean not null,
  standing boolean not null,
  version text not null,
  edition int not null,
  until timestamptz not null
);
create index on rule.ticket (until);
create unlogged table rule.ticket_list (
  token_hash bytea not null references rule.ticket on delete cascade,
  record_id bigint not null,
  primary key (token_hash, record_id)
);
create table rule.ticket_key (
  one boolean primary key default true check (one),
  ipad bytea not null, opad bytea not null
);

create function rule.live() returns text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select version from rule.active_version
$$;

create function rule.ends_on() returns date
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select ends_on from rule.active_version
$$;

create function rule.areas() returns text[]
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(area order by area), '{{}}') from rule.area
$$;

create function rule.open_ticket(body text, mac bytea) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  key rule.ticket_key;
  said jsonb;
  mine bytea;
  ends timestamptz;
  opened bigint;
  decided int;
begin
  select * into key from rule.ticket_key;
  if not found or body is null or mac is null
     or sha256(mac) <> sha256(sha256(key.opad || sha256(key.ipad || convert_to(body, 'UTF8')))) then
    return false;
  end if;
  said := body::jsonb;
  mine := decode(said ->> 'token', 'hex');
  ends := (said ->> 'until')::timestamptz;
  if ends <= statement_timestamp()
     or ends > statement_timestamp() + interval '{TICKET_MINUTES} minutes' then
    return false;
  end if;
  -- the stretch of days that today lies in, and no other one, of the version that is live
  select case when v.version || '@' || to_char(s.starts, 'YYYY-MM-DD') = said ->> 'version'
              then s.edition end into decided
  from rule.active_version v
  join rule.stretch s on s.version = v.version and s.system = said ->> 'system'
  where s.starts <= {TODAY} and (v.ends_on is null or {TODAY} < v.ends_on)
  order by s.starts desc limit 1;
  if decided is null then
    return false;
  end if;
  delete from rule.ticket t where t.token_hash in (
    select o.token_hash from rule.ticket o where o.until < statement_timestamp()
    limit 100 for update skip locked);
  insert into rule.ticket values (
    mine, said ->> 'system', (said ->> 'profile')::uuid, said ->> 'party', said ->> 'company',
    said ->> 'person', array(select jsonb_array_elements_text(said -> 'areas')), said ->> 'duty',
    case when jsonb_typeof(said -> 'written') = 'array'
         then array(select jsonb_array_elements_text(said -> 'written')) end,
    (said ->> 'listed')::boolean, (said ->> 'standing')::boolean,
    split_part(said ->> 'version', '@', 1), decided, ends)
  on conflict do nothing;
  get diagnostics opened = row_count;
  if opened = 0 then
    return false;  -- it was opened before: a ticket is good for one opening
  end if;
  insert into rule.ticket_list
  select distinct mine, r from rule.ids_of(
    said ->> 'system', array(select jsonb_array_elements_text(said -> 'keys'))) r;
  return true;
end
$$;
"""

_GRANTS = """
revoke all on all tables in schema rule from public;
revoke all on all functions in schema rule from public;
grant usage on schema rule to sekisho_view, sekisho_record, sekisho_app;
grant select on rule.reach, rule.ticket, rule.ticket_list, rule.active_version to sekisho_view;
grant execute on function rule.open_ticket(text, bytea), rule.live(), rule.ends_on(), rule.areas()
  to sekisho_app;
-- the owner acts as any of these roles; which version is live, it may ask as itself
grant usage on schema rule to sekisho_owner;
grant execute on function rule.live(), rule.ends_on() to sekisho_owner;
"""


def rules_sql(keys: dict[str, str]) -> str:
    """Return the SQL of schema `rule`, to be run as sekisho_rule once the records stand.

    keys: system -> the field by which a grant names a record of it.
    """
    return ids_sql(keys) + _RULES + _GRANTS


def ids_sql(keys: dict[str, str]) -> str:
    """Return the SQL of `rule.ids_of`: the ids of the records that a grant names by number."""
    branches = "\n".join(
        f"    when {literal(system)} then return query select c.id"
        f" from {quoted(system)}.record c where c.{quoted(field)} = any(wanted);"
        for system, field in sorted(keys.items())
    )
    return f"""
create or replace function rule.ids_of(system text, wanted text[]) returns setof bigint
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if cardinality(wanted) = 0 then return; end if;
  case system
{branches}
    else return;
  end case;
end
$$;
revoke all on function rule.ids_of(text, text[]) from public;
"""


def effect_sql(system: System) -> str:
    """Return the SQL of the table that holds the decided rows of `system` (as sekisho_rule)."""
    name = f"rule.{quoted(system.key + '_effect')}"
    columns = "".join(f"  {quoted(field)} smallint not null,\n" for field in system.fields)
    return f"""
create table {name} (
  edition int not null, profile uuid not null, relation smallint not null, scope smallint not null,
  duties smallint not null,
{columns}  primary key (edition, profile, relation, scope)
);
revoke all on {name} from public;
grant select on {name} to sekisho_view;
"""
