"""Stops (停止): while one is open, nothing opens for what it stops."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sekisho_web.accounts.models.ids import Account
from sekisho_web.accounts.models.people import Person
from sekisho_web.accounts.models.periods import ends_after_it_starts

TARGETS = ("person", "account", "authenticator", "device", "grant")


def _of_exactly_one() -> Q:
    condition = Q()
    for target in TARGETS:
        condition |= Q(**{f"{name}__isnull": name != target for name in TARGETS})
    return condition


class Hold(models.Model):
    """A stop of one thing (停止) for one reason, written by `suspend` and ended by `lift` only."""

    class Reason(models.TextChoices):
        TRANSFER = "transfer", _("異動")
        LEAVE = "leave", _("休職")
        DORMANT = "dormant", _("長期未使用")
        FEED = "feed", _("人事の停止")
        LOST = "lost", _("紛失")
        INVESTIGATION = "investigation", _("調査")
        REVIEW = "review", _("棚卸し")
        PLEDGE = "pledge", _("誓約・研修の未了")

    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="holds", verbose_name=_("従業者")
    )
    account = models.ForeignKey(
        Account, models.PROTECT, null=True, related_name="holds", verbose_name=_("アカウント")
    )
    authenticator = models.ForeignKey(
        "accounts.Authenticator", models.PROTECT, null=True, related_name="holds",
        verbose_name=_("認証器"),
    )  # fmt: skip
    device = models.ForeignKey(
        "terminals.Device", models.PROTECT, null=True, related_name="holds", verbose_name=_("端末")
    )
    grant = models.ForeignKey(
        "grants.Grant", models.PROTECT, null=True, related_name="holds", verbose_name=_("利用許可")
    )
    reason = models.CharField(_("理由"), max_length=16, choices=Reason)
    note = models.CharField(_("事情"), max_length=200, blank=True)
    placed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("止めた人"),
        help_text=_("空欄は、規則によるもの"),
    )  # fmt: skip
    placed_line = models.SmallIntegerField(_("止めた人の線"), null=True)
    starts_at = models.DateTimeField(_("開始"))
    ends_at = models.DateTimeField(_("解除"), null=True)
    lifted_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("解除した人")
    )
    lift_note = models.CharField(_("解除の事情"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("停止")
        verbose_name_plural = _("停止")
        constraints = [
            models.CheckConstraint(
                name="hold_stops_exactly_one_thing", condition=_of_exactly_one()
            ),
            *(
                models.UniqueConstraint(
                    name=f"hold_is_open_once_a_{target}_and_reason",
                    fields=[target, "reason"],
                    condition=Q(ends_at=None),
                )
                for target in TARGETS
            ),
            models.CheckConstraint(
                name="hold_is_not_lifted_by_whom_it_stops",
                condition=Q(person=None) | Q(lifted_by=None) | ~Q(lifted_by=F("person")),
            ),
            ends_after_it_starts("hold_ends_after_it_starts", starts="starts_at", ends="ends_at"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id or self.account_id} {self.reason}"


class LiftConfirmation(models.Model):
    """The second line has looked at a stop of a review and finds that it may go (解除の確かめ).

    Without it, an officer cannot lift what the review or its silence has stopped. It lifts nothing.
    """

    hold = models.OneToOneField(
        Hold, models.PROTECT, related_name="confirmation", verbose_name=_("停止")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("確かめた人")
    )
    line = models.SmallIntegerField(_("確かめた人の線"))
    at = models.DateTimeField(_("確かめた時刻"))
    note = models.CharField(_("所見"), max_length=200)

    class Meta:
        verbose_name = _("解除の確かめ")
        verbose_name_plural = _("解除の確かめ")
        constraints = [
            models.CheckConstraint(
                name="lift_is_confirmed_by_a_watching_line", condition=Q(line__in=[2, 3])
            ),
            models.CheckConstraint(name="lift_is_confirmed_with_a_note", condition=~Q(note="")),
        ]

    def __str__(self) -> str:
        return f"{self.hold_id}"
