"""What other systems are told of a delivery of personnel."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urlsplit

import pytest
from django.db import connection

from sekisho_web.accounts.models import Push, Target, period
from tests.factories.people import OfficerFactory
from tests.postgres import url_of
from tests.records.accounts.deliveries import (
    LATE,
    MARCH,
    applied,
    employee,
    feed,
    leaving,
    row,
    units,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def source():
    units()
    return feed()


@pytest.mark.parametrize(
    ("kind", "at", "planned"),
    [
        pytest.param("active_directory", MARCH, 1, id="日付を持てる反映先は、届いた日に備える"),
        pytest.param("scim", MARCH, 0, id="持てない反映先は、その日を待つ"),
        pytest.param("scim", LATE, 1, id="遅れた知らせは、すぐに伝える"),
    ],
)
def test_other_systems_are_told_of_the_end_of_a_post(source, kind, at, planned):
    person = employee()
    Target.objects.create(system=person.accounts.get().system, kind=kind)

    applied(source, row(), at=at)

    pushes = Push.objects.filter(account__person=person)
    assert pushes.count() == planned
    assert all(push.movement.person == person for push in pushes)


def test_a_title_alone_tells_other_systems_nothing(source):
    person = employee()
    Target.objects.create(system=person.accounts.get().system, kind="active_directory")

    applied(source, row(組織コード="N09-04", 役職="課長"))

    assert not Push.objects.exists()


@contextmanager
def as_the_pages():
    """Let Django act as the role of the pages, as in production."""
    owner = dict(connection.settings_dict)
    place = urlsplit(url_of("app", str(owner["NAME"])))
    connection.close()
    connection.settings_dict |= {
        "USER": place.username,
        "PASSWORD": unquote(place.password or ""),
    }
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict |= {name: owner[name] for name in ("USER", "PASSWORD")}


def test_the_role_of_the_pages_may_do_all_of_it(source):
    """Moves, corrections, cancellations and late news are written with the rights of a page."""
    person, gone = employee(), employee("0000002")
    OfficerFactory(post=person.posts.get(), valid=period(datetime(2024, 4, 1, tzinfo=UTC), None))

    with as_the_pages():
        with connection.cursor() as cursor:
            cursor.execute("select current_user")
            assert cursor.fetchone() == ("sekisho_app",)
        applied(source, row(), leaving("0000002"))
        applied(source, row(訂正区分="訂正", 発令日="2027/3/25"), at=MARCH + timedelta(days=1))
        applied(source, row(訂正区分="取消"), at=MARCH + timedelta(days=2))
        applied(source, row(order="2", 発令日="2027/3/30"), at=LATE)

    assert {one.unit.code for one in person.posts.select_related("unit")} == {"N09-04", "N09-05"}
    assert gone.posts.get().valid_to is not None
