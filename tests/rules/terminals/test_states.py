"""The life of a terminal, driven at random against a model that keeps the state itself."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sekisho.terminals.states import (
    ALLOWED,
    NEXT,
    SHUT,
    WORDS,
    Act,
    Loan,
    State,
    Terminal,
    refusal_to,
    state_of,
)
from sekisho.terms.days import JST
from sekisho.terms.periods import Period

NOON = datetime(2026, 4, 1, 12, 0, tzinfo=JST)
HOUR = timedelta(hours=1)


class Life(RuleBasedStateMachine):
    """`terminal` is what the records say; `state` is what the model believes."""

    def __init__(self):
        super().__init__()
        self.now = NOON
        self.terminal = Terminal(period=Period(starts=NOON), is_placed=False)
        self.state = State.IN_STOCK
        self.before_loss = None

    def may(self, act):
        allowed = refusal_to(act, state_of(self.terminal, at=self.now)) is None
        assert allowed == (self.state in ALLOWED[act])
        return allowed

    def at_hand(self):
        return State.PLACED if self.terminal.is_placed else State.IN_STOCK

    @rule()
    def place(self):
        if self.may(Act.PLACE):
            self.terminal = replace(self.terminal, is_placed=True)
            self.state = State.PLACED

    @rule(hours=st.integers(1, 5))
    def lend(self, hours):
        if self.may(Act.LEND):
            loan = Loan(starts=self.now, ends=None, due=self.now + hours * HOUR, is_back=False,
                        is_wiped=False)  # fmt: skip
            self.terminal = replace(self.terminal, loan=loan)
            self.state = State.LENT

    @rule()
    def take_back(self):
        if self.may(Act.TAKE_BACK):
            self.terminal = replace(self.terminal, loan=replace(self.terminal.loan, is_back=True))
            self.state = State.RETURNED

    @rule()
    def wipe(self):
        if self.may(Act.WIPE):
            self.terminal = replace(self.terminal, loan=replace(self.terminal.loan, is_wiped=True))
            self.state = self.at_hand()

    @rule()
    def dispatch(self):
        if self.may(Act.DISPATCH):
            self.terminal = replace(self.terminal, is_under_way=True)
            self.state = State.IN_TRANSIT

    @rule()
    def receive(self):
        if self.may(Act.RECEIVE):
            self.terminal = replace(self.terminal, is_under_way=False, is_placed=True)
            self.state = State.PLACED

    @rule()
    def lose(self):
        if self.may(Act.LOSE):
            self.before_loss = self.state
            self.terminal = replace(self.terminal, is_lost=True, is_found=False)
            self.state = State.LOST

    @rule()
    def find(self):
        if self.may(Act.FIND):
            self.terminal = replace(self.terminal, is_found=True)
            self.state = State.FOUND

    @rule()
    def inspect(self):
        if self.may(Act.INSPECT):
            self.terminal = replace(self.terminal, is_lost=False, is_found=False)
            self.state = self.before_loss
            self.grow_late()

    @precondition(lambda self: self.state is not State.DISPOSED)
    @rule(act=st.sampled_from([Act.WRITE_OFF, Act.DISPOSE]))
    def end(self, act):
        if self.may(act):
            period = Period(starts=NOON, ends=self.now)
            self.terminal = replace(self.terminal, period=period, is_lost=False)
            self.state = State.DISPOSED

    @rule(hours=st.integers(1, 4))
    def time_passes(self, hours):
        self.now += hours * HOUR
        self.grow_late()

    def grow_late(self):
        if self.state is State.LENT and self.now >= self.terminal.loan.due:
            self.state = State.OVERDUE

    @invariant()
    def it_stands_as_believed(self):
        assert state_of(self.terminal, at=self.now) is self.state

    @invariant()
    def what_is_out_is_out_until_it_was_seen_to_come_back(self):
        loan = self.terminal.loan
        if loan and not loan.is_wiped:
            assert refusal_to(Act.LEND, state_of(self.terminal, at=self.now))

    @invariant()
    def what_is_not_where_it_should_be_opens_nothing(self):
        if self.terminal.is_lost or self.terminal.is_under_way:
            assert state_of(self.terminal, at=self.now) in SHUT


TestLife = Life.TestCase


def test_every_refusal_says_what_to_do():
    for state in State:
        assert WORDS[state]
        assert NEXT[state]
        for act in Act:
            refusal = refusal_to(act, state)
            assert (refusal is None) == (state in ALLOWED[act])
            assert refusal is None or WORDS[state] in refusal.reason


def test_a_loan_of_the_time_before_due_days_ends_by_itself():
    loan = Loan(starts=NOON, ends=NOON + HOUR, due=None, is_back=False, is_wiped=False)
    terminal = Terminal(period=Period(starts=NOON), is_placed=True, loan=loan)

    assert state_of(terminal, at=NOON) is State.LENT
    assert state_of(terminal, at=NOON + HOUR) is State.PLACED
    assert state_of(replace(terminal, loan=replace(loan, ends=None)), at=NOON) is State.LENT
