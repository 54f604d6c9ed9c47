"""sekisho target: a secret goes into its file and nowhere else."""

import pytest
from typer.testing import CliRunner

from sekisho_cli.main import app
from sekisho_links.accounts.targets.secrets import secret_of


def call(*words, typed=""):
    return CliRunner().invoke(app, ["target", *words], input=typed)


def test_a_secret_is_read_from_the_input_and_is_not_said_again(tmp_path):
    result = call("secret", "takuso", "--home", str(tmp_path), typed="the secret\n")

    assert result.exit_code == 0
    assert "the secret" not in result.output
    assert secret_of(tmp_path, "takuso") == "the secret"

    assert call("secret", "takuso", "--home", str(tmp_path), "--forget").exit_code == 0
    assert secret_of(tmp_path, "takuso") == ""


def test_an_empty_secret_is_refused(tmp_path):
    result = call("secret", "takuso", "--home", str(tmp_path), typed="\n")

    assert result.exit_code == 2
    assert "--forget" in result.output


def test_there_is_no_comparing_without_a_database(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)

    assert call("reconcile", "--home", str(tmp_path)).exit_code == 2


@pytest.mark.django_db
def test_comparing_says_each_target_and_what_differs(capsys):
    from django.core.management import CommandError, call_command

    from tests.factories.targets import ScimService, TargetFactory

    service = ScimService()
    service.add("stranger")
    with service.serving() as url:
        TargetFactory(address={"url": url})
        with pytest.raises(CommandError) as error:
            call_command("reconcile")

    assert error.value.returncode == 3
    assert "1 件を読み、違い 1" in capsys.readouterr().out
