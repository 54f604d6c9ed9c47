"""Every cell that the database delivers is the one that the kernel decides."""

from dataclasses import replace
from random import Random

import pytest

from sekisho.gate.effects import shown
from sekisho.gate.relations import Duty, Reach
from sekisho.gate.tickets import party_of
from sekisho.policy.attributes import PROFILE
from sekisho_links.gate import rows
from tests.links.gate.conftest import KEYS, NETWORK_CLERK, SALES, standing
from tests.links.gate.definition import World
from tests.links.gate.worlds import (
    AFFILIATE,
    AREAS,
    CONTRACTOR,
    MINISTRY,
    NETWORK,
    PEOPLE,
    REGULATOR,
    RIVAL,
    number_of,
    this_moment,
)

COMPANIES = {
    "関係小売営業": AFFILIATE,
    "関係小売委託": AFFILIATE,
    "新電力": RIVAL,
    "災害応援": AFFILIATE,
    "送配電委託": CONTRACTOR,
    "国": MINISTRY,
    "監督当局": REGULATOR,
}
USES = (
    standing(Duty.AREA),
    standing(Duty.OWN),
    standing(Duty.WORK_ITEM),
    standing(Duty.NONE),
    standing(Duty.AREA, areas=frozenset(AREAS[:1])),
    Reach(
        areas=frozenset(AREAS),
        duty=Duty.AREA,
        written_areas=frozenset(AREAS[1:]),
        listed=False,
        standing=False,
    ),
    Reach(
        areas=frozenset(AREAS[:2]),
        duty=Duty.NONE,
        written_areas=frozenset(AREAS[:1]),
        listed=False,
        standing=False,
    ),
    Reach(
        areas=frozenset(AREAS), duty=Duty.WORK_ITEM, written_areas=None, listed=True, standing=False
    ),
    Reach(areas=frozenset(AREAS), duty=Duty.NONE, written_areas=None, listed=False, standing=False),
)


def profiles(system, chance, count):
    """Return contexts of each viewer class, most of which show something."""
    seen: dict[tuple[str, str], list[dict[str, str]]] = {}
    for context in shown(system.table):
        look = {name: context[name] for name in PROFILE}
        kept = seen.setdefault((look["閲覧者区分"], look["画面区分"]), [])
        if len(kept) < 40:
            kept.append(look)
    chosen = [chance.choice(looks) for looks in seen.values()]
    hidden = dict(SALES)
    hidden["端末"] = "送配電端末"
    return [*chance.sample(chosen, min(count, len(chosen))), hidden]


@pytest.mark.parametrize(
    "key", ["takuso", "nwonline", "callcenter", "nwsetting", "lastresort", "fitnw", "saiene"]
)
def test_every_cell_is_the_one_that_the_kernel_decides(app, policy, world, ticket_of, key):
    system = policy.systems[key]
    chance = Random(key)
    definition = World(world, system)
    at = this_moment()
    answered = 0

    for context in profiles(system, chance, 12):
        viewer = context["閲覧者区分"]
        company = COMPANIES.get(viewer, NETWORK)
        for use in chance.sample(USES, 4):
            ticket = ticket_of(
                context,
                system=key,
                use=use,
                company=company,
                party=party_of(company, relief=viewer == "災害応援"),
                person=chance.choice(PEOPLE),
                keys=tuple(number_of(n) for n in range(3, 120, 3)) if use.listed else (),
            )
            expected = list(definition.delivered(context, ticket, at=at, keys=KEYS))

            cursor = app.cursor()
            assert rows.open_ticket(cursor, ticket, key=KEYS.ticket)
            read = rows.rows(cursor, system, list(range(1, 200)), fields=tuple(system.fields))
            app.rollback()

            assert [
                (row.id, row.relation.word, row.scope.word, dict(row.values)) for row in read
            ] == expected
            answered += len(read)

    assert answered > 100


def test_a_record_without_an_area_is_shown_to_nobody(app, policy, ticket_of):
    cursor = app.cursor()
    rows.open_ticket(cursor, ticket_of(NETWORK_CLERK), key=KEYS.ticket)

    assert rows.rows(cursor, policy.systems["takuso"], [41], fields=("voltage_class",)) == []
    assert rows.rows(cursor, policy.systems["takuso"], [40], fields=("voltage_class",))


def test_a_search_finds_only_what_is_delivered_as_the_value(app, policy, ticket_of):
    system = policy.systems["takuso"]
    by_number = next(f for f in _finders(system) if f.name == "find_supply_point_no")
    cursor = app.cursor()
    rows.open_ticket(cursor, ticket_of(SALES | {"画面区分": "検索"}), key=KEYS.ticket)
    own, rival = 9, 10  # retail:R000 and retail:R012

    assert rows.found(cursor, system, by_number, wanted=[number_of(own)], most=2) == [own]
    assert rows.found(cursor, system, by_number, wanted=[number_of(rival)], most=2) == []
    assert rows.found(cursor, system, by_number, wanted=["0" * 22], most=2) == []


def test_a_name_is_sought_only_together_with_an_address(app, policy, ticket_of, world):
    system = policy.systems["takuso"]
    names = [f for f in _finders(system) if f.field == "customer_name"]
    finder = names[0]
    record = next(r for r in World(world, system).records if r["customer_name"] and r["area"])
    cursor = app.cursor()
    rows.open_ticket(cursor, ticket_of(NETWORK_CLERK | {"画面区分": "検索"}), key=KEYS.ticket)

    def search(beginning):
        return rows.found(
            cursor,
            system,
            finder,
            wanted=[record["customer_name"]],
            beginning=beginning,
            most=500,
        )

    assert [f.second for f in names] == ["supply_address"]
    assert record["id"] in search(record["supply_address"])
    assert search("") == search("架") == []


def test_the_lists_without_a_search_hold_what_the_use_names(app, policy, ticket_of):
    system = policy.systems["takuso"]
    cursor = app.cursor()
    rows.open_ticket(cursor, ticket_of(SALES | {"画面区分": "一覧"}), key=KEYS.ticket)

    own = rows.listed(cursor, system, "own", most=500)

    assert own
    assert own == sorted(own)
    assert rows.listed(cursor, system, "own", most=2) == own[:2]
    assert rows.listed(cursor, system, "own", following=own[1], most=2) == own[2:4]


def test_a_ticket_of_one_system_opens_no_other(app, policy, ticket_of):
    cursor = app.cursor()
    rows.open_ticket(cursor, ticket_of(NETWORK_CLERK, system="nwonline"), key=KEYS.ticket)

    assert rows.rows(cursor, policy.systems["takuso"], [1, 2, 3], fields=()) == []
    assert rows.rows(cursor, policy.systems["nwonline"], [1, 2, 3], fields=())


def test_a_ticket_of_another_version_is_not_taken(app, ticket_of):
    ticket = replace(ticket_of(NETWORK_CLERK), version="another")

    assert not rows.open_ticket(app.cursor(), ticket, key=KEYS.ticket)


def _finders(system):
    from sekisho.gate.views import finders

    return finders(system)


def test_work_that_comes_later_is_joined_behind_row_security(owner, policy, tmp_path):
    from sekisho_links.gate.records import load_work
    from tests.links.gate.worlds import NOON, write

    file = tmp_path / "work.parquet"
    write(
        file,
        {
            "record": [number_of(1), "0" * 22],
            "person": ["p-later", "p-later"],
            "valid_from": [NOON, NOON],
            "valid_to": [None, None],
        },
    )

    assert load_work(owner, policy.systems["takuso"], file) == 1
