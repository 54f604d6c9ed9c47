"""Which posts may not meet in one person (兼任・異動制限), and the exceptions to it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sekisho_web.accounts.models import Person
from sekisho_web.accounts.models.periods import ends_after_it_starts


class ConflictRule(models.Model):
    """One version of one rule (兼任・異動制限): two kinds of post, their relation, the effect."""

    code = models.CharField(_("符号"), max_length=8)
    version = models.PositiveIntegerField(_("版"))
    a = models.JSONField(_("一方の発令"))
    b = models.JSONField(_("他方の発令"))
    relation = models.CharField(_("関係"), max_length=16)
    months = models.PositiveSmallIntegerField(_("月数"), null=True)
    effect = models.CharField(_("効果"), max_length=16)
    basis = models.CharField(_("根拠"), max_length=100)
    systems = ArrayField(
        models.CharField(max_length=16), verbose_name=_("システム"), default=list, blank=True
    )
    in_force_from = models.DateTimeField(_("適用"))
    replaced_at = models.DateTimeField(_("廃止"), null=True)

    class Meta:
        verbose_name = _("兼任・異動制限")
        verbose_name_plural = _("兼任・異動制限")
        constraints = [
            models.UniqueConstraint(
                name="conflict_rule_has_one_text_a_version", fields=["code", "version"]
            ),
            models.CheckConstraint(
                name="conflict_rule_has_a_known_effect",
                condition=Q(effect__in=["flag", "withhold_role", "withhold_all"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class ConflictException(models.Model):
    """The second line lets one person be excepted from one rule for a while (制限の例外)."""

    rule = models.CharField(_("符号"), max_length=8)
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="conflict_exceptions", verbose_name=_("従業者")
    )
    reason = models.TextField(_("理由"))
    approved_by = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("認めた人")
    )
    starts_at = models.DateTimeField(_("開始"))
    ends_at = models.DateTimeField(_("終わり"))

    class Meta:
        verbose_name = _("制限の例外")
        verbose_name_plural = _("制限の例外")
        constraints = [
            models.CheckConstraint(
                name="conflict_exception_is_not_of_ones_own",
                condition=~Q(approved_by=F("person")),
            ),
            models.CheckConstraint(
                name="conflict_exception_is_never_of_the_laws_own_rules",
                condition=~Q(rule__in=["K1", "K2"]),
            ),
            ends_after_it_starts(
                "conflict_exception_ends_after_it_starts", starts="starts_at", ends="ends_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.person_id}"
