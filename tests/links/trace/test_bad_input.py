"""Bad input: a Japanese message that names file, line, problem and remedy; good rows go on."""

import gzip
import hashlib
import tracemalloc

import pyarrow.parquet as pq
import pytest

from sekisho.errors import SekishoError
from sekisho.trace.refusals import Reason
from sekisho_links import shipped
from sekisho_links.trace import files
from sekisho_links.trace import ingest as ingesting
from sekisho_links.trace.engines.duckdb import connect
from sekisho_links.trace.files import LogFile, log_files, sources_in
from sekisho_links.trace.ingest import LostLines, ingest
from sekisho_links.trace.readers import delimited
from tests.links.trace.worlds import POLICY, nothing

HEAD = "日時,利用者ID,端末番号,IPアドレス,画面ID,操作,供給地点特定番号,件数,結果,業務コード"
GOOD = (
    "2025/04/01 09:15:22,tk1,D1,10.0.0.1,TK-310,照会,0912345678901234567890,1,表示,30",
    "2025/04/01 09:16:22,tk2,D1,10.0.0.1,TK-310,照会,0912345678901234567890,1,伏字,",
)
JSON = (
    '{"time":"2025-04-01T09:15:22+09:00","operator":"cc1","terminal":"D1","ip":"10.0.0.1",'
    '"screen":"CC-310","action":"view","point_no":"0912345678901234567890","rows":1,'
    '"outcome":"shown","purpose":"outage"}'
)
W3C_HEAD = (
    "#Fields: date time cs-username c-ip cs(X-Terminal) cs-uri-stem cs-uri-query sc(X-Result)"
    " cs(X-Auth)"
)
W3C = (
    "2025-04-01 00:15:22 ns1 10.0.0.1 D1 /ns/310 key=0912345678901234567890&act=view&n=1&p=outage"
    " shown mfa"
)
SCREENS = {
    key: {name: one.id for one in system.screens.values() for name in (one.id, one.path)}
    for key, system in POLICY.systems.items()
}


def csv(*lines, head=HEAD, encoding="cp932", end="\n"):
    return end.join([head, *lines, ""]).encode(encoding)


def read(tmp_path, name, data):
    """Return the accepted accesses and what became of every line of one file."""
    logs = tmp_path / "logs"
    path = logs / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    found, _ = log_files(logs, sources_in(shipped("content", "sources")))
    store = tmp_path / "store"
    with connect(tmp_path / "spill") as engine:
        done = ingest(engine, found, store, screens=SCREENS, report=nothing)
    rows = [
        row
        for path in sorted(store.rglob("*.parquet"))
        for row in pq.ParquetFile(path).read().to_pylist()
    ]
    return sorted(rows, key=lambda row: row["line"]), done


@pytest.mark.parametrize(
    ("line", "reason", "problem"),
    [
        pytest.param(
            GOOD[0].replace("TK-310", "CC-310"), Reason.OTHER_SYSTEM, "CC-310", id="別のシステム"
        ),
        pytest.param(
            GOOD[0].replace("0912345678901234567890", "9.00E+20"),
            Reason.EXPONENT,
            "9.00E+20",
            id="指数表記",
        ),
        pytest.param(
            GOOD[0].replace("0912345678901234567890", "09123"), Reason.RECORD, "09123", id="桁不足"
        ),
        pytest.param(GOOD[0].replace("tk1", ""), Reason.EMPTY, "利用者ID", id="空欄"),
        pytest.param(GOOD[0].replace("04/01", "02/30"), Reason.TIME, "2025/02/30", id="ない日付"),
        pytest.param(GOOD[0].replace("09:15:22", "9時"), Reason.TIME, "9時", id="ない時刻"),
        pytest.param(GOOD[0].replace("照会", "削除"), Reason.VALUE, "削除", id="知らない操作"),
        pytest.param(GOOD[0].replace(",1,表示", ",x,表示"), Reason.COUNT, "x", id="件数でない"),
        pytest.param(GOOD[0] + ",余り", Reason.COLUMNS, "11 列", id="列が多い"),
        pytest.param("2025/04/01 09:15", Reason.COLUMNS, "1 列", id="切れた行"),
        pytest.param("", Reason.COLUMNS, "数えられません", id="空行"),
        pytest.param(
            GOOD[0].replace("tk1", '"tk1'), Reason.COLUMNS, "数えられません", id="閉じない引用符"
        ),
        pytest.param(HEAD, Reason.REPEATED, "もう一度", id="見出しの繰り返し"),
    ],
)
def test_a_bad_line_is_kept_and_named_and_the_good_ones_go_on(tmp_path, line, reason, problem):
    rows, done = read(tmp_path, "takuso/a.csv", csv(GOOD[0], line, GOOD[1]))

    (bad,) = done.bad
    assert [row["account"] for row in rows] == ["tk1", "tk2"]
    assert (bad.line, bad.reason, bad.raw) == (3, reason, line.encode("cp932"))
    assert bad.offset == len(csv(GOOD[0]))
    assert bad.sentence.startswith("takuso/a.csv 3行目: ")
    assert problem in bad.sentence
    assert bad.sentence.endswith("ください")


def test_bytes_that_the_encoding_does_not_have_cost_their_own_line_only(tmp_path):
    data = csv(GOOD[0], GOOD[0].replace("tk1", "XX"), GOOD[1]).replace(b"XX", b"\x82\xff")

    rows, done = read(tmp_path, "takuso/a.csv", data)

    assert [row["line"] for row in rows] == [2, 4]
    assert [(bad.line, bad.reason) for bad in done.bad] == [(3, Reason.ENCODING)]
    assert b"\x82\xff" in done.bad[0].raw


def test_a_file_in_another_encoding_is_refused_whole_and_counted(tmp_path):
    rows, done = read(tmp_path, "takuso/a.csv", csv(*GOOD, encoding="utf-8"))

    assert rows == []
    assert [bad.reason for bad in done.bad] == [Reason.HEADER, Reason.HEADER]
    assert done.files[0].read == 2


def test_a_heading_without_a_column_names_the_column(tmp_path):
    rows, done = read(tmp_path, "takuso/a.csv", csv(*GOOD, head=HEAD.replace("結果", "けっか")))

    assert rows == []
    assert "「結果」の列がありません" in done.bad[0].sentence


def test_the_zero_that_a_spreadsheet_ate_is_put_back_and_counted(tmp_path):
    line = GOOD[0].replace("0912345678901234567890", "912345678901234567890")

    rows, done = read(tmp_path, "takuso/a.csv", csv(line))

    assert rows[0]["record"] == "0912345678901234567890"
    assert (done.files[0].repaired, done.bad) == (1, [])


@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzip"])
def test_a_file_that_ends_inside_a_line_does_not_pass_half_a_line_off_as_one(tmp_path, zipped):
    whole = csv(*GOOD)
    data = gzip.compress(whole[:-2]) if zipped else whole[:-2]  # …,伏字, lost its end

    rows, done = read(tmp_path, "takuso/a.csv" + (".gz" if zipped else ""), data)

    assert [row["line"] for row in rows] == [2]
    assert [(bad.line, bad.reason) for bad in done.bad] == [(3, Reason.TRUNCATED)]


def test_a_gzip_file_that_breaks_off_gives_what_could_be_read(tmp_path):
    lines = [GOOD[0].replace("tk1", f"tk{n * 7919 % 100_000}") for n in range(20_000)]
    data = gzip.compress(csv(*lines))

    rows, done = read(tmp_path, "takuso/a.csv.gz", data[: len(data) // 2])

    assert 0 < len(rows) < 20_000
    assert [bad.reason for bad in done.bad] in ([Reason.TRUNCATED], [])
    assert done.files[0].read == len(rows) + len(done.bad)


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_both_line_ends_are_read(tmp_path, end):
    rows, done = read(tmp_path, "takuso/a.csv", csv(*GOOD, end=end))

    assert ([row["purpose"] for row in rows], done.bad) == (["停電保安", ""], [])


def test_a_json_line_that_is_none_is_kept_and_the_others_are_read(tmp_path):
    lines = [JSON, JSON[:-9], "[1]", JSON.replace('"rows":1', '"rows":"2"'), JSON + JSON, JSON]

    rows, done = read(tmp_path, "callcenter/a.jsonl", ("\n".join(lines) + "\n").encode())

    assert [(row["line"], row["n"]) for row in rows] == [(1, 1), (4, 2), (6, 1)]
    assert [(bad.line, bad.reason) for bad in done.bad] == [(n, Reason.JSON) for n in (2, 3, 5)]


def test_the_fields_of_w3c_may_change_inside_a_file(tmp_path):
    moved = W3C_HEAD.replace(" cs-username c-ip", " c-ip cs-username")
    swapped = W3C.replace("ns1 10.0.0.1", "10.0.0.1 ns2")
    lines = ["#Software: IIS", W3C_HEAD, W3C, moved, swapped, "#Fields: date time", W3C]

    rows, done = read(tmp_path, "nwsetting/a.log", ("\n".join(lines) + "\n").encode())

    assert [row["account"] for row in rows] == ["ns1", "ns2"]
    assert rows[0]["at"].isoformat() == "2025-04-01T00:15:22+00:00"
    assert [(bad.line, bad.reason) for bad in done.bad] == [(7, Reason.HEADER)]
    assert done.files[0].headings == 4


def test_the_same_file_delivered_twice_is_read_once(tmp_path):
    read(tmp_path / "x", "takuso/a.csv", csv(*GOOD))
    (tmp_path / "x" / "store").rename(tmp_path / "x" / "old")

    rows, done = read(tmp_path / "x", "takuso/b.csv", csv(*GOOD))

    assert (len(rows), done.again) == (2, ["takuso/b.csv"])


def test_a_folder_without_a_known_log_says_where_to_put_one(tmp_path):
    with pytest.raises(SekishoError, match="読めるログがありません"):
        read(tmp_path, "somewhere/a.csv", csv(*GOOD))


def test_the_reader_that_drops_bad_lines_in_silence_is_caught(tmp_path, monkeypatch):
    careful = delimited._even

    def careless(lines, *, width, comma):
        good, _ = careful(lines, width=width, comma=comma)
        return good, {}

    monkeypatch.setattr(delimited, "_even", careless)

    with pytest.raises(LostLines, match="読んだ 3 行"):
        read(tmp_path, "takuso/a.csv", csv(GOOD[0], "切れた行", GOOD[1]))


def test_the_engine_that_drops_refused_lines_in_silence_is_caught(tmp_path, monkeypatch):
    monkeypatch.setattr(ingesting, "_named", lambda files, refused, expected: [])

    with pytest.raises(LostLines):
        read(tmp_path, "takuso/a.csv", csv(GOOD[0], GOOD[1].replace("伏字", "？")))


ENDLESS = "あ" * files.LONGEST


@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("ends", [False, True], ids=["to the end of the file", "with an end"])
def test_a_line_that_is_too_long_is_kept_in_part_and_the_good_ones_go_on(tmp_path, zipped, ends):
    after = [GOOD[1]] if ends else []
    data = csv(GOOD[0], ENDLESS, *after)
    data = data if ends else data[:-1]

    rows, done = read(
        tmp_path,
        "takuso/a.csv" + (".gz" if zipped else ""),
        gzip.compress(data) if zipped else data,
    )

    (bad,) = done.bad
    assert [row["line"] for row in rows] == ([2, 4] if ends else [2])
    assert (bad.line, bad.reason, bad.offset) == (3, Reason.LONG, len(csv(GOOD[0])))
    assert bad.raw == ENDLESS.encode("cp932")[: files.KEPT]
    assert "行が長すぎます" in bad.sentence
    assert done.files[0].size == len(data)
    assert done.files[0].sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("more", [0, 1], ids=["as long as may be", "one byte longer"])
@pytest.mark.parametrize("size", [1 << 10, 1 << 19, 1 << 20, 3 << 20])
def test_a_line_is_too_long_wherever_the_blocks_are_cut(tmp_path, size, more):
    path = tmp_path / "a"
    line = b"x" * (files.LONGEST + more) + b"\n"
    path.write_bytes(b"a\n" + line + b"b\n" + line + line + b"c\n")

    blocks = list(LogFile(None, path, "a").blocks(size))

    numbers = {block.line: block.long for block in blocks if block.long}
    assert numbers == (dict.fromkeys((2, 4, 5), len(line)) if more else {})
    assert sum(block.lines for block in blocks) == 6
    assert b"".join(block.data for block in blocks if not block.long).count(b"\n") == 6 - 3 * more


def test_a_heading_that_is_too_long_leaves_no_line_to_be_read(tmp_path):
    rows, done = read(tmp_path, "takuso/a.csv", csv(*GOOD, head=ENDLESS))

    assert rows == []
    assert [bad.reason for bad in done.bad] == [Reason.LONG, Reason.HEADER, Reason.HEADER]


def test_fields_of_w3c_that_are_too_long_are_not_those_from_before(tmp_path):
    fields = "#Fields: " + "x " * files.LONGEST
    lines = [W3C_HEAD, W3C, "x" * 2 * files.LONGEST, W3C, fields, W3C]

    rows, done = read(tmp_path, "nwsetting/a.log", ("\n".join(lines) + "\n").encode())

    assert [row["line"] for row in rows] == [2, 4]
    assert [(bad.line, bad.reason) for bad in done.bad] == [
        (3, Reason.LONG),
        (5, Reason.LONG),
        (6, Reason.HEADER),
    ]


def test_an_endless_line_is_read_without_being_held(tmp_path):
    path = tmp_path / "a.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=1) as stream:
        for _ in range(64):
            stream.write(bytes(1 << 20))

    tracemalloc.start()
    (block,) = LogFile(None, path, "a").blocks()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (block.long, len(block.data)) == (64 << 20, files.KEPT)
    assert most < 8 << 20


def test_the_reader_without_a_longest_line_is_caught(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LONGEST", 1 << 40)
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"x" * (3 << 20))

    (block,) = LogFile(None, path, "a").blocks()

    assert (block.long, len(block.data)) == (0, 3 << 20)


def test_a_line_in_a_later_block_of_a_file_that_is_still_being_read_is_found_again(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(ingesting, "ROWS", 10)
    monkeypatch.setattr("sekisho_links.trace.files.LogFile.blocks.__defaults__", (500,))
    lines = [GOOD[0].replace("tk1", f"tk{n}") for n in range(100)]
    lines[70] = lines[70].replace("表示", "？")

    rows, done = read(tmp_path, "takuso/a.csv", csv(*lines))

    (bad,) = done.bad
    assert len(rows) == 99
    assert (bad.line, bad.raw) == (72, lines[70].encode("cp932"))
