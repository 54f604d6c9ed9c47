"""Posts told by a directory: effective days, titles, ends, and what of them is refused."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from sekisho.terms.days import JST, day_in_japan, jst_day
from sekisho_web.accounts.models import (
    Appointment,
    AppointmentTerm,
    Hold,
    OrderLine,
    Person,
    PersonNumber,
    Session,
)
from tests.doors.accounts.scim.speaking import OURS, Directory
from tests.factories import CompanyFactory, PostFactory, UnitFactory

pytestmark = pytest.mark.django_db
TODAY = day_in_japan(timezone.now())
LAST_YEAR = (TODAY - timedelta(days=400)).isoformat()
YESTERDAY = (TODAY - timedelta(days=1)).isoformat()
NEXT_MONTH = (TODAY + timedelta(days=30)).isoformat()


@pytest.fixture
def directory(client):
    CompanyFactory()
    UnitFactory()
    UnitFactory(code="N09-05", name="配電課")
    return Directory(client)


def order(number, *, unit="N09-04", starts=LAST_YEAR, **more):
    return {"orderNo": number, "orgUnit": unit, "title": "担当", "validFrom": starts, **more}


def joined(directory, *orders, **more):
    return directory.made(
        name="kado", number="00012", displayName="関 門子", appointments=list(orders), **more
    )


def terms(person=None):
    found = AppointmentTerm.objects.order_by("valid_from", "pk").select_related("unit")
    return [(term.unit.code, term.title, term.valid_from, term.valid_to) for term in found]


def in_force():
    return list(
        AppointmentTerm.objects.in_force(now=timezone.now()).values_list("unit__code", flat=True)
    )


def test_somebody_new_comes_with_their_post_and_its_day(directory):
    uid = joined(directory, order("A1", starts="2026-04-01"))

    person = Person.objects.get()
    assert person.name == "関 門子"
    assert PersonNumber.objects.get().number == "00012"
    assert not person.has_usable_password()
    assert terms() == [("N09-04", "担当", datetime(2026, 4, 1, tzinfo=JST), None)]
    assert Appointment.objects.get().order_no == "A1"
    assert OrderLine.objects.get().number == "00012"
    kept = directory.get(f"/Users/{uid}").json()[OURS]["appointments"]
    assert kept == [order("A1", starts="2026-04-01")]


def test_an_end_is_the_last_day_and_a_future_post_waits_for_its_day(directory):
    joined(directory, order("A1", validTo=TODAY.isoformat()), order("A2", unit="N09-05",
           starts=NEXT_MONTH))  # fmt: skip

    assert terms() == [
        (
            "N09-04",
            "担当",
            jst_day(TODAY - timedelta(days=400)),
            jst_day(TODAY + timedelta(days=1)),
        ),
        ("N09-05", "担当", jst_day(TODAY + timedelta(days=30)), None),
    ]
    assert in_force() == ["N09-04"]


def test_the_same_document_again_is_no_news(directory):
    uid = joined(directory, order("A1"))

    answer = directory.put(
        uid, name="kado", number="00012", displayName="関 門子", appointments=[order("A1")]
    )

    assert answer.status_code == 200
    assert OrderLine.objects.count() == 1


def test_a_title_may_change_there_and_back_and_there_again(directory):
    uid = joined(directory, order("A1"))

    for title in ("課長", "担当", "課長"):
        answer = directory.patch(
            uid,
            {
                "op": "replace",
                "path": f'{OURS}:appointments[orderNo eq "A1"].title',
                "value": title,
            },
        )
        assert answer.status_code == 204
        assert [term[1] for term in terms()] == [title]
    assert Appointment.objects.count() == 1


def test_a_transfer_is_one_more_order(directory):
    uid = joined(directory, order("A1"))

    directory.patch(
        uid,
        {
            "op": "add",
            "path": f"{OURS}:appointments",
            "value": [order("A2", unit="N09-05", starts=YESTERDAY)],
        },
    )

    assert in_force() == ["N09-05"]
    assert [term[3] for term in terms()] == [jst_day(TODAY - timedelta(days=1)), None]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda d, uid: d.patch(
                uid, {"op": "remove", "path": f'{OURS}:appointments[orderNo eq "A1"]'}
            ),
            id="一つを消す",
        ),
        pytest.param(
            lambda d, uid: d.patch(uid, {"op": "Remove", "path": f"{OURS}:appointments"}),
            id="すべてを消す",
        ),
        pytest.param(
            lambda d, uid: d.patch(
                uid, {"op": "remove", "path": f"{OURS}:appointments", "value": [{"orderNo": "A1"}]}
            ),
            id="値で選んで消す",
        ),
        pytest.param(
            lambda d, uid: d.put(uid, name="kado", number="00012", appointments=[]), id="空の一覧"
        ),
        pytest.param(lambda d, uid: d.delete(uid), id="DELETE"),
    ],
)
def test_what_is_taken_back_is_over_now_and_its_rows_stay(directory, change):
    uid = joined(directory, order("A1"))
    person = Person.objects.get()
    Session.objects.create(
        session_key="worn", expire_date=timezone.now() + timedelta(days=1), person=person,
        hat=Appointment.objects.get(),
    )  # fmt: skip
    before = timezone.now()

    answer = change(directory, uid)

    assert answer.status_code in (200, 204), answer.content.decode()
    ((_, _, _, ends),) = terms()
    assert before <= ends <= timezone.now()
    assert in_force() == []
    assert not Session.objects.filter(hat__isnull=False).exists()


def test_what_never_began_is_withdrawn(directory):
    uid = joined(directory, order("A1"), order("A2", unit="N09-05", starts=NEXT_MONTH))

    directory.delete(uid)

    assert [term[0] for term in terms()] == ["N09-04"]
    assert in_force() == []


def test_a_put_that_does_not_know_our_extension_ends_nothing(directory):
    uid = joined(directory, order("A1"))

    answer = directory.ask(
        "PUT",
        f"/Users/{uid}",
        {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "kado"},
    )

    assert answer.status_code == 200
    assert in_force() == ["N09-04"]
    assert directory.get(f"/Users/{uid}").json()[OURS]["appointments"] == [order("A1")]


def test_whoever_was_deleted_by_mistake_comes_back_by_being_told_again(directory):
    uid = joined(directory, order("A1"))
    directory.delete(uid)
    assert in_force() == []

    joined(directory, order("A1"))

    assert in_force() == ["N09-04"]
    assert Person.objects.count() == 1


def test_a_stop_said_before_there_was_anybody_counts_from_the_first_day(directory):
    joined(directory, order("A1"), active=False)

    assert list(Hold.objects.values_list("reason", flat=True)) == ["feed"]


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(order("A1", unit="N09-99"), id="知らない組織"),
        pytest.param(order("A1", unit=""), id="組織がない"),
        pytest.param(order("A1", starts="2026/04/01"), id="日付でない"),
        pytest.param(order("A1", kind="king"), id="知らない種類"),
        pytest.param(order("A1", worksFor="N99"), id="知らない会社"),
        pytest.param(order("A1", kind="seconded"), id="出向先がない"),
    ],
)
def test_an_order_that_is_none_is_refused_whole(directory, one):
    answer = directory.post(name="kado", number="00012", appointments=[order("A0"), one])

    assert answer.status_code == 400
    assert answer.json()["detail"]
    assert Person.objects.count() == OrderLine.objects.count() == 0
    assert directory.get("/Users").json()["totalResults"] == 0


def test_a_stop_does_not_wait_for_the_orders_beside_it_to_be_right(directory):
    uid = joined(directory, order("A1"))

    answer = directory.put(
        uid, name="kado", number="00012", active=False, appointments=[order("A1", unit="N09-99")]
    )

    assert answer.status_code == 200, answer.content.decode()
    assert list(Hold.objects.values_list("reason", flat=True)) == ["feed"]
    assert in_force() == ["N09-04"]
    assert directory.get(f"/Users/{uid}").json()[OURS]["appointments"] == [order("A1")]


def test_orders_need_an_employee_number(directory):
    answer = directory.post(name="kado", appointments=[order("A1")])

    assert answer.status_code == 400
    assert "employeeNumber" in answer.json()["detail"]


def test_a_second_post_at_once_is_no_transfer(directory):
    joined(directory, order("A1"), order("A2", unit="N09-05", kind="concurrent"))

    assert sorted(in_force()) == ["N09-04", "N09-05"]


def test_a_new_name_is_taken_and_a_missing_one_is_not(directory):
    uid = joined(directory, order("A1"))

    directory.patch(uid, {"op": "replace", "path": "displayName", "value": "野々宮 門子"})
    assert Person.objects.get().name == "野々宮 門子"

    directory.patch(uid, {"op": "remove", "path": "displayName"})
    assert Person.objects.get().name == "野々宮 門子"
    assert in_force() == ["N09-04"]


def test_whoever_comes_from_another_company_of_the_group_is_the_same_person(directory):
    """The one way in which a document may name somebody who is not (yet) of its company."""
    post = PostFactory(unit=UnitFactory(sales=True), valid_to=jst_day(TODAY + timedelta(days=30)))
    there = post.person

    unknown = directory.post(
        name="kado",
        number="00012",
        **{OURS: {"groupId": there.code}},
    )
    uid = directory.made(
        name="kado2",
        number="00012",
        **{OURS: {"groupId": there.code, "appointments": [order("A1", starts=NEXT_MONTH)]}},
    )

    assert unknown.status_code == 403
    assert directory.get(f"/Users/{uid}").status_code == 200
    assert there.appointments.count() == 2
    assert Person.objects.count() == 1
