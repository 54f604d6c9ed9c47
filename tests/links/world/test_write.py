"""A world on disk: the layout that is agreed, the same bytes for the same seed, nothing lost."""

import hashlib
import itertools
import json
from collections import Counter
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sekisho_links.world import write
from sekisho_links.world.damage import REPAIRED
from sekisho_links.world.write import CannotWriteWorld, write_world
from tests.links.world.reading import JST

TIME = pa.timestamp("us", tz="UTC")
S = pa.string()
FACTS = {
    "companies": {"code": S, "name": S, "kind": S, "principal": S},
    "units": {"unit": S, "company": S, "name": S, "kind": S, "line": pa.int8(), "site": S},
    "persons": {"person": S, "name": S, "kana": S},
    "posts": {
        "person": S,
        "company": S,
        "unit": S,
        "role": S,
        "kind": S,
        "valid_from": TIME,
        "valid_to": TIME,
        "known_from": TIME,
    },
    "supporters": {"emergency": S, "person": S, "valid_from": TIME, "valid_to": TIME},
    "accounts": {
        "account": S,
        "system": S,
        "person": S,
        "kind": S,
        "granted_by": S,
        "issued_at": TIME,
        "closed_at": TIME,
        "valid_from": TIME,
        "valid_to": TIME,
        "known_from": TIME,
    },
    "devices": {
        "device": S,
        "terminal": S,
        "owner": S,
        "principal": S,
        "site": S,
        "site_company": S,
        "keeper": S,
        "valid_from": TIME,
        "valid_to": TIME,
    },
    "loans": {"device": S, "person": S, "valid_from": TIME, "valid_to": TIME},
    "emergencies": {
        "emergency": S,
        "cause": S,
        "district": S,
        "valid_from": TIME,
        "valid_to": TIME,
    },
    "grants": {
        "grant": S,
        "person": S,
        "system": S,
        "kind": S,
        "purpose": S,
        "district": S,
        "record": S,
        "valid_from": TIME,
        "valid_to": TIME,
        "revoked_at": TIME,
    },
    "work_items": {
        "work_item": S,
        "person": S,
        "company": S,
        "record": S,
        "kind": S,
        "valid_from": TIME,
        "valid_to": TIME,
    },
    "holds": {"person": S, "reason": S, "valid_from": TIME, "valid_to": TIME},
    "points": {
        "record": S,
        "facility": S,
        "kind": S,
        "area": S,
        "district": S,
        "voltage": S,
        "created_on": pa.date32(),
    },
    "contracts": {
        "record": S,
        "contract": S,
        "customer": S,
        "relation": S,
        "company": S,
        "status": S,
        "valid_from": TIME,
        "valid_to": TIME,
    },
    "ties": {"record": S, "company": S, "relation": S, "valid_from": TIME, "valid_to": TIME},
}
TRUTH = {
    "accesses": {
        "system": S,
        "file": S,
        "line": pa.int32(),
        "class": S,
        "evident": pa.bool_(),
    },
    "bad_lines": {"file": S, "line": pa.int32(), "reason": S},
}
# Of one of these there is never more than one row at a time.
KEYS = {
    "accounts": ("system", "account"),
    "devices": ("device",),
    "loans": ("device",),
    "contracts": ("record",),
    "ties": ("record", "company", "relation"),
    "emergencies": ("district",),
    "supporters": ("person",),
    "holds": ("person",),
}


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes(tiny, tmp_path):
    write_world(tmp_path / "again", size="tiny", seed=7)

    assert hashes(tmp_path / "again") == hashes(tiny.folder)


def test_another_seed_gives_another_world(tiny, tmp_path):
    write_world(tmp_path / "other", size="tiny", seed=8)

    ours, theirs = hashes(tiny.folder), hashes(tmp_path / "other")
    assert ours.keys() == theirs.keys()
    same = {name for name in ours if ours[name] == theirs[name]}
    assert same == {f"facts/{name}.parquet" for name in ("companies", "units", "emergencies")}


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_has_the_columns_that_are_agreed(tiny, name):
    schema = pq.read_schema(tiny.folder / f"facts/{name}.parquet")

    assert dict(zip(schema.names, schema.types, strict=True)) == FACTS[name]


@pytest.mark.parametrize("name", TRUTH)
def test_the_truth_has_the_columns_that_are_agreed(tiny, name):
    schema = pq.read_schema(tiny.folder / f"truth/{name}.parquet")

    assert dict(zip(schema.names, schema.types, strict=True)) == TRUTH[name]


def test_no_other_facts_are_written(tiny):
    assert {path.stem for path in (tiny.folder / "facts").iterdir()} == set(FACTS)


@pytest.mark.parametrize("name", KEYS)
def test_the_periods_of_one_key_are_half_open_and_never_overlap(tiny, name):
    rows = pq.read_table(tiny.folder / f"facts/{name}.parquet").to_pylist()
    rows.sort(key=lambda row: (*(row[key] for key in KEYS[name]), row["valid_from"]))

    assert all(row["valid_to"] is None or row["valid_from"] < row["valid_to"] for row in rows)
    for earlier, later in itertools.pairwise(rows):
        if all(earlier[key] == later[key] for key in KEYS[name]):
            assert earlier["valid_to"] is not None
            assert earlier["valid_to"] <= later["valid_from"]


def test_a_person_has_one_main_post_at_a_time(tiny):
    rows = pq.read_table(tiny.folder / "facts/posts.parquet").to_pylist()
    main = sorted(
        (row["person"], row["valid_from"], row["valid_to"]) for row in rows if row["kind"] == "main"
    )

    for (one, _, until), (other, since, _) in itertools.pairwise(main):
        assert one != other or (until is not None and until <= since)


def test_every_reference_leads_somewhere(tiny):
    def column(name: str, key: str) -> set[str]:
        values = pq.read_table(tiny.folder / f"facts/{name}.parquet", columns=[key])[key]
        return set(values.to_pylist()) - {None}

    persons, records = column("persons", "person"), column("points", "record")
    codes, units = column("companies", "code"), column("units", "unit")
    for name in ("posts", "supporters", "accounts", "loans", "grants", "work_items", "holds"):
        assert column(name, "person") <= persons
    for name in ("contracts", "ties", "work_items"):
        assert column(name, "record") <= records
        assert column(name, "company") <= codes
    assert column("posts", "unit") <= units
    assert column("devices", "site_company") <= codes
    assert column("accounts", "granted_by") <= codes


def test_every_access_names_an_account_and_a_device_of_the_facts(tiny):
    assert {(look.system, look.account) for look in tiny.logs.looks} <= set(tiny.facts.accounts)
    assert {look.device for look in tiny.logs.looks} <= set(tiny.facts.devices)
    named = {look.record for look in tiny.logs.looks if look.record}
    assert named <= set(tiny.facts.points) | set(tiny.facts.facilities)


def test_no_line_is_lost_and_every_bad_one_is_known(tiny):
    counts, logs = tiny.answer["counts"], tiny.logs
    rows = pq.read_table(tiny.folder / "truth/bad_lines.parquet").to_pylist()
    refused = {(row["file"], row["line"]) for row in rows if row["reason"] != REPAIRED}
    repaired = {(row["file"], row["line"]) for row in rows if row["reason"] == REPAIRED}

    assert dict(logs.lines) == counts["lines_by_system"]
    assert Counter(look.system for look in logs.looks) == counts["accesses_by_system"]
    assert len(logs.looks) + len(logs.refused) == sum(counts["lines_by_system"].values())
    assert set(logs.refused) == refused
    assert len(logs.refused) == counts["refused"]
    assert set(logs.repaired) == repaired
    assert len(repaired) == counts["repaired"]


def test_each_kind_of_damage_occurs(tiny):
    assert set(tiny.answer["bad_lines"]) == {
        "record_21_digits",
        "record_exponent",
        "account_empty",
        "line_truncated",
        "file_truncated",
        "bytes_invalid",
        "other_system",
        "header_repeated",
        "screen_unknown",
        "time_invalid",
    }
    assert all(tiny.answer["bad_lines"].values())


def test_the_truth_points_at_lines_that_were_read(tiny):
    rows = pq.read_table(tiny.folder / "truth/accesses.parquet").to_pylist()
    looks = {(look.file, look.line): look for look in tiny.logs.looks}

    assert len({(row["file"], row["line"]) for row in rows}) == len(rows)
    for row in rows:
        look = looks[row["file"], row["line"]]
        assert look.result == "shown"
        assert look.record is not None
        assert look.system == row["system"]


def test_the_counts_are_those_of_the_truth(tiny):
    rows = pq.read_table(tiny.folder / "truth/accesses.parquet").to_pylist()
    counts = tiny.answer["counts"]

    assert dict(Counter(row["class"] for row in rows)) == counts["planted"]
    unseen = Counter(row["class"] for row in rows if not row["evident"])
    assert {name: n for name, n in counts["planted_unseen"].items() if n} == unseen


def test_one_log_has_a_gap_of_hours(tiny):
    (gap,) = tiny.answer["gaps"]
    looks = [look for look in tiny.logs.looks if look.system == gap["system"]]
    there = [look.at.astimezone(JST).isoformat() for look in looks]

    assert not [at for at in there if gap["from"] <= at < gap["to"]]
    assert [at for at in there if at < gap["from"]]
    assert [at for at in there if at >= gap["to"]]


def test_a_file_is_in_order_of_time_and_holds_its_month_only(tiny):
    last: dict[str, datetime] = {}
    for look in tiny.logs.looks:
        month = look.file.rsplit(".", 1)[0][-7:]
        assert look.at.astimezone(JST).strftime("%Y-%m") == month
        assert last.get(look.file, look.at) <= look.at
        last[look.file] = look.at


def test_world_json_is_the_answer(tiny):
    assert json.loads((tiny.folder / "world.json").read_text(encoding="utf-8")) == tiny.answer
    assert {"seed", "size", "network", "affiliate", "area", "from", "to"} <= tiny.answer.keys()
    for window in tiny.answer["windows"]:
        assert window["from"] < window["to"]


def test_progress_ends_with_the_total(tmp_path):
    told: list[tuple[int, int | None]] = []
    write_world(
        tmp_path / "w",
        size="tiny",
        seed=1,
        report=lambda done, total=None: told.append((done, total)),
    )

    assert told[-1] == (14, 14)
    assert [done for done, _ in told] == sorted({done for done, _ in told})


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path):
    (tmp_path / "my_letters.txt").write_text("…", encoding="utf-8")

    with pytest.raises(CannotWriteWorld, match="架空の世界ではない"):
        write_world(tmp_path, size="tiny")

    assert [path.name for path in tmp_path.iterdir()] == ["my_letters.txt"]


def test_an_unknown_size_is_answered_with_the_known_ones(tmp_path):
    with pytest.raises(CannotWriteWorld, match="tiny、small、area"):
        write_world(tmp_path / "w", size="huge")


def test_a_world_that_fails_half_way_leaves_the_old_one(tmp_path, monkeypatch):
    folder = tmp_path / "w"
    write_world(folder, size="tiny", seed=1)
    before = hashes(folder)

    def failing(*_args, **_kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(write.logs, "write_month", failing)
    with pytest.raises(OSError, match="disk full"):
        write_world(folder, size="tiny", seed=2)

    assert hashes(folder) == before


def test_a_new_world_replaces_the_old_one_whole(tmp_path):
    folder = tmp_path / "w"
    write_world(folder, size="tiny", seed=1)
    (folder / "logs/takuso/left-over.csv").write_bytes(b"")
    write_world(folder, size="tiny", seed=2)

    assert not (folder / "logs/takuso/left-over.csv").exists()
    assert json.loads((folder / "world.json").read_text(encoding="utf-8"))["seed"] == 2
