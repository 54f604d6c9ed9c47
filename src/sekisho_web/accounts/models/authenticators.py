"""What proves who somebody is (認証器), and the ticket (登録票) without which nothing is bound."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sekisho_web.accounts.models.people import Person
from sekisho_web.accounts.models.periods import ends_after_it_starts


class Ticket(models.Model):
    """A ticket (登録票) that lets one person bind one authenticator, once, for three days."""

    class Kind(models.TextChoices):
        FIRST = "first", _("はじめて")
        ADDITIONAL = "additional", _("追加")
        REPLACEMENT = "replacement", _("取替え")

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="tickets", verbose_name=_("従業者")
    )
    kind = models.CharField(_("種類"), max_length=16, choices=Kind, default=Kind.FIRST)
    code_hash = models.CharField(_("番号の要約"), max_length=64, unique=True)
    issued_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("発行者")
    )
    checked = models.CharField(_("本人の確かめ方"), max_length=100, blank=True)
    issued_at = models.DateTimeField(_("発行"))
    expires_at = models.DateTimeField(_("期限"))
    used_at = models.DateTimeField(_("使用"), null=True)
    withdrawn_at = models.DateTimeField(_("取消し"), null=True)
    withdrawn_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("取り消した人")
    )

    class Meta:
        verbose_name = _("登録票")
        verbose_name_plural = _("登録票")
        constraints = [
            models.CheckConstraint(
                name="ticket_not_issued_to_its_issuer",
                condition=Q(issued_by=None) | ~Q(issued_by=F("person")),
            ),
            models.CheckConstraint(
                name="ticket_is_used_or_withdrawn",
                condition=Q(used_at=None) | Q(withdrawn_at=None),
            ),
            ends_after_it_starts(
                "ticket_expires_after_its_issue", starts="issued_at", ends="expires_at"
            ),
            models.UniqueConstraint(name="ticket_of_a_person", fields=["id", "person"]),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.issued_at:%Y-%m-%d}"


class Authenticator(models.Model):
    """An authenticator (認証器) bound to one person. The row stays when it is revoked.

    Old signatures must stay verifiable: the public key is kept for ever. The sign-in library has
    a row of its own only while this one is bound.
    """

    class Kind(models.TextChoices):
        PASSKEY = "passkey", _("セキュリティキー・職員証")
        CERTIFICATE = "certificate", _("クライアント証明書")

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="authenticators", verbose_name=_("従業者")
    )
    ticket = models.OneToOneField(
        Ticket, models.PROTECT, related_name="authenticator", verbose_name=_("登録票")
    )
    kind = models.CharField(_("種類"), max_length=16, choices=Kind)
    name = models.CharField(_("名前"), max_length=100)
    credential_id = models.BinaryField(_("鍵の符号"), unique=True)
    public_key = models.BinaryField(_("公開鍵"))
    aaguid = models.UUIDField(_("型の符号"), null=True)
    attestation = models.CharField(_("証明の形式"), max_length=32, blank=True)
    backup_eligible = models.BooleanField(_("同期できる鍵"), default=False)
    sign_count = models.BigIntegerField(_("署名の回数"), default=0)
    ceremony = models.JSONField(
        _("登録のときの答え"), null=True, help_text=_("認証器の証明を、あとからでも確かめられる")
    )
    card_number = models.CharField(_("職員証の番号"), max_length=40, blank=True)
    bound_at = models.DateTimeField(_("登録"))
    last_used_at = models.DateTimeField(_("最後に使った時刻"), null=True)
    expires_at = models.DateTimeField(_("証明書の期限"), null=True)
    revoked_at = models.DateTimeField(_("失効"), null=True)
    revoked_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("失効させた人")
    )
    revoked_because = models.CharField(_("失効の理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("認証器")
        verbose_name_plural = _("認証器")
        constraints = [
            models.CheckConstraint(
                name="authenticator_is_of_a_known_kind",
                condition=Q(kind__in=["passkey", "certificate"]),
            ),
            models.CheckConstraint(
                name="authenticator_cannot_be_synced", condition=Q(backup_eligible=False)
            ),
            models.UniqueConstraint(
                name="authenticator_card_is_bound_once",
                fields=["card_number"],
                condition=Q(revoked_at=None) & ~Q(card_number=""),
            ),
            ends_after_it_starts(
                "authenticator_is_revoked_after_it_was_bound", starts="bound_at", ends="revoked_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.name}"
