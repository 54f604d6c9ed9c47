from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sekisho_web.frame.doors import Needs, reads


@reads(may="", needs=Needs.NOTHING)
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "frame/accessibility.html")


@reads(may="", needs=Needs.NOTHING)
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # a door's signature
    """The process answers. It says nothing about the database, so that nothing is learnt."""
    return HttpResponse("ok", content_type="text/plain")
