"""発令日からの遅れ: a measured fact for each system, and the looks inside the gap, counted."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sekisho_web.accounts.models import Movement, Push, period
from tests.factories import NOON, sign_in
from tests.factories.people import SystemFactory
from tests.factories.targets import PushFactory, TargetFactory, living

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def moved(*, effective, received=None, applied=None, account=None):
    """Return a movement that ends the post of an account (`living()` where none is given)."""
    account = account or living()
    term = account.appointment.terms.get()
    term.valid = period(NOON - 900 * DAY, effective)
    term.save()
    movement = Movement.objects.create(
        person=account.person, appointment=account.appointment, kind="moved", sentence="異動",
        effective_at=effective, received_at=received or effective, applied_at=applied or effective,
    )  # fmt: skip
    return movement, account


def pushed(movement, account, *, planned, verified=None, **more):
    done = {
        "state": "verified", "verified_at": verified, "sent_at": planned, "next_at": None,
        "evidence": {"seen": 1},
    }  # fmt: skip
    return PushFactory(
        account=account, movement=movement, planned_at=planned, effective_at=movement.effective_at,
        **(done if verified else {}) | more,
    )  # fmt: skip


def page(client, **query):
    return client.get(reverse("reports:lag"), query)


def lines(response):
    return [(line.account.code, late, uses) for line, late, uses in response.context["lines"]]


@pytest.mark.parametrize(
    ("traits", "status"),
    [({"it": True}, 200), ({"compliance": True}, 200), ({}, 403), ({"sales": True}, 403)],
    ids=["システム管理", "第2線", "窓口", "関係小売"],
)
def test_who_reads(client, traits, status):
    sign_in(client, **traits)

    assert page(client).status_code == status


def test_where_nothing_moved_the_page_says_so(client):
    sign_in(client, it=True)

    assert 'class="empty"' in page(client).content.decode()


def test_the_lag_runs_from_the_order_to_the_reading_that_holds(client):
    start = timezone.now() - 10 * DAY
    movement, account = moved(effective=start, received=start + 4 * DAY, applied=start + 4 * DAY)
    TargetFactory(system=account.system)
    pushed(movement, account, planned=start + 4 * DAY, verified=start + 4 * DAY + DAY / 24)
    sign_in(client, it=True)

    response = page(client)

    assert lines(response) == [(account.code, "4 日 1 時間", None)]
    assert "人事から届くまで 99%" in response.content.decode()


def test_what_a_later_push_verified_counts_for_the_one_it_replaced(client):
    start = timezone.now() - 10 * DAY
    movement, account = moved(effective=start)
    TargetFactory(system=account.system)
    pushed(movement, account, planned=start, state=Push.State.SUPERSEDED, next_at=None)
    PushFactory(
        account=account, planned_at=start + DAY, state="verified", verified_at=start + 2 * DAY,
        sent_at=start + DAY, next_at=None, evidence={"seen": 1},
    )  # fmt: skip
    sign_in(client, it=True)

    assert lines(page(client)) == [(account.code, "2 日", None)]


def test_what_was_armed_before_the_day_proves_nothing_of_the_day(client):
    start = timezone.now() - 2 * DAY
    movement, account = moved(effective=start)
    TargetFactory(system=account.system)
    pushed(movement, account, planned=start - DAY, verified=start - DAY)
    sign_in(client, it=True)

    assert lines(page(client)) == [(account.code, "2 日", None)]
    assert "まだ" in page(client).content.decode()


def test_an_order_that_nobody_carried_yet_is_late_and_grows(client):
    _, account = moved(effective=timezone.now() - 3 * DAY)
    TargetFactory(system=account.system)
    sign_in(client, it=True)

    (line,) = lines(page(client))

    assert line[1] == "3 日"


def test_where_our_gate_alone_stands_in_front_an_order_holds_when_it_is_applied(client):
    start = timezone.now() - 3 * DAY
    _, account = moved(effective=start, applied=start + DAY / 24)
    sign_in(client, it=True)

    assert lines(page(client)) == [(account.code, "1 時間", None)]


def test_what_is_neither_pushed_nor_gated_is_not_claimed(client):
    account = living(system=SystemFactory(key="far", controlled_by=["log_only"]))
    moved(effective=timezone.now() - DAY, account=account)
    sign_in(client, it=True)

    assert lines(page(client)) == []


def test_an_order_of_tomorrow_is_not_late(client):
    moved(effective=timezone.now() + DAY)
    sign_in(client, it=True)

    assert lines(page(client)) == []


def test_the_page_takes_as_many_queries_for_three_rows_as_for_thirty(
    client, django_assert_max_num_queries
):
    sign_in(client, it=True)
    counts = []
    for n in (3, 27):
        for _ in range(n):
            movement, account = moved(effective=timezone.now() - DAY)
            TargetFactory(system=account.system)
            pushed(movement, account, planned=timezone.now() - DAY / 2)
        with django_assert_max_num_queries(60) as asked:
            page(client)
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_only_who_reads_the_ledger_counts_the_looks_inside(client):
    moved(effective=timezone.now() - DAY)
    sign_in(client, it=True)

    response = page(client, uses="1")

    assert response.context["counts"] is False
    assert "数えられるのは" in response.content.decode()
