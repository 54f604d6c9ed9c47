from dataclasses import replace
from datetime import date, datetime

import pytest

from sekisho.accounts.orders import Correction, OrderKind, PostKind
from sekisho_links.accounts.personnel import BadMapping, mapping_in, mapping_of
from sekisho_links.accounts.personnel.decoding import CP932, decoded, second_codes
from tests.links.accounts.files import (
    HEAD,
    book,
    cp932,
    orders_mapping,
    reading,
    roster_mapping,
    row,
)


def only(data, mapping=None, **said):
    found = reading(data, mapping, **said)
    (fault,) = found.faults
    return found, fault


def test_a_cp932_file_becomes_lines_of_news():
    found = reading(cp932(row(), row(社員番号="0000002", 発令区分="兼務", 発令番号="2027-0002")))

    first, second = found.lines
    assert (first.number, first.employee_number, first.unit) == (2, "0000001", "N09-02")
    assert (first.kind, first.starts, first.employer) == (
        OrderKind.TRANSFER,
        date(2027, 4, 1),
        "N09",
    )
    assert (second.kind, second.post) == (OrderKind.ADD, PostKind.CONCURRENT)
    assert first.raw["name"] == "架空　花子"
    assert found.whole
    assert len(found.sha256) == 64


def test_the_same_file_in_utf_8_says_the_same():
    utf8 = replace(orders_mapping(), encoding="utf-8-sig")
    text = f"{HEAD}\r\n{row()}\r\n"

    with_mark = reading(text.encode("utf-8-sig"), utf8)

    assert with_mark.lines == reading(cp932(row())).lines == reading(text.encode(), utf8).lines


class TestEncoding:
    def test_an_encoding_is_never_guessed(self):
        found, fault = only(f"{HEAD}\n{row()}".encode("utf-8-sig"))

        assert "UTF-8 のファイル" in fault.problem
        assert fault.refused
        assert not found.opens
        assert found.lines == ()

    def test_cp932_bytes_are_no_utf_8(self):
        _, fault = only(cp932(row()), replace(orders_mapping(), encoding="utf-8-sig"))

        assert "読めないバイト" in fault.problem
        assert fault.line == 1

    def test_utf_8_without_its_mark_in_a_cp932_feed_never_passes_as_text(self):
        found = reading(f"{HEAD}\n{row()}".encode())

        assert not found.opens
        assert found.lines == ()

    def test_the_line_of_a_broken_byte_is_told(self):
        _, fault = only(cp932(row(), row(発令番号="2")) + b"\x81\x00")

        assert fault.line == 4

    @pytest.mark.parametrize("byte", [b"\x80", b"\xa0", b"\xfd", b"\xff"])
    def test_bytes_that_are_no_character_are_refused_though_a_codec_takes_them(self, byte):
        _, fault = only(cp932(row()).replace("花子".encode("cp932"), byte))

        assert "CP932 の文字でない" in fault.problem

    def test_all_398_second_codes_are_told_and_become_their_character(self):
        codes = second_codes()

        assert len(codes) == 398
        for code, character in codes.items():
            data = cp932(row(氏名="@@")).replace(b"@@", code.to_bytes(2))
            found, fault = only(data)
            assert found.lines[0].name == character
            assert f"{code:04X}" in fault.problem
            assert not fault.refused

    def test_a_second_code_beside_other_characters(self):
        data = cp932(row(氏名="架空@@髙")).replace(b"@@", b"\xfa\xb1")

        assert reading(data).lines[0].name == "架空" + b"\xfa\xb1".decode("cp932") + "髙"

    @pytest.mark.parametrize(
        ("code", "said"), [(b"\xf0\x40", "F040"), (b"\xf0\x80", "F080"), (b"\xf9\xfc", "F9FC")]
    )
    def test_an_external_character_is_kept_and_told_by_its_cell(self, code, said):
        found, fault = only(cp932(row(氏名="架空@@")).replace(b"@@", code))

        assert said in fault.problem
        assert (fault.line, fault.column, fault.refused) == (2, "氏名", False)
        assert found.lines[0].name == "架空" + code.decode("cp932")

    def test_an_external_character_in_a_number_is_refused(self):
        found = reading(cp932(row(社員番号="00000@@")).replace(b"@@", b"\xf0\x40"))

        assert found.lines == ()

    def test_twins_are_told_and_the_original_stays(self):
        found, fault = only(cp932(row(役職="担当～")))

        assert "～（〜 と同じに扱います）" in fault.problem
        assert found.lines[0].title == "担当～"

    def test_what_is_decoded_without_stand_ins_is_what_the_codec_gives(self):
        data = cp932(row())

        assert decoded(data, encoding=CP932) == data.decode(CP932)


class TestNumbers:
    @pytest.mark.parametrize("number", ["9.00E+20", "9E+06", "９．００Ｅ＋２０"])
    def test_an_exponent_is_refused(self, number):
        found, fault = only(cp932(row(社員番号=number)))

        assert "指数" in fault.problem
        assert found.lines == ()

    def test_lost_zeros_are_refused_unless_the_mapping_says_otherwise(self):
        _, fault = only(cp932(row(社員番号="1")))
        padded, warning = only(cp932(row(社員番号="1")), replace(orders_mapping(), pad=True))

        assert "1 桁しか" in fault.problem
        assert fault.refused
        assert padded.lines[0].employee_number == "0000001"
        assert not warning.refused

    def test_width_does_not_matter_and_length_does(self):
        assert reading(cp932(row(社員番号="０００００１２"))).lines[0].employee_number == "0000012"
        assert "8 桁" in only(cp932(row(社員番号="00000012")))[1].problem
        assert "社員番号がありません" in only(cp932(row(社員番号="")))[1].problem


class TestDays:
    @pytest.mark.parametrize(
        "text",
        ["2027-04-01", "2027/4/1", "令和9年4月1日", "R9.4.1", "２０２７／４／１", "20270401"],
    )
    def test_a_day_in_every_form(self, text):
        assert reading(cp932(row(発令日=text))).lines[0].starts == date(2027, 4, 1)

    def test_the_first_year_of_an_era_and_an_era_that_was_over(self):
        assert reading(cp932(row(発令日="令和元年5月1日"))).lines[0].starts == date(2019, 5, 1)
        found, fault = only(cp932(row(発令日="平成39年4月1日")))
        assert found.lines[0].starts == date(2027, 4, 1)
        assert "元号の終わったあと" in fault.problem
        assert not fault.refused

    @pytest.mark.parametrize("text", ["4/1", "2027/2/29", "令和元年4月30日", "46113", "0207/4/1"])
    def test_what_is_no_day_is_refused(self, text):
        found, fault = only(cp932(row(発令日=text)))

        assert fault.column == "発令日"
        assert found.lines == ()

    def test_no_end_is_until_further_notice(self):
        assert reading(cp932(row(終了日="9999/12/31"))).lines[0].last_day is None


class TestWords:
    def test_an_unknown_word_is_refused_with_the_known_ones(self):
        _, fault = only(cp932(row(発令区分="栄転")))

        assert "栄転" in fault.problem
        assert "異動" in fault.remedy

    def test_a_correction_and_a_cancellation(self):
        found = reading(cp932(row(訂正区分="訂正"), row(訂正区分="取消", 発令番号="2")))

        assert [line.correction for line in found.lines] == [Correction.CORRECT, Correction.CANCEL]

    def test_a_word_for_a_company_is_its_code(self):
        assert reading(cp932(row(従事会社="小売"))).lines[0].works_for == "R000"
        assert reading(cp932(row(従事会社=""))).lines[0].works_for == "N09"


class TestShape:
    def test_a_missing_column_refuses_the_file(self):
        found, fault = only(cp932(row(), head=HEAD.replace("終了日", "満了日")))

        assert "終了日" in fault.problem
        assert not found.opens

    def test_a_heading_twice_refuses_the_file(self):
        assert not reading(cp932(row(), head=HEAD.replace("枝番", "氏名"))).opens

    def test_a_shifted_row_is_refused_alone(self):
        found, fault = only(cp932(row(), row(発令番号="2") + ",余り", row(発令番号="3")))

        assert fault.line == 3
        assert [line.number for line in found.lines] == [2, 4]
        assert not found.whole

    def test_an_open_quote_refuses_the_file(self):
        found, _ = only(cp932(row(氏名='"架空')))

        assert not found.opens

    def test_a_comma_and_a_line_end_within_quotes_belong_to_the_cell(self):
        found = reading(cp932(row(役職='"担当,兼\n務"'), row(発令番号="2", 発令日="?")))

        assert found.lines[0].title == "担当,兼\n務"
        assert found.faults[0].line == 4

    @pytest.mark.parametrize("data", [b"", b" \r\n "])
    def test_nothing_is_refused(self, data):
        assert not reading(data).opens

    def test_a_control_character_refuses_the_line(self):
        assert reading(cp932(row(氏名="架空\x01"))).lines == ()

    def test_a_workbook_called_csv_is_refused(self):
        assert "Excel" in only(book())[1].problem


class TestWorkbooks:
    excel = replace(orders_mapping(), form="excel")

    def cells(self, **said):
        values = dict(zip(HEAD.split(","), row().split(","), strict=True)) | said
        return [values[name] or None for name in HEAD.split(",")]

    def test_a_workbook_says_what_a_csv_says(self):
        found = reading(book(self.cells()), self.excel)

        assert found.faults == ()
        assert found.lines == reading(cp932(row())).lines

    def test_a_day_that_is_a_day_is_taken_and_a_number_that_lost_zeros_is_not(self):
        day = reading(book(self.cells(発令日=datetime(2027, 4, 1))), self.excel)  # noqa: DTZ001
        found, fault = only(book(self.cells(社員番号=12)), self.excel)

        assert day.lines[0].starts == date(2027, 4, 1)
        assert "2 桁しか" in fault.problem
        assert found.lines == ()

    def test_a_formula_refuses_its_row_only(self):
        found, fault = only(book(self.cells(), self.cells(役職="=A2")), self.excel)

        assert (fault.line, fault.column) == (3, "F列")
        assert [line.number for line in found.lines] == [2]

    def test_of_several_sheets_one_must_be_named(self):
        data = book(self.cells(), 控え="visible")

        assert not reading(data, self.excel).opens
        assert reading(data, replace(self.excel, sheet="発令")).lines
        assert reading(book(self.cells(), 控え="hidden"), self.excel).lines

    def test_what_is_no_workbook_is_refused(self):
        assert not reading(b"PK\x03\x04broken", self.excel).opens
        assert not reading(cp932(row()), self.excel).opens


class TestRosters:
    head = "社員番号,氏名,カナ,所属コード,役職,種別,配属日,任期満了日"

    def test_a_line_of_a_snapshot_states_a_post_and_makes_its_own_number(self):
        data = f"{self.head}\n000001,架空,カクウ,R000-01,担当,本務,2023/4/1,".encode()

        first = reading(data, roster_mapping()).lines[0]
        again = reading(data, roster_mapping(), as_of=date(2027, 5, 1)).lines[0]

        assert first.kind is OrderKind.STATE
        assert first.identity == again.identity

    def test_a_line_without_a_day_states_that_of_the_snapshot(self):
        data = f"{self.head}\n000001,架空,カクウ,R000-01,担当,本務,,".encode()

        assert reading(data, roster_mapping(), as_of=date(2027, 5, 1)).lines[0].starts == date(
            2027, 5, 1
        )


class TestMapping:
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            pytest.param({"encoding": "shift_jis"}, "shift_jis", id="宣言できない文字の種類"),
            pytest.param({"company": ""}, "company", id="会社なし"),
            pytest.param({"colums": {}}, "colums", id="知らない項目"),
            pytest.param({"columns": {"unit": "組織"}}, "employee_number", id="要る列なし"),
            pytest.param({"columns": {"salary": "給与"}}, "salary", id="知らない列"),
            pytest.param({"orders": {"異動": "teleport"}}, "teleport", id="知らない発令"),
            pytest.param({"orders": "異動"}, "orders", id="表でない"),
            pytest.param({"number": {"width": "七"}}, "width", id="桁数が数でない"),
        ],
    )
    def test_a_mapping_that_cannot_be_is_refused_with_a_remedy(self, change, words):
        said = {
            "company": "N09",
            "mode": "snapshot",
            "columns": {"employee_number": "社員番号", "unit": "組織"},
        }
        assert mapping_of(said).mode == "snapshot"

        with pytest.raises(BadMapping, match=words) as error:
            mapping_of(said | change)

        assert error.value.remedy

    def test_text_that_is_no_toml(self):
        with pytest.raises(BadMapping, match="TOML"):
            mapping_in("[columns")


def test_twenty_thousand_lines_are_read_within_seconds():
    lines = [row(社員番号=f"{n:07d}", 発令番号=f"2027-{n}") for n in range(1, 20_001)]

    found = reading(cp932(*lines))

    assert len(found.lines) == 20_000
