"""The machine of people once more, with the real operations and the real rows beneath it.

Few examples: each is a transaction that is rolled back. What the rules hold by themselves is
tried in their own machine; here it is whether what is written says the same.
"""

from dataclasses import replace
from itertools import count
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sekisho.accounts.orders import Correction, PostKind
from sekisho.accounts.timelines import Post, Seat, Term
from sekisho.grants.use import Ask, Permit, is_entitled
from sekisho_web.accounts.models import (
    Account,
    AppointmentTerm,
    FeedBatch,
    Hold,
    OrderLine,
    Person,
    PersonNumber,
    Session,
)
from sekisho_web.accounts.operations import lift, personnel, suspend
from sekisho_web.grants.known import known
from sekisho_web.grants.standing import standing_facts
from tests.factories import GrantFactory, PersonFactory
from tests.factories.people import SystemFactory
from tests.records.accounts import deliveries
from tests.records.accounts.around import at_commit
from tests.rules.accounts.test_machine import (
    BEGINS,
    DAY,
    LONG_AGO,
    REASONS,
    SECOND,
    WHAT,
    People,
    in_force,
)

UNITS = {"N09-01": "N09-04", "N09-02": "N09-05", "N09-03": "N09-06"}  # theirs are ours


class Registers(People):
    """`People`, where what happens is written into the registers and read from them."""

    suspend_by, lift_by = staticmethod(suspend), staticmethod(lift)

    def __init__(self):
        super().__init__()
        self.around = transaction.atomic()
        self.around.__enter__()
        deliveries.units()
        self.feed = deliveries.feed()
        self.system = SystemFactory(dormancy_months=self.months)
        self.person = PersonFactory(name="架空　花子", kana="カクウ　ハナコ")
        PersonNumber.objects.create(
            person=self.person, company=self.feed.company, number="0000001", valid_from=LONG_AGO
        )
        self.row, self.epoch = None, 0
        self.cookies = count()

    def teardown(self):
        transaction.set_rollback(True)
        self.around.__exit__(None, None, None)

    # news

    def deliver(self, news):
        news = replace(news, source=str(self.feed.pk), unit=UNITS.get(news.unit, news.unit))
        batch = FeedBatch.objects.create(
            feed=self.feed, company=self.feed.company, data=b"", sha256=uuid4().hex,
            state="applied", received_at=self.now, applied_at=self.now,
        )  # fmt: skip
        personnel.take(batch=batch, lines=[news], person=self.person, now=self.now)
        at_commit()  # what a COMMIT would refuse, it refuses here
        left = Hold.objects.filter(person=self.person, reason="transfer", ends_at=None)
        if not OrderLine.objects.filter(batch=batch).exists():
            return False
        self.told[news.order_no] = replace(news, unit=_theirs(news.unit))
        if news.correction is Correction.CANCEL:
            self.oracle.orders.pop(news.order_no, None)
        else:
            what = WHAT[news.kind]
            self.oracle.orders[news.order_no] = (
                news.effective_at.astimezone(BEGINS.tzinfo).date(),
                what,
                news.order_no,
                _theirs(news.unit) or None,
            )
        self.oracle.heard()
        if left.exists() and "transfer" not in self.oracle.held:
            assert self.oracle.where(self.day(0)) is None  # who has no post any more
            self.oracle.held.add("transfer")
            self.row = None
        return True

    def posts(self):
        found = {}
        rows = AppointmentTerm.objects.filter(person=self.person).select_related("unit")
        for row in rows.order_by("appointment", "valid_from"):
            found.setdefault((row.appointment_id, row.unit.code), []).append(
                Term(title=row.title, starts=row.valid_from, ends=row.valid_to)
            )
        return [
            Post(
                appointment=number,
                seat=Seat(employer="N09", works_for="N09", unit=_theirs(unit), kind=PostKind.MAIN),
                terms=tuple(terms),
            )
            for (number, unit), terms in found.items()
        ]

    # the life of the ID

    @precondition(lambda self: self.account is None)
    @rule()
    def issue(self):
        stands = self.oracle.where(self.day(0))
        found = [p for p in self.posts() if p.starts <= self.now and in_force(p.ends, self.now)]
        assert [p.seat.unit for p in found] == ([stands[0]] if stands else [])
        if found and found[0].ends is None:  # so that the grant is meant for good
            self.appointment = found[0].appointment
            self.account = Account.objects.create(
                code="tk1", person=self.person, appointment_id=self.appointment,
                system=self.system, works_for=self.feed.company, issued_at=self.now,
            )  # fmt: skip
            GrantFactory(
                person=self.person,
                appointment=AppointmentTerm.objects.filter(appointment=self.appointment)
                .first()
                .appointment,
                account=self.account,
                valid_from=self.now,
                valid_to=self.now + 184 * DAY,
            )
            self.oracle.seat, self.oracle.alive = stands[:2], [self.now]

    @precondition(lambda self: self.account is not None)
    @rule()
    def use(self):
        if self.answer(self.now):
            Account.objects.filter(pk=self.account.pk).update(last_used_at=self.now)
            self.oracle.alive.append(self.now)

    @precondition(lambda self: self.account is not None and not self.answer(self.now))
    @rule()
    def an_officer_lets_it_live_again(self):
        hold = self.suspend_by(
            target=self.account, reason=Hold.Reason.DORMANT, by=None, now=self.now
        )
        self.now += SECOND
        self.lift_by(hold=hold, by=None, now=self.now, note="再開")
        self.oracle.alive.append(self.now)
        self.row = None

    @rule(reason=REASONS)
    def suspend(self, reason):
        self.suspend_by(target=self.person, reason=Hold.Reason(reason), by=None, now=self.now)
        self.oracle.held.add(reason)
        self.row = None

    @rule(reason=REASONS)
    def resume(self, reason):
        self.now += SECOND
        for hold in Hold.objects.filter(person=self.person, reason=reason, ends_at=None):
            self.lift_by(hold=hold, by=None, now=self.now)
        self.oracle.held.discard(reason)

    def resume_by_the_feed(self):
        self.resume("feed")

    @rule()
    def sign_in(self):
        self.row = f"{next(self.cookies):064}"
        Session.objects.create(
            session_key=self.row, session_data="", expire_date=self.now + 9999 * DAY,
            person=self.person,
        )  # fmt: skip

    # what is asked

    def known(self):
        return known(person=self.person.pk, system="takuso", device=None, at=self.now)

    def answer(self, at, found=None):
        if self.account is None:
            return False
        person = str(self.person.pk)
        facts = standing_facts(found or self.known(), person=person, system="takuso", at=at)
        ask = Ask(person=person, hat=str(self.appointment), account="tk1", system="takuso",
                  purpose="託送供給等")  # fmt: skip
        return isinstance(is_entitled(facts, ask, at=at), Permit)

    @invariant()
    def the_id_opens_while_every_reason_stands(self):
        found = self.known()
        for at in self.moments():
            expected = self.oracle.opens(at, months=self.months)
            if expected is not None:
                assert self.answer(at, found) is expected, (at, self.oracle)

    @invariant()
    def what_is_held_is_what_nobody_lifted(self):
        held = Hold.objects.filter(person=self.person, ends_at=None)
        assert set(held.values_list("reason", flat=True)) == self.oracle.held

    @invariant()
    def nobody_stopped_is_inside_and_the_epoch_only_grows(self):
        epoch = Person.objects.values_list("session_epoch", flat=True).get(pk=self.person.pk)
        assert epoch >= self.epoch
        self.epoch = epoch
        rows = Session.objects.filter(person=self.person)
        if self.row is None:
            assert not rows.exists()


def _theirs(unit):
    return next((theirs for theirs, ours in UNITS.items() if ours == unit), unit)


LIMITS = settings(
    max_examples=6,
    stateful_step_count=10,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.django_db
@pytest.mark.timeout(300)
def test_what_is_written_says_what_the_oracle_says():
    run_state_machine_as_test(Registers, settings=LIMITS)


def revives(*, hold, by, now, note=""):
    """Lets go on what was stopped, as it was."""
    Session.objects.create(
        session_key=uuid4().hex, session_data="", expire_date=now, person=hold.person
    )
    return lift(hold=hold, by=by, now=now, note=note)


def leaves_them_inside(*, target, reason, by, now):
    """Writes that somebody is stopped, and leaves it at that."""
    (field,) = {target._meta.model_name}
    found = Hold.objects.filter(**{field: target}, reason=reason, ends_at=None).first()
    return found or Hold.objects.create(**{field: target}, reason=reason, starts_at=now)


@pytest.mark.django_db
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "twin",
    [{"lift_by": revives}, {"suspend_by": leaves_them_inside}],
    ids=["停止を解くと戻る", "止めるだけ"],
)
def test_a_wrong_operation_is_caught(twin):
    broken = type("Broken", (Registers,), {k: staticmethod(v) for k, v in twin.items()})

    with pytest.raises(AssertionError):
        run_state_machine_as_test(broken, settings=settings(LIMITS, max_examples=30))
