"""Logs of systems that one cannot control are kept, and compared line by line with the grants.

Why:  the ministry's system was opened with a password that belonged to somebody else.
Lock: none on what stands: new tables.
Back: the tables go.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORWARD = """
ALTER TABLE grants_foreignlog ADD CONSTRAINT log_is_the_bytes_of_its_digest
    CHECK (sha256 = encode(sha256(data), 'hex'));
ALTER TABLE grants_selfinspection ADD CONSTRAINT self_inspection_is_the_bytes_of_its_digest
    CHECK (digest = sha256(body));
CREATE FUNCTION grants_foreign_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was received and found never changes'
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER log_never_changes BEFORE UPDATE OR DELETE
    ON grants_foreignlog FOR EACH ROW EXECUTE FUNCTION grants_foreign_stays();
CREATE TRIGGER line_never_changes BEFORE UPDATE OR DELETE
    ON grants_foreignline FOR EACH ROW EXECUTE FUNCTION grants_foreign_stays();
CREATE TRIGGER run_never_changes BEFORE UPDATE OR DELETE
    ON grants_reconciliation FOR EACH ROW EXECUTE FUNCTION grants_foreign_stays();
CREATE TRIGGER verdict_never_changes BEFORE UPDATE OR DELETE
    ON grants_verdict FOR EACH ROW EXECUTE FUNCTION grants_foreign_stays();
CREATE TRIGGER self_inspection_never_changes BEFORE UPDATE OR DELETE
    ON grants_selfinspection FOR EACH ROW EXECUTE FUNCTION grants_foreign_stays();
CREATE TRIGGER manual_use_never_changes_once_closed BEFORE UPDATE OR DELETE
    ON grants_manualuse FOR EACH ROW WHEN (OLD.log_id IS NOT NULL)
    EXECUTE FUNCTION grants_foreign_stays();
"""
BACK = """
DROP TRIGGER manual_use_never_changes_once_closed ON grants_manualuse;
DROP TRIGGER self_inspection_never_changes ON grants_selfinspection;
DROP TRIGGER verdict_never_changes ON grants_verdict;
DROP TRIGGER run_never_changes ON grants_reconciliation;
DROP TRIGGER line_never_changes ON grants_foreignline;
DROP TRIGGER log_never_changes ON grants_foreignlog;
DROP FUNCTION grants_foreign_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0016_a_system_says_how_it_is_opened"),
        ("grants", "0008_work_is_entrusted_for_a_time"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ForeignLog",
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
                        choices=[("log", "システムの記録"), ("manual", "手書きの利用記録")],
                        default="log",
                        max_length=8,
                        verbose_name="種類",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="ファイル名")),
                ("data", models.BinaryField(verbose_name="中身")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("first_on", models.DateField(verbose_name="はじめの日")),
                (
                    "last_on",
                    models.DateField(help_text="この日を含みます", verbose_name="終わりの日"),
                ),
                ("lines", models.PositiveIntegerField(verbose_name="行数")),
                (
                    "said_lines",
                    models.PositiveIntegerField(null=True, verbose_name="持ち主の言う行数"),
                ),
                ("unread", models.PositiveIntegerField(default=0, verbose_name="読めない行数")),
                ("faults", models.JSONField(default=list, verbose_name="読んだ結果")),
                ("gaps", models.JSONField(default=list, verbose_name="行のない営業日")),
                ("received_at", models.DateTimeField(verbose_name="受け取った時刻")),
                (
                    "received_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="受け取った人",
                    ),
                ),
                (
                    "system",
                    models.ForeignKey(
                        db_column="system",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.system",
                        to_field="key",
                        verbose_name="システム",
                    ),
                ),
            ],
            options={
                "verbose_name": "受け取った記録",
                "verbose_name_plural": "受け取った記録",
            },
        ),
        migrations.CreateModel(
            name="ForeignLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("no", models.PositiveIntegerField(verbose_name="行")),
                ("code", models.CharField(blank=True, max_length=80, verbose_name="ID")),
                ("at", models.DateTimeField(null=True, verbose_name="時刻")),
                ("until", models.DateTimeField(null=True, verbose_name="終わり")),
                ("action", models.CharField(blank=True, max_length=40, verbose_name="操作")),
                ("thing", models.CharField(blank=True, max_length=80, verbose_name="対象")),
                ("address", models.CharField(blank=True, max_length=80, verbose_name="接続元")),
                ("device", models.CharField(blank=True, max_length=80, verbose_name="端末")),
                (
                    "log",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="read",
                        to="grants.foreignlog",
                        verbose_name="記録",
                    ),
                ),
            ],
            options={
                "verbose_name": "記録の行",
                "verbose_name_plural": "記録の行",
            },
        ),
        migrations.CreateModel(
            name="ManualUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="開始")),
                ("ends_at", models.DateTimeField(verbose_name="終わり")),
                ("action", models.CharField(blank=True, max_length=40, verbose_name="操作")),
                ("thing", models.CharField(blank=True, max_length=80, verbose_name="対象")),
                (
                    "application_no",
                    models.CharField(blank=True, max_length=60, verbose_name="外の申請の番号"),
                ),
                ("written_at", models.DateTimeField(verbose_name="書いた時刻")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                        verbose_name="アカウント",
                    ),
                ),
                (
                    "log",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="manual_uses",
                        to="grants.foreignlog",
                        verbose_name="締めた記録",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="利用者",
                    ),
                ),
                (
                    "system",
                    models.ForeignKey(
                        db_column="system",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.system",
                        to_field="key",
                        verbose_name="システム",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="書いた人",
                    ),
                ),
            ],
            options={
                "verbose_name": "手書きの利用記録",
                "verbose_name_plural": "手書きの利用記録",
            },
        ),
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "knowing",
                    models.CharField(
                        choices=[
                            ("then", "受け取った時に知っていたこと"),
                            ("now", "いま知っていること"),
                        ],
                        max_length=8,
                        verbose_name="いつの知識で",
                    ),
                ),
                ("known_at", models.DateTimeField(verbose_name="知識の時点")),
                ("run_at", models.DateTimeField(verbose_name="突合した時刻")),
                ("tolerance_seconds", models.PositiveIntegerField(verbose_name="許すずれ（秒）")),
                (
                    "skew_seconds",
                    models.IntegerField(null=True, verbose_name="推定した時計のずれ（秒）"),
                ),
                (
                    "skew_pairs",
                    models.PositiveIntegerField(default=0, verbose_name="推定に使った組"),
                ),
                (
                    "places_judged",
                    models.BooleanField(default=False, verbose_name="場所を照らした"),
                ),
                ("totals", models.JSONField(verbose_name="区分ごとの行数")),
                ("of_uses", models.JSONField(default=dict, verbose_name="利用ごとの結果")),
                ("digest", models.CharField(max_length=64, verbose_name="使った事実の要約")),
                (
                    "log",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="grants.foreignlog",
                        verbose_name="記録",
                    ),
                ),
                (
                    "run_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="突合した人",
                    ),
                ),
            ],
            options={
                "verbose_name": "利用の突合",
                "verbose_name_plural": "利用の突合",
            },
        ),
        migrations.CreateModel(
            name="SelfInspection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("figures", models.JSONField(verbose_name="計算した数")),
                ("answers", models.JSONField(verbose_name="答え")),
                ("body", models.BinaryField(verbose_name="署名した本文")),
                ("digest", models.BinaryField(verbose_name="本文の要約")),
                ("answered_at", models.DateTimeField(verbose_name="答えた時刻")),
                ("proof", models.JSONField(verbose_name="署名")),
                (
                    "answered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="答えた人",
                    ),
                ),
                (
                    "system",
                    models.ForeignKey(
                        db_column="system",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.system",
                        to_field="key",
                        verbose_name="システム",
                    ),
                ),
            ],
            options={
                "verbose_name": "自己点検",
                "verbose_name_plural": "自己点検",
            },
        ),
        migrations.CreateModel(
            name="Verdict",
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
                            ("matched", "照合済"),
                            ("no_grant", "許可なし"),
                            ("outside", "時間外"),
                            ("wrong_person", "別人"),
                            ("wrong_place", "場所違い"),
                            ("stopped", "停止中"),
                            ("unknown_id", "不明ID"),
                            ("off_purpose", "目的外の疑い"),
                            ("unreadable", "読めない行"),
                        ],
                        max_length=16,
                        verbose_name="区分",
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=16, verbose_name="事情")),
                ("beside", models.IntegerField(null=True, verbose_name="利用とのずれ（秒）")),
                (
                    "grant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grants.grant",
                        verbose_name="利用許可",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="verdicts",
                        to="grants.foreignline",
                        verbose_name="行",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="verdicts",
                        to="grants.reconciliation",
                        verbose_name="突合",
                    ),
                ),
                (
                    "use",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grants.use",
                        verbose_name="利用",
                    ),
                ),
            ],
            options={
                "verbose_name": "行の区分",
                "verbose_name_plural": "行の区分",
            },
        ),
        migrations.AddConstraint(
            model_name="foreignlog",
            constraint=models.UniqueConstraint(
                fields=("system", "sha256"), name="log_is_received_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="foreignlog",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_on__gte", models.F("first_on"))),
                name="log_covers_a_day_at_least",
            ),
        ),
        migrations.AddConstraint(
            model_name="foreignlog",
            constraint=models.CheckConstraint(
                condition=models.Q(("unread__lte", models.F("lines"))),
                name="log_has_no_more_unread_lines_than_lines",
            ),
        ),
        migrations.AddConstraint(
            model_name="foreignlog",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["log", "manual"])), name="log_is_of_a_known_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="foreignline",
            constraint=models.UniqueConstraint(fields=("log", "no"), name="line_of_a_log"),
        ),
        migrations.AddConstraint(
            model_name="manualuse",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                name="manual_use_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="manualuse",
            constraint=models.CheckConstraint(
                condition=models.Q(("written_at__gte", models.F("starts_at"))),
                name="manual_use_is_written_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="reconciliation",
            constraint=models.CheckConstraint(
                condition=models.Q(("known_at__lte", models.F("run_at"))),
                name="run_says_when_it_was_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="selfinspection",
            constraint=models.UniqueConstraint(
                fields=("system", "year"), name="self_inspection_once_a_year"
            ),
        ),
        migrations.AddIndex(
            model_name="verdict",
            index=models.Index(fields=["run", "kind"], name="grants_verd_run_id_9d7cf9_idx"),
        ),
        migrations.AddConstraint(
            model_name="verdict",
            constraint=models.UniqueConstraint(
                fields=("run", "line"), name="line_has_one_verdict_a_run"
            ),
        ),
        migrations.AddConstraint(
            model_name="verdict",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "matched",
                            "no_grant",
                            "outside",
                            "wrong_person",
                            "wrong_place",
                            "stopped",
                            "unknown_id",
                            "off_purpose",
                            "unreadable",
                        ],
                    )
                ),
                name="verdict_is_of_a_known_class",
            ),
        ),
        migrations.RunSQL(sql=FORWARD, reverse_sql=BACK),
    ]
