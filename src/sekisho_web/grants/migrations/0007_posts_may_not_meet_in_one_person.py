"""Which posts may not meet in one person, and who is excepted for a while.

Why:  sales staff with a network post had rights that nobody compared with the law.
Lock: none on what stands: new tables.
Back: the tables go.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grants", "0006_a_grant_says_how_often_it_is_used"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ConflictRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=8, verbose_name="符号")),
                ("version", models.PositiveIntegerField(verbose_name="版")),
                ("a", models.JSONField(verbose_name="一方の発令")),
                ("b", models.JSONField(verbose_name="他方の発令")),
                ("relation", models.CharField(max_length=16, verbose_name="関係")),
                ("months", models.PositiveSmallIntegerField(null=True, verbose_name="月数")),
                ("effect", models.CharField(max_length=16, verbose_name="効果")),
                ("basis", models.CharField(max_length=100, verbose_name="根拠")),
                (
                    "systems",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="システム",
                    ),
                ),
                ("in_force_from", models.DateTimeField(verbose_name="適用")),
                ("replaced_at", models.DateTimeField(null=True, verbose_name="廃止")),
            ],
            options={
                "verbose_name": "兼任・異動制限",
                "verbose_name_plural": "兼任・異動制限",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("code", "version"), name="conflict_rule_has_one_text_a_version"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("effect__in", ["flag", "withhold_role", "withhold_all"])
                        ),
                        name="conflict_rule_has_a_known_effect",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConflictException",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rule", models.CharField(max_length=8, verbose_name="符号")),
                ("reason", models.TextField(verbose_name="理由")),
                ("starts_at", models.DateTimeField(verbose_name="開始")),
                ("ends_at", models.DateTimeField(verbose_name="終わり")),
                (
                    "approved_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="認めた人",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conflict_exceptions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="従業者",
                    ),
                ),
            ],
            options={
                "verbose_name": "制限の例外",
                "verbose_name_plural": "制限の例外",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("approved_by", models.F("person")), _negated=True),
                        name="conflict_exception_is_not_of_ones_own",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rule__in", ["K1", "K2"]), _negated=True),
                        name="conflict_exception_is_never_of_the_laws_own_rules",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at", None),
                            ("ends_at__gt", models.F("starts_at")),
                            _connector="OR",
                        ),
                        name="conflict_exception_ends_after_it_starts",
                    ),
                ],
            },
        ),
    ]
