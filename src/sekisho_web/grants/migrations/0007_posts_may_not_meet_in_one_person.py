"""Which posts may not meet in one person, and who is excepted for a while.

Why:  sales staff with a network post had rights that nobody compared with the law.
Lock: none on what stands: new tables.
Back: the tables go.
"""

import datetime as dt

import django.db.models.deletion
import django.db.models.expressions
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
                ("code", models.CharField(max_length=8, verbose_name="番号")),
                ("version", models.PositiveSmallIntegerField(verbose_name="版")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("a", models.CharField(blank=True, max_length=300, verbose_name="甲")),
                (
                    "relation",
                    models.CharField(
                        choices=[("together", "同時"), ("after", "後"), ("judge", "判断")],
                        max_length=16,
                        verbose_name="関係",
                    ),
                ),
                ("months", models.PositiveSmallIntegerField(null=True, verbose_name="月数")),
                ("b", models.CharField(blank=True, max_length=300, verbose_name="乙")),
                (
                    "effect",
                    models.CharField(
                        choices=[
                            ("flag", "知らせる"),
                            ("leave", "離任の手続"),
                            ("minimum", "最小の役割だけ"),
                            ("withhold_role", "役割を止める"),
                            ("withhold_all", "すべて止める"),
                            ("refuse", "判断させない"),
                        ],
                        max_length=16,
                        verbose_name="効果",
                    ),
                ),
                ("relieved", models.BooleanField(default=False, verbose_name="非常災害では除く")),
                ("excusable", models.BooleanField(default=False, verbose_name="例外を認める")),
                ("basis", models.CharField(max_length=100, verbose_name="根拠")),
                ("says", models.CharField(blank=True, max_length=300, verbose_name="説明")),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="起案者",
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="確認した人",
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
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_at", None)),
                        fields=("code",),
                        name="conflict_rule_is_in_force_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "effect__in",
                                [
                                    "flag",
                                    "leave",
                                    "minimum",
                                    "withhold_role",
                                    "withhold_all",
                                    "refuse",
                                ],
                            ),
                            ("relation__in", ["together", "after", "judge"]),
                        ),
                        name="conflict_rule_has_a_known_effect_and_relation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("code__regex", "^K[12](-.*)?$"), _negated=True),
                            ("excusable", False),
                            _connector="OR",
                        ),
                        name="conflict_rule_of_the_law_knows_no_exception",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="conflict_rule_is_confirmed_by_another",
                    ),
                ],
                "indexes": [],
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
                ("rule", models.CharField(max_length=8, verbose_name="番号")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conflict_exceptions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="従業者",
                    ),
                ),
                ("reason", models.TextField(verbose_name="理由")),
                (
                    "approved_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="認めた人",
                    ),
                ),
                ("approved_at", models.DateTimeField(verbose_name="認めた時刻")),
                ("starts_at", models.DateTimeField(verbose_name="開始")),
                (
                    "ends_at",
                    models.DateTimeField(
                        help_text="この時刻は含みません。早く終えたときは、その時刻",
                        verbose_name="終わり",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="終えた人",
                    ),
                ),
            ],
            options={
                "verbose_name": "制限の例外",
                "verbose_name_plural": "制限の例外",
                "indexes": [
                    models.Index(
                        fields=["person", "ends_at"], name="grants_conf_person__b1bc41_idx"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("approved_by", models.F("person")), _negated=True),
                        name="conflict_exception_is_not_of_ones_own",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rule__regex", "^K[12](-.*)?$"), _negated=True),
                        name="conflict_exception_is_never_of_the_laws_own_rules",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__gte", models.F("starts_at")),
                            (
                                "ends_at__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("starts_at"),
                                    "+",
                                    models.Value(dt.timedelta(days=184)),
                                ),
                            ),
                        ),
                        name="conflict_exception_lasts_half_a_year_at_most",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="conflict_exception_says_why",
                    ),
                ],
            },
        ),
    ]
