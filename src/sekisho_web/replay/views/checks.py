from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from sekisho_web.accounts.signed_in import person_of
from sekisho_web.frame.doors import reads, writes
from sekisho_web.policy import versions
from sekisho_web.replay import operations, queries


@reads(may="replay.read")
def checks(request: HttpRequest) -> HttpResponse:
    runs = queries.runs()
    return render(
        request,
        "replay/checks.html",
        {
            "runs": runs,
            "last": next((run for run in runs if run.check.ended_at), None),
            "waiting": any(run.check.started_at is None for run in runs),
            "may_ask": request.user.has_perm("replay.check"),
        },
    )


@reads(may="replay.read")
def check(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "replay/check.html", {"run": queries.run(pk)})


@writes(may="replay.check")
def ask(request: HttpRequest) -> HttpResponse:
    operations.ask_self_check(by=person_of(request), now=timezone.now())
    return redirect("replay:checks")


@reads(may="replay.read")
def watched(request: HttpRequest) -> HttpResponse:
    policy = versions.live()
    lines = queries.watched(policy)
    return render(
        request,
        "replay/watched.html",
        {
            "version": policy.hash[: versions.SHORTEST],
            "lines": [(line, parse_datetime(line.last) if line.last else None) for line in lines],
            "occurred": sum(line.has_occurred for line in lines),
        },
    )
