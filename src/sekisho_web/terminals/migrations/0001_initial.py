import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Device",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="端末番号")),
                (
                    "terminal_class",
                    models.CharField(
                        choices=[
                            ("network", "送配電端末"),
                            ("contractor", "委託先登録端末"),
                            ("retailer", "小売登録端末"),
                            ("lent", "災害貸与端末"),
                            ("government", "官公庁端末"),
                        ],
                        max_length=16,
                        verbose_name="端末の区分",
                    ),
                ),
                ("valid_from", models.DateTimeField(verbose_name="登録")),
                ("valid_to", models.DateTimeField(null=True, verbose_name="除却")),
                ("serial", models.PositiveIntegerField(default=0, verbose_name="登録の回")),
                (
                    "keeper",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="管理者",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.company",
                        verbose_name="所有",
                    ),
                ),
                (
                    "site_company",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.company",
                        verbose_name="設置場所の会社",
                    ),
                ),
            ],
            options={
                "verbose_name": "端末",
                "verbose_name_plural": "端末",
            },
        ),
        migrations.CreateModel(
            name="Loan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="貸与")),
                ("ends_at", models.DateTimeField(null=True, verbose_name="返却")),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="loans",
                        to="terminals.device",
                        verbose_name="端末",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="loans",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="借りた人",
                    ),
                ),
            ],
            options={
                "verbose_name": "貸与",
                "verbose_name_plural": "貸与",
            },
        ),
        migrations.CreateModel(
            name="Registration",
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
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="terminals.device",
                        verbose_name="端末",
                    ),
                ),
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
            ],
            options={
                "verbose_name": "端末登録番号",
                "verbose_name_plural": "端末登録番号",
            },
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "terminal_class__in",
                        ["network", "contractor", "retailer", "lent", "government"],
                    )
                ),
                name="device_is_of_a_known_class",
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to", None), ("valid_to__gt", models.F("valid_from")), _connector="OR"
                ),
                name="device_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_at", None), ("ends_at__gt", models.F("starts_at")), _connector="OR"
                ),
                name="loan_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_at", None), ("expires_at__gt", models.F("issued_at")), _connector="OR"
                ),
                name="registration_expires_after_its_issue",
            ),
        ),
    ]
