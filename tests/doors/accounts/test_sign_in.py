import pyotp
import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from sekisho_web.accounts import operations
from sekisho_web.accounts.models import Hold, Person, Session, Ticket
from sekisho_web.accounts.signed_in import methods_of
from sekisho_web.terminals.cookies import signed
from tests.doors.accounts import twins
from tests.doors.ledger import reading as ledger
from tests.factories import PASSWORD, DeviceFactory, HoldFactory, sign_in, somebody

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def clerk():
    person = somebody()
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.fixture
def with_app(clerk):
    secret = get_adapter().encrypt(SECRET)
    Authenticator.objects.create(user=clerk, type=Authenticator.Type.TOTP, data={"secret": secret})
    return clerk


@pytest.fixture
def terminal(client):
    device = DeviceFactory()
    client.cookies[settings.SEKISHO_TERMINAL_COOKIE] = signed(device)
    return device


def give_password(client, person, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": person.login, "password": password})


def give_code(client, code=None):
    code = code or pyotp.TOTP(SECRET).now()
    return client.post(reverse("mfa_authenticate"), {"code": code})


def test_password_and_code_together_open_the_start(client, terminal, with_app):
    first = give_password(client, with_app)
    assert first["Location"] == reverse("mfa_authenticate")
    assert not Session.objects.filter(person=with_app).exists()

    second = give_code(client)

    assert second["Location"] == reverse("grants:start")
    assert client.get(reverse("grants:start")).status_code == 200
    assert Session.objects.filter(person=with_app).count() == 1


def test_the_password_alone_leads_to_enrolment_and_no_further(client, terminal, clerk):
    give_password(client, clerk)

    response = client.get(reverse("grants:start"))

    assert response["Location"] == reverse("accounts:factors")


def test_a_wrong_code_is_refused(client, terminal, with_app):
    give_password(client, with_app)

    response = give_code(client, "000000")

    assert response.status_code == 422
    assert "確かめられませんでした" in response.content.decode()


def test_a_code_does_not_serve_twice(client, terminal, with_app):
    give_password(client, with_app)
    code = pyotp.TOTP(SECRET).now()
    give_code(client, code)
    client.post(reverse("account_logout"))

    give_password(client, with_app)

    assert give_code(client, code).status_code == 422


def test_a_wrong_password_names_neither_part(client, terminal, clerk):
    known = give_password(client, clerk, "違うことばを書く").content.decode()
    unknown = client.post(
        reverse("account_login"), {"login": "nobody", "password": "違うことばを書く"}
    ).content.decode()

    assert "利用者IDかパスワードが違います" in known
    assert "利用者IDかパスワードが違います" in unknown


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(client, terminal, with_app):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        response = give_password(client, with_app, "違うことばを書く")

    assert response.status_code == 429
    assert "15分" in response.content.decode()
    assert response["Retry-After"] == "900"
    assert give_password(client, with_app).status_code == 429


def test_the_lock_is_kept_in_the_database(client, terminal, with_app):
    from axes.models import AccessAttempt

    give_password(client, with_app, "違うことばを書く")

    assert AccessAttempt.objects.get().username == with_app.login


def fail(client, times):
    return [give_code(client, f"{n:06}").status_code for n in range(times)]


def test_five_wrong_codes_lock_the_second_factor_for_a_quarter_of_an_hour(
    client, terminal, with_app
):
    give_password(client, with_app)
    before = ledger.how_many()

    assert fail(client, 5) == [422] * 5
    right = give_code(client)

    assert right.status_code == 429
    assert "しばらくお待ちください" in right.content.decode()
    assert "約15分" in right.content.decode()
    assert right["Retry-After"] == "900"
    assert not Session.objects.filter(person=with_app).exists()
    assert ledger.how_many() == before + 6
    assert (ledger.last()["k"], ledger.last()["dec"]) == ("login_fail", "refused")


def test_the_lock_of_the_second_factor_follows_the_person_to_another_address(
    client, terminal, with_app
):
    give_password(client, with_app)
    fail(client, 5)
    client.cookies.pop(settings.SESSION_COOKIE_NAME)
    client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    give_password(client, with_app)

    assert give_code(client).status_code == 429


def test_a_right_code_forgets_the_wrong_ones(client, terminal, with_app):
    give_password(client, with_app)
    fail(client, 4)

    assert give_code(client)["Location"] == reverse("grants:start")


def test_what_is_guessed_in_an_open_session_is_counted_and_recorded_alike(client, with_app):
    sign_in(client, with_app, proof=600)
    url = reverse("mfa_reauthenticate")
    before = ledger.how_many()

    wrong = [
        client.post(url, typed).status_code
        for typed in [
            *({"code": f"{n:06}", "password": PASSWORD} for n in range(3)),
            *({"code": f"{n:06}", "password": "違うことばを書く"} for n in range(2)),
        ]
    ]
    right = client.post(url, {"code": pyotp.TOTP(SECRET).now(), "password": PASSWORD})

    assert wrong == [422] * 5
    assert right.status_code == 429
    assert ledger.how_many() == before + 6


def test_nobody_is_locked_out_by_guesses_at_their_password_from_elsewhere(
    client, terminal, with_app
):
    client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    for _ in range(settings.AXES_FAILURE_LIMIT + 1):
        give_password(client, with_app, "違うことばを書く")
    client.defaults["REMOTE_ADDR"] = "192.0.2.8"

    assert give_password(client, with_app)["Location"] == reverse("mfa_authenticate")


def test_the_limits_of_the_library_are_said_in_our_words(client, with_app):
    sign_in(client, with_app)

    answers = [client.post(reverse("mfa_reauthenticate"), {}) for _ in range(11)]

    assert answers[-1].status_code == 429
    assert "しばらくお待ちください" in answers[-1].content.decode()


def test_who_is_stopped_does_not_come_in(client, terminal, with_app):
    HoldFactory(person=with_app, starts_at=timezone.now())

    response = give_password(client, with_app)

    assert response.status_code == 422
    assert not Session.objects.filter(person=with_app).exists()


def test_a_new_session_ends_the_old_one(client, with_app, django_user_model):
    from django.test import Client

    from tests.factories.signed_in import over_tls

    other = over_tls(Client())
    sign_in(other, with_app)
    assert other.get(reverse("grants:start")).status_code == 200

    client.cookies[settings.SEKISHO_TERMINAL_COOKIE] = signed(DeviceFactory())
    give_password(client, with_app)
    give_code(client)

    assert Session.objects.filter(person=with_app).count() == 1
    assert other.get(reverse("grants:start"))["Location"].startswith(reverse("account_login"))


def test_nobody_binds_an_authenticator_without_a_ticket(client, terminal, clerk):
    give_password(client, clerk)

    for name in ("mfa_add_webauthn", "mfa_activate_totp"):
        assert client.get(reverse(name))["Location"] == reverse("accounts:ticket"), name
        assert client.post(reverse(name), {"code": "1"})["Location"] == reverse("accounts:ticket")
    assert not Authenticator.objects.filter(user=clerk).exists()


def test_a_ticket_binds_one_authenticator_once(client, terminal, clerk):
    code = operations.issue_ticket(person=clerk, by=somebody(), now=timezone.now())
    give_password(client, clerk)
    client.post(reverse("accounts:ticket"), {"code": f"{code[:10]} {code[10:]}", "kind": "totp"})
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret

    response = client.post(reverse("mfa_activate_totp"), {"code": pyotp.TOTP(secret).now()})

    assert response["Location"] == reverse("accounts:factors")
    assert Authenticator.objects.filter(user=clerk).count() == 1
    assert Ticket.objects.get().used_at
    again = client.post(reverse("accounts:ticket"), {"code": code, "kind": "totp"})
    assert again.status_code == 422
    assert "使えません" in again.content.decode()


def test_a_ticket_of_another_person_opens_nothing(client, terminal, clerk):
    code = operations.issue_ticket(person=somebody(), by=None, now=timezone.now())
    give_password(client, clerk)

    assert client.post(reverse("accounts:ticket"), {"code": code}).status_code == 422


def test_nobody_issues_a_ticket_to_themselves(clerk):
    with pytest.raises(operations.CannotBind, match="自分の登録票"):
        operations.issue_ticket(person=clerk, by=clerk, now=timezone.now())


def test_the_secret_of_the_app_is_not_stored_in_clear(with_app):
    stored = Authenticator.objects.get(user=with_app).data["secret"]

    assert SECRET not in stored
    assert get_adapter().decrypt(stored) == SECRET


def test_proving_anew_by_code_asks_for_the_password_too(client, with_app):
    sign_in(client, with_app, proof=600)
    url = reverse("mfa_reauthenticate")

    code_alone = client.post(url, {"code": pyotp.TOTP(SECRET).now(), "password": ""})
    both = client.post(url, {"code": pyotp.TOTP(SECRET).now(), "password": PASSWORD})

    assert code_alone.status_code == 422
    assert both.status_code == 302
    assert client.get(reverse("grants:start")).status_code == 200


def test_signing_out_clears_what_the_browser_keeps(client, with_app):
    sign_in(client, with_app)

    response = client.post(reverse("account_logout"))

    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert not Session.objects.filter(person=with_app).exists()


def test_next_leads_to_no_other_site(client, with_app):
    sign_in(client, with_app)

    response = client.post(
        reverse("grants:start"),
        {
            "hat": f"{with_app.posts.get().appointment_id}:",
            "purpose": "託送供給等",
            "next": "https://rival.example/",
        },
    )

    assert response.status_code == 302
    assert "rival" not in response["Location"]


def test_a_form_of_another_site_is_refused(clerk):
    from django.test import Client

    from tests.factories.signed_in import over_tls

    strict = over_tls(Client(enforce_csrf_checks=True))
    sign_in(strict, clerk)

    response = strict.post(reverse("grants:start"), {"hat": "1:", "purpose": "託送供給等"})

    assert response.status_code == 403
    assert "この画面は古くなっています" in response.content.decode()


def test_the_demo_has_no_address_and_its_people_no_password_outside_the_demo(client, terminal):
    person = somebody()
    Person.objects.filter(pk=person.pk).update(login="demo-sales")
    person.refresh_from_db()
    person.set_password(PASSWORD)
    person.save()

    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/demo-sales/").status_code == 404
    assert give_password(client, person).status_code == 422


def test_a_demo_sign_in_is_worth_nothing_outside_the_demo(client, rf):
    sign_in(client, methods=())
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "demo", "at": timezone.now().timestamp()}
    ]
    session.save()

    assert client.get(reverse("grants:start"))["Location"] == reverse("accounts:factors")


@pytest.mark.parametrize("twin", twins.METHODS, ids=lambda twin: twin.__name__)
def test_a_twin_that_believes_the_demo_everywhere_is_caught(client, rf, twin):
    person = sign_in(client, methods=())
    request = rf.get("/")
    request.user, request.session = person, client.session
    request.session["account_authentication_methods"] = [{"method": "demo", "at": 0.0}]

    assert methods_of(request) == frozenset()
    assert twin(request) != frozenset()


def test_every_reason_to_stop_ends_the_session(client):
    for reason in Hold.Reason:
        person = sign_in(client)
        operations.suspend(target=person, reason=reason, by=None, now=timezone.now())

        response = client.get(reverse("grants:start"))

        assert response["Location"].startswith(reverse("account_login")), reason
        assert not Session.objects.filter(person=person).exists()
