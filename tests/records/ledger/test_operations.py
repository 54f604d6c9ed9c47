"""A change is entered with the change, a sign-in before it counts."""

import psycopg
import pytest
from django.db import DataError, connection, transaction

from sekisho.ledger.leaves import Kind
from sekisho_links.ledger.errors import NotRecorded
from sekisho_web.accounts.models import Company
from sekisho_web.ledger import operations, recording
from tests.doors.ledger import reading
from tests.factories.people import NOON, CompanyFactory, PersonFactory
from tests.postgres import url_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def actor():
    return PersonFactory(name="架空太郎")


def entered(actor):
    return operations.append(kind=Kind.CONFIG_CHANGE, actor=actor, subject="設定", at=NOON)


def test_a_change_and_its_entry_are_there_together(actor):
    with transaction.atomic():
        company = CompanyFactory(code="X1")
        number = operations.append(
            kind=Kind.CONFIG_CHANGE, actor=actor, subject=company, at=NOON, details={"why": "試し"}
        )

    leaf = reading.leaf(number)
    person, subject = reading.details(number)
    assert (leaf["k"], leaf["sys"], leaf["act"]) == ("config_change", "house", "update")
    assert person["name"] == "架空太郎"
    assert person["why"] == "試し"
    assert subject == {"subject": f"accounts.Company:{company.pk}"}


def test_a_change_that_is_withdrawn_takes_its_entry_along(actor):
    before = reading.how_many()

    @transaction.atomic
    def change():
        CompanyFactory(code="X1")
        entered(actor)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change()

    assert reading.how_many() == before
    assert not Company.objects.filter(code="X1").exists()


def test_what_cannot_be_entered_does_not_happen(actor, monkeypatch):
    monkeypatch.setattr(
        operations, "_APPEND", "select 1 / 0 from (values (%s" + ", %s" * 10 + ")) v"
    )

    @transaction.atomic
    def change():
        CompanyFactory(code="X1")
        entered(actor)

    with pytest.raises(DataError, match="division by zero"):
        change()

    assert not Company.objects.filter(code="X1").exists()


def test_two_changes_that_open_a_shard_at_once_do_not_wait_for_each_other(actor):
    with transaction.atomic():
        entered(actor)
        other = recording.recorder()
        with psycopg.connect(url_of("app", str(connection.settings_dict["NAME"]))) as app:
            app.execute("set lock_timeout = '200ms'")
            app.execute("select ledger.open_shard('n09', 'house', 2026)")
        assert other.keys is not None


def test_the_owner_of_a_given_database_enters_changes_too(actor, monkeypatch):
    """Where only the owner's address is known, nothing else is needed to make a change."""

    def no_address():
        raise NotRecorded("住所がない", remedy="あとで")

    monkeypatch.setattr(recording, "_url", no_address)

    assert reading.leaf(entered(actor))["k"] == "config_change"


def test_the_house_itself_enters_what_no_person_did():
    number = operations.append(kind=Kind.RULE_PUBLISH, actor=None, subject="判定表", at=NOON)

    assert reading.leaf(number)["who"] is None


def test_a_sign_in_is_recorded(actor):
    receipt = operations.record_sign_in(
        person=actor, at=NOON, method="多要素", address="192.0.2.1", device="T-1"
    )

    leaf = reading.leaf(receipt.id)
    assert leaf["k"] == "login"
    assert leaf["who"] is not None
    assert leaf["dev"] is not None
    assert reading.details(receipt.id)[0] == {
        "login": actor.login,
        "name": "架空太郎",
        "method": "multi_factor",
        "address": "192.0.2.1",
    }


def test_a_failed_sign_in_is_recorded_with_the_name_that_was_tried_and_in_no_clear_text():
    receipt = operations.record_failed_sign_in(
        login="somebody", at=NOON, reason="パスワードの違い", address="192.0.2.1"
    )

    leaf = reading.leaf(receipt.id)
    assert (leaf["k"], leaf["dec"], leaf["who"]) == ("login_fail", "refused", None)
    assert reading.details(receipt.id)[0]["login"] == "somebody"


def test_a_sign_in_that_cannot_be_recorded_is_none(actor, monkeypatch):
    def fails(self, happening, **_):
        raise NotRecorded("記録できません", remedy="あとで")

    monkeypatch.setattr("sekisho_links.ledger.recorder.Recorder.record", fails)

    with pytest.raises(NotRecorded):
        operations.record_sign_in(person=actor, at=NOON, method="fresh", address="")
