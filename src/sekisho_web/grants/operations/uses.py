"""What happens to uses (利用): one person acts as one post with one purpose at a time."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from sekisho.ledger.leaves import Kind
from sekisho_web.accounts.operations.sessions import note_use
from sekisho_web.accounts.sessions import COUNTED
from sekisho_web.accounts.signed_in import NAMED, USE, person_of
from sekisho_web.grants.models import Use
from sekisho_web.grants.operations.ending import cut_uses
from sekisho_web.grants.queries.hats import HatChoice
from sekisho_web.ledger import operations as ledger


@transaction.atomic
def start_use(request: HttpRequest, *, hat: HatChoice, purpose: str, now: datetime) -> None:
    """Begin to act as `hat` for `purpose`, under a new session key, and enter it in the ledger."""
    until = now + timedelta(seconds=settings.SEKISHO_USE_SECONDS)
    worn = request.session.get(USE) or {}
    if (worn.get("post"), worn.get("relief")) != (hat.post, hat.relief):
        cut_uses(Use.objects.filter(person=person_of(request)), why=Use.End.HAT, now=now)
        request.session.pop(COUNTED, None)
    request.session.pop(NAMED, None)  # what was found in another hat is found anew
    request.session.cycle_key()
    request.session[USE] = {
        "post": hat.post,
        "relief": hat.relief,
        "purpose": purpose,
        "since": now.isoformat(),
        "until": until.isoformat(),
    }
    note_use(request, now=now)
    if hasattr(request, "_hat"):
        del request._hat
    ledger.append(
        kind=Kind.GRANT_OPEN,
        actor=person_of(request),
        subject=person_of(request),
        at=now,
        details={
            "act": "利用開始",
            "hat": hat.words,
            "viewer_class": hat.viewer_class,
            "purpose": purpose,
            "until": until.isoformat(),
        },
    )
