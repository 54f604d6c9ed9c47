"""Join, transfer, late news, correction, cancellation, stop, use, silence: in any order, for long.

The real rules (`plan`, `state_of`, `may_use`, `wish`) against thirty lines that say it otherwise.
Nothing runs beside: no job, no session, no clock but the one that is passed in.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sekisho.accounts import life
from sekisho.accounts.levels import Level
from sekisho.accounts.orders import Correction, OrderKind
from sekisho.accounts.plan import plan
from sekisho.accounts.told import Wish, wish
from sekisho.grants.use import (
    Account,
    Ask,
    Facts,
    Grant,
    Hold,
    Permit,
    Post,
    SignedIn,
    System,
    Target,
    is_entitled,
)
from sekisho.terms.periods import Period
from tests.rules.accounts import twins_of_machine
from tests.rules.accounts.news import NET, applied, known, line, member
from tests.rules.accounts.oracle import JOIN, LEAVE, TOKYO, TRANSFER, Oracle

BEGINS = datetime(2027, 8, 31, 12, 0, tzinfo=TOKYO)  # six months before the end of February
LONG_AGO, SECOND, DAY = datetime(2000, 1, 1, tzinfo=TOKYO), timedelta(seconds=1), timedelta(days=1)
WHAT = {OrderKind.JOIN: JOIN, OrderKind.TRANSFER: TRANSFER, OrderKind.LEAVE: LEAVE}
UNITS = st.sampled_from(["N09-01", "N09-02", "N09-03"])
DAYS = st.integers(-12, 12)
REASONS = st.sampled_from(["lost", "investigation", "feed"])


class People(RuleBasedStateMachine):
    """One person, one ID, one grant for ever: what ends must end by evaluation."""

    plan, wish, is_entitled = staticmethod(plan), staticmethod(wish), staticmethod(is_entitled)

    def __init__(self):
        super().__init__()
        self.now, self.months = BEGINS, 1
        self.register = known(member("0000001"))
        self.told, self.numbers, self.appointments = {}, count(1), count(1)
        self.oracle = Oracle()
        self.account = self.appointment = None
        self.holds = []

    # news

    def deliver(self, news):
        before = self.register
        made = self.plan(self.register, [news], as_of=self.now)
        self.register = applied(self.register, self.numbered(made))
        if not made.taken:
            assert self.register.members[0].posts == before.members[0].posts
            return False
        self.told[news.order_no] = news
        if news.correction is Correction.CANCEL:
            self.oracle.orders.pop(news.order_no, None)
        else:
            since = news.effective_at.astimezone(TOKYO).date()
            what = WHAT[news.kind]
            unit = None if what == LEAVE else news.unit
            self.oracle.orders[news.order_no] = (since, what, news.order_no, unit)
        self.oracle.heard()
        return True

    def numbered(self, made):
        """Return the plan with numbers for new appointments, none of which is ever used again."""
        changes = (
            replace(
                change,
                wanted=tuple(
                    replace(post, appointment=post.appointment or next(self.appointments))
                    for post in change.wanted
                ),
            )
            for change in made.changes
        )
        return replace(made, changes=tuple(changes))

    def day(self, shift):
        return (self.now + shift * DAY).date()

    def line(self, number, kind, shift, unit, **said):
        self.now += SECOND  # of two words about one order, the later one counts
        if kind is OrderKind.LEAVE:
            days = {"starts": None, "last_day": self.day(shift)}
            unit = ""
        else:
            days = {"starts": self.day(shift), "last_day": None}
        return line(
            number,
            kind=kind,
            unit=unit,
            title="担当" if unit else "",
            received_at=self.now,
            **days,
            **said,
        )

    @rule(unit=UNITS, shift=DAYS)
    def join(self, unit, shift):
        taken = self.deliver(self.line(f"{next(self.numbers):04}", OrderKind.JOIN, shift, unit))
        assert taken or self.oracle.orders, "the first news of somebody was refused"

    @rule(unit=UNITS, shift=DAYS)
    def transfer(self, unit, shift):
        stands = self.oracle.where(self.day(shift))
        new = self.line(f"{next(self.numbers):04}", OrderKind.TRANSFER, shift, unit)
        assert self.deliver(new) or stands is None or stands[0] == unit

    @precondition(lambda self: self.oracle.orders)
    @rule(shift=DAYS)
    def leave(self, shift):
        stands = self.oracle.where(self.day(shift))
        new = self.line(f"{next(self.numbers):04}", OrderKind.LEAVE, shift, "")
        ends = self.day(shift + 1)
        assert self.deliver(new) or stands is None or stands[2] == ends  # it is known already

    @precondition(lambda self: self.oracle.orders)
    @rule(data=st.data(), shift=DAYS, unit=UNITS)
    def correct(self, data, shift, unit):
        was = self.told[data.draw(st.sampled_from(sorted(self.oracle.orders)))]
        self.deliver(self.line(was.order_no, was.kind, shift, unit, correction=Correction.CORRECT))

    @precondition(lambda self: self.oracle.orders)
    @rule(data=st.data())
    def cancel(self, data):
        was = self.told[data.draw(st.sampled_from(sorted(self.oracle.orders)))]
        self.now += SECOND
        self.deliver(
            replace(
                was, number=was.number + 1000, correction=Correction.CANCEL, received_at=self.now
            )
        )

    # the life of the ID

    @precondition(lambda self: self.account is None)
    @rule()
    def issue(self):
        stands = self.oracle.where(self.day(0))
        found = [p for p in self.posts() if p.starts <= self.now and in_force(p.ends, self.now)]
        assert [p.seat.unit for p in found] == ([stands[0]] if stands else [])
        if found:
            self.appointment = found[0].appointment
            self.account = life.Account(issued_at=self.now, dormancy_months=self.months)
            self.oracle.seat, self.oracle.alive = stands[:2], [self.now]

    @precondition(lambda self: self.account is not None)
    @rule()
    def use(self):
        if self.answer(self.now):
            self.account = replace(self.account, last_used_at=self.now)
            self.oracle.alive.append(self.now)

    @precondition(lambda self: self.account is not None and not self.answer(self.now))
    @rule()
    def an_officer_lets_it_live_again(self):
        self.account = replace(self.account, resumed_at=self.now)
        self.oracle.alive.append(self.now)

    @rule(reason=REASONS)
    def suspend(self, reason):
        if reason not in self.oracle.held:
            self.holds.append((reason, self.now, None))
        self.oracle.held.add(reason)

    @rule(reason=REASONS)
    def resume(self, reason):
        self.holds = [
            (r, at, self.now if r == reason and end is None else end) for r, at, end in self.holds
        ]
        self.oracle.held.discard(reason)

    @rule(active=st.sampled_from([None, None, True, False]))
    def a_directory_says(self, active):
        wished = self.wish(active)
        if wished is Wish.STOP:
            self.suspend("feed")
        elif wished is Wish.LIFT:
            self.resume_by_the_feed()
        if active is True:
            self.oracle.held.discard("feed")
        elif active is False:
            self.oracle.held.add("feed")

    def resume_by_the_feed(self):
        self.holds = [
            (r, at, self.now if r == "feed" and end is None else end) for r, at, end in self.holds
        ]

    @rule(days=st.sampled_from([1, 1, 2, 5, 27, 30, 31]), hour=st.integers(1, 23))
    def time_passes(self, days, hour):
        self.now = (self.now + days * DAY).replace(hour=hour)

    # what is asked

    def posts(self):
        return self.register.members[0].posts

    def answer(self, at):
        """Return whether the ID opens anything at `at`, by the real rules."""
        if self.account is None:
            return False
        mine = [p for p in self.posts() if p.appointment == self.appointment]
        whole = Period(starts=mine[0].starts, ends=mine[0].ends) if mine else None
        held = tuple(Period(starts=at, ends=ends) for _, at, ends in self.holds)
        account = replace(self.account, post=whole, holds=held)
        facts = Facts(
            person="P",
            system=System(key="takuso", period=Period(starts=LONG_AGO)),
            posts=tuple(
                Post(
                    appointment=str(p.appointment),
                    works_for=NET,
                    period=Period(starts=t.starts, ends=t.ends),
                )
                for p in self.posts()
                for t in p.terms
            ),
            accounts=(Account(code="tk1", works_for=NET, life=account),),
            grants=(
                Grant(key="G", kind="standing", purpose="託送供給等",
                      period=Period(starts=LONG_AGO), appointment=str(self.appointment)),
            ),
            holds=tuple(
                Hold(target=Target.PERSON, key="P", period=Period(starts=s, ends=e),
                     reason=r, remedy="")
                for r, s, e in self.holds
            ),
            signed_in=SignedIn(level=Level.CARD),
        )  # fmt: skip
        ask = Ask(person="P", hat=str(self.appointment), account="tk1", system="takuso",
                  purpose="託送供給等")  # fmt: skip
        answer = self.is_entitled(facts, ask, at=at)
        if isinstance(answer, Permit):  # what the permit says of its end is true
            assert answer.until is None or answer.until > at
        return isinstance(answer, Permit)

    @invariant()
    def the_posts_are_the_stretches(self):
        posts = self.posts()
        edges = {order[0] for order in self.oracle.orders.values()}
        for edge in sorted({d + n * DAY for d in edges for n in (-1, 0, 1)}):
            stands = self.oracle.where(edge)
            for at in (midnight(edge), midnight(edge + DAY) - SECOND):
                units = [
                    post.seat.unit
                    for post in posts
                    if any(t.starts <= at and in_force(t.ends, at) for t in post.terms)
                ]
                assert units == ([stands[0]] if stands else []), (edge, self.oracle.orders)

    @invariant()
    def what_is_held_is_what_nobody_lifted(self):
        assert {reason for reason, _, end in self.holds if end is None} == self.oracle.held

    def moments(self):
        """Return the instants from now on at which an answer may turn, and those beside them."""
        edges = {order[0] for order in self.oracle.orders.values()}
        edges |= {self.now.date() + n * DAY for n in (0, 1, 28, 29, 30, 31, 32)}
        moments = {midnight(edge) + n * SECOND for edge in edges for n in (-1, 0, 1)}
        return sorted({self.now, *(one for one in moments if one >= self.now)})

    @invariant()
    def the_id_opens_while_every_reason_stands(self):
        for at in self.moments():
            expected = self.oracle.opens(at, months=self.months)
            if expected is not None:
                assert self.answer(at) is expected, (at, self.oracle)


def in_force(ends, at):
    return ends is None or at < ends


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=TOKYO)


LIMITS = settings(
    max_examples=200,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.mark.timeout(240)
def test_people_come_move_are_stopped_and_leave_as_the_oracle_says():
    run_state_machine_as_test(People, settings=LIMITS)


@pytest.mark.parametrize(
    "twin", twins_of_machine.PEOPLE, ids=lambda twin: next(iter(twin.values())).__name__
)
@pytest.mark.timeout(240)
def test_a_wrong_rule_is_caught(twin):
    broken = type("Broken", (People,), {k: staticmethod(v) for k, v in twin.items()})

    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            broken, settings=settings(LIMITS, max_examples=400, phases=[Phase.generate])
        )
