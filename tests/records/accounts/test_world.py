"""The invented group in the database: all of it or nothing, and never among real people."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from sekisho_links.world.write import write_world
from sekisho_web.accounts.models import Account, AppointmentTerm, Company, Person
from sekisho_web.grants.models import Emergency, Grant
from sekisho_web.world import operations, queries
from sekisho_web.world.models import LoadedWorld
from sekisho_web.world.operations import loading
from tests.factories import NOON, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world") / "tiny"
    write_world(folder, size="tiny", seed=1, report=lambda *_: None)
    return folder


@pytest.fixture
def without_records(monkeypatch):
    """The seven systems are built in the journeys; here stands who uses them."""
    monkeypatch.setattr(loading, "_load_records", lambda *_, **__: {})
    monkeypatch.setattr(loading, "_give_work", lambda *_, **__: None)


def test_real_people_are_never_replaced(world):
    PersonFactory()

    with pytest.raises(operations.NotAnInventedDatabase, match="架空でない人"):
        operations.load(world, now=NOON)

    assert Person.objects.count() == 1


def test_a_load_that_fails_leaves_nothing(world, monkeypatch):
    def failing(*_, **__):
        raise OSError("no room")

    monkeypatch.setattr(loading, "_load_records", failing)

    with pytest.raises(OSError, match="no room"):
        operations.load(world, now=NOON)

    assert not Person.objects.exists()
    assert not Company.objects.exists()
    assert not LoadedWorld.objects.exists()


@pytest.mark.usefixtures("without_records")
def test_every_class_of_viewer_has_somebody_at_the_door(world):
    operations.load(world, now=NOON)

    people = queries.people(now=NOON)

    assert {one.viewer_class for one in people} == {
        "災害応援", "関係小売営業", "関係小売委託", "新電力", "国", "監督当局",
        "送配電管理", "送配電監査", "送配電委託", "送配電受付", "配電現場", "送配電託送",
    }  # fmt: skip
    assert {one.line for one in people if one.viewer_class == "送配電監査"} == {2, 3}
    assert all(one.device for one in people)


@pytest.mark.usefixtures("without_records")
def test_the_same_world_again_only_renews_the_people_at_the_door(world):
    first = operations.load(world, now=NOON)
    later = NOON + timedelta(days=200)

    again = operations.load(world, now=later)

    assert not first.again
    assert again.again
    assert (again.persons, again.posts) == (first.persons, first.posts)
    demo = Grant.objects.filter(person__login__startswith="demo-")
    assert demo.usable(now=later).count() == demo.count() > 0
    assert Emergency.objects.get().starts_at == later - timedelta(hours=6)


@pytest.mark.usefixtures("without_records")
def test_the_same_world_under_other_tables_is_loaded_anew(world, monkeypatch):
    operations.load(world, now=NOON)
    connection.check_constraints()  # as the end of a transaction does
    other = replace(loading.shipped_policy(), hash="f" * 64)
    monkeypatch.setattr(loading, "shipped_policy", lambda: other)

    assert operations.load(world, now=NOON).again is False
    assert operations.load(world, now=NOON).again is True


@pytest.mark.usefixtures("without_records")
def test_the_facts_stand_as_the_world_says(world):
    operations.load(world, now=NOON)

    affiliate = Company.objects.get(code="R000")
    assert affiliate.kind == "affiliate"
    assert Company.objects.filter(principal=affiliate).exists()
    assert AppointmentTerm.objects.filter(unit__company=affiliate).exists()
    assert Account.objects.filter(kind="shared").exists()
    assert not Person.objects.exclude(login__startswith="demo-").exclude(password="!").exists()


def test_facts_without_a_column_are_named(tmp_path, world):
    import shutil

    import pyarrow.parquet as pq

    from sekisho_links.accounts.facts import FactsMissing

    broken = tmp_path / "broken"
    shutil.copytree(world, broken)
    file = broken / "facts" / "units.parquet"
    pq.write_table(pq.read_table(file).drop_columns(["kind"]), file)

    with pytest.raises(FactsMissing, match="列がありません: kind") as error:
        operations.load(broken, now=NOON)

    assert "units.parquet" in str(error.value)
    assert not Company.objects.exists()
