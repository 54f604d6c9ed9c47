"""People have appointments in three tables, and IDs stand in systems that are registered.

Why:  a post is a fact with a period and a time at which we learnt it; an ID belongs to a person,
      a system and the company whose work is done.
Lock: new tables; ACCESS EXCLUSIVE on accounts, holds, sessions, tickets, units for a moment.
Back: posts come back as they are believed now; past beliefs, officers, requests, reviews, feeds
      and pushes have no place there and are gone.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORWARD = """
SET CONSTRAINTS ALL IMMEDIATE;
INSERT INTO accounts_appointment (id, person_id, employer_id, works_for_id, kind, order_no)
    OVERRIDING SYSTEM VALUE
    SELECT p.id, p.person_id, u.company_id, coalesce(c.principal_id, c.id), p.kind, ''
    FROM accounts_post p JOIN accounts_unit u ON u.id = p.unit_id
        JOIN accounts_company c ON c.id = u.company_id;
SELECT setval(pg_get_serial_sequence('accounts_appointment', 'id'),
    (SELECT greatest(max(id), 1) FROM accounts_appointment));
INSERT INTO accounts_appointmentterm (appointment_id, person_id, unit_id, title, flags, valid)
    SELECT id, person_id, unit_id, role, '{}', tstzrange(valid_from, valid_to) FROM accounts_post;
INSERT INTO accounts_system (key, name, owner_kind, state, controlled_by, data_classes, users,
        purpose, log_source, log_rhythm_hours, dormancy_months, device_bound, sign_in_level,
        eligible)
    SELECT DISTINCT system, system, '', 'in_use', '{gateway}'::varchar[], '{}'::varchar[], '', '',
        '', 24, 6, false, 'card+pw', '[]'::jsonb FROM accounts_account;
UPDATE accounts_account SET kind = 'personal' WHERE kind = 'individual';
UPDATE accounts_account SET kind = 'temporary' WHERE kind = 'disaster';
UPDATE accounts_account a SET works_for_id = coalesce(
    (SELECT works_for_id FROM accounts_appointment p WHERE p.person_id = a.person_id
        ORDER BY p.id DESC LIMIT 1),
    (SELECT id FROM accounts_company WHERE kind = 'network' ORDER BY code LIMIT 1));
UPDATE accounts_account SET person_id = NULL, registered_at = now(),
    ends_at = now() + interval '180 days', reason = '旧来の共有ID', custodian_id = coalesce(
    person_id, (SELECT person_id FROM accounts_appointmentterm t JOIN accounts_unit u
        ON u.id = t.unit_id WHERE u.kind = 'it' ORDER BY t.id LIMIT 1)) WHERE kind = 'shared';
UPDATE accounts_account SET ends_at = coalesce(closed_at, now()) WHERE kind = 'temporary';
"""
BACK = """
SET CONSTRAINTS ALL IMMEDIATE;
INSERT INTO accounts_post (person_id, unit_id, role, kind, valid_from, valid_to)
    SELECT t.person_id, t.unit_id, left(t.title, 40), a.kind, lower(t.valid), upper(t.valid)
    FROM accounts_appointmentterm t JOIN accounts_appointment a ON a.id = t.appointment_id
    ORDER BY a.id, t.valid;
ALTER TABLE accounts_post
    ADD COLUMN person_key int8range
        GENERATED ALWAYS AS (int8range(person_id, person_id, '[]')) STORED NOT NULL,
    ADD COLUMN unit_key int8range
        GENERATED ALWAYS AS (int8range(unit_id, unit_id, '[]')) STORED NOT NULL,
    ADD CONSTRAINT posts_in_one_unit_never_overlap EXCLUDE USING gist
        (person_key WITH &&, unit_key WITH &&, tstzrange(valid_from, valid_to) WITH &&);
UPDATE accounts_account SET kind = 'individual' WHERE kind = 'personal';
UPDATE accounts_account SET kind = 'disaster' WHERE kind = 'temporary';
UPDATE accounts_account SET kind = 'shared' WHERE kind = 'service';
UPDATE accounts_account SET person_id = coalesce(person_id, custodian_id) WHERE kind = 'shared';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_posts_in_one_unit_never_overlap"),
        ("grants", "0001_initial"),
        ("terminals", "0002_a_terminal_has_one_holder_at_a_time"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("phone", models.CharField(max_length=40, verbose_name="電話")),
                ("mail", models.CharField(max_length=254, verbose_name="電子メール")),
                ("purpose", models.CharField(max_length=200, verbose_name="用途")),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="権限",
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="申請")),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[("approved", "承認"), ("denied", "却下"), ("withdrawn", "取下げ")],
                        max_length=16,
                        verbose_name="結果",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="承認・却下")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="理由")),
            ],
            options={
                "verbose_name": "アカウント申請",
                "verbose_name_plural": "アカウント申請",
            },
        ),
        migrations.CreateModel(
            name="AccountReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="開始")),
                ("due_at", models.DateTimeField(verbose_name="期限")),
                ("facts", models.JSONField(verbose_name="開始の時の事実")),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("keep", "続ける"),
                            ("reduce", "権限を減らす"),
                            ("stop", "止める"),
                        ],
                        max_length=16,
                        verbose_name="答え",
                    ),
                ),
                ("keep_until", models.DateTimeField(null=True, verbose_name="続ける期限")),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="残す権限",
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True, verbose_name="答えた時刻")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="所見")),
            ],
            options={
                "verbose_name": "権限棚卸",
                "verbose_name_plural": "権限棚卸",
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code_hash",
                    models.CharField(max_length=64, unique=True, verbose_name="鍵の要約"),
                ),
                ("issued_at", models.DateTimeField(verbose_name="発行")),
                ("expires_at", models.DateTimeField(verbose_name="期限")),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="取消し")),
                ("used_at", models.DateTimeField(null=True, verbose_name="最後の使用")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        size=None,
                        verbose_name="できること",
                    ),
                ),
            ],
            options={
                "verbose_name": "API の鍵",
                "verbose_name_plural": "API の鍵",
            },
        ),
        migrations.CreateModel(
            name="Appointment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("main", "本務"),
                            ("concurrent", "兼務"),
                            ("seconded", "出向"),
                            ("dispatched", "派遣"),
                            ("contract", "委託"),
                            ("support", "応援"),
                            ("substitute", "代理"),
                        ],
                        default="main",
                        max_length=16,
                        verbose_name="発令の種類",
                    ),
                ),
                ("order_no", models.CharField(blank=True, max_length=60, verbose_name="発令番号")),
            ],
            options={
                "verbose_name": "発令",
                "verbose_name_plural": "発令",
            },
        ),
        migrations.CreateModel(
            name="AppointmentPast",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=60, verbose_name="役職")),
                (
                    "flags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="職務の印",
                    ),
                ),
                (
                    "valid",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        verbose_name="発令の期間"
                    ),
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
                    "known",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        verbose_name="そう認識していた期間"
                    ),
                ),
            ],
            options={
                "verbose_name": "過去の認識",
                "verbose_name_plural": "過去の認識",
            },
        ),
        migrations.CreateModel(
            name="AppointmentTerm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=60, verbose_name="役職")),
                (
                    "flags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="職務の印",
                    ),
                ),
                (
                    "valid",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        verbose_name="発令の期間"
                    ),
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
                    "known_from",
                    models.DateTimeField(
                        db_default=models.Func(
                            function="clock_timestamp", output_field=models.DateTimeField()
                        ),
                        editable=False,
                        verbose_name="知った時刻",
                    ),
                ),
            ],
            options={
                "verbose_name": "発令の期間",
                "verbose_name_plural": "発令の期間",
            },
        ),
        migrations.CreateModel(
            name="Authenticator",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("passkey", "セキュリティキー・職員証"),
                            ("certificate", "クライアント証明書"),
                        ],
                        max_length=16,
                        verbose_name="種類",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="名前")),
                ("credential_id", models.BinaryField(unique=True, verbose_name="鍵の符号")),
                ("public_key", models.BinaryField(verbose_name="公開鍵")),
                ("aaguid", models.UUIDField(null=True, verbose_name="型の符号")),
                (
                    "attestation",
                    models.CharField(blank=True, max_length=32, verbose_name="証明の形式"),
                ),
                (
                    "backup_eligible",
                    models.BooleanField(default=False, verbose_name="同期できる鍵"),
                ),
                ("sign_count", models.BigIntegerField(default=0, verbose_name="署名の回数")),
                (
                    "card_number",
                    models.CharField(blank=True, max_length=40, verbose_name="職員証の番号"),
                ),
                ("bound_at", models.DateTimeField(verbose_name="登録")),
                ("expires_at", models.DateTimeField(null=True, verbose_name="証明書の期限")),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="失効")),
                (
                    "revoked_because",
                    models.CharField(blank=True, max_length=200, verbose_name="失効の理由"),
                ),
            ],
            options={
                "verbose_name": "認証器",
                "verbose_name_plural": "認証器",
            },
        ),
        migrations.CreateModel(
            name="BatchConfirmation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="確認")),
            ],
            options={
                "verbose_name": "受信の確認",
                "verbose_name_plural": "受信の確認",
            },
        ),
        migrations.CreateModel(
            name="Checkout",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("purpose", models.CharField(max_length=200, verbose_name="用途")),
                (
                    "held",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        verbose_name="持出の期間"
                    ),
                ),
                (
                    "held_from",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("held"), function="lower"),
                        output_field=models.DateTimeField(null=True),
                    ),
                ),
                (
                    "held_to",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("held"), function="upper"),
                        output_field=models.DateTimeField(null=True),
                    ),
                ),
                ("returned_at", models.DateTimeField(null=True, verbose_name="返却")),
            ],
            options={
                "verbose_name": "共有IDの持出",
                "verbose_name_plural": "共有IDの持出",
            },
        ),
        migrations.CreateModel(
            name="Feed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("file", "ファイル"),
                            ("scim", "SCIM"),
                            ("directory", "ディレクトリ"),
                        ],
                        max_length=16,
                        verbose_name="方式",
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[("events", "発令の一覧"), ("snapshot", "在籍者の一覧")],
                        default="events",
                        max_length=16,
                        verbose_name="中身",
                    ),
                ),
                ("mapping", models.JSONField(blank=True, default=dict, verbose_name="列の対応")),
                (
                    "rhythm_hours",
                    models.PositiveSmallIntegerField(default=24, verbose_name="届く間隔（時間）"),
                ),
                ("began_at", models.DateTimeField(verbose_name="開始")),
                ("heard_at", models.DateTimeField(null=True, verbose_name="最後に届いた時刻")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="終わり")),
            ],
            options={
                "verbose_name": "人事連携",
                "verbose_name_plural": "人事連携",
            },
        ),
        migrations.CreateModel(
            name="FeedBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=200, verbose_name="ファイル名")),
                ("data", models.BinaryField(verbose_name="中身")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "受信"),
                            ("staged", "差分の確認待ち"),
                            ("applied", "適用済"),
                            ("refused", "差戻し"),
                        ],
                        default="received",
                        max_length=16,
                        verbose_name="状態",
                    ),
                ),
                ("received_at", models.DateTimeField(verbose_name="受信")),
                ("report", models.JSONField(default=dict, verbose_name="読んだ結果")),
                (
                    "needs_confirmations",
                    models.PositiveSmallIntegerField(default=0, verbose_name="要る確認の数"),
                ),
                (
                    "expected",
                    models.PositiveIntegerField(null=True, verbose_name="あらかじめ見込んだ件数"),
                ),
                ("applied_at", models.DateTimeField(null=True, verbose_name="適用")),
                (
                    "reason",
                    models.CharField(blank=True, max_length=400, verbose_name="差戻しの理由"),
                ),
            ],
            options={
                "verbose_name": "人事連携の受信",
                "verbose_name_plural": "人事連携の受信",
            },
        ),
        migrations.CreateModel(
            name="FeedToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code_hash",
                    models.CharField(max_length=64, unique=True, verbose_name="鍵の要約"),
                ),
                ("issued_at", models.DateTimeField(verbose_name="発行")),
                ("expires_at", models.DateTimeField(verbose_name="期限")),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="取消し")),
                ("used_at", models.DateTimeField(null=True, verbose_name="最後の使用")),
            ],
            options={
                "verbose_name": "人事連携の鍵",
                "verbose_name_plural": "人事連携の鍵",
            },
        ),
        migrations.CreateModel(
            name="Movement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("joined", "入社"),
                            ("left", "退職"),
                            ("moved", "異動"),
                            ("title", "役職"),
                            ("corrected", "訂正"),
                            ("cancelled", "取消"),
                            ("held", "停止"),
                            ("released", "停止の解除"),
                        ],
                        max_length=16,
                        verbose_name="種類",
                    ),
                ),
                ("sentence", models.CharField(max_length=300, verbose_name="内容")),
                ("effective_at", models.DateTimeField(verbose_name="発令")),
                ("received_at", models.DateTimeField(verbose_name="受信")),
                ("applied_at", models.DateTimeField(verbose_name="適用")),
            ],
            options={
                "verbose_name": "異動",
                "verbose_name_plural": "異動",
            },
        ),
        migrations.CreateModel(
            name="Officer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("system_officer", "システム管理責任者"),
                            ("deputy", "システム管理責任者の代行"),
                            ("use_officer", "利用責任者"),
                        ],
                        max_length=16,
                        verbose_name="責任",
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
            ],
            options={
                "verbose_name": "責任者",
                "verbose_name_plural": "責任者",
            },
        ),
        migrations.CreateModel(
            name="OrderLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.PositiveIntegerField(verbose_name="行")),
                ("order_no", models.CharField(blank=True, max_length=60, verbose_name="発令番号")),
                ("branch", models.CharField(blank=True, max_length=16, verbose_name="枝番")),
                ("number", models.CharField(max_length=24, verbose_name="社員番号")),
                ("said", models.JSONField(verbose_name="読み取った内容")),
                ("raw", models.JSONField(default=dict, verbose_name="原文")),
            ],
            options={
                "verbose_name": "発令行",
                "verbose_name_plural": "発令行",
            },
        ),
        migrations.CreateModel(
            name="PasswordRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hash", models.CharField(max_length=200, verbose_name="要約")),
                ("set_at", models.DateTimeField(verbose_name="決めた時刻")),
            ],
            options={
                "verbose_name": "過去のパスワード",
                "verbose_name_plural": "過去のパスワード",
            },
        ),
        migrations.CreateModel(
            name="PersonIdentity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer", models.CharField(max_length=200, verbose_name="発行者")),
                ("subject", models.CharField(max_length=200, verbose_name="発行者の中の符号")),
                ("registered_at", models.DateTimeField(verbose_name="登録")),
            ],
            options={
                "verbose_name": "会社のサインオン",
                "verbose_name_plural": "会社のサインオン",
            },
        ),
        migrations.CreateModel(
            name="PersonNumber",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=24, verbose_name="社員番号")),
                ("valid_from", models.DateTimeField(verbose_name="開始")),
                (
                    "valid_to",
                    models.DateTimeField(
                        help_text="この時刻は含みません", null=True, verbose_name="終わり"
                    ),
                ),
            ],
            options={
                "verbose_name": "社員番号",
                "verbose_name_plural": "社員番号",
            },
        ),
        migrations.CreateModel(
            name="Push",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("wanted", models.JSONField(verbose_name="あるべき状態")),
                ("because", models.CharField(max_length=40, verbose_name="きっかけ")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "予定"),
                            ("sent", "送信"),
                            ("acknowledged", "受領"),
                            ("verified", "確認済"),
                            ("failed", "失敗"),
                            ("escalated", "上申"),
                            ("closed", "手で閉じた"),
                            ("superseded", "新しい反映に替わった"),
                        ],
                        default="planned",
                        max_length=16,
                        verbose_name="状態",
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="試した回数")),
                ("effective_at", models.DateTimeField(verbose_name="効力")),
                ("planned_at", models.DateTimeField(verbose_name="予定")),
                ("next_at", models.DateTimeField(null=True, verbose_name="次に試す時刻")),
                ("leased_until", models.DateTimeField(null=True, verbose_name="取り掛かりの期限")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="送信")),
                ("acknowledged_at", models.DateTimeField(null=True, verbose_name="受領")),
                ("verified_at", models.DateTimeField(null=True, verbose_name="確認")),
                ("escalated_at", models.DateTimeField(null=True, verbose_name="上申")),
                ("evidence", models.JSONField(null=True, verbose_name="証拠")),
                ("degraded", models.BooleanField(default=False, verbose_name="縮退")),
                ("problem", models.CharField(blank=True, max_length=300, verbose_name="問題")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="閉じた時刻")),
            ],
            options={
                "verbose_name": "反映",
                "verbose_name_plural": "反映",
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
                ("began_at", models.DateTimeField(verbose_name="開始")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="終わり")),
                ("read", models.PositiveIntegerField(null=True, verbose_name="読んだ件数")),
                ("stated", models.PositiveIntegerField(null=True, verbose_name="相手の言う件数")),
                ("ours", models.PositiveIntegerField(null=True, verbose_name="こちらの件数")),
                ("is_readable", models.BooleanField(default=False, verbose_name="読み切れた")),
                ("problem", models.CharField(blank=True, max_length=300, verbose_name="問題")),
                ("differences", models.JSONField(default=list, verbose_name="違い")),
            ],
            options={
                "verbose_name": "突合",
                "verbose_name_plural": "突合",
            },
        ),
        migrations.CreateModel(
            name="Rotation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "because",
                    models.CharField(
                        choices=[
                            ("returned", "返却"),
                            ("holder_moved", "使った人の異動"),
                            ("season", "定期"),
                        ],
                        max_length=16,
                        verbose_name="理由",
                    ),
                ),
                ("due_at", models.DateTimeField(verbose_name="期限")),
                ("done_at", models.DateTimeField(null=True, verbose_name="交換")),
                ("evidence", models.JSONField(null=True, verbose_name="証拠")),
            ],
            options={
                "verbose_name": "秘密の交換",
                "verbose_name_plural": "秘密の交換",
            },
        ),
        migrations.CreateModel(
            name="ScimResource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("User", "利用者"), ("Group", "集まり")],
                        max_length=8,
                        verbose_name="種類",
                    ),
                ),
                ("uid", models.UUIDField(unique=True, verbose_name="符号")),
                ("name", models.CharField(max_length=200, verbose_name="小文字にした名前")),
                (
                    "external_id",
                    models.CharField(blank=True, max_length=200, verbose_name="相手の符号"),
                ),
                ("document", models.JSONField(verbose_name="文書")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版")),
                ("created_at", models.DateTimeField(verbose_name="作成")),
                ("modified_at", models.DateTimeField(verbose_name="変更")),
                ("deleted_at", models.DateTimeField(null=True, verbose_name="削除")),
            ],
            options={
                "verbose_name": "SCIM の資源",
                "verbose_name_plural": "SCIM の資源",
            },
        ),
        migrations.CreateModel(
            name="System",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=16, unique=True, verbose_name="符号")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                (
                    "owner_kind",
                    models.CharField(blank=True, max_length=24, verbose_name="持ち主の会社区分"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("in_use", "利用中"), ("split", "分離済"), ("retired", "廃止")],
                        default="in_use",
                        max_length=16,
                        verbose_name="状態",
                    ),
                ),
                (
                    "controlled_by",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("gateway", "関門を通す"),
                                ("target", "アカウントを反映する"),
                                ("log_only", "記録だけを読む"),
                            ],
                            max_length=16,
                        ),
                        default=list,
                        size=None,
                        verbose_name="管理のしかた",
                    ),
                ),
                (
                    "data_classes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="情報の区分",
                    ),
                ),
                ("users", models.TextField(blank=True, verbose_name="利用する人")),
                ("purpose", models.TextField(blank=True, verbose_name="用途")),
                (
                    "log_source",
                    models.CharField(blank=True, max_length=100, verbose_name="記録の出どころ"),
                ),
                (
                    "log_retention_months",
                    models.PositiveSmallIntegerField(null=True, verbose_name="記録の保存（月）"),
                ),
                (
                    "log_rhythm_hours",
                    models.PositiveSmallIntegerField(
                        default=24, verbose_name="記録が届く間隔（時間）"
                    ),
                ),
                (
                    "dormancy_months",
                    models.PositiveSmallIntegerField(
                        default=6, verbose_name="未使用で止まるまで（月）"
                    ),
                ),
                ("device_bound", models.BooleanField(default=False, verbose_name="貸与端末に限る")),
                (
                    "sign_in_level",
                    models.CharField(
                        default="card+pw", max_length=24, verbose_name="本人認証の水準"
                    ),
                ),
                (
                    "password_months",
                    models.PositiveSmallIntegerField(
                        null=True, verbose_name="パスワードの交換（月）"
                    ),
                ),
                (
                    "eligible",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="空欄は、だれも持てない",
                        verbose_name="アカウントを持てる組織と発令",
                    ),
                ),
                ("registered_at", models.DateTimeField(null=True, verbose_name="登録")),
            ],
            options={
                "verbose_name": "対象システム",
                "verbose_name_plural": "対象システム",
            },
        ),
        migrations.CreateModel(
            name="Target",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("scim", "SCIM"),
                            ("ldap", "LDAP"),
                            ("active_directory", "Active Directory"),
                            ("by_hand", "作業票"),
                            ("log_only", "記録だけ"),
                        ],
                        max_length=24,
                        verbose_name="方式",
                    ),
                ),
                ("address", models.JSONField(blank=True, default=dict, verbose_name="宛先")),
                ("probes", models.BooleanField(default=False, verbose_name="入れないことを試す")),
                ("enabled", models.BooleanField(default=True, verbose_name="使う")),
            ],
            options={
                "verbose_name": "反映先",
                "verbose_name_plural": "反映先",
            },
        ),
        migrations.CreateModel(
            name="UnitMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "title",
                    models.CharField(
                        blank=True,
                        help_text="空欄は、この組織のすべての役職",
                        max_length=60,
                        verbose_name="役職",
                    ),
                ),
                (
                    "flags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24),
                        default=list,
                        size=None,
                        verbose_name="職務の印",
                    ),
                ),
            ],
            options={
                "verbose_name": "職務の対応",
                "verbose_name_plural": "職務の対応",
            },
        ),
        migrations.RemoveConstraint(
            model_name="account",
            name="account_code_is_open_once_a_system",
        ),
        migrations.RemoveConstraint(
            model_name="account",
            name="account_one_open_a_person_and_system",
        ),
        migrations.RemoveConstraint(
            model_name="account",
            name="account_of_one_person_has_that_person",
        ),
        migrations.AddField(
            model_name="account",
            name="custodian",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="預かる人",
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="ends_at",
            field=models.DateTimeField(null=True, verbose_name="期限"),
        ),
        migrations.AddField(
            model_name="account",
            name="reason",
            field=models.CharField(blank=True, max_length=200, verbose_name="共有を続ける理由"),
        ),
        migrations.AddField(
            model_name="account",
            name="registered_at",
            field=models.DateTimeField(null=True, verbose_name="台帳への登録"),
        ),
        migrations.AddField(
            model_name="account",
            name="roles",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60),
                blank=True,
                default=list,
                size=None,
                verbose_name="権限",
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="works_for",
            field=models.ForeignKey(
                default=None,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
                verbose_name="従事する会社",
            ),
        ),
        migrations.AddField(
            model_name="company",
            name="kana",
            field=models.CharField(blank=True, max_length=100, verbose_name="ふりがな"),
        ),
        migrations.AddField(
            model_name="hold",
            name="account",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holds",
                to="accounts.account",
                verbose_name="アカウント",
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="device",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holds",
                to="terminals.device",
                verbose_name="端末",
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="grant",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holds",
                to="grants.grant",
                verbose_name="利用許可",
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="lift_note",
            field=models.CharField(blank=True, max_length=200, verbose_name="解除の事情"),
        ),
        migrations.AddField(
            model_name="hold",
            name="lifted_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="解除した人",
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="note",
            field=models.CharField(blank=True, max_length=200, verbose_name="事情"),
        ),
        migrations.AddField(
            model_name="hold",
            name="placed_by",
            field=models.ForeignKey(
                help_text="空欄は、規則によるもの",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="止めた人",
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="placed_line",
            field=models.SmallIntegerField(null=True, verbose_name="止めた人の線"),
        ),
        migrations.AddField(
            model_name="person",
            name="mail",
            field=models.CharField(blank=True, max_length=254, verbose_name="電子メール"),
        ),
        migrations.AddField(
            model_name="person",
            name="password_set_at",
            field=models.DateTimeField(null=True, verbose_name="パスワードを決めた時刻"),
        ),
        migrations.AddField(
            model_name="person",
            name="phone",
            field=models.CharField(blank=True, max_length=40, verbose_name="電話"),
        ),
        migrations.AddField(
            model_name="session",
            name="address",
            field=models.GenericIPAddressField(null=True, verbose_name="場所"),
        ),
        migrations.AddField(
            model_name="session",
            name="began_at",
            field=models.DateTimeField(null=True, verbose_name="サインイン"),
        ),
        migrations.AddField(
            model_name="session",
            name="device",
            field=models.CharField(blank=True, max_length=40, verbose_name="端末番号"),
        ),
        migrations.AddField(
            model_name="session",
            name="seen_at",
            field=models.DateTimeField(null=True, verbose_name="最後の動き"),
        ),
        migrations.AddField(
            model_name="ticket",
            name="checked",
            field=models.CharField(blank=True, max_length=100, verbose_name="本人の確かめ方"),
        ),
        migrations.AddField(
            model_name="ticket",
            name="kind",
            field=models.CharField(
                choices=[("first", "はじめて"), ("additional", "追加"), ("replacement", "取替え")],
                default="first",
                max_length=16,
                verbose_name="種類",
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="withdrawn_at",
            field=models.DateTimeField(null=True, verbose_name="取消し"),
        ),
        migrations.AddField(
            model_name="ticket",
            name="withdrawn_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="取り消した人",
            ),
        ),
        migrations.AddField(
            model_name="unit",
            name="parent",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="children",
                to="accounts.unit",
                verbose_name="上の組織",
            ),
        ),
        migrations.AddField(
            model_name="unit",
            name="site",
            field=models.CharField(blank=True, max_length=100, verbose_name="場所"),
        ),
        migrations.AddField(
            model_name="unit",
            name="valid_from",
            field=models.DateTimeField(
                help_text="空欄は、はじめから", null=True, verbose_name="設置"
            ),
        ),
        migrations.AddField(
            model_name="unit",
            name="valid_to",
            field=models.DateTimeField(
                help_text="この時刻は含みません", null=True, verbose_name="廃止"
            ),
        ),
        migrations.AlterField(
            model_name="hold",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holds",
                to=settings.AUTH_USER_MODEL,
                verbose_name="従業者",
            ),
        ),
        migrations.AddField(
            model_name="accountrequest",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="申請者",
            ),
        ),
        migrations.AddField(
            model_name="accountrequest",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="承認者",
            ),
        ),
        migrations.AddField(
            model_name="accountrequest",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="従業者",
            ),
        ),
        migrations.AddField(
            model_name="accountrequest",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.unit",
                verbose_name="組織",
            ),
        ),
        migrations.AddField(
            model_name="accountrequest",
            name="works_for",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
                verbose_name="従事する会社",
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="request",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="account",
                to="accounts.accountrequest",
                verbose_name="申請",
            ),
        ),
        migrations.AddField(
            model_name="accountreview",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reviews",
                to="accounts.account",
                verbose_name="アカウント",
            ),
        ),
        migrations.AddField(
            model_name="accountreview",
            name="answered_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="答えた人",
            ),
        ),
        migrations.AddField(
            model_name="accountreview",
            name="assignee",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="答える人",
            ),
        ),
        migrations.AddField(
            model_name="accountreview",
            name="holder",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="持つ人",
            ),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
                verbose_name="事業者",
            ),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="issued_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="発行者",
            ),
        ),
        migrations.AddField(
            model_name="appointment",
            name="employer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
                verbose_name="籍のある会社",
            ),
        ),
        migrations.AddField(
            model_name="appointment",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="appointments",
                to=settings.AUTH_USER_MODEL,
                verbose_name="従業者",
            ),
        ),
        migrations.AddField(
            model_name="appointment",
            name="works_for",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
                verbose_name="従事する会社",
            ),
        ),
        migrations.AddField(
            model_name="accountrequest",
            name="appointment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.appointment",
                verbose_name="発令",
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="appointment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="accounts",
                to="accounts.appointment",
                verbose_name="発行のもとになった発令",
            ),
        ),
        migrations.AddField(
            model_name="session",
            name="hat",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.appointment",
                verbose_name="業務（発令）",
            ),
        ),
        migrations.AddField(
            model_name="appointmentpast",
            name="appointment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="past",
                to="accounts.appointment",
                verbose_name="発令",
            ),
        ),
        migrations.AddField(
            model_name="appointmentpast",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="従業者",
            ),
        ),
        migrations.AddField(
            model_name="appointmentpast",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.unit",
                verbose_name="組織",
            ),
        ),
        migrations.AddField(
            model_name="appointmentterm",
            name="appointment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="terms",
                to="accounts.appointment",
                verbose_name="発令",
            ),
        ),
        migrations.AddField(
            model_name="appointmentterm",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="posts",
                to=settings.AUTH_USER_MODEL,
                verbose_name="従業者",
            ),
        ),
        migrations.AddField(
            model_name="appointmentterm",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="posts",
                to="accounts.unit",
                verbose_name="組織",
            ),
        ),
        migrations.AddField(
            model_name="authenticator",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="authenticators",
                to=settings.AUTH_USER_MODEL,
                verbose_name="従業者",
            ),
        ),
        migrations.AddField(
            model_name="authenticator",
            name="revoked_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="失効させた人",
            ),
        ),
        migrations.AddField(
            model_name="authenticator",
            name="ticket",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="authenticator",
                to="accounts.ticket",
                verbose_name="登録票",
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="authenticator",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holds",
                to="accounts.authenticator",
                verbose_name="認証器",
            ),
        ),
        migrations.AddField(
            model_name="batchconfirmation",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="確認した人",
            ),
        ),
        migrations.AddField(
            model_name="checkout",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="checkouts",
                to="accounts.account",
                verbose_name="アカウント",
            ),
        ),
        migrations.AddField(
            model_name="checkout",
            name="given_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="渡した人",
            ),
        ),
        migrations.AddField(
            model_name="checkout",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="持出した人",
            ),
        ),
        migrations.AddField(
            model_name="feed",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="feeds",
                to="accounts.company",
                verbose_name="事業者",
            ),
        ),
        migrations.AddField(
            model_name="appointment",
            name="feed",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.feed",
                verbose_name="人事連携",
            ),
        ),
        migrations.AddField(
            model_name="feedbatch",
            name="applied_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="適用した人",
            ),
        ),
        migrations.AddField(
            model_name="feedbatch",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
                verbose_name="事業者",
            ),
        ),
        migrations.AddField(
            model_name="feedbatch",
            name="feed",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="batches",
                to="accounts.feed",
                verbose_name="人事連携",
            ),
        ),
        migrations.AddField(
            model_name="feedbatch",
            name="received_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="入れた人",
            ),
        ),
        migrations.AddField(
            model_name="batchconfirmation",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="confirmations",
                to="accounts.feedbatch",
                verbose_name="受信",
            ),
        ),
        migrations.AddField(
            model_name="feedtoken",
            name="feed",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tokens",
                to="accounts.feed",
                verbose_name="人事連携",
            ),
        ),
        migrations.AddField(
            model_name="feedtoken",
            name="issued_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="発行者",
            ),
        ),
        migrations.AddField(
            model_name="movement",
            name="appointment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="movements",
                to="accounts.appointment",
                verbose_name="発令",
            ),
        ),
        migrations.AddField(
            model_name="movement",
            name="batch",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="movements",
                to="accounts.feedbatch",
                verbose_name="受信",
            ),
        ),
        migrations.AddField(
            model_name="movement",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="movements",
                to=settings.AUTH_USER_MODEL,
                verbose_name="従業者",
            ),
        ),
        migrations.AddField(
            model_name="officer",
            name="appointment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="offices",
                to="accounts.appointment",
                verbose_name="発令",
            ),
        ),
        migrations.AddField(
            model_name="officer",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
                verbose_name="どの会社の責任者か",
            ),
        ),
        migrations.AddField(
            model_name="orderline",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="accounts.feedbatch",
                verbose_name="受信",
            ),
        ),
        migrations.AddField(
            model_name="orderline",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
                verbose_name="事業者",
            ),
        ),
        migrations.AddField(
            model_name="orderline",
            name="feed",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.feed",
                verbose_name="人事連携",
            ),
        ),
        migrations.AddField(
            model_name="passwordrecord",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="passwords",
                to=settings.AUTH_USER_MODEL,
                verbose_name="従業者",
            ),
        ),
        migrations.AddField(
            model_name="personidentity",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="identities",
                to=settings.AUTH_USER_MODEL,
                verbose_name="従業者",
            ),
        ),
        migrations.AddField(
            model_name="personidentity",
            name="registered_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="登録した人",
            ),
        ),
        migrations.AddField(
            model_name="personnumber",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
                verbose_name="付けた会社",
            ),
        ),
        migrations.AddField(
            model_name="personnumber",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="numbers",
                to=settings.AUTH_USER_MODEL,
                verbose_name="従業者",
            ),
        ),
        migrations.AddField(
            model_name="push",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pushes",
                to="accounts.account",
                verbose_name="アカウント",
            ),
        ),
        migrations.AddField(
            model_name="push",
            name="closed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="閉じた人",
            ),
        ),
        migrations.AddField(
            model_name="push",
            name="closed_second",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="確かめた人",
            ),
        ),
        migrations.AddField(
            model_name="push",
            name="movement",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pushes",
                to="accounts.movement",
                verbose_name="異動",
            ),
        ),
        migrations.AddField(
            model_name="rotation",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rotations",
                to="accounts.account",
                verbose_name="アカウント",
            ),
        ),
        migrations.AddField(
            model_name="rotation",
            name="done_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="交換した人",
            ),
        ),
        migrations.AddField(
            model_name="scimresource",
            name="feed",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="resources",
                to="accounts.feed",
                verbose_name="人事連携",
            ),
        ),
        migrations.AddField(
            model_name="scimresource",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="従業者",
            ),
        ),
        migrations.AddField(
            model_name="system",
            name="owner",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
                verbose_name="持ち主の会社",
            ),
        ),
        migrations.AddField(
            model_name="officer",
            name="system",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="officers",
                to="accounts.system",
                verbose_name="対象システム",
            ),
        ),
        migrations.AddField(
            model_name="accountrequest",
            name="system",
            field=models.ForeignKey(
                db_column="system",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="requests",
                to="accounts.system",
                to_field="key",
                verbose_name="システム",
            ),
        ),
        migrations.AddField(
            model_name="target",
            name="system",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="target",
                to="accounts.system",
                verbose_name="対象システム",
            ),
        ),
        migrations.AddField(
            model_name="reconciliation",
            name="target",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reconciliations",
                to="accounts.target",
                verbose_name="反映先",
            ),
        ),
        migrations.AddField(
            model_name="push",
            name="target",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pushes",
                to="accounts.target",
                verbose_name="反映先",
            ),
        ),
        migrations.AddField(
            model_name="unitmapping",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="mappings",
                to="accounts.unit",
                verbose_name="組織",
            ),
        ),
        migrations.AddField(
            model_name="AppointmentPast",
            name="k",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    models.F("appointment"),
                    models.F("appointment"),
                    models.Value("[]"),
                    function="int8range",
                ),
                output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
            ),
        ),
        migrations.AddField(
            model_name="AppointmentTerm",
            name="k",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    models.F("appointment"),
                    models.F("appointment"),
                    models.Value("[]"),
                    function="int8range",
                ),
                output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
            ),
        ),
        migrations.AddField(
            model_name="Checkout",
            name="k",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    models.F("account"),
                    models.F("account"),
                    models.Value("[]"),
                    function="int8range",
                ),
                output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
            ),
        ),
        migrations.AddField(
            model_name="Officer",
            name="k",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    models.F("appointment"),
                    models.F("appointment"),
                    models.Value("[]"),
                    function="int8range",
                ),
                output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
            ),
        ),
        migrations.RunSQL(
            sql=FORWARD,
            reverse_sql=BACK,
        ),
        migrations.DeleteModel(
            name="Post",
        ),
        migrations.AlterField(
            model_name="account",
            name="works_for",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
                verbose_name="従事する会社",
            ),
        ),
        migrations.AlterField(
            model_name="account",
            name="kind",
            field=models.CharField(
                choices=[
                    ("personal", "個人"),
                    ("temporary", "応援者の一時ID"),
                    ("service", "機械"),
                    ("shared", "共有"),
                ],
                default="personal",
                max_length=16,
                verbose_name="種類",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(("used_at", None), ("withdrawn_at", None), _connector="OR"),
                name="ticket_is_used_or_withdrawn",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.UniqueConstraint(fields=("id", "person"), name="ticket_of_a_person"),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parent", None),
                    models.Q(("parent", models.F("pk")), _negated=True),
                    _connector="OR",
                ),
                name="unit_is_not_above_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("account__isnull", True),
                        ("authenticator__isnull", True),
                        ("device__isnull", True),
                        ("grant__isnull", True),
                        ("person__isnull", False),
                    ),
                    models.Q(
                        ("account__isnull", False),
                        ("authenticator__isnull", True),
                        ("device__isnull", True),
                        ("grant__isnull", True),
                        ("person__isnull", True),
                    ),
                    models.Q(
                        ("account__isnull", True),
                        ("authenticator__isnull", False),
                        ("device__isnull", True),
                        ("grant__isnull", True),
                        ("person__isnull", True),
                    ),
                    models.Q(
                        ("account__isnull", True),
                        ("authenticator__isnull", True),
                        ("device__isnull", False),
                        ("grant__isnull", True),
                        ("person__isnull", True),
                    ),
                    models.Q(
                        ("account__isnull", True),
                        ("authenticator__isnull", True),
                        ("device__isnull", True),
                        ("grant__isnull", False),
                        ("person__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="hold_stops_exactly_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_at", None)),
                fields=("account", "reason"),
                name="hold_is_open_once_a_account_and_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_at", None)),
                fields=("authenticator", "reason"),
                name="hold_is_open_once_a_authenticator_and_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_at", None)),
                fields=("device", "reason"),
                name="hold_is_open_once_a_device_and_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_at", None)),
                fields=("grant", "reason"),
                name="hold_is_open_once_a_grant_and_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("person", None),
                    ("lifted_by", None),
                    models.Q(("lifted_by", models.F("person")), _negated=True),
                    _connector="OR",
                ),
                name="hold_is_not_lifted_by_whom_it_stops",
            ),
        ),
        migrations.AlterField(
            model_name="account",
            name="system",
            field=models.ForeignKey(
                db_column="system",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="accounts",
                to="accounts.system",
                to_field="key",
                verbose_name="システム",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(fields=["system", "code"], name="accounts_ac_system_1c7ca6_idx"),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                fields=("system", "code"), name="account_code_is_never_used_again"
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None), ("kind", "personal")),
                fields=("person", "system", "works_for"),
                name="account_one_open_a_person_and_system",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                fields=("id", "person", "works_for"), name="account_of_a_person_for_a_company"
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["personal", "temporary", "service", "shared"])),
                name="account_is_of_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["service", "shared"]), ("person__isnull", False), _connector="OR"
                ),
                name="account_of_one_person_has_that_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "shared"), _negated=True),
                    models.Q(
                        ("custodian__isnull", False),
                        ("ends_at__isnull", False),
                        ("person", None),
                        ("registered_at__isnull", False),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="account_that_is_shared_has_a_keeper_a_reason_and_an_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "temporary"), _negated=True),
                    ("ends_at__isnull", False),
                    _connector="OR",
                ),
                name="account_of_a_helper_has_an_end",
            ),
        ),
        migrations.AddIndex(
            model_name="accountreview",
            index=models.Index(
                fields=["account", "-due_at"], name="accounts_ac_account_5e752f_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("holder", None),
                        models.Q(("assignee", models.F("holder")), _negated=True),
                        _connector="OR",
                    ),
                    models.Q(
                        ("answered_by", None),
                        ("holder", None),
                        models.Q(("answered_by", models.F("holder")), _negated=True),
                        _connector="OR",
                    ),
                ),
                name="review_is_not_answered_by_the_holder",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at", None), ("answered_by", None)),
                    models.Q(
                        models.Q(("answer", ""), _negated=True),
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="review_is_answered_wholly_or_not",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountreview",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answer", "")),
                fields=("account",),
                name="review_is_open_once_an_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_at", None), ("expires_at__gt", models.F("issued_at")), _connector="OR"
                ),
                name="api_token_ends_after_its_issue",
            ),
        ),
        migrations.AddIndex(
            model_name="appointmentterm",
            index=models.Index(fields=["valid_from"], name="accounts_ap_valid_f_35f6ca_idx"),
        ),
        migrations.AddIndex(
            model_name="appointmentterm",
            index=models.Index(fields=["valid_to"], name="accounts_ap_valid_t_040d68_idx"),
        ),
        migrations.AddConstraint(
            model_name="authenticator",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["passkey", "certificate"])),
                name="authenticator_is_of_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="authenticator",
            constraint=models.CheckConstraint(
                condition=models.Q(("backup_eligible", False)),
                name="authenticator_cannot_be_synced",
            ),
        ),
        migrations.AddConstraint(
            model_name="authenticator",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("revoked_at", None), models.Q(("card_number", ""), _negated=True)
                ),
                fields=("card_number",),
                name="authenticator_card_is_bound_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="authenticator",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("revoked_at", None), ("revoked_at__gt", models.F("bound_at")), _connector="OR"
                ),
                name="authenticator_is_revoked_after_it_was_bound",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkout",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose", ""), _negated=True), name="checkout_says_what_for"
            ),
        ),
        migrations.AddConstraint(
            model_name="checkout",
            constraint=models.CheckConstraint(
                condition=models.Q(("given_by", models.F("person")), _negated=True),
                name="checkout_is_not_given_to_oneself",
            ),
        ),
        migrations.AddConstraint(
            model_name="feed",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["file", "scim", "directory"])),
                name="feed_is_of_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="feed",
            constraint=models.UniqueConstraint(fields=("id", "company"), name="feed_of_a_company"),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(fields=["feed", "order_no"], name="accounts_ap_feed_id_1731f4_idx"),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(
                fields=("id", "person", "works_for"), name="appointment_of_a_person_for_a_company"
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(
                fields=("id", "person"), name="appointment_of_a_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "main",
                            "concurrent",
                            "seconded",
                            "dispatched",
                            "contract",
                            "support",
                            "substitute",
                        ],
                    )
                ),
                name="appointment_is_of_a_known_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="feedbatch",
            index=models.Index(
                fields=["feed", "-received_at"], name="accounts_fe_feed_id_b28f52_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="feedbatch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "applied")),
                fields=("feed", "sha256"),
                name="batch_is_applied_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="feedbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "applied"), _negated=True),
                    ("applied_at__isnull", False),
                    _connector="OR",
                ),
                name="batch_is_applied_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="feedbatch",
            constraint=models.UniqueConstraint(fields=("id", "company"), name="batch_of_a_company"),
        ),
        migrations.AddConstraint(
            model_name="batchconfirmation",
            constraint=models.UniqueConstraint(
                fields=("batch", "person"), name="batch_is_confirmed_once_by_each"
            ),
        ),
        migrations.AddConstraint(
            model_name="feedtoken",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_at", None), ("expires_at__gt", models.F("issued_at")), _connector="OR"
                ),
                name="feed_token_ends_after_its_issue",
            ),
        ),
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(fields=["effective_at"], name="accounts_mo_effecti_aa64c0_idx"),
        ),
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(fields=["person"], name="accounts_mo_person__917097_idx"),
        ),
        migrations.AddIndex(
            model_name="orderline",
            index=models.Index(
                fields=["feed", "order_no", "branch"], name="accounts_or_feed_id_0230d6_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.UniqueConstraint(
                fields=("batch", "line"), name="line_stands_once_in_its_batch"
            ),
        ),
        migrations.AddIndex(
            model_name="passwordrecord",
            index=models.Index(fields=["person", "-set_at"], name="accounts_pa_person__8f3baf_idx"),
        ),
        migrations.AddConstraint(
            model_name="personidentity",
            constraint=models.UniqueConstraint(
                fields=("issuer", "subject"), name="identity_is_of_one_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="personnumber",
            constraint=models.UniqueConstraint(
                fields=("company", "number"), name="number_is_never_given_to_another"
            ),
        ),
        migrations.AddConstraint(
            model_name="personnumber",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to", None), ("valid_to__gt", models.F("valid_from")), _connector="OR"
                ),
                name="number_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="rotation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("done_at", None)),
                fields=("account", "because"),
                name="rotation_waits_once_an_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="rotation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at", None), ("done_by", None)),
                    models.Q(
                        ("done_at__isnull", False),
                        ("done_by__isnull", False),
                        ("evidence__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="rotation_is_done_by_somebody",
            ),
        ),
        migrations.AddIndex(
            model_name="scimresource",
            index=models.Index(
                fields=["feed", "kind", "external_id"], name="accounts_sc_feed_id_8d0722_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="scimresource",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at", None)),
                fields=("feed", "kind", "name"),
                name="scim_name_is_there_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="system",
            constraint=models.CheckConstraint(
                condition=models.Q(("dormancy_months__gte", 1), ("dormancy_months__lte", 6)),
                name="system_stops_unused_ids_within_half_a_year",
            ),
        ),
        migrations.AddConstraint(
            model_name="system",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["in_use", "split", "retired"])),
                name="system_is_in_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="officer",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["system_officer", "deputy", "use_officer"])),
                name="officer_has_a_known_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decided_by", None), ("verdict", "")),
                    models.Q(
                        models.Q(("verdict", ""), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="request_is_decided_wholly_or_not",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("verdict", "approved"), _negated=True),
                    models.Q(
                        models.Q(("decided_by", models.F("person")), _negated=True),
                        models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="request_is_not_approved_by_its_asker_or_its_holder",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("phone", ""), _negated=True), models.Q(("mail", ""), _negated=True)
                ),
                name="request_says_whom_to_reach",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("verdict", "")),
                fields=("person", "system", "works_for"),
                name="request_waits_once_a_person_and_system",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["scim", "ldap", "active_directory", "by_hand", "log_only"])
                ),
                name="target_is_of_a_known_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="reconciliation",
            index=models.Index(
                fields=["target", "-began_at"], name="accounts_re_target__c228a5_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="push",
            index=models.Index(
                condition=models.Q(("next_at__isnull", False)), fields=["next_at"], name="push_due"
            ),
        ),
        migrations.AddIndex(
            model_name="push",
            index=models.Index(
                fields=["account", "-planned_at"], name="accounts_pu_account_6c0251_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="push",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "planned",
                            "sent",
                            "acknowledged",
                            "verified",
                            "failed",
                            "escalated",
                            "closed",
                            "superseded",
                        ],
                    )
                ),
                name="push_is_in_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="push",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "verified"), _negated=True),
                    models.Q(
                        ("evidence__isnull", False),
                        ("verified_at__gte", models.F("planned_at")),
                        ("verified_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="push_is_verified_by_evidence",
            ),
        ),
        migrations.AddConstraint(
            model_name="push",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "closed"), _negated=True),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("closed_by__isnull", False),
                        ("closed_second__isnull", False),
                        ("evidence__isnull", False),
                        models.Q(("closed_by", models.F("closed_second")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="push_is_closed_by_two_people_with_evidence",
            ),
        ),
        migrations.AddConstraint(
            model_name="push",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state__in", ["planned", "sent", "acknowledged", "failed", "escalated"])
                ),
                fields=("account", "target"),
                name="push_is_open_once_an_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="unitmapping",
            constraint=models.UniqueConstraint(
                fields=("unit", "title"), name="mapping_is_said_once"
            ),
        ),
    ]
