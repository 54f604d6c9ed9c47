import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.urls import get_resolver, resolve, reverse

from sekisho_web.accounts import operations
from sekisho_web.accounts.middleware import EARLY
from sekisho_web.accounts.models import Hold, Session
from sekisho_web.frame import menu
from sekisho_web.frame.doors import Needs
from tests.doors.accounts.walk import every_address
from tests.factories import NOON, DeviceFactory, HoldFactory, PersonFactory, sign_in, somebody
from tests.test_house import every_view

pytestmark = pytest.mark.django_db

HOME = "/policy/"


def start(client):
    return client.get(reverse("grants:start"))


def test_an_unknown_terminal_opens_nothing_and_says_what_to_do(client):
    response = client.get(reverse("account_login"))

    assert response.status_code == 403
    assert "この端末は登録されていません" in response.content.decode()
    assert "端末登録番号" in response.content.decode()


def test_a_terminal_that_was_registered_anew_elsewhere_is_unknown(client):
    device = DeviceFactory()
    sign_in(client, device=device)
    assert start(client).status_code == 200

    device.serial += 1
    device.save()

    assert start(client).status_code == 403


def test_a_forged_terminal_cookie_is_no_terminal(client):
    sign_in(client)
    client.cookies[settings.SEKISHO_TERMINAL_COOKIE] = "WyJEMDAwMDEiLDBd:1x:forged"

    assert start(client).status_code == 403


def test_before_a_hat_is_chosen_the_start_of_use_is_asked_for(client):
    sign_in(client, hat=False)

    response = client.get(HOME)

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("grants:start"))
    assert "next=" in response["Location"]


def test_with_the_password_alone_only_enrolment_opens(client):
    sign_in(client, methods=("password",))

    opened = [
        view.__qualname__
        for view in every_view(get_resolver())
        if getattr(view, "needs", Needs.USE) > Needs.PASSWORD
    ]
    assert opened
    for name in ("grants:start", "mfa_reauthenticate_webauthn"):
        response = client.get(reverse(name))
        assert response.status_code == 302, name
        assert response["Location"] == reverse("accounts:factors")
    assert client.get(reverse("accounts:factors")).status_code == 200
    assert client.get(reverse("mfa_add_webauthn"))["Location"] == reverse("accounts:ticket")


def test_every_early_door_is_one_of_these():
    """The list of doors that open before two factors is short, and known."""
    early = {
        name
        for address, name in every_address()
        if (view := resolve(address).func).needs < Needs.FACTORS and view.kind != "machine"
    }

    assert early == EARLY - {"world:people", "world:become"}
    assert len(EARLY) <= 20


def test_a_fragment_after_the_session_ended_leads_the_page_to_sign_in(client):
    sign_in(client)
    Session.objects.all().delete()

    response = client.get(reverse("grants:start"), headers={"HX-Request": "true"})

    assert response.status_code == 401
    assert response["HX-Redirect"].startswith(reverse("account_login"))


@pytest.mark.parametrize(
    ("name", "seconds"), [("seen_at", 1801), ("began_at", 43201)], ids=["放置30分", "通算12時間"]
)
def test_a_session_ends_by_time(client, name, seconds):
    from datetime import datetime, timedelta

    sign_in(client)
    session = client.session
    session[name] = (datetime.fromisoformat(session[name]) - timedelta(seconds=seconds)).isoformat()
    session.save()

    response = client.get(HOME)

    assert response["Location"].startswith(reverse("account_login"))
    assert not Session.objects.filter(person__isnull=False).exists()


def test_another_terminal_ends_the_session(client):
    from sekisho_web.terminals.cookies import signed

    sign_in(client)
    client.cookies[settings.SEKISHO_TERMINAL_COOKIE] = signed(DeviceFactory())

    assert client.get(HOME)["Location"].startswith(reverse("account_login"))


def test_a_stopped_person_has_no_session_and_an_old_cookie_never_revives(client):
    from django.utils import timezone

    person = sign_in(client)
    hold = operations.suspend(target=person, reason=Hold.Reason.LOST, by=None, now=timezone.now())
    assert not Session.objects.filter(person=person).exists()

    hold.ends_at = timezone.now()
    hold.save()

    assert client.get(HOME)["Location"].startswith(reverse("account_login"))


def test_an_epoch_ends_a_session_whose_row_still_stands(client):
    person = sign_in(client)
    person.session_epoch += 1
    person.save()

    assert client.get(HOME)["Location"].startswith(reverse("account_login"))


def test_the_proof_must_be_fresh_to_change_hat_or_purpose(client):
    sign_in(client, proof=301)

    assert start(client)["Location"].startswith(reverse("mfa_reauthenticate_webauthn"))

    client.cookies.clear()
    sign_in(client, proof=299)

    assert start(client).status_code == 200


def test_every_answer_says_how_it_may_be_kept(client):
    sign_in(client)

    response = start(client)

    assert response["Cache-Control"] == "no-store"
    assert {"Cookie", "HX-Request"} <= {v.strip() for v in response["Vary"].split(",")}
    assert "camera=()" in response["Permissions-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["Strict-Transport-Security"]


def test_the_menu_asks_for_the_permission_of_its_door():
    from django.urls import resolve

    for entry in menu.ENTRIES:
        if url := menu.address(entry):
            assert resolve(url).func.may == entry.may, entry


def test_an_entry_shows_where_its_door_would_open(client):
    sign_in(client, compliance=True)

    page = BeautifulSoup(start(client).content, "html.parser")

    for link in page.select("nav.menu a"):
        assert client.get(link["href"]).status_code != 403, link


def test_the_affiliate_sees_no_tables_and_no_logs(client):
    sign_in(client, sales=True)

    page = BeautifulSoup(start(client).content, "html.parser")

    assert {link.text for link in page.select("nav.menu a")} <= {
        "照会",
        "起動ページ",
        "利用と承認",
        "端末",
    }


def test_without_a_permission_the_page_says_who_can_give_it(client):
    sign_in(client, sales=True)

    response = client.get(HOME)

    assert response.status_code == 403
    assert "システム管理責任者" in response.content.decode()


def test_from_a_page_that_says_no_one_comes_home(client):
    sign_in(client, sales=True)
    page = BeautifulSoup(client.get(HOME).content, "html.parser")

    home = client.get(page.select_one("main a.button")["href"])

    assert home["Location"] == "/look/"
    assert client.get(home["Location"]).status_code == 200


def test_an_address_that_is_not_there_says_nothing_else(client):
    sign_in(client)

    response = client.get("/nowhere/")

    assert response.status_code == 404
    assert "見つかりません" in response.content.decode()


def test_who_has_no_post_can_wear_no_hat(client):
    sign_in(client, PersonFactory(), hat=False)

    assert "いま就ける業務（発令）がありません" in start(client).content.decode()


def test_the_sessions_of_a_person_are_theirs(client):
    person = sign_in(client)

    [row] = Session.objects.filter(person=person)

    assert row.get_decoded()[SESSION_KEY] == str(person.pk)
    assert somebody().pk != person.pk


def test_the_steps_take_few_queries(client, django_assert_max_num_queries):
    person = sign_in(client)
    for _ in range(30):
        HoldFactory(person=person, ends_at=NOON, reason="review")

    with django_assert_max_num_queries(12):
        client.get(reverse("accounts:factors"))
