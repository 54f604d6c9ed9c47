"""`sekisho investigate`: results on stdout, messages on stderr, an exit status that says enough."""

import csv
import json

from rich.cells import cell_len
from typer.testing import CliRunner

from sekisho.replay.simulated import simulation_of
from sekisho_cli.main import app
from sekisho_cli.trace import show
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in
from sekisho_links.trace import results
from sekisho_links.trace.investigate import class_names
from tests.links.trace.worlds import copied

runner = CliRunner()


def investigate(*arguments):
    return runner.invoke(app, ["investigate", *map(str, arguments)])


def test_the_json_on_stdout_is_the_contract_of_the_folder(world, tmp_path):
    small = copied(world, tmp_path / "world", only=["takuso"])

    answer = investigate(small, "--out", tmp_path / "out", "--json")

    assert answer.exit_code == 0, answer.output
    said = json.loads(answer.stdout)
    assert said == results.summary(tmp_path / "out")
    assert set(said["incidents"][0]) == {
        "class",
        "window",
        "accesses",
        "contracts",
        "customers",
        "retailers",
        "viewers",
    }


def test_the_table_is_in_japanese_and_in_the_windows_that_were_asked(world, tmp_path):
    small = copied(world, tmp_path / "world", only=["takuso", "saiene"])
    window = "夏=2025-07-01..2025-10-01"

    answer = investigate(small, "--out", tmp_path / "out", "--window", window)

    assert answer.exit_code == 0, answer.output
    assert "マスク・画面遷移の抜け" in answer.stdout
    assert "夏（2025-07-01〜2025-09-30）" in answer.stdout
    assert "通期" not in answer.stdout


def test_where_nothing_can_be_used_the_table_is_all_zeros_and_says_so(world, tmp_path):
    small = copied(world, tmp_path / "world", only=[])
    (small / "logs" / "takuso").mkdir()
    (small / "logs" / "takuso" / "takuso-2025-04.csv").write_text("日時\nx\n", encoding="cp932")

    answer = investigate(small, "--out", tmp_path / "out")

    assert answer.exit_code == 0, answer.output
    assert "隔離した 1 行" in answer.stdout
    assert "使える行が一つもありません" in answer.stdout
    assert (tmp_path / "out" / "quarantine.parquet").is_file()


def test_the_table_stands_whole_in_eighty_columns_and_needs_the_summary_only(
    out, capsys, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "80")
    said = results.summary(out)
    said["windows"] = [{"name": "2025-04-01..2026-04-01", "from": "2025-04-01", "to": "2026-04-01"}]
    for row in (*said["incidents"], *said["apart"]):
        row.update({"accesses": 9_999_999, "contracts": 99_999, "customers": 99_999})
        row.update({"retailers": 999, "viewers": 9_999, "window": "2025-04-01..2026-04-01"})

    show(said)

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].strip() == "2025-04-01〜2026-03-31"
    for words in (*class_names().values(), "判定表なら見せない"):
        (row,) = [line for line in lines if f" {words} " in line]
        assert row.split()[-5:] == ["9,999,999", "99,999", "99,999", "999", "9,999"]
        assert cell_len(row) <= 80


def test_what_cannot_be_read_ends_with_2_and_a_sentence(tmp_path):
    answer = investigate(tmp_path, "--out", tmp_path / "out")

    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert "置いてください" in answer.stderr.replace("\n", "")
    assert not (tmp_path / "out").exists()


def test_a_window_that_cannot_be_read_is_refused_before_anything_is_done(world, tmp_path):
    answer = investigate(world, "--out", tmp_path / "out", "--window", "去年")

    assert answer.exit_code == 2
    assert not (tmp_path / "out").exists()


def draft(to):
    """Write the shipped tables without one rule, and return their folder."""
    files = files_in(shipped("tables"))
    rules = files["託送業務システム/判定表.csv"].decode("utf-8").splitlines(keepends=True)
    files["託送業務システム/判定表.csv"] = "".join(
        line for line in rules if not line.startswith("C01,")
    ).encode()
    for path, content in files.items():
        (to / path).parent.mkdir(parents=True, exist_ok=True)
        (to / path).write_bytes(content)
    return to


def test_a_draft_is_simulated_and_its_cells_go_into_a_file(out, tmp_path):
    cells = tmp_path / "cells.csv"

    answer = runner.invoke(
        app,
        ["simulate", str(draft(tmp_path / "tables")), "--on", str(out), "--csv", str(cells)],
    )

    assert answer.exit_code == 0, answer.output
    assert "－ 狭まる" in answer.stdout
    kept = list(csv.reader(cells.read_text("utf-8-sig").splitlines()))
    assert {row[2] for row in kept[1:]} == {"送配電託送"}


def test_the_json_of_a_simulation_carries_its_digest(out, tmp_path):
    answer = runner.invoke(
        app,
        ["simulate", str(draft(tmp_path / "tables")), "--on", str(out), "--json",
         "--window", "2025-10-01..2026-01-01"],
    )  # fmt: skip

    said = json.loads(answer.stdout)
    assert said.pop("digest") == simulation_of(said).digest
    assert said["first"] == "2025-10-01"


def test_results_that_kept_no_looks_are_refused(tmp_path):
    answer = runner.invoke(
        app, ["simulate", str(draft(tmp_path / "tables")), "--on", str(tmp_path)]
    )

    assert answer.exit_code == 2
    assert "試算に使う記録が残っていません" in answer.output.replace("\n", "")
