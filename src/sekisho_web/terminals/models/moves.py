"""Where terminals are sent, where they are seen, and how they are lost."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sekisho_web.accounts.models import Person, ends_after_it_starts
from sekisho_web.terminals.models.registers import Device, Site


class Dispatch(models.Model):
    """A terminal on its way (送付): it opens nothing until the right company has received it."""

    device = models.ForeignKey(
        Device, models.PROTECT, related_name="dispatches", verbose_name=_("端末")
    )
    to_site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("届け先"))
    receiver = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("受け取る予定の人")
    )
    sent_at = models.DateTimeField(_("送付"))
    sent_by = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("送った人")
    )
    ended_at = models.DateTimeField(_("受領または取消"), null=True)
    received_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("受け取った人"),
        help_text=_("空欄で終わったものは、取り消されたもの"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("端末の送付")
        verbose_name_plural = _("端末の送付")
        constraints = [
            models.UniqueConstraint(
                name="device_is_on_one_way_at_a_time",
                fields=["device"],
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="dispatch_is_received_by_somebody_else",
                condition=Q(received_by=None)
                | (Q(ended_at__isnull=False) & ~Q(received_by=F("sent_by"))),
            ),
            ends_after_it_starts(
                "dispatch_ends_after_it_starts", starts="sent_at", ends="ended_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.to_site_id}"


class Sighting(models.Model):
    """Where a terminal was seen in one hour (所在の記録), by the address it asked from."""

    device = models.ForeignKey(
        Device, models.PROTECT, related_name="sightings", verbose_name=_("端末")
    )
    site = models.ForeignKey(
        Site, models.PROTECT, null=True, related_name="+", verbose_name=_("場所"),
        help_text=_("空欄は、どの場所の網でもない"),
    )  # fmt: skip
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("使った人")
    )
    hour = models.DateTimeField(_("時"))
    last_at = models.DateTimeField(_("最後に見た時刻"))
    source = models.CharField(_("出どころ"), max_length=20, default="gate")

    class Meta:
        verbose_name = _("端末の所在")
        verbose_name_plural = _("端末の所在")
        constraints = [
            models.UniqueConstraint(
                name="sighting_is_one_a_device_hour_and_site",
                fields=["device", "hour", "site"],
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.hour:%Y-%m-%d %H}"


class Loss(models.Model):
    """A terminal that is lost (紛失), from the report until it is inspected or written off.

    The day of `reported_at` is day 1 of the clock of a leak.
    """

    device = models.ForeignKey(
        Device, models.PROTECT, related_name="losses", verbose_name=_("端末")
    )
    reported_by = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("届け出た人")
    )
    reported_at = models.DateTimeField(_("届出"))
    last_had_at = models.DateTimeField(_("最後に手元にあった時刻"), null=True)
    circumstances = models.CharField(_("事情"), max_length=400)
    found_at = models.DateTimeField(_("発見"), null=True)
    found_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("見つけた人")
    )
    closed_at = models.DateTimeField(_("終わり"), null=True)
    closed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("点検または除却した人")
    )
    outcome = models.CharField(
        _("結果"), max_length=16, blank=True,
        choices=[("inspected", _("点検済み")), ("written_off", _("除却"))],
    )  # fmt: skip
    note = models.CharField(_("所見"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("端末の紛失")
        verbose_name_plural = _("端末の紛失")
        constraints = [
            models.UniqueConstraint(
                name="device_is_lost_once_at_a_time",
                fields=["device"],
                condition=Q(closed_at=None),
            ),
            models.CheckConstraint(
                name="loss_is_found_by_somebody",
                condition=Q(found_at=None, found_by=None)
                | Q(found_at__isnull=False, found_by__isnull=False),
            ),
            models.CheckConstraint(
                name="loss_is_closed_by_somebody_else",
                condition=Q(closed_at=None, closed_by=None, outcome="")
                | (
                    Q(closed_at__isnull=False)
                    & Q(closed_by__isnull=False)
                    & ~Q(closed_by=F("reported_by"))
                    & (
                        Q(outcome="written_off")
                        | (
                            Q(outcome="inspected")
                            & Q(found_at__isnull=False)
                            & ~Q(closed_by=F("found_by"))
                        )
                    )
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.reported_at:%Y-%m-%d}"
