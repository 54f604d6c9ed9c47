"""Who is not looked at because of wrong passwords, and how they are let in again."""

from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from sekisho_web.accounts.operations import tries as operations
from sekisho_web.accounts.queries import tries
from sekisho_web.ledger import operations as ledger
from tests.doors.accounts.live import browser, with_password
from tests.doors.accounts.test_session_pages import officer_of
from tests.factories import PASSWORD, UnitFactory, sign_in, somebody

pytestmark = pytest.mark.django_db

LOCKED = "accounts:locked"
NOTE = "電話で本人を確かめた"


@pytest.fixture(autouse=True)
def _no_counts():
    cache.clear()


def fail(client, login, times=settings.AXES_FAILURE_LIMIT):
    for _ in range(times):
        answer = client.post(
            reverse("account_login"), {"login": login, "password": "違うことばを書く"}
        )
    return answer


def enter(client, person):
    return client.post(
        reverse("account_login"), {"login": person.login, "password": PASSWORD}
    ).status_code


@pytest.fixture
def locked_out():
    person = with_password()
    fail(browser(address="192.0.2.7"), person.login)
    return person


def test_the_second_line_sees_who_is_locked_where_and_until_when(client, locked_out):
    sign_in(client, compliance=True)

    page = client.get(reverse(LOCKED)).content.decode()

    [line] = tries.locked(now=timezone.now())
    assert (line.login, line.address, line.failures) == (locked_out.login, "192.0.2.7", 5)
    assert line.until - timezone.now() < timedelta(minutes=15)
    assert all(word in page for word in (locked_out.login, locked_out.name, "192.0.2.7"))


def test_after_a_quarter_of_an_hour_nobody_is_locked(locked_out):
    assert tries.locked(now=timezone.now() + timedelta(minutes=15)) == []
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=True):
        assert enter(browser(address="192.0.2.7"), locked_out) == 302


def test_an_officer_lets_their_own_people_try_again_with_a_reason(client, locked_out):
    sign_in(client, officer_of(UnitFactory()))
    url = reverse("accounts:forgive", args=[locked_out.login])

    assert "5回の誤り" in client.get(url).content.decode()
    assert client.post(url, {"note": ""}).status_code == 422
    assert client.post(url, {"note": NOTE})["Location"] == reverse(LOCKED)

    assert not AccessAttempt.objects.exists()
    assert enter(browser(address="192.0.2.7"), locked_out) == 302


def test_the_second_factor_is_forgiven_too(client, rf, locked_out):
    request = rf.post("/")
    request.session, request.user = {}, locked_out
    for _ in range(5):
        operations.count_failure(request, person=locked_out, now=timezone.now())
    what = [line.what for line in tries.of(locked_out, request, now=timezone.now())]
    assert what == ["パスワード", "第2の要素"]

    sign_in(client, compliance=True)
    client.post(reverse("accounts:forgive", args=[locked_out.login]), {"note": NOTE})

    assert tries.of(locked_out, request, now=timezone.now()) == []


def test_the_sixth_wrong_password_in_an_open_session_is_one_too_many(rf):
    person = with_password()
    request = rf.post("/")
    request.session, request.user = {}, person

    answers = [
        operations.count_failure(request, person=person, now=timezone.now()) for _ in range(6)
    ]

    assert answers == [False] * 5 + [True]


def test_officers_neither_see_nor_forgive_people_of_another_company(client):
    other = with_password(somebody(sales=True))
    fail(browser(), other.login)
    sign_in(client, officer_of(UnitFactory()))

    assert other.login not in client.get(reverse(LOCKED)).content.decode()
    url = reverse("accounts:forgive", args=[other.login])
    assert client.post(url, {"note": NOTE}).status_code == 403
    assert AccessAttempt.objects.filter(username=other.login).exists()


def test_an_id_that_nobody_has_is_seen_by_the_second_line_only(client):
    fail(browser(), "ghost")
    sign_in(client, officer_of(UnitFactory()))
    assert "ghost" not in client.get(reverse(LOCKED)).content.decode()
    assert client.get(reverse("accounts:forgive", args=["ghost"])).status_code == 404

    sign_in(client, compliance=True)

    assert "登録のないID" in client.get(reverse(LOCKED)).content.decode()
    done = client.post(reverse("accounts:forgive", args=["ghost"]), {"note": NOTE})
    assert done.status_code == 302


def test_nobody_forgives_themselves(client):
    person = sign_in(client, compliance=True)

    answer = client.post(reverse("accounts:forgive", args=[person.login]), {"note": NOTE})

    assert answer.status_code == 422
    assert "ほかの責任者" in answer.content.decode()


@pytest.mark.parametrize("unit", [{}, {"sales": True}])
def test_nobody_else_reaches_the_list(client, unit):
    sign_in(client, **unit)

    assert client.get(reverse(LOCKED)).status_code == 403


def test_what_cannot_be_entered_in_the_ledger_is_not_forgiven(client, locked_out, monkeypatch):
    sign_in(client, compliance=True)

    def failing(**_):
        raise OSError("ledger")

    monkeypatch.setattr(ledger, "append", failing)
    with pytest.raises(OSError, match="ledger"):
        client.post(reverse("accounts:forgive", args=[locked_out.login]), {"note": NOTE})

    assert AccessAttempt.objects.filter(username=locked_out.login).exists()


def test_no_password_that_was_tried_is_kept(locked_out):
    assert "違うことばを書く" not in str(AccessAttempt.objects.values())
