"""What is done with an ID is counted by the day.

Why:  dormancy and reviews ask when an ID was last used, and how often, also as of an earlier day.
Lock: none but on the new table.
Back: drops the table; the records of looks are elsewhere and stay.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_sessions_of_before_have_ended"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="日")),
                ("uses", models.PositiveIntegerField(default=1, verbose_name="回数")),
                ("off_hours", models.PositiveIntegerField(default=0, verbose_name="夜間の回数")),
                ("last_at", models.DateTimeField(verbose_name="最後の利用")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="accounts.account",
                        verbose_name="アカウント",
                    ),
                ),
            ],
            options={
                "verbose_name": "日ごとの利用",
                "verbose_name_plural": "日ごとの利用",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "day"), name="use_is_counted_once_a_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("off_hours__lte", models.F("uses"))),
                        name="use_at_night_is_a_use",
                    ),
                ],
            },
        ),
    ]
