"""The invented people at the door. These addresses exist in demo mode only."""

from django.contrib.auth import login as begin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from sekisho_web.accounts.operations import begin_session
from sekisho_web.accounts.signed_in import record_demo_sign_in
from sekisho_web.frame.doors import Needs, asks, reads
from sekisho_web.frame.middleware import is_demo
from sekisho_web.grants.operations.uses import start_use
from sekisho_web.terminals import cookies
from sekisho_web.world import queries


@reads(may="", needs=Needs.NOTHING)
def people(request: HttpRequest) -> HttpResponse:
    _demo_only()
    return render(request, "world/people.html", {"people": queries.people(now=timezone.now())})


@asks(may="", needs=Needs.NOTHING)
def become(request: HttpRequest, login: str) -> HttpResponse:
    """Sign in as one of the invented people, in their usual hat and for their usual purpose.

    The session says that the demo let them in; hat and purpose can be changed as by anybody.
    """
    _demo_only()
    if request.method != "POST":
        return redirect("world:people")
    now = timezone.now()
    found = next((p for p in queries.people(now=now) if p.login == login), None)
    if found is None:
        raise Http404
    request.session.flush()
    begin(request, found.person, backend="sekisho_web.accounts.backends.Password")
    record_demo_sign_in(request, found.person)
    request.device = found.device  # type: ignore[attr-defined]
    begin_session(request)
    if use := queries.usual_use(found, now=now):
        hat, purpose = use
        start_use(request, hat=hat, purpose=purpose, now=timezone.now())  # after the session began
    response = redirect("frame:home")
    if found.device:
        cookies.mark(response, found.device)
    return response


def _demo_only() -> None:
    if not is_demo():
        raise Http404
