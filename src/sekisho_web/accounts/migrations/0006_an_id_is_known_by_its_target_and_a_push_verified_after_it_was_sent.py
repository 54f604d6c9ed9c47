"""An ID keeps the name by which its target knows it; nothing is verified that was never sent.

Why:  a target gives an account an id of its own; a stop that looked for another would find nobody
      there and call that stopped. A14: a reading counts only after the sending. One comparison of
      a target at a time.
Lock: ACCESS EXCLUSIVE for an instant on account (a column with a default is no rewrite), SHARE ROW
      EXCLUSIVE while the constraints look at the rows.
Back: drops the columns; the ids have to be found again by reconciliation.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_terms_never_overlap_and_beliefs_are_kept")]
    operations = [
        migrations.AddField(
            model_name="account",
            name="ext_id",
            field=models.CharField(
                blank=True, default="", max_length=200, verbose_name="反映先での符号"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="reconciliation",
            name="asked_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="依頼した人",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                condition=~Q(ext_id=""),
                fields=("system", "ext_id"),
                name="account_is_one_in_its_target",
            ),
        ),
        migrations.AddConstraint(
            model_name="push",
            constraint=models.CheckConstraint(
                condition=Q(verified_at=None)
                | Q(state="verified", sent_at__isnull=False, verified_at__gte=F("sent_at")),
                name="push_is_verified_after_it_was_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="reconciliation",
            constraint=models.UniqueConstraint(
                condition=Q(ended_at=None),
                fields=("target",),
                name="reconciliation_runs_once_a_target",
            ),
        ),
    ]
