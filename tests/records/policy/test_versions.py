"""Versions stay what they are; the application may ask to publish, and no more."""

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from sekisho.policy.read import hash_of
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in, shipped_policy
from sekisho_web.policy import operations, versions
from sekisho_web.policy.models import Change, Publication, Revision, Sheet, Version
from tests.factories import somebody

FILES = files_in(shipped("tables"))
RULES = "託送業務システム/判定表.csv"


def edited(n=1):
    return FILES | {RULES: FILES[RULES] + b"\n" * n}


@pytest.fixture
def change(db):
    by = somebody(it=True)
    base = operations.keep(FILES, now=timezone.now())
    return operations.open_change(
        system="takuso", title="試し", reason="試験", basis="社内", starts_on=None, ends_on=None,
        base=base.pk, by=by, now=timezone.now(),
    )  # fmt: skip


def test_a_version_is_rebuilt_bit_by_bit(db):
    version = operations.keep(FILES, now=timezone.now())

    assert version.pk == shipped_policy().hash
    assert versions.files_of(version.pk) == FILES
    assert hash_of(versions.files_of(version.pk)) == version.pk


def test_a_store_that_was_touched_is_not_believed(change):
    version = operations.keep(edited(), now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("alter table policy_version disable trigger stays")
        sheets = version.sheets | {"属性.csv": version.sheets["不変条件.csv"]}
        Version.objects.filter(pk=version.pk).update(sheets=sheets)

    with pytest.raises(versions.NotAsNamed):
        versions.files_of(version.pk)


@pytest.mark.parametrize("model", [Sheet, Version, Revision])
def test_what_was_written_is_not_rewritten(change, model):
    operations.save(
        change=change, files=edited(), expected=None, note="直した", by=change.author,
        now=timezone.now(),
    )  # fmt: skip

    table = model._meta.db_table
    for statement in (f"delete from {table}", f"update {table} set {model._meta.pk.column} = null"):
        with (
            pytest.raises(DatabaseError, match="書き換えも削除もできません"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_sheet_under_another_name_is_refused(db):
    with pytest.raises(DatabaseError), transaction.atomic():
        Sheet.objects.create(digest="0" * 64, data=b"x")


def test_undo_goes_back_and_loses_nothing(change):
    def save(n, expected):
        return operations.save(
            change=change, files=edited(n), expected=expected, note=f"{n}", by=change.author,
            now=timezone.now(),
        )  # fmt: skip

    one = save(1, None)
    two = save(2, one.pk)
    operations.undo(change=change, expected=two.pk, by=change.author, now=timezone.now())
    change.refresh_from_db()

    assert change.head_id == one.pk
    assert change.revisions.count() == 2


def test_of_two_editors_the_second_is_told(change):
    operations.save(
        change=change, files=edited(1), expected=None, note="一", by=change.author,
        now=timezone.now(),
    )  # fmt: skip

    with pytest.raises(operations.Meanwhile):
        operations.save(
            change=change, files=edited(2), expected=None, note="二", by=somebody(it=True),
            now=timezone.now(),
        )  # fmt: skip
    change.refresh_from_db()
    assert change.head.note == "一"


@pytest.mark.django_db(transaction=True)
def test_the_application_may_ask_to_publish_and_no_more(as_app):
    version = operations.keep(FILES, now=timezone.now())
    ask = "insert into policy_publication (version_id, state, asked_at, live_at, said) values (%s, %s, now(), %s, '{}')"  # noqa: E501
    as_app.execute(ask, [version.pk, "asked", None])
    for statement, given in (
        (ask, [version.pk, "done", timezone.now()]),
        ("update policy_publication set state = 'done', live_at = now()", []),
        ("delete from policy_publication", []),
        ("update policy_sheet set data = ''", []),
        ("delete from policy_version", []),
        ("insert into policy_sheet (digest, data) values (repeat('0', 64), 'x')", []),
    ):
        with pytest.raises(psycopg.Error), as_app.transaction():
            as_app.execute(statement, given)
    assert Publication.objects.count() == 0


def test_an_ended_change_is_not_edited(change):
    operations.withdraw(change=change, reason="不要", by=change.author, now=timezone.now())

    with pytest.raises(operations.Refused, match="廃止の変更案件は直せません"):
        operations.save(
            change=Change.objects.get(), files=edited(), expected=None, note="", by=change.author,
            now=timezone.now(),
        )  # fmt: skip
