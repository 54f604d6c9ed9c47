from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from sekisho.campaigns.findings import refusal_to_close
from sekisho_web.accounts.signed_in import Hat, hat_of, person_of
from sekisho_web.campaigns import operations, queries
from sekisho_web.campaigns.forms.findings import Close
from sekisho_web.campaigns.models import Finding
from sekisho_web.frame.doors import asks, reads

LONG_ENOUGH = "－－－－"  # a reason of which the rule has nothing to say


@reads(may="campaigns.read")
def findings(request: HttpRequest) -> HttpResponse:
    closed = request.GET.get("closed") == "1"
    kinds = queries.open_kinds()
    kind = request.GET.get("kind", "")
    kind = kind if queries.kind_word(kind) else ""
    here = reverse("campaigns:findings")
    whole = queries.listed(kind=kind, closed=closed)
    page = Paginator(whole, queries.PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "campaigns/findings.html",
        {
            "page": page,
            "closed": closed,
            "kind": queries.kind_word(kind),
            "query": (f"kind={kind}&" if kind else "") + ("closed=1&" if closed else ""),
            "choices": [
                {
                    "words": f"開いている {sum(kinds.values())}",
                    "url": here,
                    "on": not closed and not kind,
                },
                *(
                    {
                        "words": f"{queries.kind_word(one)} {count}",
                        "url": f"{here}?kind={one}",
                        "on": not closed and one == kind,
                    }
                    for one, count in kinds.items()
                ),
                {"words": "閉じたもの", "url": f"{here}?closed=1", "on": closed},
            ],
        },
    )


@asks(may="campaigns.read")
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    found, hat = queries.one(pk), hat_of(request)
    form = Close(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                operations.close_finding(
                    finding=found,
                    by=person_of(request),
                    company_kind=hat.company_kind if hat else "",
                    line=hat.line if hat else None,
                    reason=form.cleaned_data["reason"],
                    now=timezone.now(),
                )
            except operations.CannotClose as error:
                form.add_error("reason", str(error.refusal))
            else:
                return redirect("campaigns:finding", pk=pk)
    page = {"finding": found, "form": form, "refusal": _refusal(found, hat)}
    return render(request, "campaigns/finding.html", page, status=status)


def _refusal(found: Finding, hat: Hat | None) -> object:
    """Return why the button to close is not there, or None where it is."""
    if found.closed_at is not None:
        return None
    return refusal_to_close(
        is_open=True,
        company_kind=hat.company_kind if hat else "",
        line=hat.line if hat else None,
        reason=LONG_ENOUGH,
    )
