"""Tables from bytes: what is bad is named with file, line and remedy, and nothing is half-read."""

from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest

from sekisho.errors import SekishoError
from sekisho.policy.cells import EmptyCell, UnknownValue, UnreadableDate, plain, values_of
from sekisho.policy.lint import Severity, lint
from sekisho.policy.read import hash_of, read
from sekisho.policy.sheets import (
    DuplicateId,
    MissingColumn,
    MissingSheet,
    Truncated,
    UnknownColumn,
    UnknownSheet,
    Unreadable,
    WrongEncoding,
)
from sekisho.policy.system import CLOSED, KEYS
from sekisho.policy.treatment import ROW, Treatment
from sekisho.proof.certificate import certificate
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in, shipped_policy

FILES = files_in(shipped("tables"))
RULES = "託送業務システム/判定表.csv"
FIELDS = "託送業務システム/整理表.csv"


def edited(path, old, new, count=1):
    text = FILES[path].decode()
    assert old in text
    return {**FILES, path: text.replace(old, new, count).encode()}


def line_of(path, start):
    lines = FILES[path].decode().splitlines()
    return next(n for n, line in enumerate(lines, start=1) if line.startswith(start))


def errors_in(files):
    with pytest.raises(Unreadable) as caught:
        read(files)
    return caught.value.errors


def cell_of_a01(column, value):
    """Return the files with one cell of rule A01 written otherwise."""
    head, *rows = FILES[RULES].decode().splitlines()
    place = head.split(",").index(column)
    cells = rows[0].split(",")
    cells[place] = value
    text = "\n".join([head, ",".join(cells), *rows[1:]]) + "\n"
    return {**FILES, RULES: text.encode()}


BAD = {
    "知らない列": (
        edited(RULES, "根拠,備考", "根拠,重要度", 1),
        UnknownColumn,
        f"{RULES} 1行目",
        "重要度",
    ),
    "列がない": (
        edited(RULES, "条件:端末", "条件:端末種別", 1),
        MissingColumn,
        f"{RULES} 1行目",
        "条件:端末",
    ),
    "Shift_JIS": (
        {**FILES, RULES: FILES[RULES].decode().replace("－", "-").encode("cp932")},
        WrongEncoding,
        f"{RULES} 1行目",
        "Shift_JIS",
    ),
    "UTF-16": (
        {**FILES, RULES: FILES[RULES].decode().encode("utf-16")},
        WrongEncoding,
        f"{RULES} 1行目",
        "UTF-16",
    ),
    "条件の空欄": (
        cell_of_a01("条件:状況", ""),
        EmptyCell,
        f"{RULES} 2行目 A01",
        "状況",
    ),
    "結果の空欄": (
        cell_of_a01("結果:契約", "  "),
        EmptyCell,
        f"{RULES} 2行目 A01",
        "結果:契約",
    ),
    "知らない値": (
        cell_of_a01("条件:状況", "平時"),
        UnknownValue,
        f"{RULES} 2行目 A01",
        "平常",
    ),
    "知らない扱い": (
        cell_of_a01("結果:契約", "閲覧可"),
        UnknownValue,
        f"{RULES} 2行目 A01",
        "非表示",
    ),
    "読めない日付": (
        cell_of_a01("適用開始", "2026/4/1"),
        UnreadableDate,
        f"{RULES} 2行目 A01",
        "2026/4/1",
    ),
    "重複した規則ID": (
        edited(RULES, "\nA02,", "\nA01,"),
        DuplicateId,
        f"{RULES} {line_of(RULES, 'A02')}行目 A01",
        "2行目にもあります",
    ),
    "行の途中で切れている": (
        {**FILES, RULES: (FILES[RULES].decode().partition("A03")[0] + "A03,－,－\n").encode()},
        Truncated,
        f"{RULES} {line_of(RULES, 'A03')}行目",
        "列の数",
    ),
    "文字の途中で切れている": (
        {**FILES, RULES: FILES[RULES].split("A03,－".encode())[0] + b"A03,\xef\xbc"},
        Truncated,
        f"{RULES} {line_of(RULES, 'A03')}行目",
        "文字の途中",
    ),
    "改行がない": (
        {**FILES, RULES: FILES[RULES].rstrip(b"\n")},
        Truncated,
        RULES,
        "改行",
    ),
    "空のファイル": ({**FILES, RULES: b""}, Truncated, RULES, "中身"),
    "見出しだけ": (
        {**FILES, RULES: FILES[RULES].split(b"\n")[0] + b"\n"},
        Truncated,
        RULES,
        "見出しのほかに行",
    ),
    "引用符が閉じていない": (
        edited(RULES, "異動した人、", '"異動した人、'),
        SekishoError,
        f"{RULES} 2行目",
        "引用符",
    ),
    "ファイルがない": (
        {path: data for path, data in FILES.items() if path != FIELDS},
        MissingSheet,
        FIELDS,
        "ファイルがありません",
    ),
    "知らない表": (
        {**FILES, "託送業務システム/判定表 (2).csv": FILES[RULES]},
        UnknownSheet,
        "託送業務システム/判定表 (2).csv",
        "判定表 (2).csv",
    ),
    "整理表の知らない区分": (
        edited(FIELDS, "地点識別,text,22桁", "地点,text,22桁"),
        UnknownValue,
        f"{FIELDS} 2行目 supply_point_no",
        "地点識別",
    ),
    "不変条件の知らない検査": (
        edited("不変条件.csv", ",T19,", ",T20,"),
        UnknownValue,
        "不変条件.csv",
        "T20",
    ),
    "不変条件の知らない区分": (
        edited("不変条件.csv", "本人連絡先、使用量、料金口座、認定買取", "本人、使用量"),
        UnknownValue,
        "不変条件.csv",
        "本人",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_bad_is_named_with_its_place_and_a_remedy(name):
    files, kind, place, word = BAD[name]

    errors = errors_in(files)

    found = [error for error in errors if isinstance(error, kind)]
    assert found
    assert found[0].place.startswith(place)
    assert word in found[0].problem + found[0].remedy
    assert found[0].remedy
    assert str(found[0]).startswith(found[0].place)


def test_every_problem_is_named_at_once():
    files = cell_of_a01("条件:状況", "")
    files["属性.csv"] = FILES["属性.csv"]
    files[FIELDS] = edited(FIELDS, "地点識別,text,22桁", "地点,text,22桁")[FIELDS]

    errors = errors_in(files)

    assert {type(error) for error in errors} == {EmptyCell, UnknownValue}
    with pytest.raises(Unreadable, match="ほかに 1 件"):
        read(files)


def test_nothing_of_a_folder_is_read_if_one_cell_is_bad():
    with pytest.raises(Unreadable):
        read(cell_of_a01("条件:状況", "平時"))


def test_a_folder_without_systems_says_so():
    assert any(isinstance(e, MissingSheet) for e in errors_in({}))


def test_half_width_and_dashes_are_read_as_they_are_meant_and_reported():
    text = FILES[RULES].decode().replace("－", "ー", 8).replace("結果:レコード", "結果：ﾚｺｰﾄﾞ")
    text = text.replace("、連携,", "､連携,").replace("CSV", "ＣＳＶ")
    policy = read({**FILES, RULES: text.encode()})

    assert policy.systems["takuso"].rules == shipped_policy().systems["takuso"].rules
    assert {cell.read for cell in policy.normalised} >= {"－"}
    notes = [one for one in lint(policy) if one.severity is Severity.NOTE]
    assert len(notes) == len(policy.normalised) > 0


def test_the_order_of_the_rows_and_of_the_columns_means_nothing():
    head, *rows = FILES[RULES].decode().splitlines()
    turned = [",".join(reversed(row.split(","))) for row in (head, *reversed(rows))]
    policy = read({**FILES, RULES: ("\n".join(turned) + "\n").encode()})

    before, after = (one.systems["takuso"] for one in (shipped_policy(), policy))
    assert {rule.id: rule for rule in after.rules} == {rule.id: rule for rule in before.rules}
    for example in before.examples:
        assert after.table.decide(example.context) == before.table.decide(example.context)


def test_a_byte_order_mark_and_carriage_returns_change_nothing():
    windows = b"\xef\xbb\xbf" + FILES[RULES].replace(b"\n", b"\r\n")

    policy = read({**FILES, RULES: windows})

    assert policy.systems["takuso"].rules == shipped_policy().systems["takuso"].rules


def test_the_hash_is_over_path_length_and_bytes_of_every_file():
    files = {"b.csv": b"two\n", "a.csv": b"one\n"}

    expected = sha256(b"a.csv\n4\none\n" + b"b.csv\n4\ntwo\n").hexdigest()
    assert hash_of(files) == expected
    assert shipped_policy().hash == hash_of(FILES)


def test_any_change_of_a_file_changes_the_hash():
    other = {**FILES, RULES: FILES[RULES].replace("貸し借り".encode(), "貸借".encode())}

    policy = read(other)

    assert policy.hash != shipped_policy().hash
    assert policy.systems["takuso"].hash != shipped_policy().systems["takuso"].hash
    assert policy.systems["saiene"].hash == shipped_policy().systems["saiene"].hash


def test_a_folder_that_is_not_one_of_the_seven_has_its_name_as_its_key():
    files = {path.replace("託送業務システム", "架空システム"): d for path, d in FILES.items()}
    policy = read(files)

    system = policy.systems["架空システム"]
    assert system.code == "TK"
    assert policy.system("架空システム") is system
    assert policy.system("saiene") is policy.system("SE") is policy.system("再エネ業務管理システム")
    assert policy.system("ない") is None


def test_the_systems_are_those_of_the_content():
    lines = shipped("content", "systems.csv").read_text("utf-8").splitlines()[1:]
    rows = [line.split(",") for line in lines]

    assert {row[2]: (row[0], row[1]) for row in rows} == KEYS
    assert {row[2] for row in rows if row[5] == "はい"} == CLOSED


# Days of force


def with_days(rule, starts, ends):
    lines = FILES[RULES].decode().splitlines()
    of = [
        line.rsplit(",", 2)[0] + f",{starts},{ends}" if line.startswith(f"{rule},") else line
        for line in lines
    ]
    return {**FILES, RULES: ("\n".join(of) + "\n").encode()}


def test_a_rule_holds_from_its_first_day_until_before_its_last():
    policy = read(with_days("B01", "2026-04-01", "2026-10-01"))
    context = policy.systems["takuso"].examples[0].context

    for day, seen in (
        (date(2026, 3, 31), Treatment.REFUSE),
        (date(2026, 4, 1), Treatment.SHOW),
        (date(2026, 9, 30), Treatment.SHOW),
        (date(2026, 10, 1), Treatment.REFUSE),
    ):
        decision = policy.on(day).systems["takuso"].table.decide(context)
        assert decision.levels[ROW] is seen
        assert decision.row is seen


def test_each_stretch_of_days_is_a_version_of_its_own_and_proved_on_its_own():
    policy = read(with_days("A11", "2026-07-01", "－"))

    assert policy.stretches == (date(2026, 4, 1), date(2026, 7, 1))
    proofs = [proof for proof in certificate(policy).proofs if proof.system == "takuso"]
    assert [proof.starts for proof in proofs] == [date(2026, 4, 1), date(2026, 7, 1)]
    assert [proof.ends for proof in proofs] == [date(2026, 7, 1), None]
    assert proofs[0].version != proofs[1].version
    assert not proofs[1].broken
    assert "D13" in {result.invariant.id for result in proofs[0].broken}


def test_as_it_is_read_a_system_stands_in_its_latest_stretch():
    policy = read(with_days("A11", "2026-04-01", "2026-07-01"))

    rules = {rule.id for rule in policy.systems["takuso"].table.rules}
    assert "A11" not in rules
    assert "A11" in {rule.id for rule in policy.systems["takuso"].rules}


# Cells


@pytest.mark.parametrize("dash", "-‐‑‒–—―−－ーｰ─"[:-1])
def test_any_dash_that_stands_alone_is_the_wildcard(dash):
    assert plain(f" {dash} ") == "－"
    assert values_of(dash, name="状況", domain=("平常", "訓練"), place="x") == {"平常", "訓練"}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("平常", {"平常"}),
        ("平常、訓練", {"平常", "訓練"}),
        ("平常,訓練", {"平常", "訓練"}),
        ("平常､ 訓練", {"平常", "訓練"}),
        ("以外:訓練", {"平常", "非常災害"}),
        ("以外：訓練、平常", {"非常災害"}),
    ],
)
def test_a_cell_accepts(cell, expected):
    domain = ("平常", "訓練", "非常災害")

    assert values_of(cell, name="状況", domain=domain, place="x") == expected


@pytest.mark.parametrize("cell", ["", " ", "以外:", "以外:平常、訓練", "、"])
def test_a_cell_that_accepts_nothing_is_an_error(cell):
    with pytest.raises(EmptyCell):
        values_of(cell, name="状況", domain=("平常", "訓練"), place="x")


# Lint


LINTS = {
    "根拠がない": ("安全管理措置（多要素主体認証）", "－", "根拠がありません"),
    "義務がない": (
        "拒否,不要,不要,要,不要,要,不要,不要,安全管理措置（ア",
        "拒否,－,不要,要,不要,要,不要,不要,安全管理措置（ア",
        "義務「理由入力」",
    ),
    "行だけ拒否": (
        "拒否,拒否,拒否,拒否,拒否,拒否,拒否,拒否,拒否,拒否,拒否",
        "拒否,表示,拒否,拒否,拒否,拒否,拒否,拒否,拒否,拒否,拒否",
        "拒否でない区分",
    ),
    "行が一部": ("職務内,表示,表示", "職務内,一部,表示", "『一部』"),
    "すべてに当たる": ("－,－,－,－,－,単要素,－", "－,－,－,－,－,－,－", "すべての組合せ"),
    "日付の前後": ("2026-04-01,－", "2026-04-01,2026-04-01", "適用開始"),
}


@pytest.mark.parametrize("name", LINTS)
def test_a_rule_that_cannot_be_meant_is_an_error(name):
    old, new, word = LINTS[name]

    found = lint(read(edited(RULES, old, new)))

    errors = [str(one) for one in found if one.severity is Severity.ERROR]
    assert any(word in one for one in errors), errors
    assert all("託送業務システム" in one for one in errors)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        pytest.param(
            "同意照会,有無のみ,", "同意照会,変えない,", "変えない", id="個人情報を変えない"
        ),
        pytest.param("共同利用,姓のみ,", "共同利用,空,", "一部の形がない", id="空に一部の上限"),
        pytest.param("code,個人/法人", "json,個人/法人", "", id="型は変えても空のまま"),
        pytest.param("decimal,A / kVA", "date,A / kVA", "型 date", id="マスクの型"),
    ],
)
def test_a_field_that_cannot_be_meant_is_an_error(old, new, word):
    errors = [
        str(one) for one in lint(read(edited(FIELDS, old, new))) if one.severity is Severity.ERROR
    ]

    assert bool(errors) == bool(word)
    assert all(word in one for one in errors)


def test_a_rule_that_opens_a_class_outside_the_rows_is_an_error():
    policy = shipped_policy()
    system = policy.systems["takuso"]
    floor = replace(
        next(rule for rule in system.rules if rule.id == "C02"),
        id="Z01",
        cube=(*system.table.everything[:7], 1, *system.table.everything[8:]),
    )
    opened = system.with_rules((*system.rules, floor))
    found = lint(replace(policy, systems={"takuso": opened}))

    errors = [one for one in found if one.severity is Severity.ERROR and "Z01" in one.place]
    assert any("行について語られていない" in one.problem for one in errors)


def test_a_rule_that_decides_nothing_is_a_warning():
    policy = shipped_policy()
    system = policy.systems["takuso"]
    twice = system.with_rules((*system.rules, replace(system.rules[0], id="Z01")))
    found = lint(replace(policy, systems={"takuso": twice}))

    idle = [one for one in found if "Z01" in one.place]
    assert [one.severity for one in idle] == [Severity.WARNING]
