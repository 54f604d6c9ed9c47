"""A request is decided by every party with a signature of its own.

Why:  what was "approved" by a stamp on a form was approved by nobody who could be asked later.
Lock: none on what stands: new tables.
Back: the tables go.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORWARD = """
ALTER TABLE grants_request ADD CONSTRAINT request_is_the_bytes_of_its_digest
    CHECK (digest = sha256(body));
ALTER TABLE grants_request ADD CONSTRAINT request_is_of_a_post_of_whoever_asks
    FOREIGN KEY (appointment_id, asked_by_id, works_for_id)
    REFERENCES accounts_appointment (id, person_id, works_for_id);
ALTER TABLE grants_decision
    ADD CONSTRAINT decision_is_on_a_request_of_whoever_asked
        FOREIGN KEY (request_id, asked_by_id) REFERENCES grants_request (id, asked_by_id),
    ADD CONSTRAINT decision_is_on_these_bytes
        FOREIGN KEY (request_id, digest) REFERENCES grants_request (id, digest),
    ADD CONSTRAINT decision_is_made_in_a_post_of_whoever_decides
        FOREIGN KEY (appointment_id, decided_by_id) REFERENCES accounts_appointment (id, person_id);
ALTER TABLE grants_delegation
    ALTER COLUMN k SET NOT NULL,
    ADD CONSTRAINT delegation_is_for_a_month_at_most CHECK (
        NOT isempty(valid) AND NOT lower_inf(valid) AND NOT upper_inf(valid)
        AND upper(valid) - lower(valid) <= interval '30 days');
CREATE FUNCTION grants_stays_as_it_is() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was asked and decided never changes'
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER request_never_changes BEFORE UPDATE OF asked_by_id, appointment_id, works_for_id,
    account_id, system, policy_id, mode, role, purpose, body, digest, matching_code, emergency_id,
    follows_id, submitted_at, due_at
    ON grants_request FOR EACH ROW EXECUTE FUNCTION grants_stays_as_it_is();
CREATE TRIGGER request_stays_settled BEFORE UPDATE OF outcome, settled_at, settled_why
    ON grants_request FOR EACH ROW WHEN (OLD.settled_at IS NOT NULL)
    EXECUTE FUNCTION grants_stays_as_it_is();
CREATE TRIGGER nonce_is_spent_once BEFORE UPDATE ON grants_nonce
    FOR EACH ROW WHEN (OLD.used_at IS NOT NULL) EXECUTE FUNCTION grants_stays_as_it_is();
CREATE TRIGGER policy_never_changes BEFORE UPDATE OF code, version, system, role, asker_class,
    circumstance, mode, parties, in_order, purposes, reference_kind, max_window_minutes,
    max_use_minutes, uses_max, pending_minutes, fresh_seconds, look_back, look_back_days, digest,
    proposed_by_id, proposed_at
    ON grants_approvalpolicy FOR EACH ROW EXECUTE FUNCTION grants_stays_as_it_is();
CREATE TRIGGER decision_never_changes BEFORE UPDATE ON grants_decision
    FOR EACH ROW EXECUTE FUNCTION grants_stays_as_it_is();
"""
BACK = """
DROP TRIGGER decision_never_changes ON grants_decision;
DROP TRIGGER policy_never_changes ON grants_approvalpolicy;
DROP TRIGGER nonce_is_spent_once ON grants_nonce;
DROP TRIGGER request_stays_settled ON grants_request;
DROP TRIGGER request_never_changes ON grants_request;
DROP FUNCTION grants_stays_as_it_is();
ALTER TABLE grants_decision
    DROP CONSTRAINT decision_is_on_a_request_of_whoever_asked,
    DROP CONSTRAINT decision_is_on_these_bytes;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0016_a_system_says_how_it_is_opened"),
        ("grants", "0004_an_emergency_is_declared_by_two"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ApprovalPolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, verbose_name="符号")),
                ("version", models.PositiveIntegerField(verbose_name="版")),
                (
                    "system",
                    models.CharField(
                        blank=True, help_text="空欄は全て", max_length=16, verbose_name="システム"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True, help_text="空欄は全て", max_length=32, verbose_name="役割"
                    ),
                ),
                (
                    "asker_class",
                    models.CharField(blank=True, max_length=32, verbose_name="求める人の区分"),
                ),
                ("circumstance", models.CharField(blank=True, max_length=16, verbose_name="状況")),
                (
                    "mode",
                    models.CharField(
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
                (
                    "parties",
                    models.JSONField(help_text="全員の承認が要ります", verbose_name="承認する人"),
                ),
                ("in_order", models.BooleanField(default=False, verbose_name="順に")),
                (
                    "purposes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16),
                        default=list,
                        size=None,
                        verbose_name="利用目的",
                    ),
                ),
                (
                    "reference_kind",
                    models.CharField(blank=True, max_length=24, verbose_name="根拠の番号の種類"),
                ),
                (
                    "max_window_minutes",
                    models.PositiveIntegerField(verbose_name="期間の上限（分）"),
                ),
                ("max_use_minutes", models.PositiveIntegerField(verbose_name="一回の上限（分）")),
                (
                    "uses_max",
                    models.PositiveSmallIntegerField(null=True, verbose_name="回数の上限"),
                ),
                (
                    "pending_minutes",
                    models.PositiveIntegerField(verbose_name="承認を待つ時間（分）"),
                ),
                (
                    "fresh_seconds",
                    models.PositiveSmallIntegerField(
                        default=300, verbose_name="本人認証の新しさ（秒）"
                    ),
                ),
                (
                    "look_back",
                    models.CharField(
                        default="approver", max_length=16, verbose_name="結果を確かめる人"
                    ),
                ),
                (
                    "look_back_days",
                    models.PositiveSmallIntegerField(
                        default=3, verbose_name="確かめる期限（営業日）"
                    ),
                ),
                ("digest", models.BinaryField(verbose_name="要約")),
                ("proposed_at", models.DateTimeField(verbose_name="案")),
                ("in_force_from", models.DateTimeField(null=True, verbose_name="適用")),
                ("replaced_at", models.DateTimeField(null=True, verbose_name="廃止")),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="確かめた人",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        help_text="空欄は、出荷時の規程",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="案を出した人",
                    ),
                ),
            ],
            options={
                "verbose_name": "承認規程",
                "verbose_name_plural": "承認規程",
            },
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("party", models.CharField(max_length=24, verbose_name="承認の役")),
                (
                    "system",
                    models.CharField(
                        blank=True, help_text="空欄は全て", max_length=16, verbose_name="システム"
                    ),
                ),
                (
                    "k",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("delegator"),
                            models.F("delegator"),
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
                ("reason", models.CharField(max_length=200, verbose_name="理由")),
                ("given_at", models.DateTimeField(verbose_name="登録")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="終了")),
                (
                    "delegator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.appointment",
                        verbose_name="任せる人の発令",
                    ),
                ),
                (
                    "deputy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.appointment",
                        verbose_name="代わる人の発令",
                    ),
                ),
            ],
            options={
                "verbose_name": "代理",
                "verbose_name_plural": "代理",
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=24, verbose_name="種類")),
                ("about", models.CharField(max_length=80, verbose_name="対象の符号")),
                ("due_at", models.DateTimeField(verbose_name="知らせる時刻")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="知らせた時刻")),
                (
                    "failed",
                    models.PositiveSmallIntegerField(default=0, verbose_name="失敗した回数"),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="相手",
                    ),
                ),
            ],
            options={
                "verbose_name": "知らせ",
                "verbose_name_plural": "知らせ",
            },
        ),
        migrations.CreateModel(
            name="Request",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=32, unique=True, verbose_name="番号")),
                (
                    "mode",
                    models.CharField(
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
                ("role", models.CharField(blank=True, max_length=32, verbose_name="役割")),
                ("purpose", models.CharField(max_length=16, verbose_name="利用目的")),
                ("body", models.BinaryField(verbose_name="本文")),
                ("digest", models.BinaryField(verbose_name="要約")),
                ("matching_code", models.CharField(max_length=4, verbose_name="照合番号")),
                ("submitted_at", models.DateTimeField(verbose_name="申請")),
                ("due_at", models.DateTimeField(verbose_name="承認の期限")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="決着")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("approved", "承認"),
                            ("denied", "却下"),
                            ("withdrawn", "取下げ"),
                            ("lapsed", "失効"),
                        ],
                        max_length=16,
                        verbose_name="結果",
                    ),
                ),
                (
                    "settled_why",
                    models.CharField(blank=True, max_length=200, verbose_name="決着の事情"),
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
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="求めた人",
                    ),
                ),
                (
                    "emergency",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="grants.emergency",
                        verbose_name="非常災害",
                    ),
                ),
                (
                    "follows",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="extensions",
                        to="grants.request",
                        verbose_name="延長する申請",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grants.approvalpolicy",
                        verbose_name="承認規程",
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
                    "works_for",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.company",
                        verbose_name="従事する会社",
                    ),
                ),
            ],
            options={
                "verbose_name": "利用申請",
                "verbose_name_plural": "利用申請",
            },
        ),
        migrations.CreateModel(
            name="Nonce",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("nonce", models.CharField(max_length=64, unique=True, verbose_name="番号")),
                (
                    "session_digest",
                    models.CharField(max_length=64, verbose_name="セッションの要約"),
                ),
                ("issued_at", models.DateTimeField(verbose_name="出した時刻")),
                ("expires_at", models.DateTimeField(verbose_name="期限")),
                ("used_at", models.DateTimeField(null=True, verbose_name="使った時刻")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="出した相手",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grants.request",
                        verbose_name="利用申請",
                    ),
                ),
            ],
            options={
                "verbose_name": "一度だけの番号",
                "verbose_name_plural": "一度だけの番号",
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.BinaryField(verbose_name="申請の要約")),
                ("party", models.PositiveSmallIntegerField(verbose_name="何番目の承認")),
                (
                    "verdict",
                    models.CharField(
                        choices=[("approve", "承認"), ("deny", "却下")],
                        max_length=8,
                        verbose_name="答え",
                    ),
                ),
                ("body", models.BinaryField(verbose_name="本文")),
                ("proof", models.JSONField(verbose_name="署名")),
                (
                    "nonce",
                    models.CharField(max_length=64, unique=True, verbose_name="一度だけの番号"),
                ),
                (
                    "valid",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        null=True, verbose_name="許す期間"
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="事情")),
                ("opened_at", models.DateTimeField(verbose_name="申請を開いた時刻")),
                ("decided_at", models.DateTimeField(verbose_name="決めた時刻")),
                (
                    "appointment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.appointment",
                        verbose_name="決めた人の発令",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="求めた人",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="決めた人",
                    ),
                ),
                (
                    "delegation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="grants.delegation",
                        verbose_name="代理",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="grants.request",
                        verbose_name="利用申請",
                    ),
                ),
            ],
            options={
                "verbose_name": "承認・却下",
                "verbose_name_plural": "承認・却下",
            },
        ),
        migrations.CreateModel(
            name="Asking",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "asker",
                    models.CharField(
                        blank=True, max_length=100, verbose_name="求めた人（書いたまま）"
                    ),
                ),
                ("system", models.CharField(blank=True, max_length=16, verbose_name="システム")),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("request", "利用申請"),
                            ("phone", "電話"),
                            ("mail", "メール"),
                            ("spoken", "口頭"),
                        ],
                        max_length=8,
                        verbose_name="手段",
                    ),
                ),
                ("what", models.TextField(verbose_name="何を求めたか")),
                ("asked_at", models.DateTimeField(verbose_name="求めた時刻")),
                ("judged_at", models.DateTimeField(null=True, verbose_name="判断した時刻")),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("refused", "断った"),
                            ("allowed", "許される求めだった"),
                            ("prohibited", "禁じられた求めだった"),
                        ],
                        max_length=12,
                        verbose_name="判断",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=400, verbose_name="所見")),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="求めた人",
                    ),
                ),
                (
                    "asked_of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="求められた人",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.company",
                        verbose_name="求めた会社",
                    ),
                ),
                (
                    "judged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="判断した人",
                    ),
                ),
                (
                    "request",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="asking",
                        to="grants.request",
                        verbose_name="利用申請",
                    ),
                ),
            ],
            options={
                "verbose_name": "求めの記録",
                "verbose_name_plural": "求めの記録",
            },
        ),
        migrations.AddConstraint(
            model_name="approvalpolicy",
            constraint=models.UniqueConstraint(
                fields=("code", "version"), name="policy_has_one_text_a_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalpolicy",
            constraint=models.UniqueConstraint(
                condition=models.Q(("in_force_from__isnull", False), ("replaced_at", None)),
                fields=("code",),
                name="policy_is_in_force_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(("parties", []), _negated=True),
                name="policy_names_who_must_approve",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by", None),
                    models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="policy_is_confirmed_by_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["standing", "period", "per_use", "dual"])),
                name="policy_is_of_a_known_mode",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(("look_back__in", ["none", "approver", "line2"])),
                name="policy_looks_back_by_somebody_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(("delegator", models.F("deputy")), _negated=True),
                name="delegation_is_to_somebody_else",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["sent_at", "due_at"], name="grants_noti_sent_at_c36aa5_idx"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                fields=("person", "kind", "about", "due_at"), name="notice_is_given_once"
            ),
        ),
        migrations.AddIndex(
            model_name="request",
            index=models.Index(
                fields=["outcome", "-submitted_at"], name="grants_requ_outcome_d02fa5_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.UniqueConstraint(
                fields=("id", "asked_by"), name="request_and_who_asked"
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.UniqueConstraint(
                fields=("id", "digest"), name="request_and_its_bytes"
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", ""), ("settled_at", None)),
                    models.Q(
                        ("outcome__in", ["approved", "denied", "withdrawn", "lapsed"]),
                        ("settled_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="request_is_settled_with_an_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["standing", "period", "per_use", "dual"])),
                name="request_is_of_a_known_mode",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_at__gt", models.F("submitted_at"))),
                name="request_waits_for_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                fields=("request", "party"), name="decision_of_each_party"
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                fields=("request", "decided_by"), name="decision_of_a_person_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("decided_by", models.F("asked_by")), _negated=True),
                name="decision_is_not_of_whoever_asked",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ["approve", "deny"])),
                name="decision_is_yes_or_no",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict", "deny"), ("valid__isnull", False), _connector="OR"),
                name="decision_to_approve_says_how_long",
            ),
        ),
        migrations.RunSQL(sql=FORWARD, reverse_sql=BACK),
    ]
