import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                ("code", models.CharField(max_length=24, unique=True, verbose_name="個人番号")),
                ("login", models.CharField(max_length=64, unique=True, verbose_name="利用者ID")),
                ("name", models.CharField(max_length=100, verbose_name="氏名")),
                ("kana", models.CharField(blank=True, max_length=100, verbose_name="ふりがな")),
                (
                    "session_epoch",
                    models.PositiveIntegerField(default=0, verbose_name="利用の世代"),
                ),
            ],
            options={
                "verbose_name": "従業者",
                "verbose_name_plural": "従業者",
            },
        ),
        migrations.CreateModel(
            name="Company",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=16, unique=True, verbose_name="事業者符号")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("network", "一般送配電事業者"),
                            ("affiliate", "みなし小売電気事業者"),
                            ("other_retailer", "新電力"),
                            ("network_contractor", "送配電の委託先"),
                            ("affiliate_contractor", "小売の委託先"),
                            ("government", "国"),
                            ("regulator", "監督当局"),
                        ],
                        max_length=24,
                        verbose_name="会社区分",
                    ),
                ),
                (
                    "principal",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.company",
                        verbose_name="委託元",
                    ),
                ),
            ],
            options={
                "verbose_name": "事業者",
                "verbose_name_plural": "事業者",
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("transfer", "異動"),
                            ("leave", "休職"),
                            ("dormant", "長期未使用"),
                            ("feed", "人事の停止"),
                            ("lost", "紛失"),
                            ("investigation", "調査"),
                            ("review", "棚卸し"),
                            ("pledge", "誓約・研修の未了"),
                        ],
                        max_length=16,
                        verbose_name="理由",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="開始")),
                ("ends_at", models.DateTimeField(null=True, verbose_name="解除")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="従業者",
                    ),
                ),
            ],
            options={
                "verbose_name": "停止",
                "verbose_name_plural": "停止",
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="session key"
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="従業者",
                    ),
                ),
            ],
            options={
                "verbose_name": "セッション",
                "verbose_name_plural": "セッション",
            },
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code_hash",
                    models.CharField(max_length=64, unique=True, verbose_name="番号の要約"),
                ),
                ("issued_at", models.DateTimeField(verbose_name="発行")),
                ("expires_at", models.DateTimeField(verbose_name="期限")),
                ("used_at", models.DateTimeField(null=True, verbose_name="使用")),
                (
                    "issued_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="発行者",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="従業者",
                    ),
                ),
            ],
            options={
                "verbose_name": "登録票",
                "verbose_name_plural": "登録票",
            },
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=24, unique=True, verbose_name="組織符号")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("kind", models.CharField(max_length=24, verbose_name="組織区分")),
                ("line", models.SmallIntegerField(null=True, verbose_name="線")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.company",
                        verbose_name="事業者",
                    ),
                ),
            ],
            options={
                "verbose_name": "組織",
                "verbose_name_plural": "組織",
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("role", models.CharField(max_length=40, verbose_name="役割")),
                (
                    "kind",
                    models.CharField(
                        choices=[("main", "本務"), ("concurrent", "兼務"), ("seconded", "出向")],
                        default="main",
                        max_length=16,
                        verbose_name="発令の種類",
                    ),
                ),
                ("valid_from", models.DateTimeField(verbose_name="発令")),
                (
                    "valid_to",
                    models.DateTimeField(
                        help_text="この時刻は含みません", null=True, verbose_name="終わり"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="posts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="従業者",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="posts",
                        to="accounts.unit",
                        verbose_name="組織",
                    ),
                ),
            ],
            options={
                "verbose_name": "発令",
                "verbose_name_plural": "発令",
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=64, verbose_name="ID")),
                ("system", models.CharField(max_length=16, verbose_name="システム")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("individual", "個人"),
                            ("shared", "共有"),
                            ("disaster", "災害時"),
                        ],
                        default="individual",
                        max_length=16,
                        verbose_name="種類",
                    ),
                ),
                ("issued_at", models.DateTimeField(verbose_name="発行")),
                ("last_used_at", models.DateTimeField(null=True, verbose_name="最終利用")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="廃止")),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="従業者",
                    ),
                ),
            ],
            options={
                "verbose_name": "アカウント",
                "verbose_name_plural": "アカウント",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("system", "code"),
                        name="account_code_is_open_once_a_system",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None), ("kind", "individual")),
                        fields=("person", "system"),
                        name="account_one_open_a_person_and_system",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "individual"), _negated=True),
                            ("person__isnull", False),
                            _connector="OR",
                        ),
                        name="account_of_one_person_has_that_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at", None),
                            ("closed_at__gt", models.F("issued_at")),
                            _connector="OR",
                        ),
                        name="account_closes_after_its_issue",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="company",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "network",
                            "affiliate",
                            "other_retailer",
                            "network_contractor",
                            "affiliate_contractor",
                            "government",
                            "regulator",
                        ],
                    )
                ),
                name="company_is_of_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="company",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("principal", None),
                    models.Q(("principal", models.F("pk")), _negated=True),
                    _connector="OR",
                ),
                name="company_works_for_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_at", None)),
                fields=("person", "reason"),
                name="hold_is_open_once_a_person_and_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_at", None), ("ends_at__gt", models.F("starts_at")), _connector="OR"
                ),
                name="hold_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("issued_by", None),
                    models.Q(("issued_by", models.F("person")), _negated=True),
                    _connector="OR",
                ),
                name="ticket_not_issued_to_its_issuer",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_at", None), ("expires_at__gt", models.F("issued_at")), _connector="OR"
                ),
                name="ticket_expires_after_its_issue",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(("line", None), ("line__in", [1, 2, 3]), _connector="OR"),
                name="unit_stands_on_one_of_three_lines",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to", None), ("valid_to__gt", models.F("valid_from")), _connector="OR"
                ),
                name="post_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["main", "concurrent", "seconded"])),
                name="post_is_of_a_known_kind",
            ),
        ),
    ]
