"""The protocol: keys, names, filters, pages, versions, and what is announced."""

from datetime import timedelta

import pytest
from django.urls import get_resolver
from django.utils import timezone

from sekisho_web.accounts.models import Company, Feed, FeedToken
from sekisho_web.accounts.operations.keys import (
    NoKey,
    digest,
    issue_api_key,
    issue_feed_key,
    revoke_key,
)
from tests.doors.accounts.scim.speaking import CORE, ENTERPRISE, OURS, Directory, feed_of
from tests.factories import CompanyFactory
from tests.test_house import every_view

pytestmark = pytest.mark.django_db
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


@pytest.fixture
def directory(client):
    return Directory(client)


def test_a_key_is_shown_once_and_kept_as_a_digest():
    key, text = issue_feed_key(feed=feed_of(), days=30, by=None, now=timezone.now())

    assert key.code_hash == digest(text)
    assert text not in str(FeedToken.objects.values().get())
    assert text.startswith("sks_")


def keys_that_do_not_open():
    now = timezone.now()
    feed = feed_of(name="鍵の試験")
    _, revoked = issue_feed_key(feed=feed, days=1, by=None, now=now)
    revoke_key(key=FeedToken.objects.get(code_hash=digest(revoked)), by=None, now=now)
    _, expired = issue_feed_key(feed=feed, days=1, by=None, now=now - timedelta(days=1))
    over = feed_of(name="終わった連携")
    _, of_over = issue_feed_key(feed=over, days=1, by=None, now=now)
    Feed.objects.filter(pk=over.pk).update(ended_at=now)
    _, of_api = issue_api_key(
        company=CompanyFactory(), name="x", scopes=["people.read"], days=1, by=None, now=now
    )
    return {
        "取り消した": revoked,
        "期限の切れた": expired,
        "終わった連携の": of_over,
        "APIの": of_api,
        "でたらめな": "sks_" + "x" * 43,
        "ない": "",
    }


def test_a_key_that_is_over_opens_nothing(client):
    for which, text in keys_that_do_not_open().items():
        answer = Directory(client, Feed(), key=text).get("/Users")

        assert answer.status_code == 401, which
        assert answer.json()["schemas"] == [ERROR]
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_key_is_over_at_the_very_moment(client, time_machine):
    feed = feed_of()
    _, text = issue_feed_key(feed=feed, days=1, by=None, now=timezone.now())
    key = FeedToken.objects.get()

    time_machine.move_to(key.expires_at - timedelta(seconds=1), tick=False)
    assert Directory(client, feed, key=text).get("/Users").status_code == 200
    time_machine.move_to(key.expires_at, tick=False)
    assert Directory(client, feed, key=text).get("/Users").status_code == 401


def test_a_key_in_the_address_opens_nothing(directory):
    answer = directory.client.get(f"/scim/v2/Users?access_token={directory.key}")

    assert answer.status_code == 401


def test_guessing_is_slowed_down(client):
    wrong = Directory(client, Feed(), key="sks_wrong")

    assert [wrong.get("/Users").status_code for _ in range(31)][-1] == 429


@pytest.mark.parametrize("days", [0, 367])
def test_a_key_has_an_end_within_a_year(days):
    with pytest.raises(NoKey, match="366"):
        issue_feed_key(feed=feed_of(), days=days, by=None, now=timezone.now())


def test_a_feed_of_files_has_no_key():
    feed = feed_of()
    feed.kind = Feed.Kind.FILE

    with pytest.raises(NoKey, match="SCIM"):
        issue_feed_key(feed=feed, days=1, by=None, now=timezone.now())


def test_every_door_of_machines_is_shut_without_a_key(client):
    """And only keys open them: no session, no form token."""
    machines = [view for view in every_view() if view.kind == "machine"]
    paths = {"scim": "/scim/v2/Users"}

    assert machines
    for view in machines:
        name = view.__name__
        if name in paths:
            assert client.get(paths[name]).status_code == 401
        assert view.csrf_exempt
        assert view.may == ""
    assert get_resolver()


@pytest.mark.parametrize("name", ["KADO", "Kado", "kado"])
def test_a_name_is_there_once_in_whatever_case(directory, name):
    directory.made(name="kado")

    answer = directory.post(name=name)

    assert answer.status_code == 409
    assert answer.json()["scimType"] == "uniqueness"


def test_nobody_takes_the_name_of_another_by_a_change(directory):
    directory.made(name="kado")
    uid = directory.made(name="mon")

    answers = [
        directory.put(uid, name="KADO"),
        directory.patch(uid, {"op": "replace", "path": "userName", "value": "Kado"}),
    ]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert directory.get(f"/Users/{uid}").json()["userName"] == "mon"
    assert directory.put(uid, name="MON").status_code == 200


def test_two_feeds_may_have_the_same_name(client):
    Directory(client).made(name="kado")

    assert Directory(client, feed_of(name="別の人事")).post(name="kado").status_code == 201


FILTERS = [
    ('userName eq "USER3"', ["user3"]),
    ('externalId eq "x4"', ["user4"]),
    ('externalId eq "X4"', []),
    (f'{ENTERPRISE}:employeeNumber eq "0005"', ["user5"]),
    ('title eq "課長" and active eq false', ["user2"]),
    ('userName sw "user1" or displayName co "門"', ["user1", "user6"]),
    ('emails[type eq "work" and value ew "@a.local"]', ["user0"]),
    ("not (active pr)", ["user0", "user1", "user3", "user4", "user5", "user6"]),
    ('displayName eq "ない"', []),
    ('id eq "x"', []),
    ('userName eq ""', []),
]


@pytest.mark.parametrize(("wanted", "expected"), FILTERS, ids=[pair[0] for pair in FILTERS])
def test_a_filter_finds_what_it_says(directory, wanted, expected):
    more = {
        0: {"emails": [{"type": "work", "value": "u@a.local"}]},
        2: {"title": "課長", "active": False},
        4: {"externalId": "x4"},
        5: {"number": "0005"},
        6: {"displayName": "関 門子"},
    }
    for n in range(7):
        directory.made(name=f"user{n}", **more.get(n, {}))

    for found in (
        directory.client.get(
            "/scim/v2/Users",
            {"filter": wanted},
            headers={"Authorization": f"Bearer {directory.key}"},
        ),
        directory.ask(
            "POST",
            "/Users/.search",
            {
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
                "filter": wanted,
            },
        ),
    ):
        assert found.status_code == 200, found.content.decode()
        assert [user["userName"] for user in found.json()["Resources"]] == expected
        assert found.json()["totalResults"] == len(expected)


@pytest.mark.parametrize("wanted", ["userName eq", "nosuch eq 1", "userName lol 3", "("])
def test_a_filter_that_says_nothing_is_refused(directory, wanted):
    answer = directory.client.get(
        "/scim/v2/Users", {"filter": wanted}, headers={"Authorization": f"Bearer {directory.key}"}
    )

    assert answer.status_code == 400


def test_pages_hold_everybody_once(directory, django_assert_max_num_queries):
    for n in range(7):
        directory.made(name=f"user{n}")

    seen = []
    for start in (1, 4, 7, 10):
        with django_assert_max_num_queries(8):
            page = directory.get(f"/Users?startIndex={start}&count=3").json()
        assert page["totalResults"] == 7
        seen += [user["userName"] for user in page.get("Resources", [])]
    assert seen == [f"user{n}" for n in range(7)]
    assert directory.get("/Users?count=0").json().get("Resources", []) == []


def test_a_version_protects_what_somebody_else_wrote(directory):
    uid = directory.made(name="kado")
    tag = directory.get(f"/Users/{uid}")["ETag"]
    title = {"op": "replace", "path": "title", "value": "課長"}

    assert directory.get(f"/Users/{uid}", **{"If-None-Match": tag}).status_code == 304
    assert directory.patch(uid, title, **{"If-Match": tag}).status_code == 204
    assert directory.patch(uid, title, **{"If-Match": tag}).status_code == 412
    assert directory.get(f"/Users/{uid}")["ETag"] != tag


def test_what_is_announced_is_what_is_served(directory):
    config = directory.get("/ServiceProviderConfig").json()
    kinds = directory.get("/ResourceTypes").json()["Resources"]
    schemas = {one["id"] for one in directory.get("/Schemas").json()["Resources"]}

    assert config["patch"]["supported"]
    assert config["filter"] == {"supported": True, "maxResults": 200}
    assert config["etag"]["supported"]
    assert not config["bulk"]["supported"]
    assert [kind["endpoint"] for kind in kinds] == ["/Users", "/Groups"]
    assert schemas >= {CORE, ENTERPRISE, OURS}
    assert directory.ask("POST", "/Bulk", {}).status_code == 501
    assert directory.get("/Me").status_code == 501
    assert directory.get("/Nowhere").status_code == 404
    assert directory.ask("DELETE", "/Users").status_code == 405


def test_a_body_that_is_no_document_is_refused(directory):
    uid = directory.made(name="kado")

    assert directory.ask("POST", "/Users", [1]).status_code == 400
    assert directory.ask("POST", "/Users", {"schemas": [CORE]}).status_code == 400
    assert directory.post(name=" ").status_code == 400
    assert directory.post(name="x" * 201).status_code == 400
    assert directory.patch(uid).status_code == 400
    assert directory.client.post(
        "/scim/v2/Users", data="<user/>", content_type="application/xml",
        headers={"Authorization": f"Bearer {directory.key}"},
    ).status_code == 415  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[" * 100_000, id="深い入れ子"),
        pytest.param(b'{"a":' * 50_000 + b"1" + b"}" * 50_000, id="深い文書"),
        pytest.param(b'{"schemas": ["%s"], "userName": "a\\u0000b"}' % CORE.encode(), id="文字0"),
        pytest.param(
            b'{"schemas": ["%s"], "userName": "a", "title": "\\u0000"}' % CORE.encode(),
            id="中の文字0",
        ),
        pytest.param(b"\xff\xfe", id="文字でない"),
        pytest.param(b"", id="空"),
    ],
)
def test_what_is_meant_to_break_is_refused(directory, body):
    answer = directory.client.post(
        "/scim/v2/Users", data=body, content_type="application/scim+json",
        headers={"Authorization": f"Bearer {directory.key}"},
    )  # fmt: skip

    assert answer.status_code == 400
    assert directory.get('/Users?filter=userName eq "\\u0000"').status_code in (200, 400)


def test_a_key_serves_the_feed_of_its_company_only(client):
    ours = Directory(client)
    theirs = Directory(client, feed_of(CompanyFactory(affiliate=True), name="小売の人事"))
    theirs.made(name="kado")

    assert ours.get("/Users").json()["totalResults"] == 0
    assert ours.get('/Users?filter=userName eq "kado"').json()["totalResults"] == 0
    assert theirs.get("/Users").json()["totalResults"] == 1
    assert Company.objects.count() == 2
