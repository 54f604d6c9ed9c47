"""Passwords are chosen by their holders; what is weak, known or worn out is refused with words."""

import hashlib
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from sekisho.accounts.passwords import PasswordPolicy as Rule
from sekisho.accounts.passwords import Rotation
from sekisho_links.accounts.breached import lists
from sekisho_web.accounts import operations
from sekisho_web.accounts.models import NO_PASSWORD, PasswordPolicy, Session, SignIn, Ticket
from sekisho_web.accounts.operations import passwords
from tests.doors.accounts import twins_of_passwords as twins
from tests.doors.accounts.live import browser, enter, is_open, is_shut, last_sign_in, with_password
from tests.doors.accounts.test_session_pages import officer_of
from tests.factories import PASSWORD, CompanyFactory, UnitFactory, sign_in, somebody

pytestmark = pytest.mark.django_db

NEW = "朝露の庭に つゆくさ三輪"
CHANGE = "accounts:change_password"


def change(client, old=PASSWORD, new=NEW, again=None, **more):
    told = {"old": old, "new": new, "again": new if again is None else again, **more}
    return client.post(reverse(CHANGE), told)


@pytest.fixture
def clerk(client):
    person = with_password()
    sign_in(client, person)
    return person


def test_a_holder_changes_their_password_and_stays_while_others_are_put_out(client, clerk):
    answer = change(client)

    clerk.refresh_from_db()
    assert answer.status_code == 302
    assert clerk.check_password(NEW)
    assert timezone.now() - clerk.password_set_at < timedelta(minutes=1)
    assert client.get(reverse("accounts:sessions")).status_code == 200
    assert clerk.passwords.count() == 1


def test_a_change_ends_the_session_on_another_terminal(client, clerk):
    elsewhere = enter(clerk)
    cookie = elsewhere.cookies[settings.SESSION_COOKIE_NAME].value
    passwords_session = sign_in(client, clerk)

    change(client)

    elsewhere.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert passwords_session == clerk
    assert not is_open(elsewhere)
    assert SignIn.objects.get(person=clerk).ended_because == SignIn.End.PASSWORD


REFUSED = [
    pytest.param({"old": "違うことばを書いてみる"}, "いまのパスワードが", id="古いものの違い"),
    pytest.param({"new": "短いことば"}, "12文字より短く", id="短い"),
    pytest.param({"new": "P@ssw0rd2026!"}, "よく使われている", id="知られたもの"),
    pytest.param({"new": "山野みどりの春の朝顔"}, "利用者IDや氏名", id="氏名"),
    pytest.param({"new": "九陽電力送配電の朝の鐘"}, "利用者IDや氏名", id="会社の名"),
    pytest.param({"new": "春の海　ひねもすのたり！", "old": "春の海　ひねもすのたり！"},
                 "もう使えません", id="いまのもの"),
    pytest.param({"again": "もう一度が違うことば"}, "2つの欄", id="2つの欄の違い"),
    pytest.param({"new": ""}, "入れてください", id="空"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "because"), REFUSED)
def test_what_cannot_be_a_password_is_refused_with_reason_and_remedy(client, typed, because):
    person = with_password(password=typed["old"] if "！" in typed.get("old", "") else PASSWORD)
    # the page folds widths: what is compared is NFKC
    if "！" in typed.get("old", ""):
        person.set_password("春の海 ひねもすのたり!")
        person.save()
    before = person.password
    sign_in(client, person)

    answer = change(client, **typed)

    person.refresh_from_db()
    assert answer.status_code == 422
    assert because in answer.content.decode()
    assert person.password == before


def test_the_fields_never_come_back_filled(client, clerk):
    answer = change(client, new="短いことば").content.decode()

    assert PASSWORD not in answer
    assert "短いことば" not in answer


def test_earlier_passwords_do_not_come_back_as_often_as_the_company_says(client, clerk):
    PasswordPolicy.objects.create(company=CompanyFactory(), remembered=2)
    one, two, three = (f"{n}番目の長いことばを決める" for n in "一二三")
    for old, new in [(PASSWORD, one), (one, two), (two, three)]:
        assert change(client, old=old, new=new).status_code == 302, new

    assert change(client, old=three, new=two).status_code == 422
    assert change(client, old=three, new=one).status_code == 422
    assert change(client, old=three, new="四番目の長いことばを決める").status_code == 302
    assert change(client, old="四番目の長いことばを決める", new=one).status_code == 302


@pytest.mark.parametrize("twin", twins.SETS, ids=lambda twin: twin.__name__)
def test_a_twin_that_sets_what_must_not_be_set_is_caught(client, clerk, twin, monkeypatch):
    change(client)
    monkeypatch.setattr(passwords, "_refusal", twin)

    answers = [
        change(client, old=NEW, new=bad).status_code
        for bad in (PASSWORD, NEW, "P@ssw0rd2026!", "山野みどりの春の朝顔")
    ]

    assert answers != [422] * 4


def test_five_wrong_old_passwords_are_not_looked_at_any_more(client, clerk):
    wrong = [change(client, old="違うことばを書いてみる").status_code for _ in range(5)]

    assert wrong == [422] * 5
    assert change(client, old="違うことばを書いてみる").status_code == 429


def test_a_change_asks_for_a_fresh_proof(client):
    sign_in(client, with_password(), proof=600)

    assert client.get(reverse(CHANGE)).status_code == 302


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The home of a company, as far as lists of known passwords stand in it."""
    (tmp_path / "passwords").mkdir()
    monkeypatch.setattr(passwords, "lists", lambda _: lists(tmp_path))
    return tmp_path


def test_an_unreadable_list_lets_no_password_pass(client, clerk, home):
    (home / "passwords" / "pwned.txt").write_text("これは一覧ではありません\n")

    answer = change(client)

    assert answer.status_code == 422
    assert "調べられないあいだは" in answer.content.decode()


def test_a_list_of_the_company_is_asked(client, clerk, home):
    line = hashlib.sha1(NEW.encode()).hexdigest().upper() + ":3\n"
    (home / "passwords" / "pwned.txt").write_text(line)

    assert "漏れたことのある" in change(client).content.decode()


# --- when it is due -------------------------------------------------------------------------


def two_factors(client, person):
    """Sign in as after a password and a card, by the operations of a real sign-in."""
    from django.contrib.auth import login
    from django.test import RequestFactory

    request = RequestFactory().get("/")
    from sekisho_web.accounts.sessions import SessionStore

    request.session = SessionStore()
    request.user = person
    from tests.factories import DeviceFactory

    request.device = DeviceFactory()
    login(request, person, backend="sekisho_web.accounts.backends.Password")
    request.session["account_authentication_methods_user"] = str(person.pk)
    request.session["account_authentication_methods"] = [
        {"method": "password", "at": timezone.now().timestamp()},
        {"method": "mfa", "type": "webauthn", "at": timezone.now().timestamp(), "id": 0},
    ]
    operations.begin_session(request)
    from sekisho_web.terminals.cookies import signed

    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    client.cookies[settings.SEKISHO_TERMINAL_COOKIE] = signed(request.device)
    return client


def asks_for_a_new_one(client):
    answer = client.get(reverse("grants:start"))
    return answer.status_code == 302 and answer["Location"].startswith(reverse(CHANGE))


def test_a_password_that_another_gave_opens_only_the_page_that_changes_it(client):
    person = with_password()
    person.password_set_at = None
    person.save()

    two_factors(client, person)

    assert asks_for_a_new_one(client)
    assert "ご本人が決め直します" in client.get(reverse(CHANGE)).content.decode()
    assert change(client).status_code == 302
    assert client.get(reverse("grants:start")).status_code == 200


@pytest.mark.parametrize(("days", "asked"), [(29, False), (32, True)], ids=["期日の前", "期日の後"])
def test_the_company_says_when_a_password_is_worn_out(client, days, asked):
    person = with_password()
    PasswordPolicy.objects.create(
        company=CompanyFactory(), rotation=Rotation.MONTHS.value, months=1
    )
    type(person).objects.filter(pk=person.pk).update(
        password_set_at=timezone.now() - timedelta(days=days)
    )
    person.refresh_from_db()

    two_factors(client, person)

    assert asks_for_a_new_one(client) is asked


def test_a_person_without_a_password_of_ours_has_none_to_change(client):
    two_factors(client, somebody())

    assert client.get(reverse("grants:start")).status_code == 200


# --- the first one ---------------------------------------------------------------------------


@pytest.fixture
def newcomer():
    person = somebody()
    person.password = NO_PASSWORD
    person.save()
    return person


def ticket_for(person):
    return operations.issue_ticket(person=person, by=None, now=timezone.now())


def choose(client, person, code, new=NEW, **more):
    return client.post(
        reverse("accounts:first_password"),
        {"login": person.login, "code": code, "new": new, "again": new, **more},
    )


def test_the_first_password_is_chosen_with_the_ticket_which_still_binds_a_card(newcomer):
    code = ticket_for(newcomer)
    client = browser()

    answer = choose(client, newcomer, f"{code[:10]} {code[10:]}")

    newcomer.refresh_from_db()
    assert answer["Location"] == reverse("account_login")
    assert newcomer.check_password(NEW)
    assert newcomer.password_set_at
    assert Ticket.objects.get(person=newcomer).used_at is None
    assert is_open(enter(newcomer, client=client, password=NEW))


def test_a_ticket_sets_a_password_once(newcomer):
    code = ticket_for(newcomer)
    client = browser()
    choose(client, newcomer, code)

    again = choose(client, newcomer, code, new="もう一度だけ別のことばを")

    newcomer.refresh_from_db()
    assert again.status_code == 422
    assert newcomer.check_password(NEW)


def test_nobody_learns_who_has_a_password_or_a_ticket(newcomer):
    client = browser()
    settled = with_password()
    ticket_for(newcomer)

    answers = {
        choose(client, person, "1" * 20).content.decode().count("決められません")
        for person in (newcomer, settled, type(newcomer)(login="nobody"))
    }

    assert len(answers) == 1
    assert answers != {0}


def test_a_ticket_of_another_sets_nothing(newcomer):
    code = ticket_for(somebody())

    assert choose(browser(), newcomer, code).status_code == 422
    newcomer.refresh_from_db()
    assert not newcomer.has_usable_password()


def test_a_late_ticket_sets_nothing(newcomer):
    code = ticket_for(newcomer)

    with time_machine.travel(timezone.now() + timedelta(hours=73), tick=True):
        assert choose(browser(), newcomer, code).status_code == 422


def test_guesses_at_tickets_are_counted(newcomer):
    client = browser()

    answers = [choose(client, newcomer, f"{n:020}").status_code for n in range(11)]

    assert answers == [422] * 10 + [429]


# --- forgotten --------------------------------------------------------------------------------


def test_an_officer_makes_a_forgotten_password_unusable_and_types_none(client):
    person = with_password()
    live = enter(person)
    sign_in(client, officer_of(UnitFactory()))
    url = reverse("accounts:forget_password", args=[person.code])

    assert '<input type="password"' not in client.get(url).content.decode()
    assert client.post(url)["Location"] == reverse("accounts:sessions")

    person.refresh_from_db()
    assert not person.has_usable_password()
    assert is_shut(live, person)
    assert last_sign_in(person).ended_because == SignIn.End.PASSWORD
    code = ticket_for(person)
    assert choose(browser(), person, code, new=PASSWORD + "かな").status_code == 302


def test_the_forgotten_password_does_not_come_back(client):
    person = with_password(password=NEW)
    passwords.make_unusable(person=person, by=somebody(), now=timezone.now())

    answer = choose(browser(), person, ticket_for(person), new=NEW)

    assert answer.status_code == 422
    assert "もう使えません" in answer.content.decode()


def test_an_officer_of_another_company_forgets_nobodys_password(client):
    person = with_password(somebody(sales=True))
    sign_in(client, officer_of(UnitFactory()))

    answer = client.post(reverse("accounts:forget_password", args=[person.code]))

    assert answer.status_code == 403


def test_nobody_forgets_their_own(client):
    officer = with_password(officer_of(UnitFactory()))
    sign_in(client, officer)

    answer = client.post(reverse("accounts:forget_password", args=[officer.code]))

    assert answer.status_code == 422
    assert Session.objects.filter(person=officer).exists()


# --- what a company asks -------------------------------------------------------------------


def test_a_company_asks_for_more_by_its_page(client):
    sign_in(client, it=True)
    url = reverse("accounts:password_policy")
    told = {"shortest": 16, "remembered": 8, "rotation": "seasons", "months": 12}

    less = client.post(url, told | {"shortest": 8})
    more = client.post(url, told)

    assert less.status_code == 422
    assert more.status_code == 302
    assert PasswordPolicy.objects.get().as_rule() == Rule(
        shortest=16, remembered=8, rotation=Rotation.SEASONS
    )
    assert client.get(url).status_code == 200


@pytest.mark.parametrize("unit", [{}, {"sales": True}, {"audit": True}])
def test_nobody_else_says_what_a_company_asks(client, unit):
    sign_in(client, **unit)

    assert client.get(reverse("accounts:password_policy")).status_code == 403


@pytest.mark.parametrize(
    "less", [{"shortest": 11}, {"remembered": -1}, {"rotation": "never"}, {"months": 0}]
)
def test_the_database_refuses_a_policy_that_asks_for_less(less):
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        PasswordPolicy.objects.create(company=CompanyFactory(), **less)
