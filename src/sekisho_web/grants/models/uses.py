"""What somebody does under a grant: the launch (起動), the use (利用), and the look back at it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sekisho_web.accounts.models import Person
from sekisho_web.accounts.models.periods import DateTimeRangeField, end_of, key_of, start_of
from sekisho_web.grants.models.grants import Grant


class Use(models.Model):
    """One use of a grant that counts its uses (利用). One runs at a time.

    during: ends when it is over by time, or was ended; the database refuses two that overlap.
    """

    class End(models.TextChoices):
        PERSON = "person", _("本人が終えた")
        TIME = "time", _("時間が来た")
        REVOKED = "revoked", _("許可が終わった")
        STOPPED = "stopped", _("停止された")
        EMERGENCY = "emergency", _("発動が終わった")
        HAT = "hat", _("業務を替えた")
        DEVICE = "device", _("端末が使えなくなった")

    grant = models.ForeignKey(
        Grant, models.PROTECT, related_name="uses", verbose_name=_("利用許可")
    )
    uses_max = models.PositiveSmallIntegerField(_("使える回数"))
    no = models.PositiveSmallIntegerField(_("何回目"))
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="uses", verbose_name=_("利用者")
    )
    device = models.ForeignKey(
        "terminals.Device", models.PROTECT, null=True, related_name="+", verbose_name=_("端末")
    )
    session_digest = models.CharField(_("セッションの要約"), max_length=64, blank=True)
    g = key_of("grant")
    during = DateTimeRangeField(_("利用の時間"))
    began_at = start_of("during")
    ends_at = end_of("during")
    ended_why = models.CharField(_("終わった理由"), max_length=16, choices=End, blank=True)

    class Meta:
        verbose_name = _("利用")
        verbose_name_plural = _("利用")
        constraints = [
            models.UniqueConstraint(name="use_has_its_number", fields=["grant", "no"]),
            models.CheckConstraint(
                name="use_is_one_of_those_granted", condition=Q(no__gte=1, no__lte=F("uses_max"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.no}"


class LookBack(models.Model):
    """The approver has looked at what was done in a use (利用結果の確認)."""

    class Answer(models.TextChoices):
        PROPER = "proper", _("適正")
        TO_CHECK = "to_check", _("要確認")

    use = models.OneToOneField(
        Use, models.PROTECT, related_name="look_back", verbose_name=_("利用")
    )
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("確かめた人"))
    answer = models.CharField(_("答え"), max_length=8, choices=Answer)
    note = models.CharField(_("所見"), max_length=400, blank=True)
    at = models.DateTimeField(_("確かめた時刻"))

    class Meta:
        verbose_name = _("利用結果の確認")
        verbose_name_plural = _("利用結果の確認")
        constraints = [
            models.CheckConstraint(
                name="look_back_has_an_answer", condition=Q(answer__in=["proper", "to_check"])
            ),
            models.CheckConstraint(
                name="look_back_that_asks_says_what",
                condition=Q(answer="proper") | ~Q(note=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.use_id} {self.answer}"


class Launch(models.Model):
    """One try to open a system from the launcher (起動), recorded before anything opens."""

    class Outcome(models.TextChoices):
        OPENED = "opened", _("開いた")
        REFUSED = "refused", _("断った")

    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("利用者"))
    system = models.CharField(_("システム"), max_length=16)
    grant = models.ForeignKey(
        Grant, models.PROTECT, null=True, related_name="+", verbose_name=_("利用許可")
    )
    use = models.ForeignKey(
        Use, models.PROTECT, null=True, related_name="launches", verbose_name=_("利用")
    )
    device = models.ForeignKey(
        "terminals.Device", models.PROTECT, null=True, related_name="+", verbose_name=_("端末")
    )
    session_digest = models.CharField(_("セッションの要約"), max_length=64, blank=True)
    handle_digest = models.CharField(_("一度だけの札の要約"), max_length=64, blank=True)
    outcome = models.CharField(_("結果"), max_length=8, choices=Outcome)
    reason = models.CharField(_("断った理由"), max_length=200, blank=True)
    asked_at = models.DateTimeField(_("求めた時刻"))
    expires_at = models.DateTimeField(_("札の期限"), null=True)
    arrived_at = models.DateTimeField(_("着いた時刻"), null=True)

    class Meta:
        verbose_name = _("起動")
        verbose_name_plural = _("起動")
        indexes = [models.Index(fields=["person", "-asked_at"])]
        constraints = [
            models.UniqueConstraint(
                name="launch_has_a_handle_of_its_own",
                fields=["handle_digest"],
                condition=~Q(handle_digest=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.system}"
