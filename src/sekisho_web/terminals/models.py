"""Terminals (端末): whose they are, where they stand, to whom they are lent."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sekisho_web.accounts.models import Company, Person, ends_after_it_starts


class Device(models.Model):
    """One terminal of the register (端末)."""

    class Class(models.TextChoices):
        NETWORK = "network", _("送配電端末")
        CONTRACTOR = "contractor", _("委託先登録端末")
        RETAILER = "retailer", _("小売登録端末")
        LENT = "lent", _("災害貸与端末")
        GOVERNMENT = "government", _("官公庁端末")

    number = models.CharField(_("端末番号"), max_length=40, unique=True)
    terminal_class = models.CharField(_("端末の区分"), max_length=16, choices=Class)
    owner = models.ForeignKey(Company, models.PROTECT, related_name="+", verbose_name=_("所有"))
    site_company = models.ForeignKey(
        Company, models.PROTECT, null=True, related_name="+", verbose_name=_("設置場所の会社")
    )
    keeper = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("管理者")
    )
    valid_from = models.DateTimeField(_("登録"))
    valid_to = models.DateTimeField(_("除却"), null=True)
    serial = models.PositiveIntegerField(_("登録の回"), default=0)

    class Meta:
        verbose_name = _("端末")
        verbose_name_plural = _("端末")
        constraints = [
            models.CheckConstraint(
                name="device_is_of_a_known_class",
                condition=Q(
                    terminal_class__in=["network", "contractor", "retailer", "lent", "government"]
                ),
            ),
            ends_after_it_starts(
                "device_ends_after_it_starts", starts="valid_from", ends="valid_to"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Loan(models.Model):
    """A terminal lent to one helper (貸与); one holder at a time."""

    device = models.ForeignKey(Device, models.PROTECT, related_name="loans", verbose_name=_("端末"))
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="loans", verbose_name=_("借りた人")
    )
    starts_at = models.DateTimeField(_("貸与"))
    ends_at = models.DateTimeField(_("返却"), null=True)

    class Meta:
        verbose_name = _("貸与")
        verbose_name_plural = _("貸与")
        constraints = [
            ends_after_it_starts("loan_ends_after_it_starts", starts="starts_at", ends="ends_at")
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.person_id}"


class Registration(models.Model):
    """A number (端末登録番号) that makes one browser one terminal of the register, once."""

    device = models.ForeignKey(Device, models.PROTECT, related_name="+", verbose_name=_("端末"))
    code_hash = models.CharField(_("番号の要約"), max_length=64, unique=True)
    issued_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("発行者")
    )
    issued_at = models.DateTimeField(_("発行"))
    expires_at = models.DateTimeField(_("期限"))
    used_at = models.DateTimeField(_("使用"), null=True)

    class Meta:
        verbose_name = _("端末登録番号")
        verbose_name_plural = _("端末登録番号")
        constraints = [
            ends_after_it_starts(
                "registration_expires_after_its_issue", starts="issued_at", ends="expires_at"
            )
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.issued_at:%Y-%m-%d}"
