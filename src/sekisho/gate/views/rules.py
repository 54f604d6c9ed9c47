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

_RULES = f"""
create table rule.active_version (
  one boolean primary key default true check (one),
  version text not null
);
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
     or ends > statement_timestamp() + interval '{TICKET_MINUTES} minutes'
     or not exists (select from rule.active_version v where v.version = said ->> 'version') then
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
    (said ->> 'listed')::boolean, (said ->> 'standing')::boolean, said ->> 'version', ends)
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
grant execute on function rule.open_ticket(text, bytea), rule.live(), rule.areas() to sekisho_app;
"""


def rules_sql(keys: dict[str, str]) -> str:
    """Return the SQL of schema `rule`, to be run as sekisho_rule once the records stand.

    keys: system -> the field by which a grant names a record of it.
    """
    branches = "\n".join(
        f"    when {literal(system)} then return query select c.id"
        f" from {quoted(system)}.record c where c.{quoted(field)} = any(wanted);"
        for system, field in sorted(keys.items())
    )
    ids = f"""
create function rule.ids_of(system text, wanted text[]) returns setof bigint
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if cardinality(wanted) = 0 then return; end if;
  case system
{branches}
    else return;
  end case;
end
$$;
"""
    return ids + _RULES + _GRANTS


def effect_sql(system: System) -> str:
    """Return the SQL of the table that holds the decided rows of `system` (as sekisho_rule)."""
    name = f"rule.{quoted(system.key + '_effect')}"
    columns = "".join(f"  {quoted(field)} smallint not null,\n" for field in system.fields)
    return f"""
create table {name} (
  version text not null, profile uuid not null, relation smallint not null, scope smallint not null,
  duties smallint not null,
{columns}  primary key (version, profile, relation, scope)
);
revoke all on {name} from public;
grant select on {name} to sekisho_view;
"""
