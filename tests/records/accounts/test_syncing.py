"""A company's directory stops whom it switched off; against a real OpenLDAP."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from sekisho.accounts.wanted import TargetAccount
from sekisho_links.accounts.targets.secrets import keep_secret
from sekisho_web.accounts.models import Feed, FeedBatch, Hold, PersonNumber
from sekisho_web.accounts.operations import directories, suspend, syncing
from sekisho_web.campaigns.models import Finding
from tests.doors.accounts.live import cookie_of, enter, is_open, is_shut, with_password
from tests.factories import CompanyFactory, PersonFactory
from tests.links.accounts.targets import directory_peers
from tests.links.accounts.targets.directory_peers import OURS, SECRET, TOP

pytestmark = pytest.mark.django_db

NUMBER = "0000012"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def feed(now):
    return Feed.objects.create(
        company=CompanyFactory(), name="社内の名簿", kind=Feed.Kind.DIRECTORY, began_at=now
    )


def known(person, number=NUMBER):
    PersonNumber.objects.create(
        person=person, company=CompanyFactory(), number=number, valid_from=timezone.now()
    )
    return person


def listed(**states):
    return [TargetAccount(ext_id=n.removeprefix("n"), enabled=e) for n, e in states.items()]


def test_whom_openldap_locks_is_out_at_once_and_comes_back_only_by_signing_in(tmp_path, feed, now):
    person = known(with_password())
    client = enter(person)
    cookie = cookie_of(client)
    with directory_peers.slapd(tmp_path) as peer:
        feed.mapping = {
            "kind": "ldap",
            "address": {
                "uri": f"ldap://127.0.0.1:{peer.port}", "bind_dn": OURS,
                "base": f"ou=people,{TOP}", "timeout": 5,
                "policy": f"cn=default,ou=policies,{TOP}",
            },
        }  # fmt: skip
        feed.save()
        keep_secret(tmp_path, syncing.secret_key(feed), SECRET)
        peer.hire(NUMBER)
        assert syncing.sync(feed=feed, listed=syncing.read(feed, tmp_path), now=now).stopped == 0
        assert is_open(client)

        peer.change(NUMBER, pwdAccountLockedTime="000001010000Z")
        done = syncing.sync(feed=feed, listed=syncing.read(feed, tmp_path), now=now)

    assert done.stopped == 1
    assert is_shut(client, person)
    again = listed(**{f"n{NUMBER}": True})
    assert syncing.sync(feed=feed, listed=again, now=timezone.now()).released == 1
    assert is_shut(client, person, cookie=cookie)
    assert is_open(enter(person))


def test_what_the_directory_does_not_say_enables_nobody(feed, now):
    person = known(PersonFactory())
    syncing.sync(feed=feed, listed=listed(**{f"n{NUMBER}": False}), now=now)

    done = syncing.sync(feed=feed, listed=listed(**{f"n{NUMBER}": None}), now=now)

    assert done.released == 0
    assert person.holds.get().ends_at is None


def test_a_stop_for_another_reason_stands(feed, now):
    person = known(PersonFactory())
    suspend(target=person, reason=Hold.Reason.INVESTIGATION, by=None, now=now)

    syncing.sync(feed=feed, listed=listed(**{f"n{NUMBER}": True}), now=now)

    assert person.holds.get().ends_at is None


def test_whom_another_feed_stopped_it_cannot_let_go_while_the_directory_says_off(feed, now):
    person = known(PersonFactory())
    other = directories.begin(company=feed.company, name="SCIM", now=now)
    said = directories.receive(feed=other, received=b"", now=now)
    directories.stop(person=person, batch=said, now=now)

    off = listed(**{f"n{NUMBER}": False})
    done = [syncing.sync(feed=feed, listed=off, now=now + timedelta(seconds=n)) for n in (1, 2)]

    assert [one.stopped for one in done] == [1, 0]
    assert directories.release(person=person, batch=said, now=now + timedelta(seconds=3)) is None
    assert person.holds.get().ends_at is None


def test_who_is_gone_from_the_list_is_stopped(feed, now):
    people = [known(PersonFactory(), f"{n:07d}") for n in range(40)]
    everybody = {f"n{n:07d}": True for n in range(40)}
    syncing.sync(feed=feed, listed=listed(**everybody), now=now)

    del everybody["n0000007"]
    done = syncing.sync(feed=feed, listed=listed(**everybody), now=now)

    assert (done.stopped, done.is_whole) == (1, True)
    assert people[7].holds.get().reason == Hold.Reason.FEED


def test_a_list_that_lost_many_concludes_nothing_from_who_is_missing(feed, now):
    for n in range(40):
        known(PersonFactory(), f"{n:07d}")
    everybody = {f"n{n:07d}": True for n in range(40)}
    syncing.sync(feed=feed, listed=listed(**everybody), now=now)

    some = dict.fromkeys(list(everybody)[:20], True) | {"n0000003": False}
    done = syncing.sync(feed=feed, listed=listed(**some), now=now)

    assert (done.stopped, done.is_whole) == (1, False)  # only who was switched off in so many words
    assert Finding.objects.get().kind == "unreadable"
    again = syncing.sync(feed=feed, listed=listed(**everybody), now=now + timedelta(minutes=1))
    assert again.is_whole  # held against the last whole list


def test_people_of_another_company_with_the_same_number_are_left_alone(feed, now):
    other = PersonFactory()
    PersonNumber.objects.create(
        person=other, company=CompanyFactory(affiliate=True), number=NUMBER, valid_from=now
    )

    assert syncing.sync(feed=feed, listed=listed(**{f"n{NUMBER}": False}), now=now).stopped == 0
    assert FeedBatch.objects.filter(feed=feed).count() == 1


def test_a_directory_is_due_by_its_rhythm(feed, now):
    assert syncing.due(now=now) == [feed]
    syncing.sync(feed=feed, listed=(), now=now)

    assert syncing.due(now=now) == []
    assert syncing.due(now=now + timedelta(hours=feed.rhythm_hours)) == [feed]


HOW = """
kind = "ldap"

[address]
uri = "ldap://127.0.0.1:1"
bind_dn = "cn=sekisho,dc=example,dc=jp"
base = "ou=people,dc=example,dc=jp"
id = "employeeNumber"
"""


def test_a_directory_is_begun_on_the_console_and_one_that_is_away_says_so(tmp_path, settings):
    settings.SEKISHO_HOME = tmp_path
    CompanyFactory()
    (tmp_path / "how.toml").write_text(HOW)

    call_command("directory_sync", "名簿", begin=tmp_path / "how.toml", company="N09")

    feed = Feed.objects.get()
    assert (feed.kind, feed.mapping["address"]["id"]) == ("directory", "employeeNumber")
    with pytest.raises(CommandError, match="名簿"):
        call_command("directory_sync", "名簿")
    assert not FeedBatch.objects.exists()


def test_a_way_that_cannot_be_is_not_begun(tmp_path):
    CompanyFactory()
    (tmp_path / "how.toml").write_text(HOW.replace("ldap://", "gopher://"))

    with pytest.raises(CommandError, match="開けません"):
        call_command("directory_sync", "名簿", begin=tmp_path / "how.toml", company="N09")
    assert not Feed.objects.exists()
