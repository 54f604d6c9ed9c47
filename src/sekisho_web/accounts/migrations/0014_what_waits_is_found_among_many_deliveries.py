"""Deliveries that wait for a look are found at once, however many a directory has made.

Why:  every message of a directory is a delivery; each stop asks whether one waits.
Lock: SHARE on the deliveries while the index is built, for an instant: few rows are in it.
Back: drops the index; nothing else changes.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0013_a_stop_of_a_review_is_lifted_by_two"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="feedbatch",
            index=models.Index(
                condition=models.Q(("state__in", ["received", "staged"])),
                fields=["feed"],
                name="batch_waiting",
            ),
        ),
    ]
