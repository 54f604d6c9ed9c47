"""The API: what a program of a company reads, stops, and is told when it may not."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from sekisho.accounts.keys import Scope
from sekisho_links.ledger.errors import NotRecorded
from sekisho_web.accounts.api.describing import document
from sekisho_web.accounts.api.endpoints import ENDPOINTS
from sekisho_web.accounts.models import (
    AppointmentTerm,
    Hold,
    Movement,
    PersonNumber,
    Push,
    Reconciliation,
    Session,
    Target,
    period,
)
from sekisho_web.accounts.operations import lift, suspend
from sekisho_web.accounts.operations.keys import revoke_key
from tests.doors.accounts.api.asking import Program
from tests.factories import (
    AccountFactory,
    CompanyFactory,
    PersonFactory,
    PostFactory,
    UnitFactory,
    sign_in,
)
from tests.factories.people import OfficerFactory, SystemFactory
from tests.factories.signed_in import over_tls

pytestmark = pytest.mark.django_db
NOTE = "調査のため"
TOP = Path(__file__).parents[4]


@pytest.fixture
def program(client):
    return Program(client)


@pytest.fixture
def clerk():
    """Somebody of the network company, with a post, a number and an ID."""
    post = PostFactory()
    PersonNumber.objects.create(
        person=post.person, company=post.unit.company, number="00012", valid_from=post.valid.lower
    )
    AccountFactory(person=post.person, last_used_at=timezone.now() - timedelta(days=3))
    return post.person


@pytest.fixture
def stranger():
    """Somebody of the affiliate, with an ID on a system of the network company."""
    SystemFactory()
    post = PostFactory(unit=UnitFactory(sales=True))
    AccountFactory(person=post.person, last_used_at=timezone.now() - timedelta(days=3))
    return post.person


def fits(answer, endpoint, status="200"):
    """Assert that an answer is what the OpenAPI document promises."""
    described = document()["paths"][f"/api/accounts/{endpoint}"]
    (operation,) = described.values()
    (content,) = operation["responses"][status]["content"].values()
    schema = {**content["schema"], "components": document()["components"]}
    Draft202012Validator(schema).validate(answer.json())
    return answer.json()


def test_the_document_is_openapi_3_1(program):
    answer = program.get("openapi.json")

    validate(answer.json())
    assert answer.json()["openapi"].startswith("3.1")
    assert len(answer.json()["paths"]) == len(ENDPOINTS)
    assert program.client.get("/api/openapi.json").status_code == 401


def test_the_copy_in_the_documents_is_the_document():
    """Written anew by: sekisho accounts openapi > docs/openapi.json"""
    kept = json.loads((TOP / "docs/openapi.json").read_text(encoding="utf-8"))

    assert kept == document()


def test_every_register_is_read_as_described(program, clerk, stranger):
    system = SystemFactory()
    OfficerFactory(system=system)
    target = Target.objects.create(system=system, kind="by_hand")
    now = timezone.now()
    account = clerk.accounts.get()
    movement = Movement.objects.create(
        person=clerk, kind="moved", sentence="異動", effective_at=now - timedelta(hours=2),
        received_at=now - timedelta(hours=1), applied_at=now - timedelta(minutes=50),
    )  # fmt: skip
    Push.objects.create(
        account=account, target=target, wanted={}, because="異動", movement=movement,
        effective_at=movement.effective_at, planned_at=movement.applied_at,
    )  # fmt: skip
    Reconciliation.objects.create(target=target, began_at=now)

    people = fits(program.get("accounts/persons"), "persons")
    one = fits(program.get(f"accounts/persons/{clerk.code}"), "persons/{code}")
    posts = fits(
        program.get(f"accounts/persons/{clerk.code}/appointments"), "persons/{code}/appointments"
    )
    systems = fits(program.get("accounts/systems"), "systems")
    ids = fits(program.get("accounts/accounts"), "accounts")
    single = fits(program.get(f"accounts/accounts/{account.pk}"), "accounts/{number}")
    pushes = fits(program.get("accounts/pushes", state="planned"), "pushes")
    compared = fits(program.get("accounts/reconciliations", system="takuso"), "reconciliations")
    lag = fits(
        program.get(
            "accounts/lag", since=(now - timedelta(days=1)).isoformat(), until=now.isoformat()
        ),
        "lag",
    )

    assert clerk.code in [person["code"] for person in people["items"]]
    assert one["numbers"] == ["00012"]
    assert one["in_post"]
    assert [post["unit"] for post in posts["posts"]] == ["N09-04"]
    assert [one["key"] for one in systems["items"]] == ["takuso"]
    assert len(ids["items"]) == 2
    assert (single["state"], single["lives"], bool(single["until"])) == ("有効", True, True)
    assert [push["account"] for push in pushes["items"]] == [account.pk]
    assert len(compared["items"]) == 1
    assert lag["items"][0]["waiting"] == 1
    assert lag["items"][0]["worst"] >= 7200


def test_of_another_company_s_person_the_owner_sees_who_they_are_and_no_more(program, stranger):
    suspend(target=stranger, reason=Hold.Reason.LEAVE, by=None, now=timezone.now())

    (one,) = program.get("accounts/accounts").json()["items"]

    assert one["holder"] == {
        "code": None,
        "name": stranger.name,
        "company": "R000",
        "unit": "白浜支店営業部",
        "phone": "",
        "mail": "",
    }
    assert one["state"] == "停止中"
    assert one["reason"] == "停止されています"
    assert one["stops"] == []
    assert stranger.code not in str(program.get("accounts/persons").content)
    assert program.get(f"accounts/persons/{stranger.code}").status_code == 404
    assert program.post(
        f"accounts/persons/{stranger.code}/suspend", reason="lost", note=NOTE
    ).status_code == 404  # fmt: skip


def test_the_program_of_another_company_sees_its_own_people_only(client, clerk, stranger):
    theirs = Program(client, CompanyFactory(affiliate=True))
    mine = clerk.accounts.get()

    assert [p["code"] for p in theirs.get("accounts/persons").json()["items"]] == [stranger.code]
    assert [a["id"] for a in theirs.get("accounts/accounts").json()["items"]] == [
        stranger.accounts.get().pk
    ]
    assert theirs.get(f"accounts/accounts/{mine.pk}").status_code == 404
    assert theirs.post(
        f"accounts/accounts/{mine.pk}/suspend", reason="investigation", note=NOTE
    ).status_code == 404  # fmt: skip
    assert not Hold.objects.exists()


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
def test_a_key_without_the_scope_opens_nothing(client, clerk, endpoint):
    others = [scope for scope in Scope if scope is not endpoint.scope]
    program = Program(client, scopes=others)
    path = endpoint.path.replace("<str:code>", clerk.code).replace(
        "<int:number>", str(clerk.accounts.get().pk)
    )

    answer = (program.get if endpoint.method == "GET" else program.post)(f"accounts/{path}")

    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
def test_without_a_key_nothing_opens(client, endpoint):
    path = endpoint.path.replace("<str:code>", "P1").replace("<int:number>", "1")

    answer = client.generic(endpoint.method, f"/api/accounts/{path}")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["status"] == 401


def test_a_session_is_no_key(client, clerk):
    sign_in(client, clerk)

    assert client.get("/api/accounts/persons").status_code == 401


def test_a_revoked_key_is_over_at_the_next_request(program):
    assert program.get("accounts/persons").status_code == 200

    revoke_key(key=program.row, by=None, now=timezone.now())

    assert program.get("accounts/persons").status_code == 401


def test_the_posts_are_told_as_they_were_known(program, clerk):
    term = clerk.posts.get()
    before = timezone.now()
    with connection.cursor() as cursor:  # another transaction made it: what it held is a belief
        cursor.execute(
            "update accounts_appointmentterm set known_from = known_from where id = %s", [term.pk]
        )
    moved = datetime(2026, 4, 1, tzinfo=UTC)
    AppointmentTerm.objects.filter(pk=term.pk).update(valid=period(term.valid.lower, moved))
    path = f"accounts/persons/{clerk.code}/appointments"

    now = program.get(path).json()["posts"]
    on = program.get(path, on=(moved + timedelta(days=1)).isoformat()).json()["posts"]
    long_ago = program.get(path, known="2020-01-01T00:00:00+09:00").json()["posts"]

    assert [post["ends_at"] is None for post in now] == [False]
    assert on == []
    assert long_ago == []
    assert before


@pytest.mark.parametrize("of", ["accounts", "persons"])
def test_a_stop_ends_the_session_at_once_and_the_old_cookie_never_comes_back(client, settings, of):
    person = sign_in(client, system="takuso")
    page = reverse("accounts:factors")
    assert client.get(page).status_code == 200
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    program = Program(over_tls(type(client)()))
    target = f"{of}/{person.code if of == 'persons' else person.accounts.get().pk}"

    stopped = program.post(f"accounts/{target}/suspend", reason="investigation", note=NOTE)

    assert stopped.status_code == 200, stopped.content.decode()
    assert [stop["reason"] for stop in stopped.json()["stops"]] == ["investigation"]
    assert not Session.objects.filter(person=person).exists()
    assert client.get(page).status_code != 200
    resumed = program.post(f"accounts/{target}/resume", note=NOTE)
    assert resumed.status_code == 200
    assert resumed.json()["stops"] == []
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert client.get(page).status_code != 200


def test_a_program_lifts_only_what_it_stopped_itself(client, clerk):
    ours, other = Program(client), Program(client, name="ほかの")
    account = clerk.accounts.get()
    path = f"accounts/accounts/{account.pk}"

    def resumes(program):
        return program.post(f"{path}/resume", note=NOTE).status_code == 200

    assert not resumes(ours)
    ours.post(f"{path}/suspend", reason="lost", note=NOTE)
    assert not resumes(ours)
    lift(hold=Hold.objects.get(ends_at=None), by=None, now=timezone.now())
    suspend(target=account, reason=Hold.Reason.INVESTIGATION, by=PersonFactory(),
            now=timezone.now(), note="API N09 棚卸し: まねた")  # fmt: skip
    assert not resumes(ours)
    lift(hold=Hold.objects.get(ends_at=None), by=None, now=timezone.now())
    ours.post(f"{path}/suspend", reason="investigation", note=NOTE)
    assert not resumes(other)
    assert resumes(ours)


def test_what_is_unclear_is_said_word_by_word(program, clerk):
    path = f"accounts/accounts/{clerk.accounts.get().pk}/suspend"

    for answer in (
        program.post(path, reason="transfer", note=NOTE),
        program.post(path, reason="lost"),
        program.post(path, reason="lost", note=NOTE, more=1),
        program.get("accounts/persons", limit=201),
        program.get("accounts/persons", nosuch=1),
        program.get("accounts/accounts", limit="x"),
        program.get("accounts/lag"),
        program.get("accounts/lag", since="yesterday", until="2026-01-01"),
        program.client.post(f"/api/{path}", data="{", content_type="text/json",
                            headers=program.headers),
    ):  # fmt: skip
        assert answer.status_code == 422
        assert answer.json()["errors"]
    assert not Hold.objects.exists()


def test_a_list_takes_as_many_queries_for_three_as_for_thirty(program):
    def queries(path):
        with CaptureQueriesContext(
            connection,
        ) as made:
            assert program.get(path).status_code == 200
        return len(made)

    def more(n):
        for _ in range(n):
            AccountFactory(person=PostFactory().person)

    program.get("accounts/persons")  # notes once a minute that the key is in use
    more(3)
    few = [queries(path) for path in ("accounts/persons", "accounts/accounts", "accounts/systems")]
    more(27)
    many = [queries(path) for path in ("accounts/persons", "accounts/accounts", "accounts/systems")]

    assert few == many


def test_pages_hold_everything_once(program):
    for _ in range(7):
        AccountFactory(person=PostFactory().person)

    seen, after = [], 0
    while after is not None:
        page = program.get("accounts/accounts", limit=3, after=after).json()
        seen += [one["id"] for one in page["items"]]
        after = page["next"]

    assert len(seen) == len(set(seen)) == 7


def test_a_reading_that_cannot_be_recorded_is_not_answered(program, clerk, monkeypatch):
    def failing(**_):
        raise NotRecorded("no room in the ledger", remedy="待つ")

    monkeypatch.setattr("sekisho_web.ledger.operations.record_reading", failing)

    answer = program.get("accounts/persons")

    assert answer.status_code == 503
    assert clerk.code not in answer.content.decode()


def test_a_stop_that_cannot_be_entered_does_not_happen(program, clerk, monkeypatch):
    def failing(**_):
        raise OSError("no room in the ledger")

    monkeypatch.setattr("sekisho_web.ledger.operations.append", failing)

    with pytest.raises(OSError, match="ledger"):
        program.post(f"accounts/persons/{clerk.code}/suspend", reason="lost", note=NOTE)

    assert not Hold.objects.exists()


@pytest.mark.parametrize("path", ["persons?number=%00", "persons/%00", "accounts?system=%00"])
def test_a_character_that_no_text_can_hold_is_refused(program, path):
    answer = program.client.get(f"/api/accounts/{path}", headers=program.headers)

    assert answer.status_code == 422
