"""What is asked of linked accesses: which looks, which hits, how many, in which window.

Windows overlap and distincts never add up: every number of every window is counted anew, from
rows that keep the day, the contract, the customer, the retailer and the viewer.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import ibis

from sekisho.trace.incidents import matched
from sekisho.trace.linking import jst_day
from sekisho.trace.schema import HIT, LOOK, WINDOW, unbound
from sekisho.trace.timelines import RETAIL, Table


def looks(linked: Table, number: Any, codes: Sequence[str]) -> Table:  # noqa: ANN401
    """Return each access as little as is needed of it: its context, its classes, whose it was.

    number: the context of the access, as one column.
    """
    return linked.mutate(number=number, bits=matched(linked, codes)).select(*LOOK)


def people(states: Mapping[str, Table], facts: Mapping[str, Table]) -> Table:
    """Return what a report says of a viewer, by `viewer_id`."""
    named = facts["persons"].select(person="person", person_name="name")
    viewer = states["viewer"].select(
        "viewer_id", "viewer_account", "person", "unit", "company", "viewer_class"
    )
    return viewer.left_join(named, "person").drop("person_right")


def records(states: Mapping[str, Table]) -> Table:
    """Return what a report says of a record, by `point_id`.

    contract: where there is none (a new point), the point itself stands for it.
    retailer: the company that supplies or buys, where it is a retailer.
    """
    company = states["company"].select(
        owner="company", retailer_name="company_name", owner_kind="company_kind"
    )
    point = states["point"].filter(states["point"].point_key == states["point"].point)
    point = point.left_join(company, "owner").drop("owner_right")
    retailer = point.owner_kind.isin(RETAIL)
    return point.select(
        "point_id",
        "point",
        "customer",
        "contract_kind",
        "owner",
        "owner_kind",
        contract=point.contract.coalesce(point.point),
        retailer=ibis.cases((retailer, point.owner)),
        retailer_name=ibis.cases((retailer, point.retailer_name)),
    )


def hits(
    looks: Table,
    access: Table,
    *,
    decided: Table,
    people: Table,
    records: Table,
    codes: Sequence[str],
) -> Table:
    """Return one row for each access that is in a class, with what was true at its time."""
    found = looks.filter(looks.bits != 0)
    found = found.mutate(
        **{
            "class": ibis.cases(*(((found.bits & (1 << n)) != 0, c) for n, c in enumerate(codes))),
        }
    )
    line = access.select("file", "line", "account", "device", "action", "record", "n")
    found = line.inner_join(found, ["file", "line"])
    found = found.left_join(people, "viewer_id").drop("viewer_id_right")
    found = found.left_join(records, "point_id").drop("point_id_right")
    on = ["system", "screen", "number"]
    found = found.left_join(decided, on).drop(*(f"{name}_right" for name in on))
    return found.mutate(viewer=found.person.coalesce(found.account)).select(*HIT)


def reported(hits: Table) -> Table:
    """Return the hits as touches, each under the one class that it is reported as."""
    return _touch(hits, hits["class"])


def matching(hits: Table, codes: Sequence[str]) -> Table:
    """Return the hits as touches, each under every class that holds for it."""
    return ibis.union(
        *(
            _touch(hits.filter((hits.bits & (1 << n)) != 0), ibis.literal(code))
            for n, code in enumerate(codes)
        )
    )


def _touch(hits: Table, kind: Any) -> Table:  # noqa: ANN401
    return hits.mutate(kind=kind, day=jst_day(hits.at), accesses=ibis.literal(1, "int64")).select(
        "kind", "day", "contract", "customer", "retailer", "accesses", person="viewer"
    )


def by_window(touches: Table) -> Table:
    """Return for each kind and window the accesses and the distinct of everything, exactly.

    A window is half open: days of Japan from `first` until before `until`.
    """
    windows = unbound(WINDOW, "windows")
    inside = windows.inner_join(
        touches, [touches.day >= windows["first"], touches.day < windows["until"]]
    )
    return inside.group_by(["window", "kind"]).aggregate(
        accesses=inside.accesses.sum(),
        contracts=inside.contract.nunique(),
        customers=inside.customer.nunique(),
        retailers=inside.retailer.nunique(),
        viewers=inside.person.nunique(),
    )


def by_month(hits: Table) -> Table:
    """Return for each class and month (of Japan) the accesses and the contracts, exactly."""
    month = jst_day(hits.at).strftime("%Y-%m")
    rows = hits.mutate(month=month)
    return rows.group_by(["class", "month"]).aggregate(
        accesses=rows.count(), contracts=rows.contract.nunique()
    )
