"""The register of terminals (端末台帳): whose they are, who keeps them, where they stand."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sekisho_web.accounts.models import Company, Person, ends_after_it_starts


class Site(models.Model):
    """A place where terminals stand (設置場所): whose premises, and whose people work there.

    `staff` is the company whose people work on this floor. It decides what may stand there, for
    one house may hold floors of both companies.
    """

    code = models.CharField(_("場所符号"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    company = models.ForeignKey(
        Company, models.PROTECT, related_name="+", verbose_name=_("建物の会社")
    )
    staff = models.ForeignKey(
        Company, models.PROTECT, related_name="+", verbose_name=_("働く人の会社")
    )
    address = models.CharField(_("所在地"), max_length=200, blank=True)
    floor = models.CharField(_("階と部屋"), max_length=100, blank=True)
    networks = ArrayField(
        models.CharField(max_length=43), default=list, blank=True,
        verbose_name=_("網の範囲"), help_text=_("例：10.20.0.0/16"),
    )  # fmt: skip
    valid_from = models.DateTimeField(_("開設"))
    valid_to = models.DateTimeField(_("閉鎖"), null=True)

    class Meta:
        verbose_name = _("設置場所")
        verbose_name_plural = _("設置場所")
        constraints = [
            ends_after_it_starts("site_ends_after_it_starts", starts="valid_from", ends="valid_to")
        ]

    def __str__(self) -> str:
        return self.code


class Device(models.Model):
    """One terminal of the register (端末)."""

    class Class(models.TextChoices):
        NETWORK = "network", _("送配電端末")
        CONTRACTOR = "contractor", _("委託先登録端末")
        RETAILER = "retailer", _("小売登録端末")
        LENT = "lent", _("災害貸与端末")
        GOVERNMENT = "government", _("官公庁端末")

    class Kind(models.TextChoices):
        FIXED = "fixed", _("執務室")
        FIELD = "field", _("現場")
        EMERGENCY = "emergency", _("災害用")
        CONTRACTOR = "contractor", _("委託先")
        ADMIN = "admin", _("管理")

    number = models.CharField(_("端末番号"), max_length=40, unique=True)
    terminal_class = models.CharField(_("端末の区分"), max_length=16, choices=Class)
    kind = models.CharField(_("用途"), max_length=16, choices=Kind, default=Kind.FIXED)
    model = models.CharField(_("機種"), max_length=100, blank=True)
    maker_serial = models.CharField(_("製造番号"), max_length=60, blank=True)
    owner = models.ForeignKey(Company, models.PROTECT, related_name="+", verbose_name=_("所有"))
    site = models.ForeignKey(
        Site, models.PROTECT, null=True, related_name="devices", verbose_name=_("設置場所")
    )
    site_company = models.ForeignKey(
        Company, models.PROTECT, null=True, related_name="+", verbose_name=_("設置場所の会社")
    )
    keeper = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("管理者")
    )
    can_show_non_public = models.BooleanField(
        _("非公開情報の表示"), default=False,
        help_text=_("送配電の非公開情報を表示してよい端末"),
    )  # fmt: skip
    certificate_serial = models.CharField(_("端末証明書の番号"), max_length=80, blank=True)
    disposal = models.CharField(_("廃棄の証明"), max_length=200, blank=True)
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
            models.CheckConstraint(
                name="device_is_of_a_known_kind",
                condition=Q(kind__in=["fixed", "field", "emergency", "contractor", "admin"]),
            ),
            models.CheckConstraint(  # what the register says, and no other, may show it
                name="device_of_a_retailer_shows_no_non_public",
                condition=Q(can_show_non_public=False) | ~Q(terminal_class="retailer"),
            ),
            models.UniqueConstraint(
                name="device_is_one_by_its_serial",
                fields=["model", "maker_serial"],
                condition=~Q(maker_serial=""),
            ),
            ends_after_it_starts(
                "device_ends_after_it_starts", starts="valid_from", ends="valid_to"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_as_it_says(self) -> bool:
        """Return whether its class (端末の区分) may be believed by the decision table.

        A terminal of the network's side that may not show non-public information is none of them:
        to the table it is unknown, and unknown is the strictest.
        """
        theirs = (self.Class.RETAILER, self.Class.GOVERNMENT)
        return self.can_show_non_public or self.terminal_class in theirs


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
