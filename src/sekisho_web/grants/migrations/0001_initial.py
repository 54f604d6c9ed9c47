import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Emergency",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=32, unique=True, verbose_name="番号")),
                ("cause", models.CharField(max_length=100, verbose_name="事由")),
                (
                    "areas",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), size=None, verbose_name="地区"
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="発動")),
                ("ends_at", models.DateTimeField(verbose_name="終了")),
            ],
            options={
                "verbose_name": "非常災害",
                "verbose_name_plural": "非常災害",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="emergency_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("areas__len__gt", 0)),
                        name="emergency_names_its_districts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=32, unique=True, verbose_name="番号")),
                ("system", models.CharField(max_length=16, verbose_name="システム")),
                (
                    "kind",
                    models.CharField(
                        choices=[("standing", "常時"), ("per_use", "都度"), ("dual", "二者")],
                        max_length=16,
                        verbose_name="種類",
                    ),
                ),
                ("purpose", models.CharField(max_length=16, verbose_name="利用目的")),
                (
                    "scope_areas",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="範囲（地区）",
                    ),
                ),
                (
                    "scope_records",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="範囲（番号）",
                    ),
                ),
                ("valid_from", models.DateTimeField(verbose_name="開始")),
                (
                    "valid_to",
                    models.DateTimeField(help_text="この時刻は含みません", verbose_name="終わり"),
                ),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="取消し")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="従業者",
                    ),
                ),
            ],
            options={
                "verbose_name": "利用許可",
                "verbose_name_plural": "利用許可",
                "indexes": [
                    models.Index(
                        fields=["person", "system", "valid_to"],
                        name="grants_gran_person__44326e_idx",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("valid_to__gt", models.F("valid_from"))),
                        name="grant_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["standing", "per_use", "dual"])),
                        name="grant_is_of_a_known_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Supporter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="開始")),
                ("ends_at", models.DateTimeField(verbose_name="終わり")),
                (
                    "emergency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supporters",
                        to="grants.emergency",
                        verbose_name="非常災害",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supports",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="応援者",
                    ),
                ),
            ],
            options={
                "verbose_name": "応援者",
                "verbose_name_plural": "応援者",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="supporter_ends_after_it_starts",
                    ),
                    models.UniqueConstraint(
                        fields=("emergency", "person"), name="supporter_stands_once_on_a_roster"
                    ),
                ],
            },
        ),
    ]
