"""Whoever touches the ledger past its guards is found, and the fault says where."""

# ruff: noqa: ISC004  # statements of one line or two

import json

import psycopg
import pytest
import typer
from psycopg import sql
from typer.testing import CliRunner

from sekisho.ledger.leaves import OwnerClass
from sekisho_cli import ledger
from sekisho_links.ledger.examine import examine
from sekisho_links.ledger.keys import Keys
from sekisho_links.ledger.writing import Subject
from tests.links.ledger.conftest import look

RECORDS = 5

# what a superuser may do when nobody looks: the mischief, and what the fault says
MISCHIEF = {
    "葉の1文字": (
        "update ledger.event set body = overlay(body placing '\\x39' from 2) where id = 2",
        "葉が正しい形ではありません",
    ),
    "葉の数字": (
        "update ledger.event set body = convert_to(replace(convert_from(body, 'UTF8'),"
        ' \'"n":{"rival":2}\', \'"n":{"rival":3}\'), \'UTF8\') where id = 2',
        None,  # a leaf that is right in itself: only its seal will tell
    ),
    "葉の入れ替え": (
        "update ledger.event e set body = o.body from ledger.event o"
        " where e.id in (2, 3) and o.id in (2, 3) and o.id <> e.id",
        "ほかの番号のもの",
    ),
    "強さ": ("update ledger.event set level = 2 where id = 2", "強さが葉と違います"),
    "時刻": (
        "update ledger.event set at = at - interval '1 hour' where id = 3",
        "1分以上早い時刻",
    ),
    "発番": (
        "with gone as (delete from ledger.event where id = 2 returning *)"
        " insert into ledger.event (id, shard, event_id, level, body, at)"
        " overriding system value select 9999, shard, event_id, level, body, at from gone",
        "発番していない番号",
    ),
    "記録を消す": ("delete from ledger.event where id = 2", "記録のない詳細"),
    "詳細を消す": (
        "delete from ledger.detail d using ledger.event e"
        " where d.event_id = e.event_id and e.id = 2 and part = 1",
        "詳細の数が合いません",
    ),
    "詳細の入れ替え": (
        "update ledger.detail d set commitment = o.commitment, salt = o.salt, nonce = o.nonce,"
        " ct = o.ct, key_id = o.key_id from ledger.detail o, ledger.event e, ledger.event f"
        " where d.event_id = e.event_id and e.id = 2 and o.event_id = f.event_id and f.id = 3"
        " and d.part = o.part",
        "約束値が葉と合いません",
    ),
    "詳細の順": (
        "update ledger.detail set part = part + 10 where part > 0;"
        " update ledger.detail set part = case part when 11 then 2 else 1 end where part > 10",
        "詳細の順が違います",
    ),
    "暗号文": (
        "update ledger.detail set ct = overlay(ct placing '\\x00' from 1) where part = 1",
        "暗号文が書き換えられています",
    ),
    "塩": (
        "update ledger.detail set salt = sha256('x') where part = 1",
        "内容が約束値と合いません",
    ),
    "塩だけ消す": ("update ledger.detail set salt = null where part = 1", "一部だけが消されて"),
    "ほかの区画へ": (
        "update ledger.shard set origin = 'sekisho.n09.example/callcenter/fy2026'",
        "ほかの区画",
    ),
}
OPENED = {
    "守りを止める": (
        "alter table ledger.event disable trigger only_added",
        "only_added が外れているか止められています",
    ),
    "区画の守りを外す": ("drop trigger never_emptied on ledger.event_1", "never_emptied"),
    "守りの中身": (
        "create or replace function ledger.refuse() returns trigger language plpgsql as"
        " 'begin return new; end'",
        "関数が書き換えられています",
    ),
    "関数を足す": (
        "create function ledger.back_door() returns int language sql as 'select 1'",
        "関数が書き換えられています",
    ),
    "権限を足す": ("grant select on ledger.event to sekisho_app", "SELECT が与えられています"),
    "列の権限を足す": (
        "grant insert (at) on ledger.event to sekisho_app",
        "ledger.event at: sekisho_app に INSERT",
    ),
    "権限を減らす": ("revoke insert on ledger.subject_ref from sekisho_app", "がありません"),
    "実行を足す": ("grant execute on function ledger.refuse to public", "public に実行"),
    "持ち主": ("alter table ledger.tile owner to sekisho_owner", "持ち主が"),
    "切り離し": ("alter table ledger.event detach partition ledger.event_1", "切り離されて"),
}


@pytest.fixture
def written(recorder):
    for n in range(RECORDS):
        subjects = [Subject(key=f"takuso:{m}", details={"record": f"{m}"}) for m in range(n, n + 2)]
        recorder.record(
            look(rows={OwnerClass.RIVAL: 2}, seen={OwnerClass.RIVAL: 1}, subjects=subjects)
        )


@pytest.fixture
def examined(server, database, home):
    def examine_now():
        url = server.url("owner", database=database)
        with psycopg.connect(url, autocommit=True) as owner:
            return examine(owner, keys=Keys(home / "keys"))

    return examine_now


def past_the_guards(dba, statement):
    dba.execute("set session_replication_role = replica")
    dba.execute(sql.SQL(statement))
    dba.execute("reset session_replication_role")


def test_a_ledger_that_nobody_touched_is_sound(written, examined):
    findings = examined()

    assert findings.faults == []
    assert findings.gaps == 0
    (shard,) = findings.shards
    assert (shard.origin, shard.records, shard.details) == (
        "sekisho.n09.example/takuso/fy2026",
        RECORDS,
        3 * RECORDS,
    )


@pytest.mark.parametrize("name", MISCHIEF)
def test_what_was_changed_is_found(written, examined, dba, name):
    statement, words = MISCHIEF[name]
    past_the_guards(dba, statement)

    faults = [str(fault) for fault in examined().faults]

    assert any(words in fault for fault in faults) if words else not faults
    assert all(fault.endswith("ください") for fault in faults)


@pytest.mark.parametrize("name", OPENED)
def test_a_guard_that_was_opened_is_found(written, examined, dba, name):
    statement, words = OPENED[name]
    past_the_guards(dba, statement)

    assert any(words in str(fault) for fault in examined().faults)


def test_a_key_that_is_gone_is_found(written, examined, home):
    for path in (home / "keys").glob("details.sqlite*"):
        path.unlink()

    assert any("鍵がない" in fault.problem for fault in examined().faults)


def test_what_was_erased_as_a_whole_is_counted_and_no_fault(written, examined, dba):
    past_the_guards(
        dba,
        "update ledger.detail set salt = null, nonce = null, ct = null, key_id = null"
        " where part = 1",
    )

    findings = examined()

    assert findings.faults == []
    assert findings.shards[0].erased == RECORDS


def test_numbers_of_withdrawn_records_are_counted_and_no_fault(written, recorder, examined, dba):
    for _ in range(2):  # given out, and withdrawn
        dba.execute("begin")
        dba.execute(
            "insert into ledger.event (shard, event_id, level, body)"
            " select 1, u, 1, convert_to(json_build_object('id', u)::text, 'UTF8')"
            " from gen_random_uuid() u"
        )
        dba.execute("rollback")
    recorder.record(look())

    findings = examined()

    assert findings.faults == []
    assert findings.gaps == 2


def command():
    app = typer.Typer()
    ledger.register(app)
    return app


@pytest.fixture
def verify(server, database, home):
    def run(*more, role="owner"):
        url = server.url(role, database=database)
        arguments = ["ledger", "verify", "--home", str(home), "--owner-url", url, *more]
        return CliRunner().invoke(command(), arguments)

    return run


def test_the_command_says_that_all_is_well(written, verify):
    done = verify()

    assert done.exit_code == 0
    assert f"異常なし（記録 {RECORDS} 件）" in done.stdout
    assert json.loads(verify("--json").stdout) == {
        "sound": True,
        "records": RECORDS,
        "gaps": 0,
        "shards": [
            {
                "origin": "sekisho.n09.example/takuso/fy2026",
                "records": RECORDS,
                "details": 3 * RECORDS,
                "erased": 0,
            }
        ],
        "faults": [],
    }


def test_the_command_names_the_fault_and_its_place(written, verify, dba):
    past_the_guards(dba, MISCHIEF["塩"][0])

    done = verify()

    assert done.exit_code == 1
    assert "内容が約束値と合いません" in done.stdout
    assert "番号 1" in done.stdout
    assert json.loads(verify("--json").stdout)["sound"] is False


@pytest.mark.parametrize("role", ["app", "sealer"])
def test_the_command_needs_the_owner(written, verify, role):
    done = verify(role=role)

    assert done.exit_code == 2
    assert "読めません（42501）" in done.stderr


def test_the_command_says_where_there_is_no_ledger(tmp_path):
    done = CliRunner().invoke(
        command(), ["ledger", "verify", "--home", str(tmp_path / "x")],
        env={"SEKISHO_DATABASE_OWNER_URL": ""},
    )  # fmt: skip

    assert done.exit_code == 2
    assert "sekisho demo" in done.stderr
