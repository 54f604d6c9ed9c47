"""Who may ask and decide, by posts, pledges and what was left undone."""

from datetime import timedelta

import pytest

from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import AppointmentTerm
from sekisho_web.grants.operations.deciding import CannotDecide
from sekisho_web.grants.operations.wishes import CannotRequest, NobodyDecides
from sekisho_web.grants.queries import look_backs
from tests.factories import NOON, AccountFactory, HoldFactory, PostFactory, UnitFactory
from tests.factories.approvals import House
from tests.factories.people import OfficerFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def house():
    return House()


@pytest.fixture
def other():
    """A house whose system needs the chief and an officer."""
    return House(system="takuso")


def test_without_the_pledge_the_ministrys_system_is_not_asked_for(house):
    person = house.somebody(house.section)
    AccountFactory(person=person, system=house.system, code="ID-2")

    with pytest.raises(CannotRequest) as refused:
        house.submit(by=person)

    assert "誓約" in refused.value.refusal.reason


def test_who_holds_posts_that_do_not_go_together_asks_for_nothing(house):
    officer = ["officer"]
    AppointmentTerm.objects.filter(person=house.asker).update(flags=officer)
    PostFactory(person=house.asker, unit=UnitFactory(sales=True), flags=officer)

    with pytest.raises(CannotRequest) as refused:
        house.submit()

    assert "K1" in refused.value.refusal.reason


def test_nobody_decides_for_their_own_unit_but_the_superior(house):
    for person in (house.officer, house.deputy):
        HoldFactory(person=person)
    colleague = house.somebody(house.section)
    OfficerFactory(post=colleague.posts.get(), system=house.system)

    with pytest.raises(NobodyDecides):
        house.submit()

    other = house.somebody(house.head)
    OfficerFactory(post=other.posts.get(), system=house.system)
    request = house.submit(now=NOON + MINUTE)
    with pytest.raises(CannotDecide) as refused:
        house.lay(request, colleague, after=2)
    assert "K8" in refused.value.refusal.reason
    assert house.decide(request, other, after=2).outcome == "approved"


def test_who_has_not_looked_back_approves_no_further_use_and_may_deny(house, monkeypatch):
    said = Refusal(reason="確かめていない利用があります", remedy="先に確かめてください")
    monkeypatch.setattr(look_backs, "refusal_to_decide", lambda *_, **__: said)
    request = house.submit()

    with pytest.raises(CannotDecide) as refused:
        house.decide(request, house.officer)
    assert refused.value.refusal is said

    assert house.decide(request, house.officer, verdict="deny").outcome == "denied"
