"""The schema `ledger`, in the words of PostgreSQL. Installed by a migration, never edited after.

Sealing adds no table: leaf, tile, checkpoint, cosignature and timestamp_token stand ready.
"""

# As the owner of the database. The rest is said as ledger_owner, aloud.
BEFORE = """
do $$ begin
  execute format('revoke temp on database %I from public', current_database());
end $$;
create schema ledger authorization ledger_owner;
"""

FIRST = """
create table ledger.shard (
  shard int generated always as identity primary key,
  origin text not null unique,
  company text not null, system text not null, fiscal_year int not null,
  opened_at timestamptz not null default clock_timestamp(),
  unique (company, system, fiscal_year));

create table ledger.event (
  id bigint generated always as identity,
  epoch int not null default 1,
  txid xid8 not null default pg_current_xact_id(),
  shard int not null,
  event_id uuid not null,
  level smallint not null check (level between 1 and 3),
  body bytea not null check (octet_length(body) between 2 and 65535),
  at timestamptz not null default clock_timestamp(),
  primary key (shard, id),
  unique (shard, event_id)) partition by list (shard);
create index event_in_order on ledger.event (shard, epoch, txid, id);
create index event_by_time on ledger.event (shard, at);

create table ledger.detail (
  event_id uuid, part smallint,
  commitment bytea not null check (octet_length(commitment) = 32),
  salt bytea, nonce bytea, ct bytea, key_id bigint,
  hold boolean not null default false,
  primary key (event_id, part));
create table ledger.subject_ref (tag bytea, event_id uuid, primary key (tag, event_id));

create table ledger.leaf (
  shard int, idx bigint, event_id uuid not null unique, primary key (shard, idx));
create table ledger.tile (
  shard int, level smallint, n bigint, w smallint not null, data bytea not null,
  primary key (shard, level, n),
  check (w between 1 and 256 and octet_length(data) = w * 32));
create table ledger.checkpoint (
  shard int, size bigint, root bytea not null, note text not null,
  epoch int not null, horizon xid8 not null,
  at timestamptz not null default clock_timestamp(), primary key (shard, size));
create table ledger.cosignature (
  shard int, size bigint, witness text, line text not null, at timestamptz not null,
  primary key (shard, size, witness));
create table ledger.timestamp_token (
  shard int, size bigint, stamped bytea not null, token bytea not null, at timestamptz,
  primary key (shard, size, at));

-- What is written stays, also for who owns it.
create function ledger.refuse() returns trigger language plpgsql as $$
begin
  raise exception '台帳の記録は変更できません (% %)', tg_op, tg_table_name using errcode = '42501';
end $$;

-- Durable at commit, whatever the session asked for: any role may SET synchronous_commit = off.
create function ledger.force_sync() returns trigger language plpgsql as $$
begin
  if new.level >= 2 then
    if current_setting('synchronous_standby_names') = '' then
      raise exception '強さ % の記録には同期する予備機が要ります', new.level
        using errcode = '55000';
    end if;
    perform set_config('synchronous_commit', 'on', true);
  elsif current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'local', true);
  end if;
  return null;
end $$;

create trigger only_added before update or delete on ledger.event
  for each row execute function ledger.refuse();
create trigger never_emptied before truncate on ledger.event
  for each statement execute function ledger.refuse();
create constraint trigger force_sync after insert on ledger.event
  deferrable initially deferred for each row execute function ledger.force_sync();

create trigger only_added before update or delete on ledger.leaf
  for each row execute function ledger.refuse();
create trigger never_emptied before truncate on ledger.leaf
  for each statement execute function ledger.refuse();
create trigger only_added before update or delete on ledger.checkpoint
  for each row execute function ledger.refuse();
create trigger never_emptied before truncate on ledger.checkpoint
  for each statement execute function ledger.refuse();
create trigger only_added before update or delete on ledger.shard
  for each row execute function ledger.refuse();
create trigger never_emptied before truncate on ledger.shard
  for each statement execute function ledger.refuse();
-- a detail may be erased (salt and text become null); what it was bound to stays for ever
create trigger only_added before delete or update of event_id, part, commitment on ledger.detail
  for each row execute function ledger.refuse();
create trigger never_emptied before truncate on ledger.detail
  for each statement execute function ledger.refuse();

-- A body is a leaf: an ASCII object of JSON under its own number. Anything else, once in, could
-- never be taken out again, and whoever reads the ledger would meet it for ever.
create function ledger.is_leaf() returns trigger language plpgsql as $$
declare
  said text;
begin
  said := convert_from(new.body, 'UTF8');
  if octet_length(new.body) = char_length(said) and said is json object
     and said::jsonb ->> 'id' = new.event_id::text then
    return new;
  end if;
  raise exception '台帳の葉ではありません' using errcode = '22023';
exception when others then
  raise exception '台帳の葉ではありません' using errcode = '22023';
end $$;
create trigger is_leaf before insert on ledger.event
  for each row execute function ledger.is_leaf();

-- Nothing is added to a record that stands: its parts come in the transaction of the record.
create function ledger.with_its_record() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from (select distinct event_id from added) a
             join ledger.event e on e.event_id = a.event_id
             where e.txid is distinct from pg_current_xact_id_if_assigned()) then
    raise exception 'その記録はもう閉じています' using errcode = '42501';
  end if;
  return null;
end $$;
create trigger with_its_record after insert on ledger.detail referencing new table as added
  for each statement execute function ledger.with_its_record();
create trigger with_its_record after insert on ledger.subject_ref referencing new table as added
  for each statement execute function ledger.with_its_record();

-- A shard is one partition. It has triggers of its own: those of the parent that act on statements
-- do not fire where a partition is named.
create function ledger.open_shard(in_company text, in_system text, in_year int) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  found_shard int;
  this_year int := extract(year from now() at time zone 'Asia/Tokyo' - interval '3 months');
begin
  select shard into found_shard from ledger.shard
    where company = in_company and system = in_system and fiscal_year = in_year;
  if found then return found_shard; end if;
  if in_company !~ '^[a-z0-9][a-z0-9-]{0,30}$' or in_system !~ '^[a-z0-9][a-z0-9-]{0,30}$'
     or abs(in_year - this_year) > 10 then
    raise exception '区画 % % % は開けません', in_company, in_system, in_year
      using errcode = '22023';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('ledger.open_shard', 0));
  select shard into found_shard from ledger.shard
    where company = in_company and system = in_system and fiscal_year = in_year;
  if found then return found_shard; end if;
  insert into ledger.shard (origin, company, system, fiscal_year)
    values (format('sekisho.%s.example/%s/fy%s', in_company, in_system, in_year),
            in_company, in_system, in_year)
    returning shard into found_shard;
  execute format('create table ledger.event_%s (like ledger.event including defaults '
    'including constraints including indexes)', found_shard);
  execute format('alter table ledger.event attach partition ledger.event_%s for values in (%s)',
    found_shard, found_shard);
  execute format('create trigger never_emptied before truncate on ledger.event_%s '
    'for each statement execute function ledger.refuse()', found_shard);
  return found_shard;
end $$;

-- A change writes in its own transaction, as whoever makes it: the owner in a load, app in a page.
create function ledger.append(in_shard int, in_event uuid, in_level smallint, in_body bytea,
  in_parts smallint[], in_commitments bytea[], in_salts bytea[], in_nonces bytea[],
  in_cts bytea[], in_keys bigint[], in_tags bytea[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into ledger.detail (event_id, part, commitment, salt, nonce, ct, key_id)
    select in_event, d.* from
      unnest(in_parts, in_commitments, in_salts, in_nonces, in_cts, in_keys) d;
  insert into ledger.subject_ref (tag, event_id) select tag, in_event from unnest(in_tags) tag;
  insert into ledger.event (shard, event_id, level, body)
    values (in_shard, in_event, in_level, in_body);
end $$;

-- People read through these two. To read is to write: the record of the reading must stand there,
-- committed by a transaction before this one, or a rollback would take it away again.
create function ledger.check_reading(in_event uuid) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (
    select from ledger.event e
    where e.event_id = in_event and e.txid is distinct from pg_current_xact_id_if_assigned()
      and e.at > clock_timestamp() - interval '10 seconds'
      and convert_from(e.body, 'UTF8')::jsonb ->> 'k' = 'ledger_read') then
    raise exception '台帳の閲覧は、その記録が残ってから行います' using errcode = '42501';
  end if;
end $$;

create function ledger.read_records(in_event uuid,
  of_shards int[], since timestamptz, until timestamptz, of_who text[], of_outcome text,
  of_tags bytea[], before_at timestamptz, before_id bigint, at_most int)
returns table (shard int, id bigint, event_id uuid, at timestamptz, body bytea,
  nonce bytea, ct bytea, key_id bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  perform ledger.check_reading(in_event);
  return query
    select e.shard, e.id, e.event_id, e.at, e.body, d.nonce, d.ct, d.key_id
    from ledger.event e
      join ledger.detail d on d.event_id = e.event_id and d.part = 0
      cross join lateral (select convert_from(e.body, 'UTF8')::jsonb as said) b
    where e.shard = any(of_shards) and e.at >= since and e.at < until
      and e.event_id <> in_event
      and (before_at is null or (e.at, e.id) < (before_at, before_id))
      and (of_who is null or b.said ->> 'who' = any(of_who))
      and (of_tags is null or e.event_id in
        (select s.event_id from ledger.subject_ref s where s.tag = any(of_tags)))
      and case of_outcome
        when 'shown' then b.said ->> 'k' in ('release', 'export_chunk') and b.said -> 'n' <> '{}'
        when 'none' then b.said ->> 'k' = 'release' and b.said -> 'n' = '{}'
        when 'refused' then b.said ->> 'k' in ('refuse', 'login_fail')
        when 'sign_in' then b.said ->> 'k' in ('login', 'login_fail')
        when 'reading' then b.said ->> 'k' = 'ledger_read'
        when 'change' then b.said ->> 'k' not in ('release', 'export_chunk', 'refuse', 'login',
          'login_fail', 'ledger_read')
        else true end
    order by e.at desc, e.id desc limit at_most;
end $$;

create function ledger.read_record(in_event uuid, of_event uuid)
returns table (shard int, id bigint, at timestamptz, body bytea, part smallint,
  commitment bytea, salt bytea, nonce bytea, ct bytea, key_id bigint, sealed_as bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  perform ledger.check_reading(in_event);
  return query
    select e.shard, e.id, e.at, e.body, d.part, d.commitment, d.salt, d.nonce, d.ct, d.key_id, l.idx
    from ledger.event e
      join ledger.detail d on d.event_id = e.event_id
      left join ledger.leaf l on l.event_id = e.event_id
    where e.event_id = of_event order by d.part;
end $$;

revoke execute on all functions in schema ledger from public;
grant usage on schema ledger to sekisho_app, sekisho_sealer;
grant insert (shard, event_id, level, body) on ledger.event to sekisho_app;
grant insert (event_id, part, commitment, salt, nonce, ct, key_id) on ledger.detail to sekisho_app;
grant insert on ledger.subject_ref to sekisho_app;
grant select on ledger.shard to sekisho_app, sekisho_sealer;
grant select on ledger.event, ledger.leaf, ledger.tile, ledger.checkpoint to sekisho_sealer;
grant insert on ledger.leaf, ledger.tile, ledger.checkpoint, ledger.cosignature,
  ledger.timestamp_token to sekisho_sealer;
grant update (w, data) on ledger.tile to sekisho_sealer;
grant execute on function ledger.read_records, ledger.read_record to sekisho_app;
"""

# The owner may say these two without SET ROLE: its loads and tests make changes as operations do.
OWNER_TOO = """
grant usage on schema ledger to sekisho_owner;
grant select on ledger.shard to sekisho_owner;
grant execute on function ledger.open_shard, ledger.append to sekisho_owner, sekisho_app;
"""

# What was shown in one use (利用), whole: who looks back asks once, and one reading is recorded.
OF_A_USE = """
create function ledger.read_use(in_event uuid,
  of_shards int[], since timestamptz, until timestamptz, of_who text[], of_grant text, at_most int)
returns table (event_id uuid, at timestamptz, body bytea, part smallint, nonce bytea, ct bytea,
  key_id bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  perform ledger.check_reading(in_event);
  return query
    select e.event_id, e.at, e.body, d.part, d.nonce, d.ct, d.key_id
    from (select e.event_id, e.at, e.body from ledger.event e
        cross join lateral (select convert_from(e.body, 'UTF8')::jsonb as said) b
        where e.shard = any(of_shards) and e.at >= since and e.at < until
          and b.said ->> 'k' in ('release', 'export_chunk', 'refuse')
          and b.said ->> 'who' = any(of_who)
          and (of_grant is null or b.said ->> 'grant' = of_grant)
        order by e.at, e.id limit at_most) e
      join ledger.detail d on d.event_id = e.event_id
    order by e.at, e.event_id, d.part;
end $$;
revoke execute on function ledger.read_use from public;
grant execute on function ledger.read_use to sekisho_app;
"""

BACK_OF_A_USE = "drop function ledger.read_use;"
BACK = "drop schema ledger cascade;"
