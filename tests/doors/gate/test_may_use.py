"""May they use it? That is asked before a look, and again in the statement that records it."""

from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from sekisho_web.accounts.models import Account, AccountUse, Hold
from sekisho_web.gate import looking
from sekisho_web.grants.models import Grant
from tests.doors.gate.people import enter
from tests.doors.ledger import reading as ledger
from tests.links.gate.worlds import number_of
from tests.postgres import url_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate")]

SEARCH = "/look/tk/110"
LONG_AGO = timedelta(days=400)


def dormant(person, now):
    AccountUse.objects.filter(account__person=person).delete()
    Account.objects.filter(person=person).update(
        issued_at=now - LONG_AGO, last_used_at=now - timedelta(days=190)
    )


def closed(person, now):
    Account.objects.filter(person=person).update(closed_at=now)


def expired(person, now):
    Account.objects.filter(person=person).update(ends_at=now)


def held(person, now):
    account = Account.objects.get(person=person, system="takuso")
    Hold.objects.create(account=account, reason="investigation", starts_at=now)


def revoked(person, now):
    Grant.objects.filter(person=person).update(revoked_at=now)


@pytest.mark.parametrize(
    ("ends", "reason", "remedy"),
    [
        pytest.param(dormant, "6か月使われていません", "再開を求めて", id="休眠"),
        pytest.param(closed, "廃止されたID", "新しいIDを申請", id="廃止"),
        pytest.param(expired, "利用期限が過ぎました", "新しいIDを申請", id="期限"),
        pytest.param(held, "停止されています（調査）", "第2線または第3線", id="停止"),
        pytest.param(revoked, "取り消されました", "新しく利用申請", id="取消し"),
    ],
)
def test_what_has_ended_refuses_with_reason_and_remedy_and_is_recorded(
    client, ends, reason, remedy
):
    person = enter(client, "送配電託送")
    assert client.get(SEARCH).status_code == 200
    ends(person, timezone.now())

    page = client.get(SEARCH)

    assert page.status_code == 403
    assert reason in page.text
    assert remedy in page.text
    record = ledger.leaf(page["X-Sekisho-Record"])
    assert record["k"] == "refuse"
    assert reason in ledger.details(page["X-Sekisho-Record"])[0]["refused"]


def test_a_refusal_says_the_same_whatever_record_was_asked_for(client):
    person = enter(client, "送配電託送")
    revoked(person, timezone.now())

    pages = [client.get(f"/look/tk/130/{word}/") for word in ("one", "another")]

    assert {page.status_code for page in pages} <= {403, 404}
    assert len({page.status_code for page in pages}) == 1


def test_a_look_is_a_use_of_the_id_and_a_refusal_is_none(client):
    person = enter(client, "送配電託送")
    client.get(SEARCH)
    client.get(SEARCH)
    revoked(person, timezone.now())
    client.get(SEARCH)

    (use,) = AccountUse.objects.filter(account__person=person, account__system="takuso")
    assert use.uses == 2
    assert use.account.last_used_at == min(use.last_at, use.account.last_used_at)


def close_in_another_transaction(person):
    with psycopg.connect(url_of("owner", str(connection.settings_dict["NAME"]))) as other:
        other.execute(
            "update accounts_account set closed_at = now() where person_id = %s", [person.pk]
        )


def cut_the_grant(person):
    with psycopg.connect(url_of("owner", str(connection.settings_dict["NAME"]))) as other:
        other.execute(
            "update grants_grant set revoked_at = now() where person_id = %s", [person.pk]
        )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ends", [close_in_another_transaction, cut_the_grant])
def test_what_ends_while_the_page_is_made_lets_nothing_leave(client, monkeypatch, ends):
    person = enter(client, "送配電託送")
    found = client.post("/look/tk/110", {"supply_point_no": number_of(9)})
    whole = looking.listed

    def ending(*args, **kwargs):
        page = whole(*args, **kwargs)
        ends(person)
        return page

    assert client.get(found["Location"]).status_code == 200
    monkeypatch.setattr(looking, "listed", ending)
    page = client.get(found["Location"])

    assert page.status_code == 403
    assert number_of(9) not in page.text
    assert "停止または終了" in page.text
    assert ledger.leaf(page["X-Sekisho-Record"])["k"] == "refuse"


@pytest.mark.django_db(transaction=True)
def test_twin_a_door_that_asks_only_before_the_look_is_caught(client, monkeypatch):
    person = enter(client, "送配電託送")
    found = client.post("/look/tk/110", {"supply_point_no": number_of(9)})
    whole = looking.listed

    def ending(*args, **kwargs):
        page = whole(*args, **kwargs)
        cut_the_grant(person)
        return page

    monkeypatch.setattr(looking, "listed", ending)
    monkeypatch.setattr("sekisho_web.ledger.recording.unchanged_of", lambda look: None)
    page = client.get(found["Location"])

    assert page.status_code == 200
    assert number_of(9) in page.text
