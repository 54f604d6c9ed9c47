"""Two people at once, and twenty: one lock on the request, and one end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections

from sekisho_web.grants.models import Decision, Grant, Request
from sekisho_web.grants.operations import deciding, lapsing, requesting
from sekisho_web.grants.operations.deciding import CannotDecide
from sekisho_web.grants.operations.wishes import CannotRequest
from tests.factories import NOON
from tests.factories.approvals import SESSION, House

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)


def at_once(*acts):
    """Run every act in a thread and connection of its own, from the same instant on."""
    start = Barrier(len(acts))

    def run(act):
        try:
            start.wait(10)
            return act()
        except (CannotDecide, CannotRequest) as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def ready(house, request, by, *, party=1, verdict="approve"):
    """Return the act of `by` that is signed and waits to be handed in."""
    reason = "対象の申込みがこの部署のものではないため" if verdict == "deny" else ""
    laid = house.lay(request, by, party=party, verdict=verdict, reason=reason)
    proof = house.sign(by, laid.text)
    return lambda: deciding.decide(
        request=request, text=laid.text, proof=proof, by=by, session=SESSION,
        opened_at=None, now=NOON + 2 * MINUTE,
    )  # fmt: skip


def test_approve_and_deny_at_once_is_a_denial():
    house = House(system="takuso")
    for number in range(3):
        request = house.submit(house.both(), now=NOON + number * MINUTE / 9)

        at_once(
            ready(house, request, house.chief),
            ready(house, request, house.officer, party=2, verdict="deny"),
        )

        request.refresh_from_db()
        assert request.outcome == Request.Outcome.DENIED
    assert not Grant.objects.exists()


def test_of_two_deciders_of_one_party_the_first_stands():
    house = House()
    request = house.submit()

    said = at_once(
        ready(house, request, house.officer),
        ready(house, request, house.deputy, verdict="deny"),
    )

    assert sum(isinstance(one, CannotDecide) for one in said) == 1
    [decision] = Decision.objects.all()
    request.refresh_from_db()
    approved = decision.verdict == Decision.Verdict.APPROVE
    assert request.outcome == ("approved" if approved else "denied")
    assert Grant.objects.count() == (1 if approved else 0)


def test_twenty_times_the_same_signature_is_one_grant():
    house = House()
    request = house.submit()
    act = ready(house, request, house.officer)

    said = at_once(*[act] * 20)

    assert sum(not isinstance(one, CannotDecide) for one in said) == 1
    assert Grant.objects.count() == 1
    assert Decision.objects.count() == 1


def test_taken_back_and_approved_at_once_is_one_of_the_two():
    house = House()
    request = house.submit()

    at_once(
        ready(house, request, house.officer),
        lambda: requesting.withdraw(request=request, by=house.asker, now=NOON + 2 * MINUTE),
        lambda: lapsing.lapse(now=NOON + 2 * MINUTE),
    )

    request.refresh_from_db()
    assert request.outcome in ("approved", "withdrawn")
    assert Grant.objects.count() == (1 if request.outcome == "approved" else 0)
