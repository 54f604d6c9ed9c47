"""Posts with periods (発令): what is true, when we learnt it, and what we believed before.

Three tables: the identity, which never changes; the terms believed now; and the beliefs of the
past, written by a trigger only. Late news corrects a term and never erases what was believed.
"""

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from sekisho_web.accounts.models.people import Company, Person, Unit
from sekisho_web.accounts.models.periods import (
    DateTimeRangeField,
    end_of,
    in_force,
    key_of,
    start_of,
)


def period(starts: datetime, ends: datetime | None = None) -> DateTimeTZRange:
    """Return the half-open period from `starts` until `ends`; None: until further notice."""
    return DateTimeTZRange(starts, ends, "[)")


class Appointment(models.Model):
    """One appointment (発令): a person works for a company. It never changes and stays for ever.

    Another unit, employer or company whose work is done is another appointment; another title in
    the same unit is another term of this one.
    """

    class Kind(models.TextChoices):
        MAIN = "main", _("本務")
        CONCURRENT = "concurrent", _("兼務")
        SECONDED = "seconded", _("出向")
        DISPATCHED = "dispatched", _("派遣")
        CONTRACT = "contract", _("委託")
        SUPPORT = "support", _("応援")
        SUBSTITUTE = "substitute", _("代理")

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="appointments", verbose_name=_("従業者")
    )
    employer = models.ForeignKey(
        Company, models.PROTECT, related_name="+", verbose_name=_("籍のある会社")
    )
    works_for = models.ForeignKey(
        Company, models.PROTECT, related_name="+", verbose_name=_("従事する会社")
    )
    kind = models.CharField(_("発令の種類"), max_length=16, choices=Kind, default=Kind.MAIN)
    feed = models.ForeignKey(
        "accounts.Feed", models.PROTECT, null=True, related_name="+", verbose_name=_("人事連携")
    )
    order_no = models.CharField(_("発令番号"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("発令")
        verbose_name_plural = _("発令")
        indexes = [models.Index(fields=["feed", "order_no"])]
        constraints = [
            models.UniqueConstraint(
                name="appointment_of_a_person_for_a_company", fields=["id", "person", "works_for"]
            ),
            models.UniqueConstraint(name="appointment_of_a_person", fields=["id", "person"]),
            models.CheckConstraint(
                name="appointment_is_of_a_known_kind",
                condition=Q(
                    kind__in=[
                        "main",
                        "concurrent",
                        "seconded",
                        "dispatched",
                        "contract",
                        "support",
                        "substitute",
                    ]
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.works_for_id}"


class AppointmentTermQuerySet(models.QuerySet["AppointmentTerm"]):
    def in_force(self, *, now: datetime) -> Self:
        return self.filter(in_force(now))


class _Held(models.Model):
    """What a term says: the unit, the title, the flags of the duty."""

    k = key_of("appointment")
    title = models.CharField(_("役職"), max_length=60, blank=True)
    flags = ArrayField(
        models.CharField(max_length=24), verbose_name=_("職務の印"), default=list, blank=True
    )
    valid = DateTimeRangeField(_("発令の期間"))
    valid_from = start_of("valid")
    valid_to = end_of("valid")

    class Meta:
        abstract = True


class AppointmentTerm(_Held):
    """A term (発令の期間) as we believe it now. Terms of one appointment never overlap."""

    appointment = models.ForeignKey(
        Appointment, models.PROTECT, related_name="terms", verbose_name=_("発令")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="posts", verbose_name=_("従業者")
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts", verbose_name=_("組織"))
    known_from = models.DateTimeField(
        _("知った時刻"),
        db_default=Func(function="clock_timestamp", output_field=models.DateTimeField()),
        editable=False,
    )

    objects = AppointmentTermQuerySet.as_manager()

    class Meta:
        verbose_name = _("発令の期間")
        verbose_name_plural = _("発令の期間")
        indexes = [models.Index(fields=["valid_from"]), models.Index(fields=["valid_to"])]

    def __str__(self) -> str:
        return f"{self.appointment_id} {self.unit_id}"


class AppointmentPast(_Held):
    """What we believed of a term (過去の認識), and how long we believed it. Append only."""

    appointment = models.ForeignKey(
        Appointment, models.PROTECT, related_name="past", verbose_name=_("発令")
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("従業者"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("組織"))
    known = DateTimeRangeField(_("そう認識していた期間"))

    class Meta:
        verbose_name = _("過去の認識")
        verbose_name_plural = _("過去の認識")

    def __str__(self) -> str:
        return f"{self.appointment_id} {self.unit_id}"
