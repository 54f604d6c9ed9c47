from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from sekisho_web.grants.models import Emergency, Grant, Supporter
from sekisho_web.grants.queries import hats as queries
from tests.factories import (
    NOON,
    EmergencyFactory,
    GrantFactory,
    HoldFactory,
    PostFactory,
    SupporterFactory,
    UnitFactory,
)

pytestmark = pytest.mark.django_db


def refused(name):
    return pytest.raises(IntegrityError, match=name)


def test_a_grant_ends_and_after_it_starts():
    grant = GrantFactory(valid_from=NOON)

    with refused("grant_ends_after_it_starts"), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(valid_to=NOON)
    with refused("not-null"), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(valid_to=None)


def test_a_grant_is_of_a_known_kind():
    grant = GrantFactory()

    with refused("grant_is_of_a_known_kind"), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(kind="endless")


@pytest.mark.parametrize(
    ("traits", "is_usable"),
    [
        ({}, True),
        ({"over": True}, False),
        ({"revoked": True}, False),
        ({"valid_to": NOON + timedelta(seconds=1)}, True),
        ({"valid_from": NOON - timedelta(days=1), "valid_to": NOON}, False),
        ({"valid_from": NOON}, True),
    ],
    ids=["期間中", "終わった", "取消し", "終わりの直前", "終わりの時刻", "始まりの時刻"],
)
def test_a_grant_is_usable_in_its_half_open_period(traits, is_usable):
    grant = GrantFactory(**traits)

    assert Grant.objects.usable(now=NOON).filter(pk=grant.pk).exists() is is_usable


def test_an_emergency_ends_and_names_its_districts():
    emergency = EmergencyFactory()

    with refused("emergency_ends_after_it_starts"), transaction.atomic():
        Emergency.objects.filter(pk=emergency.pk).update(ends_at=emergency.starts_at)
    with refused("emergency_names_its_districts"), transaction.atomic():
        Emergency.objects.filter(pk=emergency.pk).update(areas=[])


def test_a_helper_stands_once_on_a_roster():
    line = SupporterFactory()

    with refused("supporter_stands_once_on_a_roster"), transaction.atomic():
        SupporterFactory(emergency=line.emergency, person=line.person)
    with refused("supporter_ends_after_it_starts"), transaction.atomic():
        Supporter.objects.filter(pk=line.pk).update(ends_at=line.starts_at)


def test_the_hats_are_the_posts_in_force_the_main_one_first():
    post = PostFactory(kind="concurrent", unit=UnitFactory(sales=True))
    PostFactory(person=post.person)
    PostFactory(person=post.person, unit=UnitFactory(audit=True), valid_to=NOON)

    hats = queries.hats(person=post.person, now=NOON)

    assert [hat.viewer_class for hat in hats] == ["送配電託送", "関係小売営業"]


def test_a_helper_may_change_to_relief_while_the_emergency_runs():
    line = SupporterFactory()
    PostFactory(person=line.person, unit=UnitFactory(sales=True))

    def hats(now):
        return [hat.viewer_class for hat in queries.hats(person=line.person, now=now)]

    assert hats(NOON) == ["関係小売営業", "災害応援"]
    assert hats(line.ends_at) == ["関係小売営業"]
    assert hats(line.emergency.starts_at - timedelta(seconds=1)) == ["関係小売営業"]


def test_the_purposes_of_relief_are_not_those_of_the_post():
    line = SupporterFactory()
    PostFactory(person=line.person, unit=UnitFactory(sales=True))
    GrantFactory(person=line.person, purpose="非常災害対応")

    sales, relief = queries.hats(person=line.person, now=NOON)

    assert "非常災害対応" not in sales.purposes
    assert relief.purposes == ("非常災害対応",)


def test_a_unit_without_a_class_gives_no_hat():
    post = PostFactory(unit=UnitFactory(code="N09-99", kind="canteen"))

    assert queries.hats(person=post.person, now=NOON) == []


def test_a_hold_is_a_fact_of_its_own():
    hold = HoldFactory()

    assert hold.ends_at is None
