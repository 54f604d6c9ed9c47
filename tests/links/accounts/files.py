"""Files as a personnel system writes them, byte by byte."""

from datetime import UTC, datetime
from io import BytesIO

from openpyxl import Workbook

from sekisho_links import shipped
from sekisho_links.accounts.personnel import mapping_in, read

RECEIVED = datetime(2027, 3, 20, 3, tzinfo=UTC)
HEAD = (
    "社員番号,氏名,カナ,従事会社,組織コード,役職,発令区分,発令日,終了日,発令番号,枝番,"
    "訂正区分,前社員番号,個人番号"
)


def orders_mapping():
    return mapping_in(shipped("content", "feeds", "orders.toml").read_text(encoding="utf-8"))


def roster_mapping():
    return mapping_in(shipped("content", "feeds", "roster.toml").read_text(encoding="utf-8"))


def row(**said):
    cells = {
        "社員番号": "0000001",
        "氏名": "架空　花子",
        "カナ": "カクウ　ハナコ",
        "従事会社": "送配電",
        "組織コード": "N09-02",
        "役職": "担当",
        "発令区分": "異動",
        "発令日": "2027/4/1",
        "終了日": "",
        "発令番号": "2027-0001",
        "枝番": "",
        "訂正区分": "新規",
        "前社員番号": "",
        "個人番号": "",
        **said,
    }
    return ",".join(cells[name] for name in HEAD.split(","))


def cp932(*rows, head=HEAD):
    return "\r\n".join([head, *rows, ""]).encode("cp932")


def book(*rows, head=HEAD, **sheets):
    """rows: of values, so that numbers and days can be what a spreadsheet makes of them."""
    made = Workbook()
    made.active.title = "発令"
    made.active.append(head.split(","))
    for cells in rows:
        made.active.append(cells)
    for title, state in sheets.items():
        made.create_sheet(title).sheet_state = state
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def reading(data, mapping=None, **said):
    return read(
        data, mapping or orders_mapping(), source="人事", batch="b", received_at=RECEIVED, **said
    )
