"""Who may do what in the embedded server, and what its log says of it."""

from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from sekisho_links.postgres import LOGINS, OWNERS, Supervisor, refusal_to_serve


@pytest.fixture(scope="module")
def endpoint(lasting_home):
    with Supervisor(lasting_home, durable=False) as found:
        yield found


def test_the_socket_is_the_only_way_in(endpoint):
    with psycopg.connect(endpoint.url("dba")) as dba:
        assert dba.execute("show listen_addresses").fetchone() == ("",)
        rules = dba.execute("select distinct type, auth_method from pg_hba_file_rules").fetchall()
    assert set(rules) == {("local", "scram-sha-256"), ("host", "reject")}


@pytest.mark.parametrize("role", ["dba", *LOGINS])
def test_nobody_comes_in_without_the_password(endpoint, role):
    right = endpoint.url(role)
    wrong = right.replace(endpoint.passwords[role], "guessed")

    psycopg.connect(right).close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_only_dba_is_a_superuser_and_nobody_else_can_pass_the_row_security(endpoint):
    with psycopg.connect(endpoint.url("dba")) as dba:
        rows = dba.execute(
            "select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcanlogin from pg_roles"
            " where rolname like any (array['sekisho%', 'ledger%'])"
        ).fetchall()
    found = {name: flags for name, *flags in rows}

    assert found.pop("sekisho_dba")[0] is True
    assert set(found) == {*OWNERS, *(f"sekisho_{name}" for name in LOGINS)}
    for name, (is_super, bypasses, makes_roles, logs_in) in found.items():
        assert not any([is_super, bypasses, makes_roles]), name
        assert logs_in is (name not in OWNERS), name


def test_the_owner_holds_the_ledger_only_when_it_says_so(endpoint):
    with psycopg.connect(endpoint.url("owner")) as owner:
        owner.execute("create schema aloud authorization ledger_owner")
        with pytest.raises(errors.InsufficientPrivilege), owner.transaction():
            owner.execute("create table aloud.silent (n int)")
        owner.execute("set local role ledger_owner")
        owner.execute("create table aloud.said (n int)")
        owner.rollback()


@pytest.mark.parametrize("role", ["app", "sealer"])
@pytest.mark.parametrize(
    "statement",
    [
        "create temp table t (n int)",
        "create table public.t (n int)",
        "create schema s",
        "set role ledger_owner",
        "set role sekisho_owner",
        "set session_replication_role = replica",
        "copy (select 1) to program 'true'",
        "select pg_read_file('postgresql.conf')",
        "alter role sekisho_app bypassrls",
        "create extension vector",
        "select pg_reload_conf()",
        "create role another",
    ],
)
def test_the_login_roles_of_the_product_can_do_none_of_this(endpoint, role, statement):
    with psycopg.connect(endpoint.url(role)) as connection:
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(statement)
        connection.rollback()


def test_the_application_may_use_the_owners_tables_and_run_none_of_its_functions(endpoint):
    with psycopg.connect(endpoint.url("owner")) as owner:
        owner.execute("create table shared (id bigint generated always as identity, n int)")
        owner.execute("create function secret() returns int language sql as 'select 1'")
    with psycopg.connect(endpoint.url("app"), autocommit=True) as app:
        app.execute("insert into shared (n) values (1)")
        app.execute("update shared set n = 2")
        assert app.execute("select n from shared").fetchall() == [(2,)]
        app.execute("delete from shared")
        with pytest.raises(errors.InsufficientPrivilege):
            app.execute("select secret()")
        with pytest.raises(errors.InsufficientPrivilege):
            app.execute("drop table shared")


@pytest.mark.parametrize(
    ("role", "reason"), [("dba", "superuser"), ("owner", None), ("app", None), ("sealer", None)]
)
def test_pages_are_not_served_by_somebody_who_sees_everything(endpoint, role, reason):
    with psycopg.connect(endpoint.url(role)) as connection:
        refusal = refusal_to_serve(connection)

    assert (reason in refusal.reason) if reason else refusal is None


def test_pages_are_not_served_by_a_role_that_passes_the_row_security(endpoint):
    with psycopg.connect(endpoint.url("dba")) as dba:
        dba.execute("create role passes bypassrls")
        dba.execute("set local role passes")
        refusal = refusal_to_serve(dba)
        dba.rollback()

    assert "BYPASSRLS" in refusal.reason
    assert refusal.remedy


def test_an_older_server_does_not_serve(endpoint):
    class Old:
        class info:  # noqa: N801
            server_version = 170004

    assert "17" in refusal_to_serve(Old).reason


def test_what_a_failing_row_holds_does_not_reach_the_log(endpoint, lasting_home):
    with psycopg.connect(endpoint.url("owner"), autocommit=True) as owner:
        owner.execute("create table people (name text, age int check (age > 0))")
        with pytest.raises(errors.CheckViolation):
            owner.execute("insert into people values ('九陽花子', -1)")
        with pytest.raises(errors.SyntaxError):
            owner.execute("select '九陽花子' nonsense from from")
    with psycopg.connect(endpoint.url("dba"), autocommit=True) as dba:
        dba.execute("select pg_rotate_logfile()")
    said = "".join(path.read_text() for path in Path(lasting_home / "postgres/data/log").iterdir())

    assert "people_age_check" in said
    assert "九陽花子" not in said


@pytest.mark.parametrize("name", ["conninfo.json", "postgres/passwords.json"])
def test_passwords_are_for_this_user_only(endpoint, lasting_home, name):
    assert (lasting_home / name).stat().st_mode & 0o777 == 0o600
    assert endpoint.passwords["app"] not in repr(endpoint)
