"""A terminal that is out is out until it is back; where it is sent, seen, lost and counted is kept.

Why:  what is due and does not come back opens nothing, and yet nobody else may borrow it.
Lock: ACCESS EXCLUSIVE on terminals_device and terminals_loan while columns are added, which is an
      instant, and while the index of holders is built anew.
Back: drops tables and columns; of the loans, what they were before is kept. Refused while a
      terminal was lent again after its return, within the time it was first lent for.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


FORWARD = """
ALTER TABLE terminals_loan
    DROP CONSTRAINT a_terminal_has_one_holder_at_a_time,
    ADD CONSTRAINT a_terminal_has_one_holder_at_a_time EXCLUDE USING gist
        (device_key WITH &&, tstzrange(starts_at,
            CASE WHEN due_at IS NULL THEN ends_at ELSE returned_at END) WITH &&);
ALTER TABLE terminals_site ADD CONSTRAINT site_is_known_by_ranges_of_addresses
    CHECK (networks::cidr[] IS NOT NULL);
"""
BACK = """
ALTER TABLE terminals_site DROP CONSTRAINT site_is_known_by_ranges_of_addresses;
ALTER TABLE terminals_loan
    DROP CONSTRAINT a_terminal_has_one_holder_at_a_time,
    ADD CONSTRAINT a_terminal_has_one_holder_at_a_time EXCLUDE USING gist
        (device_key WITH &&, tstzrange(starts_at, ends_at) WITH &&);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_silence_is_an_answer_of_its_own"),
        ("terminals", "0002_a_terminal_has_one_holder_at_a_time"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Count",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.CharField(max_length=80, verbose_name="読んだ札")),
                ("place", models.CharField(blank=True, max_length=40, verbose_name="見た場所")),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("camera", "カメラ"),
                            ("scanner", "読取り機"),
                            ("hand", "手入力"),
                            ("file", "ファイル"),
                        ],
                        max_length=8,
                        verbose_name="読み方",
                    ),
                ),
                ("counted_at", models.DateTimeField(verbose_name="時刻")),
            ],
            options={
                "verbose_name": "照合の記録",
                "verbose_name_plural": "照合の記録",
            },
        ),
        migrations.CreateModel(
            name="Dispatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sent_at", models.DateTimeField(verbose_name="送付")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="受領または取消")),
            ],
            options={
                "verbose_name": "端末の送付",
                "verbose_name_plural": "端末の送付",
            },
        ),
        migrations.CreateModel(
            name="Loss",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reported_at", models.DateTimeField(verbose_name="届出")),
                (
                    "last_had_at",
                    models.DateTimeField(null=True, verbose_name="最後に手元にあった時刻"),
                ),
                ("circumstances", models.CharField(max_length=400, verbose_name="事情")),
                ("found_at", models.DateTimeField(null=True, verbose_name="発見")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="終わり")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("inspected", "点検済み"), ("written_off", "除却")],
                        max_length=16,
                        verbose_name="結果",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=400, verbose_name="所見")),
            ],
            options={
                "verbose_name": "端末の紛失",
                "verbose_name_plural": "端末の紛失",
            },
        ),
        migrations.CreateModel(
            name="Sighting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hour", models.DateTimeField(verbose_name="時")),
                ("last_at", models.DateTimeField(verbose_name="最後に見た時刻")),
                (
                    "source",
                    models.CharField(default="gate", max_length=20, verbose_name="出どころ"),
                ),
            ],
            options={
                "verbose_name": "端末の所在",
                "verbose_name_plural": "端末の所在",
            },
        ),
        migrations.CreateModel(
            name="Site",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="場所符号")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="所在地")),
                ("floor", models.CharField(blank=True, max_length=100, verbose_name="階と部屋")),
                (
                    "networks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=43),
                        blank=True,
                        default=list,
                        help_text="例：10.20.0.0/16",
                        size=None,
                        verbose_name="網の範囲",
                    ),
                ),
                ("valid_from", models.DateTimeField(verbose_name="開設")),
                ("valid_to", models.DateTimeField(null=True, verbose_name="閉鎖")),
            ],
            options={
                "verbose_name": "設置場所",
                "verbose_name_plural": "設置場所",
            },
        ),
        migrations.CreateModel(
            name="Stocktaking",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="照合番号")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("yearly", "定期"),
                            ("ad_hoc", "臨時"),
                            ("emergency", "非常災害の後"),
                            ("contractor", "委託先"),
                        ],
                        max_length=16,
                        verbose_name="種類",
                    ),
                ),
                ("occasion", models.CharField(blank=True, max_length=40, verbose_name="機会")),
                ("expected", models.JSONField(default=list, verbose_name="数える端末")),
                ("opened_at", models.DateTimeField(verbose_name="開始")),
                ("due_at", models.DateTimeField(verbose_name="期限")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="数え終わり")),
                ("totals", models.JSONField(default=dict, verbose_name="結果の数")),
                ("approved_at", models.DateTimeField(null=True, verbose_name="承認")),
            ],
            options={
                "verbose_name": "現品照合",
                "verbose_name_plural": "現品照合",
            },
        ),
        migrations.AddField(
            model_name="device",
            name="can_show_non_public",
            field=models.BooleanField(
                default=False,
                help_text="送配電の非公開情報を表示してよい端末",
                verbose_name="非公開情報の表示",
            ),
        ),
        migrations.AddField(
            model_name="device",
            name="certificate_serial",
            field=models.CharField(blank=True, max_length=80, verbose_name="端末証明書の番号"),
        ),
        migrations.AddField(
            model_name="device",
            name="disposal",
            field=models.CharField(blank=True, max_length=200, verbose_name="廃棄の証明"),
        ),
        migrations.AddField(
            model_name="device",
            name="kind",
            field=models.CharField(
                choices=[
                    ("fixed", "執務室"),
                    ("field", "現場"),
                    ("emergency", "災害用"),
                    ("contractor", "委託先"),
                    ("admin", "管理"),
                ],
                default="fixed",
                max_length=16,
                verbose_name="用途",
            ),
        ),
        migrations.AddField(
            model_name="device",
            name="maker_serial",
            field=models.CharField(blank=True, max_length=60, verbose_name="製造番号"),
        ),
        migrations.AddField(
            model_name="device",
            name="model",
            field=models.CharField(blank=True, max_length=100, verbose_name="機種"),
        ),
        migrations.AddField(
            model_name="loan",
            name="condition",
            field=models.CharField(blank=True, max_length=200, verbose_name="返却時の状態"),
        ),
        migrations.AddField(
            model_name="loan",
            name="due_at",
            field=models.DateTimeField(null=True, verbose_name="返却の期限"),
        ),
        migrations.AddField(
            model_name="loan",
            name="inspection",
            field=models.JSONField(default=dict, verbose_name="点検の結果"),
        ),
        migrations.AddField(
            model_name="loan",
            name="lent_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="貸した人",
            ),
        ),
        migrations.AddField(
            model_name="loan",
            name="lent_proofs",
            field=models.JSONField(default=dict, verbose_name="貸与の署名"),
        ),
        migrations.AddField(
            model_name="loan",
            name="lent_text",
            field=models.BinaryField(default=b"", verbose_name="貸与の文"),
        ),
        migrations.AddField(
            model_name="loan",
            name="occasion",
            field=models.CharField(
                blank=True, help_text="非常災害または委託の番号", max_length=40, verbose_name="機会"
            ),
        ),
        migrations.AddField(
            model_name="loan",
            name="returned_at",
            field=models.DateTimeField(null=True, verbose_name="返却"),
        ),
        migrations.AddField(
            model_name="loan",
            name="returned_proofs",
            field=models.JSONField(default=dict, verbose_name="返却の署名"),
        ),
        migrations.AddField(
            model_name="loan",
            name="returned_text",
            field=models.BinaryField(default=b"", verbose_name="返却の文"),
        ),
        migrations.AddField(
            model_name="loan",
            name="returned_to",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="受け取った人",
            ),
        ),
        migrations.AddField(
            model_name="loan",
            name="wiped_at",
            field=models.DateTimeField(null=True, verbose_name="消去と点検"),
        ),
        migrations.AddField(
            model_name="loan",
            name="wiped_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="消去した人",
            ),
        ),
        migrations.AlterField(
            model_name="loan",
            name="ends_at",
            field=models.DateTimeField(null=True, verbose_name="使える終わり"),
        ),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False), ("returned_at", None)),
                fields=["due_at"],
                name="loan_that_is_out",
            ),
        ),
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(fields=["occasion"], name="loan_of_an_occasion"),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("due_at", None),
                    models.Q(
                        ("due_at__gt", models.F("starts_at")),
                        ("ends_at__isnull", False),
                        ("ends_at__lte", models.F("due_at")),
                    ),
                    _connector="OR",
                ),
                name="loan_opens_nothing_past_its_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("returned_at", None),
                    models.Q(
                        ("returned_at__gt", models.F("starts_at")),
                        ("ends_at__isnull", False),
                        ("ends_at__lte", models.F("returned_at")),
                        ("due_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="loan_opens_nothing_once_it_is_back",
            ),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("returned_at", None), ("returned_to", None)),
                    models.Q(
                        ("returned_at__isnull", False),
                        ("returned_to__isnull", False),
                        models.Q(("returned_to", models.F("person")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="loan_comes_back_to_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("wiped_at", None), ("wiped_by", None)),
                    models.Q(
                        ("wiped_at__isnull", False),
                        ("wiped_by__isnull", False),
                        ("wiped_at__gte", models.F("returned_at")),
                        ("returned_at__isnull", False),
                        models.Q(("wiped_by", models.F("returned_to")), _negated=True),
                        models.Q(("wiped_by", models.F("person")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="loan_is_wiped_by_a_third_after_it_is_back",
            ),
        ),
        migrations.AddConstraint(
            model_name="loan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lent_by", None),
                    models.Q(("lent_by", models.F("person")), _negated=True),
                    _connector="OR",
                ),
                name="loan_is_lent_by_somebody_else",
            ),
        ),
        migrations.AddField(
            model_name="count",
            name="counted_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="数えた人",
            ),
        ),
        migrations.AddField(
            model_name="count",
            name="device",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="counts",
                to="terminals.device",
                verbose_name="端末",
            ),
        ),
        migrations.AddField(
            model_name="dispatch",
            name="device",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="dispatches",
                to="terminals.device",
                verbose_name="端末",
            ),
        ),
        migrations.AddField(
            model_name="dispatch",
            name="received_by",
            field=models.ForeignKey(
                help_text="空欄で終わったものは、取り消されたもの",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="受け取った人",
            ),
        ),
        migrations.AddField(
            model_name="dispatch",
            name="receiver",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="受け取る予定の人",
            ),
        ),
        migrations.AddField(
            model_name="dispatch",
            name="sent_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="送った人",
            ),
        ),
        migrations.AddField(
            model_name="loss",
            name="closed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="点検または除却した人",
            ),
        ),
        migrations.AddField(
            model_name="loss",
            name="device",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="losses",
                to="terminals.device",
                verbose_name="端末",
            ),
        ),
        migrations.AddField(
            model_name="loss",
            name="found_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="見つけた人",
            ),
        ),
        migrations.AddField(
            model_name="loss",
            name="reported_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="届け出た人",
            ),
        ),
        migrations.AddField(
            model_name="sighting",
            name="device",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sightings",
                to="terminals.device",
                verbose_name="端末",
            ),
        ),
        migrations.AddField(
            model_name="sighting",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="使った人",
            ),
        ),
        migrations.AddField(
            model_name="site",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
                verbose_name="建物の会社",
            ),
        ),
        migrations.AddField(
            model_name="site",
            name="staff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
                verbose_name="働く人の会社",
            ),
        ),
        migrations.AddField(
            model_name="sighting",
            name="site",
            field=models.ForeignKey(
                help_text="空欄は、どの場所の網でもない",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="terminals.site",
                verbose_name="場所",
            ),
        ),
        migrations.AddField(
            model_name="dispatch",
            name="to_site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="terminals.site",
                verbose_name="届け先",
            ),
        ),
        migrations.AddField(
            model_name="device",
            name="site",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="devices",
                to="terminals.site",
                verbose_name="設置場所",
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["fixed", "field", "emergency", "contractor", "admin"])
                ),
                name="device_is_of_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("can_show_non_public", False),
                    models.Q(("terminal_class", "retailer"), _negated=True),
                    _connector="OR",
                ),
                name="device_of_a_retailer_shows_no_non_public",
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.UniqueConstraint(
                condition=models.Q(("maker_serial", ""), _negated=True),
                fields=("model", "maker_serial"),
                name="device_is_one_by_its_serial",
            ),
        ),
        migrations.AddField(
            model_name="stocktaking",
            name="approved_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="承認した人",
            ),
        ),
        migrations.AddField(
            model_name="stocktaking",
            name="approved_in",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.unit",
                verbose_name="承認した組織",
            ),
        ),
        migrations.AddField(
            model_name="stocktaking",
            name="closed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="閉じた人",
            ),
        ),
        migrations.AddField(
            model_name="stocktaking",
            name="closed_in",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.unit",
                verbose_name="数えた組織",
            ),
        ),
        migrations.AddField(
            model_name="stocktaking",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
                verbose_name="会社",
            ),
        ),
        migrations.AddField(
            model_name="stocktaking",
            name="opened_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="始めた人",
            ),
        ),
        migrations.AddField(
            model_name="stocktaking",
            name="site",
            field=models.ForeignKey(
                help_text="空欄は、会社のすべて",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="terminals.site",
                verbose_name="場所",
            ),
        ),
        migrations.AddField(
            model_name="count",
            name="stocktaking",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="counts",
                to="terminals.stocktaking",
                verbose_name="現品照合",
            ),
        ),
        migrations.AddConstraint(
            model_name="loss",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None)),
                fields=("device",),
                name="device_is_lost_once_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="loss",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("found_at", None), ("found_by", None)),
                    models.Q(("found_at__isnull", False), ("found_by__isnull", False)),
                    _connector="OR",
                ),
                name="loss_is_found_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="loss",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("closed_by", None), ("outcome", "")),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("closed_by__isnull", False),
                        models.Q(("closed_by", models.F("reported_by")), _negated=True),
                        models.Q(
                            ("outcome", "written_off"),
                            models.Q(
                                ("outcome", "inspected"),
                                ("found_at__isnull", False),
                                models.Q(("closed_by", models.F("found_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="loss_is_closed_by_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="site",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to", None), ("valid_to__gt", models.F("valid_from")), _connector="OR"
                ),
                name="site_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="sighting",
            constraint=models.UniqueConstraint(
                fields=("device", "hour", "site"),
                name="sighting_is_one_a_device_hour_and_site",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="dispatch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("device",),
                name="device_is_on_one_way_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("received_by", None),
                    models.Q(
                        ("ended_at__isnull", False),
                        models.Q(("received_by", models.F("sent_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="dispatch_is_received_by_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at", None), ("ended_at__gt", models.F("sent_at")), _connector="OR"
                ),
                name="dispatch_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktaking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("closed_by", None), ("closed_in", None)),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("closed_by__isnull", False),
                        ("closed_in__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="stocktaking_is_closed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktaking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_at", None), ("approved_by", None), ("approved_in", None)),
                    models.Q(
                        ("approved_at__gte", models.F("closed_at")),
                        ("closed_at__isnull", False),
                        ("approved_by__isnull", False),
                        ("approved_in__isnull", False),
                        models.Q(("approved_by", models.F("closed_by")), _negated=True),
                        models.Q(("approved_in", models.F("closed_in")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="stocktaking_is_approved_by_another_unit",
            ),
        ),
        migrations.AddIndex(
            model_name="count",
            index=models.Index(fields=["stocktaking", "label"], name="count_of_a_stocktaking"),
        ),
        migrations.RunSQL(sql=FORWARD, reverse_sql=BACK),
    ]
