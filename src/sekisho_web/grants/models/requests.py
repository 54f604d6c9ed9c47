"""Requests (利用申請), who must approve them (承認規程), and what was decided (承認・却下).

What somebody signs stays byte for byte as it was: the rows beside it are read from it once.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sekisho_web.accounts.models import Account, Appointment, Company, Person, System
from sekisho_web.accounts.models.periods import DateTimeRangeField, end_of, key_of, start_of

MODES = ("standing", "period", "per_use", "dual")
LONGEST_DELEGATION_DAYS = 30


class ApprovalPolicy(models.Model):
    """One version of one rule of approval (承認規程): who must all agree, within what limits."""

    class Mode(models.TextChoices):
        STANDING = "standing", _("常時")
        PERIOD = "period", _("期間")
        PER_USE = "per_use", _("都度")
        DUAL = "dual", _("二者")

    code = models.CharField(_("符号"), max_length=40)
    version = models.PositiveIntegerField(_("版"))
    system = models.CharField(_("システム"), max_length=16, blank=True, help_text=_("空欄は全て"))
    role = models.CharField(_("役割"), max_length=32, blank=True, help_text=_("空欄は全て"))
    asker_class = models.CharField(_("求める人の区分"), max_length=32, blank=True)
    circumstance = models.CharField(_("状況"), max_length=16, blank=True)
    mode = models.CharField(_("種類"), max_length=16, choices=Mode)
    parties = models.JSONField(_("承認する人"), help_text=_("全員の承認が要ります"))
    in_order = models.BooleanField(_("順に"), default=False)
    purposes = ArrayField(models.CharField(max_length=16), verbose_name=_("利用目的"), default=list)
    reference_kind = models.CharField(_("根拠の番号の種類"), max_length=24, blank=True)
    max_window_minutes = models.PositiveIntegerField(_("期間の上限（分）"))
    max_use_minutes = models.PositiveIntegerField(_("一回の上限（分）"))
    uses_max = models.PositiveSmallIntegerField(_("回数の上限"), null=True)
    pending_minutes = models.PositiveIntegerField(_("承認を待つ時間（分）"))
    fresh_seconds = models.PositiveSmallIntegerField(_("本人認証の新しさ（秒）"), default=300)
    look_back = models.CharField(_("結果を確かめる人"), max_length=16, default="approver")
    look_back_days = models.PositiveSmallIntegerField(_("確かめる期限（営業日）"), default=3)
    digest = models.BinaryField(_("要約"))
    proposed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("案を出した人"),
        help_text=_("空欄は、出荷時の規程"),
    )  # fmt: skip
    confirmed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("確かめた人")
    )
    proposed_at = models.DateTimeField(_("案"))
    in_force_from = models.DateTimeField(_("適用"), null=True)
    replaced_at = models.DateTimeField(_("廃止"), null=True)

    class Meta:
        verbose_name = _("承認規程")
        verbose_name_plural = _("承認規程")
        constraints = [
            models.UniqueConstraint(
                name="policy_has_one_text_a_version", fields=["code", "version"]
            ),
            models.UniqueConstraint(
                name="policy_is_in_force_once",
                fields=["code"],
                condition=Q(in_force_from__isnull=False, replaced_at=None),
            ),
            models.CheckConstraint(
                name="policy_names_who_must_approve",
                condition=~Q(parties=[]),
            ),
            models.CheckConstraint(
                name="policy_is_confirmed_by_somebody_else",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="policy_is_of_a_known_mode", condition=Q(mode__in=list(MODES))
            ),
            models.CheckConstraint(
                name="policy_looks_back_by_somebody_known",
                condition=Q(look_back__in=["none", "approver", "line2"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class Request(models.Model):
    """A request for a grant (利用申請). `body` is what is signed; it never changes."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", _("承認")
        DENIED = "denied", _("却下")
        WITHDRAWN = "withdrawn", _("取下げ")
        LAPSED = "lapsed", _("失効")

    code = models.CharField(_("番号"), max_length=32, unique=True)
    asked_by = models.ForeignKey(
        Person, models.PROTECT, related_name="requests", verbose_name=_("求めた人")
    )
    appointment = models.ForeignKey(
        Appointment, models.PROTECT, related_name="+", verbose_name=_("発令")
    )
    works_for = models.ForeignKey(
        Company, models.PROTECT, related_name="+", verbose_name=_("従事する会社")
    )
    account = models.ForeignKey(
        Account, models.PROTECT, null=True, related_name="+", verbose_name=_("アカウント")
    )
    system = models.ForeignKey(
        System, models.PROTECT, to_field="key", db_column="system", related_name="+",
        verbose_name=_("システム"),
    )  # fmt: skip
    policy = models.ForeignKey(
        ApprovalPolicy, models.PROTECT, related_name="+", verbose_name=_("承認規程")
    )
    mode = models.CharField(_("種類"), max_length=16, choices=ApprovalPolicy.Mode)
    role = models.CharField(_("役割"), max_length=32, blank=True)
    purpose = models.CharField(_("利用目的"), max_length=16)
    body = models.BinaryField(_("本文"))
    digest = models.BinaryField(_("要約"))
    matching_code = models.CharField(_("照合番号"), max_length=4)
    emergency = models.ForeignKey(
        "grants.Emergency", models.PROTECT, null=True, related_name="requests",
        verbose_name=_("非常災害"),
    )  # fmt: skip
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="extensions", verbose_name=_("延長する申請")
    )
    submitted_at = models.DateTimeField(_("申請"))
    due_at = models.DateTimeField(_("承認の期限"))
    settled_at = models.DateTimeField(_("決着"), null=True)
    outcome = models.CharField(_("結果"), max_length=16, choices=Outcome, blank=True)
    settled_why = models.CharField(_("決着の事情"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("利用申請")
        verbose_name_plural = _("利用申請")
        indexes = [models.Index(fields=["outcome", "-submitted_at"])]
        constraints = [
            models.UniqueConstraint(name="request_and_who_asked", fields=["id", "asked_by"]),
            models.UniqueConstraint(name="request_and_its_bytes", fields=["id", "digest"]),
            models.CheckConstraint(
                name="request_is_settled_with_an_outcome",
                condition=Q(settled_at=None, outcome="")
                | Q(
                    settled_at__isnull=False,
                    outcome__in=["approved", "denied", "withdrawn", "lapsed"],
                ),
            ),
            models.CheckConstraint(
                name="request_is_of_a_known_mode", condition=Q(mode__in=list(MODES))
            ),
            models.CheckConstraint(
                name="request_waits_for_a_time", condition=Q(due_at__gt=F("submitted_at"))
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Decision(models.Model):
    """The signed answer of one party to one request (承認・却下). Final when written."""

    class Verdict(models.TextChoices):
        APPROVE = "approve", _("承認")
        DENY = "deny", _("却下")

    request = models.ForeignKey(
        Request, models.PROTECT, related_name="decisions", verbose_name=_("利用申請")
    )
    asked_by = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("求めた人")
    )
    digest = models.BinaryField(_("申請の要約"))
    party = models.PositiveSmallIntegerField(_("何番目の承認"))
    verdict = models.CharField(_("答え"), max_length=8, choices=Verdict)
    decided_by = models.ForeignKey(
        Person, models.PROTECT, related_name="decisions", verbose_name=_("決めた人")
    )
    appointment = models.ForeignKey(
        Appointment, models.PROTECT, related_name="+", verbose_name=_("決めた人の発令")
    )
    delegation = models.ForeignKey(
        "grants.Delegation", models.PROTECT, null=True, related_name="decisions",
        verbose_name=_("代理"),
    )  # fmt: skip
    body = models.BinaryField(_("本文"))
    proof = models.JSONField(_("署名"))
    nonce = models.CharField(_("一度だけの番号"), max_length=64, unique=True)
    valid = DateTimeRangeField(_("許す期間"), null=True)
    note = models.CharField(_("事情"), max_length=200, blank=True)
    opened_at = models.DateTimeField(_("申請を開いた時刻"))
    decided_at = models.DateTimeField(_("決めた時刻"))

    class Meta:
        verbose_name = _("承認・却下")
        verbose_name_plural = _("承認・却下")
        constraints = [
            models.UniqueConstraint(name="decision_of_each_party", fields=["request", "party"]),
            models.UniqueConstraint(
                name="decision_of_a_person_once", fields=["request", "decided_by"]
            ),
            models.CheckConstraint(
                name="decision_is_not_of_whoever_asked", condition=~Q(decided_by=F("asked_by"))
            ),
            models.CheckConstraint(
                name="decision_is_yes_or_no", condition=Q(verdict__in=["approve", "deny"])
            ),
            models.CheckConstraint(
                name="decision_to_approve_says_how_long",
                condition=Q(verdict="deny") | Q(valid__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.party}"


class Nonce(models.Model):
    """A number that one signature answers, once (一度だけの番号), in one session."""

    nonce = models.CharField(_("番号"), max_length=64, unique=True)
    request = models.ForeignKey(
        Request, models.PROTECT, related_name="+", verbose_name=_("利用申請")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("出した相手")
    )
    session_digest = models.CharField(_("セッションの要約"), max_length=64)
    issued_at = models.DateTimeField(_("出した時刻"))
    expires_at = models.DateTimeField(_("期限"))
    used_at = models.DateTimeField(_("使った時刻"), null=True)

    class Meta:
        verbose_name = _("一度だけの番号")
        verbose_name_plural = _("一度だけの番号")

    def __str__(self) -> str:
        return f"{self.request_id}"


class Delegation(models.Model):
    """Somebody decides in the place of somebody else for a while (代理)."""

    delegator = models.ForeignKey(
        Appointment, models.PROTECT, related_name="+", verbose_name=_("任せる人の発令")
    )
    deputy = models.ForeignKey(
        Appointment, models.PROTECT, related_name="+", verbose_name=_("代わる人の発令")
    )
    party = models.CharField(_("承認の役"), max_length=24)
    system = models.CharField(_("システム"), max_length=16, blank=True, help_text=_("空欄は全て"))
    k = key_of("delegator")
    valid = DateTimeRangeField(_("期間"))
    valid_from = start_of("valid")
    valid_to = end_of("valid")
    reason = models.CharField(_("理由"), max_length=200)
    given_at = models.DateTimeField(_("登録"))
    ended_at = models.DateTimeField(_("終了"), null=True)

    class Meta:
        verbose_name = _("代理")
        verbose_name_plural = _("代理")
        constraints = [
            models.CheckConstraint(
                name="delegation_is_to_somebody_else", condition=~Q(delegator=F("deputy"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.delegator_id} {self.deputy_id}"


class Asking(models.Model):
    """Somebody of the affiliate asked for what the law keeps from it (求めの記録)."""

    class Way(models.TextChoices):
        REQUEST = "request", _("利用申請")
        PHONE = "phone", _("電話")
        MAIL = "mail", _("メール")
        SPOKEN = "spoken", _("口頭")

    class Answer(models.TextChoices):
        REFUSED = "refused", _("断った")
        ALLOWED = "allowed", _("許される求めだった")
        PROHIBITED = "prohibited", _("禁じられた求めだった")

    asked_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("求めた人")
    )
    asker = models.CharField(_("求めた人（書いたまま）"), max_length=100, blank=True)
    asked_of = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("求められた人")
    )
    company = models.ForeignKey(
        Company, models.PROTECT, related_name="+", verbose_name=_("求めた会社")
    )
    system = models.CharField(_("システム"), max_length=16, blank=True)
    way = models.CharField(_("手段"), max_length=8, choices=Way)
    what = models.TextField(_("何を求めたか"))
    request = models.OneToOneField(
        Request, models.PROTECT, null=True, related_name="asking", verbose_name=_("利用申請")
    )
    asked_at = models.DateTimeField(_("求めた時刻"))
    judged_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("判断した人")
    )
    judged_at = models.DateTimeField(_("判断した時刻"), null=True)
    answer = models.CharField(_("判断"), max_length=12, choices=Answer, blank=True)
    note = models.CharField(_("所見"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("求めの記録")
        verbose_name_plural = _("求めの記録")

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d}"


class Notice(models.Model):
    """Something that somebody is told by mail, without any personal data in it (知らせ)."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="notices", verbose_name=_("相手")
    )
    kind = models.CharField(_("種類"), max_length=24)
    about = models.CharField(_("対象の符号"), max_length=80)
    due_at = models.DateTimeField(_("知らせる時刻"))
    sent_at = models.DateTimeField(_("知らせた時刻"), null=True)
    failed = models.PositiveSmallIntegerField(_("失敗した回数"), default=0)

    class Meta:
        verbose_name = _("知らせ")
        verbose_name_plural = _("知らせ")
        indexes = [models.Index(fields=["sent_at", "due_at"])]
        constraints = [
            models.UniqueConstraint(
                name="notice_is_given_once", fields=["person", "kind", "about", "due_at"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"
