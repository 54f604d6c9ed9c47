"""Where no program may write: a person's work seen by another, or the silence of a log."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sekisho.accounts.wanted import AccountState, Capability
from sekisho_links.accounts.targets import TargetRefused, TargetUnreachable, open_target
from sekisho_links.accounts.targets.address import AddressUnusable
from sekisho_links.accounts.targets.by_hand import WorkOrder, as_csv, looked

NOON = datetime(2027, 4, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)
STOP = AccountState(exists=True, enabled=False, roles=frozenset(), since=NOON)
GO = AccountState(exists=True, enabled=True, roles=frozenset({"閲覧"}), since=NOON)
OPEN = AccountState(exists=True, enabled=True, roles=frozenset({"閲覧"}))
SHUT = AccountState(exists=True, enabled=False, roles=frozenset())


def listed(tmp_path, text, *, encoding="utf-8-sig", as_of=NOON, **words):
    (tmp_path / "list.csv").write_text(text, encoding=encoding, newline="")
    address = {
        "list": str(tmp_path / "list.csv"), "as_of": as_of and as_of.isoformat(),
        "encoding": encoding, "columns": {"id": "ID", "state": "状態"},
    }  # fmt: skip
    return open_target("by_hand", address | words, "", place="手の対象")


def logged(tmp_path, text, *, whole_until, **words):
    (tmp_path / "log.csv").write_text(text, encoding="utf-8")
    address = {"file": str(tmp_path / "log.csv"), "whole_until": whole_until.isoformat()}
    return open_target("log_only", address | words, "", place="記録の対象")


def order(**words):
    said = {
        "number": "W-1", "system": "営業店端末", "ext_id": "a1", "wanted": STOP,
        "to": "架空太郎", "issued_at": NOON, "due_at": NOON + DAY,
    }  # fmt: skip
    return WorkOrder(**said | words)


def test_a_stop_by_hand_is_verified_by_the_next_list_and_not_by_an_earlier_one(tmp_path):
    target = listed(tmp_path, "ID,状態\na1,停止\na2,有効\n")
    earlier = listed(tmp_path, "ID,状態\na1,停止\na2,有効\n", as_of=NOON - timedelta(seconds=1))

    assert target.apply("a1", STOP).sent
    assert target.verify("a1", STOP).ok
    assert target.verify("a2", STOP).why == "止めたのに使えます"
    assert target.verify("a3", STOP).ok
    assert earlier.verify("a1", STOP).why == "停止より前の様子です"
    assert not target.verify("a1", replace(STOP, since=None)).ok
    assert [one.enabled for one in target.accounts()] == [False, True]


def test_without_a_list_nothing_is_verified_and_nothing_listed():
    target = open_target("by_hand", {}, "")

    assert not target.verify("a1", STOP).ok
    assert Capability.SYNC not in target.capabilities
    with pytest.raises(TargetRefused):
        list(target.accounts())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("ID,状態\na1,ロック中\n", "止まっているかを対象が言いません", id="知らない語"),
        pytest.param("ID,状態\n", "一覧が空です", id="空の一覧"),
        pytest.param("ID,状態\na1,停止\nA1 ,有効\n", "一覧に同じIDが二度あります", id="同じID"),
    ],
)
def test_a_list_that_says_too_little_verifies_nothing(tmp_path, text, why):
    assert listed(tmp_path, text).verify("a1", STOP).why == why


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("ID\na1\n", id="列がない"),
        pytest.param("ID,状態\na1\n", id="項目が足りない"),
        pytest.param("ID,状態\na1,停止,余り\n", id="項目が多い"),
        pytest.param('ID,状態\n"a1,停止\n', id="引用符が閉じない"),
    ],
)
def test_a_list_that_is_not_whole_is_not_read(tmp_path, text):
    with pytest.raises(TargetUnreachable):
        listed(tmp_path, text).verify("a1", STOP)


def test_a_list_of_another_encoding_is_not_guessed(tmp_path):
    target = listed(tmp_path, "ID,状態\na1,停止\n", encoding="cp932")
    assert target.verify("a1", STOP).ok

    (tmp_path / "list.csv").write_text("ID,状態\na1,停止\n", encoding="euc-jp")
    with pytest.raises(TargetUnreachable):
        target.verify("a1", STOP)


def test_the_words_and_roles_of_a_list_are_those_that_were_settled(tmp_path):
    columns = {"id": "ID", "state": "区分", "roles": "権限", "last_use_at": "最終"}
    words = {"states": {"1": "有効", "9": "停止"}, "roles": True, "columns": columns}
    text = "ID,区分,権限,最終\na1,1,閲覧 受付,2027/03/31 17:30\na2,9,,\n"
    target = listed(tmp_path, text, **words)

    assert target.verify("a2", STOP).ok
    assert target.verify("a1", GO).why == "余分な権限 受付"
    assert target.last_use("a1") == datetime(2027, 3, 31, 8, 30, tzinfo=UTC)
    assert target.last_use("a2") is None


@pytest.mark.parametrize(
    "words",
    [
        {"states": {"x": "たぶん停止"}},
        {"as_of": ""},
        {"encoding": "shift_jis_2004"},
        {"columns": {"id": "ID", "enabled": "状態"}},
        {"statse": {}},
    ],
)
def test_a_setting_that_is_not_understood_opens_nothing(tmp_path, words):
    with pytest.raises(AddressUnusable):
        listed(tmp_path, "ID,状態\n", **words)


def test_the_look_of_a_second_person_counts_and_that_of_the_doer_does_not():
    said = {"seen_at": NOON + DAY, "done_by": 7}

    second = looked(STOP, seen=SHUT, seen_by=8, **said)
    assert second.ok
    assert second.degraded
    assert not looked(STOP, seen=SHUT, seen_by=7, **said).ok
    assert looked(STOP, seen=OPEN, seen_by=8, **said).why
    assert not looked(STOP, seen=SHUT, seen_by=8, done_by=7, seen_at=NOON - DAY).ok


def test_a_work_order_says_what_to_do_by_when_and_runs_no_formula():
    sheet = dict(order().lines())
    text = as_csv([order(), order(number="W-2", ext_id="=cmd|' /C calc'!A1", wanted=GO)])
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))

    assert sheet["作業"] == "停止し、合言葉を変え、権限をすべて外す"
    assert sheet["期限"] == "2027-04-02 12:00"
    assert [row["作業票"] for row in rows] == ["W-1", "W-2"]
    assert rows[1]["アカウント"].startswith("'=")
    assert rows[1]["権限"] == "閲覧"
    assert text.startswith(b"\xef\xbb\xbf")


def test_silence_for_a_whole_rhythm_is_a_stop_and_a_line_after_it_is_none(tmp_path):
    before = "account,at\na1,2027-04-01T11:59:59+09:00\na2,2027-04-01T12:00:00+09:00\n"
    target = logged(tmp_path, before, whole_until=NOON + DAY)

    assert not target.apply("a1", STOP).sent
    assert target.verify("a1", STOP).ok
    assert target.verify("A2", STOP).why == "停止の後に、1 行の記録があります"
    assert target.verify("a2", GO).ok
    assert not target.verify("a1", GO).ok
    assert target.last_use("a1") == NOON - timedelta(seconds=1)
    assert {one.ext_id: one.enabled for one in target.accounts()} == {"a1": None, "a2": None}


def test_silence_of_a_log_that_did_not_come_shows_nothing(tmp_path):
    text = "account,at\na1,2027-04-01T11:00:00+09:00\n"
    late = logged(tmp_path, text, whole_until=NOON + DAY - timedelta(seconds=1))
    weekly = logged(tmp_path, text, whole_until=NOON + 6 * DAY, rhythm_hours=168)
    never = open_target("log_only", {"file": str(tmp_path / "log.csv")}, "")

    for target in (late, weekly, never):
        assert target.verify("a1", STOP).why == "停止の後の記録が、まだそろっていません"
    assert not late.verify("a1", replace(STOP, since=None)).ok
    with pytest.raises(TargetUnreachable):
        logged(tmp_path, "account,at\na1,きのう\n", whole_until=NOON).verify("a1", STOP)


def stored(tmp_path, *lines):
    for month in {f"{at:%Y-%m}" for _, at in lines}:
        rows = [line for line in lines if f"{line[1]:%Y-%m}" == month]
        place = tmp_path / "system=tsc" / f"month={month}"
        place.mkdir(parents=True)
        table = pa.table({"account": [name for name, _ in rows], "at": [at for _, at in rows]})
        pq.write_table(table, place / "1.parquet")
    return open_target(
        "log_only", {"store": str(tmp_path), "system": "tsc"}, "", place="記録の対象"
    )


def test_the_log_that_investigations_have_read_shows_the_silence_too(tmp_path):
    minute = timedelta(minutes=1)
    target = stored(
        tmp_path,
        ("a1", NOON - minute), ("a2", NOON), ("A3", NOON + 40 * DAY), ("a4", NOON - 40 * DAY),
    )  # fmt: skip

    assert target.verify("a1", STOP).ok
    assert target.verify("a2", STOP).evidence["lines"] == 1
    assert target.verify("a3", STOP).evidence["lines"] == 1
    assert target.last_use("a4") == NOON - 40 * DAY
    assert target.last_use("nobody") is None
    assert len(list(target.accounts())) == 4


def test_a_log_that_was_never_imported_or_ends_at_the_stop_shows_nothing(tmp_path):
    never = open_target("log_only", {"store": str(tmp_path), "system": "none"}, "")
    early = stored(tmp_path, ("a1", NOON - DAY), ("a2", NOON + DAY / 2))

    for target in (never, early):
        assert target.verify("a1", STOP).why == "停止の後の記録が、まだそろっていません"
    (tmp_path / "system=tsc" / "month=2027-04" / "2.parquet").write_bytes(b"cut short")
    with pytest.raises(TargetUnreachable):
        early.verify("a1", STOP)
