"""The ministry's log as it comes: merged cells, the Japanese calendar, two names in a cell."""

from datetime import UTC, date, datetime, time
from io import BytesIO

import openpyxl
import pytest

from sekisho_links.grants.foreign_logs import CP932, BadSource, read, source_in, source_of

SAIENE = source_of("saiene")
HEAD = ("利用日", "利用時刻", "利用者ID", "操作", "設備ID", "接続元", "端末")
AT = datetime(2026, 4, 1, 1, 2, 33, tzinfo=UTC)


def csv_of(*rows, head=HEAD):
    return "\n".join(",".join(row) for row in (head, *rows)).encode()


def book_of(*rows, merged=(), head=HEAD):
    book = openpyxl.Workbook()
    book.active.append(head)
    for row in rows:
        book.active.append(row)
    for where in merged:
        book.active.merge_cells(where)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def row(day="2026-04-01", at="10:02:33", account="ABKY0101", thing="AA123456C1"):
    return (day, at, account, "照会", thing, "10.1.0.5", "D-0310")


@pytest.mark.parametrize(
    "day", ["2026-04-01", "2026/4/1", "R8.4.1", "令和8年4月1日", "Ｒ８．４．１", "令和八年四月一日"]
)
@pytest.mark.parametrize("at", ["10:02:33", "１０：０２：３３", "10時02分33秒", "午前10時2分33秒"])
def test_a_moment_is_read_however_it_is_written(day, at):
    found = read(csv_of(row(day, at)), SAIENE)

    assert [entry.at for entry in found.entries] == [AT]
    assert not found.faults


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        pytest.param(row(day="平成38年4月1日"), "日時として読めません", id="終わった元号"),
        pytest.param(row(day="4/1"), "日時として読めません", id="年がない"),
        pytest.param(row(at="25:00:00"), "時刻として読めません", id="25時"),
        pytest.param(row(account=""), "IDがありません", id="IDがない"),
        pytest.param(row(account="ABKY0101・ABKY0102"), "二人以上の名前", id="二人の名前"),
        pytest.param(row(account="1.2E+11"), "指数の形", id="指数"),
        pytest.param((*row(), "余り"), "列の数が見出しと違います", id="列が多い"),
    ],
)
def test_a_line_that_says_too_little_is_unread_in_words(wrong, said):
    found = read(csv_of(row(), wrong), SAIENE)

    assert found.opens
    assert (len(found.entries), found.unread, found.lines) == (1, (3,), 2)
    assert said in found.faults[0].problem
    assert found.faults[0].remedy


def test_days_and_times_of_a_workbook_are_read_as_such():
    found = read(
        book_of((date(2026, 4, 1), time(10, 2, 33), "ABKY0101", "照会", "AA123456C1", "", "")),
        SAIENE,
    )

    assert [entry.at for entry in found.entries] == [AT]


def test_cells_merged_downwards_are_read_and_told():
    data = book_of(row(), row("", "10:03:00", ""), row("", "10:04:00", "ABKY0102"),
                   merged=["A2:A4", "C2:C3"])  # fmt: skip

    found = read(data, SAIENE)

    assert [entry.account for entry in found.entries] == ["ABKY0101", "ABKY0101", "ABKY0102"]
    assert {entry.at.date() for entry in found.entries} == {date(2026, 4, 1)}
    assert not found.unread
    assert ["結合したセル" in fault.problem for fault in found.faults] == [True, True]


def test_of_other_merged_cells_the_rows_are_unread():
    data = book_of(row(), row(at="10:03:00"), row(at="10:04:00"), merged=["E2:E3", "F4:G4"])

    found = read(data, SAIENE)

    assert not found.entries
    assert found.unread == (2, 3, 4)


def test_many_merged_cells_are_all_told():
    rows, merged = [], []
    for n in range(40):
        rows += [row(), row("", "10:03:00")]
        merged.append(f"A{2 + 2 * n}:A{3 + 2 * n}")

    found = read(book_of(*rows, merged=merged), SAIENE)

    assert (len(found.entries), len(found.faults)) == (80, 40)


def test_a_name_that_several_share_is_told_and_kept():
    found = read(csv_of(row(account="買取係共用01"), row(account="買取係共用01")), SAIENE)

    assert len(found.entries) == 2
    assert [fault.problem for fault in found.faults] == ["共有のIDの名前と思われます"]
    assert not found.faults[0].refused


def test_width_and_case_of_an_id_do_not_matter():
    assert read(csv_of(row(account="ａｂｋｙ０１０１")), SAIENE).entries[0].account == "ABKY0101"


def test_the_encoding_is_declared_and_never_guessed():
    data = csv_of(row()).decode().encode("cp932")

    assert read(data, SAIENE, encoding=CP932).entries
    wrong = read(data, SAIENE)
    assert not wrong.opens
    assert "文字の種類" in wrong.faults[0].problem


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"", "空です", id="空"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "古い形式", id="古いブック"),
        pytest.param(b"PK\x03\x04broken", "Excel のブックとして読めません", id="壊れたブック"),
        pytest.param("日,ID\n1,2".encode(), "見出しがありません", id="見出しが違う"),
        pytest.param(csv_of(), "行がありません", id="行がない"),
    ],
)
def test_a_file_that_is_no_log_is_refused_as_a_whole(data, said):
    found = read(data, SAIENE)

    assert not found.opens
    assert not found.entries
    assert any(said in fault.problem for fault in found.faults)


def test_a_log_of_a_web_server_is_read_in_utc():
    data = (
        b"#Version: 1.0\n#Fields: date time cs-username c-ip cs-uri-query cs(X-Terminal)\n"
        b"2026-04-01 01:02:33 abky0101 10.1.0.5 key=AA1&act=view D-0310\n"
        b"2026-04-01 01:0\n"
    )

    found = read(data, SAIENE)

    assert [(one.at, one.account, one.object, one.action) for one in found.entries] == [
        (AT, "ABKY0101", "AA1", "view")
    ]
    assert found.unread == (4,)


def test_a_record_by_hand_says_from_when_until_when():
    head = ("利用日", "開始", "終了", "利用者ID", "操作", "設備ID")
    data = csv_of(
        ("R8.4.1", "23:50", "0:10", "ABKY0101", "照会", "AA1"),
        ("R8.4.1", "10:00", "10:00", "ABKY0101", "照会", "AA1"),
        head=head,
    )

    found = read(data, SAIENE, manual=True)

    assert [(one.until - one.at).seconds for one in found.entries] == [20 * 60]
    assert found.unread == (3,)


def test_a_declaration_with_an_unknown_word_is_refused():
    with pytest.raises(BadSource, match="知らない項目"):
        source_in('system = "x"\nrythm_days = 3')
