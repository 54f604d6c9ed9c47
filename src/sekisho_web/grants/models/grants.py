"""Grants (利用許可). Nothing expires by a job: expiry is evaluation."""

from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField, BigIntegerRangeField
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Greatest, Least, NullIf
from django.utils.translation import gettext_lazy as _

from sekisho_web.accounts.models import Account, Appointment, Company, Person, in_force
from sekisho_web.accounts.models.periods import DateTimeRangeField, key_of
from sekisho_web.grants.models.emergencies import Emergency
from sekisho_web.grants.models.requests import Request


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
        PERIOD = "period", _("期間")
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
    request = models.ForeignKey(
        Request, models.PROTECT, null=True, related_name="grants", verbose_name=_("利用申請"),
        help_text=_("空欄は、発令に付いた許可"),
    )  # fmt: skip
    emergency = models.ForeignKey(
        Emergency, models.PROTECT, null=True, related_name="grants", verbose_name=_("非常災害")
    )
    k = key_of("appointment")
    e = models.GeneratedField(
        expression=Case(  # of nothing, a range would hold everything
            When(
                emergency__isnull=False,
                then=Func(
                    F("emergency"),
                    F("emergency"),
                    Value("[]"),
                    function="int8range",
                    output_field=BigIntegerRangeField(),
                ),
            )
        ),
        output_field=BigIntegerRangeField(null=True),
        db_persist=True,
    )
    system = models.CharField(_("システム"), max_length=16)
    kind = models.CharField(_("種類"), max_length=16, choices=Kind)
    purpose = models.CharField(_("利用目的"), max_length=16)
    role = models.CharField(_("役割"), max_length=32, blank=True)
    reference = models.CharField(_("根拠の番号"), max_length=60, blank=True)
    uses_max = models.PositiveSmallIntegerField(_("使える回数"), null=True)
    use_minutes = models.PositiveSmallIntegerField(_("一回の長さ（分）"), null=True)
    scope_areas = ArrayField(
        models.CharField(max_length=8), verbose_name=_("範囲（地区）"), default=list, blank=True
    )
    scope_records = ArrayField(
        models.CharField(max_length=32), verbose_name=_("範囲（番号）"), default=list, blank=True
    )
    valid_from = models.DateTimeField(_("開始"))
    valid_to = models.DateTimeField(_("終わり"), help_text=_("この時刻は含みません"))
    revoked_at = models.DateTimeField(_("取消し"), null=True)
    revoked_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("取り消した人")
    )
    revoked_for = models.CharField(_("取消しの理由"), max_length=200, blank=True)
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
                condition=Q(kind__in=["standing", "period", "per_use", "dual"]),
            ),
            models.CheckConstraint(
                name="grant_for_each_use_counts_its_uses",
                condition=Q(kind="per_use", uses_max__gte=1, use_minutes__gte=1)
                | (~Q(kind="per_use") & Q(uses_max=None)),
            ),
            models.CheckConstraint(
                name="grant_is_not_endless",  # half a year, then an access review renews it
                condition=Q(valid_to__lte=F("valid_from") + timedelta(days=184)),
            ),
            models.UniqueConstraint(name="grant_and_its_uses", fields=["id", "uses_max"]),
        ]

    def __str__(self) -> str:
        return self.code
