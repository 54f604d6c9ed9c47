"""What a workbook hides or cannot say: each file really has the fault, and is refused by name."""

import re
from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.styles import Font

from sekisho.policy.editing import with_cell as edited
from sekisho_links.policy.workbooks import files_in_workbook, write_workbook
from tests.links.policy.books import (
    TAKUSO,
    book,
    book_of,
    by_hand,
    files,
    parts_of,
    refused,
    with_cell,
    with_sheet,
)

RULES = f"{TAKUSO}/判定表.csv"


CELLS = [
    ("TK_判定表", "F12", "<f>CONCAT(A1)</f><v>x</v>", "数式があります（=CONCAT(A1)）"),
    ("TK_判定表", "F12", '<f t="shared" si="0"/><v>1</v>', "共通の数式"),
    ("TK_判定表", "F12", ' t="e"><v>#REF!</v>', "エラー値 #REF!"),
    ("TK_整理表", "G2", ' t="n"><v>9E+20</v>', "数に変わった値があります（9E+20）"),
    ("TK_整理表", "A2", "<v>1.5</v>", "数に変わった"),
    ("TK_整理表", "G2", ' t="b"><v>1</v>', "真偽値に変わった値があります（TRUE）"),
    ("TK_整理表", "G2", ' t="d"><v>2026-04-01</v>', "日付に変わった値があります（2026-04-01）"),
    ("TK_判定表", "AF3", ' t="d"><v>2026-04-01T12:00:00</v>', "日付に変わった"),
    ("TK_判定表", "AF3", "<v>46113</v>", "数に変わった"),
    ("TK_判定表", "B2", ' t="inlineStr"><is><t>a_x0000_b</t></is>', "書けない文字"),
    ("TK_判定表", "B2", ' t="inlineStr"><is><t>_xD83D_</t></is>', "書けない文字"),
    (
        "TK_判定表",
        "B2",
        ' t="inlineStr"><is><r><rPr><strike/></rPr><t>消した値</t></r><r><t>－</t></r></is>',
        "取り消し線",
    ),
]


@pytest.mark.parametrize(("title", "address", "xml", "problem"), CELLS)
def test_a_cell_that_is_no_text_is_named_by_its_address(title, address, xml, problem):
    said = refused(with_cell(title, address, xml))

    assert [one for one in said if problem in one] == said[:1]
    assert said[0].startswith(f"シート「{title}」 {address} ")


def by_openpyxl(edit):
    opened = load_workbook(BytesIO(book()))
    edit(opened)
    out = BytesIO()
    opened.save(out)
    return out.getvalue()


def test_a_style_that_shows_days_strikes_through_or_shows_nothing_is_seen():
    def edit(opened):
        sheet = opened["TK_整理表"]
        sheet["G2"] = 46113
        sheet["G2"].number_format = '[$-411]ggge"年"m"月"d"日"'
        sheet["G3"].font = Font(name="BIZ UDPGothic", strike=True)
        sheet["G4"].number_format = ";;;"
        sheet["G5"].number_format = '#,##0"円"'

    said = refused(by_openpyxl(edit))

    assert [one.partition("（")[0] for one in said] == [
        "シート「TK_整理表」 G2 日付に変わった値があります",
        "シート「TK_整理表」 G3 取り消し線を引いた値があります",
        "シート「TK_整理表」 G4 表示されない書式",
    ]


def test_whole_numbers_and_days_are_taken_where_they_are_meant():
    def edit(opened):
        opened["TK_画面"]["F3"] = 50
        opened["TK_判定表"]["AF2"] = 46113
        opened["TK_判定表"]["AF2"].number_format = "yyyy/m/d"

    assert files_in_workbook(by_openpyxl(edit)) == files()


def test_days_are_counted_as_the_book_counts_them():
    data = with_cell("TK_判定表", "AF2", ' t="n"><v>44651</v>')
    parts = parts_of(data)
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        b"<workbookPr", b'<workbookPr date1904="1"'
    )
    parts["xl/styles.xml"] = re.sub(rb'numFmtId="49"', b'numFmtId="14"', parts["xl/styles.xml"])

    assert files_in_workbook(book_of(parts)) == files()


SHEETS = [
    pytest.param(
        lambda text: text.replace(
            "</sheetData>", '</sheetData><mergeCells><mergeCell ref="B2:B3"/></mergeCells>'
        ),
        "シート「NO」 B2:B3 結合したセル",
        id="結合",
    ),
    pytest.param(
        lambda text: re.sub(r'<row r="3"', '<row r="3" hidden="1"', text),
        "シート「NO」 3行目 隠れた行",
        id="隠れた行",
    ),
    pytest.param(
        lambda text: re.sub(r'<row r="3"', '<row r="3" ht="0" customHeight="1"', text),
        "シート「NO」 3行目 隠れた行",
        id="高さのない行",
    ),
    pytest.param(
        lambda text: re.sub(r'<row r="3"', '<row r="3" hidden="1"', text).replace(
            "</sheetData>",
            '</sheetData><autoFilter ref="A1:AG9"><filterColumn colId="1">'
            '<filters><filter val="x"/></filters></filterColumn></autoFilter>',
        ),
        "シート「NO」 3行目 絞り込みで隠れた行",
        id="絞り込み",
    ),
    pytest.param(
        lambda text: text.replace("<cols>", '<cols><col min="4" max="4" hidden="1"/>'),
        "シート「NO」 D列 隠れた列",
        id="隠れた列",
    ),
    pytest.param(
        lambda text: text.replace("<cols>", '<cols><col min="4" max="4" width="0"/>'),
        "シート「NO」 D列 隠れた列",
        id="幅のない列",
    ),
    pytest.param(
        lambda text: text.replace(
            "</row>", '<c r="AZ1" t="inlineStr"><is><t>めも</t></is></c></row>', 1
        ),
        "シート「NO」 AH1 見出しのない列",
        id="離れた見出し",
    ),
    pytest.param(
        lambda text: re.sub(
            r'(<row r="5".*?)</row>',
            r'\1<c r="AZ5" t="inlineStr"><is><t>めも</t></is></c></row>',
            text,
        ),
        "シート「NO」 AZ5 見出しのない列に値",
        id="見出しのない値",
    ),
]


@pytest.mark.parametrize(("edit", "said"), SHEETS)
def test_what_a_sheet_hides_is_named_by_its_address(edit, said):
    assert refused(with_sheet("TK_判定表", edit))[0].startswith(said.replace("NO", "TK_判定表"))


def test_every_fault_of_every_sheet_is_told_at_once():
    data = with_cell("TK_判定表", "F12", "<f>1+1</f><v>2</v>")
    data = with_sheet(
        "TK_画面", lambda text: text.replace('<row r="3"', '<row r="3" hidden="1"'), of=data
    )
    data = book_of(parts_of(data) | {"xl/vbaProject.bin": b"x"})

    said = refused(data)

    assert len(said) == 3
    for word in ("マクロ", "TK_判定表」 F12", "TK_画面」 3行目"):
        assert any(word in one for one in said)


def test_a_thousand_faults_of_a_kind_are_counted():
    data = with_sheet("TK_整理表", lambda text: re.sub("<v>[0-9]+</v>", "<f>1</f><v>1</v>", text))

    said = refused(data)

    assert len(said) < 60
    assert any("ほかに" in one and "か所" in one for one in said)


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace('<row r="3"', '<row r="2"'),
        lambda text: text.replace('<c r="B3"', '<c r="A3"'),
        lambda text: text.replace('<c r="B3"', '<c r="B4"'),
        lambda text: re.sub(r'(<c r="B3"[^>]*>)<v>\d+</v>', r"\1<v>99999999</v>", text),
    ],
    ids=["行が二度", "セルが二度", "番地が違う", "ない文字列"],
)
def test_a_sheet_that_programs_would_read_differently_is_refused(edit):
    assert "読めません" in refused(with_sheet("TK_判定表", edit))[0]


def test_a_hundred_thousand_rows_are_left_at_the_first_that_is_too_far(monkeypatch):
    rows = "".join(f'<row r="{n}"><c t="str"><v>a</v></c></row>' for n in range(1, 100_001))
    tables = {"属性": f'<dimension ref="A1:B2"/><sheetData>{rows}</sheetData>'}

    assert refused(by_hand(tables)) == [
        "シート「属性」 A20001 表が大きすぎます（20,000 行、200 列まで）"
    ]


def test_cells_without_end_are_refused_although_nothing_stands_in_them():
    rows = f"<row>{'<c/>' * 16_000}</row>" * 200

    assert "多すぎます" in refused(by_hand({"属性": f"<sheetData>{rows}</sheetData>"}))[0]


def test_too_many_columns_are_refused():
    cells = "".join(f'<c t="str"><v>a{n}</v></c>' for n in range(201))

    (said,) = refused(by_hand({"属性": f"<sheetData><row>{cells}</row></sheetData>"}))

    assert said.startswith("シート「属性」 GS1 表が大きすぎます")


def test_a_sheet_that_is_gone_is_missed():
    without = {path: data for path, data in files().items() if path not in (RULES, "属性.csv")}

    said = refused(write_workbook(without), base=files())

    assert sorted(said) == sorted(
        [f"{RULES} シート「TK_判定表」がありません", "属性.csv シート「属性」がありません"]
    )


def test_the_sheets_of_other_systems_need_not_be_there(monkeypatch):
    assert (
        files_in_workbook(book(), base={**files(), "別のシステム/判定表.csv": b"a\n1\n"}) == files()
    )


def renamed(new):
    parts = parts_of(book())
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        'name="TK_画面"'.encode(), f'name="{new}"'.encode()
    )
    return book_of(parts)


def test_a_sheet_that_no_table_is_called_is_refused():
    assert "シート「めも」は知らない表です" in refused(renamed("めも"))[0]
    assert "シート「TX_画面」は知らない表です" in refused(renamed("TX_画面"), base=files())[0]
    assert "シート「TK_画面 (2)」は知らない表です" in refused(renamed("TK_画面 (2)"))[0]


def test_two_sheets_for_one_table_are_refused():
    assert "同じ表のシートが二つあります" in refused(renamed("ＴＫ_画面項目"))[0]


def test_a_hidden_sheet_is_refused():
    parts = parts_of(book())
    for state in (b"hidden", b"veryHidden"):
        hidden = parts["xl/workbook.xml"].replace(
            'name="TK_画面"'.encode(), 'name="TK_画面" state="'.encode() + state + b'"'
        )
        assert refused(book_of(parts | {"xl/workbook.xml": hidden})) == [
            "シート「TK_画面」 隠れたシートです"
        ]


def test_an_id_that_stands_twice_is_told_with_both_addresses():
    twice = edited(files(), RULES, row="A03", column="備考", value="x")
    twice[RULES] = twice[RULES].replace(b"\nA03,", b"\nA01,")

    assert refused(write_workbook(twice)) == [
        "シート「TK_判定表」 A4 規則ID「A01」が重複しています（A2 にもあります）"
    ]


class TestCopies:
    def edit(self, cell, value, of=None):
        opened = load_workbook(BytesIO(of or book()))
        opened["TK_判定表（横）"][cell] = value
        out = BytesIO()
        opened.save(out)
        return out.getvalue()

    def test_an_edit_in_the_copy_is_found_and_told_where_it_belongs(self):
        for base in (None, files()):
            (said,) = refused(self.edit("C5", "営業提案"), base=base)
            assert said.startswith(
                "シート「TK_判定表（横）」 C5 読むための写しが書き換えられています"
            )

    def test_a_copy_that_is_only_old_is_no_fault(self):
        data = with_cell("TK_判定表", "AE2", ' t="inlineStr"><is><t>直した</t></is>')

        assert files_in_workbook(data, base=files()) == edited(
            files(), RULES, row="A01", column="備考", value="直した"
        )

    def test_a_copy_that_is_gone_or_hidden_is_not_missed(self):
        opened = load_workbook(BytesIO(book()))
        opened["TK_判定表（横）"].sheet_state = "hidden"
        hidden = BytesIO()
        opened.save(hidden)
        del opened["TK_判定表（横）"]
        without = BytesIO()
        opened.save(without)

        assert files_in_workbook(hidden.getvalue(), base=files()) == files()
        assert files_in_workbook(without.getvalue(), base=files()) == files()
