"""A whole investigation: nothing lost, nothing half done, the same bytes again, nothing missed."""

import json
import shutil
from datetime import date

import pytest

from sekisho.errors import SekishoError
from sekisho.replay.interning import domains_of
from sekisho_links.trace import results
from sekisho_links.trace.judge import Judge
from sekisho_links.trace.plan import KEPT, compiled, fingerprint
from sekisho_links.trace.windows import Window, window_of
from tests.links.trace.worlds import CODES, POLICY, copied, looks, run


def bytes_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_every_planted_incident_is_found_and_nothing_else(world, out):
    scores = results.score(out, world / "truth")

    assert {one.incident for one in scores} == set(CODES)
    assert all((one.precision, one.recall) == (1.0, 1.0) for one in scores)


def test_what_was_read_is_what_was_accepted_and_what_is_in_quarantine(world, out):
    kept = results.summary(out)["conservation"]

    assert kept["read"] == kept["accepted"] + kept["quarantined"]
    assert kept["judged"] == kept["accepted"]
    assert kept["quarantined"] == len(results.quarantine(out, limit=10_000))
    lines = sum(
        path.read_bytes().count(b"\n") + (not path.read_bytes().endswith(b"\n"))
        for path in (world / "logs").rglob("*")
        if path.is_file()
    )
    assert lines == sum(one["lines"] for one in kept["files"])


def test_the_quarantine_is_what_the_world_damaged(world, out):
    import duckdb

    truth, kept = world / "truth" / "bad_lines.parquet", out / "quarantine.parquet"
    with duckdb.connect() as engine:
        strangers = engine.execute(
            f"SELECT * FROM (SELECT file, line FROM '{truth}' WHERE reason <> 'record_21_digits')"
            f" FULL JOIN (SELECT file, line FROM '{kept}') AS q USING (file, line)"
            f" WHERE q.file IS NULL OR file IS NULL"
        ).fetchall()
        lost = engine.execute(
            f"SELECT count(*) FROM (SELECT file, line FROM '{truth}'"
            f" WHERE reason <> 'record_21_digits' EXCEPT SELECT file, line FROM '{kept}')"
        ).fetchall()

    assert (strangers, lost) == ([], [(0,)])


def test_the_verdicts_add_up_to_every_access(out):
    said = results.summary(out)

    assert sum(said["verdicts"].values()) == said["conservation"]["accepted"]
    assert sum(said["undecidable_for_want_of"].values()) == said["verdicts"]["undecidable"]


def test_a_second_run_gives_the_same_bytes(world, out, tmp_path):
    again = tmp_path / "again"
    run(world, again)

    assert bytes_of(again) == bytes_of(out)


def test_a_run_over_an_earlier_result_replaces_it_whole(world, out, tmp_path):
    over = tmp_path / "over"
    shutil.copytree(out, over)
    (over / "investigation.json").write_text("{}", "utf-8")

    run(world, over)

    assert bytes_of(over) == bytes_of(out)
    assert [path.name for path in tmp_path.iterdir()] == ["over"]


def test_a_run_that_fails_leaves_what_was_there_and_nothing_else(world, out, tmp_path, monkeypatch):
    over = tmp_path / "over"
    shutil.copytree(out, over)

    def broken(self, out, windows):
        raise OSError("the disk is full")

    monkeypatch.setattr(Judge, "answers", broken)
    with pytest.raises(OSError, match="disk"):
        run(world, over)

    assert bytes_of(over) == bytes_of(out)
    assert [path.name for path in tmp_path.iterdir()] == ["over"]


def test_a_folder_of_something_else_is_never_overwritten(world, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.txt").write_text("…", "utf-8")

    with pytest.raises(SekishoError, match="調査の結果ではない"):
        run(world, tmp_path / "thesis")


@pytest.mark.parametrize("how", ["gone", "torn", "column"])
def test_a_fact_that_cannot_be_used_is_named(world, tmp_path, how):
    import pyarrow.parquet as pq

    broken = copied(world, tmp_path / "world", only=["saiene"])
    fact = broken / "facts" / "devices.parquet"
    if how == "gone":
        fact.unlink()
    elif how == "torn":
        fact.write_bytes(fact.read_bytes()[:100])
    else:
        pq.write_table(pq.read_table(fact).drop_columns(["owner"]), fact)

    with pytest.raises(SekishoError) as said:
        run(broken, tmp_path / "out")

    assert "devices" in said.value.place
    assert said.value.remedy
    assert not (tmp_path / "out").exists()


def test_overlapping_periods_of_one_key_are_told_and_double_nothing(world, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    doubled = copied(world, tmp_path / "world", only=["saiene"])
    fact = doubled / "facts" / "contracts.parquet"
    table = pq.read_table(fact)
    pq.write_table(pa.concat_tables([table, table.slice(0, 5)]), fact)

    said = run(doubled, tmp_path / "out").summary

    assert said["facts_not_used"] == {"contracts": 5}
    assert said["conservation"]["judged"] == said["conservation"]["accepted"]


def test_distincts_of_windows_do_not_add_up_and_are_counted_anew(out):
    half = Window(name="前半", first=date(2025, 4, 1), until=date(2025, 10, 1))
    rest = Window(name="後半", first=date(2025, 10, 1), until=date(2026, 4, 1))
    counts = [
        {row["class"]: row for row in results.count(out, window)}
        for window in (half, rest, "2025-04-01..2026-04-01")
    ]

    for code in CODES:
        first, second, whole = (count[code] for count in counts)
        assert first["accesses"] + second["accesses"] == whole["accesses"]
        assert whole["contracts"] <= first["contracts"] + second["contracts"]
    assert any(
        counts[2][code]["contracts"] < counts[0][code]["contracts"] + counts[1][code]["contracts"]
        for code in CODES
    )


def test_any_window_afterwards_equals_the_table_of_the_investigation(out):
    said = results.summary(out)
    for window in said["windows"]:
        counted = {row["class"]: row for row in results.count(out, window["name"])}
        for row in said["incidents"]:
            if row["window"] == window["name"]:
                again = counted[row["class"]]
                names = ("accesses", "contracts", "customers", "retailers", "viewers")
                assert [again[name] for name in names] == [row[name] for name in names]


def test_each_class_is_also_counted_by_itself(out):
    said = results.summary(out)
    pairs = zip(said["incidents"], said["matched"], strict=True)

    assert all(one["accesses"] <= alone["accesses"] for one, alone in pairs)


def test_pages_of_hits_are_in_order_and_complete(out):
    number = results.number_of_hits(out, incident="mask_gap")
    pages = [
        results.hits(out, incident="mask_gap", offset=offset, limit=50)
        for offset in range(0, number, 50)
    ]
    rows = [row for page in pages for row in page]

    assert len(rows) == number
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert all(row["treatment"] == "拒否" and row["rules"] for row in rows)


def test_a_window_that_ends_before_it_begins_is_refused():
    with pytest.raises(SekishoError, match="終わり"):
        window_of("2025-10-01..2025-04-01")
    with pytest.raises(SekishoError, match="読めません"):
        window_of("去年")


def test_the_kept_statements_are_not_older_than_the_expressions():
    kept = json.loads(KEPT.read_text("utf-8"))

    assert kept["digest"] == fingerprint(CODES, domains_of(POLICY)), (
        "python -m sekisho_links.trace.plan"
    )


def test_kept_and_freshly_compiled_statements_say_the_same(world, out, tmp_path):
    fresh = compiled(CODES, domains_of(POLICY))

    kept_says = looks(world / "facts", out / "store", tmp_path / "a")
    fresh_says = looks(world / "facts", out / "store", tmp_path / "b", twin=lambda _: fresh)

    assert kept_says == fresh_says


def test_a_store_that_is_already_normalised_goes_the_same_way(world, out, tmp_path):
    normalised = tmp_path / "area"
    shutil.copytree(world / "facts", normalised / "facts")
    shutil.copytree(out / "store", normalised / "store")
    shutil.copy(world / "world.json", normalised)

    said = run(normalised, tmp_path / "out").summary

    before = results.summary(out)
    for name in ("incidents", "matched", "apart", "verdicts", "contexts"):
        assert said[name] == before[name]


def test_judged_in_many_parts_the_counts_are_the_same(world, out, tmp_path, monkeypatch):
    monkeypatch.setattr("sekisho_links.trace.judge.ROWS", 1_000)

    said = run(world, tmp_path / "out").summary

    assert said == results.summary(out)
    assert all(isinstance(row["accesses"], int) for row in results.flows(out))
    assert results.flows(tmp_path / "out") == results.flows(out)
    assert results.hits(tmp_path / "out", limit=9_999) == results.hits(out, limit=9_999)


def of_one_bad_line(world, to):
    shutil.copytree(world / "facts", to / "facts")
    shutil.copy(world / "world.json", to)
    (to / "logs" / "takuso").mkdir(parents=True)
    text = "日時,利用者ID\nx,y\n"
    (to / "logs" / "takuso" / "takuso-2025-04.csv").write_text(text, encoding="cp932")
    return to


def test_logs_of_which_nothing_can_be_used_count_as_nothing_and_are_kept(world, tmp_path):
    folder, out = of_one_bad_line(world, tmp_path / "bad"), tmp_path / "out"

    said = run(folder, out).summary

    kept = said["conservation"]
    assert (kept["read"], kept["accepted"], kept["quarantined"]) == (1, 0, 1)
    assert {row["class"] for row in said["incidents"]} == set(CODES)
    assert {row[n] for row in said["incidents"] for n in ("accesses", "viewers")} == {0}
    assert [row["line"] for row in results.quarantine(out)] == [2]
    for table in (results.hits, results.flows, results.months, results.contexts):
        assert table(out) == []
    assert {one.reported for one in results.score(out, world / "truth")} == {0}


def test_only_the_owner_may_read_what_an_investigation_leaves(world, tmp_path):
    out = tmp_path / "out"

    run(of_one_bad_line(world, tmp_path / "bad"), out)

    modes = {path: path.stat().st_mode & 0o777 for path in (out, *out.rglob("*"))}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
