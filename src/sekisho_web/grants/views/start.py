from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from sekisho_web.accounts.middleware import prove_again
from sekisho_web.accounts.signed_in import hat_of, must_prove_for, person_of
from sekisho_web.frame import menu
from sekisho_web.frame.doors import Needs, asks
from sekisho_web.grants.forms.start import Start
from sekisho_web.grants.operations import uses as operations
from sekisho_web.grants.queries import hats as queries


@asks(may="", needs=Needs.FACTORS, fresh=True)
def start(request: HttpRequest) -> HttpResponse:
    """Choose the post and the purpose: before that, nothing opens."""
    now = timezone.now()
    hats = queries.hats(person=person_of(request), now=now)
    form = Start(request.POST if request.method == "POST" else None, hats=hats)
    if form.is_valid():
        hat, purpose = form.chosen()
        if must_prove_for(request, post=hat.post, relief=hat.relief):
            messages.info(request, "ほかの業務に替えるときは、もう一度本人を確かめます。")
            return prove_again(request)
        operations.start_use(request, hat=hat, purpose=purpose, now=now)
        worn = hat_of(request)
        person_of(request).permissions = worn.permissions if worn else frozenset()
        return redirect(_next(request) or menu.home(request))
    status = 422 if form.is_bound else 200
    told = {"form": form, "hats": hats, "next": _next(request)}
    return render(request, "grants/start.html", told, status=status)


def _next(request: HttpRequest) -> str:
    """Return where the person was going, if that is a page of ours."""
    url = request.POST.get("next") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    return url if ours and url.startswith("/") else ""
