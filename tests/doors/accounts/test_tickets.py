"""登録票: issued in person by the responsible manager, shown once, never for oneself."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from sekisho_web.accounts import operations
from sekisho_web.accounts.models import Authenticator, Ticket
from tests.factories import HoldFactory, PersonFactory, PostFactory, UnitFactory, sign_in, somebody
from tests.factories.passkeys import Passkey
from tests.factories.people import OfficerFactory

pytestmark = pytest.mark.django_db
SAID = {"kind": "first", "checked": "社員証と顔"}


@pytest.fixture
def officer(client):
    """Somebody who answers for a system, for the people of the network company."""
    person = somebody(it=True)
    OfficerFactory(post=person.posts.get())
    return sign_in(client, person)


@pytest.fixture
def clerk():
    return somebody()


def issue(client, holder, **said):
    return client.post(reverse("accounts:ticket_issue"), {"person": holder.code, **SAID, **said})


def number_of(response):
    shown = BeautifulSoup(response.content, "html.parser").select_one("strong.number")
    return "".join(shown.text.split())


def test_the_number_is_shown_once_and_good_for_three_days(client, officer, clerk):
    before = timezone.now()

    page = issue(client, clerk)

    code = number_of(page)
    assert len(code) == 20
    assert code.isdigit()
    ticket = Ticket.objects.get()
    assert ticket.code_hash == operations.digest(code)
    assert ticket.issued_by == officer
    assert ticket.checked == "社員証と顔"
    assert ticket.expires_at - ticket.issued_at == timedelta(hours=72)
    assert ticket.issued_at >= before
    assert operations.open_ticket(person=clerk, code=code, now=timezone.now()) == ticket
    listed = client.get(reverse("accounts:tickets")).content.decode()
    assert clerk.name in listed
    assert code not in "".join(listed.split())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"checked": ""}, "「本人をどう確かめたか」を入れてください"),
        ({"checked": "  x "}, "本人をどう確かめたかが書かれていません"),
        ({"kind": "additional"}, "使用中の認証器がありません"),
        ({"kind": ""}, "「種類」を選んでください"),
        ({"person": "P99999"}, "見つかりません"),
    ],
    ids=["確かめていない", "書いたふり", "加える相手がない", "種類なし", "知らない番号"],
)
def test_what_is_refused_says_why(client, officer, clerk, change, words):
    response = issue(client, clerk, **change)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Ticket.objects.exists()


def test_nobody_issues_one_for_themselves(client, officer):
    response = issue(client, officer)

    assert response.status_code == 422
    assert "自分の登録票は発行できません" in response.content.decode()


def test_nobody_issues_one_for_the_people_of_another_company(client, officer):
    response = issue(client, somebody(sales=True))

    assert response.status_code == 422
    assert "利用責任者か、本人の上長だけ" in response.content.decode()


def test_who_is_stopped_gets_none(client, officer, clerk):
    HoldFactory(person=clerk, starts_at=timezone.now())

    assert "停止中" in issue(client, clerk).content.decode()


def test_the_superior_issues_for_the_people_of_the_unit_and_below(client, clerk):
    above = UnitFactory(code="N09-90", name="託送部")
    unit = clerk.posts.get().unit
    unit.parent = above
    unit.save()
    head = PersonFactory()
    PostFactory(person=head, unit=above, title="託送部長")
    sign_in(client, head)

    assert number_of(issue(client, clerk))
    assert issue(client, somebody(it=True)).status_code == 422


@pytest.mark.parametrize("title", ["担当", "部長代理", "副部長"])
def test_who_does_not_lead_has_no_such_page(client, clerk, title):
    other = PersonFactory()
    PostFactory(person=other, unit=clerk.posts.get().unit, title=title)
    sign_in(client, other)

    assert client.get(reverse("accounts:tickets")).status_code == 403
    assert issue(client, clerk).status_code == 403


def test_in_another_hat_the_office_is_left_at_home(client, clerk):
    person = somebody(it=True)
    OfficerFactory(post=person.posts.get())
    PostFactory(person=person, unit=UnitFactory(sales=True), kind="concurrent")
    sign_in(client, person)
    session = client.session
    session["use"]["post"] = person.posts.get(unit__kind="sales").appointment_id
    session.save()

    assert client.get(reverse("accounts:tickets")).status_code == 403


def test_a_stale_proof_issues_nothing(client, clerk):
    person = somebody(it=True)
    OfficerFactory(post=person.posts.get())
    sign_in(client, person, proof=301)

    response = issue(client, clerk)

    assert response["Location"].startswith(reverse("mfa_reauthenticate_webauthn"))
    assert not Ticket.objects.exists()


def test_a_new_ticket_withdraws_the_older_one(client, officer, clerk):
    first = number_of(issue(client, clerk))

    issue(client, clerk)

    with pytest.raises(operations.CannotBind, match="使えません"):
        operations.open_ticket(person=clerk, code=first, now=timezone.now())


def test_a_withdrawn_ticket_opens_nothing(client, officer, clerk):
    code = number_of(issue(client, clerk))
    ticket = Ticket.objects.get()

    done = client.post(reverse("accounts:ticket_withdraw", args=[ticket.pk]))

    assert done["Location"] == reverse("accounts:tickets")
    assert "取消し" in client.get(done["Location"]).content.decode()
    with pytest.raises(operations.CannotBind, match="使えません"):
        operations.open_ticket(person=clerk, code=code, now=timezone.now())
    again = client.post(reverse("accounts:ticket_withdraw", args=[ticket.pk]))
    assert again.status_code == 422


def test_a_ticket_of_another_company_is_not_there(client, officer):
    other = somebody(sales=True)
    operations.issue_ticket(person=other, by=None, now=timezone.now())

    url = reverse("accounts:ticket_withdraw", args=[Ticket.objects.get().pk])

    assert client.post(url).status_code == 404
    assert other.code not in client.get(reverse("accounts:tickets")).content.decode()


def test_the_officer_revokes_a_key_of_their_people(client, officer, clerk):
    key, foreign = Passkey(clerk), Passkey(somebody(sales=True))
    url = reverse("accounts:authenticator_revoke", args=[key.bound.pk])
    assert clerk.code in client.get(url).content.decode()

    done = client.post(url, {"because": "lost"})

    assert done["Location"] == reverse("accounts:tickets")
    key.bound.refresh_from_db()
    assert key.bound.revoked_by == officer
    foreign_url = reverse("accounts:authenticator_revoke", args=[foreign.bound.pk])
    assert client.get(foreign_url).status_code == 404
    assert client.post(foreign_url, {"because": "lost"}).status_code == 404
    assert Authenticator.objects.filter(revoked_at=None).count() == 1


def test_what_cannot_be_entered_in_the_ledger_does_not_happen(client, officer, clerk, monkeypatch):
    def failing(**_):
        raise OSError("no room in the ledger")

    monkeypatch.setattr("sekisho_web.ledger.operations.append", failing)

    with pytest.raises(OSError, match="ledger"):
        issue(client, clerk)

    assert not Ticket.objects.exists()


def test_the_list_takes_as_many_queries_for_three_rows_as_for_thirty(
    client, officer, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def measured(rows):
        for _ in range(rows):
            Passkey(somebody())
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("accounts:tickets")).status_code == 200
        return len(seen)

    assert measured(3) == measured(27)
