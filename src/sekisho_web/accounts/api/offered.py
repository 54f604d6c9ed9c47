"""What other apps offer to programs: every app with a package `api` brings its endpoints.

This app does not know the apps that stand on it, so it finds them by name.
"""

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings

from sekisho_web.accounts.api import registers, stops  # noqa: F401  # they bring their endpoints


def bring() -> None:
    """Import the endpoints of every app; what was imported before is not imported again."""
    for app in settings.INSTALLED_APPS:
        if app.startswith("sekisho_web.") and find_spec(f"{app}.api"):
            import_module(f"{app}.api")
