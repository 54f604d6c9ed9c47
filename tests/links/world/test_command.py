"""sekisho world: a folder in, a world out, an exit status."""

import json

import pytest
import typer
from typer.testing import CliRunner

from sekisho_cli.world import register


@pytest.fixture
def app() -> typer.Typer:
    """Return the command alone, beside another one, as it stands among its siblings."""
    app = typer.Typer()
    register(app)

    @app.command()
    def other() -> None:
        """Nothing."""

    return app


def test_the_json_is_what_stands_in_the_folder(app, tmp_path):
    folder = tmp_path / "world"
    answer = CliRunner().invoke(app, ["world", str(folder), "--size", "tiny", "--json"])

    assert answer.exit_code == 0
    said = json.loads(answer.stdout)
    assert said["world"] == json.loads((folder / "world.json").read_text(encoding="utf-8"))
    assert said["seconds"]["world"] > 0


def test_a_person_reads_how_much_was_made(app, tmp_path):
    answer = CliRunner().invoke(app, ["world", str(tmp_path / "w"), "--size", "tiny"])

    assert answer.exit_code == 0
    assert "利用記録" in answer.stdout
    assert "架空の世界を作る" in answer.stderr


def test_a_folder_of_something_else_is_refused_with_the_remedy(app, tmp_path):
    (tmp_path / "letter.txt").write_text("…", encoding="utf-8")
    answer = CliRunner().invoke(app, ["world", str(tmp_path), "--size", "tiny"])

    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert "空のフォルダか、まだないフォルダを指定してください" in answer.stderr
