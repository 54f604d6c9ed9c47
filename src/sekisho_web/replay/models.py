from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sekisho_web.policy.models import Change, Version
from sekisho_web.trace.models import Investigation


class SelfCheck(models.Model):
    """One run of the self-check (照合): asked for, or due at night; what each check found.

    checks: a list of {key, n, mismatches, examples, seconds, problem}; no personal data.
    """

    asked_at = models.DateTimeField(_("依頼"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("依頼した人"),
    )
    started_at = models.DateTimeField(_("開始"), null=True)
    ended_at = models.DateTimeField(_("終了"), null=True)
    version = models.CharField(_("版"), max_length=64, blank=True)
    checks = models.JSONField(_("結果"), default=list)

    class Meta:
        verbose_name = _("照合")
        verbose_name_plural = _("照合")
        indexes = [models.Index(fields=["-asked_at", "-id"])]
        constraints = [
            models.CheckConstraint(
                name="self_check_ends_after_it_starts",
                condition=Q(ended_at=None)
                | (Q(started_at__isnull=False) & Q(ended_at__gte=F("started_at"))),
            ),
            models.UniqueConstraint(
                name="self_check_is_asked_once_at_a_time",
                fields=["started_at"],
                condition=Q(started_at=None),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def mismatches(self) -> int:
        """How much was found that is not as it should be, over all checks."""
        return sum(int(check["mismatches"]) for check in self.checks)


class Simulation(models.Model):
    """One trial of a version on recorded traffic (試算): what it was tried on, and what came out.

    It is frozen: a draft that is edited is another version and needs a trial of its own.
    """

    change = models.ForeignKey(
        Change, models.PROTECT, related_name="simulations", verbose_name=_("変更案件")
    )
    version = models.ForeignKey(
        Version, models.PROTECT, related_name="+", verbose_name=_("試した版")
    )
    base = models.ForeignKey(Version, models.PROTECT, related_name="+", verbose_name=_("もとの版"))
    investigation = models.ForeignKey(
        Investigation,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("試した調査"),
        help_text=_("空欄は、記録がないとき"),
    )
    first = models.DateField(_("はじめの日"), null=True)
    until = models.DateField(_("おわりの日の翌日"), null=True)
    result = models.JSONField(_("結果"))
    digest = models.CharField(_("結果の要約"), max_length=64)
    made_at = models.DateTimeField(_("試算"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("試した人")
    )

    class Meta:
        verbose_name = _("試算")
        verbose_name_plural = _("試算")
        indexes = [models.Index(fields=["version", "-made_at"])]
        constraints = [
            models.CheckConstraint(
                name="simulation_names_its_result_by_hash",
                condition=Q(digest__regex="^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(
                name="simulation_ends_after_it_begins",
                condition=Q(first=None) | Q(until=None) | Q(until__gt=F("first")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id[:12]} {self.digest[:12]}"
