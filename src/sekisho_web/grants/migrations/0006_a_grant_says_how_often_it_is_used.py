"""A grant says how often it is used, lies within its emergency, and ends within half a year.

Why:  "once" was a word on a form; a use that is counted by the database cannot begin twice.
Lock: ACCESS EXCLUSIVE on grants_grant while the columns are filled. Grants that were longer end
      after half a year: an access review gives them anew.
Back: the columns and the uses go; grants for a period are for each use again, as they were.
"""

from datetime import timedelta
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

FILL = """
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE grants_grant SET kind = 'period' WHERE kind = 'per_use';
UPDATE grants_grant SET valid_to = valid_from + interval '184 days'
    WHERE valid_to > valid_from + interval '184 days';
"""
UNFILL = """
UPDATE grants_grant SET kind = 'per_use' WHERE kind = 'period';
"""
FORWARD = """
ALTER TABLE grants_grant
    ADD CONSTRAINT grant_stays_within_the_emergency FOREIGN KEY (e, PERIOD valid)
        REFERENCES grants_emergencyterm (k, PERIOD valid) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX grant_rests_on_an_emergency ON grants_grant USING gist (e, valid);
CREATE TRIGGER emergency_that_was_reviewed_is_over
    BEFORE INSERT OR UPDATE OF emergency_id, valid_from, valid_to ON grants_grant
    FOR EACH ROW WHEN (NEW.emergency_id IS NOT NULL) EXECUTE FUNCTION grants_review_is_over();
ALTER TABLE grants_use
    ALTER COLUMN g SET NOT NULL,
    ADD CONSTRAINT use_is_one_of_its_grant
        FOREIGN KEY (grant_id, uses_max) REFERENCES grants_grant (id, uses_max),
    ADD CONSTRAINT use_has_an_end CHECK (
        NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)),
    ADD CONSTRAINT use_runs_alone EXCLUDE USING gist (g WITH &&, during WITH &&);
"""
BACK = """
DROP TRIGGER emergency_that_was_reviewed_is_over ON grants_grant;
DROP INDEX grant_rests_on_an_emergency;
ALTER TABLE grants_grant DROP CONSTRAINT grant_stays_within_the_emergency;
ALTER TABLE grants_use DROP CONSTRAINT use_is_one_of_its_grant;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0016_a_system_says_how_it_is_opened"),
        ("grants", "0005_a_request_is_decided_by_every_party"),
        ("terminals", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Launch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("system", models.CharField(max_length=16, verbose_name="システム")),
                (
                    "session_digest",
                    models.CharField(blank=True, max_length=64, verbose_name="セッションの要約"),
                ),
                (
                    "handle_digest",
                    models.CharField(blank=True, max_length=64, verbose_name="一度だけの札の要約"),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[("opened", "開いた"), ("refused", "断った")],
                        max_length=8,
                        verbose_name="結果",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="断った理由")),
                ("asked_at", models.DateTimeField(verbose_name="求めた時刻")),
                ("expires_at", models.DateTimeField(null=True, verbose_name="札の期限")),
                ("arrived_at", models.DateTimeField(null=True, verbose_name="着いた時刻")),
            ],
            options={
                "verbose_name": "起動",
                "verbose_name_plural": "起動",
            },
        ),
        migrations.CreateModel(
            name="LookBack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[("proper", "適正"), ("to_check", "要確認")],
                        max_length=8,
                        verbose_name="答え",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=400, verbose_name="所見")),
                ("at", models.DateTimeField(verbose_name="確かめた時刻")),
            ],
            options={
                "verbose_name": "利用結果の確認",
                "verbose_name_plural": "利用結果の確認",
            },
        ),
        migrations.CreateModel(
            name="Use",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uses_max", models.PositiveSmallIntegerField(verbose_name="使える回数")),
                ("no", models.PositiveSmallIntegerField(verbose_name="何回目")),
                (
                    "session_digest",
                    models.CharField(blank=True, max_length=64, verbose_name="セッションの要約"),
                ),
                (
                    "during",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        verbose_name="利用の時間"
                    ),
                ),
                (
                    "began_at",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("during"), function="lower"),
                        output_field=models.DateTimeField(null=True),
                    ),
                ),
                (
                    "ends_at",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("during"), function="upper"),
                        output_field=models.DateTimeField(null=True),
                    ),
                ),
                (
                    "ended_why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("person", "本人が終えた"),
                            ("time", "時間が来た"),
                            ("revoked", "許可が終わった"),
                            ("stopped", "停止された"),
                            ("emergency", "発動が終わった"),
                            ("hat", "業務を替えた"),
                            ("device", "端末が使えなくなった"),
                        ],
                        max_length=16,
                        verbose_name="終わった理由",
                    ),
                ),
            ],
            options={
                "verbose_name": "利用",
                "verbose_name_plural": "利用",
            },
        ),
        migrations.RunSQL(sql=migrations.RunSQL.noop, reverse_sql=UNFILL),
        migrations.RemoveConstraint(
            model_name="grant",
            name="grant_is_of_a_known_kind",
        ),
        migrations.AddField(
            model_name="grant",
            name="emergency",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="grants",
                to="grants.emergency",
                verbose_name="非常災害",
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="request",
            field=models.ForeignKey(
                help_text="空欄は、発令に付いた許可",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="grants",
                to="grants.request",
                verbose_name="利用申請",
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="revoked_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="取り消した人",
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="reference",
            field=models.CharField(blank=True, max_length=60, verbose_name="根拠の番号"),
        ),
        migrations.AddField(
            model_name="grant",
            name="revoked_for",
            field=models.CharField(blank=True, max_length=200, verbose_name="取消しの理由"),
        ),
        migrations.AddField(
            model_name="grant",
            name="role",
            field=models.CharField(blank=True, max_length=32, verbose_name="役割"),
        ),
        migrations.AddField(
            model_name="grant",
            name="use_minutes",
            field=models.PositiveSmallIntegerField(null=True, verbose_name="一回の長さ（分）"),
        ),
        migrations.AddField(
            model_name="grant",
            name="uses_max",
            field=models.PositiveSmallIntegerField(null=True, verbose_name="使える回数"),
        ),
        migrations.AlterField(
            model_name="grant",
            name="kind",
            field=models.CharField(
                choices=[
                    ("standing", "常時"),
                    ("period", "期間"),
                    ("per_use", "都度"),
                    ("dual", "二者"),
                ],
                max_length=16,
                verbose_name="種類",
            ),
        ),
        migrations.RunSQL(sql=FILL, reverse_sql=migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["standing", "period", "per_use", "dual"])),
                name="grant_is_of_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "per_use"), ("use_minutes__gte", 1), ("uses_max__gte", 1)),
                    models.Q(models.Q(("kind", "per_use"), _negated=True), ("uses_max", None)),
                    _connector="OR",
                ),
                name="grant_for_each_use_counts_its_uses",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "valid_to__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("valid_from"), "+", models.Value(timedelta(days=184))
                        ),
                    )
                ),
                name="grant_is_not_endless",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                fields=("id", "uses_max"), name="grant_and_its_uses"
            ),
        ),
        migrations.AddField(
            model_name="launch",
            name="device",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="terminals.device",
                verbose_name="端末",
            ),
        ),
        migrations.AddField(
            model_name="launch",
            name="grant",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grants.grant",
                verbose_name="利用許可",
            ),
        ),
        migrations.AddField(
            model_name="launch",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="利用者",
            ),
        ),
        migrations.AddField(
            model_name="lookback",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="確かめた人",
            ),
        ),
        migrations.AddField(
            model_name="use",
            name="device",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="terminals.device",
                verbose_name="端末",
            ),
        ),
        migrations.AddField(
            model_name="use",
            name="grant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="uses",
                to="grants.grant",
                verbose_name="利用許可",
            ),
        ),
        migrations.AddField(
            model_name="use",
            name="g",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    models.F("grant"),
                    models.F("grant"),
                    models.Value("[]"),
                    function="int8range",
                ),
                output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
            ),
        ),
        migrations.AddField(
            model_name="use",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="uses",
                to=settings.AUTH_USER_MODEL,
                verbose_name="利用者",
            ),
        ),
        migrations.AddField(
            model_name="lookback",
            name="use",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="look_back",
                to="grants.use",
                verbose_name="利用",
            ),
        ),
        migrations.AddField(
            model_name="launch",
            name="use",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="launches",
                to="grants.use",
                verbose_name="利用",
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="e",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(
                        emergency__isnull=False,
                        then=models.Func(
                            models.F("emergency"),
                            models.F("emergency"),
                            models.Value("[]"),
                            function="int8range",
                            output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                        ),
                    )
                ),
                output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(null=True),
            ),
        ),
        migrations.AddConstraint(
            model_name="use",
            constraint=models.UniqueConstraint(fields=("grant", "no"), name="use_has_its_number"),
        ),
        migrations.AddConstraint(
            model_name="use",
            constraint=models.CheckConstraint(
                condition=models.Q(("no__gte", 1), ("no__lte", models.F("uses_max"))),
                name="use_is_one_of_those_granted",
            ),
        ),
        migrations.AddConstraint(
            model_name="lookback",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer__in", ["proper", "to_check"])),
                name="look_back_has_an_answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="lookback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answer", "proper"), models.Q(("note", ""), _negated=True), _connector="OR"
                ),
                name="look_back_that_asks_says_what",
            ),
        ),
        migrations.AddIndex(
            model_name="launch",
            index=models.Index(
                fields=["person", "-asked_at"], name="grants_laun_person__534b25_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="launch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("handle_digest", ""), _negated=True),
                fields=("handle_digest",),
                name="launch_has_a_handle_of_its_own",
            ),
        ),
        migrations.RunSQL(sql=FORWARD, reverse_sql=BACK),
    ]
