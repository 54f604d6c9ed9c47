"""Looks are counted by person and time without opening any detail, and the counting is recorded."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sekisho.ledger.leaves import Kind
from sekisho_web.ledger import queries
from tests.doors.ledger import reading
from tests.factories import PersonFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.doors.ledger.pages")]
HOUR = timedelta(hours=1)


def looks(people, *, system="takuso", since=HOUR, until=HOUR):
    now = timezone.now()
    return queries.looks(
        system=system, people=[one.pk for one in people], since=now - since, until=now + until,
        reader=PersonFactory(), now=now,
    )  # fmt: skip


def test_the_looks_of_each_person_are_counted_and_nobody_elses(monkeypatch):
    one, other = Client(), Client()
    one.person, other.person = sign_in(one), sign_in(other)
    for client in (one, one, other):
        assert client.get("/x/detail/").status_code == 200
    monkeypatch.setattr(queries, "opened", lambda *_, **__: pytest.fail("a detail was opened"))

    _, found = looks([one.person])

    assert [person for person, _ in found] == [one.person.pk] * 2
    assert len(looks([one.person, other.person])[1]) == 3
    assert looks([one.person], system="nwonline")[1] == []
    assert looks([one.person], until=-HOUR / 2)[1] == []


def test_to_count_is_to_read_and_is_recorded():
    receipt, _ = looks([PersonFactory()])

    leaf = reading.leaf(receipt.id)
    assert (leaf["k"], leaf["scr"]) == (Kind.LEDGER_READ.value, "reports:lag")
