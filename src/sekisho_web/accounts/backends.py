"""Passwords. Whether somebody held may sign in is asked here too, so that no session begins."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone

from sekisho.accounts.passwords import LONGEST, normalized
from sekisho_web.accounts.models import Hold, Person, in_force

DEMO_LOGINS = "demo-"  # their password is printed; outside the demo they are nobody


class Password(ModelBackend):
    """Signs in by password, and gives no permission: those come from the hat."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **known: Any,  # noqa: ANN401  # Django's signature
    ) -> Person | None:
        """Return the person with this ID and password, in whatever width it was typed.

        What is longer than any password of ours is not hashed: it would only cost.
        """
        text = normalized(password) if password is not None else None
        if text is not None and len(text) > LONGEST:
            return None
        return super().authenticate(request, username=username, password=text, **known)

    def user_can_authenticate(self, user: AbstractBaseUser | AnonymousUser | None) -> bool:
        if not isinstance(user, Person):
            return False
        if user.login.startswith(DEMO_LOGINS) and not settings.SEKISHO_DEMO:
            return False
        return not Hold.objects.filter(
            in_force(timezone.now(), starts="starts_at", ends="ends_at"), person=user
        ).exists()
