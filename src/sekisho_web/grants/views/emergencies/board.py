"""状況板: what goes on in an emergency now. It refreshes itself."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from sekisho_links.ledger.errors import NotRecorded
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.frame.doors import reads
from sekisho_web.frame.errors import not_recorded
from sekisho_web.grants.queries import board as queries
from sekisho_web.grants.queries import emergencies
from sekisho_web.grants.views.emergencies.shared import emergency_at
from sekisho_web.terminals.queries.loans import overdue_seen_by


@reads(may="grants.use")
def board(request: HttpRequest, code: str) -> HttpResponse:
    """Who is in, what is out, what was opened. To count in the ledger is asked for apart."""
    one, hat = emergency_at(request, code)
    if not emergencies.sees_people(one, hat):
        raise PermissionDenied
    now = timezone.now()
    line = emergencies.line_of(one, now=now)
    looks = None
    if request.GET.get("looks") == "1":
        try:
            looks = queries.looks(one, reader=person_of(request), now=now)
        except NotRecorded:
            return not_recorded()
    told = {
        "one": one,
        "line": line,
        "board": queries.board(one, now=now),
        "overdue": overdue_seen_by(hat, now=now),
        "looks": looks,
        "moving": line.is_running and looks is None,
        "here": reverse("grants:board", args=[one.code]),
    }
    return render(request, "grants/emergencies/board.html", told)
