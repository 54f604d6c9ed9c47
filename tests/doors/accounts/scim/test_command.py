"""Keys on the console of the server: shown once, listed without themselves, revoked."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from typer.testing import CliRunner

from sekisho_cli import accounts
from sekisho_cli.main import app
from sekisho_web.accounts.models import ApiToken, Feed, FeedToken
from sekisho_web.accounts.operations.keys import digest
from tests.doors.accounts.scim.speaking import Directory, feed_of
from tests.factories import CompanyFactory

pytestmark = pytest.mark.django_db


def said(*words):
    out, err = StringIO(), StringIO()
    call_command("machine_key", *words, stdout=out, stderr=err)
    return out.getvalue().strip()


def test_a_key_is_issued_listed_and_revoked(client):
    feed = feed_of(name="人事A")

    text = said("issue", "--feed", "人事A", "--days", "30")

    key = FeedToken.objects.get()
    assert key.code_hash == digest(text)
    directory = Directory(client, feed, key=text)
    assert directory.get("/Users").status_code == 200
    assert said("list").startswith(f"feed-{key.pk}\t人事A\t有効")
    assert text not in said("list")
    said("revoke", f"feed-{key.pk}")
    assert directory.get("/Users").status_code == 401
    assert "取消済" in said("list")


def test_a_feed_that_is_new_begins_with_its_company():
    CompanyFactory()

    said("issue", "--feed", "人事B", "--company", "N09", "--days", "30")

    assert Feed.objects.get(name="人事B").kind == "scim"


def test_a_program_gets_a_key_for_what_it_may_do():
    CompanyFactory()

    said("issue", "--client", "棚卸し", "--company", "N09", "--scope", "people.read", "--days", "9")

    assert ApiToken.objects.get().scopes == ["people.read"]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("issue", "--days", "1"), id="どちらでもない"),
        pytest.param(("issue", "--feed", "ない", "--days", "1"), id="ない連携"),
        pytest.param(("issue", "--client", "x", "--company", "ない", "--days", "1"), id="ない会社"),
        pytest.param(("revoke", "feed-99"), id="ない番号"),
        pytest.param(("revoke", "feed-1; drop"), id="番号でない"),
    ],
)
def test_what_cannot_be_done_says_what_to_do(words):
    with pytest.raises(CommandError, match="。"):
        said(*words)


def test_the_command_hands_on_what_was_typed(monkeypatch):
    asked = []
    monkeypatch.setattr(accounts, "run", lambda home, *words: asked.append(words) or 0)

    for line in (
        ["accounts", "token", "--feed", "人事A", "--days", "30"],
        ["accounts", "tokens"],
        ["accounts", "revoke-token", "feed-3"],
    ):
        assert CliRunner().invoke(app, line).exit_code == 0

    assert asked == [
        (
            "machine_key",
            "issue",
            "--feed",
            "人事A",
            "--client",
            "",
            "--company",
            "",
            "--days",
            "30",
        ),
        ("machine_key", "list"),
        ("machine_key", "revoke", "feed-3"),
    ]
