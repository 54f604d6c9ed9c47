"""Stock-taking (現品照合): what was expected, what was seen, and who believed it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sekisho_web.accounts.models import Company, Person, Unit
from sekisho_web.terminals.models.registers import Device, Site


class Stocktaking(models.Model):
    """One stock-taking (現品照合), from its opening to the approval by another unit."""

    class Kind(models.TextChoices):
        YEARLY = "yearly", _("定期")
        AD_HOC = "ad_hoc", _("臨時")
        EMERGENCY = "emergency", _("非常災害の後")
        CONTRACTOR = "contractor", _("委託先")

    code = models.CharField(_("照合番号"), max_length=40, unique=True)
    kind = models.CharField(_("種類"), max_length=16, choices=Kind)
    company = models.ForeignKey(Company, models.PROTECT, related_name="+", verbose_name=_("会社"))
    site = models.ForeignKey(
        Site, models.PROTECT, null=True, related_name="+", verbose_name=_("場所"),
        help_text=_("空欄は、会社のすべて"),
    )  # fmt: skip
    occasion = models.CharField(_("機会"), max_length=40, blank=True)
    expected = models.JSONField(_("数える端末"), default=list)
    opened_at = models.DateTimeField(_("開始"))
    opened_by = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("始めた人")
    )
    due_at = models.DateTimeField(_("期限"))
    closed_at = models.DateTimeField(_("数え終わり"), null=True)
    closed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("閉じた人")
    )
    closed_in = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", verbose_name=_("数えた組織")
    )
    totals = models.JSONField(_("結果の数"), default=dict)
    approved_at = models.DateTimeField(_("承認"), null=True)
    approved_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("承認した人")
    )
    approved_in = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", verbose_name=_("承認した組織")
    )

    class Meta:
        verbose_name = _("現品照合")
        verbose_name_plural = _("現品照合")
        constraints = [
            models.CheckConstraint(
                name="stocktaking_is_closed_by_somebody",
                condition=Q(closed_at=None, closed_by=None, closed_in=None)
                | Q(closed_at__isnull=False, closed_by__isnull=False, closed_in__isnull=False),
            ),
            models.CheckConstraint(
                name="stocktaking_is_approved_by_another_unit",
                condition=Q(approved_at=None, approved_by=None, approved_in=None)
                | (
                    Q(approved_at__gte=F("closed_at"))
                    & Q(closed_at__isnull=False)
                    & Q(approved_by__isnull=False)
                    & Q(approved_in__isnull=False)
                    & ~Q(approved_by=F("closed_by"))
                    & ~Q(approved_in=F("closed_in"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Count(models.Model):
    """One label that was read in a stock-taking (照合の記録)."""

    class How(models.TextChoices):
        CAMERA = "camera", _("カメラ")
        SCANNER = "scanner", _("読取り機")
        HAND = "hand", _("手入力")
        FILE = "file", _("ファイル")

    stocktaking = models.ForeignKey(
        Stocktaking, models.PROTECT, related_name="counts", verbose_name=_("現品照合")
    )
    device = models.ForeignKey(
        Device, models.PROTECT, null=True, related_name="counts", verbose_name=_("端末")
    )
    label = models.CharField(_("読んだ札"), max_length=80)
    place = models.CharField(_("見た場所"), max_length=40, blank=True)
    how = models.CharField(_("読み方"), max_length=8, choices=How)
    counted_at = models.DateTimeField(_("時刻"))
    counted_by = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("数えた人")
    )

    class Meta:
        verbose_name = _("照合の記録")
        verbose_name_plural = _("照合の記録")
        indexes = [models.Index(name="count_of_a_stocktaking", fields=["stocktaking", "label"])]

    def __str__(self) -> str:
        return f"{self.stocktaking_id} {self.label}"
