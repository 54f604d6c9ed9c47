"""What a message of a directory means: the table of meanings, line by line, in every dialect."""

import pytest
from django.urls import reverse
from django.utils import timezone

from sekisho_web.accounts.models import (
    FeedBatch,
    Hold,
    Movement,
    Person,
    PersonNumber,
    ScimResource,
    Session,
)
from sekisho_web.accounts.operations import suspend
from sekisho_web.campaigns.models import Finding
from tests.doors.accounts.scim.speaking import CORE, ENTERPRISE, Directory, feed_of
from tests.factories import CompanyFactory, PostFactory, UnitFactory, sign_in
from tests.factories.signed_in import over_tls

pytestmark = pytest.mark.django_db

STOPS = [
    pytest.param({"op": "replace", "path": "active", "value": False}, id="標準"),
    pytest.param({"op": "Replace", "path": "active", "value": False}, id="大文字の操作"),
    pytest.param({"op": "REPLACE", "path": "Active", "value": "False"}, id="文字列のFalse"),
    pytest.param({"op": "replace", "path": "active", "value": "false"}, id="文字列のfalse"),
    pytest.param({"op": "Add", "path": "active", "value": 0}, id="数のゼロ"),
    pytest.param({"op": "replace", "value": {"active": False}}, id="パスなし"),
    pytest.param({"op": "Replace", "value": {"active": "False"}}, id="パスなしで文字列"),
    pytest.param({"op": "replace", "value": {f"{CORE}:active": "False"}}, id="パスなしでURN"),
    pytest.param({"op": "replace", "path": f"{CORE}:active", "value": False}, id="URNのパス"),
    pytest.param({"op": "replace", "path": "active", "value": [{"value": "False"}]}, id="一つの列"),
]


@pytest.fixture
def directory(client):
    return Directory(client)


def somebody(number="00012", **more):
    post = PostFactory(**more)
    PersonNumber.objects.create(
        person=post.person, company=post.appointment.employer, number=number,
        valid_from=post.valid.lower,
    )  # fmt: skip
    return post.person


def holds(person):
    return list(Hold.objects.filter(person=person, ends_at=None).values_list("reason", flat=True))


@pytest.mark.parametrize("operation", STOPS)
def test_false_in_any_dialect_stops_the_person(directory, operation):
    person = somebody()
    uid = directory.made(name="kado", number="00012", active=True)

    answer = directory.patch(uid, operation)

    assert answer.status_code in (200, 204), answer.content.decode()
    assert holds(person) == ["feed"]
    assert directory.get(f"/Users/{uid}").json()["active"] is False


def test_a_put_that_says_false_stops_and_so_does_a_new_document(directory):
    first, second = somebody("00012"), somebody("00013")
    uid = directory.made(name="kado", number="00012")

    directory.put(uid, name="kado", number="00012", active="FALSE")
    directory.made(name="mon", number="00013", active="false")

    assert holds(first) == holds(second) == ["feed"]


def test_a_stop_is_told_again_and_stands_once(directory):
    person = somebody()
    uid = directory.made(name="kado", number="00012", active=False)
    epoch = Person.objects.get(pk=person.pk).session_epoch

    directory.patch(uid, {"op": "replace", "path": "active", "value": False})

    assert holds(person) == ["feed"]
    assert Person.objects.get(pk=person.pk).session_epoch > epoch


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda d, uid: d.put(uid, name="kado", number="00012"), id="PUTにない"),
        pytest.param(
            lambda d, uid: d.put(uid, name="kado", number="00012", active=None), id="PUTでnull"
        ),
        pytest.param(
            lambda d, uid: d.put(uid, name="kado", number="00012", title="課長"), id="ほかだけのPUT"
        ),
        pytest.param(
            lambda d, uid: d.patch(uid, {"op": "remove", "path": "active"}), id="PATCHで消す"
        ),
        pytest.param(
            lambda d, uid: d.patch(uid, {"op": "replace", "path": "title", "value": "課長"}),
            id="ほかのPATCH",
        ),
        pytest.param(
            lambda d, uid: d.patch(uid, {"op": "replace", "value": {"active": None}}),
            id="パスなしのnull",
        ),
    ],
)
def test_what_is_absent_never_enables(directory, change):
    person = somebody()
    uid = directory.made(name="kado", number="00012", active=False)

    answer = change(directory, uid)

    assert answer.status_code in (200, 204), answer.content.decode()
    assert holds(person) == ["feed"]
    assert directory.get(f"/Users/{uid}").json()["active"] is False


@pytest.mark.parametrize(
    "words",
    [
        '"active": false, "active": true',
        '"active": false, "Active": "True"',
        '"ACTIVE": "False", "active": true, "Active": null',
    ],
)
def test_where_a_document_says_both_the_stop_wins(directory, words):
    person = somebody()
    uid = directory.made(name="kado", number="00012")
    body = f'{{"schemas": ["{CORE}"], "userName": "kado", {words}}}'

    answer = directory.client.put(
        f"/scim/v2/Users/{uid}", data=body, content_type="application/scim+json",
        headers={"Authorization": f"Bearer {directory.key}"},
    )  # fmt: skip

    assert answer.status_code == 200
    assert holds(person) == ["feed"]


def test_what_cannot_be_understood_neither_stops_nor_enables(directory):
    person = somebody()
    uid = directory.made(name="kado", number="00012", active=False)

    answer = directory.patch(uid, {"op": "replace", "path": "active", "value": "perhaps"})

    assert answer.status_code == 400
    assert holds(person) == ["feed"]


def test_true_lifts_the_stop_of_the_same_feed_only(directory, client):
    person = somebody()
    uid = directory.made(name="kado", number="00012", active=False)
    other = Directory(client, feed_of(name="もう一つの人事"))
    theirs = other.made(name="kado", number="00012", active=True)

    assert holds(person) == ["feed"]
    other.patch(theirs, {"op": "replace", "path": "active", "value": True})
    assert holds(person) == ["feed"]

    directory.patch(uid, {"op": "replace", "path": "active", "value": "True"})
    assert holds(person) == []
    assert [m.kind for m in Movement.objects.order_by("pk")] == ["held", "released"]


@pytest.mark.parametrize("reason", sorted(set(Hold.Reason) - {Hold.Reason.FEED}))
def test_true_never_lifts_another_stop(directory, reason):
    person = somebody()
    uid = directory.made(name="kado", number="00012", active=False)
    suspend(target=person, reason=Hold.Reason(reason), by=None, now=timezone.now())

    directory.patch(uid, {"op": "replace", "path": "active", "value": True})

    assert holds(person) == [reason]


def test_a_stop_ends_the_session_at_once_and_the_old_cookie_never_comes_back(client, settings):
    person = sign_in(client)
    PersonNumber.objects.create(
        person=person, company=CompanyFactory(), number="00012", valid_from=timezone.now()
    )
    page = reverse("accounts:factors")
    assert client.get(page).status_code == 200
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    directory = Directory(over_tls(type(client)()))
    uid = directory.made(name="kado", number="00012")

    directory.patch(uid, {"op": "Replace", "path": "active", "value": "False"})

    assert not Session.objects.filter(person=person).exists()
    assert client.get(page).status_code != 200
    directory.patch(uid, {"op": "replace", "path": "active", "value": True})
    assert holds(person) == []
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert client.get(page).status_code != 200


def test_what_was_told_of_nobody_counts_once_it_is_somebody(directory):
    uid = directory.made(name="kado", active=False)
    person = somebody()

    directory.put(uid, name="kado", number="00012")

    assert holds(person) == ["feed"]


def test_groups_roles_and_entitlements_are_kept_and_grant_nothing(directory):
    person = somebody()
    before = Person.objects.filter(pk=person.pk).values().get()
    uid = directory.made(
        name="kado",
        number="00012",
        roles=[{"value": "administrator", "primary": True}],
        entitlements=[{"value": "everything"}],
        groups=[{"value": "1", "display": "管理者"}],
    )
    group = directory.ask(
        "POST",
        "/Groups",
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "displayName": "管理者",
            "members": [{"value": uid}],
        },
    )

    kept = directory.get(f"/Users/{uid}").json()

    assert kept["roles"] == [{"value": "administrator", "primary": True}]
    assert kept["entitlements"] == [{"value": "everything"}]
    assert group.status_code == 201
    assert directory.get(f"/Groups/{group.json()['id']}").json()["members"] == [{"value": uid}]
    assert Person.objects.filter(pk=person.pk).values().get() == before
    assert person.accounts.count() == person.posts.count() - 1 == 0


def test_a_document_that_is_gone_stays_as_a_row_and_answers_404(directory):
    somebody()
    uid = directory.made(name="kado", number="00012")

    assert directory.delete(uid).status_code == 204
    assert directory.get(f"/Users/{uid}").status_code == 404
    assert directory.delete(uid).status_code == 404
    assert directory.patch(uid, {"op": "add", "path": "title", "value": "x"}).status_code == 404
    assert directory.made(name="KADO", number="00012") != uid


def test_whoever_is_gone_without_ever_having_had_a_post_here_is_stopped(directory):
    person = somebody()
    uid = directory.made(name="kado", number="00012")

    directory.delete(uid)

    assert holds(person) == ["feed"]


@pytest.mark.parametrize(
    "manager", ["M-404", {"value": "M-404"}, ["M-404"]], ids=["文字列", "標準", "一つの列"]
)
def test_an_unknown_superior_is_taken_as_text_and_is_a_finding(directory, manager):
    somebody()

    uid = directory.made(name="kado", number="00012", manager=manager)

    kept = directory.get(f"/Users/{uid}").json()[ENTERPRISE]
    assert kept["manager"]["value"] == "M-404"
    assert [f.kind for f in Finding.objects.filter(closed_at=None)] == ["manager_unknown"]


def test_a_known_superior_is_no_finding(directory):
    somebody("00001")
    somebody("00012")
    above = directory.made(name="chief", number="00001")

    directory.made(name="a", number="00012", manager="00001")
    directory.made(name="b", number="00013", manager=above)
    directory.made(name="c", number="00014", manager="Chief")

    assert not Finding.objects.exists()


def test_a_document_keeps_its_bytes_where_it_changed_something(directory):
    somebody()
    uid = directory.made(name="kado", number="00012")

    directory.patch(uid, {"op": "Replace", "path": "active", "value": "False"})

    batch = FeedBatch.objects.get()
    assert f"PATCH /scim/v2/Users/{uid}".encode() in bytes(batch.data)
    assert b'"False"' in bytes(batch.data)


def test_a_password_is_kept_nowhere(directory):
    somebody()
    uid = directory.made(name="kado", number="00012", password="hunter2hunter2", active=False)
    directory.patch(
        uid,
        {"op": "replace", "path": "password", "value": "hunter2hunter2"},
        {"op": "replace", "path": "active", "value": False},
    )

    rows = str(list(ScimResource.objects.values())) + str(
        [bytes(b.data) for b in FeedBatch.objects.all()]
    )
    assert "hunter2" not in rows
    assert "password" not in directory.get(f"/Users/{uid}").json()


def test_a_person_of_another_company_is_refused(client):
    ours = Directory(client)
    stranger = somebody("90001", unit=UnitFactory(sales=True))
    Person.objects.filter(pk=stranger.pk).update(login="hiroba")
    theirs = Directory(client, feed_of(CompanyFactory(affiliate=True), name="小売の人事"))
    uid = theirs.made(name="hiroba", number="90001")

    assert ours.post(name="HIROBA", active=False).status_code == 403
    assert ours.get(f"/Users/{uid}").status_code == 403
    assert ours.delete(uid).status_code == 403
    assert ours.patch(uid, {"op": "replace", "path": "active", "value": False}).status_code == 403
    assert ours.put(uid, name="hiroba", active=False).status_code == 403
    assert (
        ours.post(
            name="x",
            number="90001",
            appointments=[{"orderNo": "1", "employer": "R000", "validFrom": "2026-04-01"}],
        ).status_code
        == 403
    )
    answer = ours.ask(
        "POST",
        "/Users",
        {"schemas": [CORE, ENTERPRISE], "userName": "y", ENTERPRISE: {"organization": "九陽電力"}},
    )
    assert answer.status_code == 403
    assert holds(stranger) == []
    assert ours.get("/Users").json()["totalResults"] == 0
