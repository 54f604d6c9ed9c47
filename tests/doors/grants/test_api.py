"""What a program of a company reads of requests, grants and emergencies, and is answered."""

import json
from datetime import timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from django.utils import timezone
from jsonschema import Draft202012Validator

from sekisho.grants.refusals import NO_GRANT, NOT_BEGUN
from sekisho_web.accounts.api.describing import document
from sekisho_web.accounts.api.endpoints import ENDPOINTS
from sekisho_web.grants.models import Grant, Use
from tests.doors.accounts.api.asking import Program
from tests.factories import CompanyFactory, EmergencyFactory
from tests.factories.approvals import House

pytestmark = pytest.mark.django_db
EVALUATION = "/access/v1/evaluation"


@pytest.fixture
def program(client, house):
    return Program(client, house.asker.posts.get().unit.company)


@pytest.fixture
def stranger(client):
    return Program(client, CompanyFactory(affiliate=True), name="他社")


@pytest.fixture
def wheeling():
    """A house of a system that asks for no pledge, with an ID that was used yesterday."""
    found = House(system="takuso", now=timezone.now() - timedelta(minutes=5))
    found.account.last_used_at = found.now - timedelta(days=1)
    found.account.save(update_fields=["last_used_at"])
    return found


def fits(answer, path, status="200"):
    """Return the answer, which is what the OpenAPI document promises of `path`."""
    (operation,) = document()["paths"][path].values()
    (content,) = operation["responses"][status]["content"].values()
    schema = {**content["schema"], "components": document()["components"]}
    Draft202012Validator(schema).validate(answer.json())
    return answer.json()


def evaluate(program, person, *, system="saiene", purpose="再エネ買取", **more):
    said = {
        "subject": {"type": "person", "id": person.code},
        "action": {"name": "use", "properties": {"purpose": purpose}},
        "resource": {"type": "system", "id": system},
    } | more
    return program.client.post(
        EVALUATION, data=json.dumps(said), content_type="application/json", headers=program.headers
    )


def test_a_request_is_polled_until_it_is_settled_and_tells_no_customer(program, house):
    one = house.submit()
    path = "/api/grants/requests/{code}"
    waits = fits(program.get(f"grants/requests/{one.code}"), path)

    assert (waits["state"], waits["asker"], waits["grants"]) == ("pending", house.asker.code, [])
    assert [party["verdict"] for party in waits["parties"]] == [None]
    told = json.dumps(waits, ensure_ascii=False)
    assert "AA123456C1" not in told
    assert "接続検討" not in told

    house.decide(one, house.officer)
    done = fits(program.get(f"grants/requests/{one.code}"), path)
    assert done["state"] == "approved"
    assert done["parties"][0]["verdict"] == "approve"
    assert done["grants"] == [Grant.objects.get().code]


def test_lists_are_those_of_the_company_and_of_nobody_else(program, stranger, house):
    one = house.submit()
    house.decide(one, house.officer)
    emergency = EmergencyFactory(starts_at=timezone.now() - timedelta(hours=1),
                                 ends_at=timezone.now() + timedelta(hours=9))  # fmt: skip
    for register, path in (
        ("requests", "/api/grants/requests"),
        ("grants", "/api/grants/grants"),
        ("emergencies", "/api/grants/emergencies"),
    ):
        assert len(fits(program.get(f"grants/{register}"), path)["items"]) == 1
        assert stranger.get(f"grants/{register}").json()["items"] == []
    assert program.get("grants/requests", open="true").json()["items"] == []
    assert program.get("grants/requests", person=house.chief.code).json()["items"] == []
    assert program.get("grants/grants", usable="true", system="saiene").json()["items"]
    assert program.get("grants/emergencies", running="true").json()["items"][0]["running"]
    for path in (f"requests/{one.code}", f"grants/{Grant.objects.get().code}",
                 f"emergencies/{emergency.code}"):  # fmt: skip
        assert program.get(f"grants/{path}").status_code == 200
        assert stranger.get(f"grants/{path}").status_code == 404


def test_a_key_opens_what_it_is_for(client, house):
    reader = Program(client, CompanyFactory(), scopes=["grants.read"])
    asker = Program(client, CompanyFactory(), scopes=["grants.evaluate"])

    assert reader.get("grants/requests").status_code == 200
    assert evaluate(reader, house.asker).status_code == 403
    assert asker.get("grants/requests").status_code == 403
    assert evaluate(asker, house.asker).status_code == 200
    assert client.post(EVALUATION, data="{}", content_type="application/json").status_code == 401


def test_a_denial_says_where_the_person_may_ask_and_who_would_answer(client, wheeling):
    program = Program(client, wheeling.system.owner)
    answer = fits(evaluate(program, wheeling.asker, system="takuso"), EVALUATION)

    assert answer["decision"] is False
    assert answer["context"]["reason"] == NO_GRANT.reason
    asked = answer["context"]["access_request"]
    assert asked["type"] == "sekisho_use"
    assert reverse("grants:ask") in asked["endpoint"]
    assert "system=takuso" in asked["endpoint"]
    assert wheeling.asker.code not in asked["endpoint"]
    [way] = [one for one in asked["ways"] if one["policy"] == "AP-03 1"]
    assert way["parties"] == ["所属長（申請者の側）", "システム管理責任者（持ち主の側）"]


def test_what_was_approved_for_one_use_is_permitted_while_that_use_runs(client, wheeling):
    program, one = Program(client, wheeling.system.owner), wheeling.submit(wheeling.both())
    wheeling.decide(one, wheeling.chief)
    wheeling.decide(one, wheeling.officer, party=2, after=2)
    grant = Grant.objects.get()
    waits = evaluate(program, wheeling.asker, system="takuso").json()
    assert waits["decision"] is False
    assert waits["context"]["reason"] == NOT_BEGUN.reason
    assert waits["context"]["access_request"] is None

    begun = timezone.now() - timedelta(seconds=30)
    Use.objects.create(
        grant=grant, uses_max=grant.uses_max, no=1, person=wheeling.asker,
        during=DateTimeTZRange(begun, begun + timedelta(minutes=10), "[)"),
    )  # fmt: skip
    runs = fits(evaluate(program, wheeling.asker, system="takuso"), EVALUATION)
    assert runs["decision"] is True
    assert runs["context"]["grant"] == grant.code
    assert runs["context"]["approval"] == {"status": "approved", "request": one.code}


def test_what_a_company_may_not_see_is_denied_as_if_it_were_not_there(stranger, program, house):
    foreign = evaluate(stranger, house.asker).json()
    nobody = evaluate(program, house.asker, system="nothing").json()

    assert foreign == nobody
    assert foreign["decision"] is False
    assert foreign["context"]["access_request"] is None


def test_no_program_decides():
    """There is no address that approves, denies or asks: only people with their keys do."""
    changing = {
        (one.method, one.root + one.path) for one in ENDPOINTS
        if one.method != "GET" and "accounts" not in one.root
    }  # fmt: skip

    assert changing == {("POST", "access/v1/evaluation")}


def test_a_message_that_is_not_understood_is_refused_and_what_is_new_in_it_is_passed_over(
    program, house
):
    assert evaluate(program, house.asker, action={"name": "delete"}).status_code == 422
    assert evaluate(program, house.asker, subject={"type": "robot", "id": "1"}).status_code == 422
    assert evaluate(program, house.asker, options={"evaluations_semantic": "x"}).status_code == 200
