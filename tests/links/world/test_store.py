"""The area's log goes straight into the store: the same accesses as in text, bounded segments."""

from collections import Counter

import pyarrow.parquet as pq
import pytest

from sekisho.world.group import draw_world
from sekisho.world.pools import scenes
from sekisho.world.sizes import SIZES
from sekisho_links.world import store
from sekisho_links.world.logs import Truth

COLUMNS = (
    *("file", "line", "at", "account", "device", "ip", "screen", "action"),
    *("record", "n", "result", "purpose", "method"),
)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    world, truth = draw_world(7, SIZES["tiny"]), Truth()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "SEGMENT", 300)
        for scene in scenes(world):
            store.write_month(folder, scene, truth)
    return folder, truth


def rows(folder):
    for path in sorted(folder.glob("system=*/month=*/*.parquet")):
        system = path.parts[-3].removeprefix("system=")
        yield system, path, pq.ParquetFile(path).read().to_pylist()


def test_the_store_holds_the_accesses_of_the_logs(written, tiny):
    found = Counter(
        (
            system,
            row["at"],
            row["account"],
            row["device"],
            row["screen"],
            row["record"],
            row["result"],
        )
        for system, _, part in rows(written[0])
        for row in part
    )
    expected = Counter(
        (look.system, look.at, look.account, look.device, look.screen, look.record, look.result)
        for look in tiny.logs.looks
    )

    assert found == expected


def test_a_segment_has_the_agreed_columns_in_the_agreed_order(written):
    for _, path, part in rows(written[0]):
        assert tuple(pq.read_schema(path).names) == COLUMNS
        assert [(row["account"], row["at"]) for row in part] == sorted(
            (row["account"], row["at"]) for row in part
        )
        assert [row["line"] for row in part] == list(range(1, len(part) + 1))


def test_a_month_is_cut_into_segments(written):
    assert sum(1 for _ in rows(written[0])) > 12 * 7
    assert max(len(part) for _, _, part in rows(written[0])) < 2_000


def test_the_truth_names_rows_of_the_store(written, tmp_path):
    folder, truth = written
    truth.write(tmp_path)
    marked = pq.read_table(tmp_path / "accesses.parquet").to_pylist()
    known = {
        (row["file"], row["line"]): row["result"] for _, _, part in rows(folder) for row in part
    }

    assert len(marked) == sum(truth.planted().values()) > 300
    assert {known[row["file"], row["line"]] for row in marked} == {"shown"}
