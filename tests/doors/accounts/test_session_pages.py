"""The pages of sessions: one's own sign-ins, and those of others in one's scope."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sekisho.accounts.signals import WORDS, Sign
from sekisho_web.accounts.models import Session, SignIn
from sekisho_web.ledger import operations as ledger
from tests.doors.accounts.live import browser, enter, is_open, last_sign_in, with_password
from tests.doors.accounts.test_sessions import end_by_another
from tests.factories import CompanyFactory, UnitFactory, sign_in, somebody
from tests.factories.people import OfficerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return with_password()


def the_page(client):
    return client.get(reverse("accounts:sessions"))


def test_everybody_sees_their_own_sign_ins_and_nobody_elses(client, clerk):
    enter(clerk, address="198.51.100.7")
    person = sign_in(client)
    enter(with_password(person), client=browser(address="198.51.100.8"))
    me = sign_in(client, person)

    page = the_page(client).content.decode()

    assert "198.51.100.8" in page
    assert "198.51.100.7" not in page
    assert "ほかの人" not in page
    assert me == person


def test_the_second_line_sees_who_is_signed_in_and_ends_it_with_a_reason(client, clerk):
    victim = enter(clerk)
    sign_in(client, compliance=True)

    assert clerk.name in the_page(client).content.decode()
    url = reverse("accounts:end_session", args=[clerk.code])
    without = client.post(url, {"note": " "})
    done = client.post(url, {"note": "覚えのない端末との申告"})

    assert without.status_code == 422
    assert "理由" in without.content.decode()
    assert done["Location"] == reverse("accounts:sessions")
    assert not is_open(victim)
    told = last_sign_in(clerk)
    assert (told.ended_because, told.note) == (SignIn.End.ENDED, "覚えのない端末との申告")


def test_what_cannot_be_entered_in_the_ledger_does_not_happen(clerk, monkeypatch):
    client = enter(clerk)

    def failing(**_):
        raise OSError("ledger")

    monkeypatch.setattr(ledger, "append", failing)
    with pytest.raises(OSError, match="ledger"):
        end_by_another(clerk, somebody())

    assert is_open(client)
    assert last_sign_in(clerk).ended_at is None


def officer_of(company_unit):
    person = somebody(unit=company_unit)
    OfficerFactory(post=person.posts.get())
    return person


def test_an_officer_ends_sessions_of_their_own_company_only(client, clerk):
    other = with_password(somebody(sales=True))
    enter(clerk)
    enter(other)
    officer = officer_of(UnitFactory())
    sign_in(client, officer)

    own = client.get(reverse("accounts:end_session", args=[clerk.code]))
    foreign = client.get(reverse("accounts:end_session", args=[other.code]))

    assert own.status_code == 200
    assert foreign.status_code == 403
    assert client.post(
        reverse("accounts:end_session", args=[other.code]), {"note": "理由を書いた"}
    ).status_code == 403  # fmt: skip
    assert Session.objects.filter(person=other).exists()


@pytest.mark.parametrize("unit", [{}, {"it": True}, {"sales": True}])
def test_nobody_else_ends_the_session_of_another(client, clerk, unit):
    enter(clerk)
    sign_in(client, **unit)

    answer = client.post(
        reverse("accounts:end_session", args=[clerk.code]), {"note": "理由を書いた"}
    )

    assert answer.status_code == 403
    assert Session.objects.filter(person=clerk).exists()


def test_nobody_ends_their_own_session_in_the_name_of_another(client):
    person = sign_in(client, compliance=True)

    answer = client.post(
        reverse("accounts:end_session", args=[person.code]), {"note": "理由を書いた"}
    )

    assert answer.status_code == 422
    assert "サインアウト" in answer.content.decode()


def test_the_list_takes_as_many_queries_for_three_as_for_thirty(client):
    sign_in(client, compliance=True)

    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert the_page(client).status_code == 200
        return len(seen)

    for _ in range(3):
        enter(with_password())
    few = queries()
    for n in range(27):
        person = somebody()
        began = timezone.now()
        Session.objects.create(
            session_key=f"{n:064}", session_data="", expire_date=began + timedelta(hours=1),
            person=person, hat=person.posts.get().appointment, began_at=began, seen_at=began,
        )  # fmt: skip

    assert queries() == few


def test_the_database_refuses_an_end_by_another_without_a_reason(clerk):

    enter(clerk)
    other = somebody()
    for bad in (
        {"ended_by": other, "note": ""},
        {"ended_by": clerk, "note": "自分で"},
        {"ended_because": ""},
    ):
        told = {"ended_at": timezone.now(), "ended_because": SignIn.End.ENDED, **bad}
        with pytest.raises(IntegrityError), transaction.atomic():
            SignIn.objects.filter(person=clerk).update(**told)


def test_a_contractors_people_are_in_the_scope_of_the_company_whose_work_they_do(client):
    company = CompanyFactory(contractor=True, principal=CompanyFactory())
    worker = with_password(
        somebody(unit=UnitFactory(code="K01-01", name="計器課", kind="field", company=company))
    )
    enter(worker)
    sign_in(client, officer_of(UnitFactory()))

    assert client.get(reverse("accounts:end_session", args=[worker.code])).status_code == 200


def test_the_page_of_a_person_says_who_is_in_what_is_odd_and_what_is_locked(client, clerk):
    enter(clerk)
    enter(clerk)
    for _ in range(settings.AXES_FAILURE_LIMIT):
        browser(address="192.0.2.7").post(
            reverse("account_login"), {"login": clerk.login, "password": "違うことばを書く"}
        )
    sign_in(client, compliance=True)

    page = client.get(reverse("accounts:person", args=[clerk.code])).content.decode()

    assert "いま入っています" in page
    assert WORDS[Sign.TWO_DEVICES] in page
    assert "5回の誤り" in page
    assert reverse("accounts:end_session", args=[clerk.code]) in page


def test_the_page_of_a_person_says_nothing_of_it_outside_ones_scope(client, clerk):
    enter(clerk)
    sign_in(client, it=True)

    page = client.get(reverse("accounts:person", args=[clerk.code]))

    assert page.status_code == 200
    assert "いま入っています" not in page.content.decode()
