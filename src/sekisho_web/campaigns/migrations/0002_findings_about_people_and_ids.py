"""Findings may also be about people, IDs and what other systems hold.

Why:  a stop that is not verified, an ID nobody knows, news that came late: each is looked after.
Lock: ACCESS EXCLUSIVE on the findings while the new list of kinds is checked.
Back: the old list; refused where a finding of a new kind stands.
"""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0001_what_was_found_stands_until_closed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="finding",
            name="finding_is_of_a_known_kind",
        ),
        migrations.AlterField(
            model_name="finding",
            name="kind",
            field=models.CharField(
                choices=[
                    ("re_decided", "記録と判定の不一致"),
                    ("effect", "効き目の行の不一致"),
                    ("drift", "整理表と実物の列のずれ"),
                    ("version", "版の不一致"),
                    ("invariant", "不変条件の破れ"),
                    ("mask", "マスクの不一致"),
                    ("watched", "見張りの組合せの出現"),
                    ("ending", "版の期限"),
                    ("unchecked", "照合できない項目"),
                    ("personnel_silent", "人事連携の沈黙"),
                    ("personnel_mass", "大量の異動・停止"),
                    ("unit_unmapped", "職務の対応がない組織"),
                    ("manager_unknown", "分からない上司"),
                    ("unlinked", "つながっていない転出と転入"),
                    ("late_news", "遅れて届いた発令"),
                    ("orphan", "台帳にないID（孤児）"),
                    ("missing", "反映先にないID（欠落）"),
                    ("revived", "生き返ったID（復活）"),
                    ("role_drift", "権限の違い"),
                    ("leftover", "残っているID（残存）"),
                    ("unreadable", "読み切れない反映先（不読）"),
                    ("degraded", "反映の縮退"),
                    ("push_escalated", "反映の上申"),
                    ("lent_id", "IDの貸し借りの兆し"),
                    ("key_copied", "認証器の複製の兆し"),
                    ("shared_unrotated", "交換していない共有の秘密"),
                ],
                max_length=16,
                verbose_name="種類",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "re_decided",
                            "effect",
                            "drift",
                            "version",
                            "invariant",
                            "mask",
                            "watched",
                            "ending",
                            "unchecked",
                            "personnel_silent",
                            "personnel_mass",
                            "unit_unmapped",
                            "manager_unknown",
                            "unlinked",
                            "late_news",
                            "orphan",
                            "missing",
                            "revived",
                            "role_drift",
                            "leftover",
                            "unreadable",
                            "degraded",
                            "push_escalated",
                            "lent_id",
                            "key_copied",
                            "shared_unrotated",
                        ],
                    )
                ),
                name="finding_is_of_a_known_kind",
            ),
        ),
    ]
