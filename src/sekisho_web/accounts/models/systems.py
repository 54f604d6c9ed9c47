"""The systems in scope (対象システム), and who answers for each (責任者)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sekisho.accounts import opening
from sekisho_web.accounts.models.appointments import Appointment
from sekisho_web.accounts.models.people import Company
from sekisho_web.accounts.models.periods import DateTimeRangeField, end_of, key_of, start_of


class System(models.Model):
    """A system in scope: whose it is, how it is reached, and how long an ID may lie unused."""

    class Control(models.TextChoices):
        GATEWAY = "gateway", _("関門を通す")
        TARGET = "target", _("アカウントを反映する")
        LOG_ONLY = "log_only", _("記録だけを読む")

    class State(models.TextChoices):
        IN_USE = "in_use", _("利用中")
        SPLIT = "split", _("分離済")
        RETIRED = "retired", _("廃止")

    class Opens(models.TextChoices):
        ELSEWHERE = opening.Opens.ELSEWHERE.value, _("起動ページからは開かない")
        GATE = opening.Opens.GATE.value, _("関門を、一回だけの引換えで開く")
        OIDC = opening.Opens.OIDC.value, _("OpenID Connectで開く")
        LINK = opening.Opens.LINK.value, _("相手の入口へ案内する")

    key = models.CharField(_("符号"), max_length=16, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    owner = models.ForeignKey(
        Company, models.PROTECT, null=True, related_name="+", verbose_name=_("持ち主の会社")
    )
    owner_kind = models.CharField(_("持ち主の会社区分"), max_length=24, blank=True)
    state = models.CharField(_("状態"), max_length=16, choices=State, default=State.IN_USE)
    controlled_by = ArrayField(
        models.CharField(max_length=16, choices=Control),
        verbose_name=_("管理のしかた"),
        default=list,
    )
    data_classes = ArrayField(
        models.CharField(max_length=40), verbose_name=_("情報の区分"), default=list, blank=True
    )
    users = models.TextField(_("利用する人"), blank=True)
    purpose = models.TextField(_("用途"), blank=True)
    log_source = models.CharField(_("記録の出どころ"), max_length=100, blank=True)
    log_retention_months = models.PositiveSmallIntegerField(_("記録の保存（月）"), null=True)
    log_rhythm_hours = models.PositiveSmallIntegerField(_("記録が届く間隔（時間）"), default=24)
    dormancy_months = models.PositiveSmallIntegerField(_("未使用で止まるまで（月）"), default=6)
    device_bound = models.BooleanField(_("貸与端末に限る"), default=False)
    sign_in_level = models.CharField(_("本人認証の水準"), max_length=24, default="card+pw")
    password_months = models.PositiveSmallIntegerField(_("パスワードの交換（月）"), null=True)
    eligible = models.JSONField(
        _("アカウントを持てる組織と発令"), default=list, blank=True,
        help_text=_("空欄は、だれも持てない"),
    )  # fmt: skip
    opens_by = models.CharField(
        _("起動のしかた"), max_length=8, choices=Opens, default=Opens.ELSEWHERE, blank=True
    )
    address = models.CharField(_("宛先"), max_length=300, blank=True)
    client_id = models.CharField(_("OIDCの符号"), max_length=100, blank=True)
    registered_at = models.DateTimeField(_("登録"), null=True)

    class Meta:
        verbose_name = _("対象システム")
        verbose_name_plural = _("対象システム")
        constraints = [
            models.CheckConstraint(
                name="system_stops_unused_ids_within_half_a_year",
                condition=Q(dormancy_months__gte=1, dormancy_months__lte=6),
            ),
            models.CheckConstraint(
                name="system_is_in_a_known_state",
                condition=Q(state__in=["in_use", "split", "retired"]),
            ),
            models.CheckConstraint(
                name="system_is_opened_where_it_stands",
                condition=Q(opens_by__in=["", "gate"], address="", client_id="")
                | Q(opens_by="link", address__startswith="https://", client_id="")
                | Q(opens_by="oidc", address__startswith="https://"),
            ),
            models.UniqueConstraint(
                name="system_is_known_by_its_client",
                fields=["client_id"],
                condition=~Q(client_id=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Officer(models.Model):
    """Somebody in a post who answers for a system (責任者), never longer than the post runs."""

    class Role(models.TextChoices):
        SYSTEM_OFFICER = "system_officer", _("システム管理責任者")
        DEPUTY = "deputy", _("システム管理責任者の代行")
        USE_OFFICER = "use_officer", _("利用責任者")

    system = models.ForeignKey(
        System, models.PROTECT, related_name="officers", verbose_name=_("対象システム")
    )
    company = models.ForeignKey(
        Company, models.PROTECT, related_name="+", verbose_name=_("どの会社の責任者か")
    )
    role = models.CharField(_("責任"), max_length=16, choices=Role)
    appointment = models.ForeignKey(
        Appointment, models.PROTECT, related_name="offices", verbose_name=_("発令")
    )
    k = key_of("appointment")
    valid = DateTimeRangeField(_("期間"))
    valid_from = start_of("valid")
    valid_to = end_of("valid")

    class Meta:
        verbose_name = _("責任者")
        verbose_name_plural = _("責任者")
        constraints = [
            models.CheckConstraint(
                name="officer_has_a_known_role",
                condition=Q(role__in=["system_officer", "deputy", "use_officer"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.system_id} {self.role}"
