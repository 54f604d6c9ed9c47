"""The register says how the launcher opens a system, where it stands, and by what it is known.

Why:  the launcher is the one door; what it opens, and how, must not stand in anybody's bookmarks.
Lock: ACCESS EXCLUSIVE on the systems (some dozens of rows) while the rules are checked.
Back: drops the columns.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_silence_is_an_answer_of_its_own"),
    ]

    operations = [
        migrations.AddField(
            model_name="system",
            name="opens_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "起動ページからは開かない"),
                    ("gate", "関門を、一回だけの引換えで開く"),
                    ("oidc", "OpenID Connectで開く"),
                    ("link", "相手の入口へ案内する"),
                ],
                default="",
                max_length=8,
                verbose_name="起動のしかた",
            ),
        ),
        migrations.AddField(
            model_name="system",
            name="address",
            field=models.CharField(blank=True, max_length=300, verbose_name="宛先"),
        ),
        migrations.AddField(
            model_name="system",
            name="client_id",
            field=models.CharField(blank=True, max_length=100, verbose_name="OIDCの符号"),
        ),
        migrations.AddConstraint(
            model_name="system",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("address", ""), ("client_id", ""), ("opens_by__in", ["", "gate"])),
                    models.Q(
                        ("address__startswith", "https://"),
                        ("client_id", ""),
                        ("opens_by", "link"),
                    ),
                    models.Q(("address__startswith", "https://"), ("opens_by", "oidc")),
                    _connector="OR",
                ),
                name="system_is_opened_where_it_stands",
            ),
        ),
        migrations.AddConstraint(
            model_name="system",
            constraint=models.UniqueConstraint(
                condition=models.Q(("client_id", ""), _negated=True),
                fields=("client_id",),
                name="system_is_known_by_its_client",
            ),
        ),
    ]
