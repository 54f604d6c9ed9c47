"""How the sign-in library behaves in this house."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.utils import timezone

from sekisho_web.accounts import operations
from sekisho_web.accounts.models import SignIn
from sekisho_web.accounts.queries import authenticators as queries
from sekisho_web.frame.addresses import client_address

NO_SECRETS = "No secret of a person is kept: there are no one-time codes."


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "利用者IDかパスワードが違います。入れ直してください。",
        "too_many_login_attempts": "続けて間違えたため止めています。15分たってからお試しください。",
        "incorrect_password": "パスワードが違います。入れ直してください。",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # closed to all
        return False

    def is_reauthentication_required(self, *, app: str, **_: Any) -> bool:  # noqa: ANN401, ARG002
        return False  # our doors ask for a fresh proof or a ticket themselves

    def add_message(self, *_: Any, **__: Any) -> None:  # noqa: ANN401
        """Say nothing: our pages say what happened where it happened."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:  # noqa: ANN401
        """Count nothing: passwords are counted by axes, of an ID together with an address.

        Counted by the ID alone, anybody could lock anybody out.
        """

    def get_login_stages(self) -> list[str]:
        """Return the stages of a sign-in: ours asks for the card."""
        return ["sekisho_web.accounts.sign_on.CardStage"]

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        operations.begin_session(request)

    def logout(self, request: HttpRequest) -> None:
        operations.end_own(request, because=SignIn.End.SIGNED_OUT, now=timezone.now())
        super().logout(request)

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # the library has no types
    """The library asks for the second factor; what is one, and what it proves, is ours."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "rate_limited": "続けて間違えたため止めています。しばらくたってからお試しください。",
    }

    def is_mfa_enabled(self, user: AbstractBaseUser, types: object = None) -> bool:  # noqa: ARG002  # the library's signature
        """Return whether `user` has an authenticator in use, and must show it."""
        return user.pk is not None and queries.in_use(user.pk, now=timezone.now()).exists()

    def can_delete_authenticator(self, authenticator: object) -> bool:  # noqa: ARG002
        return False  # one ends by `revoke`, which keeps what it signed verifiable

    def encrypt(self, text: str) -> str:  # noqa: ARG002  # the signature of the library
        raise ImproperlyConfigured(NO_SECRETS)  # the library's own would keep it in clear

    def decrypt(self, encrypted_text: str) -> str:  # noqa: ARG002  # the same
        raise ImproperlyConfigured(NO_SECRETS)
