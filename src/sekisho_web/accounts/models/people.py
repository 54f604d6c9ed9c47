"""Who somebody is: companies, units, people. No authority lies in a person itself."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from sekisho_web.accounts.models.periods import ends_after_it_starts

NO_PASSWORD = "!"  # noqa: S105  # Django's sign for a password that nothing equals


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
    kana = models.CharField(_("ふりがな"), max_length=100, blank=True)
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
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="children", verbose_name=_("上の組織")
    )
    site = models.CharField(_("場所"), max_length=100, blank=True)
    valid_from = models.DateTimeField(_("設置"), null=True, help_text=_("空欄は、はじめから"))
    valid_to = models.DateTimeField(_("廃止"), null=True, help_text=_("この時刻は含みません"))

    class Meta:
        verbose_name = _("組織")
        verbose_name_plural = _("組織")
        constraints = [
            models.CheckConstraint(
                name="unit_is_not_above_itself",  # a longer circle is refused by a trigger
                condition=Q(parent=None) | ~Q(parent=F("pk")),
            ),
            models.CheckConstraint(
                name="unit_stands_on_one_of_three_lines",
                condition=Q(line=None) | Q(line__in=[1, 2, 3]),
            ),
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
    phone = models.CharField(_("電話"), max_length=40, blank=True)
    mail = models.CharField(_("電子メール"), max_length=254, blank=True)
    password_set_at = models.DateTimeField(_("パスワードを決めた時刻"), null=True)
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


class PersonNumber(models.Model):
    """The number (社員番号) under which one company knows a person, for a time."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="numbers", verbose_name=_("従業者")
    )
    company = models.ForeignKey(
        Company, models.PROTECT, related_name="+", verbose_name=_("付けた会社")
    )
    number = models.CharField(_("社員番号"), max_length=24)
    valid_from = models.DateTimeField(_("開始"))
    valid_to = models.DateTimeField(_("終わり"), null=True, help_text=_("この時刻は含みません"))

    class Meta:
        verbose_name = _("社員番号")
        verbose_name_plural = _("社員番号")
        constraints = [
            models.UniqueConstraint(
                name="number_is_never_given_to_another", fields=["company", "number"]
            ),
            ends_after_it_starts(
                "number_ends_after_it_starts", starts="valid_from", ends="valid_to"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class PersonIdentity(models.Model):
    """How the sign-on of a company (会社のサインオン) calls a person: issuer and subject."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="identities", verbose_name=_("従業者")
    )
    issuer = models.CharField(_("発行者"), max_length=200)
    subject = models.CharField(_("発行者の中の符号"), max_length=200)
    registered_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("登録した人")
    )
    registered_at = models.DateTimeField(_("登録"))

    class Meta:
        verbose_name = _("会社のサインオン")
        verbose_name_plural = _("会社のサインオン")
        constraints = [
            models.UniqueConstraint(name="identity_is_of_one_person", fields=["issuer", "subject"])
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.issuer}"


class PasswordRecord(models.Model):
    """A password that a person once had (過去のパスワード), as its hash: it does not come back."""

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="passwords", verbose_name=_("従業者")
    )
    hash = models.CharField(_("要約"), max_length=200)
    set_at = models.DateTimeField(_("決めた時刻"))

    class Meta:
        verbose_name = _("過去のパスワード")
        verbose_name_plural = _("過去のパスワード")
        indexes = [models.Index(fields=["person", "-set_at"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.set_at:%Y-%m-%d}"


class UnitMapping(models.Model):
    """What a title in a unit means (職務の対応): the flags of a post, kept by the second line."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="mappings", verbose_name=_("組織"))
    title = models.CharField(
        _("役職"), max_length=60, blank=True, help_text=_("空欄は、この組織のすべての役職")
    )
    flags = ArrayField(models.CharField(max_length=24), verbose_name=_("職務の印"), default=list)

    class Meta:
        verbose_name = _("職務の対応")
        verbose_name_plural = _("職務の対応")
        constraints = [
            models.UniqueConstraint(name="mapping_is_said_once", fields=["unit", "title"])
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.title}"
