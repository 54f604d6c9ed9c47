"""Number guessing: after many searches that found nothing, the search closes for the use in hand.

A rival's number and one that never was count alike, so that the limit tells nothing either.
"""

from django.http import HttpRequest

from sekisho_web.gate.visits import Visit

MOST = 20
MISSES = "gate_misses"  # in the session: use and system -> searches that found nothing


def note(request: HttpRequest, visit: Visit) -> None:
    """Count a search that found nothing."""
    name, kept = _name(visit), dict(request.session.get(MISSES, {}))
    request.session[MISSES] = {**kept, name: kept.get(name, 0) + 1}


def are_too_many(request: HttpRequest, visit: Visit) -> bool:
    """Return whether the search is closed for this use."""
    return int(request.session.get(MISSES, {}).get(_name(visit), 0)) >= MOST


def _name(visit: Visit) -> str:
    hat = visit.use.hat
    return f"{visit.page.system.key}/{hat.post}/{hat.purpose}/{hat.until.isoformat()}"
