"""Whether a page answers with a part of itself."""

from django.http import HttpRequest


def swaps(request: HttpRequest) -> bool:
    """Return whether only a part is asked for, by htmx; going back asks for the whole page."""
    htmx = getattr(request, "htmx", None)  # of its middleware, which has no types
    return htmx is not None and bool(htmx) and not htmx.history_restore_request
