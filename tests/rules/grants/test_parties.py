from dataclasses import replace
from datetime import timedelta

import pytest

from sekisho.grants import decisions, parties
from sekisho.grants.decisions import refusal_to_decide
from sekisho.grants.delegations import Delegation, Giver, refusal_to_delegate
from sekisho.grants.organisations import Seat
from sekisho.grants.parties import people, seats, unfilled
from sekisho.grants.policies import Party
from sekisho.grants.requests import Answer, Standing, Verdict
from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal
from tests.rules.grants.houses import (
    ALWAYS,
    CONDUCT,
    HOUSE,
    MATTER,
    NOON,
    OFFICER,
    SUPERIOR,
    UNITS,
    minutes,
    office,
    post,
)


def who(party, house=HOUSE, matter=MATTER, at=NOON):
    return people(seats(party, matter, house, at=at))


def with_post(*posts, house=HOUSE, **changed):
    """Return the house with these posts in place of the same people's others."""
    kept = [one for one in house.posts if one.person not in {each.person for each in posts}]
    return replace(house, posts=(*kept, *posts), **changed)


def and_post(*posts, house=HOUSE):
    return replace(house, posts=(*house.posts, *posts))


def test_the_nearest_leader_is_the_superior():
    assert who(SUPERIOR) == {"chief"}


def test_without_a_leader_in_the_unit_the_next_one_above_is():
    gone = with_post(post("chief", "it"))

    assert who(SUPERIOR, gone) == {"director"}


def test_who_leads_a_unit_is_judged_from_above():
    assert who(SUPERIOR, matter=replace(MATTER, asker="chief")) == {"director"}
    assert who(SUPERIOR, matter=replace(MATTER, asker="president", unit="head")) == set()


def test_a_co_leader_of_the_same_unit_is_no_superior():
    two = and_post(post("second", "section", leads=True))

    assert who(SUPERIOR, two, replace(MATTER, asker="chief")) == {"director"}


def test_officers_and_deputies_of_the_system_may_answer_and_of_others_not():
    other = replace(HOUSE, offices=(office("officer", system="takuso"), office("deputy")))

    assert who(OFFICER) == {"officer", "deputy"}
    assert who(OFFICER, other) == {"deputy"}


def test_an_office_that_is_over_answers_nothing():
    over = Period(starts=ALWAYS.starts, ends=NOON)

    assert who(OFFICER, replace(HOUSE, offices=(office("officer", period=over),))) == set()
    assert who(
        OFFICER,
        replace(HOUSE, offices=(office("officer", period=over),)),
        at=NOON - timedelta(seconds=1),
    ) == {"officer"}


def test_a_transfer_takes_the_decision_away_at_that_instant():
    moved = with_post(post("officer", "it", period=Period(starts=ALWAYS.starts, ends=NOON)))

    assert "officer" in who(OFFICER, moved, at=NOON - timedelta(microseconds=1))
    assert "officer" not in who(OFFICER, moved, at=NOON)


@pytest.mark.parametrize("party", [SUPERIOR, OFFICER, CONDUCT])
def test_nobody_approves_their_own(party):
    house = and_post(post("asker", "conduct", leads=True))
    house = replace(house, offices=(*house.offices, office("asker")))

    assert "asker" not in who(party, house)


def test_who_shall_use_it_does_not_approve_it():
    for_whom = replace(MATTER, for_whom=frozenset({"officer"}))

    assert who(OFFICER, matter=for_whom) == {"deputy"}


def test_a_subordinate_approves_nothing_of_their_superior():
    asker = replace(MATTER, asker="president", unit="head")

    assert who(OFFICER, matter=asker) == set()
    assert who(CONDUCT, matter=asker) == set()


def test_held_absent_or_unfit_people_approve_nothing():
    said = Refusal(reason="誓約がありません", remedy="誓約してください")

    assert who(OFFICER, replace(HOUSE, held=frozenset({"officer"}))) == {"deputy"}
    assert who(OFFICER, replace(HOUSE, unfit={"officer": said})) == {"deputy"}
    assert who(OFFICER, with_post(post("officer", "it", on_leave=True))) == {"deputy"}


def test_another_company_approves_nothing():
    lent = with_post(post("officer", "sales", works_for="R00"))
    works_for_retail = with_post(post("officer", "it", works_for="R00"))

    assert who(OFFICER, lent) == {"deputy"}
    assert who(OFFICER, works_for_retail) == {"deputy"}


@pytest.mark.parametrize(("days", "barred"), [(None, True), (1, True), (364, True), (367, False)])
def test_a_post_at_the_retailer_bars_now_and_for_a_year(days, barred):
    ends = None if days is None else NOON - timedelta(days=days)
    both = and_post(
        post("officer", "sales", works_for="R00", period=Period(starts=ALWAYS.starts, ends=ends))
    )

    assert ("officer" not in who(OFFICER, both)) is barred


def test_the_superior_of_somebody_of_the_retailer_is_at_the_retailer():
    asker = replace(MATTER, asker="clerk", unit="sales")

    assert who(SUPERIOR, matter=asker) == {"seller"}


def test_a_company_that_is_not_known_answers_nothing():
    assert who(OFFICER, matter=replace(MATTER, owner="")) == set()
    assert who(Party(role="engagement_owner", side="entruster")) == set()
    assert who(Party(role="made_up", side="owner")) == set()


def test_the_commander_is_who_the_emergency_names():
    commander = Party(role="commander", side="owner")

    assert who(commander) == set()
    assert who(commander, matter=replace(MATTER, commanders=frozenset({"A-director"}))) == {
        "director"
    }


def test_units_in_a_circle_end():
    turning = replace(
        HOUSE,
        units={**UNITS, "section": replace(UNITS["section"], parent="section")},
        posts=(post("asker", "section"),),
    )

    assert who(SUPERIOR, turning) == set()


# Every party its own person ---------------------------------------------------------------------


def test_one_person_cannot_be_two_parties():
    alone = replace(HOUSE, offices=(office("chief"),))

    assert unfilled([SUPERIOR, OFFICER], MATTER, alone, at=NOON) == [2]
    assert unfilled([SUPERIOR, OFFICER], MATTER, HOUSE, at=NOON) == []


def test_two_parties_share_two_people_in_whichever_way_fits():
    house = replace(HOUSE, offices=(office("officer"), office("chief")))

    assert unfilled([OFFICER, SUPERIOR], MATTER, house, at=NOON) == []
    assert unfilled([OFFICER, SUPERIOR], MATTER, house, at=NOON, answered={1: "chief"}) == [2]


def test_no_party_can_be_left_out():
    nobody = replace(HOUSE, offices=())

    assert unfilled([SUPERIOR, OFFICER], MATTER, nobody, at=NOON) == [2]


# Delegates --------------------------------------------------------------------------------------


def delegation(of="officer", to="watch", **more):
    said = {"period": Period(starts=NOON, ends=NOON + timedelta(days=7))} | more
    return Delegation(of_appointment=f"A-{of}", to_appointment=f"A-{to}", **said)


def with_delegation(*ones, house=HOUSE):
    return replace(house, delegations=ones)


def test_a_delegate_answers_in_anothers_stead():
    [one] = [
        seat
        for seat in seats(OFFICER, MATTER, with_delegation(delegation()), at=NOON)
        if seat.person == "watch"
    ]

    assert one.instead_of == "A-officer"


@pytest.mark.parametrize(
    "one",
    [
        delegation(to="asker"),
        delegation(to="seller"),
        delegation(of="watch", to="president"),
        delegation(roles=frozenset({"superior"})),
        delegation(systems=frozenset({"takuso"})),
        delegation(revoked_at=NOON),
        delegation(period=Period(starts=NOON + minutes(1), ends=NOON + minutes(9))),
    ],
    ids=["申請者へ", "他社へ", "役割なし", "別の役割", "別のシステム", "取消し", "これから"],
)
def test_a_delegation_gives_only_what_both_may(one):
    assert who(OFFICER, with_delegation(one)) == {"officer", "deputy"}


def test_who_is_stopped_hands_over_nothing_and_who_is_away_does():
    held = replace(with_delegation(delegation()), held=frozenset({"officer"}))
    away = replace(with_post(post("officer", "it", on_leave=True)), delegations=(delegation(),))

    assert "watch" not in who(OFFICER, held)
    assert "watch" in who(OFFICER, away)


def test_what_a_delegate_has_is_not_handed_further():
    house = with_delegation(delegation(), delegation(of="watch", to="president"))

    assert "president" not in who(OFFICER, house)


def test_a_leader_above_hands_nothing_over_while_the_nearest_is_there():
    house = with_delegation(delegation(of="president", to="watch"))

    assert who(SUPERIOR, house) == {"chief"}


WEEK = Period(starts=NOON, ends=NOON + timedelta(days=7))
OWN = Giver(person="officer", company="N09")
OTHER = Giver(person="watch", company="N09", decides=False)


@pytest.mark.parametrize(
    ("giver", "taker", "period", "refused"),
    [
        (OWN, OTHER, WEEK, False),
        (OWN, OTHER, Period(starts=NOON, ends=NOON + timedelta(days=30)), False),
        (OWN, OTHER, Period(starts=NOON, ends=NOON + timedelta(days=30, seconds=1)), True),
        (OWN, OTHER, Period(starts=NOON), True),
        (OWN, OWN, WEEK, True),
        (OWN, replace(OTHER, company="R00"), WEEK, True),
        (replace(OWN, is_substitute=True), OTHER, WEEK, True),
        (replace(OWN, decides=False), OTHER, WEEK, True),
        (OWN, replace(OTHER, held=True), WEEK, True),
        (OWN, OTHER, Period(starts=NOON - minutes(9), ends=NOON), True),
    ],
)
def test_how_far_a_delegation_goes(giver, taker, period, refused):
    said = refusal_to_delegate(giver=giver, taker=taker, period=period, now=NOON)

    assert (said is not None) is refused


# The button and the operation -------------------------------------------------------------------

PARTIES = [SUPERIOR, OFFICER]


def refusal(person, party, asked=None, house=HOUSE, *, matter=MATTER, at=NOON):
    return refusal_to_decide(
        asked or Standing(parties=2, due_at=NOON + minutes(60)),
        matter,
        house,
        parties_of=PARTIES,
        party=party,
        seat=Seat(person=person, appointment=f"A-{person}"),
        at=at,
    )


def test_who_may_decide_is_told_nothing_and_everybody_else_why():
    assert refusal("chief", 1) is None
    assert refusal("officer", 2) is None
    assert refusal("asker", 1) is parties.OWN
    assert refusal("officer", 1) is parties.NOT_THE_PARTY
    assert refusal("seller", 2) is parties.OTHER_SIDE
    assert refusal("stranger", 2) is parties.NOT_IN_POST
    assert refusal("officer", 2, matter=replace(MATTER, asker="president")) is parties.SUBORDINATE
    assert refusal("officer", 2, house=replace(HOUSE, held=frozenset({"officer"}))) is parties.HELD
    assert refusal("officer", 3) is parties.NOT_THE_PARTY


def test_the_first_answer_of_a_party_stands_and_nobody_answers_twice():
    answered = Standing(
        parties=2,
        due_at=NOON + minutes(60),
        answers={2: Answer(person="officer", verdict=Verdict.APPROVE, at=NOON - minutes(1))},
    )

    assert "もう出ている" in refusal("deputy", 2, answered).reason
    chief_too = replace(HOUSE, posts=(*HOUSE.posts, post("officer", "section", leads=True)))
    assert refusal("officer", 1, answered, chief_too) is parties.ANSWERED_ALREADY


def test_what_is_over_is_not_decided():
    said = refusal("chief", 1, at=NOON + minutes(60))

    assert "時間切れ" in said.reason
    assert decisions.STALE.remedy
