"""Deliberately broken doors; each names its mistake in one sentence."""

from django.core.exceptions import PermissionDenied
from django.http import Http404

from sekisho_web.gate import handles
from sekisho_web.ledger.look import look_of

TELLS_DENIED = "Who asks for a record that exists is told that they may not see it."


def tells_denied(request):
    """Answer 403 for what exists and 404 for what does not, as many systems do."""
    look_of(request).refuse("twin")
    word = request.path.rsplit("/", 1)[-1]
    _, record = handles.record_of(request, word)
    if 0 < record <= 120:
        raise PermissionDenied
    return Http404()
