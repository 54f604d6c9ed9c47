from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sekisho_web.frame import menu
from sekisho_web.frame.doors import Needs, reads


@reads(may="")
def home(request: HttpRequest) -> HttpResponse:
    """Lead to where the work of this person begins: the pages that say no know nobody."""
    return redirect(menu.home(request))


@reads(may="", needs=Needs.NOTHING)
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "frame/accessibility.html")


@reads(may="", needs=Needs.NOTHING)
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # a door's signature
    """The process answers. It says nothing about the database, so that nothing is learnt."""
    return HttpResponse("ok", content_type="text/plain")
