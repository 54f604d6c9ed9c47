"""What an API answers when somebody has shown too little of who they are (RFC 9470).

A page leads to the page of proof; a program is told what to ask its user for.
"""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, JsonResponse

from sekisho.accounts.levels import FRESH_SECONDS, Level
from sekisho_web.accounts.signed_in import level_of

UNAUTHORIZED = 401


def insufficient(*, needs: Level, max_age: int | None = None) -> HttpResponse:
    """Return the answer 401 that names the level `needs`, and how old its proof may be.

    max_age: seconds; None for the freshness of the house where `needs` is fresh, else for any age.
    """
    if max_age is None and needs >= Level.FRESH:
        max_age = FRESH_SECONDS
    asked = [
        'Bearer error="insufficient_user_authentication"',
        'error_description="A stronger or fresher proof of who is asking is needed."',
        f'acr_values="{needs.acr}"',
    ]
    if max_age is not None:
        asked.append(f'max_age="{max_age}"')
    answer = JsonResponse(
        {"error": "insufficient_user_authentication", "acr_values": needs.acr, "max_age": max_age},
        status=UNAUTHORIZED,
    )
    answer.headers["WWW-Authenticate"] = ", ".join(asked)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def refusal_below(request: HttpRequest, *, needs: Level, now: datetime) -> HttpResponse | None:
    """Return the answer to somebody who has not come as far as `needs`, or None where they have."""
    if request.user.is_authenticated and level_of(request, now=now) >= needs:
        return None
    return insufficient(needs=needs)
