"""関門を通らないシステム: where each stands, who uses it, and what looks suspicious."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from sekisho.grants.reconciling.classes import ABOUT, Class
from sekisho.reports.documents.foreign import suspicious_report as report_of
from sekisho.terms.days import JST
from sekisho_web.frame.doors import reads
from sekisho_web.grants.queries.foreign import logs as queries
from sekisho_web.grants.queries.foreign import people
from sekisho_web.grants.views.foreign.here import as_file, hat_here, page, system_here

NEWEST = 24  # records on the page of a system
SUSPECT = tuple(one.value for one in ABOUT if one not in (Class.MATCHED, Class.UNREADABLE))


@reads(may="grants.foreign")
def systems(request: HttpRequest) -> HttpResponse:
    """Every system whose records are read: until when they came, and what is wrong in them."""
    standings = queries.standings(hat_here(request), now=timezone.now())
    return page(request, "systems", {"standings": standings})


@reads(may="grants.foreign")
def system(request: HttpRequest, key: str) -> HttpResponse:
    """One system: what was received, and of which days nothing is known."""
    one, now = system_here(request, key), timezone.now()
    found = list(queries.logs(one)[: NEWEST + 1])
    standing = next(
        each for each in queries.standings(hat_here(request), now=now) if each.system == one
    )
    return page(
        request,
        "system",
        {
            "standing": standing,
            "system": one,
            "logs": queries.with_runs(found[:NEWEST]),
            "more": len(found) > NEWEST,
            "unknown": queries.unknown_days(one, now=now),
        },
    )


@reads(may="grants.foreign")
def users(request: HttpRequest, key: str) -> HttpResponse:
    """Who answers for a system, and who uses it with what attributes."""
    one, now = system_here(request, key), timezone.now()
    context = {
        "system": one,
        "officers": people.officers(one, now=now),
        "users": people.users(one, hat_here(request), now=now),
    }
    return page(request, "users", context)


@reads(may="grants.foreign")
def suspicious(request: HttpRequest, key: str) -> HttpResponse:
    """不審な利用: every line that is not as it should be, by class and ID."""
    one = system_here(request, key)
    suspects = queries.by_account(one, classes=SUSPECT)
    return page(request, "suspicious", {"system": one, "suspects": suspects})


@reads(may="grants.foreign")
def suspicious_report(request: HttpRequest, key: str, form: str) -> HttpResponse:
    """The same as a file, to hand to who answers for the system outside."""
    one, now = system_here(request, key), timezone.now()
    suspects = [
        (
            each.word, each.code, f"{each.lines:,}", _moment(each.first), _moment(each.last),
            f"{each.things:,}", f"{each.addresses:,}",
        )
        for each in queries.by_account(one, classes=SUSPECT)
    ]  # fmt: skip
    unknown = [f"{each.first} から {each.last}" for each in queries.unknown_days(one, now=now)]
    report = report_of(system=one.name, suspects=suspects, unknown=unknown, now=now)
    return as_file(report, form, name=f"suspicious-{one.key}")


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(JST):%Y-%m-%d %H:%M}" if at else "－"
