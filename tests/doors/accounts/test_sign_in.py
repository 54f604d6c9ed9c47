import json

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from sekisho_web.accounts import operations
from sekisho_web.accounts.models import Authenticator, Hold, Person, Session
from sekisho_web.accounts.signed_in import methods_of
from sekisho_web.campaigns.models import Finding
from sekisho_web.terminals.cookies import signed
from tests.doors.accounts import twins
from tests.doors.ledger import reading as ledger
from tests.factories import PASSWORD, DeviceFactory, HoldFactory, sign_in, somebody
from tests.factories.passkeys import Passkey

pytestmark = pytest.mark.django_db
AGAIN = "mfa_reauthenticate_webauthn"


@pytest.fixture
def clerk():
    person = somebody()
    person.set_password(PASSWORD)
    person.password_set_at = timezone.now()
    person.save()
    return person


@pytest.fixture
def key(clerk):
    return Passkey(clerk)


@pytest.fixture
def with_key(clerk, key):
    return clerk


@pytest.fixture
def terminal(client):
    device = DeviceFactory()
    client.cookies[settings.SEKISHO_TERMINAL_COOKIE] = signed(device)
    return device


def give_password(client, person, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": person.login, "password": password})


def give_key(client, key):
    return key.sign_in(client, reverse("mfa_authenticate"))


def give_wrong(client, url="mfa_authenticate"):
    return client.post(reverse(url), {"credential": json.dumps({"id": "AAAA"})})


def test_password_and_key_together_open_the_start(client, terminal, with_key, key):
    first = give_password(client, with_key)
    assert first["Location"] == reverse("mfa_authenticate")
    assert not Session.objects.filter(person=with_key).exists()

    second = give_key(client, key)

    assert second["Location"] == reverse("grants:start")
    assert client.get(reverse("grants:start")).status_code == 200
    assert Session.objects.filter(person=with_key).count() == 1


def test_the_password_alone_leads_to_enrolment_and_no_further(client, terminal, clerk):
    give_password(client, clerk)

    response = client.get(reverse("grants:start"))

    assert response["Location"] == reverse("accounts:factors")


def test_a_wrong_answer_is_refused(client, terminal, with_key):
    give_password(client, with_key)
    client.get(reverse("mfa_authenticate"))

    response = give_wrong(client)

    assert response.status_code == 422
    assert "確かめられませんでした" in response.content.decode()


def test_an_answer_does_not_serve_twice(client, terminal, with_key, key):
    give_password(client, with_key)
    asked = client.get(reverse("mfa_authenticate")).context["js_data"]["request_options"]
    told = {"credential": json.dumps(key.get(asked))}
    assert client.post(reverse("mfa_authenticate"), told).status_code == 302
    client.post(reverse("account_logout"))

    give_password(client, with_key)
    client.get(reverse("mfa_authenticate"))

    assert client.post(reverse("mfa_authenticate"), told).status_code == 422


@pytest.mark.parametrize("field", ["code", "otp", "totp"])
def test_a_one_time_code_opens_nothing(client, terminal, with_key, field):
    give_password(client, with_key)
    client.get(reverse("mfa_authenticate"))

    assert client.post(reverse("mfa_authenticate"), {field: "000000"}).status_code == 422


@pytest.mark.parametrize(
    "traits",
    [
        {"origin": "https://sub.testserver"}, {"verified": False}, {"rp": "elsewhere"},
        {"synced": True},
    ],
    ids=["下の名前のサイト", "持ち主を確かめない", "ほかのサイトの鍵", "あとで同期"],
)  # fmt: skip
def test_a_key_that_is_not_as_it_was_bound_is_refused(client, terminal, clerk, traits):
    wrong = Passkey(clerk, **traits)
    give_password(client, clerk)

    assert give_key(client, wrong).status_code == 422


def test_a_counter_that_went_back_is_refused_and_stays_as_a_finding(
    client, terminal, with_key, key
):
    give_password(client, with_key)
    give_key(client, key)
    client.post(reverse("account_logout"))
    key.count = 0

    give_password(client, with_key)
    response = give_key(client, key)

    assert response.status_code == 422
    assert "複製のおそれ" in response.content.decode()
    assert not Session.objects.filter(person=with_key).exists()
    assert Finding.objects.get().kind == "lent_id"


def test_a_wrong_password_names_neither_part(client, terminal, clerk):
    known = give_password(client, clerk, "違うことばを書く").content.decode()
    unknown = client.post(
        reverse("account_login"), {"login": "nobody", "password": "違うことばを書く"}
    ).content.decode()

    assert "利用者IDかパスワードが違います" in known
    assert "利用者IDかパスワードが違います" in unknown


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(client, terminal, with_key):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        response = give_password(client, with_key, "違うことばを書く")

    assert response.status_code == 429
    assert "15分" in response.content.decode()
    assert response["Retry-After"] == "900"
    assert give_password(client, with_key).status_code == 429


def test_the_lock_is_kept_in_the_database(client, terminal, with_key):
    from axes.models import AccessAttempt

    give_password(client, with_key, "違うことばを書く")

    assert AccessAttempt.objects.get().username == with_key.login


def fail(client, times):
    client.get(reverse("mfa_authenticate"))
    return [give_wrong(client).status_code for _ in range(times)]


def test_five_wrong_answers_lock_the_second_factor_for_a_quarter_of_an_hour(
    client, terminal, with_key, key
):
    give_password(client, with_key)
    before = ledger.how_many()

    assert fail(client, 5) == [422] * 5
    right = give_key(client, key)

    assert right.status_code == 429
    assert "しばらくお待ちください" in right.content.decode()
    assert "約15分" in right.content.decode()
    assert right["Retry-After"] == "900"
    assert not Session.objects.filter(person=with_key).exists()
    assert ledger.how_many() == before + 6
    assert (ledger.last()["k"], ledger.last()["dec"]) == ("login_fail", "refused")


def test_the_lock_of_the_second_factor_follows_the_person_to_another_address(
    client, terminal, with_key, key
):
    give_password(client, with_key)
    fail(client, 5)
    client.cookies.pop(settings.SESSION_COOKIE_NAME)
    client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    give_password(client, with_key)

    assert give_key(client, key).status_code == 429


def test_a_right_answer_forgets_the_wrong_ones(client, terminal, with_key, key):
    give_password(client, with_key)
    fail(client, 4)

    assert give_key(client, key)["Location"] == reverse("grants:start")


def test_what_is_guessed_in_an_open_session_is_counted_and_recorded_alike(client, with_key, key):
    sign_in(client, with_key, proof=600)
    before = ledger.how_many()

    wrong = [give_wrong(client, AGAIN).status_code for _ in range(5)]
    right = key.sign_in(client, reverse(AGAIN))

    assert wrong == [422] * 5
    assert right.status_code == 429
    assert ledger.how_many() == before + 6


def test_nobody_is_locked_out_by_guesses_at_their_password_from_elsewhere(
    client, terminal, with_key
):
    client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    for _ in range(settings.AXES_FAILURE_LIMIT + 1):
        give_password(client, with_key, "違うことばを書く")
    client.defaults["REMOTE_ADDR"] = "192.0.2.8"

    assert give_password(client, with_key)["Location"] == reverse("mfa_authenticate")


def test_the_limits_of_the_library_are_said_in_our_words(client, with_key):
    sign_in(client, with_key)

    answers = [client.post(reverse(AGAIN), {}) for _ in range(11)]

    assert answers[-1].status_code == 429
    assert "しばらくお待ちください" in answers[-1].content.decode()


def test_who_is_stopped_does_not_come_in(client, terminal, with_key):
    HoldFactory(person=with_key, starts_at=timezone.now())

    response = give_password(client, with_key)

    assert response.status_code == 422
    assert not Session.objects.filter(person=with_key).exists()


def test_a_new_session_ends_the_old_one(client, with_key, key):
    from django.test import Client

    from tests.factories.signed_in import over_tls

    other = over_tls(Client())
    sign_in(other, with_key)
    assert other.get(reverse("grants:start")).status_code == 200

    client.cookies[settings.SEKISHO_TERMINAL_COOKIE] = signed(DeviceFactory())
    give_password(client, with_key)
    give_key(client, key)

    assert Session.objects.filter(person=with_key).count() == 1
    assert other.get(reverse("grants:start"))["Location"].startswith(reverse("account_login"))


def test_nobody_binds_an_authenticator_without_a_ticket(client, terminal, clerk):
    give_password(client, clerk)

    for name in ("mfa_add_webauthn", "accounts:bind_card"):
        assert client.get(reverse(name))["Location"] == reverse("accounts:ticket"), name
        assert client.post(reverse(name), {"name": "鍵"})["Location"] == reverse("accounts:ticket")
    assert not Authenticator.objects.filter(person=clerk).exists()


def test_a_ticket_of_another_person_opens_nothing(client, terminal, clerk):
    code = operations.issue_ticket(person=somebody(), by=None, now=timezone.now())
    give_password(client, clerk)

    assert client.post(reverse("accounts:ticket"), {"code": code}).status_code == 422


def test_proving_anew_asks_for_the_key_and_gives_the_session_another_name(client, with_key, key):
    sign_in(client, with_key, proof=600)
    before = client.session.session_key

    answer = key.sign_in(client, reverse(AGAIN))

    assert answer.status_code == 302
    assert client.session.session_key != before
    assert client.get(reverse("grants:start")).status_code == 200


def test_signing_out_clears_what_the_browser_keeps(client, with_key):
    sign_in(client, with_key)

    response = client.post(reverse("account_logout"))

    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert not Session.objects.filter(person=with_key).exists()


def test_next_leads_to_no_other_site(client, with_key):
    sign_in(client, with_key)

    response = client.post(
        reverse("grants:start"),
        {
            "hat": f"{with_key.posts.get().appointment_id}:",
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
