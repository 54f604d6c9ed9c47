"""What other systems are told (反映), and what they were found to hold (突合)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sekisho_web.accounts.models.feeds import Movement
from sekisho_web.accounts.models.ids import Account
from sekisho_web.accounts.models.people import Person
from sekisho_web.accounts.models.systems import System


class Target(models.Model):
    """The place where the IDs of a system stand (反映先). Its secret is in a file, never here."""

    class Kind(models.TextChoices):
        SCIM = "scim", _("SCIM")
        LDAP = "ldap", _("LDAP")
        ACTIVE_DIRECTORY = "active_directory", _("Active Directory")
        BY_HAND = "by_hand", _("作業票")
        LOG_ONLY = "log_only", _("記録だけ")

    system = models.OneToOneField(
        System, models.PROTECT, related_name="target", verbose_name=_("対象システム")
    )
    kind = models.CharField(_("方式"), max_length=24, choices=Kind)
    address = models.JSONField(_("宛先"), default=dict, blank=True)
    probes = models.BooleanField(_("入れないことを試す"), default=False)
    enabled = models.BooleanField(_("使う"), default=True)

    class Meta:
        verbose_name = _("反映先")
        verbose_name_plural = _("反映先")
        constraints = [
            models.CheckConstraint(
                name="target_is_of_a_known_kind",
                condition=Q(kind__in=["scim", "ldap", "active_directory", "by_hand", "log_only"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.system_id} {self.kind}"


class Push(models.Model):
    """A state that a target is to be brought to (反映). Only `verified` counts.

    The row is its own job: what is due is taken by its time, and what failed stays due for ever.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("予定")
        SENT = "sent", _("送信")
        ACKNOWLEDGED = "acknowledged", _("受領")
        VERIFIED = "verified", _("確認済")
        FAILED = "failed", _("失敗")
        ESCALATED = "escalated", _("上申")
        CLOSED = "closed", _("手で閉じた")
        SUPERSEDED = "superseded", _("新しい反映に替わった")

    OPEN = ("planned", "sent", "acknowledged", "failed", "escalated")

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="pushes", verbose_name=_("アカウント")
    )
    target = models.ForeignKey(
        Target, models.PROTECT, related_name="pushes", verbose_name=_("反映先")
    )
    wanted = models.JSONField(_("あるべき状態"))
    because = models.CharField(_("きっかけ"), max_length=40)
    movement = models.ForeignKey(
        Movement, models.PROTECT, null=True, related_name="pushes", verbose_name=_("異動")
    )
    state = models.CharField(_("状態"), max_length=16, choices=State, default=State.PLANNED)
    attempts = models.PositiveIntegerField(_("試した回数"), default=0)
    effective_at = models.DateTimeField(_("効力"))  # when the wanted state begins to be true
    planned_at = models.DateTimeField(_("予定"))
    next_at = models.DateTimeField(_("次に試す時刻"), null=True)
    leased_until = models.DateTimeField(_("取り掛かりの期限"), null=True)
    sent_at = models.DateTimeField(_("送信"), null=True)
    acknowledged_at = models.DateTimeField(_("受領"), null=True)
    verified_at = models.DateTimeField(_("確認"), null=True)
    escalated_at = models.DateTimeField(_("上申"), null=True)
    evidence = models.JSONField(_("証拠"), null=True)
    degraded = models.BooleanField(_("縮退"), default=False)
    problem = models.CharField(_("問題"), max_length=300, blank=True)
    closed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("閉じた人")
    )
    closed_second = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("確かめた人")
    )
    closed_at = models.DateTimeField(_("閉じた時刻"), null=True)

    class Meta:
        verbose_name = _("反映")
        verbose_name_plural = _("反映")
        indexes = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="push_due"),
            models.Index(fields=["account", "-planned_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="push_is_in_a_known_state",
                condition=Q(
                    state__in=[
                        "planned",
                        "sent",
                        "acknowledged",
                        "verified",
                        "failed",
                        "escalated",
                        "closed",
                        "superseded",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="push_is_verified_by_evidence",
                condition=~Q(state="verified")
                | Q(
                    verified_at__isnull=False,
                    evidence__isnull=False,
                    verified_at__gte=F("planned_at"),
                ),
            ),
            models.CheckConstraint(
                name="push_is_verified_after_it_was_sent",
                condition=Q(verified_at=None)
                | Q(state="verified", sent_at__isnull=False, verified_at__gte=F("sent_at")),
            ),
            models.CheckConstraint(
                name="push_is_closed_by_two_people_with_evidence",
                condition=~Q(state="closed")
                | (
                    Q(
                        closed_by__isnull=False,
                        closed_second__isnull=False,
                        closed_at__isnull=False,
                        evidence__isnull=False,
                    )
                    & ~Q(closed_by=F("closed_second"))
                ),
            ),
            models.UniqueConstraint(
                name="push_is_open_once_an_account",
                fields=["account", "target"],
                condition=Q(state__in=["planned", "sent", "acknowledged", "failed", "escalated"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.state}"


class Reconciliation(models.Model):
    """One comparison of all IDs of a target with ours (突合)."""

    target = models.ForeignKey(
        Target, models.PROTECT, related_name="reconciliations", verbose_name=_("反映先")
    )
    asked_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("依頼した人")
    )
    began_at = models.DateTimeField(_("開始"))
    ended_at = models.DateTimeField(_("終わり"), null=True)
    read = models.PositiveIntegerField(_("読んだ件数"), null=True)
    stated = models.PositiveIntegerField(_("相手の言う件数"), null=True)
    ours = models.PositiveIntegerField(_("こちらの件数"), null=True)
    is_readable = models.BooleanField(_("読み切れた"), default=False)
    problem = models.CharField(_("問題"), max_length=300, blank=True)
    differences = models.JSONField(_("違い"), default=list)

    class Meta:
        verbose_name = _("突合")
        verbose_name_plural = _("突合")
        indexes = [models.Index(fields=["target", "-began_at"])]
        constraints = [
            models.UniqueConstraint(
                name="reconciliation_runs_once_a_target",
                fields=["target"],
                condition=Q(ended_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.target_id} {self.began_at:%Y-%m-%d}"
