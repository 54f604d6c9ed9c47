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


FORWARD = """
CREATE FUNCTION grants_conflictrule_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF tg_op = 'DELETE' OR (old.code, old.version, old.name, old.a, old.relation, old.months, old.b,
            old.effect, old.relieved, old.excusable, old.basis, old.says, old.reason,
            old.proposed_by_id, old.proposed_at)
        IS DISTINCT FROM (new.code, new.version, new.name, new.a, new.relation, new.months, new.b,
            new.effect, new.relieved, new.excusable, new.basis, new.says, new.reason,
            new.proposed_by_id, new.proposed_at)
        OR (old.in_force_from IS NOT NULL AND new.in_force_from IS DISTINCT FROM old.in_force_from)
        OR (old.confirmed_by_id IS NOT NULL
            AND new.confirmed_by_id IS DISTINCT FROM old.confirmed_by_id)
        OR (old.replaced_at IS NOT NULL AND new.replaced_at IS DISTINCT FROM old.replaced_at)
    THEN
        RAISE EXCEPTION '制限の版は書き換えられません。次の版を起案してください'
            USING ERRCODE = '42501';
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER stands BEFORE UPDATE OR DELETE ON grants_conflictrule
    FOR EACH ROW EXECUTE FUNCTION grants_conflictrule_stands();
"""
BACK = """
DROP TRIGGER stands ON grants_conflictrule;
DROP FUNCTION grants_conflictrule_stands();
"""


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
                ("reason", models.TextField(verbose_name="変える理由")),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="起案者",
                    ),
                ),
                ("proposed_at", models.DateTimeField(verbose_name="起案")),
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
                ("in_force_from", models.DateTimeField(null=True, verbose_name="適用")),
                ("replaced_at", models.DateTimeField(null=True, verbose_name="廃止・取下げ")),
            ],
            options={
                "verbose_name": "兼任・異動制限",
                "verbose_name_plural": "兼任・異動制限",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("code", "version"), name="conflict_rule_has_one_text_a_version"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("in_force_from__isnull", False), ("replaced_at", None)),
                        fields=("code",),
                        name="conflict_rule_is_in_force_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("in_force_from", None), ("replaced_at", None)),
                        fields=("code",),
                        name="conflict_rule_is_proposed_once_at_a_time",
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
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_by", None), ("in_force_from", None)),
                            models.Q(
                                ("confirmed_by__isnull", False), ("in_force_from__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="conflict_rule_counts_from_when_it_is_confirmed",
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
                                    models.F("starts_at"), "+", models.Value(dt.timedelta(days=184))
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
        migrations.RunSQL(FORWARD, BACK),
    ]
