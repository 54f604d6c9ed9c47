"""Requests and decisions on rows: what is asked, who signs, and what comes of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sekisho.grants import decisions, parties, verifying
from sekisho.grants.policies import NO_POLICY
from sekisho.grants.references import Reference
from sekisho.grants.refusals import NO_ACCOUNT
from sekisho.grants.requests import CLOCK, State
from sekisho_web.accounts.models import AppointmentTerm, period
from sekisho_web.campaigns.models import Finding
from sekisho_web.grants.models import Decision, Grant, Nonce, Request
from sekisho_web.grants.operations import deciding, lapsing, requesting, wishes
from sekisho_web.grants.operations.deciding import CannotDecide
from sekisho_web.grants.operations.wishes import CannotRequest, NobodyDecides
from sekisho_web.grants.queries import clocks, deciders
from sekisho_web.grants.queries import requests as queries
from tests.factories import NOON, HoldFactory
from tests.factories.approvals import SESSION, House
from tests.factories.people import OfficerFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def house():
    return House()


@pytest.fixture
def other():
    """A house whose system needs the chief and an officer."""
    return House(system="takuso")


def test_the_last_signature_makes_the_grant_as_it_was_signed(house):
    request = house.submit()

    row = house.decide(request, house.officer, minutes=15)

    assert row.outcome == Request.Outcome.APPROVED
    [grant] = Grant.objects.all()
    assert (grant.person, grant.system, grant.kind) == (house.asker, "saiene", "per_use")
    assert (grant.valid_from, grant.valid_to) == (NOON + MINUTE, NOON + 16 * MINUTE)
    assert (grant.uses_max, grant.use_minutes, grant.account) == (1, 20, house.account)
    assert grant.request == row
    assert grant.scope_records == ["AA123456C1"]
    assert verifying.is_approved(queries.approval_of(row))
    assert queries.state(row, at=NOON + 5 * MINUTE) is State.APPROVED


def test_every_party_must_sign_and_nothing_is_granted_before(other):
    request = other.submit(other.both())

    half = other.decide(request, other.chief, party=1)
    assert half.outcome == ""
    assert not Grant.objects.exists()

    whole = other.decide(request, other.deputy, party=2, after=5, minutes=60)
    assert whole.outcome == Request.Outcome.APPROVED
    [grant] = Grant.objects.all()
    assert (grant.valid_from, grant.valid_to) == (NOON + 5 * MINUTE, NOON + 65 * MINUTE)
    assert grant.uses_max == 2


def test_what_one_shortened_the_next_cannot_widen(other):
    request = other.submit(other.both())
    other.decide(request, other.chief, minutes=30, use_minutes=10, uses=1)

    with pytest.raises(CannotDecide) as refused:
        other.decide(request, other.officer, party=2, after=2, minutes=31)
    assert refused.value.refusal is decisions.WIDER

    other.decide(request, other.officer, party=2, after=2)
    [grant] = Grant.objects.all()
    assert (grant.uses_max, grant.use_minutes) == (1, 10)
    assert grant.valid_to - grant.valid_from == 30 * MINUTE


def test_a_denial_ends_it_in_either_order(other):
    first = other.submit(other.both())
    other.decide(first, other.chief)
    assert other.decide(first, other.officer, party=2, verdict="deny").outcome == "denied"

    second = other.submit(other.both(), now=NOON + MINUTE)
    assert other.decide(second, other.officer, party=2, verdict="deny", after=2).outcome == "denied"
    with pytest.raises(CannotDecide) as refused:
        other.decide(second, other.chief, after=3)
    assert "却下" in refused.value.refusal.reason
    assert not Grant.objects.exists()


def test_a_use_is_approved_ahead_and_begins_when_it_was_asked_for(house):
    starts = NOON + timedelta(days=3)
    request = house.submit(house.wish(starts_at=starts))

    house.decide(request, house.officer)

    [grant] = Grant.objects.all()
    assert (grant.valid_from, grant.valid_to) == (starts, starts + 30 * MINUTE)


def test_an_extension_is_a_new_request_that_begins_where_the_old_ends(house):
    house.decide(house.submit(), house.officer)
    [old] = Grant.objects.all()

    longer = house.submit(house.wish(extends=old), now=NOON + 5 * MINUTE)
    house.decide(longer, house.officer, after=6)

    new = Grant.objects.exclude(pk=old.pk).get()
    assert longer.follows == old.request
    assert new.valid_from == old.valid_to
    stranger = house.somebody(house.section)
    house.give_id(stranger, "ID-2")
    with pytest.raises(CannotRequest) as refused:
        house.submit(house.wish(extends=old), by=stranger)
    assert refused.value.refusal is wishes.NOT_TO_EXTEND


def test_the_window_ends_with_the_post(house):
    ends = NOON + 10 * MINUTE
    term = house.asker.posts.get()
    AppointmentTerm.objects.filter(pk=term.pk).update(valid=period(term.valid_from, ends))
    request = house.submit()

    house.decide(request, house.officer)

    [grant] = Grant.objects.all()
    assert grant.valid_to == ends


# What cannot be asked for -----------------------------------------------------------------------


def test_what_no_policy_knows_cannot_be_asked_for(house):
    with pytest.raises(CannotRequest) as refused:
        house.submit(house.wish(mode="standing", uses=None))
    assert refused.value.refusal is NO_POLICY
    with pytest.raises(CannotRequest) as refused:
        house.submit(house.wish(purpose="営業提案"))
    assert refused.value.refusal is NO_POLICY


def test_without_an_id_nothing_is_asked_for(house):
    with pytest.raises(CannotRequest) as refused:
        house.submit(by=house.chief)
    assert refused.value.refusal is NO_ACCOUNT


def test_bad_reasons_numbers_and_limits_are_said(house):
    for changed, said in (
        ({"reason": "確認"}, "10字"),
        ({"references": ()}, "番号がありません"),
        ({"references": (Reference(kind="outage", no="T-100"),)}, "番号がありません"),
        ({"window_minutes": 31}, "期間"),
        ({"uses": 2}, "回数"),
    ):
        with pytest.raises(CannotRequest) as refused:
            house.submit(house.wish(**changed))
        assert said in refused.value.refusal.reason
    assert not Request.objects.exists()


def test_a_held_person_asks_for_nothing(house):
    HoldFactory(person=house.asker)

    with pytest.raises(CannotRequest) as refused:
        house.submit()

    assert refused.value.refusal is wishes.STOPPED


def test_nobody_to_decide_is_refused_and_the_second_time_a_finding(house):
    for person in (house.officer, house.deputy):
        HoldFactory(person=person)

    with pytest.raises(NobodyDecides) as refused:
        house.submit()
    assert "システム管理責任者" in refused.value.refusal.reason
    assert not Finding.objects.filter(kind="no_decider").exists()

    with pytest.raises(NobodyDecides):
        house.submit(now=NOON + MINUTE)
    assert Finding.objects.filter(kind="no_decider").count() == 1
    assert not Request.objects.exists()


def test_one_person_for_two_parties_is_nobody(other):
    for person in (other.officer, other.deputy):
        HoldFactory(person=person)
    OfficerFactory(post=other.chief.posts.get(), system=other.system)

    with pytest.raises(NobodyDecides):
        other.submit(other.both())


def test_a_machine_whose_clock_is_wrong_neither_asks_nor_decides(house, monkeypatch):
    request = house.submit()
    right = clocks.machine_now
    monkeypatch.setattr(clocks, "machine_now", lambda: right() + timedelta(seconds=3))

    with pytest.raises(CannotRequest) as refused:
        house.submit(now=NOON + MINUTE)
    assert refused.value.refusal is CLOCK
    with pytest.raises(CannotDecide) as refused:
        house.decide(request, house.officer)
    assert refused.value.refusal is CLOCK
    assert not Decision.objects.exists()


# Who may decide ---------------------------------------------------------------------------------


def test_self_subordinate_and_strangers_have_nothing_laid_before_them(other):
    request = other.submit(other.both())
    for person, refusal in (
        (other.asker, parties.OWN),
        (other.second, parties.NOT_THE_PARTY),
        (other.officer, parties.NOT_THE_PARTY),
    ):
        with pytest.raises(CannotDecide) as refused:
            other.lay(request, person, party=1)
        assert refused.value.refusal is refusal
    assert not Nonce.objects.exists()


def test_an_approver_who_was_transferred_between_decides_nothing(house):
    request = house.submit()
    laid = house.lay(request, house.officer)
    proof = house.sign(house.officer, laid.text)
    term = house.officer.posts.get()
    house.officer.posts.get().appointment.offices.all().delete()
    AppointmentTerm.objects.filter(pk=term.pk).update(valid=period(term.valid_from, NOON + MINUTE))

    with pytest.raises(CannotDecide) as refused:
        deciding.decide(request=request, text=laid.text, proof=proof, by=house.officer,
                        session=SESSION, opened_at=None, now=NOON + 2 * MINUTE)  # fmt: skip

    assert refused.value.refusal is parties.NOT_IN_POST
    assert not Grant.objects.exists()


def test_what_nobody_is_left_to_answer_lapses(house):
    request = house.submit()
    for person in (house.officer, house.deputy):
        HoldFactory(person=person)

    assert lapsing.lapse(now=NOON + MINUTE) == 1
    assert lapsing.lapse(now=NOON + MINUTE) == 0

    request.refresh_from_db()
    assert request.outcome == Request.Outcome.LAPSED
    assert request.settled_why == lapsing.NOBODY


def test_silence_lapses_whether_or_not_the_job_ran(house):
    request = house.submit()
    late = 60

    with pytest.raises(CannotDecide) as refused:
        house.decide(request, house.officer, after=late)
    assert "時間切れ" in refused.value.refusal.reason
    assert lapsing.lapse(now=NOON + late * MINUTE) == 1
    request.refresh_from_db()
    assert request.settled_why == lapsing.LATE


def test_only_the_asker_takes_it_back_and_then_nobody_decides(house):
    request = house.submit()
    laid = house.lay(request, house.officer)
    proof = house.sign(house.officer, laid.text)

    with pytest.raises(CannotRequest):
        requesting.withdraw(request=request, by=house.chief, now=NOON + MINUTE)
    requesting.withdraw(request=request, by=house.asker, now=NOON + MINUTE)

    with pytest.raises(CannotDecide) as refused:
        deciding.decide(request=request, text=laid.text, proof=proof, by=house.officer,
                        session=SESSION, opened_at=None, now=NOON + 2 * MINUTE)  # fmt: skip
    assert "取下げ" in refused.value.refusal.reason


def test_a_delegate_signs_in_anothers_stead_and_it_is_said(house):
    house.hand_over(house.officer, house.second)
    request = house.submit()

    house.decide(request, house.second)

    [decision] = Decision.objects.all()
    assert decision.delegation.delegator.person == house.officer
    assert decisions.read(bytes(decision.body)).by.instead_of.startswith("A")


# The lists --------------------------------------------------------------------------------------


def test_the_queue_shows_what_one_may_answer_and_no_more(other):
    request = other.submit(other.both())

    def mine(person):
        found = deciders.waiting(person=person, appointment=None, now=NOON + MINUTE)
        return [(one.request, one.party) for one in found]

    assert mine(other.chief) == [(request, 1)]
    assert mine(other.officer) == [(request, 2)]
    assert mine(other.asker) == mine(other.second) == []
    other.decide(request, other.chief)
    assert mine(other.chief) == []
    assert mine(other.officer) == [(request, 2)]
    assert deciders.waiting(person=other.officer, appointment=None, now=NOON + 9 * HOUR) == []


def test_the_parties_are_shown_with_who_answered_and_who_could(other):
    request = other.submit(other.both())
    other.decide(request, other.chief)

    first, second = deciders.party_lines(request, now=NOON + 2 * MINUTE)

    assert first.decision.decided_by == other.chief
    assert set(second.people) == {other.officer, other.deputy}


def test_evidence_that_does_not_hold_is_found(house):
    request = house.submit()
    house.decide(request, house.officer)
    rows = list(queries.with_answers(Request.objects.all()))
    assert queries.wrong(rows) == []

    rows[0].decisions.all()[0].proof["response"]["response"]["signature"] = "AAAA"
    [(row, problems)] = queries.wrong(rows)
    assert row == request
    assert any("署名" in each for each in problems)


def test_the_queue_takes_as_many_queries_for_one_as_for_five(other):
    def taken():
        with CaptureQueriesContext(connection) as captured:
            found = deciders.waiting(person=other.officer, appointment=None, now=NOON + MINUTE)
        return len(found), len(captured)

    other.submit(other.both())
    few, once = taken()
    for number in range(4):
        other.submit(other.both(), now=NOON + number * MINUTE / 10)
    many, again = taken()

    assert (few, many) == (1, 5)
    assert again == once
    assert lapsing.lapse(now=NOON + MINUTE) == 0
