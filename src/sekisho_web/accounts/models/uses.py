"""What was done with an ID (利用), day by day: from it dormancy is counted, and reviews know."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sekisho_web.accounts.models.ids import Account


class AccountUse(models.Model):
    """The uses of an ID on one day in Japan (日ごとの利用). Whose records they showed is not here.

    A release by our gate is a use, and a line of an imported log; to sign in to Sekisho is none.
    """

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="uses", verbose_name=_("アカウント")
    )
    day = models.DateField(_("日"))
    uses = models.PositiveIntegerField(_("回数"), default=1)
    off_hours = models.PositiveIntegerField(_("夜間の回数"), default=0)
    last_at = models.DateTimeField(_("最後の利用"))

    class Meta:
        verbose_name = _("日ごとの利用")
        verbose_name_plural = _("日ごとの利用")
        constraints = [
            models.UniqueConstraint(name="use_is_counted_once_a_day", fields=["account", "day"]),
            models.CheckConstraint(
                name="use_at_night_is_a_use", condition=Q(off_hours__lte=models.F("uses"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}"
