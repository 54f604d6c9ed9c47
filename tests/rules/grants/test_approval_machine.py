"""Requests and decisions in random order over random organisations (G2, G3, G4).

The model beside it is plain: who was fit when they answered, and how many parties there are. What
is held to it is the rules of requests, parties and decisions together, with real signatures.
"""

from dataclasses import replace
from datetime import timedelta

import hypothesis.strategies as st
from hypothesis import given, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sekisho.grants import decisions, parties, requests, verifying
from sekisho.grants.delegations import Delegation
from sekisho.grants.organisations import Matter, Organisation, Seat, Unit
from sekisho.grants.policies import Party
from sekisho.grants.requests import Answer, Standing, State, Verdict, state_of
from tests.rules.grants.houses import ALWAYS, NOON, POLICY, minutes, office, post, request
from tests.rules.grants.signed import RP, Key, decision

PEOPLE = [f"p{n}" for n in range(8)]
UNITS = {
    "top": Unit(company="N09"),
    "mid": Unit(company="N09", parent="top"),
    "low": Unit(company="N09", parent="mid"),
    "law": Unit(company="N09", kind="compliance", parent="top"),
    "shop": Unit(company="R00", kind="sales"),
}
PARTIES = [
    Party(role="superior", side="asker"),
    Party(role="system_officer", side="owner"),
    Party(role="use_officer", side="owner"),
    Party(role="conduct_office", side="owner"),
]
KEYS = {person: Key() for person in PEOPLE}

ROLES = ["system_officer", "deputy", "use_officer"]

people = st.sampled_from(PEOPLE)
units = st.sampled_from(["top", "mid", "low", "low", "law", "law", "mid", "low", "shop"])


def posts_of(person):
    return st.builds(
        lambda unit, leads, away: post(
            person,
            unit,
            works_for=UNITS[unit].company,
            leads=leads,
            on_leave=away,
        ),
        units,
        st.booleans(),
        st.sampled_from([False] * 7 + [True]),
    )


organisations = st.builds(
    Organisation,
    companies=st.just({"N09": "network", "R00": "affiliate"}),
    units=st.just(UNITS),
    posts=st.tuples(*map(posts_of, PEOPLE)),
    offices=st.lists(
        st.builds(lambda who, role: office(who, role=role), people, st.sampled_from(ROLES)),
        min_size=3,
        max_size=7,
    ).map(tuple),
    delegations=st.lists(
        st.builds(
            lambda of, to: Delegation(
                of_appointment=f"A-{of}", to_appointment=f"A-{to}", period=ALWAYS
            ),
            people,
            people,
        ),
        max_size=2,
    ).map(tuple),
    held=st.frozensets(people, max_size=1),
)
wanted = st.lists(st.sampled_from(PARTIES), min_size=1, max_size=3, unique=True).map(tuple)


class Approvals(RuleBasedStateMachine):
    @initialize(house=organisations, parties_of=wanted, asker=people, order=st.booleans())
    def begin(self, house, parties_of, asker, order):
        self.house, self.asker, self.at = house, asker, NOON
        unit = next(one.unit for one in house.posts if one.person == asker)
        self.matter = Matter(system="saiene", owner="N09", asker=asker, unit=unit)
        self.policy = replace(POLICY, parties=parties_of, in_order=order)
        self.request = request(asked_by=asker, policy=self.policy.digest)
        self.standing = None  # until it is handed in
        self.parts, self.fit_then, self.seen = {}, {}, []
        self.hand_in()

    @precondition(lambda self: self.standing is None)
    @rule()
    def hand_in(self):
        if parties.unfilled(self.policy.parties, self.matter, self.house, at=self.at):
            return  # nobody can approve: it cannot be submitted
        self.standing = Standing(
            parties=len(self.policy.parties),
            due_at=self.at + minutes(60),
            in_order=self.policy.in_order,
        )

    @precondition(lambda self: self.standing is not None)
    @rule(
        number=st.integers(1, 3),
        person=people,
        verdict=st.sampled_from(["approve"] * 4 + ["deny"]),
        instead=st.sampled_from([None, *(f"A-{person}" for person in PEOPLE)]),
    )
    def somebody_tries(self, number, person, verdict, instead):
        self.answer(
            number, verdict, Seat(person=person, appointment=f"A-{person}", instead_of=instead)
        )

    @precondition(lambda self: self.standing is not None)
    @rule(
        number=st.integers(1, 3),
        place=st.integers(0, 7),
        verdict=st.sampled_from(["approve"] * 4 + ["deny"]),
    )
    def one_of_those_who_may_answers(self, number, place, verdict):
        if number > len(self.policy.parties):
            return
        found = parties.seats(self.policy.parties[number - 1], self.matter, self.house, at=self.at)
        if found:
            self.answer(number, verdict, found[place % len(found)])

    def answer(self, number, verdict, seat):
        person = seat.person
        said = decisions.refusal_to_decide(
            self.standing,
            self.matter,
            self.house,
            parties_of=self.policy.parties,
            party=number,
            seat=seat,
            at=self.at,
        )
        if said is not None:
            return
        after = (self.at - NOON).total_seconds() / 60
        text = decision(self.request, party=number, person=person, verdict=verdict, at=after)
        earlier = [decisions.read(one.body) for one in self.parts.values()]
        if decisions.refusal_of_text(
            text, self.request, earlier, party=number, laid_at=self.at, fresh=300, at=self.at
        ):
            return
        key = KEYS[person]
        self.parts[number] = verifying.Part(body=text.text, proof=key.sign(text.challenge))
        answered = Answer(person=person, verdict=Verdict(verdict), at=self.at)
        self.standing = replace(self.standing, answers={**self.standing.answers, number: answered})
        self.fit_then[number] = self.plainly_fit(person)

    @rule(seconds=st.sampled_from([1, 20, 200, 1200]))
    def time_goes_by(self, seconds):
        self.at += timedelta(seconds=seconds)
        self.look_again()

    @rule(person=people, data=st.data())
    def somebody_moves(self, person, data):
        new = data.draw(posts_of(person))
        kept = [one for one in self.house.posts if one.person != person]
        self.house = replace(self.house, posts=(*kept, new))
        self.look_again()

    @rule(person=people)
    def somebody_is_stopped(self, person):
        self.house = replace(self.house, held=self.house.held | {person})
        self.look_again()

    @precondition(lambda self: self.standing is not None)
    @rule(sure=st.sampled_from([False] * 4 + [True]))
    def the_asker_takes_it_back(self, sure):
        if sure and (
            requests.refusal_to_withdraw(self.standing, asker=self.asker, by=self.asker, at=self.at)
            is None
        ):
            self.standing = replace(self.standing, withdrawn_at=self.at)

    def look_again(self):
        """What the job does: where a party has nobody left, it lapses."""
        if self.standing is None or state_of(self.standing, at=self.at) is not State.PENDING:
            return
        answered = {number: one.person for number, one in self.standing.answers.items()}
        if parties.unfilled(
            self.policy.parties, self.matter, self.house, at=self.at, answered=answered
        ):
            self.standing = replace(self.standing, unfilled_at=self.at)

    def plainly_fit(self, person):
        [own] = [one for one in self.house.posts if one.person == person]
        return (
            person != self.asker
            and person not in self.house.held
            and not own.on_leave
            and UNITS[own.unit].company == "N09"
        )

    @invariant()
    def approved_is_every_party_by_somebody_of_its_own(self):
        if getattr(self, "standing", None) is None:
            return
        state = state_of(self.standing, at=self.at)
        said = {number: one.verdict for number, one in self.standing.answers.items()}
        everybody = [one.person for one in self.standing.answers.values()]
        assert self.asker not in everybody
        assert len(set(everybody)) == len(everybody)
        assert all(self.fit_then.values())
        if state is State.APPROVED:
            assert said == dict.fromkeys(range(1, len(self.policy.parties) + 1), Verdict.APPROVE)
        if Verdict.DENY in said.values():
            assert state is State.DENIED
        if self.at >= self.standing.due_at:
            assert state is not State.PENDING

    @invariant()
    def an_end_is_an_end(self):
        if getattr(self, "standing", None) is None:
            return
        state = state_of(self.standing, at=self.at)
        if self.seen and self.seen[-1] is not State.PENDING:
            assert state is self.seen[-1]
        self.seen.append(state)

    def teardown(self):
        """Whatever happened, what is kept is checked offline, and says the same."""
        if getattr(self, "standing", None) is None or not self.parts:
            return
        in_time = sorted(self.parts.values(), key=lambda one: decisions.read(one.body).at)
        kept = verifying.Approval(
            policy=self.policy.text, request=self.request.text, rp=RP, parts=tuple(in_time)
        )
        assert verifying.problems(kept) == []
        approved = state_of(self.standing, at=self.at) is State.APPROVED
        assert not approved or verifying.is_approved(kept)


TestApprovals = Approvals.TestCase
TestApprovals.settings = settings(max_examples=80, stateful_step_count=25, deadline=None)


@given(house=organisations, asked=wanted, asker=people)
@settings(max_examples=300, deadline=None)
def test_an_unfilled_party_is_a_denial_whatever_the_organisation(house, asked, asker):
    """Against trying every way to place different people: plainer than the matching."""
    unit = next(one.unit for one in house.posts if one.person == asker)
    matter = Matter(system="saiene", owner="N09", asker=asker, unit=unit)
    seats = [parties.people(parties.seats(one, matter, house, at=NOON)) for one in asked]

    def can_be_placed(rest, used):
        if not rest:
            return True
        return any(can_be_placed(rest[1:], used | {who}) for who in rest[0] - used)

    unfilled = parties.unfilled(asked, matter, house, at=NOON)

    assert (not unfilled) == can_be_placed(seats, frozenset())
    assert all(asker not in each for each in seats)
    assert all(not each & house.held for each in seats)
