"""A sign-in is a fact that stays; of a session only the digest of its key is kept.

Why:  signs that an ID was lent are worked out from sign-ins; who reads the table of sessions must
      not be able to open one. A company says what it asks of passwords.
Lock: two new tables; ACCESS EXCLUSIVE on accounts_session for an instant (a wider key is no
      rewrite, the new column is null).
Back: sign-ins and what companies asked are gone; sessions have to be begun anew.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_an_id_is_known_by_its_target_and_a_push_verified_after_it_was_sent")
    ]

    operations = [
        migrations.CreateModel(
            name="PasswordPolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "company",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="password_policy",
                        to="accounts.company",
                        verbose_name="事業者",
                    ),
                ),
                ("shortest", models.SmallIntegerField(default=12, verbose_name="短さの限り")),
                (
                    "remembered",
                    models.SmallIntegerField(default=5, verbose_name="もう使えない、前の回数"),
                ),
                (
                    "rotation",
                    models.CharField(
                        choices=[
                            ("none", "定めない"),
                            ("seasons", "定期異動の時期（4月1日、7月1日）ごと"),
                            ("months", "定めた月数ごと"),
                        ],
                        default="none",
                        max_length=16,
                        verbose_name="変える時期",
                    ),
                ),
                ("months", models.SmallIntegerField(default=12, verbose_name="月数")),
            ],
            options={
                "verbose_name": "パスワードの定め",
                "verbose_name_plural": "パスワードの定め",
                "constraints": [
                    models.CheckConstraint(
                        name="password_policy_asks_for_more_and_never_for_less",
                        condition=models.Q(
                            ("months__range", (1, 36)),
                            ("remembered__range", (0, 24)),
                            ("rotation__in", ["none", "seasons", "months"]),
                            ("shortest__range", (12, 128)),
                        ),
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sign_ins",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="従業者",
                    ),
                ),
                ("began_at", models.DateTimeField(verbose_name="サインイン")),
                ("seen_at", models.DateTimeField(verbose_name="最後の動き")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="終わり")),
                (
                    "ended_because",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("signed_out", "サインアウト"),
                            ("elsewhere", "ほかの場所で新しく入った"),
                            ("stopped", "停止"),
                            ("ended", "担当者が終わらせた"),
                            ("idle", "使われないまま時間が過ぎた"),
                            ("longest", "使える時間の終わり"),
                            ("terminal", "端末が変わった"),
                            ("password", "パスワードを変えた"),
                        ],
                        max_length=16,
                        verbose_name="終わりの理由",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="終わらせた人",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="事情")),
                ("device", models.CharField(blank=True, max_length=40, verbose_name="端末番号")),
                (
                    "holder",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="端末を持つ人",
                    ),
                ),
                ("address", models.GenericIPAddressField(null=True, verbose_name="場所")),
                (
                    "hat",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.appointment",
                        verbose_name="業務（発令）",
                    ),
                ),
                ("methods", models.CharField(blank=True, max_length=60, verbose_name="確かめ方")),
            ],
            options={
                "verbose_name": "サインイン",
                "verbose_name_plural": "サインイン",
                "indexes": [
                    models.Index(
                        fields=["person", "-began_at"], name="accounts_si_person__e5c330_idx"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        name="sign_in_is_not_seen_before_it_began",
                        condition=models.Q(("seen_at__gte", models.F("began_at"))),
                    ),
                    models.CheckConstraint(
                        name="sign_in_ends_with_a_reason",
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_because", ""), ("ended_by", None)),
                            models.Q(
                                ("ended_at__gte", models.F("began_at")),
                                models.Q(("ended_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                    ),
                    models.CheckConstraint(
                        name="sign_in_is_ended_by_another_with_a_note",
                        condition=models.Q(
                            ("ended_by", None),
                            models.Q(
                                models.Q(("ended_by", models.F("person")), _negated=True),
                                models.Q(("note", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                    ),
                ],
            },
        ),
        migrations.AlterField(
            model_name="session",
            name="session_key",
            field=models.CharField(
                max_length=64, primary_key=True, serialize=False, verbose_name="鍵の要約"
            ),
        ),
        migrations.AddField(
            model_name="session",
            name="sign_in",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.signin",
                verbose_name="サインイン",
            ),
        ),
    ]
