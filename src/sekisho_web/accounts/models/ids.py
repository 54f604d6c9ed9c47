"""The IDs of people in systems (アカウント): asked for, issued, used, stopped, closed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sekisho_web.accounts.models.appointments import Appointment
from sekisho_web.accounts.models.people import Company, Person, Unit
from sekisho_web.accounts.models.periods import (
    DateTimeRangeField,
    end_of,
    ends_after_it_starts,
    key_of,
    start_of,
)
from sekisho_web.accounts.models.systems import System


class AccountRequest(models.Model):
    """A request for an ID (アカウント申請) with the attributes that are registered with it."""

    class Verdict(models.TextChoices):
        APPROVED = "approved", _("承認")
        DENIED = "denied", _("却下")
        WITHDRAWN = "withdrawn", _("取下げ")

    system = models.ForeignKey(
        System,
        models.PROTECT,
        to_field="key",
        db_column="system",
        related_name="requests",
        verbose_name=_("システム"),
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("従業者"))
    appointment = models.ForeignKey(
        Appointment, models.PROTECT, related_name="+", verbose_name=_("発令")
    )
    works_for = models.ForeignKey(
        Company, models.PROTECT, related_name="+", verbose_name=_("従事する会社")
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("組織"))
    phone = models.CharField(_("電話"), max_length=40)
    mail = models.CharField(_("電子メール"), max_length=254)
    purpose = models.CharField(_("用途"), max_length=200)
    roles = ArrayField(
        models.CharField(max_length=60), verbose_name=_("権限"), default=list, blank=True
    )
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("申請者"))
    asked_at = models.DateTimeField(_("申請"))
    verdict = models.CharField(_("結果"), max_length=16, choices=Verdict, blank=True)
    decided_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("承認者")
    )
    decided_at = models.DateTimeField(_("承認・却下"), null=True)
    reason = models.CharField(_("理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("アカウント申請")
        verbose_name_plural = _("アカウント申請")
        constraints = [
            models.CheckConstraint(
                name="request_is_decided_wholly_or_not",
                condition=Q(verdict="", decided_by=None, decided_at=None)
                | (~Q(verdict="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="request_is_not_approved_by_its_asker_or_its_holder",
                condition=~Q(verdict="approved")
                | (~Q(decided_by=F("person")) & ~Q(decided_by=F("asked_by"))),
            ),
            models.CheckConstraint(
                name="request_says_whom_to_reach", condition=~Q(phone="") & ~Q(mail="")
            ),
            models.UniqueConstraint(
                name="request_waits_once_a_person_and_system",
                fields=["person", "system", "works_for"],
                condition=Q(verdict=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.system_id}"


class Account(models.Model):
    """The ID of one person in one system, for the work of one company (アカウント)."""

    class Kind(models.TextChoices):
        PERSONAL = "personal", _("個人")
        TEMPORARY = "temporary", _("応援者の一時ID")
        SERVICE = "service", _("機械")
        SHARED = "shared", _("共有")

    code = models.CharField(_("ID"), max_length=64)
    ext_id = models.CharField(_("反映先での符号"), max_length=200, blank=True)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="accounts", verbose_name=_("従業者")
    )
    system = models.ForeignKey(
        System,
        models.PROTECT,
        to_field="key",
        db_column="system",
        related_name="accounts",
        verbose_name=_("システム"),
    )
    works_for = models.ForeignKey(
        Company, models.PROTECT, related_name="+", verbose_name=_("従事する会社")
    )
    kind = models.CharField(_("種類"), max_length=16, choices=Kind, default=Kind.PERSONAL)
    appointment = models.ForeignKey(
        Appointment, models.PROTECT, null=True, related_name="accounts",
        verbose_name=_("発行のもとになった発令"),
    )  # fmt: skip
    request = models.OneToOneField(
        AccountRequest, models.PROTECT, null=True, related_name="account", verbose_name=_("申請")
    )
    roles = ArrayField(
        models.CharField(max_length=60), verbose_name=_("権限"), default=list, blank=True
    )
    custodian = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("預かる人")
    )
    reason = models.CharField(_("共有を続ける理由"), max_length=200, blank=True)
    registered_at = models.DateTimeField(_("台帳への登録"), null=True)
    issued_at = models.DateTimeField(_("発行"))
    last_used_at = models.DateTimeField(_("最終利用"), null=True)
    ends_at = models.DateTimeField(_("期限"), null=True)
    closed_at = models.DateTimeField(_("廃止"), null=True)

    class Meta:
        verbose_name = _("アカウント")
        verbose_name_plural = _("アカウント")
        indexes = [models.Index(fields=["system", "code"])]
        constraints = [
            models.UniqueConstraint(
                name="account_code_is_never_used_again", fields=["system", "code"]
            ),
            models.UniqueConstraint(
                name="account_is_one_in_its_target",
                fields=["system", "ext_id"],
                condition=~Q(ext_id=""),
            ),
            models.UniqueConstraint(
                name="account_one_open_a_person_and_system",
                fields=["person", "system", "works_for"],
                condition=Q(closed_at=None, kind="personal"),
            ),
            models.UniqueConstraint(
                name="account_of_a_person_for_a_company", fields=["id", "person", "works_for"]
            ),
            models.CheckConstraint(
                name="account_is_of_a_known_kind",
                condition=Q(kind__in=["personal", "temporary", "service", "shared"]),
            ),
            models.CheckConstraint(
                name="account_of_one_person_has_that_person",
                condition=Q(kind__in=["service", "shared"]) | Q(person__isnull=False),
            ),
            models.CheckConstraint(
                name="account_that_is_shared_has_a_keeper_a_reason_and_an_end",
                condition=~Q(kind="shared")
                | (
                    Q(
                        person=None,
                        custodian__isnull=False,
                        ends_at__isnull=False,
                        registered_at__isnull=False,
                    )
                    & ~Q(reason="")
                ),
            ),
            models.CheckConstraint(
                name="account_of_a_helper_has_an_end",
                condition=~Q(kind="temporary") | Q(ends_at__isnull=False),
            ),
            ends_after_it_starts(
                "account_closes_after_its_issue", starts="issued_at", ends="closed_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system_id} {self.code}"


class Checkout(models.Model):
    """A shared ID in one person's hands for some hours (持出): so each log line has one holder."""

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="checkouts", verbose_name=_("アカウント")
    )
    k = key_of("account")
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("持出した人")
    )
    purpose = models.CharField(_("用途"), max_length=200)
    held = DateTimeRangeField(_("持出の期間"))
    held_from = start_of("held")
    held_to = end_of("held")
    given_by = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("渡した人")
    )
    returned_at = models.DateTimeField(_("返却"), null=True)

    class Meta:
        verbose_name = _("共有IDの持出")
        verbose_name_plural = _("共有IDの持出")
        constraints = [
            models.CheckConstraint(name="checkout_says_what_for", condition=~Q(purpose="")),
            models.CheckConstraint(
                name="checkout_is_not_given_to_oneself", condition=~Q(given_by=F("person"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.person_id}"


class Rotation(models.Model):
    """A secret that must be changed (秘密の交換): red until somebody attests that it was."""

    class Because(models.TextChoices):
        RETURNED = "returned", _("返却")
        HOLDER_MOVED = "holder_moved", _("使った人の異動")
        SEASON = "season", _("定期")

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="rotations", verbose_name=_("アカウント")
    )
    because = models.CharField(_("理由"), max_length=16, choices=Because)
    due_at = models.DateTimeField(_("期限"))
    done_at = models.DateTimeField(_("交換"), null=True)
    done_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("交換した人")
    )
    evidence = models.JSONField(_("証拠"), null=True)

    class Meta:
        verbose_name = _("秘密の交換")
        verbose_name_plural = _("秘密の交換")
        constraints = [
            models.UniqueConstraint(
                name="rotation_waits_once_an_account",
                fields=["account", "because"],
                condition=Q(done_at=None),
            ),
            models.CheckConstraint(
                name="rotation_is_done_by_somebody",
                condition=Q(done_at=None, done_by=None)
                | Q(done_at__isnull=False, done_by__isnull=False, evidence__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.because}"


class AccountReview(models.Model):
    """One look at whether an ID is still needed (権限棚卸); silence at the deadline stops it."""

    class Answer(models.TextChoices):
        KEEP = "keep", _("続ける")
        REDUCE = "reduce", _("権限を減らす")
        STOP = "stop", _("止める")
        SILENT = "silent", _("期限までに答えがない")

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="reviews", verbose_name=_("アカウント")
    )
    opened_at = models.DateTimeField(_("開始"))
    due_at = models.DateTimeField(_("期限"))
    assignee = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("答える人")
    )
    holder = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("持つ人")
    )
    facts = models.JSONField(_("開始の時の事実"))
    answer = models.CharField(_("答え"), max_length=16, choices=Answer, blank=True)
    keep_until = models.DateTimeField(_("続ける期限"), null=True)
    roles = ArrayField(
        models.CharField(max_length=60), verbose_name=_("残す権限"), default=list, blank=True
    )
    answered_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("答えた人")
    )
    answered_at = models.DateTimeField(_("答えた時刻"), null=True)
    note = models.CharField(_("所見"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("権限棚卸")
        verbose_name_plural = _("権限棚卸")
        indexes = [models.Index(fields=["account", "-due_at"])]
        constraints = [
            models.CheckConstraint(
                name="review_is_not_answered_by_the_holder",
                condition=(Q(holder=None) | ~Q(assignee=F("holder")))
                & (Q(answered_by=None) | Q(holder=None) | ~Q(answered_by=F("holder"))),
            ),
            models.CheckConstraint(
                name="review_is_answered_wholly_or_not",
                condition=Q(answer="", answered_by=None, answered_at=None)
                | Q(answer="silent", answered_by=None, answered_at__isnull=False)
                | (
                    ~Q(answer__in=["", "silent"])
                    & Q(answered_by__isnull=False, answered_at__isnull=False)
                ),
            ),
            models.UniqueConstraint(
                name="review_is_open_once_an_account",
                fields=["account"],
                condition=Q(answer=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.due_at:%Y-%m-%d}"
