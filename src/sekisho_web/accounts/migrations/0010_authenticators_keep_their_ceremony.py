"""What an authenticator answered when it was bound is kept: its maker can be verified years later.

Why:  the attestation counts as evidence only while it can be verified again.
Lock: ACCESS EXCLUSIVE on accounts_authenticator for an instant; no rewrite.
Back: drops the columns, and with them the kept answers.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_uses_are_counted_by_the_day")]

    operations = [
        migrations.AddField(
            model_name="authenticator",
            name="ceremony",
            field=models.JSONField(
                help_text="認証器の証明を、あとからでも確かめられる",
                null=True,
                verbose_name="登録のときの答え",
            ),
        ),
        migrations.AddField(
            model_name="authenticator",
            name="last_used_at",
            field=models.DateTimeField(null=True, verbose_name="最後に使った時刻"),
        ),
    ]
