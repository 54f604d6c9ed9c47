"""Logs of systems that one cannot control are kept, and compared line by line with the grants.

Why:  the ministry's system was opened with a password that belonged to somebody else.
Lock: none on what stands: new tables.
Back: the tables go.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


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
                ("name", models.CharField(max_length=200, verbose_name="ファイル名")),
                ("sha256", models.CharField(max_length=64, verbose_name="要約")),
                ("starts_at", models.DateTimeField(verbose_name="はじめ")),
                ("ends_at", models.DateTimeField(verbose_name="終わり")),
                ("lines", models.PositiveIntegerField(verbose_name="行数")),
                (
                    "said_lines",
                    models.PositiveIntegerField(null=True, verbose_name="持ち主の言う行数"),
                ),
                ("unreadable", models.JSONField(default=list, verbose_name="読めない行")),
                ("gaps", models.JSONField(default=list, verbose_name="行のない営業日")),
                ("skew_seconds", models.IntegerField(default=0, verbose_name="時計のずれ（秒）")),
                (
                    "tolerance_seconds",
                    models.PositiveIntegerField(default=120, verbose_name="許すずれ（秒）"),
                ),
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
                ("code", models.CharField(max_length=80, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="時刻")),
                ("action", models.CharField(blank=True, max_length=40, verbose_name="操作")),
                ("thing", models.CharField(blank=True, max_length=80, verbose_name="対象")),
                ("address", models.CharField(blank=True, max_length=64, verbose_name="接続元")),
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
                    "use",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grants.use",
                        verbose_name="利用",
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
                ("known_at", models.DateTimeField(verbose_name="いつの知識で")),
                ("run_at", models.DateTimeField(verbose_name="突合した時刻")),
                ("totals", models.JSONField(default=dict, verbose_name="分類ごとの行数")),
                (
                    "log",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="grants.foreignlog",
                        verbose_name="記録",
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
                ("year", models.PositiveSmallIntegerField(verbose_name="年")),
                ("figures", models.JSONField(default=dict, verbose_name="計算した数")),
                ("answers", models.JSONField(default=dict, verbose_name="答え")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="答えた時刻")),
                ("proof", models.JSONField(default=dict, verbose_name="署名")),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
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
                ("kind", models.CharField(max_length=16, verbose_name="分類")),
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
                        on_delete=django.db.models.deletion.CASCADE,
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
                "verbose_name": "行の分類",
                "verbose_name_plural": "行の分類",
            },
        ),
        migrations.AddConstraint(
            model_name="foreignlog",
            constraint=models.UniqueConstraint(
                fields=("system", "sha256"), name="log_is_received_once"
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
            model_name="selfinspection",
            constraint=models.UniqueConstraint(
                fields=("system", "year"), name="self_inspection_once_a_year"
            ),
        ),
        migrations.AddConstraint(
            model_name="verdict",
            constraint=models.UniqueConstraint(
                fields=("run", "line"), name="line_has_one_verdict_a_run"
            ),
        ),
    ]
