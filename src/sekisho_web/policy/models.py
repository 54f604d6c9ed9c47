"""Versions of the tables, the changes that lead to them, and who signed what.

What was written once stays: sheets, versions, revisions, steps and signatures are only added.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sekisho.policy.life import PART_WORDS, WORDS, State

SHA = "^[0-9a-f]{64}$"
STATES = [(state.value, word) for state, word in WORDS.items()]
PARTS = [(part.value, word) for part, word in PART_WORDS.items()]


class Sheet(models.Model):
    """The bytes of one file of the tables (表の一枚), named by their SHA-256."""

    digest = models.CharField(_("要約"), max_length=64, primary_key=True)
    data = models.BinaryField(_("中身"))

    class Meta:
        verbose_name = _("表の一枚")
        verbose_name_plural = _("表の一枚")
        constraints = [
            models.CheckConstraint(
                name="sheet_is_named_by_its_bytes", condition=Q(digest__regex=SHA)
            )
        ]

    def __str__(self) -> str:
        return self.digest[:12]


class Version(models.Model):
    """A whole folder of tables (版), named by the hash that every decision and record carries."""

    hash = models.CharField(_("要約"), max_length=64, primary_key=True)
    sheets = models.JSONField(_("表"))  # path in the folder -> digest of the sheet
    made_at = models.DateTimeField(_("作成"))

    class Meta:
        verbose_name = _("版")
        verbose_name_plural = _("版")
        constraints = [
            models.CheckConstraint(
                name="version_is_named_by_its_tables", condition=Q(hash__regex=SHA)
            )
        ]

    def __str__(self) -> str:
        return self.hash[:12]


class Change(models.Model):
    """A change to the tables on its way (変更案件): draft, its reason, its basis, its period."""

    number = models.CharField(_("案件番号"), max_length=16, unique=True)
    system = models.CharField(
        _("対象システム"), max_length=16, blank=True, help_text=_("空欄は、共通の表")
    )
    title = models.CharField(_("題"), max_length=100)
    reason = models.TextField(_("理由"))
    basis = models.CharField(_("根拠"), max_length=200, help_text=_("法令、指示、社内の決定"))
    starts_on = models.DateField(_("適用開始"), null=True)
    ends_on = models.DateField(_("適用終了"), null=True, help_text=_("この日は含みません"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("起案者")
    )
    base = models.ForeignKey(Version, models.PROTECT, related_name="+", verbose_name=_("もとの版"))
    head = models.ForeignKey(
        "Revision", models.PROTECT, null=True, related_name="+", verbose_name=_("いまの下書き")
    )
    state = models.CharField(_("段階"), max_length=12, choices=STATES, default=State.DRAFT.value)
    created_at = models.DateTimeField(_("起案"))

    class Meta:
        verbose_name = _("変更案件")
        verbose_name_plural = _("変更案件")
        constraints = [
            models.CheckConstraint(
                name="change_is_in_a_known_state",
                condition=Q(state__in=[word for word, _ in STATES]),
            ),
            models.CheckConstraint(
                name="change_ends_after_it_starts",
                condition=Q(ends_on=None)
                | Q(starts_on=None)
                | Q(ends_on__gt=models.F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Revision(models.Model):
    """One saving of a draft (改訂). Undo goes back to `previous`; nothing is lost by it."""

    change = models.ForeignKey(
        Change, models.PROTECT, related_name="revisions", verbose_name=_("変更案件")
    )
    version = models.ForeignKey(Version, models.PROTECT, related_name="+", verbose_name=_("版"))
    previous = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", verbose_name=_("前の改訂")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("書いた人")
    )
    at = models.DateTimeField(_("時刻"))
    note = models.CharField(_("したこと"), max_length=300)

    class Meta:
        verbose_name = _("改訂")
        verbose_name_plural = _("改訂")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.note


class Step(models.Model):
    """One step of a change (段階の移り): who brought it where, and what was found then."""

    change = models.ForeignKey(
        Change, models.PROTECT, related_name="steps", verbose_name=_("変更案件")
    )
    state = models.CharField(_("段階"), max_length=12, choices=STATES)
    version = models.ForeignKey(Version, models.PROTECT, related_name="+", verbose_name=_("版"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("した人"),
    )
    at = models.DateTimeField(_("時刻"))
    said = models.JSONField(_("結果"), default=dict)

    class Meta:
        verbose_name = _("段階の移り")
        verbose_name_plural = _("段階の移り")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.change_id} {self.state}"


class Signature(models.Model):
    """One signature by passkey (署名) over a statement, kept so that anybody can verify it."""

    change = models.ForeignKey(
        Change, models.PROTECT, related_name="signatures", verbose_name=_("変更案件")
    )
    part = models.CharField(_("立場"), max_length=12, choices=PARTS)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("署名した人")
    )
    at = models.DateTimeField(_("時刻"))
    statement = models.JSONField(_("署名した文"))
    proof = models.JSONField(_("署名"), help_text=_("公開鍵、認証器の答え。二進の値は base64url"))

    class Meta:
        verbose_name = _("署名")
        verbose_name_plural = _("署名")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="signature_is_in_a_known_part",
                condition=Q(part__in=[word for word, _ in PARTS]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.change_id} {self.part}"


class Publication(models.Model):
    """One going live (公開): asked for here, carried out by the publisher alone."""

    class State(models.TextChoices):
        ASKED = "asked", _("依頼")
        DONE = "done", _("公開済")
        REFUSED = "refused", _("不可")

    version = models.ForeignKey(Version, models.PROTECT, related_name="+", verbose_name=_("版"))
    change = models.ForeignKey(
        Change, models.PROTECT, null=True, related_name="publications", verbose_name=_("変更案件")
    )
    previous = models.ForeignKey(
        Version, models.PROTECT, null=True, related_name="+", verbose_name=_("前の版")
    )
    state = models.CharField(_("状態"), max_length=8, choices=State, default=State.ASKED)
    ends_on = models.DateField(_("適用終了"), null=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("依頼した人"),
    )
    asked_at = models.DateTimeField(_("依頼"))
    live_at = models.DateTimeField(_("公開"), null=True)
    said = models.JSONField(_("結果"), default=dict)  # seconds, rows; where refused, why

    class Meta:
        verbose_name = _("公開")
        verbose_name_plural = _("公開")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="publication_asked_once_a_change",
                fields=["change"],
                condition=Q(state="asked"),
            ),
            models.CheckConstraint(
                name="publication_is_live_when_done",
                condition=Q(state="done", live_at__isnull=False)
                | (~Q(state="done") & Q(live_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id[:12]} {self.state}"
