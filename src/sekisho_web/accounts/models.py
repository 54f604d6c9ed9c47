"""Who somebody is. Facts have periods `[from, to)`; authority is worked out from them."""

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

NO_PASSWORD = "!"  # noqa: S105  # Django's sign for a password that nothing equals


def in_force(now: datetime, *, starts: str = "valid_from", ends: str = "valid_to") -> Q:
    """Return the condition that the half-open period of a row holds `now`."""
    return Q(**{f"{starts}__lte": now}) & (Q(**{ends: None}) | Q(**{f"{ends}__gt": now}))


def ends_after_it_starts(name: str, *, starts: str, ends: str) -> models.CheckConstraint:
    condition = Q(**{ends: None}) | Q(**{f"{ends}__gt": F(starts)})
    return models.CheckConstraint(name=name, condition=condition)


class Company(models.Model):
    """A company of the group, or outside of it (事業者)."""

    class Kind(models.TextChoices):
        NETWORK = "network", _("一般送配電事業者")
        AFFILIATE = "affiliate", _("みなし小売電気事業者")
        OTHER_RETAILER = "other_retailer", _("新電力")
        NETWORK_CONTRACTOR = "network_contractor", _("送配電の委託先")
        AFFILIATE_CONTRACTOR = "affiliate_contractor", _("小売の委託先")
        GOVERNMENT = "government", _("国")
        REGULATOR = "regulator", _("監督当局")

    code = models.CharField(_("事業者符号"), max_length=16, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    kind = models.CharField(_("会社区分"), max_length=24, choices=Kind)
    principal = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", verbose_name=_("委託元")
    )

    class Meta:
        verbose_name = _("事業者")
        verbose_name_plural = _("事業者")
        constraints = [
            models.CheckConstraint(
                name="company_is_of_a_known_kind",
                condition=Q(
                    kind__in=[
                        "network",
                        "affiliate",
                        "other_retailer",
                        "network_contractor",
                        "affiliate_contractor",
                        "government",
                        "regulator",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="company_works_for_another",
                condition=Q(principal=None) | ~Q(principal=F("pk")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A unit of a company (組織), with its line of defence where it has one."""

    code = models.CharField(_("組織符号"), max_length=24, unique=True)
    company = models.ForeignKey(Company, models.PROTECT, verbose_name=_("事業者"))
    name = models.CharField(_("名称"), max_length=100)
    kind = models.CharField(_("組織区分"), max_length=24)
    line = models.SmallIntegerField(_("線"), null=True)

    class Meta:
        verbose_name = _("組織")
        verbose_name_plural = _("組織")
        constraints = [
            models.CheckConstraint(
                name="unit_stands_on_one_of_three_lines",
                condition=Q(line=None) | Q(line__in=[1, 2, 3]),
            )
        ]

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(login=username)


class Person(AbstractBaseUser):
    """One human being (従業者). No shared ones; no authority lies in the person itself."""

    code = models.CharField(_("個人番号"), max_length=24, unique=True)
    login = models.CharField(_("利用者ID"), max_length=64, unique=True)
    name = models.CharField(_("氏名"), max_length=100)
    kana = models.CharField(_("ふりがな"), max_length=100, blank=True)
    session_epoch = models.PositiveIntegerField(_("利用の世代"), default=0)

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS = ["code", "name"]
    permissions: frozenset[str] = frozenset()  # of the hat worn; set by the middleware `Steps`

    objects = PersonManager()

    class Meta:
        verbose_name = _("従業者")
        verbose_name_plural = _("従業者")

    def __str__(self) -> str:
        return self.code

    def get_full_name(self) -> str:
        return self.name

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Return whether the hat worn opens `perm`. No hat, nothing."""
        return obj is None and perm in self.permissions

    def has_perms(self, perms: list[str], obj: models.Model | None = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    # Both of Django's spellings: one for the session in hand, one for those signed by older keys.
    def get_session_auth_hash(self) -> str:
        return self._get_session_auth_hash()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session is compared with: a new password or epoch ends every session."""
        return salted_hmac(
            "sekisho_web.accounts.session",
            f"{self.password}:{self.session_epoch}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()


class PostQuerySet(models.QuerySet["Post"]):
    def in_force(self, *, now: datetime) -> Self:
        return self.filter(in_force(now))


class Post(models.Model):
    """One appointment (発令): a person works in a unit, for a time."""

    class Kind(models.TextChoices):
        MAIN = "main", _("本務")
        CONCURRENT = "concurrent", _("兼務")
        SECONDED = "seconded", _("出向")

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="posts", verbose_name=_("従業者")
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts", verbose_name=_("組織"))
    role = models.CharField(_("役割"), max_length=40)
    kind = models.CharField(_("発令の種類"), max_length=16, choices=Kind, default=Kind.MAIN)
    valid_from = models.DateTimeField(_("発令"))
    valid_to = models.DateTimeField(_("終わり"), null=True, help_text=_("この時刻は含みません"))

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("発令")
        verbose_name_plural = _("発令")
        constraints = [
            ends_after_it_starts("post_ends_after_it_starts", starts="valid_from", ends="valid_to"),
            models.CheckConstraint(
                name="post_is_of_a_known_kind",
                condition=Q(kind__in=["main", "concurrent", "seconded"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.unit_id}"


class Account(models.Model):
    """The ID of one person in one of the seven systems (アカウント)."""

    class Kind(models.TextChoices):
        INDIVIDUAL = "individual", _("個人")
        SHARED = "shared", _("共有")
        DISASTER = "disaster", _("災害時")

    code = models.CharField(_("ID"), max_length=64)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="accounts", verbose_name=_("従業者")
    )
    system = models.CharField(_("システム"), max_length=16)
    kind = models.CharField(_("種類"), max_length=16, choices=Kind, default=Kind.INDIVIDUAL)
    issued_at = models.DateTimeField(_("発行"))
    last_used_at = models.DateTimeField(_("最終利用"), null=True)
    closed_at = models.DateTimeField(_("廃止"), null=True)

    class Meta:
        verbose_name = _("アカウント")
        verbose_name_plural = _("アカウント")
        constraints = [
            models.UniqueConstraint(
                name="account_code_is_open_once_a_system",
                fields=["system", "code"],
                condition=Q(closed_at=None),
            ),
            models.UniqueConstraint(
                name="account_one_open_a_person_and_system",
                fields=["person", "system"],
                condition=Q(closed_at=None, kind="individual"),
            ),
            models.CheckConstraint(
                name="account_of_one_person_has_that_person",
                condition=~Q(kind="individual") | Q(person__isnull=False),
            ),
            ends_after_it_starts(
                "account_closes_after_its_issue", starts="issued_at", ends="closed_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.code}"


class Hold(models.Model):
    """A stop of one person (停止): while it is open, nothing opens for them."""

    class Reason(models.TextChoices):
        TRANSFER = "transfer", _("異動")
        LEAVE = "leave", _("休職")
        DORMANT = "dormant", _("長期未使用")
        FEED = "feed", _("人事の停止")
        LOST = "lost", _("紛失")
        INVESTIGATION = "investigation", _("調査")
        REVIEW = "review", _("棚卸し")
        PLEDGE = "pledge", _("誓約・研修の未了")

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="holds", verbose_name=_("従業者")
    )
    reason = models.CharField(_("理由"), max_length=16, choices=Reason)
    starts_at = models.DateTimeField(_("開始"))
    ends_at = models.DateTimeField(_("解除"), null=True)

    class Meta:
        verbose_name = _("停止")
        verbose_name_plural = _("停止")
        constraints = [
            models.UniqueConstraint(
                name="hold_is_open_once_a_person_and_reason",
                fields=["person", "reason"],
                condition=Q(ends_at=None),
            ),
            ends_after_it_starts("hold_ends_after_it_starts", starts="starts_at", ends="ends_at"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.reason}"


class Ticket(models.Model):
    """A ticket (登録票) that lets one person bind one authenticator, once, for three days."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="tickets", verbose_name=_("従業者")
    )
    code_hash = models.CharField(_("番号の要約"), max_length=64, unique=True)
    issued_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("発行者")
    )
    issued_at = models.DateTimeField(_("発行"))
    expires_at = models.DateTimeField(_("期限"))
    used_at = models.DateTimeField(_("使用"), null=True)

    class Meta:
        verbose_name = _("登録票")
        verbose_name_plural = _("登録票")
        constraints = [
            models.CheckConstraint(
                name="ticket_not_issued_to_its_issuer",
                condition=Q(issued_by=None) | ~Q(issued_by=F("person")),
            ),
            ends_after_it_starts(
                "ticket_expires_after_its_issue", starts="issued_at", ends="expires_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.issued_at:%Y-%m-%d}"


class SessionManager(BaseSessionManager["Session"]):
    pass


class Session(AbstractBaseSession):
    """A session (セッション) in the database, so that ending it is deleting a row."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("従業者"),
    )

    objects: ClassVar[SessionManager] = SessionManager()

    class Meta:
        verbose_name = _("セッション")
        verbose_name_plural = _("セッション")

    def __str__(self) -> str:
        return f"{self.person_id}"

    @classmethod
    def get_session_store_class(cls) -> type:
        store: type = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
        return store
