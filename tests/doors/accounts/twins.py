"""Deliberately wrong variants; each must be caught by the test of the right one."""

from sekisho_web.accounts.middleware import Steps
from sekisho_web.accounts.signed_in import _records


def believes_every_record(request):
    """Takes any record of the session for two factors, whoever wrote it."""
    return frozenset({"password", "passkey"} if _records(request) else ())


METHODS = [believes_every_record]


def no_steps(_self, _request, _view, _args, _kwargs):
    """The middleware is there, and asks for nothing."""
    return


def believes_the_door(self, request, view, args, kwargs):
    """Asks for the password only: what a site does that lets people choose their second factor."""
    if not request.user.is_authenticated:
        return OPEN(self, request, view, args, kwargs)
    return None


OPEN = Steps.process_view
STEPS = [no_steps, believes_the_door]
