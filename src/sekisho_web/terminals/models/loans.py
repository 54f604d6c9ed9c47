"""Who has which terminal (貸与), until when, and who saw it come back."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sekisho_web.accounts.models import Person, ends_after_it_starts
from sekisho_web.terminals.models.registers import Device


class Loan(models.Model):
    """A terminal lent to one person (貸与); one holder at a time.

    It opens something from `starts_at` until `ends_at`, which is never after `due_at`. The terminal
    is out until `returned_at`: what is due and has not come back can be lent to nobody else. A loan
    without `due_at` is of the time before due days were kept; there `ends_at` says both.
    """

    device = models.ForeignKey(Device, models.PROTECT, related_name="loans", verbose_name=_("端末"))
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="loans", verbose_name=_("借りた人")
    )
    occasion = models.CharField(
        _("機会"), max_length=40, blank=True, help_text=_("非常災害または委託の番号")
    )
    starts_at = models.DateTimeField(_("貸与"))
    ends_at = models.DateTimeField(_("使える終わり"), null=True)
    due_at = models.DateTimeField(_("返却の期限"), null=True)
    lent_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("貸した人")
    )
    lent_text = models.BinaryField(_("貸与の文"), default=b"")
    lent_proofs = models.JSONField(_("貸与の署名"), default=dict)
    returned_at = models.DateTimeField(_("返却"), null=True)
    returned_to = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("受け取った人")
    )
    returned_text = models.BinaryField(_("返却の文"), default=b"")
    returned_proofs = models.JSONField(_("返却の署名"), default=dict)
    condition = models.CharField(_("返却時の状態"), max_length=200, blank=True)
    wiped_at = models.DateTimeField(_("消去と点検"), null=True)
    wiped_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("消去した人")
    )
    inspection = models.JSONField(_("点検の結果"), default=dict)

    class Meta:
        verbose_name = _("貸与")
        verbose_name_plural = _("貸与")
        constraints = [
            ends_after_it_starts("loan_ends_after_it_starts", starts="starts_at", ends="ends_at"),
            models.CheckConstraint(
                name="loan_opens_nothing_past_its_due",
                condition=Q(due_at=None)
                | (
                    Q(due_at__gt=F("starts_at"))
                    & Q(ends_at__isnull=False)
                    & Q(ends_at__lte=F("due_at"))
                ),
            ),
            models.CheckConstraint(
                name="loan_opens_nothing_once_it_is_back",
                condition=Q(returned_at=None)
                | (
                    Q(returned_at__gt=F("starts_at"))
                    & Q(ends_at__isnull=False)
                    & Q(ends_at__lte=F("returned_at"))
                    & Q(due_at__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="loan_comes_back_to_somebody_else",
                condition=Q(returned_at=None, returned_to=None)
                | (
                    Q(returned_at__isnull=False)
                    & Q(returned_to__isnull=False)
                    & ~Q(returned_to=F("person"))
                ),
            ),
            models.CheckConstraint(
                name="loan_is_wiped_by_a_third_after_it_is_back",
                condition=Q(wiped_at=None, wiped_by=None)
                | (
                    Q(wiped_at__isnull=False)
                    & Q(wiped_by__isnull=False)
                    & Q(wiped_at__gte=F("returned_at"))
                    & Q(returned_at__isnull=False)
                    & ~Q(wiped_by=F("returned_to"))
                    & ~Q(wiped_by=F("person"))
                ),
            ),
            models.CheckConstraint(
                name="loan_is_lent_by_somebody_else",
                condition=Q(lent_by=None) | ~Q(lent_by=F("person")),
            ),
        ]
        indexes = [
            models.Index(
                name="loan_that_is_out",
                fields=["due_at"],
                condition=Q(returned_at=None, due_at__isnull=False),
            ),
            models.Index(name="loan_of_an_occasion", fields=["occasion"]),
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.person_id}"
