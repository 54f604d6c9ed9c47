"""How the sign-in library behaves in this house."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from sekisho_web.accounts import operations
from sekisho_web.frame.addresses import client_address


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

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        operations.begin_session(request)

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # the library has no types
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "確かめられませんでした。もう一度お試しください。",
        "rate_limited": "続けて間違えたため止めています。しばらくたってからお試しください。",
        "cannot_delete_authenticator": "認証器がなくなると入れなくなるため、外せません。",
    }

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002  # the library's name
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"認証器 {count + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": "Sekisho"}


def _box() -> Fernet:
    """Return what encrypts the secrets of one-time codes: a key of its own from the site's key."""
    key = sha256(b"sekisho_web.accounts.totp:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(urlsafe_b64encode(key))
