"""Which systems this session has been let into from the launcher, with the hat that is worn.

Noted in the session, and void as soon as another hat or purpose is chosen.
"""

from django.http import HttpRequest

from sekisho_web.accounts.sessions import kept
from sekisho_web.accounts.signed_in import USE
from sekisho_web.grants.models import Launch

ARRIVED = "arrived"  # in the session: the launch and the moment of the hat, by system


def session_of(request: HttpRequest) -> str:
    """Return the digest of the session at hand, as a launch keeps it."""
    key = request.session.session_key
    return kept(key) if key else ""


def note(request: HttpRequest, launch: Launch) -> None:
    """Note that this session has arrived at a system by `launch`."""
    request.session[ARRIVED] = {
        **request.session.get(ARRIVED, {}),
        launch.system: {"launch": launch.pk, "since": _since(request)},
    }


def has_arrived(request: HttpRequest, system: str) -> bool:
    """Return whether this session came to `system` through the launcher, in the hat it wears."""
    found = request.session.get(ARRIVED, {}).get(system)
    return found is not None and bool(_since(request)) and found["since"] == _since(request)


def _since(request: HttpRequest) -> str:
    return str((request.session.get(USE) or {}).get("since", ""))
