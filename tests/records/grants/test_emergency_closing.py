"""Clearing up: counted, signed for, complete, sealed, reviewed; nothing of it can be skipped."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from sekisho.campaigns.findings import Kind
from sekisho.grants.closing import Item
from sekisho_web.accounts.models import Push
from sekisho_web.campaigns.models import Finding
from sekisho_web.campaigns.operations.findings import open_finding
from sekisho_web.grants.models import ClosingItem, Emergency, EmergencyTerm
from sekisho_web.grants.operations import closing as operations
from sekisho_web.grants.operations import mobilising, watching
from sekisho_web.grants.queries import closing as queries
from tests.factories import emergencies as people
from tests.factories.emergencies import HOUR
from tests.factories.people import NOON, PersonFactory, SystemFactory, UnitFactory
from tests.factories.pledges import PledgeFactory
from tests.factories.relief import RosterLineFactory
from tests.factories.targets import TargetFactory
from tests.factories.uses import GrantFactory, LoanFactory

pytestmark = pytest.mark.django_db
LIFTED = NOON + 50 * HOUR
LATER = LIFTED + HOUR


@pytest.fixture
def leader():
    return people.somebody()


@pytest.fixture
def conduct():
    return people.somebody(compliance=True)


@pytest.fixture
def reviewer():
    return people.somebody(compliance=True)


@pytest.fixture
def one(leader, conduct):
    """An emergency with one helper, one loan and one grant, lifted on the third day."""
    found = people.running(leader, conduct)
    TargetFactory(system=SystemFactory(key="callcenter", name="コールセンターシステム"))
    desk = UnitFactory(code="N09-50", kind="call_centre", name="第1コールセンター")
    person = RosterLineFactory().person
    (called,) = mobilising.call_out(
        emergency=found, people=[person], unit=desk, by=leader.person, now=NOON + HOUR
    )
    LoanFactory(
        person=person, occasion=found.code, starts_at=NOON + HOUR, due_at=NOON + 70 * HOUR,
        ends_at=NOON + 70 * HOUR,
    )  # fmt: skip
    GrantFactory(
        person=person, appointment=called.appointment, system="callcenter", kind="period",
        purpose="非常災害対応", emergency=found, valid_from=NOON + HOUR,
        valid_to=NOON + 13 * HOUR,
    )  # fmt: skip
    people.lift(found, leader, now=LIFTED)
    found.refresh_from_db()
    return found


def begun(one):
    operations.begin(emergency=one, now=LIFTED)
    return {(item.kind, item.subject): item for item in one.items.all()}


def open_now(one, *, now=LATER):
    return [item.kind for item in operations.refresh(emergency=one, now=now) if not item.done_at]


def bring_back(one, *, by=None):
    loan = one.supporters.get().person.loans.get()
    loan.returned_at, loan.returned_to, loan.ends_at = LATER, by or PersonFactory(), LATER
    loan.wiped_at, loan.wiped_by = LATER + HOUR, PersonFactory()
    loan.save()


def verify_ids():
    Push.objects.filter(wanted__enabled=False).update(
        state="verified", sent_at=LATER, verified_at=LATER, evidence={"seen": "停止"}, next_at=None
    )


def pledge_exit(one):
    helper = one.supporters.get()
    PledgeFactory(person=helper.person, template="transfer_out", subject=str(helper.appointment_id))


def all_green(one, leader, monkeypatch):
    """Do everything that has to be done, but the dossier."""
    items = begun(one)
    bring_back(one)
    verify_ids()
    pledge_exit(one)
    affiliate = people.somebody(sales=True)
    witness = PersonFactory().code
    papers = {"quantity": "紙 3 枚", "method": "裁断", "witness": witness}
    for subject, by in (("N09", leader), ("R000", affiliate)):
        people.sign_for(one, items["papers", subject], by, now=LATER, **papers)
    people.sign_for(one, items["basis", ""], leader, now=LATER, document="送第123号")
    monkeypatch.setattr(operations.looks, "tried", lambda **_: [])
    operations.reconcile(emergency=one, by=leader.person, hat=leader.hat, now=LATER)
    items["reconciled", ""].refresh_from_db()
    people.sign_for(one, items["reconciled", ""], leader, now=LATER, document="所見なし")


def test_the_list_is_laid_out_when_it_has_ended_and_never_before(leader, conduct, one):
    still = people.running(leader, conduct, now=LATER)

    assert operations.begin(emergency=still, now=LATER) == []
    assert len(begun(one)) == len(Item) + 1  # papers of both companies
    assert len(begun(one)) == len(Item) + 1


def test_what_is_counted_is_open_until_the_records_say_otherwise(one):
    begun(one)

    assert set(open_now(one)) == {item.value for item in Item} - {"stopped"}
    bring_back(one)
    verify_ids()
    assert set(open_now(one, now=LATER + HOUR)) == {
        "pledges", "papers", "reconciled", "basis", "dossier"
    }  # fmt: skip


def test_an_id_that_is_closed_here_but_not_seen_to_be_closed_there_is_open(one):
    begun(one)

    assert "accounts" in open_now(one)
    verify_ids()
    assert "accounts" not in open_now(one)


def test_a_refused_exit_pledge_is_done_when_the_second_line_has_answered_it(one):
    begun(one)
    helper = one.supporters.get()
    PledgeFactory(
        refused=True, person=helper.person, template="transfer_out", subject_type="appointment",
        subject=str(helper.appointment_id),
    )  # fmt: skip
    finding = open_finding(
        kind=Kind.PLEDGE_REFUSED, at=NOON, sentence="拒否",
        key=f"transfer_out:{helper.person_id}:{helper.appointment_id}",
    )  # fmt: skip

    assert "pledges" in open_now(one)
    Finding.objects.filter(pk=finding.pk).update(
        closed_at=LATER, closed_by=PersonFactory(), reason="本人と話した"
    )
    assert "pledges" not in open_now(one)


def test_closing_with_open_items_is_refused_and_names_them(leader, one):
    begun(one)

    with pytest.raises(operations.CannotClose) as refused:
        operations.close(emergency=one, by=leader.person, hat=leader.hat, now=LATER)

    said = str(refused.value)
    assert "貸与端末が返った（双方が署名）：残り 1／1" in said
    assert "飛ばすことはできません" in said


def test_what_the_records_count_cannot_be_signed_away(leader, one):
    item = begun(one)["returned", ""]

    with pytest.raises(operations.CannotClose, match="記録から数える"):
        people.sign_for(one, item, leader, now=LATER, document="返った")


def test_each_company_speaks_for_its_own_papers(leader, one):
    item = begun(one)["papers", "R000"]

    with pytest.raises(operations.CannotClose, match="ほかの会社"):
        people.sign_for(one, item, leader, now=LATER, quantity="0", method="-", witness="P1")


def test_an_unknown_witness_is_refused(leader, one):
    item = begun(one)["papers", "N09"]

    with pytest.raises(operations.CannotClose, match="番号が見つかりません"):
        people.sign_for(one, item, leader, now=LATER, quantity="0", method="-", witness="X9")


def test_signed_words_are_those_that_were_read(leader, one):
    item = begun(one)["basis", ""]
    said = people.attested(one, item, leader, now=LATER, document="送第123号")
    other = people.attested(one, item, leader, now=LATER, document="送第124号")

    with pytest.raises(operations.CannotClose, match="署名した文"):
        operations.sign(item=item, attested=said, proof=leader.proof(other.digest),
                        by=leader.person, hat=leader.hat, now=LATER)  # fmt: skip


def test_the_looks_are_compared_before_somebody_signs_for_them(leader, one):
    item = begun(one)["reconciled", ""]

    with pytest.raises(operations.CannotClose, match="突合がまだ"):
        people.sign_for(one, item, leader, now=LATER, document="所見なし")


def test_a_look_after_the_shift_is_a_finding_that_keeps_the_line_open(leader, one, monkeypatch):
    begun(one)
    grant = one.grants.get()
    inside, outside = (
        operations.looks.Tried(person=grant.person_id, at=at, grant=grant.pk, is_refused=False)
        for at in (NOON + 2 * HOUR, NOON + 14 * HOUR)
    )
    monkeypatch.setattr(operations.looks, "tried", lambda **_: [inside, outside])

    found = operations.reconcile(emergency=one, by=leader.person, hat=leader.hat, now=LATER)

    assert found == (2, 1)
    assert Finding.objects.get().kind == "outside_time"
    assert queries.counts(one, now=LATER)[Item.RECONCILED].left == 1


def test_all_green_is_closed_sealed_and_reviewed(leader, reviewer, one, monkeypatch):
    all_green(one, leader, monkeypatch)
    at = LATER + 2 * HOUR
    operations.close(emergency=one, by=leader.person, hat=leader.hat, now=at)

    with pytest.raises(operations.CannotClose, match="災害対応記録"):
        review(one, reviewer, now=at)
    seal(one, leader, now=at)
    review(one, reviewer, now=at)

    one.refresh_from_db()
    assert one.reviewed_by == reviewer.person
    transaction.get_connection().check_constraints()


def review(one, by, *, now):
    return operations.review(emergency=one, note="すべての項目を記録と照らした", by=by.person,
                             hat=by.hat, now=now)  # fmt: skip


def seal(one, by, *, now):
    return operations.seal(emergency=one, content=b"%PDF", data_sha256="0" * 64, by=by.person,
                           hat=by.hat, now=now)  # fmt: skip


def test_who_declared_confirmed_or_closed_does_not_review(leader, conduct, one, monkeypatch):
    all_green(one, leader, monkeypatch)
    at = LATER + 2 * HOUR
    closer = people.somebody(compliance=True)
    operations.close(emergency=one, by=closer.person, hat=closer.hat, now=at)
    seal(one, leader, now=at)

    for somebody in (conduct, closer):
        with pytest.raises(operations.CannotClose, match="検証できません"):
            review(one, somebody, now=at)


def test_the_database_refuses_a_review_while_an_item_is_open(reviewer, one):
    begun(one)

    with pytest.raises(IntegrityError, match="open items"), transaction.atomic():
        review_by_hand(one, reviewer)


def review_by_hand(one, by):
    Emergency.objects.filter(pk=one.pk).update(
        closed_at=LATER, closed_by=PersonFactory(), reviewed_at=LATER, reviewed_by=by.person
    )
    connection.check_constraints()


@pytest.fixture
def reviewed(leader, reviewer, one, monkeypatch):
    all_green(one, leader, monkeypatch)
    at = LATER + 2 * HOUR
    operations.close(emergency=one, by=leader.person, hat=leader.hat, now=at)
    seal(one, leader, now=at)
    review(one, reviewer, now=at)
    return one


def test_after_the_review_nothing_new_can_name_it(reviewed):
    grant = reviewed.grants.get()
    taken = {
        "grant": lambda: GrantFactory(
            person=grant.person, appointment=grant.appointment, emergency=reviewed, kind="period",
            system="callcenter", valid_from=NOON + 2 * HOUR, valid_to=NOON + 3 * HOUR,
        ),
        "item": lambda: ClosingItem.objects.update(done_at=None),
        "term": lambda: EmergencyTerm.objects.update(cut_at=None),
    }  # fmt: skip

    for act in taken.values():
        with pytest.raises(IntegrityError, match="takes nothing more"), transaction.atomic():
            act()


def test_what_opens_again_after_the_closing_is_a_finding(leader, one, monkeypatch):
    all_green(one, leader, monkeypatch)
    at = LATER + 2 * HOUR
    operations.close(emergency=one, by=leader.person, hat=leader.hat, now=at)
    Push.objects.filter(wanted__enabled=False).update(
        state="failed", verified_at=None, evidence=None
    )

    operations.refresh(emergency=one, now=at + HOUR)

    assert "開き直りました" in Finding.objects.get().sentence
    one.refresh_from_db()
    assert one.closed_at == at


def test_what_is_overdue_becomes_a_finding_and_the_commander_is_told(leader, conduct, one):
    watching.watch(now=LATER)
    assert not Finding.objects.filter(kind="closing_overdue").exists()

    done = watching.watch(now=LATER + timedelta(days=20))

    assert done["overdue"] == 8  # all but what stopped in the instant, and the record itself
    keys = set(Finding.objects.values_list("key", flat=True))
    assert f"{one.code} returned" in keys
    told = set(leader.person.notices.values_list("kind", flat=True))
    assert told == {"closing"}
    again = watching.watch(now=LATER + timedelta(days=20, hours=1))
    assert again["overdue"] == 8
    assert leader.person.notices.count() == 1


def test_an_emergency_that_ended_by_itself_is_laid_out_and_its_ids_are_closed(leader, conduct):
    SystemFactory(key="callcenter", name="コールセンターシステム")
    one = people.running(leader, conduct)
    desk = UnitFactory(code="N09-50", kind="call_centre", name="第1コールセンター")
    mobilising.call_out(emergency=one, people=[RosterLineFactory().person], unit=desk,
                        by=leader.person, now=NOON + HOUR)  # fmt: skip

    assert watching.watch(now=NOON + 73 * HOUR)["begun"] == 1
    assert watching.watch(now=NOON + 74 * HOUR)["begun"] == 0

    one.refresh_from_db()
    assert one.begun_at == NOON + 73 * HOUR
    assert not queries.facts.open_ids(one).exists()


def test_an_open_exception_reminds_every_day_and_is_a_finding_when_it_is_extended(leader, conduct):
    one = people.running(leader, conduct, kind="failure", areas=[], systems=["saiene"])

    for hours in (1, 2, 25, 49):
        watching.watch(now=NOON + hours * HOUR)
    assert leader.person.notices.filter(kind="exception").count() == 3
    assert not Finding.objects.exists()

    people.extend(one, leader, ends=NOON + 100 * HOUR, now=NOON + 70 * HOUR)
    people.confirm(one, conduct, no=2, now=NOON + 70 * HOUR)
    watching.watch(now=NOON + 80 * HOUR)

    assert Finding.objects.get().kind == "exception_open"
