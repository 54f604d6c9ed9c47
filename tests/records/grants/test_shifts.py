"""The hours of helpers are asked for at once: each party signs once, each helper gets a grant."""

from datetime import timedelta

import pytest

from sekisho.terms.periods import Period
from sekisho_web.grants.models import Emergency, Grant, Request
from sekisho_web.grants.operations import shifts
from sekisho_web.grants.queries import desk as queries
from tests.factories.approvals import House
from tests.factories.people import NOON
from tests.factories.relief import HOUR, Relief

pytestmark = pytest.mark.django_db
REASON = "第1コールセンターで停電の受付をし、地点を確かめるため"


@pytest.fixture
def house():
    return House(system="takuso")


@pytest.fixture
def relief(house):
    found = Relief(now=NOON)
    Emergency.objects.update(commander=house.director.posts.get().appointment)
    found.emergency.refresh_from_db()
    return found


def ask(relief, house, *supporters, starts=NOON, hours=8, **more):
    said = {"reason": REASON, "by": house.asker, "now": NOON, **more}
    return shifts.ask_for_shift(
        emergency=relief.emergency,
        supporters=supporters,
        shift=Period(starts=starts, ends=starts + hours * HOUR),
        appointment=house.asker.posts.get().appointment_id,
        **said,
    )


def test_two_sign_once_and_every_helper_has_a_grant_inside_the_shift(relief, house):
    helpers = relief.called(relief.listed(), relief.listed(), relief.listed())

    (request,) = ask(relief, house, *helpers)
    house.decide(request, house.chief, party=1)
    house.decide(request, house.director, party=2, after=2)

    grants = list(Grant.objects.filter(emergency=relief.emergency).order_by("person"))
    assert [one.person for one in grants] == [one.person for one in helpers]
    for grant, one in zip(grants, helpers, strict=True):
        assert (grant.kind, grant.purpose) == ("period", "非常災害対応")
        assert (grant.appointment, grant.account.code[:6]) == (one.appointment, "E27-01")
        assert grant.scope_areas == relief.emergency.areas
        assert NOON < grant.valid_from < grant.valid_to <= NOON + 8 * HOUR + timedelta(minutes=3)
    shift = queries.shifts_of(relief.emergency, [helpers[0].person_id], now=NOON)
    assert len(shift[helpers[0].person_id]) == 1


def test_a_shift_of_later_begins_when_it_begins(relief, house):
    (one,) = relief.called()

    (request,) = ask(relief, house, one, starts=NOON + 5 * HOUR)
    house.decide(request, house.chief, party=1)
    house.decide(request, house.director, party=2, after=2)

    grant = Grant.objects.get(emergency=relief.emergency)
    assert (grant.valid_from, grant.valid_to) == (NOON + 5 * HOUR, NOON + 13 * HOUR)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"hours": 13}, "12時間より長く"),
        ({"starts": NOON - 10 * HOUR}, "終わった時刻"),
        ({"starts": NOON + 55 * HOUR}, "発動の期間に収まっていません"),
    ],
)
def test_a_shift_that_is_none_is_refused(relief, house, said, reason):
    (one,) = relief.called()

    with pytest.raises(shifts.CannotAsk, match=reason):
        ask(relief, house, one, **said)
    assert not Request.objects.exists()


def test_nobody_has_two_shifts_at_a_time(relief, house):
    (one,) = relief.called()
    relief.shift(one)

    with pytest.raises(shifts.CannotAsk, match="重なっています"):
        ask(relief, house, one, starts=NOON + 2 * HOUR)


def test_who_was_not_called_gets_no_shift(relief, house):
    (one,) = relief.called()
    other = Relief(now=NOON, code="E27-02").called(relief.listed())[0]

    with pytest.raises(shifts.CannotAsk, match="招集されている人ではない"):
        ask(relief, house, one, other)
    with pytest.raises(shifts.CannotAsk, match="だれも選ばれていません"):
        ask(relief, house)
