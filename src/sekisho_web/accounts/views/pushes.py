"""反映状況: how each target stands, the queue, one push with its evidence, and work orders."""

import base64
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from sekisho.accounts.outward import from_json
from sekisho.terms.refusals import Refusal
from sekisho_links.accounts.targets.by_hand import WorkOrder, as_csv
from sekisho_web.accounts.forms.pushes import Evidence
from sekisho_web.accounts.models import Push, Target
from sekisho_web.accounts.operations import pushes as operations
from sekisho_web.accounts.queries import pushes as queries
from sekisho_web.accounts.signed_in import Hat, hat_of, person_of
from sekisho_web.frame.doors import asks, reads, writes

UNPROCESSABLE = 422


@reads(may="accounts.read")
def pushes(request: HttpRequest) -> HttpResponse:
    """Show how the targets stand and the queue; while something is under way, ask again."""
    hat, now = _hat(request), timezone.now()
    only = request.GET.get("only", "open")
    only = only if only in queries.ONLY else "open"
    system = request.GET.get("system", "")
    page = Paginator(queries.queue(hat, only=only, system=system), queries.PAGE).get_page(
        request.GET.get("page")
    )
    targets = queries.target_lines(hat, now=now)
    keeps = {"only": only} | ({"system": system} if system else {})
    return render(
        request,
        "accounts/pushes/pushes.html",
        {
            "targets": targets,
            "page": page,
            "lines": queries.lines(page, now=now),
            "only": queries.ONLY[only][0],
            "system": system,
            "query": urlencode(keeps) + "&",
            "here": request.get_full_path(),
            "moving": any(line.waiting for line in targets),
            "may_register": request.user.has_perm("accounts.push"),
            "choices": [
                {
                    "words": words,
                    "on": key == only,
                    "url": f"?{urlencode(keeps | {'only': key})}",
                }
                for key, (words, _) in queries.ONLY.items()
            ],
        },
    )


@reads(may="accounts.read")
def push(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, queries.one(_hat(request), pk))


@asks(may="accounts.push")
def attest(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what was done or seen in the target: the evidence that a second person confirms."""
    found = queries.one(_hat(request), pk)
    form = Evidence(request.POST or None, request.FILES or None)
    if not form.is_bound or not form.is_valid():
        return _page(request, found, form=form, status=UNPROCESSABLE if form.is_bound else 200)
    try:
        operations.attest(
            push=found, evidence=form.evidence, by=person_of(request), now=timezone.now()
        )
    except operations.CannotClose as error:
        return _page(request, found, form=form, refusal=error.refusal, status=UNPROCESSABLE)
    return redirect("accounts:push", pk)


@writes(may="accounts.push", fresh=True)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm, as the second person, what was attested."""
    found = queries.one(_hat(request), pk)
    try:
        operations.confirm(push=found, by=person_of(request), now=timezone.now())
    except operations.CannotClose as error:
        return _page(request, found, refusal=error.refusal, status=UNPROCESSABLE)
    return redirect("accounts:push", pk)


@reads(may="accounts.read")
def proof(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out the file that was given as evidence; never to be run by the browser."""
    found = (queries.one(_hat(request), pk).evidence or {}).get("file")
    if not found:
        raise Http404
    response = HttpResponse(base64.b64decode(found["data"]), content_type=found["kind"])
    response.headers["Content-Disposition"] = f'attachment; filename="proof-{pk}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


@reads(may="accounts.push")
def orders(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the open work orders (作業票) of a target, to be printed."""
    target = _target(request, pk)
    return render(
        request,
        "accounts/pushes/orders.html",
        {"target": target, "orders": _orders(target, to="")},
    )


@reads(may="accounts.push")
def orders_csv(request: HttpRequest, pk: int) -> HttpResponse:
    target = _target(request, pk)
    made = as_csv(order for _, order in _orders(target, to=""))
    response = HttpResponse(made, content_type="text/csv; charset=utf-8")
    name = f"orders-{target.system.key}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _orders(target: Target, *, to: str) -> list[tuple[Push, WorkOrder]]:
    return [
        (
            push,
            WorkOrder(
                number=f"P{push.pk}",
                system=target.system.name,
                ext_id=push.account.ext_id or push.account.code,
                wanted=from_json(push.wanted),
                issued_at=push.planned_at,
                due_at=queries.as_rule(push).limit_at,
                to=to,
            ),
        )
        for push in queries.orders(target)
    ]


def _page(
    request: HttpRequest,
    found: Push,
    *,
    form: Evidence | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    line = queries.line(found, now=now)
    is_over = queries.as_rule(found).state.is_over
    may = request.user.has_perm("accounts.push") and not is_over
    return render(
        request,
        "accounts/pushes/push.html",
        {
            "line": line,
            "push": found,
            "is_over": is_over,
            "by_hand": found.target.kind == Target.Kind.BY_HAND,
            "evidence": queries.pairs(found.evidence),
            "file": (found.evidence or {}).get("file"),
            "form": form or Evidence(),
            "may_attest": may,
            "may_confirm": may and found.closed_by_id is not None,
            "refusal": refusal,
        },
        status=status,
    )


def _target(request: HttpRequest, pk: int) -> Target:
    return get_object_or_404(queries.targets_seen(_hat(request)), pk=pk, kind=Target.Kind.BY_HAND)


def _hat(request: HttpRequest) -> Hat:
    hat = hat_of(request)
    if hat is None:
        raise LookupError("this door needs a hat")
    return hat
