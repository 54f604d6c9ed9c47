"""The script of the documents and the command read the same file, and both refuse every change."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sekisho_cli.main import app
from tests.rules.grants.signed import approval, decision

SCRIPT = Path(__file__).parents[3] / "docs" / "verify_approval.py"
DENIED = approval(decision(), decision(party=2, person="officer", verdict="deny", at=2))


@pytest.fixture
def exported(tmp_path):
    def write(text):
        file = tmp_path / "approval.json"
        file.write_bytes(text)
        return file

    return write


def by_script(file):
    return subprocess.run(
        [sys.executable, str(SCRIPT), str(file)], capture_output=True, text=True, check=False
    )


def by_command(file, *options):
    return CliRunner().invoke(app, ["grants", "verify", str(file), *options])


def test_the_script_is_of_forty_lines_and_needs_cryptography_only():
    text = SCRIPT.read_text()

    assert len(text.splitlines()) <= 40
    imported = {
        line.split()[1].partition(".")[0]
        for line in text.splitlines()
        if line.startswith(("import ", "from "))
    }
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


def test_a_whole_approval_is_taken_by_both(exported):
    file = exported(approval().text)

    script, command = by_script(file), by_command(file)

    assert (script.returncode, command.exit_code) == (0, 0), script.stderr
    keys = [line.split()[-1] for line in script.stdout.splitlines()]
    assert keys == [line.split("\t")[-1] for line in command.stdout.splitlines() if "\t" in line]
    assert len(keys) == 2


@pytest.mark.parametrize("whole", [DENIED, approval(decision())], ids=["却下", "一人だけ"])
def test_what_is_signed_and_not_approved_is_no_approval(exported, whole):
    file = exported(whole.text)

    assert (by_script(file).returncode, by_command(file).exit_code) == (1, 1)


def test_the_command_says_in_json_what_it_found(exported):
    said = json.loads(by_command(exported(approval().text), "--json").stdout.splitlines()[0])

    assert said["approved"]
    assert [one["person"] for one in said["decisions"]] == ["chief", "officer"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # open(…).read()
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_every_flipped_byte_is_refused_by_the_script(exported, monkeypatch, capsys):
    """In one process, since there are thousands; some of them in a process of their own."""
    text = approval().text
    code = compile(SCRIPT.read_text(), str(SCRIPT), "exec")
    taken = []
    for place in range(len(text)):
        other = bytearray(text)
        other[place] ^= 1 << (place % 8)
        file = exported(bytes(other))
        monkeypatch.setattr(sys, "argv", [str(SCRIPT), str(file)])
        try:
            exec(code, {"__name__": "__main__"})
        except SystemExit as over:
            if not over.code:
                taken.append(place)
        except Exception:
            continue
        else:
            taken.append(place)
    capsys.readouterr()

    assert taken == []
    for place in range(7, len(text), len(text) // 6):
        other = bytearray(text)
        other[place] ^= 1
        file = exported(bytes(other))
        assert by_script(file).returncode != 0
        assert by_command(file).exit_code != 0


def test_what_is_no_approval_is_said_in_words(exported):
    said = by_command(exported(b"{}"))

    assert said.exit_code == 2
    assert "承認の証拠ではない" in said.output
