"""Engagements on rows: they open what they are for, and close all of it when they end."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from sekisho.grants.engagements import Answer
from sekisho.grants.refusals import NO_ENGAGEMENT, OTHER_COMPANY
from sekisho.grants.use import Ask, Permit, is_entitled
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Appointment, period
from sekisho_web.campaigns.models import Finding
from sekisho_web.grants.asking import facts_of
from sekisho_web.grants.models import EngagementWorker, Grant
from sekisho_web.grants.operations import engagements as operations
from sekisho_web.grants.operations.engagements import CannotEngage
from sekisho_web.grants.queries import engagements as queries
from tests.factories import (
    NOON,
    AccountFactory,
    CompanyFactory,
    GrantFactory,
    PersonFactory,
    PledgeFactory,
    PostFactory,
    UnitFactory,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def network():
    return CompanyFactory(code="N09", kind="network")


@pytest.fixture
def owner(network):
    return PostFactory(unit=UnitFactory(company=network))


def prepared(network, owner, **changes):
    contractor = CompanyFactory(code="K01", kind="network_contractor", principal=network)
    told = {
        "entruster": network,
        "contractor": contractor,
        "work": "検針",
        "basis": "検針の要員を自社で確保できないため",
        "item_classes": ["地点識別"],
        "systems": ["takuso"],
        "serves_both": False,
        "owner": owner.appointment,
        "starts": NOON - DAY,
        "ends": NOON + 30 * DAY,
        "by": owner.person,
        "now": NOON - DAY,
    }
    return operations.prepare(**{**told, **changes})


def in_force(network, owner):
    row = prepared(network, owner)
    for item in queries.checklist():
        operations.answer(
            engagement=row, item=item.code, verdict=Answer.YES, evidence="文書1",
            by=owner.person, now=NOON,
        )  # fmt: skip
    return operations.begin(engagement=row, by=PersonFactory(), now=NOON)


def worker_of(row, *, works_for=None):
    unit = UnitFactory(company=row.contractor)
    person = PersonFactory()
    appointment = Appointment.objects.create(
        person=person,
        employer=row.contractor,
        works_for=works_for or row.entruster,
        kind="contract",
    )
    term = PostFactory(person=person, unit=unit, appointment=appointment)
    account = AccountFactory(
        person=person, system="takuso", works_for=row.entruster, appointment=appointment,
        last_used_at=NOON - DAY,
    )  # fmt: skip
    GrantFactory(person=person, appointment=appointment, account=account)
    return term


def may(term, *, at=NOON):
    facts = facts_of(term.person_id, "takuso", at=at)
    ask = Ask(
        person=str(term.person_id),
        hat=str(term.appointment_id),
        account=facts.accounts[0].code,
        system="takuso",
        purpose="託送供給等",
    )
    return is_entitled(facts, ask, at=at)


def put(row, term, **changes):
    told = {"ends": NOON + 10 * DAY, "by": row.checked_by, "now": NOON, **changes}
    return operations.put_on_roster(engagement=row, term=term, **told)


def test_a_contract_post_opens_nothing_without_an_engagement(network, owner):
    row = in_force(network, owner)
    term = worker_of(row)

    assert may(term) == NO_ENGAGEMENT

    put(row, term)
    PledgeFactory(
        person=term.person, template="contractor", subject_type="engagement", subject=row.code
    )
    assert isinstance(may(term), Permit)
    assert may(term).until <= NOON + 10 * DAY
    assert may(term, at=NOON + 10 * DAY) == NO_ENGAGEMENT


def test_a_worker_who_has_not_pledged_opens_nothing(network, owner):
    row = in_force(network, owner)
    term = worker_of(row)
    put(row, term)

    assert "誓約" in may(term).reason


def test_an_engagement_that_was_never_checked_opens_nothing(network, owner):
    row = prepared(network, owner)
    term = worker_of(row)
    with pytest.raises(CannotEngage, match="有効ではありません"):
        put(row, term, by=owner.person)

    EngagementWorker.objects.create(
        engagement=row, person=term.person, appointment=term.appointment,
        valid=period(NOON - DAY, NOON + DAY),
    )  # fmt: skip
    assert may(term) == NO_ENGAGEMENT


def test_a_gate_that_falls_while_the_work_runs_suspends_it_at_once(network, owner):
    row = in_force(network, owner)
    term = worker_of(row)
    put(row, term)
    now = NOON + DAY

    operations.answer(
        engagement=row, item="C03", verdict=Answer.NO, evidence="", by=owner.person, now=now
    )

    assert may(term, at=now) == NO_ENGAGEMENT
    with pytest.raises(CannotEngage, match="関門"):
        operations.resume(engagement=row, by=PersonFactory(), now=now)


def test_the_id_of_one_principal_does_no_work_for_the_other(network, owner):
    row = in_force(network, owner)
    other = CompanyFactory(code="R000", kind="affiliate")
    term = worker_of(row)
    sales = Appointment.objects.create(
        person=term.person, employer=row.contractor, works_for=other, kind="main"
    )
    unit = UnitFactory(code="K01-sales", company=row.contractor, name="架空の営業課")
    PostFactory(person=term.person, unit=unit, appointment=sales)
    Grant.objects.create(
        code="G-OTHER", person=term.person, appointment=sales, works_for=other, system="takuso",
        kind="standing", purpose="託送供給等", valid_from=NOON - DAY, valid_to=NOON + DAY,
    )  # fmt: skip
    facts = facts_of(term.person_id, "takuso", at=NOON)
    ask = Ask(
        person=str(term.person_id), hat=str(sales.pk), account=facts.accounts[0].code,
        system="takuso", purpose="託送供給等",
    )  # fmt: skip

    assert is_entitled(facts, ask, at=NOON) == OTHER_COMPANY


def test_the_end_of_an_engagement_ends_all_that_hung_from_it(network, owner):
    row = in_force(network, owner)
    term = worker_of(row)
    put(row, term)
    now = NOON + DAY

    operations.begin_ending(engagement=row, by=owner.person, now=now)

    account = term.person.accounts.get()
    assert account.closed_at == now
    assert isinstance(may(term, at=now), Refusal)
    assert term.person.grants.get().revoked_at == now


def test_what_is_not_cleared_up_is_a_finding(network, owner):
    row = in_force(network, owner)
    operations.begin_ending(engagement=row, by=owner.person, now=NOON)

    assert operations.watch(now=NOON + 30 * DAY) == 0
    assert operations.watch(now=NOON + 31 * DAY) == 1
    assert Finding.objects.get(kind="engagement_open").key == row.code


def test_an_engagement_closes_when_every_proof_is_there(network, owner):
    row = in_force(network, owner)
    operations.begin_ending(engagement=row, by=owner.person, now=NOON)

    closed = operations.close(engagement=row, by=owner.person, now=NOON + DAY)

    assert closed.closed_at == NOON + DAY


def test_the_database_lets_no_worker_outlive_the_engagement(network, owner):
    row = in_force(network, owner)
    term = worker_of(row)

    def outlive():
        with transaction.atomic(), connection.cursor() as cursor:
            EngagementWorker.objects.create(
                engagement=row,
                person=term.person,
                appointment=term.appointment,
                valid=period(NOON, NOON + 90 * DAY),
            )
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="worker_stays_within_the_engagement"):
        outlive()
