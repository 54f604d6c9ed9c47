"""Why a line of a log cannot be used, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """The closed list of reasons for quarantine (隔離)."""

    ENCODING = "encoding"  # bytes that the declared encoding does not have
    HEADER = "header"  # the heading lacks a column
    REPEATED = "repeated"  # the heading once more, inside the file
    COLUMNS = "columns"  # more or fewer columns than the heading
    JSON = "json"  # not a JSON object
    TIME = "time"  # no moment
    EMPTY = "empty"  # a cell that must be filled is empty
    VALUE = "value"  # a word that the source map does not know
    EXPONENT = "exponent"  # 9.00E+20
    RECORD = "record"  # neither 22 digits nor a 設備ID
    COUNT = "count"  # 件数 is no number
    OTHER_SYSTEM = "other_system"  # a screen of another system
    TRUNCATED = "truncated"  # the file ends inside a line
    LONG = "long"  # a line without an end


_PROBLEM = {
    Reason.ENCODING: "文字コードが{detail}ではない文字があります",
    Reason.HEADER: "見出しが読めません（{detail}）",
    Reason.REPEATED: "見出しがファイルの途中にもう一度あります",
    Reason.COLUMNS: "列の数が見出しと合いません（{detail}）",
    Reason.JSON: "JSON の行として読めません",
    Reason.TIME: "日時「{detail}」が読めません",
    Reason.EMPTY: "「{detail}」が空欄です",
    Reason.VALUE: "知らない値「{detail}」があります",
    Reason.EXPONENT: "番号「{detail}」が指数表記になっていて、下の桁が失われています",
    Reason.RECORD: "番号「{detail}」は、22桁の地点番号でも設備IDでもありません",
    Reason.COUNT: "件数「{detail}」が数ではありません",
    Reason.OTHER_SYSTEM: "画面「{detail}」はこのシステムの画面.csv にありません",
    Reason.TRUNCATED: "ファイルがこの行の途中で終わっています",
    Reason.LONG: "行が長すぎます（{detail}）",
}
_REMEDY = {
    Reason.ENCODING: "出力元の文字コードを確かめ、その行を出し直してください",
    Reason.HEADER: "見出しを content/sources の定義に合わせるか、定義を直してください",
    Reason.REPEATED: "ファイルをつなげたのなら、間の見出しを除いてください",
    Reason.COLUMNS: "区切り文字や改行が値に入っていないか確かめ、出し直してください",
    Reason.JSON: "1行に1件のオブジェクトとして出し直してください",
    Reason.TIME: "形式（{expected}）と暦にある日付かを確かめてください",
    Reason.EMPTY: "出力元で値を補って出し直してください",
    Reason.VALUE: "打ち間違いなら直し、新しい値なら content/sources の定義に加えてください",
    Reason.EXPONENT: "表計算を通さず、番号を文字列として出し直してください",
    Reason.RECORD: "番号の桁を確かめ、文字列として出し直してください",
    Reason.COUNT: "0以上の整数で出し直してください",
    Reason.OTHER_SYSTEM: "別のシステムのログが混じっていないか確かめてください",
    Reason.TRUNCATED: "転送をやり直し、末尾に改行のあるファイルを置いてください",
    Reason.LONG: "改行の抜けや別のファイルの混入がないか確かめ、出し直してください",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A line that was read and not used: where it stands, and why.

    line:   the physical line of the file, from 1.
    offset: where the line begins, in bytes of the (uncompressed) file.
    raw:    its bytes without the line end; of a line that is too long, only the first of them.
    """

    file: str
    line: int
    offset: int
    raw: bytes
    reason: Reason
    detail: str = ""
    expected: str = ""

    @property
    def sentence(self) -> str:
        """The message for a person: file, line, problem, remedy."""
        problem = _PROBLEM[self.reason].format(detail=self.detail)
        remedy = _REMEDY[self.reason].format(expected=self.expected or "その出力元の形式")
        return f"{self.file} {self.line}行目: {problem}。{remedy}"
