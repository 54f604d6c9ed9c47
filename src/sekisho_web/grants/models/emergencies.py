"""Emergencies (非常災害), provisional uses (暫定利用) and drills: declared by two, with an end.

Without a confirmed term nothing is in effect; nobody has to remember to end it.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Greatest, Least, NullIf
from django.utils.translation import gettext_lazy as _

from sekisho_web.accounts.models import Appointment, Company, Person, Unit
from sekisho_web.accounts.models.periods import DateTimeRangeField, end_of, key_of, start_of


def _lower(field: str) -> Func:
    return Func(F(field), function="lower", output_field=models.DateTimeField())


def _upper(field: str) -> Func:
    return Func(F(field), function="upper", output_field=models.DateTimeField())


class Emergency(models.Model):
    """An emergency that was prepared (非常災害): cause, districts, systems, and an end.

    starts_at, ends_at: the whole stretch as planned; what is in effect stands in its terms.
    """

    class Kind(models.TextChoices):
        DISASTER = "disaster", _("非常災害")
        FAILURE = "failure", _("障害時の暫定利用")
        DRILL = "drill", _("訓練")

    code = models.CharField(_("番号"), max_length=32, unique=True)
    kind = models.CharField(_("種類"), max_length=8, choices=Kind, default=Kind.DISASTER)
    owner = models.ForeignKey(
        Company, models.PROTECT, related_name="+", verbose_name=_("発動する会社")
    )
    cause = models.CharField(_("事由"), max_length=100)
    reason = models.TextField(_("利用が要る理由"), blank=True)
    areas = ArrayField(models.CharField(max_length=8), verbose_name=_("地区"))
    systems = ArrayField(models.CharField(max_length=16), verbose_name=_("システム"))
    roles = ArrayField(
        models.CharField(max_length=32), verbose_name=_("役割"), default=list, blank=True
    )
    commander = models.ForeignKey(
        Appointment, models.PROTECT, null=True, related_name="+",
        verbose_name=_("災害対策責任者"),
    )  # fmt: skip
    conduct_officer = models.ForeignKey(
        Appointment, models.PROTECT, null=True, related_name="+",
        verbose_name=_("行為規制担当"),
    )  # fmt: skip
    starts_at = models.DateTimeField(_("発動"))
    ends_at = models.DateTimeField(_("終了"))
    prepared_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("準備した人")
    )
    ended_at = models.DateTimeField(_("解除"), null=True)
    ended_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("解除した人")
    )
    begun_at = models.DateTimeField(_("後始末の開始"), null=True)
    closed_at = models.DateTimeField(_("後始末の完了"), null=True)
    closed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("完了した人")
    )
    reviewed_at = models.DateTimeField(_("検証"), null=True)
    reviewed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("検証した人")
    )
    review = models.TextField(_("検証の所見"), blank=True)

    class Meta:
        verbose_name = _("非常災害")
        verbose_name_plural = _("非常災害")
        constraints = [
            models.CheckConstraint(
                name="emergency_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="emergency_names_its_districts",
                condition=Q(kind="failure") | Q(areas__len__gt=0),
            ),
            models.CheckConstraint(
                name="emergency_names_its_systems", condition=Q(systems__len__gt=0)
            ),
            models.CheckConstraint(
                name="emergency_is_of_a_known_kind",
                condition=Q(kind__in=["disaster", "failure", "drill"]),
            ),
            models.CheckConstraint(
                name="emergency_is_reviewed_after_it_was_closed",
                condition=Q(reviewed_at=None)
                | Q(closed_at__isnull=False, reviewed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="emergency_is_reviewed_by_somebody_else",
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("closed_by")),
            ),
        ]

    def __str__(self) -> str:
        return self.code


# What is confirmed late begins with its confirmation: nothing is declared for what is past.
_BEGINS = Greatest(_lower("signed"), F("confirmed_at"))


class EmergencyTerm(models.Model):
    """One stretch of an emergency (発動の期間): at most 72 hours, signed by two people.

    signed: what both have signed. cut_at: when it was ended before its time (解除).
    valid:  what is in effect: nothing while it is not confirmed. Grants of the emergency lie in it.
    """

    emergency = models.ForeignKey(
        Emergency, models.PROTECT, related_name="terms", verbose_name=_("非常災害")
    )
    k = key_of("emergency")
    signed = DateTimeRangeField(_("宣言した期間"))
    signed_from = start_of("signed")
    signed_to = end_of("signed")
    cut_at = models.DateTimeField(_("解除"), null=True)
    valid = models.GeneratedField(
        expression=Case(
            When(
                confirmed_at__isnull=False,
                then=NullIf(
                    Func(
                        _BEGINS,
                        Greatest(_BEGINS, Least(_upper("signed"), F("cut_at"))),
                        function="tstzrange",
                    ),
                    Value("empty"),
                    output_field=DateTimeRangeField(),
                ),
            ),
        ),
        output_field=DateTimeRangeField(null=True),
        db_persist=True,
    )
    no = models.PositiveSmallIntegerField(_("何番目"), default=1)
    by_conduct_office = models.BooleanField(_("行為規制担当が署名した"), default=False)
    body = models.BinaryField(_("宣言の本文"), default=b"")
    declared_by = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("宣言した人")
    )
    declared_at = models.DateTimeField(_("宣言"))
    declared_proof = models.JSONField(_("宣言の署名"), default=dict)
    confirmed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("確かめた人")
    )
    confirmed_at = models.DateTimeField(_("確認"), null=True)
    confirmed_body = models.BinaryField(_("確認の本文"), default=b"")
    confirmed_proof = models.JSONField(_("確認の署名"), default=dict)

    class Meta:
        verbose_name = _("発動の期間")
        verbose_name_plural = _("発動の期間")
        constraints = [
            models.CheckConstraint(
                name="term_is_confirmed_by_somebody_else",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("declared_by")),
            ),
            models.CheckConstraint(
                name="term_is_confirmed_wholly",
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
            ),
            models.UniqueConstraint(name="term_has_its_number", fields=["emergency", "no"]),
        ]

    def __str__(self) -> str:
        return f"{self.emergency_id} {self.no}"


class Supporter(models.Model):
    """Somebody who is called out in an emergency (応援者)."""

    emergency = models.ForeignKey(
        Emergency, models.PROTECT, related_name="supporters", verbose_name=_("非常災害")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="supports", verbose_name=_("応援者")
    )
    appointment = models.ForeignKey(
        Appointment, models.PROTECT, null=True, related_name="+", verbose_name=_("応援の発令")
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


class RosterLine(models.Model):
    """A line of the roster that is kept in peace (応援者名簿): who may be called out."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="roster_lines", verbose_name=_("応援者")
    )
    owner = models.ForeignKey(
        Company, models.PROTECT, related_name="+", verbose_name=_("応援を受ける会社")
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("所属"))
    skills = ArrayField(
        models.CharField(max_length=40), verbose_name=_("できる仕事"), default=list, blank=True
    )
    is_sales = models.BooleanField(_("営業の部署"), default=False)
    trained_on = models.DateField(_("研修を受けた日"), null=True)
    listed_at = models.DateTimeField(_("登録"))
    removed_at = models.DateTimeField(_("抹消"), null=True)

    class Meta:
        verbose_name = _("応援者名簿")
        verbose_name_plural = _("応援者名簿")
        constraints = [
            models.UniqueConstraint(
                name="roster_lists_somebody_once",
                fields=["person", "owner"],
                condition=Q(removed_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id}"


class ClosingItem(models.Model):
    """One thing that must be done before an emergency is closed (後始末の項目)."""

    emergency = models.ForeignKey(
        Emergency, models.PROTECT, related_name="items", verbose_name=_("非常災害")
    )
    kind = models.CharField(_("項目"), max_length=24)
    subject = models.CharField(_("対象の符号"), max_length=80, blank=True)
    due_at = models.DateTimeField(_("期限"))
    done_at = models.DateTimeField(_("完了"), null=True)
    done_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("完了した人"),
        help_text=_("空欄は、記録から計算したもの"),
    )  # fmt: skip
    evidence = models.TextField(_("証拠"), blank=True)
    evidence_sha256 = models.CharField(_("証拠の要約"), max_length=64, blank=True)
    proof = models.JSONField(_("署名"), default=dict)

    class Meta:
        verbose_name = _("後始末の項目")
        verbose_name_plural = _("後始末の項目")
        constraints = [
            models.UniqueConstraint(
                name="closing_item_stands_once", fields=["emergency", "kind", "subject"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.emergency_id} {self.kind}"


class Dossier(models.Model):
    """The sealed record of an emergency (災害対応記録): its bytes, its digest in the ledger."""

    emergency = models.ForeignKey(
        Emergency, models.PROTECT, related_name="dossiers", verbose_name=_("非常災害")
    )
    made_at = models.DateTimeField(_("作成"))
    made_by = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("作成した人")
    )
    content = models.BinaryField(_("本文（PDF）"))
    sha256 = models.CharField(_("要約"), max_length=64)
    data_sha256 = models.CharField(_("数値の要約"), max_length=64)

    class Meta:
        verbose_name = _("災害対応記録")
        verbose_name_plural = _("災害対応記録")
        constraints = [
            models.UniqueConstraint(
                name="dossier_stands_once_a_moment", fields=["emergency", "made_at"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.emergency_id} {self.made_at:%Y-%m-%d}"
