"""The typed form of a source file, and its refusals."""

import tomllib

import pytest

from sekisho.errors import SekishoError
from sekisho.trace.dates import TimeForm
from sekisho.trace.refusals import BadLine, Reason
from sekisho.trace.sources import Format, source_from
from sekisho_links import shipped

SAID = {
    "system": "takuso",
    "files": "takuso/*.csv",
    "format": "csv",
    "encoding": "cp932",
    "timezone": "Asia/Tokyo",
    "time_form": "slash",
    "columns": {
        "at": "日時",
        "account": "利用者ID",
        "screen": "画面ID",
        "action": "操作",
        "record": "番号",
        "result": "結果",
    },
    "values": {"action": {"照会": "view"}, "result": {"表示": "shown"}},
    "defaults": {"method": "多要素"},
}


@pytest.mark.parametrize("path", sorted(shipped("content", "sources").glob("*.toml")), ids=str)
def test_every_shipped_source_is_understood(path):
    source = source_from(tomllib.loads(path.read_text("utf-8")), place=path.name)

    assert source.system == path.stem


def test_a_source_says_how_its_log_is_read():
    source = source_from(SAID, place="takuso.toml")

    assert (source.format, source.time_form) == (Format.CSV, TimeForm.SLASH)
    assert source.columns["at"] == "日時"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"format": "xml"}, "xml"),
        ({"time_form": "epoch"}, "epoch"),
        ({"timezone": "Asia/Seoul"}, "Asia/Seoul"),
        ({"colour": "red"}, "colour"),
        ({"columns": {**SAID["columns"], "mood": "気分"}}, "mood"),
        ({"columns": {"at": "日時"}}, "account"),
        ({"columns": "日時"}, "表になって"),
        ({"values": {"result": {"表示": "seen"}}}, "seen"),
    ],
)
def test_a_source_that_cannot_be_followed_says_what_is_wrong_and_what_to_do(change, problem):
    with pytest.raises(SekishoError) as said:
        source_from(SAID | change, place="takuso.toml")

    assert problem in said.value.problem
    assert said.value.place.startswith("takuso.toml")
    assert said.value.remedy


def test_what_is_missing_is_named():
    with pytest.raises(SekishoError, match="encoding"):
        source_from({k: v for k, v in SAID.items() if k != "encoding"}, place="takuso.toml")


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_message_with_file_line_problem_and_remedy(reason):
    bad = BadLine(file="takuso/a.csv", line=7, offset=120, raw=b"x", reason=reason, detail="値")

    assert bad.sentence.startswith("takuso/a.csv 7行目: ")
    assert bad.sentence.count("。") == 1
    assert bad.sentence.endswith("ください")
    assert "{" not in bad.sentence
