"""The same thing found again counts up; a finding is never taken away; no entry, no change."""

from datetime import timedelta

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from sekisho.campaigns.findings import Kind
from sekisho_web.campaigns import operations
from sekisho_web.campaigns.models import Finding
from tests.factories import NOON, somebody

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=1)


def found(at=NOON, **more):
    said = {"kind": Kind.WATCHED, "key": "W01", "sentence": "起きないはずの組合せが起きました"}
    return operations.open_finding(**said | more, at=at, rules=("B01",))


def close(finding, **more):
    said = {
        "by": somebody(compliance=True),
        "company_kind": "network",
        "line": 2,
        "reason": "返却を確かめた",
        "now": LATER,
    }
    return operations.close_finding(finding=finding, **said | more)


def test_the_same_thing_found_again_is_the_same_finding_seen_once_more():
    first = found()

    again = found(at=LATER, sentence="2 件起きました")

    assert again.pk == first.pk
    assert (again.times, again.first_seen_at, again.last_seen_at) == (2, NOON, LATER)
    assert again.sentence == "2 件起きました"
    assert Finding.objects.count() == 1


def test_another_key_or_kind_is_another_finding():
    found()
    found(key="W02")
    found(kind=Kind.DRIFT)

    assert Finding.objects.count() == 3


def test_what_was_closed_and_is_found_again_is_a_new_finding():
    first = close(found())

    again = found(at=LATER)

    assert again.pk != first.pk
    assert first.closed_by.posts.get().unit.line == 2
    assert first.reason == "返却を確かめた"


def test_who_may_not_close_it_changes_nothing():
    finding = found()

    with pytest.raises(operations.CannotClose, match="第2線"):
        close(finding, line=1)

    finding.refresh_from_db()
    assert finding.closed_at is None


def test_opening_and_closing_are_entered_in_the_ledger(monkeypatch):
    entered = []
    monkeypatch.setattr("sekisho_web.ledger.operations.append", lambda **said: entered.append(said))

    finding = found()
    found()
    close(finding)

    assert [one["details"]["act"] for one in entered] == ["指摘", "指摘を閉じる"]


def test_what_cannot_be_entered_in_the_ledger_does_not_happen(monkeypatch):
    finding = found()

    def failing(**_):
        raise OSError("ledger")

    monkeypatch.setattr("sekisho_web.ledger.operations.append", failing)
    with pytest.raises(OSError, match="ledger"):
        close(finding)
    with pytest.raises(OSError, match="ledger"):
        found(key="W02")

    finding.refresh_from_db()
    assert finding.closed_at is None
    assert Finding.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"kind": "other"}, "finding_is_of_a_known_kind"),
        ({"closed_at": NOON}, "finding_is_closed_by_somebody_with_a_reason"),
        ({"reason": "なし"}, "finding_is_closed_by_somebody_with_a_reason"),
        ({"times": 0}, "finding_was_seen_at_least_once"),
    ],
)
def test_the_database_refuses_a_finding_that_cannot_be(change, constraint):
    said = {
        "kind": "drift",
        "key": "x",
        "sentence": "例",
        "first_seen_at": NOON,
        "last_seen_at": NOON,
    }

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Finding.objects.create(**said | change)


def test_the_same_thing_is_open_only_once():
    finding = found()

    with pytest.raises(IntegrityError, match="finding_is_open_once_a_thing"), transaction.atomic():
        Finding.objects.create(
            kind=finding.kind, key=finding.key, sentence="例", first_seen_at=NOON,
            last_seen_at=NOON,
        )  # fmt: skip


@pytest.mark.parametrize("change", [{"key": "y"}, {"times": 0}, {"first_seen_at": LATER}])
def test_what_a_finding_is_about_stays(change):
    finding = found()

    with pytest.raises(DatabaseError), transaction.atomic():
        Finding.objects.filter(pk=finding.pk).update(**change)
    with pytest.raises(DatabaseError, match="指摘は消せず"), transaction.atomic():
        finding.delete()


def test_what_is_closed_is_changed_no_more():
    finding = close(found())

    with pytest.raises(DatabaseError, match="閉じたもの"), transaction.atomic():
        Finding.objects.filter(pk=finding.pk).update(reason="やはり直していない")


@pytest.mark.django_db(transaction=True)
def test_the_application_may_not_take_a_finding_away(as_app):
    found()

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_app.execute("delete from campaigns_finding")
    with connection.cursor() as cursor:
        cursor.execute("truncate campaigns_finding")
