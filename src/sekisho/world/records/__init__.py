"""What the seven systems hold when the year is over: each field of their 整理表, as text.

An empty text is a value that is missing (null in the file).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sekisho.world.chance import Array
from sekisho.world.companies import COMPANIES
from sekisho.world.contracts import FIT_NETWORK, LAST_RESORT, NONE, RELATIONS
from sekisho.world.group import World
from sekisho.world.names import TOWNS
from sekisho.world.records import calls, closed, meters, receptions, state, wheeling
from sekisho.world.records.customers import Customers, customers


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The records of one system: whose they are, where they are, and what stands in them."""

    number: Array
    owner_key: Array
    area: Array
    fields: dict[str, Array]


Fields = Callable[[World, Customers], dict[str, Array]]
SYSTEM_FIELDS: dict[str, Fields] = {
    "takuso": wheeling.fields,
    "nwonline": receptions.fields,
    "callcenter": calls.fields,
    "nwsetting": meters.fields,
    "lastresort": closed.last_resort,
    "fitnw": closed.purchases,
    "saiene": state.fields,
}


def held(world: World, system: str) -> Held:
    """Return what `system` holds now."""
    points = _points(world, system)
    people = customers(world, points)
    period = people.period
    relation = np.array([*RELATIONS])[world.contracts.relation[period, points]]
    codes = np.array([*(c.code for c in COMPANIES), *[""] * (256 - len(COMPANIES))])
    owner = codes[world.contracts.company[period, points]]
    owner[relation == "none"] = ""
    towns = np.array([code for code, _, _ in TOWNS])
    return Held(
        number=np.arange(1, len(points) + 1, dtype=np.int64),
        owner_key=np.char.add(np.char.add(relation, ":"), owner),
        area=towns[world.contracts.district[points]],
        fields=SYSTEM_FIELDS[system](world, people),
    )


def _points(world: World, system: str) -> Array:
    """Return the points that have a record: all, or an even sample where the size asks for it."""
    contracts = world.contracts
    demand = np.arange(contracts.demand)
    generation = np.arange(contracts.demand, contracts.points)
    now = contracts.now()
    match system:
        case "takuso" | "nwsetting":
            points = demand
        case "nwonline":
            relation = contracts.relation[now[demand], demand]
            points = demand[(demand * 7 % 10 < 6) | (relation == NONE)]
        case "callcenter":
            points = demand[demand * 7 % 10 < 3]
        case "lastresort":
            points = demand[contracts.relation[now[demand], demand] == LAST_RESORT]
        case "fitnw":
            points = generation[contracts.relation[now[generation], generation] == FIT_NETWORK]
        case _:
            points = generation
    if len(points) > world.size.records:
        points = points[np.linspace(0, len(points) - 1, world.size.records).astype(np.int64)]
    return points
