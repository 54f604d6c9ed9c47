"""A record is durable, or the caller is told that it is not, before the deadline."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import monotonic, sleep

import psycopg
import pytest

from sekisho.ledger.leaves import read_leaf
from sekisho_links.ledger import circuit, connections
from sekisho_links.ledger.errors import NoLongerAllowed, NotRecorded
from sekisho_links.ledger.keys import Keys
from sekisho_links.ledger.recorder import Recorder, Still, Unchanged
from tests.links.ledger import twins
from tests.links.ledger.conftest import look

SLACK = 0.3
STILL = Still(table="people", key=7, column="session_epoch", value=1)


def count(dba):
    return dba.execute("select count(*) from ledger.event").fetchone()[0]


def spoil(dba, act):
    """Let every insertion into the ledger also do `act`, as a fault of the database would."""
    dba.execute(
        "create or replace function ledger.spoil() returns trigger language plpgsql as"
        f" $$begin {act}; return new; end$$"
    )
    dba.execute(
        "create trigger spoil before insert on ledger.event"
        " for each row execute function ledger.spoil()"
    )


def test_a_record_is_there_for_everybody_when_record_returns(recorder, dba):
    receipt = recorder.record(look())

    ((event_id, body),) = dba.execute("select event_id, body from ledger.event").fetchall()
    assert event_id == receipt.id
    assert read_leaf(bytes(body))["n"] == {"rival": 1}
    assert dba.execute("select count(*) from ledger.detail").fetchone() == (2,)
    assert dba.execute("select count(*) from ledger.subject_ref").fetchone() == (1,)


def test_no_name_and_no_number_stands_in_the_database(recorder, dba):
    recorder.record(look())

    stored = b"".join(
        bytes(value)
        for table, columns in (
            ("event", "body"),
            ("detail", "commitment, salt, nonce, ct"),
            ("subject_ref", "tag"),
        )
        for row in dba.execute(f"select {columns} from ledger.{table}").fetchall()
        for value in row
    )
    assert "架空太郎".encode() not in stored
    assert b"0901" not in stored


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("raise exception 'no' using errcode = '53100'", "53100"),
        ("raise warning 'canceling wait for synchronous replication'", "警告"),
        ("perform pg_terminate_backend(pg_backend_pid())", "接続断|57P01"),
        ("return null", "数が合いません"),
    ],
    ids=["容量切れ", "予備機の警告", "接続断", "行数0"],
)
def test_whatever_is_unclear_is_not_recorded(recorder, dba, act, words):
    recorder.record(look())
    spoil(dba, act)

    with pytest.raises(NotRecorded, match=words) as error:
        recorder.record(look())

    assert error.value.remedy
    assert error.value.retry_after > 0


def test_the_twin_that_hears_no_warning_believes_that_it_recorded(recorder, dba, monkeypatch):
    monkeypatch.setattr(connections, "Line", twins.HearsNoWarning)
    spoil(dba, "raise warning 'canceling wait for synchronous replication'")

    recorder.record(look())


def test_the_outcome_of_a_failure_is_unknown_so_nothing_is_tried_twice(recorder, dba):
    recorder.record(look())
    spoil(dba, "raise warning 'doubt'")
    with pytest.raises(NotRecorded):
        recorder.record(look())
    assert count(dba) == 2  # a record without a view is allowed

    with pytest.raises(NotRecorded):
        twins.tries_twice(recorder.record)(look())
    assert count(dba) == 4  # the twin leaves two for one look


def test_a_database_that_keeps_us_waiting_is_left_at_the_deadline(recorder, server, database):
    recorder.record(look())
    with psycopg.connect(server.url("dba", database=database)) as other:
        other.execute("lock table ledger.event in access exclusive mode")
        began = monotonic()

        with pytest.raises(NotRecorded, match="時間内"):
            recorder.record(look(), deadline=0.5)

        assert 0.5 <= monotonic() - began < 0.5 + SLACK
        other.rollback()
    recorder.record(look())


def test_the_twin_without_a_watchdog_comes_too_late(recorder, server, database, monkeypatch):
    recorder.record(look())
    recorder.watchdog = twins.NoWatchdog()
    with psycopg.connect(server.url("dba", database=database)) as other:
        other.execute("lock table ledger.event in access exclusive mode")
        threading.Timer(1.5, other.rollback).start()

        seconds = twins.seconds_of(lambda: recorder.record(look(), deadline=0.5))

        assert seconds > 0.5 + SLACK
        sleep(0.1)


def test_a_person_who_is_stopped_while_we_record_is_seen_to_be_stopped(
    recorder, server, database, dba
):
    recorder.record(look(), still=STILL)
    with psycopg.connect(server.url("dba", database=database)) as stopping:
        stopping.execute("update people set session_epoch = 2 where id = 7")
        threading.Timer(0.3, stopping.commit).start()

        with pytest.raises(NoLongerAllowed):
            recorder.record(look(), still=STILL)
        sleep(0.1)

    assert count(dba) == 1
    assert dba.execute("select count(*) from ledger.detail").fetchone() == (2,)


BEFORE, LATER = datetime(2020, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
FACTS = "select string_agg(session_epoch::text, ',') from people where id = %(who)s"


def unchanged(**other):
    said = {"text": FACTS, "arguments": {"who": 7}, "digest": "1", "until": LATER}
    return Unchanged(**said | other)


def test_what_a_look_rests_on_is_asked_again_in_the_statement_that_records_it(recorder, dba):
    recorder.record(look(), still=STILL, unchanged=unchanged())
    recorder.record(look(), unchanged=unchanged(until=None))

    for changed in (
        unchanged(digest="0"),
        unchanged(arguments={"who": 8}),
        unchanged(until=BEFORE),
    ):
        with pytest.raises(NoLongerAllowed):
            recorder.record(look(), still=STILL, unchanged=changed)
        with pytest.raises(NoLongerAllowed):
            recorder.record(look(), unchanged=changed)

    assert count(dba) == 2


def test_somebody_who_is_stopped_opens_no_circuit(recorder):
    gone = Still(table="people", key=7, column="session_epoch", value=0)
    for _ in range(2 * circuit.FAILURES):
        with pytest.raises(NoLongerAllowed):
            recorder.record(look(), still=gone)

    recorder.record(look(), still=STILL)


def test_after_three_failures_the_answer_comes_at_once_and_one_a_second_asks(recorder, dba):
    recorder.record(look())
    spoil(dba, "raise exception 'no'")
    for _ in range(circuit.FAILURES):
        with pytest.raises(NotRecorded, match="P0001"):
            recorder.record(look())

    with pytest.raises(NotRecorded, match="続けて失敗"):
        recorder.record(look())
    dba.execute("drop trigger spoil on ledger.event")
    sleep(circuit.PROBE)
    recorder.record(look())  # the one that asks
    recorder.record(look())  # and everybody after it


def test_what_no_leaf_can_say_is_not_recorded_and_is_nobodys_failure(recorder):
    for _ in range(2 * circuit.FAILURES):
        with pytest.raises(NotRecorded, match="not ASCII"):
            recorder.record(look(screen="詳細"))

    recorder.record(look())


def test_level_two_needs_a_second_host(recorder):
    with pytest.raises(NotRecorded, match="55000"):
        recorder.record(look(level=2))


def test_keys_that_cannot_be_used_stop_the_record(server, database, home):
    (home / "keys").write_text("not a folder")
    recorder = Recorder(server.url("app", database=database), keys=Keys(home / "keys"))

    with pytest.raises(NotRecorded, match="鍵"):
        recorder.record(look())
    recorder.close()


def test_connections_that_the_server_has_closed_are_not_used(recorder, dba, monkeypatch):
    def end_them():
        dba.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'sekisho-recorder' and datname = current_database()"
        )
        sleep(0.1)

    recorder.record(look())
    end_them()
    recorder.record(look())

    monkeypatch.setattr(connections, "Line", twins.TrustsIdleLines)
    end_them()
    recorder.record(look())  # a line of the twin is made
    end_them()
    with pytest.raises(NotRecorded):
        recorder.record(look())


def test_many_threads_share_few_connections_and_lose_nothing(recorder, dba):
    with ThreadPoolExecutor(12) as threads:
        receipts = list(threads.map(lambda _: recorder.record(look()), range(120)))

    assert len({receipt.id for receipt in receipts}) == count(dba) == 120
    open_lines = dba.execute(
        "select count(*) from pg_stat_activity where application_name = 'sekisho-recorder'"
        " and datname = current_database()"
    ).fetchone()[0]
    assert open_lines <= 4


def test_a_database_that_is_not_there_is_not_waited_for(home):
    url = "postgres://sekisho_app:x@/sekisho?host=/nonexistent"
    recorder = Recorder(url, keys=Keys(home / "keys"), deadline=0.3)
    began = monotonic()

    with pytest.raises(NotRecorded, match="つながりません"):
        recorder.record(look())

    assert monotonic() - began < 0.3 + SLACK
    recorder.close()
