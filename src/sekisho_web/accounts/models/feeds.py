"""News from personnel (人事連携): what was received, byte by byte, and what it said."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sekisho_web.accounts.models.people import Company, Person
from sekisho_web.accounts.models.periods import ends_after_it_starts


class Feed(models.Model):
    """A source of news about the people of one company (人事連携)."""

    class Kind(models.TextChoices):
        FILE = "file", _("ファイル")
        SCIM = "scim", _("SCIM")
        DIRECTORY = "directory", _("ディレクトリ")

    class Mode(models.TextChoices):
        EVENTS = "events", _("発令の一覧")
        SNAPSHOT = "snapshot", _("在籍者の一覧")

    company = models.ForeignKey(
        Company, models.PROTECT, related_name="feeds", verbose_name=_("事業者")
    )
    name = models.CharField(_("名称"), max_length=60, unique=True)
    kind = models.CharField(_("方式"), max_length=16, choices=Kind)
    mode = models.CharField(_("中身"), max_length=16, choices=Mode, default=Mode.EVENTS)
    mapping = models.JSONField(_("列の対応"), default=dict, blank=True)
    rhythm_hours = models.PositiveSmallIntegerField(_("届く間隔（時間）"), default=24)
    began_at = models.DateTimeField(_("開始"))
    heard_at = models.DateTimeField(_("最後に届いた時刻"), null=True)
    ended_at = models.DateTimeField(_("終わり"), null=True)

    class Meta:
        verbose_name = _("人事連携")
        verbose_name_plural = _("人事連携")
        constraints = [
            models.CheckConstraint(
                name="feed_is_of_a_known_kind", condition=Q(kind__in=["file", "scim", "directory"])
            ),
            models.UniqueConstraint(name="feed_of_a_company", fields=["id", "company"]),
        ]

    def __str__(self) -> str:
        return self.name


class FeedBatch(models.Model):
    """One delivery (受信): its bytes, what was read in it, and what became of it."""

    class State(models.TextChoices):
        RECEIVED = "received", _("受信")
        STAGED = "staged", _("差分の確認待ち")
        APPLIED = "applied", _("適用済")
        REFUSED = "refused", _("差戻し")

    feed = models.ForeignKey(
        Feed, models.PROTECT, related_name="batches", verbose_name=_("人事連携")
    )
    company = models.ForeignKey(Company, models.PROTECT, related_name="+", verbose_name=_("事業者"))
    name = models.CharField(_("ファイル名"), max_length=200, blank=True)
    data = models.BinaryField(_("中身"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    state = models.CharField(_("状態"), max_length=16, choices=State, default=State.RECEIVED)
    received_at = models.DateTimeField(_("受信"))
    received_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("入れた人")
    )
    report = models.JSONField(_("読んだ結果"), default=dict)  # counts, faults by line and cell
    needs_confirmations = models.PositiveSmallIntegerField(_("要る確認の数"), default=0)
    expected = models.PositiveIntegerField(_("あらかじめ見込んだ件数"), null=True)
    applied_at = models.DateTimeField(_("適用"), null=True)
    applied_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("適用した人")
    )
    reason = models.CharField(_("差戻しの理由"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("人事連携の受信")
        verbose_name_plural = _("人事連携の受信")
        indexes = [
            models.Index(fields=["feed", "-received_at"]),
            models.Index(
                name="batch_waiting", fields=["feed"], condition=Q(state__in=["received", "staged"])
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="batch_is_applied_once",
                fields=["feed", "sha256"],
                condition=Q(state="applied"),
            ),
            models.CheckConstraint(
                name="batch_is_applied_at_a_time",
                condition=~Q(state="applied") | Q(applied_at__isnull=False),
            ),
            models.UniqueConstraint(name="batch_of_a_company", fields=["id", "company"]),
        ]

    def __str__(self) -> str:
        return f"{self.feed_id} {self.received_at:%Y-%m-%d %H:%M}"


class BatchConfirmation(models.Model):
    """Somebody has looked at a delivery above the brake (確認). Two different people are needed."""

    batch = models.ForeignKey(
        FeedBatch, models.PROTECT, related_name="confirmations", verbose_name=_("受信")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("確認した人")
    )
    at = models.DateTimeField(_("確認"))

    class Meta:
        verbose_name = _("受信の確認")
        verbose_name_plural = _("受信の確認")
        constraints = [
            models.UniqueConstraint(
                name="batch_is_confirmed_once_by_each", fields=["batch", "person"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.person_id}"


class OrderLine(models.Model):
    """One line of news (発令行), as it was received and as it was understood."""

    batch = models.ForeignKey(
        FeedBatch, models.PROTECT, related_name="lines", verbose_name=_("受信")
    )
    feed = models.ForeignKey(Feed, models.PROTECT, related_name="+", verbose_name=_("人事連携"))
    company = models.ForeignKey(Company, models.PROTECT, related_name="+", verbose_name=_("事業者"))
    line = models.PositiveIntegerField(_("行"))
    order_no = models.CharField(_("発令番号"), max_length=60, blank=True)
    branch = models.CharField(_("枝番"), max_length=16, blank=True)
    number = models.CharField(_("社員番号"), max_length=24)
    said = models.JSONField(_("読み取った内容"))
    raw = models.JSONField(_("原文"), default=dict)

    class Meta:
        verbose_name = _("発令行")
        verbose_name_plural = _("発令行")
        indexes = [models.Index(fields=["feed", "order_no", "branch"])]
        constraints = [
            models.UniqueConstraint(name="line_stands_once_in_its_batch", fields=["batch", "line"])
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.line}"


class Movement(models.Model):
    """One change in a person's posts (異動), with its times: when true, heard, applied."""

    class Kind(models.TextChoices):
        JOINED = "joined", _("入社")
        LEFT = "left", _("退職")
        MOVED = "moved", _("異動")
        TITLE = "title", _("役職")
        CORRECTED = "corrected", _("訂正")
        CANCELLED = "cancelled", _("取消")
        HELD = "held", _("停止")
        RELEASED = "released", _("停止の解除")

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="movements", verbose_name=_("従業者")
    )
    appointment = models.ForeignKey(
        "accounts.Appointment", models.PROTECT, null=True, related_name="movements",
        verbose_name=_("発令"),
    )  # fmt: skip
    batch = models.ForeignKey(
        FeedBatch, models.PROTECT, null=True, related_name="movements", verbose_name=_("受信")
    )
    kind = models.CharField(_("種類"), max_length=16, choices=Kind)
    sentence = models.CharField(_("内容"), max_length=300)
    effective_at = models.DateTimeField(_("発令"))
    received_at = models.DateTimeField(_("受信"))
    applied_at = models.DateTimeField(_("適用"))

    class Meta:
        verbose_name = _("異動")
        verbose_name_plural = _("異動")
        indexes = [models.Index(fields=["effective_at"]), models.Index(fields=["person"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.effective_at:%Y-%m-%d}"


class ScimResource(models.Model):
    """A document that a directory keeps here (SCIM の資源), as it was received."""

    class Kind(models.TextChoices):
        USER = "User", _("利用者")
        GROUP = "Group", _("集まり")

    feed = models.ForeignKey(
        Feed, models.PROTECT, related_name="resources", verbose_name=_("人事連携")
    )
    kind = models.CharField(_("種類"), max_length=8, choices=Kind)
    uid = models.UUIDField(_("符号"), unique=True)
    name = models.CharField(_("小文字にした名前"), max_length=200)
    external_id = models.CharField(_("相手の符号"), max_length=200, blank=True)
    document = models.JSONField(_("文書"))
    version = models.PositiveIntegerField(_("版"), default=1)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("従業者")
    )
    created_at = models.DateTimeField(_("作成"))
    modified_at = models.DateTimeField(_("変更"))
    deleted_at = models.DateTimeField(_("削除"), null=True)

    class Meta:
        verbose_name = _("SCIM の資源")
        verbose_name_plural = _("SCIM の資源")
        indexes = [models.Index(fields=["feed", "kind", "external_id"])]
        constraints = [
            models.UniqueConstraint(
                name="scim_name_is_there_once",
                fields=["feed", "kind", "name"],
                condition=Q(deleted_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


class _Token(models.Model):
    code_hash = models.CharField(_("鍵の要約"), max_length=64, unique=True)
    issued_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("発行者")
    )
    issued_at = models.DateTimeField(_("発行"))
    expires_at = models.DateTimeField(_("期限"))
    revoked_at = models.DateTimeField(_("取消し"), null=True)
    used_at = models.DateTimeField(_("最後の使用"), null=True)

    class Meta:
        abstract = True


class FeedToken(_Token):
    """The key (連携の鍵) with which one feed speaks. Only its digest is kept."""

    feed = models.ForeignKey(
        Feed, models.PROTECT, related_name="tokens", verbose_name=_("人事連携")
    )

    class Meta:
        verbose_name = _("人事連携の鍵")
        verbose_name_plural = _("人事連携の鍵")
        constraints = [
            ends_after_it_starts(
                "feed_token_ends_after_its_issue", starts="issued_at", ends="expires_at"
            )
        ]

    def __str__(self) -> str:
        return f"{self.feed_id} {self.issued_at:%Y-%m-%d}"


class ApiToken(_Token):
    """The key (API の鍵) of a program of one company, for the scopes written in it."""

    name = models.CharField(_("名称"), max_length=60)
    company = models.ForeignKey(Company, models.PROTECT, related_name="+", verbose_name=_("事業者"))
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("できること"))

    class Meta:
        verbose_name = _("API の鍵")
        verbose_name_plural = _("API の鍵")
        constraints = [
            ends_after_it_starts(
                "api_token_ends_after_its_issue", starts="issued_at", ends="expires_at"
            )
        ]

    def __str__(self) -> str:
        return self.name
