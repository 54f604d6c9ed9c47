"""A9: whatever a document or a change leaves out, nobody is enabled by it, and nobody is stopped.

Generated documents and changes go through the whole reading (dialects, library, storage); what
they wish for is caught where it would have its effect. The twins read what is absent as a word.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sekisho.accounts.told import Wish
from sekisho_web.accounts.models import ScimResource
from sekisho_web.accounts.scim import documents, meaning, storage
from tests.doors.accounts.scim.speaking import CORE, ENTERPRISE, Directory
from tests.rules.accounts import twins_of_told

pytestmark = pytest.mark.django_db
SLOW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

texts = st.text("課長あa1 ", max_size=6)
words = st.fixed_dictionaries(
    {},
    optional={
        "title": texts,
        "displayName": texts,
        "nickName": texts,
        "name": st.fixed_dictionaries({}, optional={"familyName": texts, "givenName": texts}),
        "emails": st.lists(st.fixed_dictionaries({"value": texts}), max_size=2),
        "roles": st.lists(st.fixed_dictionaries({"value": texts}), max_size=2),
        "active": st.none(),
        "Active": st.none(),
        "isActive": st.booleans(),
        "urn:example:other": st.dictionaries(st.sampled_from(["active", "x"]), st.booleans()),
    },
)
paths = st.sampled_from(["title", "displayName", f"{CORE}:nickName", f"{ENTERPRISE}:department"])
operations = st.one_of(
    st.builds(
        lambda op, path, value: {"op": op, "path": path, "value": value},
        st.sampled_from(["add", "Replace", "REPLACE"]),
        paths,
        texts,
    ),
    st.builds(lambda path: {"op": "remove", "path": path}, paths),
    st.sampled_from(
        [
            {"op": "remove", "path": "active"},
            {"op": "Remove", "path": f"{CORE}:active"},
            {"op": "replace", "path": "active", "value": None},
            {"op": "replace", "value": {"active": None}},
            {"op": "add", "value": {"accountEnabled": True}},
        ]
    ),
    st.builds(lambda value: {"op": "replace", "value": value}, words),
)


class Wishes(list):
    """What was wished for since the list was emptied."""

    def hear(self, row, *, before, wish, **_):
        self.append(wish)


@pytest.fixture
def wishes(monkeypatch):
    heard = Wishes()
    monkeypatch.setattr(meaning, "told", heard.hear)
    return heard


@pytest.fixture(params=[True, False, None], ids=["有効の人", "無効の人", "言われていない人"])
def known(request, client, wishes):
    """Somebody of whom the directory once said that they are active, or not, or nothing."""
    directory = Directory(client)
    ScimResource.objects.all().delete()
    told = {} if request.param is None else {"active": request.param}
    uid = directory.made(name="kado", **told)
    wishes.clear()
    return directory, uid, request.param


def wished(heard):
    """Return what changes of a document wished for: what was not said wishes for nothing."""
    found = set(heard)
    heard.clear()
    return found - {Wish.NOTHING}


def put(directory, uid, document):
    whole = {"schemas": [CORE], "userName": "kado", **document}
    answer = directory.ask("PUT", f"/Users/{uid}", whole)
    assert answer.status_code in (200, 400), answer.content.decode()


def patch(directory, uid, changes):
    answer = directory.patch(uid, *changes)
    assert answer.status_code in (200, 204, 400), answer.content.decode()


@SLOW
@given(document=words)
def test_a_document_without_the_word_wishes_for_nothing(known, wishes, document):
    directory, uid, told = known

    put(directory, uid, document)

    assert wished(wishes) == set()
    assert ScimResource.objects.get().document.get("active") is told


@SLOW
@given(changes=st.lists(operations, min_size=1, max_size=4))
def test_a_change_without_the_word_wishes_for_nothing(known, wishes, changes):
    directory, uid, told = known

    patch(directory, uid, changes)

    assert wished(wishes) == set()
    assert ScimResource.objects.get().document.get("active") is told


@SLOW
@given(said=st.booleans(), changes=st.lists(operations, max_size=3))
def test_the_word_is_heard_among_others(known, wishes, said, changes):
    directory, uid, _ = known
    last = {"op": "Replace", "value": {"active": str(said)}}

    answer = directory.patch(uid, *changes, last)

    if answer.status_code != 400:
        assert wished(wishes) == {Wish.LIFT if said else Wish.STOP}


def with_the_word_of_before(row, *, active=True):
    """Twin: gives a change the whole document, so that what was said long ago seems said now."""
    return documents.resource_of(row)


TWINS = [
    *(("wish", wish) for wish in twins_of_told.WISHES),
    ("documents", type("Twin", (), {**vars(documents), "resource_of": with_the_word_of_before})),
]


@pytest.mark.parametrize(
    ("name", "twin"), TWINS, ids=["ないのは有効", "ないのは無効", "前の語を言い直す"]
)
def test_the_twins_are_caught(known, wishes, monkeypatch, name, twin):
    directory, uid, told = known
    monkeypatch.setattr(storage, name, twin)
    put(directory, uid, {"title": "課長"})
    patch(directory, uid, [{"op": "add", "path": "nickName", "value": "あ"}])

    if name == "documents" and told is None:
        assert wished(wishes) == set()  # nothing was ever said that it could say again
    else:
        assert wished(wishes) != set()
