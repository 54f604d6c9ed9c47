"""Logs of systems that one cannot control (記録だけを読むシステム), and what came of them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sekisho_web.accounts.models import Account, Person, System
from sekisho_web.grants.models.uses import Use


class ForeignLog(models.Model):
    """One file that was received (受け取った記録): what it covers, and what could not be read."""

    system = models.ForeignKey(
        System, models.PROTECT, to_field="key", db_column="system", related_name="+",
        verbose_name=_("システム"),
    )  # fmt: skip
    name = models.CharField(_("ファイル名"), max_length=200)
    sha256 = models.CharField(_("要約"), max_length=64)
    starts_at = models.DateTimeField(_("はじめ"))
    ends_at = models.DateTimeField(_("終わり"))
    lines = models.PositiveIntegerField(_("行数"))
    said_lines = models.PositiveIntegerField(_("持ち主の言う行数"), null=True)
    unreadable = models.JSONField(_("読めない行"), default=list)
    gaps = models.JSONField(_("行のない営業日"), default=list)
    skew_seconds = models.IntegerField(_("時計のずれ（秒）"), default=0)
    tolerance_seconds = models.PositiveIntegerField(_("許すずれ（秒）"), default=120)
    received_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("受け取った人")
    )
    received_at = models.DateTimeField(_("受け取った時刻"))

    class Meta:
        verbose_name = _("受け取った記録")
        verbose_name_plural = _("受け取った記録")
        constraints = [
            models.UniqueConstraint(name="log_is_received_once", fields=["system", "sha256"])
        ]

    def __str__(self) -> str:
        return f"{self.system_id} {self.sha256[:8]}"


class ForeignLine(models.Model):
    """One line of such a log, as it was read."""

    log = models.ForeignKey(ForeignLog, models.PROTECT, related_name="read", verbose_name=_("記録"))
    no = models.PositiveIntegerField(_("行"))
    code = models.CharField(_("ID"), max_length=80)
    at = models.DateTimeField(_("時刻"))
    action = models.CharField(_("操作"), max_length=40, blank=True)
    thing = models.CharField(_("対象"), max_length=80, blank=True)
    address = models.CharField(_("接続元"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("記録の行")
        verbose_name_plural = _("記録の行")
        constraints = [models.UniqueConstraint(name="line_of_a_log", fields=["log", "no"])]

    def __str__(self) -> str:
        return f"{self.log_id} {self.no}"


class Reconciliation(models.Model):
    """One run of the comparison (突合): with the facts as they were known at `known_at`."""

    log = models.ForeignKey(ForeignLog, models.PROTECT, related_name="runs", verbose_name=_("記録"))
    known_at = models.DateTimeField(_("いつの知識で"))
    run_at = models.DateTimeField(_("突合した時刻"))
    totals = models.JSONField(_("分類ごとの行数"), default=dict)

    class Meta:
        verbose_name = _("利用の突合")
        verbose_name_plural = _("利用の突合")

    def __str__(self) -> str:
        return f"{self.log_id} {self.run_at:%Y-%m-%d}"


class Verdict(models.Model):
    """What one line is, in one run."""

    run = models.ForeignKey(
        Reconciliation, models.CASCADE, related_name="verdicts", verbose_name=_("突合")
    )
    line = models.ForeignKey(
        ForeignLine, models.PROTECT, related_name="verdicts", verbose_name=_("行")
    )
    kind = models.CharField(_("分類"), max_length=16)
    use = models.ForeignKey(
        Use, models.PROTECT, null=True, related_name="+", verbose_name=_("利用")
    )

    class Meta:
        verbose_name = _("行の分類")
        verbose_name_plural = _("行の分類")
        constraints = [
            models.UniqueConstraint(name="line_has_one_verdict_a_run", fields=["run", "line"])
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.kind}"


class ManualUse(models.Model):
    """A use that was written down by hand (手書きの利用記録), where no log can be had."""

    system = models.ForeignKey(
        System, models.PROTECT, to_field="key", db_column="system", related_name="+",
        verbose_name=_("システム"),
    )  # fmt: skip
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="+", verbose_name=_("アカウント")
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("利用者"))
    use = models.ForeignKey(
        Use, models.PROTECT, null=True, related_name="+", verbose_name=_("利用")
    )
    starts_at = models.DateTimeField(_("開始"))
    ends_at = models.DateTimeField(_("終わり"))
    thing = models.CharField(_("対象"), max_length=80, blank=True)
    application_no = models.CharField(_("外の申請の番号"), max_length=60, blank=True)
    written_by = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("書いた人")
    )
    written_at = models.DateTimeField(_("書いた時刻"))

    class Meta:
        verbose_name = _("手書きの利用記録")
        verbose_name_plural = _("手書きの利用記録")
        constraints = [
            models.CheckConstraint(
                name="manual_use_ends_after_it_starts",
                condition=Q(ends_at__gt=models.F("starts_at")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.system_id} {self.starts_at:%Y-%m-%d}"


class SelfInspection(models.Model):
    """The yearly look at the use of such a system (年末自己点検): figures, answers, signature."""

    system = models.ForeignKey(
        System, models.PROTECT, to_field="key", db_column="system", related_name="+",
        verbose_name=_("システム"),
    )  # fmt: skip
    year = models.PositiveSmallIntegerField(_("年"))
    figures = models.JSONField(_("計算した数"), default=dict)
    answers = models.JSONField(_("答え"), default=dict)
    answered_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("答えた人")
    )
    answered_at = models.DateTimeField(_("答えた時刻"), null=True)
    proof = models.JSONField(_("署名"), default=dict)

    class Meta:
        verbose_name = _("自己点検")
        verbose_name_plural = _("自己点検")
        constraints = [
            models.UniqueConstraint(name="self_inspection_once_a_year", fields=["system", "year"])
        ]

    def __str__(self) -> str:
        return f"{self.system_id} {self.year}"
