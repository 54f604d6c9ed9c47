"""Grants (利用許可) and emergencies (非常災害). Nothing expires by a job: expiry is evaluation."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Greatest, Least, NullIf
from django.utils.translation import gettext_lazy as _

from sekisho_web.accounts.models import Account, Appointment, Company, Person, in_force
from sekisho_web.accounts.models.periods import DateTimeRangeField, key_of


class GrantQuerySet(models.QuerySet["Grant"]):
    def usable(self, *, now: datetime) -> Self:
        return self.filter(in_force(now)).filter(Q(revoked_at=None) | Q(revoked_at__gt=now))


class Grant(models.Model):
    """A permission to use one system for one purpose and one time (利用許可).

    It rests on a post and never outlives it: what is left of it, `valid`, lies inside the terms
    of the appointment, or the transaction that ends the post is refused as a whole.
    """

    class Kind(models.TextChoices):
        STANDING = "standing", _("常時")
        PER_USE = "per_use", _("都度")
        DUAL = "dual", _("二者")

    code = models.CharField(_("番号"), max_length=32, unique=True)
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="grants", verbose_name=_("従業者")
    )
    appointment = models.ForeignKey(
        Appointment, models.PROTECT, related_name="grants", verbose_name=_("発令")
    )
    works_for = models.ForeignKey(
        Company, models.PROTECT, related_name="+", verbose_name=_("従事する会社")
    )
    account = models.ForeignKey(
        Account, models.PROTECT, null=True, related_name="grants", verbose_name=_("アカウント")
    )
    k = key_of("appointment")
    system = models.CharField(_("システム"), max_length=16)
    kind = models.CharField(_("種類"), max_length=16, choices=Kind)
    purpose = models.CharField(_("利用目的"), max_length=16)
    scope_areas = ArrayField(
        models.CharField(max_length=8), verbose_name=_("範囲（地区）"), default=list, blank=True
    )
    scope_records = ArrayField(
        models.CharField(max_length=32), verbose_name=_("範囲（番号）"), default=list, blank=True
    )
    valid_from = models.DateTimeField(_("開始"))
    valid_to = models.DateTimeField(_("終わり"), help_text=_("この時刻は含みません"))
    revoked_at = models.DateTimeField(_("取消し"), null=True)
    valid = models.GeneratedField(
        expression=NullIf(  # revoked before it began: nothing is left that could rest on a post
            Func(
                F("valid_from"),
                Greatest(F("valid_from"), Least(F("valid_to"), F("revoked_at"))),
                function="tstzrange",
            ),
            Value("empty"),
        ),
        output_field=DateTimeRangeField(null=True),
        db_persist=True,
    )

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("利用許可")
        verbose_name_plural = _("利用許可")
        indexes = [models.Index(fields=["person", "system", "valid_to"])]
        constraints = [
            models.CheckConstraint(
                name="grant_ends_after_it_starts", condition=Q(valid_to__gt=F("valid_from"))
            ),
            models.CheckConstraint(
                name="grant_is_of_a_known_kind",
                condition=Q(kind__in=["standing", "per_use", "dual"]),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Emergency(models.Model):
    """A declared emergency (非常災害): cause, districts, and an end."""

    code = models.CharField(_("番号"), max_length=32, unique=True)
    cause = models.CharField(_("事由"), max_length=100)
    areas = ArrayField(models.CharField(max_length=8), verbose_name=_("地区"))
    starts_at = models.DateTimeField(_("発動"))
    ends_at = models.DateTimeField(_("終了"))

    class Meta:
        verbose_name = _("非常災害")
        verbose_name_plural = _("非常災害")
        constraints = [
            models.CheckConstraint(
                name="emergency_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="emergency_names_its_districts", condition=Q(areas__len__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Supporter(models.Model):
    """A line of the roster of helpers (応援者名簿)."""

    emergency = models.ForeignKey(
        Emergency, models.PROTECT, related_name="supporters", verbose_name=_("非常災害")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="supports", verbose_name=_("応援者")
    )
    starts_at = models.DateTimeField(_("開始"))
    ends_at = models.DateTimeField(_("終わり"))

    class Meta:
        verbose_name = _("応援者")
        verbose_name_plural = _("応援者")
        constraints = [
            models.CheckConstraint(
                name="supporter_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.UniqueConstraint(
                name="supporter_stands_once_on_a_roster", fields=["emergency", "person"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.emergency_id} {self.person_id}"
