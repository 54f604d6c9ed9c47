from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sekisho_web.frame.doors import reads
from sekisho_web.proof import queries


@reads(may="proof.read")
def invariants(request: HttpRequest) -> HttpResponse:
    kinds = queries.kinds()
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds else ""
    here = reverse("proof:invariants")
    page = Paginator(queries.lines(kind=kind), queries.PAGE).get_page(request.GET.get("page"))
    found = queries.certificate()
    return render(
        request,
        "proof/invariants.html",
        {
            "certificate": found,
            "total": found.held + found.broken,
            "contexts": max((proof.contexts for proof in found.proofs), default=0),
            "invariants": sum(kinds.values()),
            "page": page,
            "kind": kind,
            "query": f"kind={kind}&" if kind else "",
            "kinds": [
                {"words": f"すべて {sum(kinds.values())}", "url": here, "on": not kind},
                *(
                    {"words": f"{word} {count}", "url": f"{here}?kind={word}", "on": word == kind}
                    for word, count in kinds.items()
                ),
            ],
        },
    )


@reads(may="proof.read")
def invariant(request: HttpRequest, invariant: str) -> HttpResponse:
    line = queries.line(invariant)
    return render(request, "proof/invariant.html", {"line": line})
