"""The rule as one expression over tables, unexecuted: what a million lines are asked at once.

Held to `twin` by a property test. Every join is by account and by the slot of six hours in which
a period lies, so that no line meets the uses of other days.
"""

from typing import Any

import ibis
from ibis import _

from sekisho.grants.reconciling.classes import Class, Why
from sekisho.grants.reconciling.facts import BREAK, SECOND, TABLES, TOLERANCE

Table = Any  # an Ibis table; Ibis is not typed

SLOT = 6 * 3600 * SECOND
LONG = 64  # slots: what lasts longer is few, and is joined without them


def tables() -> dict[str, Table]:
    """Return the tables that the expression asks, bound to no engine."""
    return {name: ibis.table(dict(columns), name=name) for name, columns in TABLES.items()}


def reconciled(given: dict[str, Table], *, tolerance: int = TOLERANCE) -> Table:
    """Return one row for each line: number, found, why, use, grant (see `twin.reconcile`)."""
    slack = tolerance * SECOND
    lines = _in_sessions(given["lines"])
    lines = lines.left_join(given["places"], "ip").drop("ip_right")
    lines = lines.mutate(slot=_.at // SLOT)
    marks = [
        _mark(lines, given["stops"], "is_stopped", lambda at, one: (
            (at >= one.starts + slack) & (at < one.ends))),
        _mark(lines, given["lives"], "is_open", lambda at, one: (
            (at >= one.starts - slack) & (at < one.ends + slack))),
        _mark(lines, given["away"].rename(seen="site"), "is_away", lambda at, one: (
            (at >= one.starts) & (at < one.ends)
            & ((one.seen == "") | (one.site != one.seen).fill_null(False)))),  # noqa: FBT003
    ]  # fmt: skip
    known = given["accounts"].distinct().mutate(is_known=ibis.literal(True))  # noqa: FBT003
    found = lines.left_join(known, "account").drop("account_right")
    for mark in (*marks, _odd(lines), _chosen(lines, given, slack), _allowed(lines, given, slack)):
        key = "number" if "number" in mark.columns else "session"
        on = [key] if key == "number" else ["account", "session"]
        found = found.left_join(mark, on).drop(*(f"{name}_right" for name in on))
    return _answers(found)


def _in_sessions(lines: Table) -> Table:
    """Return the lines with `session`: when the session of each began."""
    order = ibis.window(group_by="account", order_by=["at", "number"])
    said = lines.mutate(before=_.at.lag().over(order))
    begins = said.before.isnull() | (said.at - said.before >= BREAK)
    said = said.mutate(begun=ibis.cases((begins, said.at)))
    until_here = ibis.cumulative_window(group_by="account", order_by=["at", "number"])
    return said.mutate(session=_.begun.max().over(until_here)).drop("before", "begun")


def _mark(lines: Table, spans: Table, name: str, holds: Any) -> Table:  # noqa: ANN401
    """Return the numbers of the lines that lie in a span of their account, with a flag `name`."""
    both = lines.select("number", "account", "at", "site").inner_join(spans, "account")
    both = both.filter(holds(both.at, both))
    return both.select("number").distinct().mutate(**{name: ibis.literal(True)})  # noqa: FBT003


def _odd(lines: Table) -> Table:
    """Return the sessions with two devices or two places."""
    device = ibis.cases((lines.device != "", lines.device))
    counted = lines.group_by(["account", "session"]).aggregate(
        devices=device.nunique(), sites=lines.site.nunique()
    )
    return counted.filter((counted.devices > 1) | (counted.sites > 1))


def _near(lines: Table, spans: Table, slack: int) -> Table:
    """Return each line with each span of its account that holds it, widened by `slack`.

    A span is laid into the slots that it touches; one that touches many is joined as it is.
    """
    wide = spans.mutate(f=spans.starts - slack, e=spans.ends + slack)
    wide = wide.mutate(first=_.f // SLOT, last=(_.e - 1) // SLOT)
    short = wide.filter(_.last - _.first < LONG)
    laid = short.mutate(slot=ibis.range(short.first, short.last + 1).unnest())
    laid = laid.drop("first", "last")
    at = lines.select("number", "account", "at", "object", "session", "slot")
    by_slot = at.inner_join(laid, ["account", "slot"]).drop("slot")
    long = wide.filter(_.last - _.first >= LONG).drop("first", "last")
    whole = at.drop("slot").inner_join(long, "account")
    every = ibis.union(by_slot, whole.select(*by_slot.columns))
    return every.filter((every.at >= every.f) & (every.at < every.e))


def _chosen(lines: Table, given: dict[str, Table], slack: int) -> Table:
    """Return for each line the use that speaks for it: number, use, grant, fits, over."""
    both = _near(lines, given["uses"], slack)
    references = given["references"].distinct()
    narrowed = references.select("use").distinct().mutate(is_narrow=ibis.literal(True))  # noqa: FBT003
    named = references.mutate(is_named=ibis.literal(True))  # noqa: FBT003
    both = both.left_join(narrowed, "use").drop("use_right")
    both = both.left_join(named, ["use", "object"]).drop("use_right", "object_right")
    fits = (both.object == "") | both.is_narrow.isnull() | both.is_named.notnull()
    beside = ibis.greatest(both.starts - both.at, both.at - both.ends + 1, 0)
    both = both.mutate(fits=fits, beside=beside)
    order = ibis.window(group_by="number", order_by=[both.fits.desc(), both.beside, both.use])
    both = both.mutate(nth=ibis.row_number().over(order)).filter(_.nth == 0)
    both = both.select("number", "use", "grant", "fits", "session")
    limits = given["grants"].filter(_.uses > 0).select("grant", "uses").distinct()
    both = both.left_join(limits, "grant").drop("grant_right")
    by_session = ibis.window(group_by="grant", order_by="session")
    both = both.mutate(nth=ibis.dense_rank().over(by_session))  # from 0
    over = (both.nth >= both.uses).fill_null(False)  # noqa: FBT003
    return both.mutate(over=over).select("number", "use", "grant", "fits", "over")


def _allowed(lines: Table, given: dict[str, Table], slack: int) -> Table:
    """Return for each line the first grant on its account at that time."""
    both = _near(lines, given["grants"], slack)
    return both.group_by("number").aggregate(allowed=both.grant.min())


def _answers(found: Table) -> Table:
    """Return the gravest class of each line."""
    is_known, is_stopped = found.is_known.notnull(), found.is_stopped.notnull()
    two_devices, two_places = found.devices > 1, found.sites > 1
    inside = found.use.notnull()
    graver = [
        (~is_known, Class.UNKNOWN_ID, Why.NONE),
        (is_stopped, Class.STOPPED, Why.STOPPED),
        (found.is_open.isnull(), Class.STOPPED, Why.NOT_OPEN),
        (found.is_away.notnull(), Class.WRONG_PERSON, Why.AWAY),
        (two_devices, Class.WRONG_PERSON, Why.TWO_DEVICES),
        (two_places, Class.WRONG_PERSON, Why.TWO_PLACES),
        ((~found.ours).fill_null(False), Class.WRONG_PLACE, Why.NONE),  # noqa: FBT003
    ]
    cases = [
        *graver,
        (inside & found.over, Class.OUTSIDE, Why.SESSIONS),
        (inside & found.fits, Class.MATCHED, Why.NONE),
        (inside, Class.OFF_PURPOSE, Why.NONE),
        (found.allowed.notnull(), Class.OUTSIDE, Why.NONE),
    ]
    judged = found.mutate(
        found=ibis.cases(*((when, one.value) for when, one, _why in cases),
                         else_=Class.NO_GRANT.value),
        why=ibis.cases(*((when, why.value) for when, _one, why in cases), else_=""),
    )  # fmt: skip
    of_use = judged.found.isin([Class.MATCHED.value, Class.OFF_PURPOSE.value])
    outside = judged.found == Class.OUTSIDE.value
    by_use = of_use | (outside & (judged.why == Why.SESSIONS.value))
    return judged.select(
        "number",
        "found",
        "why",
        use=ibis.cases((by_use, judged.use), else_=""),
        grant=ibis.cases((by_use, judged.grant), (outside, judged.allowed), else_=""),
    )
