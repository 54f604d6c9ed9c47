"""The publisher as a process: it hears what is asked, is started again, and ends with the site."""

import os
import signal
from time import monotonic, sleep

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from sekisho.ledger.leaves import Kind, read_leaf
from sekisho_cli.site import Beside
from sekisho_links.gate import Live, put_live
from sekisho_links.policy.folders import shipped_policy
from sekisho_web.gate import operations
from sekisho_web.policy.models import Change, Publication
from sekisho_web.policy.versions import live_hash
from tests.doors.gate.people import enter
from tests.doors.gate.reading import cells
from tests.doors.gate.test_publishing import Signers, approved
from tests.doors.gate.test_switch import look
from tests.doors.ledger import reading as ledger
from tests.factories import sign_in
from tests.links.gate.versions import shipped_files, with_ceilings
from tests.postgres import url_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("gate")]


@pytest.fixture
def publisher(monkeypatch):
    """Yield a publisher for Django's test database; at the end the shipped tables are live."""
    url = url_of("owner", str(connection.settings_dict["NAME"]))
    monkeypatch.setenv("SEKISHO_DATABASE_OWNER_URL", url)
    with Beside("publisher") as beside:
        yield beside
    with psycopg.connect(url, autocommit=True) as owner:
        put_live(owner, shipped_policy())


def answered(publication, *, seconds=60):
    """Return the publication as soon as it is answered."""
    end = monotonic() + seconds
    while monotonic() < end:
        found = Publication.objects.get(pk=publication.pk)
        if found.state != Publication.State.ASKED:
            return found
        sleep(0.05)
    raise TimeoutError("nobody publishes")


def test_what_is_asked_is_published_and_the_next_page_shows_it(client, publisher):
    person = enter(client, "送配電託送")
    before = cells(look(client, person))

    done = answered(approved(Signers()))

    assert (done.state, done.said.get("reason")) == (Publication.State.DONE, None)
    assert live_hash() == done.version_id
    page = look(client, person)
    assert before["小売電気事業者名"] != cells(page)["小売電気事業者名"] == "あり △ 一部"
    assert ledger.leaf(page["X-Sekisho-Record"])["table"] == done.version_id
    assert Kind.RULE_PUBLISH in kinds_since(done.live_at)


def kinds_since(moment):
    """Return the kinds of all records from `moment` on."""
    with psycopg.connect(url_of("dba", str(connection.settings_dict["NAME"]))) as dba:
        found = dba.execute("select body from ledger.event order by id desc limit 50").fetchall()
    leaves = [read_leaf(bytes(body)) for (body,) in found]
    return {leaf["k"] for leaf in leaves if leaf["t"] >= moment.isoformat()[:19]}


def test_a_publisher_that_was_killed_is_started_again(publisher):
    signers = Signers()
    first = answered(approved(signers))
    os.kill(publisher._process.pid, signal.SIGKILL)
    Change.objects.update(base=first.version)
    second = approved(signers, with_ceilings(shipped_files(), change_date="一部"))

    done = answered(second)

    assert done.state == Publication.State.REFUSED  # it follows the shipped tables, not the first
    assert "別の版が公開されました" in done.said["reason"]


def test_it_ends_with_who_started_it(publisher):
    signers = Signers()
    answered(approved(signers))
    process = publisher._process

    publisher.__exit__()

    assert process.poll() is not None


def test_what_fails_unforeseen_does_not_keep_others_from_publishing(gate, monkeypatch):
    signers = Signers()
    bad, good = (
        approved(signers),
        approved(signers, with_ceilings(shipped_files(), change_date="一部")),
    )
    publish = operations.publish

    def failing(publication, *, now):
        if publication.pk == bad.pk:
            raise RuntimeError("a bug")
        return publish(publication, now=now)

    monkeypatch.setattr(operations, "publish", failing)
    monkeypatch.setattr(
        operations,
        "put_live",
        lambda *_, **__: Live(version=good.version_id, rows=1, written=1, profiles=1),
    )

    call_command("publisher", once=True)

    states = dict(Publication.objects.values_list("pk", "state"))
    assert states == {bad.pk: Publication.State.REFUSED, good.pk: Publication.State.DONE}
    assert "思いがけない誤り" in Publication.objects.get(pk=bad.pk).said["reason"]


def test_twin_a_site_without_a_publisher_publishes_nothing(client, gate):
    sign_in(client)
    with pytest.raises(TimeoutError, match="nobody publishes"):
        answered(approved(Signers()), seconds=1)
