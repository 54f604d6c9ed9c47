"""Passwords. Whether somebody held may sign in is asked here too, so that no session begins."""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from sekisho_web.accounts.models import Hold, Person, in_force

DEMO_LOGINS = "demo-"  # their password is printed; outside the demo they are nobody


class Password(ModelBackend):
    """Signs in by password, and gives no permission: those come from the hat."""

    def user_can_authenticate(self, user: AbstractBaseUser | AnonymousUser | None) -> bool:
        if not isinstance(user, Person):
            return False
        if user.login.startswith(DEMO_LOGINS) and not settings.SEKISHO_DEMO:
            return False
        return not Hold.objects.filter(
            in_force(timezone.now(), starts="starts_at", ends="ends_at"), person=user
        ).exists()
