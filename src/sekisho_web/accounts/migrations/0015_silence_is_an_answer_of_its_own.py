"""Silence about an ID is an answer of its own: nobody gave it, and the stop can be lifted.

Why:  a review that nobody answered stopped an ID for ever, with nothing that could be lifted.
Lock: ACCESS EXCLUSIVE on the reviews while the rule is checked.
Back: the old rule; refused where a review was met with silence.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0014_what_waits_is_found_among_many_deliveries"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="accountreview",
            name="review_is_answered_wholly_or_not",
        ),
        migrations.AlterField(
            model_name="accountreview",
            name="answer",
            field=models.CharField(
                blank=True,
                choices=[
                    ("keep", "続ける"),
                    ("reduce", "権限を減らす"),
                    ("stop", "止める"),
                    ("silent", "期限までに答えがない"),
                ],
                max_length=16,
                verbose_name="答え",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at", None), ("answered_by", None)),
                    models.Q(
                        ("answer", "silent"), ("answered_at__isnull", False), ("answered_by", None)
                    ),
                    models.Q(
                        models.Q(("answer__in", ["", "silent"]), _negated=True),
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="review_is_answered_wholly_or_not",
            ),
        ),
    ]
