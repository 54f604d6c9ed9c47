"""発令日からの遅れ: how late orders came true in each system, and who looked meanwhile."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import mark_safe

from sekisho.accounts import lag as rule
from sekisho.accounts.lag import SystemLag, Use
from sekisho.reports.pictures import lags as pictures
from sekisho_web.accounts.queries import lag as queries
from sekisho_web.accounts.signed_in import hat_of, person_of
from sekisho_web.frame.doors import reads
from sekisho_web.ledger import queries as ledger

DAYS = (30, 90, 366)
ON_PAGE = 200
COUNTED = 1_000  # movements whose uses are counted at once, the latest first


@reads(may="accounts.read")
def lag(request: HttpRequest) -> HttpResponse:
    hat, now = hat_of(request), timezone.now()
    if hat is None:
        raise LookupError("this door needs a hat")
    days = _days(request)
    system = request.GET.get("system", "")
    found = queries.lines(hat, since=now - timedelta(days=days), now=now, system=system)
    names = queries.systems(found)
    by_system = rule.by_system((line.lag for line in found), now=now)
    may_count = request.user.has_perm("ledger.read")
    counts = may_count and request.GET.get("uses") == "1"
    uses = _uses(request, found, now=now) if counts else {}
    drawn = [_drawn(one, found, name=names[one.system], now=now) for one in by_system]
    return render(
        request,
        "reports/lag.html",
        {
            "systems": [
                (one, names[one.system], _said(one), _sum(uses, found, one.system))
                for one in by_system
            ],
            "lines": [
                (line, rule.words(rule.lag(line.lag, now=now)), uses.get(_key(line)))
                for line in found[:ON_PAGE]
            ],
            "more": max(len(found) - ON_PAGE, 0),
            "total": len(found),
            "picture": mark_safe(pictures.drawn(drawn)) if drawn else "",  # noqa: S308 - escaped where it is drawn
            "days": days,
            "system": system,
            "may_count": may_count,
            "counts": counts,
            "choices": [
                {"words": f"この{each}日", "on": each == days, "url": f"?days={each}"}
                for each in DAYS
            ],
        },
    )


def _uses(
    request: HttpRequest, found: Sequence[queries.Line], *, now: datetime
) -> Mapping[tuple[int, int], int]:
    """Return how often each ID was used inside its gap. To ask is recorded, system by system."""
    groups: dict[str, list[queries.Line]] = defaultdict(list)
    for line in found[:COUNTED]:
        groups[line.account.system_id].append(line)
    counted: dict[tuple[int, int], int] = {}
    for system, lines in groups.items():
        _, looks = ledger.looks(
            system=system,
            people={line.lag.person for line in lines},
            since=min(line.lag.effective for line in lines),
            until=max(line.lag.verified or now for line in lines),
            reader=person_of(request),
            now=now,
        )
        by_person: dict[int, list[datetime]] = defaultdict(list)
        for person, at in looks:
            by_person[person].append(at)
        for line in lines:
            uses = [Use(account=line.account.pk, at=at) for at in by_person[line.lag.person]]
            counted[_key(line)] = len(rule.inside(line.lag, uses, now=now))
    return counted


def _sum(uses: Mapping[tuple[int, int], int], found: Sequence[queries.Line], system: str) -> int:
    return sum(uses.get(_key(line), 0) for line in found if line.lag.system == system)


def _key(line: queries.Line) -> tuple[int, int]:
    return line.movement.pk, line.account.pk


def _said(one: SystemLag) -> dict[str, str]:
    whole = one.shares.whole.total_seconds() or 1.0
    parts = (
        ("人事から届くまで", one.shares.news),
        ("適用するまで", one.shares.ours),
        ("相手で確かめるまで", one.shares.target),
    )
    return {
        "median": rule.words(one.median),
        "worst": rule.words(one.worst),
        "shares": "、".join(
            f"{words} {part.total_seconds() * 100 / whole:.0f}%" for words, part in parts
        )
        if one.shares.whole
        else "遅れなし",
    }


def _drawn(
    one: SystemLag, found: Sequence[queries.Line], *, name: str, now: datetime
) -> pictures.Line:
    mine = [line.lag for line in found if line.lag.system == one.system]
    return pictures.Line(
        name=name,
        done=[rule.lag(each, now=now) for each in mine if each.verified],
        waiting=[rule.lag(each, now=now) for each in mine if not each.verified],
        median=one.median,
        worst=one.worst,
    )


def _days(request: HttpRequest) -> int:
    typed = request.GET.get("days", "")
    return int(typed) if typed.isdigit() and int(typed) in DAYS else DAYS[1]
