"""The invented group: its companies, people, IDs, devices and contracts hang together."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.world import calendar, contracts
from sekisho.world.companies import COMPANIES, COMPANY, UNITS, side
from sekisho.world.group import draw_world
from sekisho.world.profiles import BY_UNIT, PROFILES
from sekisho.world.sizes import SIZES
from sekisho.world.systems import SYSTEMS
from sekisho.world.timeline import overlaps
from sekisho_links import shipped


def test_two_groups_of_one_seed_are_one(group):
    again = draw_world(3, SIZES["tiny"])

    assert again.people == group.people
    assert again.accounts == group.accounts
    assert again.devices == group.devices
    assert again.grants == group.grants
    for name in ("starts", "relation", "company", "state", "created", "voltage"):
        assert (getattr(again.contracts, name) == getattr(group.contracts, name)).all()


def test_no_company_and_no_person_is_a_real_one_of_the_trade():
    real = (
        "東京",
        "関西",
        "中部",
        "九州",
        "四国",
        "中国電力",
        "北陸",
        "北海道",
        "沖縄",
        "経済産業",
    )
    names = [company.name for company in COMPANIES] + [unit.name for unit in UNITS]

    assert not [name for name in names if any(word in name for word in real)]
    assert len({company.name for company in COMPANIES}) == len(COMPANIES)


def test_every_unit_that_looks_has_a_viewer_class():
    rows = shipped("content", "viewer_classes.csv").read_text(encoding="utf-8").splitlines()[1:]
    known = {tuple(row.split(",")[:2]): row.split(",") for row in rows}

    for (company, unit), profile in BY_UNIT.items():
        row = known[company, unit]
        assert row[2] == PROFILES[profile].viewer_class
        assert row[3] == PROFILES[profile].purpose


def test_firms_that_serve_both_principals_are_registered_with_each():
    names = Counter(company.name.split("（")[0] for company in COMPANIES)
    both = [name for name, count in names.items() if count == 2]

    assert len(both) == 2
    for name in both:
        assert {side(c.code) for c in COMPANIES if c.name.startswith(name)} == {"N09", "R000"}


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32))
def test_the_periods_of_a_key_never_overlap_under_any_seed(seed):
    world = draw_world(seed, SIZES["tiny"])
    people, ids, devices = world.people, world.accounts, world.devices
    for rows in (
        [(s.person, s.starts, s.ends) for s in people.stints],
        [(h.account, h.starts, h.ends) for h in ids.holdings],
        [(s.device, s.starts, s.ends) for s in devices.standings],
        [(loan.device, loan.starts, loan.ends) for loan in devices.loans],
        [(s.person, s.starts, s.ends) for s in world.supporters],
        [(e.district, e.starts, e.ends) for e in world.emergencies],
    ):
        assert overlaps(*(np.array(column) for column in zip(*rows, strict=True))) == 0
    starts = world.contracts.starts.astype(np.int64)
    for earlier, later in pairwise(starts):
        assert ((earlier < later) | (later == calendar.FOREVER)).all()
    ties = world.contracts.ties
    keys = (ties.point * 256 + ties.company) * 2 + ties.kind
    assert overlaps(keys, ties.starts, ties.ends) == 0


def test_nine_ids_are_lent_and_six_stay_open(group):
    from sekisho.world.incidents import lenders
    from sekisho.world.pools import scenes

    assert len(set(lenders(next(scenes(group))).tolist())) == 9
    assert len(group.people.leavers) == 6
    assert {person for person, _ in group.accounts.left_open} == set(group.people.leavers)


def test_an_id_ends_with_the_post_but_for_those_of_the_leavers(group):
    for holding in group.accounts.holdings:
        account = group.accounts.accounts[holding.account]
        if account.kind != "individual" or holding.person in group.people.leavers:
            continue
        stints = [s for s in group.people.stints if s.person == holding.person]
        assert holding.ends in {s.ends for s in stints}


def test_a_contractor_hands_its_ids_on_to_the_successor(group):
    held = Counter(holding.account for holding in group.accounts.holdings)
    handed = [account for account, times in held.items() if times > 1]

    assert handed
    for account in handed:
        people = [h.person for h in group.accounts.holdings if h.account == account]
        assert len(set(people)) == len(people)
        kinds = {COMPANY[s.unit.company].kind for s in group.people.stints if s.person in people}
        assert kinds == {"network_contractor"}


def test_a_standing_grant_lasts_six_months_at_the_longest(group):
    for grant in group.grants.grants:
        if grant.kind == "standing":
            assert grant.ends - grant.starts <= 184 * calendar.DAY


@pytest.fixture(scope="module")
def points():
    return contracts.draw_contracts(2, 50_000)


def test_other_retailers_supply_about_a_sixth_with_a_long_tail(points):
    period = points.now()[: points.demand]
    every = np.arange(points.demand)
    supplied = points.relation[period, every] == contracts.RETAIL
    company = points.company[period, every][supplied]
    share = np.bincount(company, minlength=60)

    others = np.delete(share, [contracts.AFFILIATE])
    assert 0.12 < others.sum() / share.sum() < 0.22
    assert (others > 0).sum() == 40
    assert others.max() > 8 * np.sort(others[others > 0])[5]


def test_each_kind_of_history_occurs(points):
    relation = points.relation
    real = points.starts < calendar.FOREVER
    for kind in range(len(contracts.RELATIONS)):
        assert (real & (relation == kind)).any(), contracts.RELATIONS[kind]
    new = real & (points.state == contracts.NEW)
    assert (new.sum(axis=1) > 0).tolist() == [True, False, False]
    assert (relation[new] == contracts.NONE).all()


def test_a_switch_is_accepted_before_it_is_carried_out(points):
    ties = points.ties
    switches = (ties.kind == 0) & (ties.ends < calendar.FOREVER)
    point, company = ties.point[switches], ties.company[switches]
    period = points.period_at(point, ties.ends[switches])

    assert (points.company[period, point] == company).all()
    assert (points.company[period - 1, point] != company).mean() > 0.9


def test_half_open_to_the_second(points):
    changed = np.flatnonzero(points.starts[1] < calendar.FOREVER)[:200]
    when = points.starts[1][changed].astype(np.int64)

    assert (points.period_at(changed, when) == 1).all()
    assert (points.period_at(changed, when - 1) == 0).all()
    assert (points.period_at(changed, points.starts[0][changed] - 1) == -1).all()


def test_the_work_of_a_contractor_is_given_to_somebody_who_is_there(group):
    work, stints = group.work, group.people.stints
    for stint, starts, ends in zip(
        work.stint.tolist(), work.starts.tolist(), work.ends.tolist(), strict=True
    ):
        assert starts < ends
        if stint >= 0:
            assert stints[stint].starts <= starts
            assert ends <= stints[stint].ends


def test_the_traffic_of_a_year_is_as_large_as_asked(background, wrongs, group):
    total = len(background) + len(wrongs)

    assert abs(total - group.size.accesses) < 0.03 * group.size.accesses
    assert {int(system) for system in set(background.system.tolist())} == set(range(len(SYSTEMS)))
