"""Labels are drawn so that a camera reads them; lists are read fault by fault."""

import io

import openpyxl
import pytest
import segno

from sekisho.terminals.labels import text_of
from sekisho_links.terminals.labels import svg_of
from sekisho_links.terminals.lists import devices_in, labels_in

CLASSES = {"送配電端末": "network", "災害貸与端末": "lent"}
KINDS = {"執務室": "fixed", "災害用": "emergency"}
HEAD = "端末番号,所有,端末の区分,用途,製造番号\n"


def read(body, encoding="utf-8-sig"):
    return devices_in(body, encoding=encoding, classes=CLASSES, kinds=KINDS)


def test_a_label_is_a_picture_without_style_or_script():
    drawn = svg_of(text_of("N09-T00001"))

    assert drawn.startswith("<svg")
    assert "style=" not in drawn
    assert "<script" not in drawn


def test_a_label_survives_a_scratch():
    assert segno.make(text_of("N09-T00001"), error="q", micro=False).error in ("Q", "H")


def test_a_csv_and_a_workbook_say_the_same():
    line = "N09-1,N09,災害貸与端末,災害用,0012"
    book = openpyxl.Workbook()
    for row in (HEAD.strip().split(","), line.split(",")):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)

    [by_csv] = read((HEAD + line).encode()).lines
    [by_book] = read(file.getvalue()).lines

    assert by_csv == by_book
    assert (by_csv.terminal_class, by_csv.kind, by_csv.maker_serial) == (
        "lent",
        "emergency",
        "0012",
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param("端末1,N09,送配電端末,執務室,", "端末番号", id="番号でない"),
        pytest.param("N09-1,,送配電端末,執務室,", "所有", id="所有がない"),
        pytest.param("N09-1,N09,謎,執務室,", "区分", id="区分が違う"),
        pytest.param("N09-1,N09,送配電端末,謎,", "用途", id="用途が違う"),
        pytest.param("N09-1,N09,送配電端末", "列の数", id="列が足りない"),
    ],
)
def test_each_fault_has_its_line(line, said):
    found = read((HEAD + line).encode())

    assert found.lines == []
    [fault] = found.faults
    assert fault.line == 2
    assert said in fault.problem
    assert fault.remedy


def test_a_number_that_comes_twice_is_said_with_both_lines():
    body = HEAD + "N09-1,N09,送配電端末,執務室,\n" * 2

    [fault] = read(body.encode()).faults

    assert (fault.line, "2 行目" in fault.problem) == (3, True)


@pytest.mark.parametrize("bad", [b"", b"\xd0\xcf\x11\xe0", "番号\n1".encode(), b"PK\x03\x04xx"])
def test_what_is_no_list_is_refused_whole(bad):
    found = read(bad)

    assert not found.whole
    assert found.faults


def test_labels_of_a_hand_scanner_come_as_text_or_as_a_list():
    assert labels_in(b"SKT.D1.69\r\n\r\nD2\n", encoding="utf-8-sig") == (
        ["SKT.D1.69", "D2"], [],
    )  # fmt: skip
    assert labels_in("札,時刻\nD1,10:00\n".encode(), encoding="utf-8-sig")[0] == ["D1"]
    assert labels_in("番号,時刻\nD1,10:00\n".encode(), encoding="utf-8-sig")[1]
