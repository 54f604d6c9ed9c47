"""What the application's role may not even try, whatever its code does."""

import psycopg
import pytest

from tests.records.accounts.around import sql

NEVER = {  # table -> what the application may not do to it
    "accounts_appointmentpast": "INSERT UPDATE DELETE",
    "accounts_appointment": "UPDATE DELETE",
    "accounts_orderline": "UPDATE DELETE",
    "accounts_hold": "DELETE",
    "accounts_account": "DELETE",
    "accounts_authenticator": "DELETE",
    "accounts_push": "DELETE",
    "accounts_movement": "DELETE",
    "accounts_feedbatch": "DELETE",
    "accounts_ticket": "DELETE",
    "accounts_rotation": "DELETE",
    "accounts_checkout": "DELETE",
    "accounts_accountreview": "DELETE",
    "accounts_accountrequest": "DELETE",
    "accounts_batchconfirmation": "DELETE",
}
HOW = {
    "INSERT": "INSERT INTO {} DEFAULT VALUES",
    "UPDATE": "UPDATE {} SET id = id",
    "DELETE": "DELETE FROM {}",
    "TRUNCATE": "TRUNCATE {}",
}
CASES = [(table, act) for table, acts in NEVER.items() for act in (*acts.split(), "TRUNCATE")]


@pytest.mark.parametrize(("table", "act"), CASES)
def test_the_application_may_not(table, act, as_app):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_app.execute(HOW[act].format(table))


def test_the_application_owns_and_switches_off_nothing(as_app):
    for statement in (
        "ALTER TABLE accounts_hold DISABLE TRIGGER ALL",
        "ALTER TABLE accounts_account DROP CONSTRAINT account_one_open_a_person_and_system",
        "DROP TRIGGER remember ON accounts_appointmentterm",
        "SET session_replication_role = 'replica'",
        "SET ROLE sekisho_owner",
        "CREATE TABLE accounts_mine (id int)",
    ):
        with pytest.raises(psycopg.Error) as caught:
            as_app.execute(statement)
        as_app.rollback()
        assert caught.value.diag.sqlstate in {"42501", "2BP01", "42P17"}, statement


def test_no_table_can_be_emptied_and_none_gets_a_trigger_of_the_application(db):
    open_ones = sql(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND (has_table_privilege('sekisho_app', oid, 'TRUNCATE')"
        " OR has_table_privilege('sekisho_app', oid, 'TRIGGER'))"
    )

    assert open_ones == []
