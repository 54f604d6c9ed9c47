"""Work that is entrusted (委託): by whom, to whom, what, where, and who does it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sekisho_web.accounts.models import Account, Appointment, Company, Person
from sekisho_web.accounts.models.periods import DateTimeRangeField, end_of, key_of, start_of


class Engagement(models.Model):
    """One engagement (委託). It is in force only while nothing in its check stops it."""

    code = models.CharField(_("番号"), max_length=32, unique=True)
    entruster = models.ForeignKey(
        Company, models.PROTECT, related_name="+", verbose_name=_("委託元")
    )
    contractor = models.ForeignKey(
        Company, models.PROTECT, related_name="engagements", verbose_name=_("委託先")
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="parts", verbose_name=_("再委託の元")
    )
    work = models.CharField(_("業務"), max_length=200)
    basis = models.TextField(_("委託する理由（電気事業法23条3項）"))
    item_classes = ArrayField(
        models.CharField(max_length=40), verbose_name=_("渡す項目"), default=list
    )
    systems = ArrayField(models.CharField(max_length=16), verbose_name=_("システム"), default=list)
    sites = ArrayField(
        models.CharField(max_length=40), verbose_name=_("作業の場所"), default=list, blank=True
    )
    serves_both = models.BooleanField(_("小売からも受託している"), default=False)
    owner = models.ForeignKey(
        Appointment, models.PROTECT, null=True, related_name="+", verbose_name=_("委託主管")
    )
    subcontract_approved_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("再委託を認めた人")
    )
    prepared_by = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("準備した人")
    )
    prepared_at = models.DateTimeField(_("準備"))
    checked_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("点検した人")
    )
    checked_at = models.DateTimeField(_("点検"), null=True)
    suspended_at = models.DateTimeField(_("停止"), null=True)
    suspended_for = models.CharField(_("停止の理由"), max_length=200, blank=True)
    ending_at = models.DateTimeField(_("終了の開始"), null=True)
    closed_at = models.DateTimeField(_("終了"), null=True)
    closed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("終えた人")
    )

    class Meta:
        verbose_name = _("委託")
        verbose_name_plural = _("委託")
        constraints = [
            models.CheckConstraint(
                name="engagement_is_checked_by_somebody_else",
                condition=Q(checked_by=None) | ~Q(checked_by=F("prepared_by")),
            ),
            models.CheckConstraint(
                name="engagement_is_with_another_company",
                condition=~Q(entruster=F("contractor")),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class EngagementTerm(models.Model):
    """A stretch of an engagement (委託の期間)."""

    engagement = models.ForeignKey(
        Engagement, models.PROTECT, related_name="terms", verbose_name=_("委託")
    )
    k = key_of("engagement")
    valid = DateTimeRangeField(_("期間"))
    valid_from = start_of("valid")
    valid_to = end_of("valid")

    class Meta:
        verbose_name = _("委託の期間")
        verbose_name_plural = _("委託の期間")

    def __str__(self) -> str:
        return f"{self.engagement_id}"


class EngagementAnswer(models.Model):
    """The answer to one line of the check of contractors (委託先点検), and its evidence."""

    class Verdict(models.TextChoices):
        YES = "yes", _("はい")
        NO = "no", _("いいえ")
        NOT_APPLICABLE = "na", _("該当なし")

    engagement = models.ForeignKey(
        Engagement, models.PROTECT, related_name="answers", verbose_name=_("委託")
    )
    item = models.CharField(_("項目"), max_length=8)
    verdict = models.CharField(_("答え"), max_length=4, choices=Verdict)
    evidence = models.CharField(_("証拠"), max_length=200, blank=True)
    answered_by = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("答えた人")
    )
    answered_at = models.DateTimeField(_("答えた時刻"))

    class Meta:
        verbose_name = _("委託先点検の答え")
        verbose_name_plural = _("委託先点検の答え")
        indexes = [models.Index(fields=["engagement", "item", "-answered_at"])]

    def __str__(self) -> str:
        return f"{self.engagement_id} {self.item}"


class EngagementWorker(models.Model):
    """Somebody on the roster of an engagement (作業者名簿), with the ID bound to it."""

    engagement = models.ForeignKey(
        Engagement, models.PROTECT, related_name="workers", verbose_name=_("委託")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="engagements", verbose_name=_("作業者")
    )
    appointment = models.ForeignKey(
        Appointment, models.PROTECT, related_name="+", verbose_name=_("発令")
    )
    account = models.ForeignKey(
        Account, models.PROTECT, null=True, related_name="+", verbose_name=_("アカウント")
    )
    k = key_of("engagement")
    valid = DateTimeRangeField(_("期間"))
    valid_from = start_of("valid")
    valid_to = end_of("valid")

    class Meta:
        verbose_name = _("作業者")
        verbose_name_plural = _("作業者")

    def __str__(self) -> str:
        return f"{self.engagement_id} {self.person_id}"
