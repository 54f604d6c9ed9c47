"""The rows of a file, a CSV or a workbook, in the form and encoding that were declared."""

from sekisho_links.accounts.personnel.decoding import Undecodable, decoded
from sekisho_links.accounts.personnel.mapping import FeedMapping
from sekisho_links.workbooks.rows import LARGEST, Row, Rows, rows_of_text, rows_of_workbook

_NUMBERS = ("employee_number", "previous_number", "manager", "order_no", "branch", "group_id")
_DAYS = ("starts", "last_day")

__all__ = ["Row", "Rows", "rows_of"]


def rows_of(data: bytes, mapping: FeedMapping) -> Rows:
    """Return the rows of a file in the form that the mapping declares."""
    if len(data) > LARGEST:
        return Rows().refuse(
            f"ファイルが大きすぎます（{LARGEST // 1024 // 1024} MB まで）",
            "期間か組織で分けて送ってください",
        )
    if not data.strip():
        return Rows().refuse("ファイルが空です", "人事の書き出しを確かめてください")
    headings = tuple(mapping.columns.values())
    if mapping.form == "excel":
        return rows_of_workbook(
            data,
            headings=headings,
            numbers=[mapping.columns[key] for key in _NUMBERS if key in mapping.columns],
            days=[mapping.columns[key] for key in _DAYS if key in mapping.columns],
            sheet=mapping.sheet,
        )
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return Rows().refuse(
            "Excel のブックです（宣言は CSV）", "CSV で書き出すか、列の対応を直してください"
        )
    try:
        text = decoded(data, encoding=mapping.encoding)
    except Undecodable as error:
        return Rows().refuse(
            error.problem,
            "書き出しの文字の種類を確かめるか、列の対応の encoding を直してください",
            line=error.line,
        )
    return rows_of_text(text, headings=headings, delimiter=mapping.delimiter)
