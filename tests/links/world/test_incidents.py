"""What is planted is exactly what the predicates say, read line by line from the files."""

from collections import Counter

import pyarrow.parquet as pq
import pytest

from sekisho.policy.attributes import VIEWER_CLASS
from sekisho_links.policy.folders import shipped_policy
from sekisho_links.world.write import write_world
from tests.links.world.conftest import Written
from tests.links.world.oracle import context, incident
from tests.links.world.reading import Facts, read_logs
from tests.links.world.twins import CARELESS

CLASSES = {
    "ministry_shared_id",
    "lent_id",
    "other_principal",
    "stale_after_transfer",
    "outside_emergency",
    "terminal_misplaced",
    "last_resort_seen",
    "fit_seen",
    "new_point_seen",
    "mask_gap",
}


def truth(world: Written) -> dict[tuple[str, int], str]:
    rows = pq.read_table(world.folder / "truth/accesses.parquet").to_pylist()
    return {(row["file"], row["line"]): row["class"] for row in rows if row["evident"]}


def found(facts: Facts, looks: list) -> dict[tuple[str, int], str]:
    return {
        (look.file, look.line): kind
        for look in looks
        if (kind := incident(facts, look)) is not None
    }


def test_the_predicates_find_the_planted_accesses_and_no_other(tiny):
    assert found(tiny.facts, tiny.logs.looks) == truth(tiny)


def test_every_class_is_planted(tiny):
    assert set(Counter(truth(tiny).values())) == CLASSES


def test_what_a_lent_id_hides_looks_lawful(tiny):
    rows = pq.read_table(tiny.folder / "truth/accesses.parquet").to_pylist()
    hidden = {(row["file"], row["line"]) for row in rows if not row["evident"]}
    looks = [look for look in tiny.logs.looks if (look.file, look.line) in hidden]

    assert len(looks) == len(hidden) > 0
    assert {incident(tiny.facts, look) for look in looks} == {None}


def test_at_least_97_of_100_accesses_are_lawful(tiny):
    assert len(truth(tiny)) <= 0.03 * len(tiny.logs.looks)


@pytest.mark.parametrize("careless", CARELESS, ids=lambda twin: twin.__name__)
def test_a_world_that_is_careless_is_caught(careless, tmp_path, monkeypatch):
    careless(monkeypatch)
    folder = tmp_path / "world"
    write_world(folder, size="tiny", seed=7)
    looks = read_logs(folder / "logs").looks
    planted = pq.read_table(folder / "truth/accesses.parquet").to_pylist()

    assert found(Facts(folder / "facts"), looks) != {
        (row["file"], row["line"]): row["class"] for row in planted if row["evident"]
    }


def test_the_tables_allow_at_least_95_of_100_lawful_looks_that_were_shown(tiny):
    policy, facts = shipped_policy(), tiny.facts
    order = [value.word for value in policy.attributes[VIEWER_CLASS].values]
    known = truth(tiny)
    allowed: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for look in tiny.logs.looks:
        if look.result != "shown" or (look.file, look.line) in known:
            continue
        system = policy.systems[look.system]
        kind = system.screens[look.screen].kind
        values = context(facts, look, kind=kind, order=order)
        if values is None:
            continue
        asked[values["閲覧者区分"]] += 1
        allowed[values["閲覧者区分"]] += system.table.decide(values).row.word == "表示"

    assert allowed.total() >= 0.95 * asked.total(), (allowed, asked)
    assert set(asked) >= {value for value in order if value not in {"国", "監督当局"}}, asked
