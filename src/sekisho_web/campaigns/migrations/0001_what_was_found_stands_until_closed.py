"""What was found stands until it is closed with a reason, and is never taken away.

Why:  a finding that disappears is a fault that nobody mended.
Lock: a new table only.
Back: the table goes, with what was found.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


FORWARD = """
create function campaigns_finding_stands() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or old.closed_at is not null or new.times < old.times
     or (old.kind, old.key, old.first_seen_at) is distinct from
        (new.kind, new.key, new.first_seen_at) then
    raise exception '指摘は消せず、閉じたものは変えられません' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger stands before update or delete on campaigns_finding
  for each row execute function campaigns_finding_stands();
revoke delete on campaigns_finding from sekisho_app;
"""
BACK = "drop trigger stands on campaigns_finding; drop function campaigns_finding_stands();"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("re_decided", "記録と判定の不一致"),
                            ("effect", "効き目の行の不一致"),
                            ("drift", "整理表と実物の列のずれ"),
                            ("version", "版の不一致"),
                            ("invariant", "不変条件の破れ"),
                            ("mask", "マスクの不一致"),
                            ("watched", "見張りの組合せの出現"),
                            ("ending", "版の期限"),
                            ("unchecked", "照合できない項目"),
                        ],
                        max_length=16,
                        verbose_name="種類",
                    ),
                ),
                ("key", models.CharField(max_length=200, verbose_name="対象の符号")),
                ("subject", models.CharField(blank=True, max_length=200, verbose_name="対象")),
                ("sentence", models.TextField(verbose_name="指摘")),
                ("rules", models.JSONField(default=list, verbose_name="関わる規則")),
                ("first_seen_at", models.DateTimeField(verbose_name="初めて見つけた時刻")),
                ("last_seen_at", models.DateTimeField(verbose_name="最後に見つけた時刻")),
                ("times", models.PositiveIntegerField(default=1, verbose_name="見つけた回数")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="閉じた時刻")),
                ("reason", models.TextField(blank=True, verbose_name="閉じた理由")),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="閉じた人",
                    ),
                ),
            ],
            options={
                "verbose_name": "指摘",
                "verbose_name_plural": "指摘",
                "indexes": [
                    models.Index(
                        fields=["-last_seen_at", "-id"], name="campaigns_f_last_se_ace186_idx"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("kind", "key"),
                        name="finding_is_open_once_a_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "re_decided",
                                    "effect",
                                    "drift",
                                    "version",
                                    "invariant",
                                    "mask",
                                    "watched",
                                    "ending",
                                    "unchecked",
                                ],
                            )
                        ),
                        name="finding_is_of_a_known_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("closed_by", None), ("reason", "")),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("closed_by__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="finding_is_closed_by_somebody_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("last_seen_at__gte", models.F("first_seen_at")), ("times__gte", 1)
                        ),
                        name="finding_was_seen_at_least_once",
                    ),
                ],
            },
        ),
        migrations.RunSQL(sql=FORWARD, reverse_sql=BACK),
    ]
