"""Sessions in our own table: each row knows its person, so that a stop can delete them."""

from typing import ClassVar

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from sekisho_web.accounts.models.appointments import Appointment
from sekisho_web.accounts.models.sign_ins import SignIn


class SessionManager(BaseSessionManager["Session"]):
    pass


class Session(AbstractBaseSession):
    """A session (セッション) in the database, so that ending it is deleting a row.

    session_key: SHA-256 of the key that stands in the cookie; the key itself is kept nowhere.
    """

    session_key = models.CharField(_("鍵の要約"), max_length=64, primary_key=True)
    sign_in = models.ForeignKey(
        SignIn, models.CASCADE, null=True, related_name="+", verbose_name=_("サインイン")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("従業者"),
    )
    hat = models.ForeignKey(
        Appointment, models.CASCADE, null=True, related_name="+", verbose_name=_("業務（発令）")
    )
    device = models.CharField(_("端末番号"), max_length=40, blank=True)
    address = models.GenericIPAddressField(_("場所"), null=True)
    began_at = models.DateTimeField(_("サインイン"), null=True)
    seen_at = models.DateTimeField(_("最後の動き"), null=True)

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
