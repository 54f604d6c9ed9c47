"""Sheets, versions, revisions, steps and signatures are only added; only the publisher publishes.

Why:  a version is what was signed and what decided; and the web may ask to publish, no more.
Lock: new tables only.
Back: drops the triggers and gives the rights back; no row is touched.
"""

from django.db import migrations

KEPT = ("sheet", "version", "revision", "step", "signature")
FORWARD = (
    """
create function policy_stays() returns trigger language plpgsql as $$
begin
  raise exception 'この行は書き換えも削除もできません（%）', tg_table_name using errcode = '42501';
end $$;
"""
    + "".join(
        f"""
create trigger stays before update or delete on policy_{name}
  for each row execute function policy_stays();
revoke update, delete on policy_{name} from sekisho_app;
"""
        for name in KEPT
    )
    + """
create function policy_sheet_is_its_bytes() returns trigger language plpgsql as $$
begin
  if encode(sha256(new.data), 'hex') <> new.digest then
    raise exception '表の一枚の要約が中身と合いません' using errcode = '23514';
  end if;
  return new;
end $$;
create trigger its_bytes before insert on policy_sheet
  for each row execute function policy_sheet_is_its_bytes();

create function policy_ask_is_heard() returns trigger language plpgsql as $$
begin
  perform pg_notify('sekisho_publish', '');
  return null;
end $$;
create trigger heard after insert on policy_publication
  for each row execute function policy_ask_is_heard();

-- the web asks (inserts what is only asked for); the owner, the publisher's role, answers
create function policy_publication_is_only_asked() returns trigger language plpgsql as $$
begin
  if new.state <> 'asked' and current_user = 'sekisho_app' then
    raise exception '公開できるのは公開の係だけです' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger only_asked before insert on policy_publication
  for each row execute function policy_publication_is_only_asked();
revoke update, delete on policy_publication from sekisho_app;
"""
)
BACK = (
    "".join(
        f"drop trigger stays on policy_{name}; grant update, delete on policy_{name} to sekisho_app;"
        for name in KEPT
    )
    + """
drop function policy_stays();
drop trigger its_bytes on policy_sheet;
drop function policy_sheet_is_its_bytes();
drop trigger heard on policy_publication;
drop function policy_ask_is_heard();
drop trigger only_asked on policy_publication;
drop function policy_publication_is_only_asked();
grant update, delete on policy_publication to sekisho_app;
"""
)


class Migration(migrations.Migration):
    dependencies = [("policy", "0001_versions_are_kept_as_they_were")]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACK)]
