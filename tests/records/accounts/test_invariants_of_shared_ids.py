"""A13: a shared ID has one holder at a time, a keeper, an end, and a secret that is changed."""

from datetime import timedelta

import pytest

from sekisho_web.accounts.models import Checkout, Rotation, period
from tests.factories import NOON, PersonFactory
from tests.records.accounts.around import DAY, HOUR, refused, sql
from tests.records.accounts.rows import shared

pytestmark = pytest.mark.django_db


def test_a13_a_shared_id_has_one_holder_at_a_time():
    account = shared()

    def taken(starts, hours=1, person=None, **said):
        return Checkout.objects.create(
            account=account,
            person=person or PersonFactory(),
            purpose="夜間の切替",
            given_by=account.custodian,
            held=period(starts, starts + timedelta(hours=hours)),
            **said,
        )

    taken(NOON)
    taken(NOON + HOUR)  # the moment at which the first is over
    for starts in (NOON - HOUR / 2, NOON, NOON + HOUR / 2):
        with refused("checkout_has_one_holder_at_a_time"):
            taken(starts)
    for hours in (13, 24):
        with refused("checkout_is_short"):
            taken(NOON + 2 * HOUR, hours)
    with refused("checkout_is_short"):
        sql("UPDATE accounts_checkout SET held = tstzrange(lower(held), NULL)")
    with refused("checkout_is_not_given_to_oneself"):
        taken(NOON + 5 * HOUR, person=account.custodian)


def test_a13_a_shared_id_has_a_keeper_a_reason_and_an_end_within_a_year():
    for missing in ({"custodian": None}, {"reason": ""}, {"ends_at": None}):
        with refused("account_that_is_shared_has_a_keeper_a_reason_and_an_end"):
            shared(**missing)
    with refused("account_that_is_shared_has_a_keeper_a_reason_and_an_end"):
        shared(person=PersonFactory())
    with refused("account_is_shared_for_a_year_at_most"):
        shared(ends_at=NOON + 367 * DAY)


@pytest.mark.parametrize("evidence", ["'{}'", "'null'", "NULL", "'\"changed\"'"])
def test_a13_a_secret_is_not_changed_without_somebody_and_evidence(evidence):
    rotation = Rotation.objects.create(account=shared(), because="holder_moved", due_at=NOON)

    with refused():
        sql(
            f"UPDATE accounts_rotation SET done_at = now(), done_by_id = %s, evidence = {evidence}",
            PersonFactory().pk,
        )
    with refused("rotation_waits_once_an_account"):
        Rotation.objects.create(account=rotation.account, because="holder_moved", due_at=NOON)
