"""Declare, confirm, extend, lift, clear up, close, review: in any order, by anybody, for weeks.

The real rules against a list of stretches and a list of signatures. No job runs.
"""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

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

from sekisho.grants import closing, emergencies
from sekisho.grants.closing import Count, Item
from sekisho.grants.emergencies import Emergency, Kind, Signer, State, Term
from sekisho.terms.periods import Period
from tests.rules.grants import twins_of_emergencies

BEGINS = datetime(2027, 9, 3, 9, 0, tzinfo=timezone(timedelta(hours=9)))
HOUR = timedelta(hours=1)
ORDER = list(State)
LINES = {"A": 1, "B": 1, "Q1": 2, "Q2": 2, "Q3": 2}
PEOPLE = st.sampled_from([*LINES, "stranger"])
HOURS = st.integers(1, 80)
COUNTED = [item for item in Item if item not in closing.ATTESTED]


def signer(person):
    return Signer(
        person=person,
        company="N09",
        company_kind="network",
        line=LINES.get(person),
        may_declare=person in LINES,
    )


class Emergencies(RuleBasedStateMachine):
    confirm_refusal = staticmethod(emergencies.refusal_to_confirm)
    extend_refusal = staticmethod(emergencies.refusal_to_extend)
    close_refusal = staticmethod(emergencies.refusal_to_close)
    review_refusal = staticmethod(emergencies.refusal_to_review)
    runs = staticmethod(emergencies.runs)
    effect = staticmethod(emergencies.in_effect_from)

    def __init__(self):
        super().__init__()
        self.now, self.one, self.was = (
            BEGINS,
            Emergency(kind=Kind.FAILURE, owner="N09"),
            State.PREPARED,
        )
        self.stretches, self.lifted, self.signed_by = [], None, set()
        self.left = dict.fromkeys(COUNTED, 0)
        self.signatures, self.closed_by = set(), None

    # what time and people do

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours):
        self.now += hours * HOUR

    @precondition(lambda self: not self.one.terms)
    @rule(person=PEOPLE, hours=HOURS)
    def declare(self, person, hours):
        if person in LINES and hours <= 72:
            self._declared(person, Period(starts=self.now, ends=self.now + hours * HOUR))

    @precondition(lambda self: self.one.terms)
    @rule(person=PEOPLE, hours=HOURS, gap=st.sampled_from([0, 0, 0, 1]))
    def extend(self, person, hours, gap):
        starts = emergencies.ends_at(self.one, self.now)
        if starts is None:
            return
        asked = Period(starts=starts + gap * HOUR, ends=starts + (gap + hours) * HOUR)
        if self.extend_refusal(self.one, asked, by=signer(person), at=self.now) is None:
            assert gap == 0
            assert hours <= 72
            assert person in LINES
            self._declared(person, asked)

    @precondition(lambda self: emergencies.waiting(self.one, self.now))
    @rule(person=PEOPLE)
    def confirm(self, person):
        waits = emergencies.waiting(self.one, self.now)
        if self.confirm_refusal(self.one, waits, by=signer(person), at=self.now) is not None:
            return
        period = self.effect(waits.period, confirmed_at=self.now)
        both = waits.by_conduct_office or signer(person).is_conduct_office
        signed = replace(waits, confirmed_by=person, confirmed_at=self.now, period=period,
                         by_conduct_office=both)  # fmt: skip
        terms = tuple(signed if term is waits else term for term in self.one.terms)
        self.one = replace(self.one, terms=terms)
        assert person != waits.declared_by
        assert {person, waits.declared_by} <= set(LINES)
        assert self.lifted is None
        if self.stretches:
            assert self.now < self.stretches[-1][1], "what has ended is never extended"
            assert period.starts == self.stretches[-1][1]
            if period.ends - self.stretches[0][0] > timedelta(days=14):
                assert {person, waits.declared_by} & {"Q1", "Q2", "Q3"}
        assert period.starts >= self.now or self.stretches
        self.stretches.append((max(self.now, period.starts), period.ends))
        self.signed_by |= {person, waits.declared_by}

    @precondition(lambda self: self.one.terms)
    @rule(first=PEOPLE, second=PEOPLE, times=st.integers(1, 5))
    def goes_on_for_days(self, first, second, times):
        """Extended by the same two people, each time an hour before its end."""
        for _ in range(times):
            ends = emergencies.ends_at(self.one, self.now)
            if ends is not None and ends > self.now:
                self.now = max(self.now, ends - HOUR)
                self.extend(first, 72, 0)
                if emergencies.waiting(self.one, self.now):
                    self.confirm(second)

    @rule(person=PEOPLE)
    def lift(self, person):
        if emergencies.refusal_to_end(self.one, by=signer(person), at=self.now) is None:
            assert person in LINES
            assert self.lifted is None
            self.lifted = self.now
            self.one = replace(self.one, ended_at=self.now)

    # clearing up

    @precondition(lambda self: emergencies.state_of(self.one, self.now) is State.ENDED)
    @rule()
    def lay_out(self):
        self.one = replace(self.one, begun_at=self.now)

    @rule(item=st.sampled_from(COUNTED), left=st.integers(0, 2))
    def the_records_say(self, item, left):
        self.left[item] = left

    @rule(item=st.sampled_from(sorted(closing.SIGNED)))
    def sign_for(self, item):
        self.signatures.add((item, "N09" if item is Item.PAPERS else ""))

    @precondition(lambda self: emergencies.state_of(self.one, self.now) is State.CLOSING)
    @rule()
    def all_is_cleared_up(self):
        self.left = dict.fromkeys(COUNTED, 0)
        for item in sorted(closing.SIGNED):
            self.sign_for(item)

    @rule(person=PEOPLE)
    def close(self, person):
        refusal = self.close_refusal(
            self.one, open_items=self._open(), by=signer(person), at=self.now
        )
        if refusal is None:
            green = all(self.left[item] == 0 for item in COUNTED if item is not Item.DOSSIER)
            assert green
            assert len(self.signatures) == len(closing.SIGNED)
            assert self.stretches
            assert not self._should_run()
            assert self.one.closed_at is None
            self.one, self.closed_by = replace(self.one, closed_at=self.now), person

    @rule(person=PEOPLE)
    def review(self, person):
        refusal = self.review_refusal(
            self.one,
            open_items=self._open(at_review=True),
            closed_by=self.closed_by,
            by=signer(person),
            at=self.now,
        )
        if refusal is None:
            assert person.startswith("Q")
            assert person not in {*self.signed_by, self.closed_by}
            assert set(self.left.values()) == {0}
            self.one = replace(self.one, reviewed_at=self.now)

    # what must always hold

    @invariant()
    def it_runs_while_two_people_said_so(self):
        assert self.runs(self.one, self.now) == self._should_run()

    @invariant()
    def its_state_only_goes_on(self):
        state = emergencies.state_of(self.one, self.now)
        assert ORDER.index(state) >= ORDER.index(self.was)
        self.was = state

    def _declared(self, person, period):
        term = Term(
            period=period,
            declared_by=person,
            declared_at=self.now,
            by_conduct_office=signer(person).is_conduct_office,
        )
        self.one = replace(self.one, terms=(*self.one.terms, term))

    def _should_run(self):
        if self.lifted is not None:
            return False
        return any(starts <= self.now < ends for starts, ends in self.stretches)

    def _open(self, *, at_review=False):
        ended = emergencies.ends_at(self.one, self.now) or self.now
        lines = closing.checklist(
            self.one.kind,
            ended_at=ended,
            counts={item: Count(total=5, done=5 - left) for item, left in self.left.items()},
            signed=self.signatures,
            companies=["N09"],
        )
        return closing.open_items(lines, at_review=at_review)


LIMITS = settings(
    max_examples=150,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


def test_an_emergency_goes_its_way_as_the_list_says():
    run_state_machine_as_test(Emergencies, settings=LIMITS)


@pytest.mark.parametrize(
    "twin", twins_of_emergencies.TWINS, ids=lambda twin: next(iter(twin.values())).__name__
)
@pytest.mark.timeout(240)
def test_a_wrong_rule_is_caught(twin):
    broken = type("Broken", (Emergencies,), {k: staticmethod(v) for k, v in twin.items()})

    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            broken,
            settings=settings(
                LIMITS,
                max_examples=3000,
                stateful_step_count=50,
                phases=[Phase.generate],
                derandomize=True,  # whether a twin falls is no matter of luck
            ),
        )
