"""Who may do what to the ledger: each statement as each role, with the exact SQLSTATE."""

# ruff: noqa: ISC004, E501  # a matrix is read by its columns

from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from tests.postgres import url_of

OK, NO, NOT_YET = None, "42501", "55000"
pytestmark = pytest.mark.django_db
ROLES = ("app", "sealer", "owner", "ledger_owner", "dba")

EVENT = "insert into ledger.event (shard, event_id, level, body)"
EVENT_ID = "'0190a7a0-0000-7000-8000-000000000001'"
LEAF = """'{"id": "0190a7a0-0000-7000-8000-000000000001"}'"""
VALUES = "values ({shard}, {event}, 1, {leaf})"
DETAIL = "insert into ledger.detail (event_id, part, commitment, salt, nonce, ct, key_id)"
APPEND = (
    "select ledger.append({shard}, {event}, 1::smallint, {leaf}, '{{}}', '{{}}', '{{}}',"
    " '{{}}', '{{}}', '{{}}', '{{}}')"
)

# statement                                                        app  sealer owner l_owner dba
MATRIX = [
    (f"{EVENT} {VALUES}",                                          OK,  NO,    NO,   OK,     OK),
    (f"{EVENT} {VALUES} returning id",                             NO,  NO,    NO,   OK,     OK),
    (f"{EVENT} {VALUES} on conflict do nothing",                   OK,  NO,    NO,   OK,     OK),
    ("insert into ledger.event (id, shard, event_id, level, body) overriding system value"
     " values (999999999, {shard}, {event}, 1, {leaf})",         NO,  NO,    NO,   OK,     OK),
    ("insert into ledger.event (txid, shard, event_id, level, body)"
     " values ('9', {shard}, {event}, 1, {leaf})",       NO,  NO,    NO,   OK,     OK),
    ("insert into ledger.event (at, shard, event_id, level, body)"
     " values (now(), {shard}, {event}, 1, {leaf})",     NO,  NO,    NO,   OK,     OK),
    ("insert into ledger.event (epoch, shard, event_id, level, body)"
     " values (2, {shard}, {event}, 1, {leaf})",         NO,  NO,    NO,   OK,     OK),
    ("insert into ledger.event_{shard} (id, shard, event_id, level, body)"
     " overriding system value values (999999999, {shard}, {event}, 1, {leaf})",         NO,  NO,    NO,   OK,     OK),
    (f"{EVENT} values ({{shard}}, {{event}}, 2, {{leaf}}) ;;"
     " set constraints all immediate",                             NOT_YET, NO, NO,  NOT_YET, NOT_YET),
    ("select from ledger.event",                                   NO,  OK,    NO,   OK,     OK),
    ("select from ledger.event_{shard}",                           NO,  NO,    NO,   OK,     OK),
    ("select from ledger.detail",                                  NO,  NO,    NO,   OK,     OK),
    ("select from ledger.subject_ref",                             NO,  NO,    NO,   OK,     OK),
    ("select from ledger.shard",                                   OK,  OK,    OK,   OK,     OK),
    ("select from ledger.leaf",                                    NO,  OK,    NO,   OK,     OK),
    ("select from ledger.tile",                                    NO,  OK,    NO,   OK,     OK),
    ("select from ledger.checkpoint",                              NO,  OK,    NO,   OK,     OK),
    ("select from ledger.cosignature",                             NO,  NO,    NO,   OK,     OK),
    ("update ledger.event set level = 1",                          NO,  NO,    NO,   NO,     NO),
    ("delete from ledger.event",                                   NO,  NO,    NO,   NO,     NO),
    ("update ledger.event_{shard} set level = 1",                  NO,  NO,    NO,   NO,     NO),
    ("delete from ledger.event_{shard}",                           NO,  NO,    NO,   NO,     NO),
    ("truncate ledger.event",                                      NO,  NO,    NO,   NO,     NO),
    ("truncate ledger.event_{shard}",                              NO,  NO,    NO,   NO,     NO),
    ("truncate ledger.leaf",                                       NO,  NO,    NO,   NO,     NO),
    ("truncate ledger.checkpoint",                                 NO,  NO,    NO,   NO,     NO),
    ("truncate ledger.detail",                                     NO,  NO,    NO,   NO,     NO),
    ("truncate ledger.shard",                                      NO,  NO,    NO,   NO,     NO),
    ("insert into ledger.leaf values ({shard}, 0, gen_random_uuid()) ;;"
     " update ledger.leaf set idx = 1",                            NO,  NO,    NO,   NO,     NO),
    ("insert into ledger.leaf values ({shard}, 0, gen_random_uuid()) ;;"
     " delete from ledger.leaf",                                   NO,  NO,    NO,   NO,     NO),
    ("insert into ledger.checkpoint values ({shard}, 1, '', '', 1, '1') ;;"
     " update ledger.checkpoint set size = 2",                     NO,  NO,    NO,   NO,     NO),
    ("insert into ledger.checkpoint values ({shard}, 1, '', '', 1, '1') ;;"
     " delete from ledger.checkpoint",                             NO,  NO,    NO,   NO,     NO),
    ("insert into ledger.leaf values ({shard}, 0, gen_random_uuid())",  NO, OK, NO,  OK,     OK),
    ("insert into ledger.tile values ({shard}, 0, 0, 1, sha256(''))",   NO, OK, NO,  OK,     OK),
    ("insert into ledger.checkpoint values ({shard}, 1, '', '', 1, '1')", NO, OK, NO, OK,    OK),
    ("update ledger.tile set w = 1, data = sha256('')",            NO,  OK,    NO,   OK,     OK),
    ("update ledger.tile set n = 1",                               NO,  NO,    NO,   OK,     OK),
    (f"{DETAIL} values (gen_random_uuid(), 0, sha256(''), '', '', '', 1)", OK, NO, NO, OK,  OK),
    ("insert into ledger.detail (event_id, part, commitment, hold)"
     " values (gen_random_uuid(), 0, sha256(''), true)",           NO,  NO,    NO,   OK,     OK),
    ("update ledger.detail set ct = null",                         NO,  NO,    NO,   OK,     OK),
    ("update ledger.detail set commitment = sha256('x')",          NO,  NO,    NO,   NO,     NO),
    ("delete from ledger.detail",                                  NO,  NO,    NO,   NO,     NO),
    ("insert into ledger.subject_ref values ('x', gen_random_uuid())", OK, NO, NO,   OK,     OK),
    ("delete from ledger.subject_ref",                             NO,  NO,    NO,   OK,     OK),
    ("update ledger.shard set origin = 'x'",                       NO,  NO,    NO,   NO,     NO),
    ("alter table ledger.event disable trigger all",               NO,  NO,    NO,   OK,     OK),
    ("alter table ledger.event disable trigger only_added",        NO,  NO,    NO,   OK,     OK),
    ("drop table ledger.event_{shard}",                            NO,  NO,    NO,   OK,     OK),
    ("drop schema ledger cascade",                                 NO,  NO,    NO,   OK,     OK),
    ("create table ledger.mine (n int)",                           NO,  NO,    NO,   OK,     OK),
    ("create or replace function ledger.refuse() returns trigger language plpgsql as"
     " 'begin return new; end'",                                   NO,  NO,    NO,   OK,     OK),
    ("select ledger.refuse()",                                     NO,  NO,    NO,   "0A000", "0A000"),
    (f"{APPEND}",                                                  OK,  NO,    OK,   OK,     OK),
    ("select ledger.open_shard('n09', 'takuso', 2026)",            OK,  NO,    OK,   OK,     OK),
    ("select ledger.check_reading(gen_random_uuid())",     NO,  NO,    NO,   NO,     NO),
    ("set role ledger_owner",                                      NO,  NO,    OK,   OK,     OK),
    ("set synchronous_commit = off",                               OK,  OK,    OK,   OK,     OK),
]  # fmt: skip


@pytest.fixture(scope="module")
def shard(ledger):
    with psycopg.connect(url_of("dba", database())) as dba:
        return dba.execute("select shard from ledger.shard where system = 'takuso'").fetchone()[0]


def database():
    return str(connection.settings_dict["NAME"])


def answer_to(statement, role):
    login = "owner" if role == "ledger_owner" else role
    with psycopg.connect(url_of(login, database())) as connected:
        if role == "ledger_owner":
            connected.execute("set role ledger_owner")
        try:
            for each in statement.split(" ;; "):
                connected.execute(each)
        except psycopg.Error as error:
            return error.sqlstate
        finally:
            connected.rollback()
    return OK


@pytest.mark.parametrize("number", range(len(ROLES)), ids=ROLES)
@pytest.mark.parametrize("line", MATRIX, ids=lambda line: line[0][:60])
def test_the_answer_to_each_statement_as_each_role(line, number, shard):
    statement, *expected = line

    assert (
        answer_to(statement.format(shard=shard, event=EVENT_ID, leaf=LEAF), ROLES[number])
        == expected[number]
    )


def test_the_matrix_is_not_small():
    assert len(MATRIX) >= 40
    assert all(len(line) == 1 + len(ROLES) for line in MATRIX)


def test_every_partition_is_guarded_like_its_parent(shard):
    with psycopg.connect(url_of("dba", database())) as dba:
        rows = dba.execute(
            "select c.relname, array_agg(t.tgname::text order by t.tgname) from pg_class c"
            " join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'ledger'"
            " join pg_trigger t on t.tgrelid = c.oid and t.tgenabled in ('O', 'A')"
            " where c.relname like 'event%' group by c.relname"
        ).fetchall()

    assert len(rows) > 1
    assert {tuple(triggers) for _, triggers in rows} == {
        ("force_sync", "is_leaf", "never_emptied", "only_added")
    }


def test_a_session_that_asks_for_less_is_made_durable_all_the_same(shard):
    with psycopg.connect(url_of("app", database())) as app:
        app.execute("set synchronous_commit = off")
        app.execute(f"{EVENT} {VALUES.format(shard=shard, event=EVENT_ID, leaf=LEAF)}")
        app.execute("set constraints all immediate")
        assert app.execute("show synchronous_commit").fetchone() == ("local",)
        app.rollback()


def test_the_twin_without_the_trigger_stays_undurable(shard):
    with psycopg.connect(url_of("dba", database())) as dba:
        dba.execute("alter table ledger.event disable trigger force_sync")
        dba.execute("set synchronous_commit = off")
        dba.execute(f"{EVENT} {VALUES.format(shard=shard, event=EVENT_ID, leaf=LEAF)}")
        dba.execute("set constraints all immediate")
        assert dba.execute("show synchronous_commit").fetchone() == ("off",)
        dba.rollback()


@pytest.mark.parametrize("forbidden", ["SET CONSTRAINTS", "ON CONFLICT", "DISABLE TRIGGER"])
def test_the_words_that_would_get_around_it_stand_nowhere_in_the_code(forbidden):
    from pathlib import Path

    import sekisho_links.ledger
    import sekisho_web.ledger

    for package in (sekisho_links.ledger, sekisho_web.ledger):
        for path in Path(package.__file__).parent.rglob("*.py"):
            assert forbidden not in path.read_text().upper(), path


READ = (
    "select * from ledger.read_records(%s, array[1], '2000-01-01', '2200-01-01',"
    " null, null, null, null, null, 100)"
)
READING = """{{"id": "{0}", "k": "ledger_read"}}"""


def test_the_ledger_shows_nothing_before_the_reading_stands_committed(shard):
    number = uuid4()
    with psycopg.connect(url_of("app", database())) as app:
        app.execute(
            f"{EVENT} values (%s, %s, 1, convert_to(%s, 'UTF8'))",
            [shard, number, READING.format(number)],
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(READ, [number])
        app.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(READ, [number])


def test_the_reading_that_stands_opens_the_ledger(shard):
    number = uuid4()
    with psycopg.connect(url_of("app", database()), autocommit=True) as app:
        app.execute(
            f"{EVENT} values (%s, %s, 1, convert_to(%s, 'UTF8'))",
            [shard, number, READING.format(number)],
        )
        app.execute(READ, [number])


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\xff\xff", id="文字でない"),
        pytest.param(b"[]", id="組でない"),
        pytest.param(b'{"id": "0190a7a0-0000-7000-8000-000000000002"}', id="別の番号"),
        pytest.param(
            '{"id": "0190a7a0-0000-7000-8000-000000000001", "k": "閲"}'.encode(), id="ASCIIでない"
        ),
    ],
)
def test_what_is_no_leaf_never_gets_in(shard, body):
    with psycopg.connect(url_of("app", database())) as app:
        with pytest.raises(psycopg.errors.DataError):
            app.execute(f"{EVENT} values (%s, {EVENT_ID}, 1, %s)", [shard, body])
        app.rollback()


def test_nothing_is_added_to_a_record_that_stands(shard):
    number = uuid4()
    detail = "insert into ledger.detail (event_id, part, commitment) values (%s, 77, sha256('x'))"
    with psycopg.connect(url_of("app", database()), autocommit=True) as app:
        app.execute(
            f"{EVENT} values (%s, %s, 1, convert_to(%s, 'UTF8'))",
            [shard, number, READING.format(number)],
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(detail, [number])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("insert into ledger.subject_ref values ('x', %s)", [number])
