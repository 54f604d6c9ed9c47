"""Pledges (誓約): each row is one answer of one person to one text, and stays as it was written."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sekisho.campaigns.pledges import ANSWER_WORDS, METHOD_WORDS, Answer, Method
from sekisho.campaigns.templates import SUBJECTS

ANSWERS = [(one.value, word) for one, word in ANSWER_WORDS.items()]
METHODS = [(one.value, word) for one, word in METHOD_WORDS.items()]


class Pledge(models.Model):
    """What one person promised or refused to promise (誓約), to which words, about what.

    body:   the canonical text that was signed (sekisho.pledge/1); digest: what the key signed.
    entry:  the entry of the ledger that was made with it.
    Rows are added only: the database refuses to change or delete one.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="pledges", verbose_name=_("従業者")
    )
    appointment = models.ForeignKey(
        "accounts.Appointment", models.PROTECT, null=True, related_name="+", verbose_name=_("発令")
    )
    template = models.CharField(_("ひな型"), max_length=32)
    version = models.PositiveSmallIntegerField(_("版"))
    text = models.TextField(_("全文"))
    text_sha256 = models.CharField(_("全文の要約"), max_length=64)
    subject_type = models.CharField(_("対象の種類"), max_length=16, choices=list(SUBJECTS.items()))
    subject = models.CharField(_("対象"), max_length=100)
    subject_said = models.CharField(_("対象の名前"), max_length=200)
    answer = models.CharField(_("答え"), max_length=8, choices=ANSWERS)
    method = models.CharField(_("方法"), max_length=8, choices=METHODS)
    body = models.BinaryField(_("署名した文"))
    digest = models.BinaryField(_("署名した文の要約"))
    nonce = models.CharField(_("一度だけの符号"), max_length=64, unique=True)
    proof = models.JSONField(_("署名"), null=True)
    scan_sha256 = models.CharField(_("紙の控えの要約"), max_length=64, blank=True)
    witness = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("受け取った人"),
    )
    reason = models.TextField(_("拒否の理由"), blank=True)
    at = models.DateTimeField(_("時刻"))
    valid_until = models.DateTimeField(_("期限"), null=True, help_text=_("この時刻は含みません"))
    entry = models.UUIDField(_("台帳の記録"))

    class Meta:
        verbose_name = _("誓約")
        verbose_name_plural = _("誓約")
        indexes = [
            models.Index(fields=["person", "template", "subject", "-at"]),
            models.Index(fields=["template", "subject"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="pledge_has_a_known_answer",
                condition=Q(answer__in=[one.value for one in Answer]),
            ),
            models.CheckConstraint(
                name="pledge_is_about_a_known_thing", condition=Q(subject_type__in=list(SUBJECTS))
            ),
            models.CheckConstraint(
                name="pledge_is_signed_by_a_key_or_on_paper_before_another",
                condition=Q(
                    method=Method.PASSKEY.value,
                    answer=Answer.SIGNED.value,
                    proof__isnull=False,
                    scan_sha256="",
                    witness=None,
                )
                | (
                    Q(method=Method.PAPER.value, proof__isnull=True, witness__isnull=False)
                    & Q(scan_sha256__regex=r"^[0-9a-f]{64}$")
                    & ~Q(witness=F("person"))
                )
                | Q(
                    method=Method.SCREEN.value,
                    answer=Answer.REFUSED.value,
                    proof__isnull=True,
                    scan_sha256="",
                    witness=None,
                ),
            ),
            models.CheckConstraint(
                name="pledge_is_refused_with_a_reason_and_signed_without",
                condition=(Q(answer=Answer.REFUSED.value, valid_until=None) & ~Q(reason=""))
                | Q(answer=Answer.SIGNED.value, reason=""),
            ),
            models.CheckConstraint(
                name="pledge_ends_after_it_was_given",
                condition=Q(valid_until=None) | Q(valid_until__gt=F("at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.template} {self.subject}"

    @property
    def title(self) -> str:
        """The title of the words that were answered to: the text begins with it."""
        return self.text.partition("（第")[0]
