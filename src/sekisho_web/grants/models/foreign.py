"""Records of systems that one cannot control (記録だけを読むシステム), and what came of them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sekisho.grants.reconciling.classes import ABOUT
from sekisho_web.accounts.models import Account, Person, System
from sekisho_web.grants.models.grants import Grant
from sekisho_web.grants.models.uses import Use


class ForeignLog(models.Model):
    """One file that was received (受領), byte for byte: what it covers, what could not be read.

    Lines that were read and lines that were not are all lines of the file.
    """

    class Kind(models.TextChoices):
        LOG = "log", _("システムの記録")
        MANUAL = "manual", _("手書きの利用記録")

    system = models.ForeignKey(
        System, models.PROTECT, to_field="key", db_column="system", related_name="+",
        verbose_name=_("システム"),
    )  # fmt: skip
    kind = models.CharField(_("種類"), max_length=8, choices=Kind, default=Kind.LOG)
    name = models.CharField(_("ファイル名"), max_length=200)
    data = models.BinaryField(_("中身"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    first_on = models.DateField(_("はじめの日"))
    last_on = models.DateField(_("終わりの日"), help_text=_("この日を含みます"))
    lines = models.PositiveIntegerField(_("行数"))
    said_lines = models.PositiveIntegerField(_("持ち主の言う行数"), null=True)
    unread = models.PositiveIntegerField(_("読めない行数"), default=0)
    faults = models.JSONField(_("読んだ結果"), default=list)
    gaps = models.JSONField(_("行のない営業日"), default=list)
    received_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("受け取った人")
    )
    received_at = models.DateTimeField(_("受け取った時刻"))

    class Meta:
        verbose_name = _("受け取った記録")
        verbose_name_plural = _("受け取った記録")
        constraints = [
            models.UniqueConstraint(name="log_is_received_once", fields=["system", "sha256"]),
            models.CheckConstraint(
                name="log_covers_a_day_at_least", condition=Q(last_on__gte=F("first_on"))
            ),
            models.CheckConstraint(
                name="log_has_no_more_unread_lines_than_lines",
                condition=Q(unread__lte=F("lines")),
            ),
            models.CheckConstraint(
                name="log_is_of_a_known_kind", condition=Q(kind__in=["log", "manual"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system_id} {self.sha256[:8]}"


class ForeignLine(models.Model):
    """One line of such a file. at: empty where the line could not be read."""

    log = models.ForeignKey(ForeignLog, models.PROTECT, related_name="read", verbose_name=_("記録"))
    no = models.PositiveIntegerField(_("行"))
    code = models.CharField(_("ID"), max_length=80, blank=True)
    at = models.DateTimeField(_("時刻"), null=True)
    until = models.DateTimeField(_("終わり"), null=True)
    action = models.CharField(_("操作"), max_length=40, blank=True)
    thing = models.CharField(_("対象"), max_length=80, blank=True)
    address = models.CharField(_("接続元"), max_length=80, blank=True)
    device = models.CharField(_("端末"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("記録の行")
        verbose_name_plural = _("記録の行")
        constraints = [models.UniqueConstraint(name="line_of_a_log", fields=["log", "no"])]

    def __str__(self) -> str:
        return f"{self.log_id} {self.no}"


class Reconciliation(models.Model):
    """One run (突合) over one file: with the facts as they were known then, or are known now.

    Runs are kept; a later one does not replace an earlier one. What differs between what was
    known then and what is known now is the effect of late news.
    """

    class Knowing(models.TextChoices):
        THEN = "then", _("受け取った時に知っていたこと")
        NOW = "now", _("いま知っていること")

    log = models.ForeignKey(ForeignLog, models.PROTECT, related_name="runs", verbose_name=_("記録"))
    knowing = models.CharField(_("いつの知識で"), max_length=8, choices=Knowing)
    known_at = models.DateTimeField(_("知識の時点"))
    run_at = models.DateTimeField(_("突合した時刻"))
    run_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("突合した人")
    )
    tolerance_seconds = models.PositiveIntegerField(_("許すずれ（秒）"))
    skew_seconds = models.IntegerField(_("推定した時計のずれ（秒）"), null=True)
    skew_pairs = models.PositiveIntegerField(_("推定に使った組"), default=0)
    places_judged = models.BooleanField(_("場所を照らした"), default=False)
    totals = models.JSONField(_("区分ごとの行数"))
    of_uses = models.JSONField(_("利用ごとの結果"), default=dict)
    digest = models.CharField(_("使った事実の要約"), max_length=64)

    class Meta:
        verbose_name = _("利用の突合")
        verbose_name_plural = _("利用の突合")
        constraints = [
            models.CheckConstraint(
                name="run_says_when_it_was_known", condition=Q(known_at__lte=F("run_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.log_id} {self.run_at:%Y-%m-%d}"


class Verdict(models.Model):
    """What one line is, in one run. beside: seconds before (less than 0) or after the use."""

    run = models.ForeignKey(
        Reconciliation, models.PROTECT, related_name="verdicts", verbose_name=_("突合")
    )
    line = models.ForeignKey(
        ForeignLine, models.PROTECT, related_name="verdicts", verbose_name=_("行")
    )
    kind = models.CharField(
        _("区分"), max_length=16, choices=[(one.value, about.word) for one, about in ABOUT.items()]
    )
    why = models.CharField(_("事情"), max_length=16, blank=True)
    beside = models.IntegerField(_("利用とのずれ（秒）"), null=True)
    use = models.ForeignKey(
        Use, models.PROTECT, null=True, related_name="+", verbose_name=_("利用")
    )
    grant = models.ForeignKey(
        Grant, models.PROTECT, null=True, related_name="+", verbose_name=_("利用許可")
    )

    class Meta:
        verbose_name = _("行の区分")
        verbose_name_plural = _("行の区分")
        indexes = [models.Index(fields=["run", "kind"])]
        constraints = [
            models.UniqueConstraint(name="line_has_one_verdict_a_run", fields=["run", "line"]),
            models.CheckConstraint(
                name="verdict_is_of_a_known_class",
                condition=Q(kind__in=[one.value for one in ABOUT]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.kind}"


class ManualUse(models.Model):
    """A use that was written down by hand (手書きの利用記録), where no log can be had.

    log: the file into which it was closed (締め) and in which it is reconciled; it stays as it is.
    """

    system = models.ForeignKey(
        System, models.PROTECT, to_field="key", db_column="system", related_name="+",
        verbose_name=_("システム"),
    )  # fmt: skip
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="+", verbose_name=_("アカウント")
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("利用者"))
    starts_at = models.DateTimeField(_("開始"))
    ends_at = models.DateTimeField(_("終わり"))
    action = models.CharField(_("操作"), max_length=40, blank=True)
    thing = models.CharField(_("対象"), max_length=80, blank=True)
    application_no = models.CharField(_("外の申請の番号"), max_length=60, blank=True)
    written_by = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("書いた人")
    )
    written_at = models.DateTimeField(_("書いた時刻"))
    log = models.ForeignKey(
        ForeignLog, models.PROTECT, null=True, related_name="manual_uses",
        verbose_name=_("締めた記録"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("手書きの利用記録")
        verbose_name_plural = _("手書きの利用記録")
        constraints = [
            models.CheckConstraint(
                name="manual_use_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="manual_use_is_written_after_it_began",
                condition=Q(written_at__gte=F("starts_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system_id} {self.starts_at:%Y-%m-%d}"


class SelfInspection(models.Model):
    """The yearly look at the use of such a system (年末自己点検): figures, answers, signature.

    body: what was signed, byte for byte. Nothing of it changes afterwards.
    """

    system = models.ForeignKey(
        System, models.PROTECT, to_field="key", db_column="system", related_name="+",
        verbose_name=_("システム"),
    )  # fmt: skip
    year = models.PositiveSmallIntegerField(_("年度"))
    figures = models.JSONField(_("計算した数"))
    answers = models.JSONField(_("答え"))
    body = models.BinaryField(_("署名した本文"))
    digest = models.BinaryField(_("本文の要約"))
    answered_by = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("答えた人")
    )
    answered_at = models.DateTimeField(_("答えた時刻"))
    proof = models.JSONField(_("署名"))

    class Meta:
        verbose_name = _("自己点検")
        verbose_name_plural = _("自己点検")
        constraints = [
            models.UniqueConstraint(name="self_inspection_once_a_year", fields=["system", "year"])
        ]

    def __str__(self) -> str:
        return f"{self.system_id} {self.year}"
