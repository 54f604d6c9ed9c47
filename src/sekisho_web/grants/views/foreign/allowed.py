"""許可リスト: who may reach a system now, for the web proxy, and what the proxy's own list says."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from sekisho.grants.allow_list import compared, text_of
from sekisho_links.grants.foreign_logs import source_of
from sekisho_web.frame.doors import asks, reads
from sekisho_web.grants.forms.foreign import ProxyList
from sekisho_web.grants.queries.foreign import people
from sekisho_web.grants.views.foreign.here import hat_here, page, system_here


@asks(may="grants.foreign")
def allowed(request: HttpRequest, key: str) -> HttpResponse:
    """The list as it is now; pasted beside it, the proxy's own. Nothing is kept."""
    system, form = system_here(request, key), ProxyList(request.POST or None)
    found = people.allowed(system, hat_here(request), now=timezone.now())
    difference = compared(found, form.cleaned_data["text"]) if form.is_valid() else None
    context = {"system": system, "allowed": found, "form": form, "difference": difference}
    return page(request, "allowed", context, wrong=form.is_bound and difference is None)


@reads(may="grants.foreign")
def allow_list(request: HttpRequest, key: str) -> HttpResponse:
    """The list as the proxy takes it."""
    system, now = system_here(request, key), timezone.now()
    source = source_of(system.key)
    text = text_of(
        people.allowed(system, hat_here(request), now=now),
        host=source.host if source else system.key,
        now=now,
    )
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="allowed-{system.key}.txt"'
    return answer
