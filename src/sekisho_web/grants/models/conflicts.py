"""Which posts may not meet in one person (兼任・異動制限), and the exceptions to it."""

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sekisho.grants.conflicts import EFFECT_WORDS, RELATION_WORDS
from sekisho.terms.days import day_in_japan
from sekisho_web.accounts.models import Person

LAWS_OWN = r"^K[12](-.*)?$"  # of these nobody is ever let off
LONGEST = timedelta(days=184)  # six months, however long they are


class ConflictRule(models.Model):
    """One version of one rule (兼任・異動制限): two kinds of post, their relation, the effect.

    a, b: the words that a post must pass, as `sekisho.grants.conflict_rules` reads them.
    A version is proposed by one person and counts from when another confirms it; what is written
    in it never changes. Where no row of a number is in force, the shipped table counts.
    """

    code = models.CharField(_("番号"), max_length=8)
    version = models.PositiveSmallIntegerField(_("版"))
    name = models.CharField(_("名称"), max_length=60)
    a = models.CharField(_("甲"), max_length=300, blank=True)
    relation = models.CharField(
        _("関係"),
        max_length=16,
        choices=[(one.value, word) for one, word in RELATION_WORDS.items()],
    )
    months = models.PositiveSmallIntegerField(_("月数"), null=True)
    b = models.CharField(_("乙"), max_length=300, blank=True)
    effect = models.CharField(
        _("効果"), max_length=16, choices=[(one.value, word) for one, word in EFFECT_WORDS.items()]
    )
    relieved = models.BooleanField(_("非常災害では除く"), default=False)
    excusable = models.BooleanField(_("例外を認める"), default=False)
    basis = models.CharField(_("根拠"), max_length=100)
    says = models.CharField(_("説明"), max_length=300, blank=True)
    reason = models.TextField(_("変える理由"))
    proposed_by = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("起案者")
    )
    proposed_at = models.DateTimeField(_("起案"))
    confirmed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("確認した人")
    )
    in_force_from = models.DateTimeField(_("適用"), null=True)
    replaced_at = models.DateTimeField(_("廃止・取下げ"), null=True)

    class Meta:
        verbose_name = _("兼任・異動制限")
        verbose_name_plural = _("兼任・異動制限")
        constraints = [
            models.UniqueConstraint(
                name="conflict_rule_has_one_text_a_version", fields=["code", "version"]
            ),
            models.UniqueConstraint(
                name="conflict_rule_is_in_force_once",
                fields=["code"],
                condition=Q(replaced_at=None, in_force_from__isnull=False),
            ),
            models.UniqueConstraint(
                name="conflict_rule_is_proposed_once_at_a_time",
                fields=["code"],
                condition=Q(replaced_at=None, in_force_from=None),
            ),
            models.CheckConstraint(
                name="conflict_rule_has_a_known_effect_and_relation",
                condition=Q(effect__in=[one.value for one in EFFECT_WORDS])
                & Q(relation__in=[one.value for one in RELATION_WORDS]),
            ),
            models.CheckConstraint(
                name="conflict_rule_of_the_law_knows_no_exception",
                condition=~Q(code__regex=LAWS_OWN) | Q(excusable=False),
            ),
            models.CheckConstraint(
                name="conflict_rule_is_confirmed_by_another",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="conflict_rule_counts_from_when_it_is_confirmed",
                condition=Q(confirmed_by=None, in_force_from=None)
                | Q(confirmed_by__isnull=False, in_force_from__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class ConflictException(models.Model):
    """The second line lets one person be excepted from one rule for a while (制限の例外)."""

    rule = models.CharField(_("番号"), max_length=8)
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="conflict_exceptions", verbose_name=_("従業者")
    )
    reason = models.TextField(_("理由"))
    approved_by = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("認めた人")
    )
    approved_at = models.DateTimeField(_("認めた時刻"))
    starts_at = models.DateTimeField(_("開始"))
    ends_at = models.DateTimeField(
        _("終わり"), help_text=_("この時刻は含みません。早く終えたときは、その時刻")
    )
    ended_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("終えた人")
    )

    class Meta:
        verbose_name = _("制限の例外")
        verbose_name_plural = _("制限の例外")
        indexes = [models.Index(fields=["person", "ends_at"])]
        constraints = [
            models.CheckConstraint(
                name="conflict_exception_is_not_of_ones_own",
                condition=~Q(approved_by=F("person")),
            ),
            models.CheckConstraint(
                name="conflict_exception_is_never_of_the_laws_own_rules",
                condition=~Q(rule__regex=LAWS_OWN),
            ),
            models.CheckConstraint(
                name="conflict_exception_lasts_half_a_year_at_most",
                condition=Q(ends_at__gte=F("starts_at")) & Q(ends_at__lte=F("starts_at") + LONGEST),
            ),
            models.CheckConstraint(name="conflict_exception_says_why", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.person_id}"

    @property
    def last_day(self) -> date:
        """The last day in Japan on which it lets somebody off."""
        return day_in_japan(self.ends_at - timedelta(microseconds=1))
