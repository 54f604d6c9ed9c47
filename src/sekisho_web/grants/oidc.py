"""The launcher as an OpenID Connect provider: to whom a token is given, and what stands in it.

The library speaks the protocol; who is let in is ours. A token is given only for a launch of this
person that has arrived just now, and only while `may_use` still holds. Nobody's name, number or
address stands in it: a system that needs more is told by its own register.
"""

from collections.abc import Iterable
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Any, Literal

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client, PrivateKey
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.crypto import salted_hmac

from sekisho_links.grants.issuer_keys import issuer_keys
from sekisho_web.accounts.models import Person
from sekisho_web.grants.models import Launch
from sekisho_web.grants.queries import launches

SALT = "sekisho.oidc.sub"
SECRET_BYTES = 32


class Adapter(DefaultOIDCAdapter):  # type: ignore[misc]  # the library has no types
    def generate_client_secret(self) -> str:
        return token_urlsafe(SECRET_BYTES)

    def list_private_keys(
        self, *, did_activate: Literal[True] | None = None, is_active: Literal[True] | None = None
    ) -> list[PrivateKey]:
        """Return the keys of the home, the one that signs last: the others are published only."""
        del did_activate, is_active  # a key is in force while its file is there
        return [PrivateKey(pem=pem) for pem in issuer_keys(settings.SEKISHO_HOME)]

    def get_signing_key(self) -> PrivateKey:
        return self.list_private_keys()[-1]

    def get_user_sub(self, client: Client, user: AbstractBaseUser) -> str:
        """Return by what this system knows `user`: the same at every launch, another elsewhere."""
        return salted_hmac(SALT, f"{client.pk}:{user.pk}", algorithm="sha256").hexdigest()

    def get_user_by_sub(self, client: Client, sub: str) -> Person | None:
        """Return who is known by `sub`, among those who have just arrived at this system.

        Nobody else is found: without a launch there is no person, and so no token. Whoever may
        not use the system any more is not found either.
        """
        now = timezone.now()
        for launch in launches.arrived(client.pk, now=now):
            if compare_digest(self.get_user_sub(client, launch.person), sub):
                return launch.person if launches.still_may(launch, now=now) else None
        return None

    def get_claims(
        self,
        purpose: Literal["id_token", "userinfo"],
        user: AbstractBaseUser,
        client: Client,
        scopes: Iterable[str],
        email: str | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> dict[str, Any]:
        """Return what is said of `user`: the hat, the company, the purpose, the grant."""
        del purpose, scopes, email, kwargs
        launch = self._launch(client, user)
        return {
            "sub": self.get_user_sub(client, user),
            **launches.claims(launch, now=timezone.now()),
        }

    def populate_id_token(
        self,
        id_token: dict[str, Any],
        client: Client,
        scopes: Iterable[str],
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        """Let the token end no later than the use does."""
        del client, scopes, kwargs
        if (until := id_token.get("sekisho_until")) is not None:
            id_token["exp"] = min(id_token["exp"], until)

    def _launch(self, client: Client, user: AbstractBaseUser) -> Launch:
        """Return the launch for which a token is made. Raise PermissionDenied without one."""
        found = launches.arrived(client.pk, now=timezone.now())
        for launch in found:
            if launch.person_id == user.pk:
                return launch
        raise PermissionDenied
