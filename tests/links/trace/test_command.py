"""`sekisho investigate`: results on stdout, messages on stderr, an exit status that says enough."""

import json

from typer.testing import CliRunner

from sekisho_cli.main import app
from sekisho_links.trace import results
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
    assert "夏（2025-07-01 から 2025-10-01 の前まで）" in answer.stdout
    assert "通期" not in answer.stdout


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
