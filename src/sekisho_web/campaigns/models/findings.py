from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sekisho.campaigns.findings import WORDS

KINDS = [(kind.value, word) for kind, word in WORDS.items()]


class Finding(models.Model):
    """Something that is not as it should be (指摘), open until the second line closes it.

    key: what it is about; the same thing found again counts up the open finding.
    """

    kind = models.CharField(_("種類"), max_length=16, choices=KINDS)
    key = models.CharField(_("対象の符号"), max_length=200)
    subject = models.CharField(_("対象"), max_length=200, blank=True)
    sentence = models.TextField(_("指摘"))
    rules = models.JSONField(_("関わる規則"), default=list)
    first_seen_at = models.DateTimeField(_("初めて見つけた時刻"))
    last_seen_at = models.DateTimeField(_("最後に見つけた時刻"))
    times = models.PositiveIntegerField(_("見つけた回数"), default=1)
    closed_at = models.DateTimeField(_("閉じた時刻"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("閉じた人"),
    )
    reason = models.TextField(_("閉じた理由"), blank=True)

    class Meta:
        verbose_name = _("指摘")
        verbose_name_plural = _("指摘")
        indexes = [models.Index(fields=["-last_seen_at", "-id"])]
        constraints = [
            models.UniqueConstraint(
                name="finding_is_open_once_a_thing",
                fields=["kind", "key"],
                condition=Q(closed_at=None),
            ),
            models.CheckConstraint(
                name="finding_is_of_a_known_kind",
                condition=Q(kind__in=[kind for kind, _ in KINDS]),
            ),
            models.CheckConstraint(
                name="finding_is_closed_by_somebody_with_a_reason",
                condition=Q(closed_at=None, closed_by=None, reason="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="finding_was_seen_at_least_once",
                condition=Q(times__gte=1, last_seen_at__gte=F("first_seen_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.sentence
