"""Who signed in, when, on which terminal and from where (サインイン); and what a company asks."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sekisho.accounts import passwords as rule
from sekisho_web.accounts.models.appointments import Appointment
from sekisho_web.accounts.models.people import Company, Person


class SignIn(models.Model):
    """One session from signing in to its end (サインイン). It stays when the session is gone."""

    class End(models.TextChoices):
        SIGNED_OUT = "signed_out", _("サインアウト")
        ELSEWHERE = "elsewhere", _("ほかの場所で新しく入った")
        STOPPED = "stopped", _("停止")
        ENDED = "ended", _("担当者が終わらせた")
        IDLE = "idle", _("使われないまま時間が過ぎた")
        LONGEST = "longest", _("使える時間の終わり")
        TERMINAL = "terminal", _("端末が変わった")
        PASSWORD = "password", _("パスワードを変えた")  # a reason, no password
        FACTOR = "factor", _("認証器が変わった")

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="sign_ins", verbose_name=_("従業者")
    )
    began_at = models.DateTimeField(_("サインイン"))
    seen_at = models.DateTimeField(_("最後の動き"))
    ended_at = models.DateTimeField(_("終わり"), null=True)
    ended_because = models.CharField(_("終わりの理由"), max_length=16, choices=End, blank=True)
    ended_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("終わらせた人")
    )
    note = models.CharField(_("事情"), max_length=200, blank=True)
    device = models.CharField(_("端末番号"), max_length=40, blank=True)
    holder = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("端末を持つ人")
    )
    address = models.GenericIPAddressField(_("場所"), null=True)
    hat = models.ForeignKey(
        Appointment, models.PROTECT, null=True, related_name="+", verbose_name=_("業務（発令）")
    )
    methods = models.CharField(_("確かめ方"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("サインイン")
        verbose_name_plural = _("サインイン")
        indexes = [models.Index(fields=["person", "-began_at"])]
        constraints = [
            models.CheckConstraint(
                name="sign_in_is_not_seen_before_it_began", condition=Q(seen_at__gte=F("began_at"))
            ),
            models.CheckConstraint(
                name="sign_in_ends_with_a_reason",
                condition=Q(ended_at=None, ended_because="", ended_by=None)
                | (Q(ended_at__gte=F("began_at")) & ~Q(ended_because="")),
            ),
            models.CheckConstraint(
                name="sign_in_is_ended_by_another_with_a_note",
                condition=Q(ended_by=None) | (~Q(ended_by=F("person")) & ~Q(note="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.began_at:%Y-%m-%d %H:%M}"


class PasswordPolicy(models.Model):
    """What one company asks of passwords (パスワードの定め) beyond what is asked of all."""

    ROTATIONS = [(rotation.value, word) for rotation, word in rule.WORDS.items()]

    company = models.OneToOneField(
        Company, models.CASCADE, related_name="password_policy", verbose_name=_("事業者")
    )
    shortest = models.SmallIntegerField(_("短さの限り"), default=rule.SHORTEST)
    remembered = models.SmallIntegerField(_("もう使えない、前の回数"), default=5)
    rotation = models.CharField(
        _("変える時期"), max_length=16, choices=ROTATIONS, default=rule.Rotation.NONE.value
    )
    months = models.SmallIntegerField(_("月数"), default=12)

    class Meta:
        verbose_name = _("パスワードの定め")
        verbose_name_plural = _("パスワードの定め")
        constraints = [
            models.CheckConstraint(
                name="password_policy_asks_for_more_and_never_for_less",
                condition=Q(
                    shortest__range=(rule.SHORTEST, rule.LONGEST),
                    remembered__range=(0, rule.MOST_REMEMBERED),
                    months__range=(1, rule.MOST_MONTHS),
                    rotation__in=[rotation.value for rotation in rule.Rotation],
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.company_id}"

    def as_rule(self) -> rule.PasswordPolicy:
        """Return this record as the rules see it."""
        return rule.PasswordPolicy(
            shortest=self.shortest,
            remembered=self.remembered,
            rotation=rule.Rotation(self.rotation),
            months=self.months,
        )
