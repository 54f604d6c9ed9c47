"""Self-checks are kept as they ended; the web asks for one, the owner's process carries it out.

Why:  it reads every record and every decided row, which no page may.
Lock: a new table only.
Back: the table goes, with what the checks found.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


FORWARD = """
create function replay_self_check_is_asked() returns trigger language plpgsql as $$
begin
  if current_user = 'sekisho_app' and new.started_at is not null then
    raise exception '照合するのは、夜の係だけです' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger only_asked before insert on replay_selfcheck
  for each row execute function replay_self_check_is_asked();
create function replay_ask_is_heard() returns trigger language plpgsql as $$
begin
  perform pg_notify('sekisho_publish', '');
  return null;
end $$;
create trigger heard after insert on replay_selfcheck
  for each row execute function replay_ask_is_heard();
create function replay_self_check_stays() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or old.ended_at is not null then
    raise exception '照合の結果は書き換えも削除もできません' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger stays before update or delete on replay_selfcheck
  for each row execute function replay_self_check_stays();
revoke update, delete on replay_selfcheck from sekisho_app;
"""
BACK = """
drop trigger only_asked on replay_selfcheck;
drop trigger heard on replay_selfcheck;
drop trigger stays on replay_selfcheck;
drop function replay_self_check_is_asked();
drop function replay_ask_is_heard();
drop function replay_self_check_stays();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SelfCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="依頼")),
                ("started_at", models.DateTimeField(null=True, verbose_name="開始")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="終了")),
                ("version", models.CharField(blank=True, max_length=64, verbose_name="版")),
                ("checks", models.JSONField(default=list, verbose_name="結果")),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="依頼した人",
                    ),
                ),
            ],
            options={
                "verbose_name": "照合",
                "verbose_name_plural": "照合",
                "indexes": [
                    models.Index(fields=["-asked_at", "-id"], name="replay_self_asked_a_0e9139_idx")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at", None),
                            models.Q(
                                ("started_at__isnull", False),
                                ("ended_at__gte", models.F("started_at")),
                            ),
                            _connector="OR",
                        ),
                        name="self_check_ends_after_it_starts",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("started_at", None)),
                        fields=("started_at",),
                        name="self_check_is_asked_once_at_a_time",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.RunSQL(sql=FORWARD, reverse_sql=BACK),
    ]
