"""Simulations are kept with their results, and stay as they are: a signature names them.

Why:  who approves a change relies on what it was tried on, and with what result.
Lock: a new table only.
Back: the table goes, with the results.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORWARD = """
create trigger stays before update or delete on replay_simulation
  for each row execute function policy_stays();
revoke update, delete on replay_simulation from sekisho_app;
"""
BACK = "drop trigger stays on replay_simulation;"


class Migration(migrations.Migration):
    dependencies = [
        ("policy", "0002_what_was_signed_stays"),
        ("replay", "0001_self_checks_are_kept"),
        ("trace", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Simulation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first", models.DateField(null=True, verbose_name="はじめの日")),
                ("until", models.DateField(null=True, verbose_name="おわりの日の翌日")),
                ("result", models.JSONField(verbose_name="結果")),
                ("digest", models.CharField(max_length=64, verbose_name="結果の要約")),
                ("made_at", models.DateTimeField(verbose_name="試算")),
                (
                    "base",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="policy.version",
                        verbose_name="もとの版",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="試した人",
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="simulations",
                        to="policy.change",
                        verbose_name="変更案件",
                    ),
                ),
                (
                    "investigation",
                    models.ForeignKey(
                        help_text="空欄は、記録がないとき",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="trace.investigation",
                        verbose_name="試した調査",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="policy.version",
                        verbose_name="試した版",
                    ),
                ),
            ],
            options={
                "verbose_name": "試算",
                "verbose_name_plural": "試算",
                "indexes": [
                    models.Index(
                        fields=["version", "-made_at"], name="replay_simu_version_138815_idx"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")),
                        name="simulation_names_its_result_by_hash",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first", None),
                            ("until", None),
                            ("until__gt", models.F("first")),
                            _connector="OR",
                        ),
                        name="simulation_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.RunSQL(sql=FORWARD, reverse_sql=BACK),
    ]
