"""A stop of a review is lifted by two: the second line confirms, then an officer lifts.

Why:  who let a right stand unreviewed must not be the one who gives it back alone.
Lock: none but on the new table.
Back: drops the table; stops stay as they are.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_no_second_factor_without_a_ticket"),
    ]

    operations = [
        migrations.CreateModel(
            name="LiftConfirmation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.SmallIntegerField(verbose_name="確かめた人の線")),
                ("at", models.DateTimeField(verbose_name="確かめた時刻")),
                ("note", models.CharField(max_length=200, verbose_name="所見")),
                (
                    "hold",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmation",
                        to="accounts.hold",
                        verbose_name="停止",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="確かめた人",
                    ),
                ),
            ],
            options={
                "verbose_name": "解除の確かめ",
                "verbose_name_plural": "解除の確かめ",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("line__in", [2, 3])),
                        name="lift_is_confirmed_by_a_watching_line",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("note", ""), _negated=True),
                        name="lift_is_confirmed_with_a_note",
                    ),
                ],
            },
        ),
    ]
