"""The self-check finds every deliberately broken twin, and finds nothing where nothing is wrong."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone
from typer.testing import CliRunner

from sekisho.campaigns.findings import Kind
from sekisho_cli.main import app
from sekisho_links import shipped
from sekisho_links.gate.install import RECORD, RULE, acting
from sekisho_links.policy.folders import files_in, shipped_policy
from sekisho_web.campaigns.models import Finding
from sekisho_web.ledger import recording
from sekisho_web.policy import operations as tables
from sekisho_web.policy import versions
from sekisho_web.policy.models import Publication
from sekisho_web.replay import checking, operations
from sekisho_web.replay.models import SelfCheck
from tests.doors.gate.people import enter
from tests.doors.replay.nights import DESK, borrower, later, made, owner, recorded, run
from tests.factories import somebody
from tests.links.gate.worlds import number_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate")]

FILES = files_in(shipped("tables"))


# --- a site in order ---------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["effects", "columns", "version", "invariants", "masks", "endings"])
def test_a_site_in_order_differs_in_nothing(key):
    outcome = made(key)

    assert (outcome.mismatches, outcome.problem, outcome.found) == (0, "", [])
    assert outcome.n or outcome.note


def test_a_run_is_kept_and_entered_in_the_ledger(monkeypatch):
    entered = []
    monkeypatch.setattr("sekisho_web.ledger.operations.append", lambda **said: entered.append(said))

    check = run(most=100)

    check.refresh_from_db()
    assert [said["key"] for said in check.checks] == [key for key, _ in operations.CHECKS]
    assert not any(said["problem"] for said in check.checks)
    assert check.version == versions.live_hash()
    assert check.ended_at >= check.started_at
    assert entered[-1]["details"]["act"] == "照合"
    assert set(entered[-1]["details"]["found"]) == {key for key, _ in operations.CHECKS}


# --- records decided again ---------------------------------------------------------------------


def test_a_real_look_agrees_with_its_version(client):
    before = made("records")
    enter(client, "関係小売営業")
    answer = client.post("/look/tk/120", {"supply_point_no": number_of(9)})
    page = client.get(answer["Location"])
    assert number_of(9) in page.text

    after = made("records")

    assert after.n >= before.n + 2
    assert after.mismatches == before.mismatches


def test_a_record_whose_released_form_is_not_what_the_table_says_is_found():
    held = {**DESK, "アカウント状態": "停止中"}
    number = recorded({"customer_name": "shown"}, context=held)

    outcome = made("records")

    assert outcome.mismatches
    assert any(str(number) in example for example in outcome.examples)
    (found,) = [
        one for one in outcome.found if one.key.startswith("takuso") and "レコード" in one.key
    ]
    assert found.kind is Kind.RE_DECIDED
    assert "停止" not in found.sentence
    assert found.rules


def test_a_field_released_more_leniently_is_found_and_one_as_decided_is_not():
    name = "welfare_flag" if "welfare_flag" in _fields() else _hidden()
    before = made("records").mismatches
    recorded({name: "shown"})

    assert made("records").mismatches == before + 1


def test_a_record_of_a_version_that_is_not_kept_is_said_and_is_no_mismatch_of_a_row():
    recorded({"customer_name": "shown"}, table="e" * 64)

    outcome = made("records")

    assert any(one.key == "version:" + "e" * 12 for one in outcome.found)
    assert {one.kind for one in outcome.found if "version:" in one.key} == {Kind.UNCHECKED}


def test_a_record_is_decided_by_the_version_that_it_names():
    """Under tables in which nobody may see the row, the same record would be a mismatch."""
    name = "託送業務システム/判定表.csv"
    lines = FILES[name].decode().splitlines(keepends=True)
    without = "".join(line for line in lines if not line.startswith("C01,"))
    other = tables.keep(FILES | {name: without.encode()}, now=timezone.now())
    before = made("records").mismatches
    recorded({})
    assert made("records").mismatches == before

    recorded({}, table=other.pk)

    assert made("records").mismatches == before + 1


# --- rows, columns, masks, versions ------------------------------------------------------------


def test_a_tampered_effect_row_is_found():
    with acting(owner(), RULE):
        owner().execute(
            "update rule.takuso_effect set customer_name = 0 where ctid in"
            " (select ctid from rule.takuso_effect where customer_name > 0 limit 1)"
        )

    run(most=1)

    finding = Finding.objects.get(kind=Kind.EFFECT.value)
    assert finding.subject == "託送業務システム"
    assert "2 件" in finding.sentence  # one that is not decided so, one that is missing


def test_a_dropped_column_is_found():
    with acting(owner(), RECORD):
        owner().execute("alter table takuso.record drop column customer_name cascade")

    run(most=1)

    assert Finding.objects.get(kind=Kind.DRIFT.value).key == "takuso:customer_name"


def test_a_mask_that_shows_the_value_is_found():
    with acting(owner(), RULE):
        owner().execute(
            "create or replace function rule.m_family_name(v text) returns text"
            " language sql immutable return v"
        )

    run(most=1)

    assert "姓のみ" in Finding.objects.get(kind=Kind.MASK.value).sentence


def publish(version, **more):
    now = timezone.now()
    return Publication.objects.create(
        version=version, state="done", asked_at=now, live_at=now, **more
    )


def test_a_published_version_that_is_not_the_active_one_is_found():
    tables.keep(FILES, now=timezone.now())
    publish(tables.keep(FILES | {"見張り.csv": FILES["見張り.csv"] + b"\n"}, now=timezone.now()))

    run(most=1)

    assert Finding.objects.get(kind=Kind.VERSION.value).key == "最後に公開した版"


def test_an_active_version_that_is_not_the_loaded_one_is_found():
    night = {"owner": owner(), "keys": recording.keys(), "now": timezone.now(), "since": None}
    other = replace(shipped_policy(), hash="d" * 64)

    outcome = checking.version(checking.Night(policy=other, most=1, **night))

    assert [one.key for one in outcome.found] == ["執行している版"]


def test_an_invariant_that_does_not_hold_is_found():
    policy = shipped_policy()
    takuso = policy.systems["takuso"]
    fewer = tuple(rule for rule in takuso.rules if not rule.id.startswith("A"))
    broken = replace(
        policy,
        systems={**policy.systems, "takuso": replace(takuso, rules=fewer).with_rules(fewer)},
    )
    night = {"owner": owner(), "keys": recording.keys(), "now": timezone.now(), "since": None}

    outcome = checking.invariants(checking.Night(policy=broken, most=1, **night))

    assert outcome.mismatches
    assert {one.kind for one in outcome.found} == {Kind.INVARIANT}
    assert any(one.rules for one in outcome.found)


@pytest.mark.parametrize(
    ("days", "is_found"), [pytest.param(14, True, id="14日"), pytest.param(15, False, id="15日")]
)
def test_a_version_that_ends_within_two_weeks_is_found(days, is_found):
    ends = timezone.localdate(later()) + timedelta(days=days)
    publish(tables.keep(FILES, now=timezone.now()), ends_on=ends)

    outcome = made("endings")

    assert bool(outcome.found) is is_found


# --- the run itself ----------------------------------------------------------------------------


def test_a_check_that_cannot_be_made_is_a_finding_and_keeps_no_other_from_being_made(monkeypatch):
    def fails(_night):
        raise ValueError("a row with a name in it")

    checks = (("records", fails), *operations.CHECKS[1:])
    monkeypatch.setattr(operations, "CHECKS", checks)

    check = run()

    assert "ValueError" in check.checks[0]["problem"]
    assert "name" not in check.checks[0]["problem"]
    assert check.checks[1]["n"]
    assert Finding.objects.get(kind=Kind.UNCHECKED.value).key == "check:records"


def test_the_same_difference_on_two_nights_is_one_finding():
    borrower()
    run(most=1)
    run(most=1)

    assert Finding.objects.get(key="W01:people").times == 2


@pytest.mark.parametrize(
    ("started", "stands_since", "is_due"),
    [
        pytest.param(None, "2026-03-31T10:00", True, id="昨日からあり、まだ一度もない"),
        pytest.param(None, "2026-04-01T10:00", False, id="今朝できた"),
        pytest.param(None, None, False, id="版がまだない"),
        pytest.param("2026-04-01T02:00:00", "2026-03-01T10:00", False, id="今夜もう行った"),
        pytest.param("2026-04-01T01:59:59", "2026-03-01T10:00", True, id="昨夜のもの"),
    ],
)
def test_a_run_is_due_once_a_night(started, stands_since, is_due):
    now = datetime.fromisoformat("2026-04-01T12:00:00+09:00")
    if stands_since:
        tables.keep(FILES, now=datetime.fromisoformat(f"{stands_since}:00+09:00"))
    if started:
        at = datetime.fromisoformat(f"{started}+09:00")
        SelfCheck.objects.create(asked_at=at, started_at=at, ended_at=at)

    assert operations.due(now=now) is is_due


def test_before_two_at_night_the_night_before_counts():
    tables.keep(FILES, now=datetime.fromisoformat("2026-03-01T10:00:00+09:00"))
    at = datetime.fromisoformat("2026-03-31T02:00:05+09:00")
    SelfCheck.objects.create(asked_at=at, started_at=at, ended_at=at)

    assert not operations.due(now=datetime.fromisoformat("2026-04-01T01:59:59+09:00"))
    assert operations.due(now=datetime.fromisoformat("2026-04-01T02:00:00+09:00"))


def test_where_not_even_the_live_version_can_be_read_the_run_says_so(monkeypatch):
    def unreadable():
        raise versions.NotAsNamed("x")

    monkeypatch.setattr(versions, "live", unreadable)

    check = run()

    assert all("NotAsNamed" in said["problem"] for said in check.checks)
    assert check.ended_at


def test_what_was_asked_for_is_due_and_is_the_run_that_is_made():
    now = timezone.now()
    run(most=1)
    asked = operations.ask_self_check(by=somebody(compliance=True), now=now)
    again = operations.ask_self_check(by=somebody(compliance=True), now=now)

    assert asked == again
    assert operations.due(now=now)
    assert run(most=1).pk == asked.pk
    assert not operations.due(now=timezone.now())


def test_only_the_owner_carries_it_out(settings):
    settings.SEKISHO_ROLE = "app"

    with pytest.raises(operations.CannotCheck):
        run()


def test_the_application_asks_and_says_no_result(as_app):
    insert = "insert into replay_selfcheck (asked_at, started_at, version, checks)"

    as_app.execute(f"{insert} values (now(), null, '', '[]')")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="夜の係"), as_app.transaction():
        as_app.execute(f"{insert} values (now(), now(), '', '[]')")
    for statement in ("update replay_selfcheck set version = ''", "delete from replay_selfcheck"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), as_app.transaction():
            as_app.execute(statement)


def test_a_result_stays_as_it_ended():
    check = run(most=1)

    with pytest.raises(DatabaseError, match="書き換えも削除も"), transaction.atomic():
        SelfCheck.objects.filter(pk=check.pk).update(checks=[])
    with pytest.raises(DatabaseError, match="書き換えも削除も"), transaction.atomic():
        check.delete()


def _fields():
    return shipped_policy().systems["takuso"].fields


def _hidden():
    """Return a field that nobody at the desk sees of a rival's customer."""
    from sekisho.policy.plan import plan

    system = shipped_policy().systems["takuso"]
    return next(
        name
        for name in system.fields
        if all(
            plan(system, {**DESK, "契約相手": relation, "対象範囲": scope})[name] > 0
            for relation in ("他社", "他社買取")
            for scope in ("職務内", "承認範囲内", "範囲外", "区域外")
        )
    )


def test_the_command_says_each_check_on_a_line_and_what_differs():
    said = StringIO()
    borrower()

    with pytest.raises(CommandError) as caught:
        call_command("nightly", sample=1, stdout=said)

    lines = said.getvalue().splitlines()
    assert caught.value.returncode == 3
    assert any(line.startswith("一致 効き目の行") for line in lines)
    assert any(line.startswith("不一致 見張りの組合せ") for line in lines)


def test_the_command_gives_its_result_as_json():
    said = StringIO()
    borrower()

    with pytest.raises(CommandError):
        call_command("nightly", sample=1, json=True, stdout=said)

    found = json.loads(said.getvalue())
    assert found["good"] is False
    assert {one["name"]: one["mismatches"] for one in found["checks"]}["見張りの組合せ"] > 0


def test_the_command_waits_where_it_is_not_due_yet():
    said = StringIO()

    call_command("nightly", if_due=True, stdout=said)

    assert "まだです" in said.getvalue()
    assert not SelfCheck.objects.exists()


def test_without_a_database_the_command_ends_with_two(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL")

    result = CliRunner().invoke(app, ["nightly", "--home", str(tmp_path)])

    assert result.exit_code == 2
    assert "データベースがありません" in result.output
