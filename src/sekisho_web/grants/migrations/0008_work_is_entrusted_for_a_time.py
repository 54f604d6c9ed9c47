"""Work is entrusted for a time; who does it stands on a roster, and the post lies within it.

Why:  a contractor of both sides used the ID of one for the work of the other (AC-11).
Lock: none on what stands: new tables.
Back: the tables go.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORWARD = """
ALTER TABLE grants_engagementterm
    ALTER COLUMN k SET NOT NULL,
    ADD CONSTRAINT engagement_has_an_end CHECK (
        NOT isempty(valid) AND NOT lower_inf(valid) AND NOT upper_inf(valid)),
    ADD CONSTRAINT engagement_has_one_term_at_a_time UNIQUE (k, valid WITHOUT OVERLAPS);
ALTER TABLE grants_engagementworker
    ALTER COLUMN k SET NOT NULL,
    ADD CONSTRAINT worker_stands_in_a_post_of_their_own
        FOREIGN KEY (appointment_id, person_id) REFERENCES accounts_appointment (id, person_id),
    ADD CONSTRAINT worker_stays_within_the_engagement FOREIGN KEY (k, PERIOD valid)
        REFERENCES grants_engagementterm (k, PERIOD valid) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX worker_rests_on_an_engagement ON grants_engagementworker USING gist (k, valid);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0016_a_system_says_how_it_is_opened"),
        ("grants", "0007_posts_may_not_meet_in_one_person"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Engagement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=32, unique=True, verbose_name="番号")),
                ("work", models.CharField(max_length=200, verbose_name="業務")),
                ("basis", models.TextField(verbose_name="委託する理由（電気事業法23条3項）")),
                (
                    "item_classes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        default=list,
                        size=None,
                        verbose_name="渡す項目",
                    ),
                ),
                (
                    "systems",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16),
                        default=list,
                        size=None,
                        verbose_name="システム",
                    ),
                ),
                (
                    "sites",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="作業の場所",
                    ),
                ),
                (
                    "serves_both",
                    models.BooleanField(default=False, verbose_name="小売からも受託している"),
                ),
                ("prepared_at", models.DateTimeField(verbose_name="準備")),
                ("checked_at", models.DateTimeField(null=True, verbose_name="点検")),
                ("suspended_at", models.DateTimeField(null=True, verbose_name="停止")),
                (
                    "suspended_for",
                    models.CharField(blank=True, max_length=200, verbose_name="停止の理由"),
                ),
                ("ending_at", models.DateTimeField(null=True, verbose_name="終了の開始")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="終了")),
                (
                    "checked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="点検した人",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="終えた人",
                    ),
                ),
                (
                    "contractor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="engagements",
                        to="accounts.company",
                        verbose_name="委託先",
                    ),
                ),
                (
                    "entruster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.company",
                        verbose_name="委託元",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.appointment",
                        verbose_name="委託主管",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="grants.engagement",
                        verbose_name="再委託の元",
                    ),
                ),
                (
                    "prepared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="準備した人",
                    ),
                ),
                (
                    "subcontract_approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="再委託を認めた人",
                    ),
                ),
            ],
            options={
                "verbose_name": "委託",
                "verbose_name_plural": "委託",
            },
        ),
        migrations.CreateModel(
            name="EngagementAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("item", models.CharField(max_length=8, verbose_name="項目")),
                (
                    "verdict",
                    models.CharField(
                        choices=[("yes", "はい"), ("no", "いいえ"), ("na", "該当なし")],
                        max_length=4,
                        verbose_name="答え",
                    ),
                ),
                ("evidence", models.CharField(blank=True, max_length=200, verbose_name="証拠")),
                ("answered_at", models.DateTimeField(verbose_name="答えた時刻")),
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
                    "engagement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="grants.engagement",
                        verbose_name="委託",
                    ),
                ),
            ],
            options={
                "verbose_name": "委託先点検の答え",
                "verbose_name_plural": "委託先点検の答え",
            },
        ),
        migrations.CreateModel(
            name="EngagementTerm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "k",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("engagement"),
                            models.F("engagement"),
                            models.Value("[]"),
                            function="int8range",
                        ),
                        output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                    ),
                ),
                (
                    "valid",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(verbose_name="期間"),
                ),
                (
                    "valid_from",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("valid"), function="lower"),
                        output_field=models.DateTimeField(null=True),
                    ),
                ),
                (
                    "valid_to",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("valid"), function="upper"),
                        output_field=models.DateTimeField(null=True),
                    ),
                ),
                (
                    "engagement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="terms",
                        to="grants.engagement",
                        verbose_name="委託",
                    ),
                ),
            ],
            options={
                "verbose_name": "委託の期間",
                "verbose_name_plural": "委託の期間",
            },
        ),
        migrations.CreateModel(
            name="EngagementWorker",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "k",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("engagement"),
                            models.F("engagement"),
                            models.Value("[]"),
                            function="int8range",
                        ),
                        output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                    ),
                ),
                (
                    "valid",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(verbose_name="期間"),
                ),
                (
                    "valid_from",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("valid"), function="lower"),
                        output_field=models.DateTimeField(null=True),
                    ),
                ),
                (
                    "valid_to",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("valid"), function="upper"),
                        output_field=models.DateTimeField(null=True),
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                        verbose_name="アカウント",
                    ),
                ),
                (
                    "appointment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.appointment",
                        verbose_name="発令",
                    ),
                ),
                (
                    "engagement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="workers",
                        to="grants.engagement",
                        verbose_name="委託",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="engagements",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="作業者",
                    ),
                ),
            ],
            options={
                "verbose_name": "作業者",
                "verbose_name_plural": "作業者",
            },
        ),
        migrations.AddConstraint(
            model_name="engagement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checked_by", None),
                    models.Q(("checked_by", models.F("prepared_by")), _negated=True),
                    _connector="OR",
                ),
                name="engagement_is_checked_by_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="engagement",
            constraint=models.CheckConstraint(
                condition=models.Q(("entruster", models.F("contractor")), _negated=True),
                name="engagement_is_with_another_company",
            ),
        ),
        migrations.AddIndex(
            model_name="engagementanswer",
            index=models.Index(
                fields=["engagement", "item", "-answered_at"], name="grants_enga_engagem_2fd1bb_idx"
            ),
        ),
        migrations.RunSQL(sql=FORWARD, reverse_sql=migrations.RunSQL.noop),
    ]
