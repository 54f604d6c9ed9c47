"""What somebody promised stays as they signed it, word by word.

Why:  a promise whose words can be changed later binds nobody, and a refusal that vanishes is none.
Lock: none on what stands: a new table, its checks and its trigger.
Back: the table goes with the trigger.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


FORWARD = """
ALTER TABLE campaigns_pledge
    ADD CONSTRAINT pledge_text_is_what_its_digest_says
        CHECK (text_sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex')),
    ADD CONSTRAINT pledge_digest_is_that_of_its_statement
        CHECK (digest = sha256(convert_to(E'sekisho.pledge/1\\n', 'UTF8') || body)),
    ADD CONSTRAINT pledge_signature_says_something
        CHECK (proof IS NULL OR (jsonb_typeof(proof) = 'object' AND proof <> '{}'));
CREATE FUNCTION campaigns_pledge_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '誓約は書き換えも消しもできません' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER stands BEFORE UPDATE OR DELETE ON campaigns_pledge
    FOR EACH ROW EXECUTE FUNCTION campaigns_pledge_stands();
"""
BACK = """
DROP TRIGGER stands ON campaigns_pledge;
DROP FUNCTION campaigns_pledge_stands();
ALTER TABLE campaigns_pledge
    DROP CONSTRAINT pledge_signature_says_something,
    DROP CONSTRAINT pledge_digest_is_that_of_its_statement,
    DROP CONSTRAINT pledge_text_is_what_its_digest_says;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_silence_is_an_answer_of_its_own"),
        ("campaigns", "0003_findings_about_grants_and_terminals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Pledge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("template", models.CharField(max_length=32, verbose_name="ひな型")),
                ("version", models.PositiveSmallIntegerField(verbose_name="版")),
                ("text", models.TextField(verbose_name="全文")),
                ("text_sha256", models.CharField(max_length=64, verbose_name="全文の要約")),
                (
                    "subject_type",
                    models.CharField(
                        choices=[
                            ("appointment", "発令"),
                            ("account", "アカウント"),
                            ("emergency", "非常災害"),
                            ("loan", "端末の貸与"),
                            ("engagement", "委託"),
                            ("handler", "従事者の指定"),
                        ],
                        max_length=16,
                        verbose_name="対象の種類",
                    ),
                ),
                ("subject", models.CharField(max_length=100, verbose_name="対象")),
                ("subject_said", models.CharField(max_length=200, verbose_name="対象の名前")),
                (
                    "answer",
                    models.CharField(
                        choices=[("signed", "署名"), ("refused", "拒否")],
                        max_length=8,
                        verbose_name="答え",
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[("passkey", "認証器"), ("paper", "紙"), ("screen", "画面")],
                        max_length=8,
                        verbose_name="方法",
                    ),
                ),
                ("body", models.BinaryField(verbose_name="署名した文")),
                ("digest", models.BinaryField(verbose_name="署名した文の要約")),
                (
                    "nonce",
                    models.CharField(max_length=64, unique=True, verbose_name="一度だけの符号"),
                ),
                ("proof", models.JSONField(null=True, verbose_name="署名")),
                (
                    "scan_sha256",
                    models.CharField(blank=True, max_length=64, verbose_name="紙の控えの要約"),
                ),
                ("reason", models.TextField(blank=True, verbose_name="拒否の理由")),
                ("at", models.DateTimeField(verbose_name="時刻")),
                (
                    "valid_until",
                    models.DateTimeField(
                        help_text="この時刻は含みません", null=True, verbose_name="期限"
                    ),
                ),
                ("entry", models.UUIDField(verbose_name="台帳の記録")),
                (
                    "appointment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.appointment",
                        verbose_name="発令",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pledges",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="従業者",
                    ),
                ),
                (
                    "witness",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="受け取った人",
                    ),
                ),
            ],
            options={
                "verbose_name": "誓約",
                "verbose_name_plural": "誓約",
                "indexes": [
                    models.Index(
                        fields=["person", "template", "subject", "-at"],
                        name="campaigns_p_person__6c7cbd_idx",
                    ),
                    models.Index(
                        fields=["template", "subject"], name="campaigns_p_templat_24a119_idx"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["signed", "refused"])),
                        name="pledge_has_a_known_answer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "subject_type__in",
                                [
                                    "appointment",
                                    "account",
                                    "emergency",
                                    "loan",
                                    "engagement",
                                    "handler",
                                ],
                            )
                        ),
                        name="pledge_is_about_a_known_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", "signed"),
                                ("method", "passkey"),
                                ("proof__isnull", False),
                                ("scan_sha256", ""),
                                ("witness", None),
                            ),
                            models.Q(
                                ("method", "paper"),
                                ("proof__isnull", True),
                                ("witness__isnull", False),
                                ("scan_sha256__regex", "^[0-9a-f]{64}$"),
                                models.Q(("witness", models.F("person")), _negated=True),
                            ),
                            models.Q(
                                ("answer", "refused"),
                                ("method", "screen"),
                                ("proof__isnull", True),
                                ("scan_sha256", ""),
                                ("witness", None),
                            ),
                            _connector="OR",
                        ),
                        name="pledge_is_signed_by_a_key_or_on_paper_before_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", "refused"),
                                ("valid_until", None),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            models.Q(("answer", "signed"), ("reason", "")),
                            _connector="OR",
                        ),
                        name="pledge_is_refused_with_a_reason_and_signed_without",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None),
                            ("valid_until__gt", models.F("at")),
                            _connector="OR",
                        ),
                        name="pledge_ends_after_it_was_given",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
