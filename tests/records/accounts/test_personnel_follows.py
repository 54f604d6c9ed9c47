"""What other systems are told of a delivery of personnel."""

import pytest

from sekisho_web.accounts.models import Push, Target
from tests.records.accounts.deliveries import LATE, MARCH, applied, employee, feed, row, units

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
