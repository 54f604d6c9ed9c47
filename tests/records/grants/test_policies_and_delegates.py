"""承認規程 come into force by two people; a deputy is named for a while."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sekisho.grants.policies import Party
from sekisho_web.accounts.models import AppointmentTerm, Officer, period
from sekisho_web.grants.models import ApprovalPolicy, Grant
from sekisho_web.grants.operations import delegating
from sekisho_web.grants.operations import policies as operations
from sekisho_web.grants.operations.deciding import CannotDecide
from sekisho_web.grants.operations.delegating import CannotDelegate
from sekisho_web.grants.operations.policies import CannotPublish
from sekisho_web.grants.operations.wishes import CannotRequest
from sekisho_web.grants.queries import policies as queries
from tests.factories import NOON, AccountFactory
from tests.factories.approvals import House
from tests.factories.people import OfficerFactory

pytestmark = pytest.mark.django_db
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def house():
    return House()


def ministry(**changed):
    row = ApprovalPolicy.objects.filter(code="AP-02").order_by("-version").first()
    return replace(queries.rule_of(row), **changed)


def test_the_shipped_table_is_laid_down_once(house):
    assert ApprovalPolicy.objects.exists()
    assert operations.lay_down(now=NOON) == 0
    for row in ApprovalPolicy.objects.all():
        assert queries.rule_of(row).digest == f"sha256:{bytes(row.digest).hex()}"


def test_a_new_version_needs_two_people_and_replaces_the_old(house):
    shorter = ministry(max_window_minutes=15, max_use_minutes=15)
    row = operations.propose(policy=shorter, by=house.officer, now=NOON)
    assert len([one for one in queries.in_force(at=NOON) if one.code == "AP-02"]) == 1

    with pytest.raises(CannotPublish) as refused:
        operations.confirm(policy=row, by=house.officer, now=NOON)
    assert "自分の案" in refused.value.refusal.reason

    operations.confirm(policy=row, by=house.second, now=NOON + MINUTE)

    [live] = [one for one in queries.in_force(at=NOON + MINUTE) if one.code == "AP-02"]
    assert (live.version, live.max_window_minutes) == (2, 15)
    [before] = [one for one in queries.in_force(at=NOON) if one.code == "AP-02"]
    assert before.version == 1
    with pytest.raises(CannotPublish):
        operations.confirm(policy=row, by=house.third, now=NOON + MINUTE)


def test_what_waits_under_an_old_policy_is_decided_under_it(house):
    request = house.submit()
    row = operations.propose(
        policy=ministry(max_window_minutes=15, max_use_minutes=15), by=house.officer, now=NOON
    )
    operations.confirm(policy=row, by=house.second, now=NOON)

    house.decide(request, house.officer)

    assert Grant.objects.get().request.policy.version == 1
    with pytest.raises(CannotRequest):
        house.submit(now=NOON + MINUTE)


def test_a_policy_that_is_wrong_is_not_proposed_and_one_that_clashes_is_not_confirmed(house):
    with pytest.raises(CannotPublish):
        operations.propose(policy=ministry(parties=()), by=house.officer, now=NOON)
    clash = operations.propose(policy=ministry(code="AP-99"), by=house.officer, now=NOON)

    with pytest.raises(CannotPublish) as refused:
        operations.confirm(policy=clash, by=house.second, now=NOON)
    assert "AP-02" in refused.value.refusal.reason

    operations.drop(policy=clash, by=house.officer, now=NOON)
    assert clash not in queries.proposed()
    with pytest.raises(CannotPublish):
        operations.confirm(policy=clash, by=house.second, now=NOON)


def test_in_order_the_officer_waits_for_the_superior(house):
    both = ministry(
        parties=(Party(role="superior", side="asker"), Party(role="system_officer", side="owner")),
        in_order=True,
    )
    row = operations.propose(policy=both, by=house.officer, now=NOON)
    operations.confirm(policy=row, by=house.second, now=NOON)
    request = house.submit()

    with pytest.raises(CannotDecide) as refused:
        house.decide(request, house.officer, party=2)
    assert "順番" in refused.value.refusal.reason

    house.decide(request, house.chief)
    assert house.decide(request, house.officer, party=2, after=2).outcome == "approved"


# Deputies ---------------------------------------------------------------------------------------


def delegate(house, giver, taker, **changed):
    said = {
        "delegator": giver.posts.get().appointment_id,
        "deputy": taker.posts.get().appointment_id,
        "party": "system_officer",
        "system": "saiene",
        "starts": NOON,
        "ends": NOON + 7 * DAY,
        "reason": "夏の休暇のため",
        "by": giver,
        "now": NOON,
    }
    return delegating.delegate(**(said | changed))


def test_a_deputy_decides_until_it_is_ended(house):
    one = delegate(house, house.officer, house.second)
    assert house.decide(house.submit(), house.second).outcome == "approved"

    delegating.end(delegation=one, by=house.second, now=NOON + 5 * MINUTE)

    later = house.submit(now=NOON + 6 * MINUTE)
    with pytest.raises(CannotDecide):
        house.decide(later, house.second, after=7)
    with pytest.raises(CannotDelegate):
        delegating.end(delegation=one, by=house.second, now=NOON + 8 * MINUTE)


@pytest.mark.parametrize("case", ["far", "stranger", "nobody", "long", "self", "role"])
def test_what_is_not_handed_over(house, case):
    clerk = house.somebody(house.section)
    said = {
        "far": {"by": house.second},
        "stranger": {"ends": NOON},
        "long": {"ends": NOON + 31 * DAY},
        "role": {"party": "king"},
    }.get(case, {})
    giver = clerk if case == "nobody" else house.officer
    taker = house.officer if case == "self" else house.second

    with pytest.raises(CannotDelegate) as refused:
        delegate(house, giver, taker, **said)

    assert refused.value.refusal.remedy


# Many at once -----------------------------------------------------------------------------------


def test_a_request_for_many_is_signed_once_a_party_and_gives_one_grant_each(house):
    row = operations.propose(
        policy=ministry(code="AP-MANY", asker_class="helper"), by=house.officer, now=NOON
    )
    operations.confirm(policy=row, by=house.second, now=NOON)
    helpers = [house.somebody(house.section) for _ in range(5)]
    for number, helper in enumerate(helpers):
        AccountFactory(person=helper, system=house.system, code=f"H{number}")
    short = helpers[-1].posts.get()
    AppointmentTerm.objects.filter(pk=short.pk).update(
        valid=period(short.valid_from, NOON + 5 * MINUTE)
    )
    posts = tuple(one.posts.get().appointment for one in helpers)

    request = house.submit(house.wish(helpers=posts), by=house.chief)
    house.decide(request, house.officer)

    grants = Grant.objects.order_by("code")
    assert [one.person for one in grants] == helpers
    assert [one.account.code for one in grants] == [f"H{n}" for n in range(5)]
    assert {one.uses_max for one in grants} == {1}
    assert grants.last().valid_to == NOON + 5 * MINUTE


def test_who_shall_use_it_does_not_decide_it(house):
    row = operations.propose(
        policy=ministry(code="AP-MANY", asker_class="helper"), by=house.officer, now=NOON
    )
    operations.confirm(policy=row, by=house.second, now=NOON)
    OfficerFactory(post=house.third.posts.get(), system=house.system, role=Officer.Role.DEPUTY)
    posts = (house.officer.posts.get().appointment, house.deputy.posts.get().appointment)
    request = house.submit(house.wish(helpers=posts), by=house.chief)

    with pytest.raises(CannotDecide):
        house.decide(request, house.officer)
    assert house.decide(request, house.third).outcome == "approved"
