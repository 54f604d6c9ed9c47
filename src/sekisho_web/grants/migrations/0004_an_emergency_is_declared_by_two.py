"""An emergency is declared by two people, for stretches of at most three days; closing is checked.

Why:  disaster rights were used on ordinary days, and nothing said who had opened them.
Lock: ACCESS EXCLUSIVE on grants_emergency while its columns are filled.
Back: the terms and the lists go. Emergencies of before have no term, and so are not in effect.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

FILL = """
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE grants_emergency SET
    owner_id = (SELECT min(id) FROM accounts_company WHERE kind = 'network'),
    systems = (SELECT array_agg(key ORDER BY key) FROM accounts_system WHERE owner_kind = 'network');
"""
FORWARD = """
ALTER TABLE grants_emergencyterm
    ALTER COLUMN k SET NOT NULL,
    ADD CONSTRAINT term_is_a_stretch_of_three_days_at_most CHECK (
        NOT isempty(signed) AND NOT lower_inf(signed) AND NOT upper_inf(signed)
        AND upper(signed) - lower(signed) <= interval '72 hours'),
    ADD CONSTRAINT term_is_cut_within_itself CHECK (cut_at >= lower(signed)),
    ADD CONSTRAINT term_stands_alone_at_its_time UNIQUE (k, valid WITHOUT OVERLAPS);
CREATE FUNCTION grants_nothing_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.reviewed_at IS NOT NULL AND EXISTS (
        SELECT FROM grants_closingitem WHERE emergency_id = NEW.id AND done_at IS NULL
    ) THEN
        RAISE EXCEPTION 'an emergency with open items is not reviewed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'emergency_is_reviewed_when_nothing_is_open';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER emergency_is_reviewed_when_nothing_is_open
    AFTER INSERT OR UPDATE ON grants_emergency DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION grants_nothing_is_open();
CREATE FUNCTION grants_review_is_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM grants_emergency WHERE id = NEW.emergency_id AND reviewed_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'an emergency that was reviewed takes nothing more'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'emergency_that_was_reviewed_is_over';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER emergency_that_was_reviewed_is_over
    BEFORE INSERT OR UPDATE ON grants_closingitem
    FOR EACH ROW EXECUTE FUNCTION grants_review_is_over();
CREATE TRIGGER emergency_that_was_reviewed_is_over
    BEFORE INSERT OR UPDATE ON grants_emergencyterm
    FOR EACH ROW EXECUTE FUNCTION grants_review_is_over();
CREATE FUNCTION grants_term_stays_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.emergency_id, OLD.no, OLD.signed, OLD.body, OLD.declared_by_id, OLD.declared_at,
            OLD.declared_proof) IS DISTINCT FROM (NEW.emergency_id, NEW.no, NEW.signed, NEW.body,
            NEW.declared_by_id, NEW.declared_at, NEW.declared_proof)
        OR OLD.confirmed_by_id IS NOT NULL AND (OLD.confirmed_by_id, OLD.confirmed_at,
            OLD.confirmed_body, OLD.confirmed_proof) IS DISTINCT FROM (NEW.confirmed_by_id,
            NEW.confirmed_at, NEW.confirmed_body, NEW.confirmed_proof)
        OR OLD.cut_at < coalesce(NEW.cut_at, 'infinity')
    THEN
        RAISE EXCEPTION 'what was signed stays as it was, and what was cut is not longer again'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'term_stays_as_it_was_signed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER term_stays_as_it_was_signed BEFORE UPDATE ON grants_emergencyterm
    FOR EACH ROW EXECUTE FUNCTION grants_term_stays_signed();
"""
BACK = """
DROP TRIGGER term_stays_as_it_was_signed ON grants_emergencyterm;
DROP FUNCTION grants_term_stays_signed();
DROP TRIGGER emergency_that_was_reviewed_is_over ON grants_emergencyterm;
DROP TRIGGER emergency_that_was_reviewed_is_over ON grants_closingitem;
DROP FUNCTION grants_review_is_over();
DROP TRIGGER emergency_is_reviewed_when_nothing_is_open ON grants_emergency;
DROP FUNCTION grants_nothing_is_open();
"""


BEGINS = django.db.models.functions.comparison.Greatest(
    models.Func(models.F("signed"), function="lower", output_field=models.DateTimeField()),
    models.F("confirmed_at"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0016_a_system_says_how_it_is_opened"),
        ("grants", "0003_a_grant_that_never_began_rests_on_nothing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ClosingItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=24, verbose_name="項目")),
                ("subject", models.CharField(blank=True, max_length=80, verbose_name="対象の符号")),
                ("due_at", models.DateTimeField(verbose_name="期限")),
                ("done_at", models.DateTimeField(null=True, verbose_name="完了")),
                ("evidence", models.TextField(blank=True, verbose_name="証拠")),
                (
                    "evidence_sha256",
                    models.CharField(blank=True, max_length=64, verbose_name="証拠の要約"),
                ),
                ("proof", models.JSONField(default=dict, verbose_name="署名")),
            ],
            options={
                "verbose_name": "後始末の項目",
                "verbose_name_plural": "後始末の項目",
            },
        ),
        migrations.CreateModel(
            name="Dossier",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="作成")),
                ("content", models.BinaryField(verbose_name="本文（PDF）")),
                ("sha256", models.CharField(max_length=64, verbose_name="要約")),
                ("data_sha256", models.CharField(max_length=64, verbose_name="数値の要約")),
            ],
            options={
                "verbose_name": "災害対応記録",
                "verbose_name_plural": "災害対応記録",
            },
        ),
        migrations.CreateModel(
            name="EmergencyTerm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "signed",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        verbose_name="宣言した期間"
                    ),
                ),
                (
                    "signed_from",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("signed"), function="lower"),
                        output_field=models.DateTimeField(null=True),
                    ),
                ),
                (
                    "signed_to",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("signed"), function="upper"),
                        output_field=models.DateTimeField(null=True),
                    ),
                ),
                ("cut_at", models.DateTimeField(null=True, verbose_name="解除")),
                (
                    "valid",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(
                                confirmed_at__isnull=False,
                                then=django.db.models.functions.comparison.NullIf(
                                    models.Func(
                                        BEGINS,
                                        django.db.models.functions.comparison.Greatest(
                                            BEGINS,
                                            django.db.models.functions.comparison.Least(
                                                models.Func(
                                                    models.F("signed"),
                                                    function="upper",
                                                    output_field=models.DateTimeField(),
                                                ),
                                                models.F("cut_at"),
                                            ),
                                        ),
                                        function="tstzrange",
                                    ),
                                    models.Value("empty"),
                                    output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                                ),
                            )
                        ),
                        output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(
                            null=True
                        ),
                    ),
                ),
                ("no", models.PositiveSmallIntegerField(default=1, verbose_name="何番目")),
                (
                    "by_conduct_office",
                    models.BooleanField(default=False, verbose_name="行為規制担当が署名した"),
                ),
                ("body", models.BinaryField(default=b"", verbose_name="宣言の本文")),
                ("declared_at", models.DateTimeField(verbose_name="宣言")),
                ("declared_proof", models.JSONField(default=dict, verbose_name="宣言の署名")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="確認")),
                ("confirmed_body", models.BinaryField(default=b"", verbose_name="確認の本文")),
                ("confirmed_proof", models.JSONField(default=dict, verbose_name="確認の署名")),
            ],
            options={
                "verbose_name": "発動の期間",
                "verbose_name_plural": "発動の期間",
            },
        ),
        migrations.CreateModel(
            name="RosterLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "skills",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="できる仕事",
                    ),
                ),
                ("is_sales", models.BooleanField(default=False, verbose_name="営業の部署")),
                ("trained_on", models.DateField(null=True, verbose_name="研修を受けた日")),
                ("listed_at", models.DateTimeField(verbose_name="登録")),
                ("removed_at", models.DateTimeField(null=True, verbose_name="抹消")),
            ],
            options={
                "verbose_name": "応援者名簿",
                "verbose_name_plural": "応援者名簿",
            },
        ),
        migrations.AddField(
            model_name="emergency",
            name="begun_at",
            field=models.DateTimeField(null=True, verbose_name="後始末の開始"),
        ),
        migrations.AddField(
            model_name="emergency",
            name="closed_at",
            field=models.DateTimeField(null=True, verbose_name="後始末の完了"),
        ),
        migrations.AddField(
            model_name="emergency",
            name="closed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="完了した人",
            ),
        ),
        migrations.AddField(
            model_name="emergency",
            name="commander",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.appointment",
                verbose_name="災害対策責任者",
            ),
        ),
        migrations.AddField(
            model_name="emergency",
            name="conduct_officer",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.appointment",
                verbose_name="行為規制担当",
            ),
        ),
        migrations.AddField(
            model_name="emergency",
            name="ended_at",
            field=models.DateTimeField(null=True, verbose_name="解除"),
        ),
        migrations.AddField(
            model_name="emergency",
            name="ended_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="解除した人",
            ),
        ),
        migrations.AddField(
            model_name="emergency",
            name="kind",
            field=models.CharField(
                choices=[
                    ("disaster", "非常災害"),
                    ("failure", "障害時の暫定利用"),
                    ("drill", "訓練"),
                ],
                default="disaster",
                max_length=8,
                verbose_name="種類",
            ),
        ),
        migrations.AddField(
            model_name="emergency",
            name="owner",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
                verbose_name="発動する会社",
            ),
        ),
        migrations.AddField(
            model_name="emergency",
            name="prepared_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="準備した人",
            ),
        ),
        migrations.AddField(
            model_name="emergency",
            name="reason",
            field=models.TextField(blank=True, verbose_name="利用が要る理由"),
        ),
        migrations.AddField(
            model_name="emergency",
            name="review",
            field=models.TextField(blank=True, verbose_name="検証の所見"),
        ),
        migrations.AddField(
            model_name="emergency",
            name="reviewed_at",
            field=models.DateTimeField(null=True, verbose_name="検証"),
        ),
        migrations.AddField(
            model_name="emergency",
            name="reviewed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="検証した人",
            ),
        ),
        migrations.AddField(
            model_name="emergency",
            name="roles",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=32),
                blank=True,
                default=list,
                size=None,
                verbose_name="役割",
            ),
        ),
        migrations.AddField(
            model_name="emergency",
            name="systems",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=16),
                null=True,
                size=None,
                verbose_name="システム",
            ),
        ),
        migrations.AddField(
            model_name="supporter",
            name="appointment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.appointment",
                verbose_name="応援の発令",
            ),
        ),
        migrations.RunSQL(sql=FILL, reverse_sql=migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="emergency",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
                verbose_name="発動する会社",
            ),
        ),
        migrations.AlterField(
            model_name="emergency",
            name="systems",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=16), size=None, verbose_name="システム"
            ),
        ),
        migrations.RemoveConstraint(model_name="emergency", name="emergency_names_its_districts"),
        migrations.AddConstraint(
            model_name="emergency",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "failure"), ("areas__len__gt", 0), _connector="OR"),
                name="emergency_names_its_districts",
            ),
        ),
        migrations.AddConstraint(
            model_name="emergency",
            constraint=models.CheckConstraint(
                condition=models.Q(("systems__len__gt", 0)), name="emergency_names_its_systems"
            ),
        ),
        migrations.AddConstraint(
            model_name="emergency",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["disaster", "failure", "drill"])),
                name="emergency_is_of_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="emergency",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reviewed_at", None),
                    models.Q(("closed_at__isnull", False), ("reviewed_by__isnull", False)),
                    _connector="OR",
                ),
                name="emergency_is_reviewed_after_it_was_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="emergency",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reviewed_by", None),
                    models.Q(("reviewed_by", models.F("closed_by")), _negated=True),
                    _connector="OR",
                ),
                name="emergency_is_reviewed_by_somebody_else",
            ),
        ),
        migrations.AddField(
            model_name="closingitem",
            name="done_by",
            field=models.ForeignKey(
                help_text="空欄は、記録から計算したもの",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="完了した人",
            ),
        ),
        migrations.AddField(
            model_name="closingitem",
            name="emergency",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="items",
                to="grants.emergency",
                verbose_name="非常災害",
            ),
        ),
        migrations.AddField(
            model_name="dossier",
            name="emergency",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="dossiers",
                to="grants.emergency",
                verbose_name="非常災害",
            ),
        ),
        migrations.AddField(
            model_name="dossier",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="作成した人",
            ),
        ),
        migrations.AddConstraint(
            model_name="dossier",
            constraint=models.UniqueConstraint(
                fields=("emergency", "made_at"), name="dossier_stands_once_a_moment"
            ),
        ),
        migrations.AddField(
            model_name="emergencyterm",
            name="confirmed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="確かめた人",
            ),
        ),
        migrations.AddField(
            model_name="emergencyterm",
            name="declared_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="宣言した人",
            ),
        ),
        migrations.AddField(
            model_name="emergencyterm",
            name="emergency",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="terms",
                to="grants.emergency",
                verbose_name="非常災害",
            ),
        ),
        migrations.AddField(
            model_name="emergencyterm",
            name="k",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    models.F("emergency"),
                    models.F("emergency"),
                    models.Value("[]"),
                    function="int8range",
                ),
                output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
            ),
        ),
        migrations.AddField(
            model_name="rosterline",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
                verbose_name="応援を受ける会社",
            ),
        ),
        migrations.AddField(
            model_name="rosterline",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="roster_lines",
                to=settings.AUTH_USER_MODEL,
                verbose_name="応援者",
            ),
        ),
        migrations.AddField(
            model_name="rosterline",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.unit",
                verbose_name="所属",
            ),
        ),
        migrations.AddConstraint(
            model_name="closingitem",
            constraint=models.UniqueConstraint(
                fields=("emergency", "kind", "subject"), name="closing_item_stands_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="emergencyterm",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by", None),
                    models.Q(("confirmed_by", models.F("declared_by")), _negated=True),
                    _connector="OR",
                ),
                name="term_is_confirmed_by_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="emergencyterm",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at", None), ("confirmed_by", None)),
                    models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                    _connector="OR",
                ),
                name="term_is_confirmed_wholly",
            ),
        ),
        migrations.AddConstraint(
            model_name="emergencyterm",
            constraint=models.UniqueConstraint(
                fields=("emergency", "no"), name="term_has_its_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="rosterline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at", None)),
                fields=("person", "owner"),
                name="roster_lists_somebody_once",
            ),
        ),
        migrations.RunSQL(sql=FORWARD, reverse_sql=BACK),
    ]
