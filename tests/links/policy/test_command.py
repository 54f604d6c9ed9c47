"""sekisho prove and sekisho decide, over folders: text in, text out, an exit status."""

import json
import shutil

import pytest
import typer
from typer.testing import CliRunner

from sekisho_cli import proof
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in, shipped_policy
from sekisho_links.policy.workbooks import write_archive, write_workbook

app = typer.Typer()
proof.register(app)
runner = CliRunner()

CONTEXT = [f"{k}={v}" for k, v in shipped_policy().systems["takuso"].examples[0].context.items()]


@pytest.fixture
def folder(tmp_path):
    copied = shutil.copytree(shipped("tables"), tmp_path / "表")
    for path in (copied, *copied.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return copied


def edit(folder, old, new, path="託送業務システム/判定表.csv"):
    text = (folder / path).read_text("utf-8")
    assert old in text
    (folder / path).write_text(text.replace(old, new, 1), "utf-8")


def test_the_tables_that_ship_are_proved():
    result = runner.invoke(app, ["prove", "--json"])

    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert set(answer) == {"systems"}
    assert len(answer["systems"]) == 7
    for system in answer["systems"]:
        assert set(system) == {"system", "version", "invariants"}
        for line in system["invariants"]:
            assert set(line) == {"id", "held", "witness", "sentence"}
            assert line["held"]
            assert line["witness"] is None


def test_one_system_is_proved_under_each_of_its_names():
    for name in ("託送業務システム", "takuso", "TK"):
        result = runner.invoke(app, ["prove", "--system", name, "--json"])
        assert [one["system"] for one in json.loads(result.stdout)["systems"]] == [
            "託送業務システム"
        ]


def test_a_broken_invariant_is_shown_with_a_witness_that_decide_confirms(folder):
    edit(folder, ",切替手続,平常、非常災害,常時", ",切替手続,－,常時")
    edit(folder, "A04,－,－,訓練", "A04,－,営業提案,訓練")

    result = runner.invoke(app, ["prove", str(folder), "--json"])

    assert result.exit_code == 1
    lines = json.loads(result.stdout)["systems"][0]["invariants"]
    broken = next(line for line in lines if line["id"] == "F24")
    assert not broken["held"]
    assert "になります（規則 " in broken["sentence"]
    look = [f"{name}={value}" for name, value in broken["witness"].items()]
    asked = ["decide", "--system", "託送業務システム", "--tables", str(folder), *look, "--json"]
    answer = json.loads(runner.invoke(app, asked).stdout)
    assert answer["context"] == broken["witness"]
    assert answer["classes"]["レコード"] == "表示"
    assert answer["context"]["状況"] == "訓練"
    shown = runner.invoke(app, ["prove", str(folder)])
    assert shown.exit_code == 1
    assert "反例" in shown.stdout
    assert "sekisho decide --system 託送業務システム" in shown.stdout


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param(
            "条件:状況", "条件:天気", ["判定表.csv 1行目", "天気", "条件:状況"], id="知らない列"
        ),
        pytest.param("A04,－,－,訓練", "A04,－,,訓練", ["判定表.csv 5行目 A04", "空欄"], id="空欄"),
        pytest.param("\nA02,", "\nA01,", ["判定表.csv 3行目 A01", "重複"], id="重複した規則ID"),
        pytest.param("A04,－,－,訓練", "A04,－,－,演習", ["5行目 A04", "訓練"], id="知らない値"),
    ],
)
def test_a_table_that_cannot_be_read_is_named_by_file_line_problem_and_remedy(
    old, new, words, folder
):
    edit(folder, old, new)

    result = runner.invoke(app, ["prove", str(folder)])

    assert result.exit_code == 2
    assert result.stdout == ""
    for word in ("託送業務システム", *words):
        assert word in result.stderr


def test_a_table_in_another_encoding_or_cut_off_is_named(folder):
    table = folder / "託送業務システム" / "判定表.csv"
    text = table.read_text("utf-8")
    for data, word in (
        (text.replace("－", "-").encode("cp932"), "Shift_JIS"),
        (text.encode()[:3000], "途中"),
    ):
        table.write_bytes(data)
        result = runner.invoke(app, ["prove", str(folder)])
        assert result.exit_code == 2
        assert word in result.stderr
        assert "判定表.csv" in result.stderr


def test_a_folder_or_a_system_that_is_not_there_is_named(tmp_path):
    assert runner.invoke(app, ["prove", str(tmp_path / "ない")]).exit_code == 2
    result = runner.invoke(app, ["prove", "--system", "架空"])
    assert result.exit_code == 2
    assert "託送業務システム（takuso）" in result.stderr


def test_a_decision_says_treatments_duties_and_the_rules_that_spoke():
    result = runner.invoke(app, ["decide", "--system", "takuso", *CONTEXT, "--json"])

    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert list(answer) == ["system", "context", "classes", "fields", "duties", "rules"]
    assert answer["system"] == "託送業務システム"
    assert answer["classes"]["本人連絡先"] == "表示"
    assert answer["fields"]["customer_name"] == "表示"
    assert answer["fields"]["switching_to_retailer"] == "拒否"
    assert answer["duties"] == ["重点記録"]
    assert answer["rules"]["要配慮資格"] == ["A26", "B01"]


def test_an_attribute_that_is_left_out_is_unknown_and_everything_is_refused():
    result = runner.invoke(app, ["decide", "--system", "takuso", *CONTEXT[:-1], "--json"])

    answer = json.loads(result.stdout)
    assert set(answer["classes"].values()) == {"拒否"}
    assert set(answer["fields"].values()) == {"拒否"}
    assert len(answer["duties"]) == 7
    shown = runner.invoke(app, ["decide", "--system", "takuso", *CONTEXT[:-1]])
    assert "不明: 対象範囲" in shown.stdout


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        pytest.param("閲覧者=新電力", "閲覧者区分", id="知らない属性"),
        pytest.param("閲覧者区分=新電", "新電力", id="知らない値"),
        pytest.param("新電力", "属性=値", id="形が違う"),
    ],
)
def test_what_is_not_known_is_answered_with_what_is(typed, word):
    result = runner.invoke(app, ["decide", "--system", "takuso", typed])

    assert result.exit_code == 2
    assert word in result.stderr
    assert result.stdout == ""


def test_the_help_is_in_japanese():
    for command in ("prove", "decide"):
        assert "判定" in runner.invoke(app, [command, "--help"]).stdout


def test_a_workbook_is_proved_like_a_folder(folder, tmp_path):
    write_workbook(files_in(folder), tmp_path / "表.xlsx")

    result = runner.invoke(app, ["prove", str(tmp_path / "表.xlsx"), "--system", "SE"])

    assert result.exit_code == 0
    assert "証明済: 反例なし" in result.stdout


def test_an_archive_of_csv_is_proved_like_a_folder(folder, tmp_path):
    write_archive(files_in(folder), tmp_path / "表.zip")

    result = runner.invoke(app, ["prove", str(tmp_path / "表.zip"), "--system", "SE"])

    assert result.exit_code == 0


def test_what_is_wrong_in_a_workbook_is_told_by_its_cell(folder, tmp_path):
    book = tmp_path / "表.XLSX"
    edit(folder, "異動した人、6か月", "=異動した人、6か月")
    edit(folder, "安全管理措置（多要素主体認証）", "－")
    write_workbook(files_in(folder), book, system="TK")
    found = runner.invoke(app, ["prove", str(book)])
    edit(folder, "A04,－,－,訓練", "A04,－,－,演習")
    write_workbook(files_in(folder), book, system="TK")
    unread = runner.invoke(app, ["prove", str(book)])
    book.write_bytes(b"x")
    no_book = runner.invoke(app, ["prove", str(book)])

    assert "誤り シート「TK_判定表」 AD3: 根拠がありません" in found.stderr
    assert unread.exit_code == no_book.exit_code == 2
    assert "シート「TK_判定表」 D5" in unread.stderr
    assert "Excel のブックとして読めません" in no_book.stderr
