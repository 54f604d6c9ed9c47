"""G2 and what was settled: held by the database when the operations are gone around."""

from datetime import timedelta

import pytest

from sekisho_web.accounts.models import period
from sekisho_web.grants.models import ApprovalPolicy, Decision, Delegation, Nonce, Request
from tests.factories import NOON
from tests.factories.approvals import House
from tests.records.accounts.around import refused, sql

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def house():
    return House()


@pytest.fixture
def approved(house):
    request = house.submit()
    house.decide(request, house.officer)
    return Request.objects.get(pk=request.pk)


def copied(row, **changed):
    """Insert `row` once more, with what is changed."""
    said = {
        one.attname: getattr(row, one.attname)
        for one in row._meta.concrete_fields
        if not one.primary_key and not getattr(one, "generated", False)
    }
    return type(row).objects.create(**(said | changed))


def test_nobody_decides_their_own_even_in_sql(house, approved):
    decision = Decision.objects.get()

    with refused("decision_is_not_of_whoever_asked"):
        copied(decision, decided_by_id=house.asker.pk, party=2, nonce="n1")
    with refused("decision_is_on_a_request_of_whoever_asked"):  # asked_by cannot be lied about
        copied(decision, asked_by_id=house.chief.pk, party=2, nonce="n2",
               decided_by_id=house.asker.pk,
               appointment_id=house.asker.posts.get().appointment_id)  # fmt: skip


def test_a_party_answers_once_a_person_once_and_a_number_once(house, approved):
    decision = Decision.objects.get()
    deputy = {
        "decided_by_id": house.deputy.pk,
        "appointment_id": house.deputy.posts.get().appointment_id,
    }

    with refused("decision_of_each_party"):
        copied(decision, nonce="n1", **deputy)
    with refused("decision_of_a_person_once"):
        copied(decision, nonce="n1", party=2)
    with refused():
        copied(decision, party=2, **deputy)


def test_a_decision_is_bound_to_these_bytes_and_this_post(house, approved):
    decision = Decision.objects.get()
    deputy = {"decided_by_id": house.deputy.pk, "party": 2, "nonce": "n1"}

    with refused("decision_is_on_these_bytes"):
        copied(decision, digest=b"\0" * 32, **deputy,
               appointment_id=house.deputy.posts.get().appointment_id)  # fmt: skip
    with refused("decision_is_made_in_a_post_of_whoever_decides"):
        copied(decision, **deputy, appointment_id=house.chief.posts.get().appointment_id)


def test_the_digest_is_of_the_body(house, approved):
    with refused("request_is_the_bytes_of_its_digest"):
        copied(approved, code="R-2", body=bytes(approved.body) + b" ")
    with refused("request_is_of_a_post_of_whoever_asks"):
        copied(approved, code="R-2", asked_by_id=house.chief.pk)


@pytest.mark.parametrize(
    "change",
    ["body = '\\x00'", "due_at = due_at + interval '1 day'", "policy_id = policy_id + 1",
     "purpose = '停電保安'", "asked_by_id = asked_by_id"],
)  # fmt: skip
def test_what_was_asked_never_changes(approved, change):
    with refused("request_never_changes"):
        sql(f"UPDATE grants_request SET {change} WHERE id = %s", approved.pk)


def test_what_was_settled_stays_settled(approved):
    for change in ("outcome = 'denied'", "outcome = '', settled_at = NULL", "settled_why = 'x'"):
        with refused("request_stays_settled"):
            sql(f"UPDATE grants_request SET {change} WHERE id = %s", approved.pk)


def test_what_was_decided_never_changes_and_a_number_is_spent_once(approved):
    with refused("decision_never_changes"):
        sql("UPDATE grants_decision SET verdict = 'deny'")
    with refused("nonce_is_spent_once"):
        sql("UPDATE grants_nonce SET used_at = NULL")
    assert Nonce.objects.get().used_at


def test_a_policy_has_a_party_two_people_and_one_text(house):
    policy = ApprovalPolicy.objects.get(code="AP-02")
    new = {"code": "X", "in_force_from": None}

    with refused("policy_names_who_must_approve"):
        copied(policy, parties=[], **new)
    with refused("policy_is_confirmed_by_somebody_else"):
        copied(policy, proposed_by_id=house.second.pk, confirmed_by_id=house.second.pk, **new)
    with refused("policy_is_in_force_once"):
        copied(policy, version=2)
    with refused("policy_never_changes"):
        sql("UPDATE grants_approvalpolicy SET parties = '[]' WHERE id = %s", policy.pk)
    with refused("policy_never_changes"):
        sql("UPDATE grants_approvalpolicy SET max_window_minutes = 600 WHERE id = %s", policy.pk)


def test_a_delegation_is_for_a_month_and_to_somebody_else(house):
    one = house.hand_over(house.officer, house.second)

    with refused("delegation_is_for_a_month_at_most"):
        copied(one, valid=period(NOON, NOON + 31 * DAY))
    with refused("delegation_is_for_a_month_at_most"):
        copied(one, valid=period(NOON, None))
    with refused("delegation_is_to_somebody_else"):
        copied(one, deputy_id=one.delegator_id)
    assert Delegation.objects.count() == 1
