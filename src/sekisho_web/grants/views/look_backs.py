"""利用結果の確認: whoever approved a use looks at what was done in it, and answers."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from sekisho.grants.looking_back import Answer, Looker
from sekisho_links.ledger.errors import NotRecorded
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.accounts.views.registers import page_of, query_of, worn
from sekisho_web.frame import errors
from sekisho_web.frame.doors import asks, reads
from sekisho_web.grants.forms import uses as forms
from sekisho_web.grants.models import Use
from sekisho_web.grants.operations import looking_back as operations
from sekisho_web.grants.queries import look_backs as queries
from sekisho_web.ledger.doors import RECORD

UNPROCESSABLE = 422


@reads(may="grants.decide")
def look_backs(request: HttpRequest) -> HttpResponse:
    now, hat, person = timezone.now(), worn(request), person_of(request)
    every = request.GET.get("all") == "1"
    found = queries.listed(hat, person, all_of_them=every, now=now)
    page = page_of(request, found, size=queries.PAGE)
    by = Looker(person=str(person.pk), line=hat.line, is_owner=hat.line == queries.SECOND_LINE)
    told = {
        "page": page,
        "lines": queries.lines(page, by=by, now=now),
        "choices": [
            {"words": "まだのもの", "url": "?", "on": not every},
            {"words": "すべて", "url": "?all=1", "on": every},
        ],
        "query": query_of(request, "all"),
        "blocked": queries.refusal_to_decide(person, in_emergency=False, now=now),
    }
    return render(request, "grants/uses/look_backs.html", told)


@asks(may="grants.decide")
def look_back(request: HttpRequest, pk: int) -> HttpResponse:
    """What was done in one use. To read it is recorded; to answer is an act of its own."""
    now, hat, person = timezone.now(), worn(request), person_of(request)
    use = _use(request, pk)
    by = queries.looker(person, hat, use.grant.system, now=now)
    form = forms.LookBack(request.POST or None)
    refusal = None
    if form.is_valid():
        try:
            operations.answer(
                use=use,
                answer=Answer(form.cleaned_data["answer"]),
                note=form.cleaned_data["note"],
                by=person,
                hat=hat,
                now=now,
            )
        except operations.CannotLookBack as error:
            refusal = error.refusal
        else:
            messages.success(request, "利用結果の確認を記録しました。")
            return redirect("grants:look_backs")
    (line,) = queries.lines([use], by=by, now=now)
    told: dict[str, object] = {
        "line": line,
        "use": use,
        "form": form,
        "refusal": refusal,
        "numbers": sorted(queries.numbers_of(use)),
        "in_ledger": queries.is_in_the_ledger(use.grant.system),
        "over": use.ends_at <= now,
    }
    receipt = None
    if told["in_ledger"] and told["over"]:
        try:
            receipt, seen = queries.seen(use, reader=person, now=now)
        except NotRecorded as error:
            return errors.not_recorded(seconds=error.retry_after)
        classes = [(name, whose, count) for (name, whose), count in seen.by_class.items()]
        told |= {"seen": seen, "classes": classes, "record_number": receipt.id}
    status = UNPROCESSABLE if form.is_bound else 200
    response = render(request, "grants/uses/look_back.html", told, status=status)
    if receipt is not None:
        response.headers[RECORD] = str(receipt.id)
    return response


def _use(request: HttpRequest, pk: int) -> Use:
    """Return a use that who asks looks at. Raise Http404 for any other."""
    condition = queries.of_whom(worn(request), person_of(request), now=timezone.now())
    found = queries.counted().filter(condition, pk=pk).distinct().first()
    if found is None:
        raise Http404
    return found
