"""IDs from request to end, shared IDs, reviews: one transaction, one entry, and the database."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from sekisho.accounts.life import State, standing
from sekisho_web.accounts.follows import posts_ended
from sekisho_web.accounts.models import (
    Account,
    AccountRequest,
    AccountReview,
    Checkout,
    Hold,
    Rotation,
    period,
)
from sekisho_web.accounts.operations import (
    accounts,
    holding,
    reviews,
    shared,
    suspend,
    systems,
)
from sekisho_web.accounts.queries.wanted import lives_of
from sekisho_web.grants.known import known
from sekisho_web.grants.standing import standing_facts
from sekisho_web.ledger import operations as ledger
from tests.doors.accounts.registers import Register
from tests.factories import PostFactory, UnitFactory
from tests.factories.people import OfficerFactory, SystemFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def register():
    return Register()


def failing(**_):
    raise OSError("the ledger is full")


def ask(register, **change):
    told = {
        "system": register.system,
        "term": register.clerk_post,
        "phone": "03-1",
        "mail": "m@example.jp",
        "purpose": "受付",
        "by": register.asker,
        "now": register.now,
    }
    return accounts.ask_for_account(**told | change)


def issued(register, code="TK-1"):
    asked = accounts.decide_request(
        request=ask(register), approves=True, by=register.owner, now=register.now
    )
    return accounts.issue(request=asked, code=code, by=register.owner, now=register.now)


def state_of(account, at):
    account = Account.objects.select_related("system").get(pk=account.pk)
    return standing(lives_of([account])[account.pk], at).state


def test_what_cannot_be_entered_in_the_ledger_does_not_happen(register, monkeypatch):
    monkeypatch.setattr(ledger, "append", failing)

    with pytest.raises(OSError, match="ledger"), transaction.atomic():
        ask(register)

    assert not AccountRequest.objects.exists()


def test_what_changed_between_approval_and_issue_is_asked_again(register):
    asked = accounts.decide_request(
        request=ask(register), approves=True, by=register.owner, now=register.now
    )
    register.clerk_post.valid = period(register.clerk_post.valid_from, register.now)
    register.clerk_post.save(update_fields=["valid"])

    with pytest.raises(accounts.CannotIssue, match="発令がいま有効ではありません"):
        accounts.issue(request=asked, code="TK-1", by=register.owner, now=register.now)

    assert not Account.objects.exists()


def test_a_name_is_never_used_again_and_a_second_id_is_refused(register):
    account = issued(register)
    accounts.close(
        account=account, reason="退職", by=register.owner, now=register.now + timedelta(1)
    )

    with pytest.raises(accounts.CannotIssue, match="前に使われています"):
        issued(register, code="TK-1")


def test_around_the_operation_the_database_refuses(register):
    account = issued(register)
    second = {
        "system": register.system,
        "person": register.clerk,
        "works_for": register.company,
        "appointment": register.clerk_post.appointment,
        "issued_at": register.now,
    }
    other = PostFactory(unit=UnitFactory(sales=True))

    for wrong in (
        second | {"code": "TK-2"},  # two open IDs of one person
        second | {"code": account.code, "kind": "temporary"},  # a name twice; no end
        second | {"code": "TK-3", "kind": "shared"},  # shared, with a holder and no keeper
        second | {"code": "TK-4", "kind": "service", "works_for": other.unit.company},
        second | {"code": "TK-5", "kind": "service", "appointment": other.appointment},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Account.objects.create(**wrong)


def test_a_request_is_not_approved_by_its_asker_or_its_holder(register):
    asked = ask(register)

    for person in (register.asker, register.clerk):
        with pytest.raises(IntegrityError), transaction.atomic():
            AccountRequest.objects.filter(pk=asked.pk).update(
                verdict="approved", decided_by=person, decided_at=register.now
            )
        with pytest.raises(accounts.CannotIssue):
            accounts.decide_request(request=asked, approves=True, by=person, now=register.now)


def test_a_transfer_stops_an_id_in_its_instant_and_a_new_post_and_an_officer_bring_it_back(
    register,
):
    account = issued(register)
    at = register.now + timedelta(days=9)
    register.clerk_post.valid = period(register.clerk_post.valid_from, at)
    register.clerk_post.save(update_fields=["valid"])

    assert state_of(account, at - timedelta(seconds=1)) is State.ACTIVE
    assert state_of(account, at) is State.MOVED
    with pytest.raises(accounts.CannotResume, match="発令が、いま有効ではありません"):
        accounts.resume(account=account, purpose="受付", by=register.owner, now=at)
    new = PostFactory(
        person=register.clerk,
        unit=UnitFactory(code="N09-05", name="別の課"),
        valid_from=at,
    )
    accounts.resume(account=account, purpose="受付", by=register.owner, now=at)
    account.refresh_from_db()
    assert account.appointment == new.appointment
    assert state_of(account, at + timedelta(seconds=1)) is State.ACTIVE


def test_silence_at_the_deadline_stops_though_nothing_runs(register):
    account = issued(register)
    due = register.now + timedelta(days=7)
    (review,) = reviews.open_reviews(
        systems=["takuso"], due_at=due, by=register.owner, now=register.now
    )

    assert state_of(account, due - timedelta(seconds=1)) is State.ACTIVE
    assert state_of(account, due) is State.STOPPED
    with pytest.raises(reviews.CannotReview, match="期限が過ぎ"):
        reviews.answer_review(
            review=review,
            answer="keep",
            keep_until=due + timedelta(days=9),
            by=register.asker,
            now=due,
        )
    kept = register.now + timedelta(days=90)
    reviews.answer_review(
        review=review, answer="keep", keep_until=kept, by=register.asker, now=register.now
    )
    assert state_of(account, due) is State.ACTIVE
    assert state_of(account, kept) is State.STOPPED


def test_the_gate_and_the_register_know_the_same_deadlines(register):
    account = issued(register)
    due = register.now + timedelta(days=7)
    reviews.open_reviews(systems=["takuso"], due_at=due, by=register.owner, now=register.now)

    found = known(person=register.clerk.pk, system="takuso", device=None, at=register.now)
    (gate,) = standing_facts(
        found, person=str(register.clerk.pk), system="takuso", at=register.now
    ).accounts
    account = Account.objects.select_related("system").get(pk=account.pk)
    assert gate.life == lives_of([account])[account.pk]


def test_nobody_answers_for_their_own_not_even_around_the_operation(register):
    account = issued(register)
    reviews.open_reviews(
        systems=["takuso"],
        due_at=register.now + timedelta(days=7),
        by=register.owner,
        now=register.now,
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        AccountReview.objects.filter(account=account).update(
            answer="keep", answered_by=register.clerk, answered_at=register.now
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountReview.objects.filter(account=account).update(assignee=register.clerk)


# Shared IDs ------------------------------------------------------------------------------------


@pytest.fixture
def group(register):
    return shared.register_shared(
        system=register.system,
        code="GROUP",
        works_for=register.company,
        custodian=register.owner,
        reason="移行中",
        ends_at=register.now + timedelta(days=90),
        by=register.asker,
        now=register.now,
    )


def take(register, group, **change):
    told = {
        "account": group,
        "person": register.clerk,
        "purpose": "保守",
        "until": register.now + timedelta(hours=4),
        "by": register.owner,
        "now": register.now,
    }
    return shared.check_out(**told | change)


def test_two_holders_at_once_are_refused_by_the_database_too(register, group):
    take(register, group)

    with pytest.raises(shared.CannotShare, match="持ち出しています"):
        take(register, group, person=register.asker)
    with pytest.raises(IntegrityError), transaction.atomic():
        Checkout.objects.create(
            account=group,
            person=register.asker,
            purpose="保守",
            held=period(register.now + timedelta(hours=1), register.now + timedelta(hours=2)),
            given_by=register.owner,
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Checkout.objects.create(
            account=group,
            person=register.asker,
            purpose="保守",
            held=period(register.now + timedelta(days=1), register.now + timedelta(days=2)),
            given_by=register.owner,
        )


def test_the_secret_changes_when_somebody_who_knew_it_moves(register, group):
    taken = take(register, group)
    back = register.now + timedelta(hours=1)
    shared.bring_back(checkout=taken, by=register.owner, now=back)
    shared.rotate(rotation=Rotation.objects.get(), said="作業票 1", by=register.owner, now=back)

    move = back + timedelta(days=3)

    posts_ended(endings={register.use_post.appointment_id: back}, now=back)  # never held it
    assert not Rotation.objects.filter(done_at=None).exists()
    posts_ended(endings={register.clerk_post.appointment_id: move}, now=back)
    posts_ended(endings={register.clerk_post.appointment_id: move}, now=back)  # told twice
    due = Rotation.objects.get(done_at=None)
    with pytest.raises(shared.CannotShare, match="異動がまだ先"):
        shared.rotate(rotation=due, said="作業票 2", by=register.owner, now=back)
    posts_ended(endings={register.clerk_post.appointment_id: back}, now=back)  # it comes earlier
    due = Rotation.objects.get(done_at=None)
    assert due.because == Rotation.Because.HOLDER_MOVED
    with pytest.raises(shared.CannotShare, match="秘密の交換がまだ"):
        take(register, group, now=back, until=back + timedelta(hours=1))
    with pytest.raises(shared.CannotShare, match="預かる人だけ"):
        shared.rotate(rotation=due, said="作業票 2", by=register.clerk, now=back)


# Stops and offices -----------------------------------------------------------------------------


class Worn:
    """As much of a hat as the rules of stops ask for."""

    def __init__(self, post, line=None):
        self.post, self.line, self.company_kind = post.appointment_id, line, "network"


def test_an_officer_of_another_system_lifts_nothing_here(register):
    account = issued(register)
    other = PostFactory()
    OfficerFactory(post=other, system=SystemFactory(key="nwonline"))
    hold = suspend(target=account, reason=Hold.Reason.DORMANT, by=None, now=register.now)
    later = register.now + timedelta(hours=1)

    with pytest.raises(holding.CannotLift, match="システム管理責任者"):
        holding.lift_by_hand(hold=hold, note="要る", by=other.person, hat=Worn(other), now=later)
    holding.lift_by_hand(
        hold=hold, note="要る", by=register.owner, hat=Worn(register.owner_post), now=later
    )
    hold.refresh_from_db()
    assert hold.ends_at == later


def test_an_office_never_outlives_its_post(register):
    end = register.now + timedelta(days=30)
    post = PostFactory(unit=register.it_unit, valid_to=end)
    told = {
        "system": register.system,
        "term": post,
        "role": "deputy",
        "company": register.company,
        "starts": register.now,
        "by": register.owner,
        "now": register.now,
    }

    office = systems.appoint_officer(**told, ends=None)
    assert office.valid.upper == end
    with pytest.raises(systems.CannotRegister, match="発令の外"):
        systems.appoint_officer(**told, ends=end + timedelta(days=1))
