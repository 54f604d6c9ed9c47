"""Masks are total: whatever stands in a field, a mask or nothing leaves, and never the value."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sekisho.policy.masks import BOUNDS, MASKS, NO_WORDS, code, mask
from sekisho_links.policy.folders import shipped_policy

CUTTING = ("姓のみ", "市区町村まで", "下4桁", "年月まで", "階級", "ドメインのみ", "名義変更後のみ")
SORTING = {
    "有無のみ": {"あり", "なし"},
    "供給中か": {"供給中", "その他", None},
    "保安か": {"保安", "その他", None},
}

anything = st.none() | st.text(st.characters(), max_size=60)
likely = st.one_of(
    st.from_regex(r"[架空]{0,3}[\s　]?[花子]{0,3}", fullmatch=True),
    st.from_regex(
        r"(架空|東京|北海|京都)[都道府県]架空[市郡区]架空町?[0-9０-９一二-]{0,6}", fullmatch=True
    ),
    st.from_regex(r"[0-9０-９-]{0,24}", fullmatch=True),
    st.from_regex(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]", fullmatch=True),
    st.emails(),
)


def test_there_is_a_function_for_each_mask_that_ships_and_no_other():
    assert set(MASKS) == set(shipped_policy().masks)


@pytest.mark.parametrize("name", MASKS)
def test_the_vectors_of_the_sheet_come_out(name):
    method = shipped_policy().masks[name]

    assert (mask(name, method.example) or "") == method.masked


@given(st.sampled_from(CUTTING), anything | likely)
@example("姓のみ", "架")
@example("姓のみ", "架\ud800")
@example("市区町村まで", "架空県架空市")
@example("下4桁", "1234")
@example("ドメインのみ", "example.invalid")
@example("年月まで", "2026-04")
@example("階級", "11〜30")
@example("名義変更後のみ", "5か月分")
@example("姓のみ", "花" * 5000)
def test_a_mask_that_cuts_never_leaves_the_value(name, value):
    left = mask(name, value)

    assert left is None or (left and left != value)


@given(st.sampled_from(tuple(SORTING)), anything)
def test_a_mask_that_sorts_leaves_one_of_its_words(name, value):
    assert mask(name, value) in SORTING[name]


@given(st.sampled_from(("空", "出さない", "知らないマスク")), anything)
def test_a_mask_without_a_form_leaves_nothing(name, value):
    assert mask(name, value) is None


@given(anything)
def test_only_the_mask_that_changes_nothing_leaves_the_value(value):
    assert mask("変えない", value) == value


@pytest.mark.parametrize(
    ("name", "value", "left"),
    [
        pytest.param("姓のみ", "架空 花子", "架空", id="半角の空白"),
        pytest.param("姓のみ", "　架空　花子　", "架空", id="前後の空白"),
        pytest.param("姓のみ", "架空製作所", "架", id="空白がない"),
        pytest.param("姓のみ", "", None, id="空"),
        pytest.param("市区町村まで", "架空県蒲郡市旭町1番", "架空県蒲郡市", id="名に郡がある市"),
        pytest.param(
            "市区町村まで", "三重県四日市市架空町2", "三重県四日市市", id="名に市がある市"
        ),
        pytest.param("市区町村まで", "東京都架空区架空1-2", "東京都架空区", id="特別区"),
        pytest.param("市区町村まで", "京都府宇治市架空3", "京都府宇治市", id="府の名に都がある"),
        pytest.param("市区町村まで", "架空市一丁目", None, id="都道府県がない"),
        pytest.param("市区町村まで", "架空県架空一丁目", None, id="市区町村がない"),
        pytest.param("下4桁", "０９０-１２３４-５６７８", "…5678", id="全角の電話番号"),
        pytest.param("下4桁", "12-34", None, id="4字"),
        pytest.param("下4桁", "12345", "…2345", id="5字"),
        pytest.param("年月まで", "2026-04-01T09:00:00+09:00", "2026-04", id="時刻が付く"),
        pytest.param("年月まで", "2026-13-01", None, id="ない月"),
        pytest.param("階級", "10", "0〜10", id="境は下の階級"),
        pytest.param("階級", "10.5", "11〜30", id="境の少し上"),
        pytest.param("階級", "30A", "11〜30", id="単位が付く"),
        pytest.param("階級", "4,200", "2001〜5000", id="桁区切り"),
        pytest.param("階級", "50001", "50001〜", id="最後の階級"),
        pytest.param("階級", "-1", None, id="負"),
        pytest.param("階級", "不明", None, id="数でない"),
        pytest.param("ドメインのみ", "hanako@GMAIL.com", None, id="個人のドメイン"),
        pytest.param("ドメインのみ", "a@b@example.invalid", "example.invalid", id="＠が二つ"),
        pytest.param("ドメインのみ", "hanako", None, id="＠がない"),
        pytest.param("有無のみ", None, "なし", id="NULL"),
        pytest.param("有無のみ", "　なし ", "なし", id="なしと書いてある"),
        pytest.param("供給中か", "供給中", "供給中", id="供給中"),
        pytest.param("供給中か", "休止", "その他", id="休止"),
        pytest.param("供給中か", None, None, id="NULL"),
        pytest.param("保安か", "小売依頼(未払)", "その他", id="未払"),
        pytest.param("名義変更後のみ", "13か月分（名義変更から20か月）", "13か月分", id="全部が後"),
        pytest.param("名義変更後のみ", "13か月分", None, id="名義変更日が不明"),
    ],
)
def test_what_is_left_of(name, value, left):
    assert mask(name, value) == left


def test_the_classes_of_amounts_do_not_overlap():
    labels = [mask("階級", str(bound)) for bound in BOUNDS]

    assert len(set(labels)) == len(BOUNDS)
    assert "" in NO_WORDS


@given(st.text(max_size=40), st.text(max_size=40), st.binary(min_size=16, max_size=32))
def test_a_code_links_what_is_equal_and_says_nothing_else(one, other, key):
    assert (code(one, key=key) == code(other, key=key)) == (one == other)
    assert len(code(one, key=key)) == 16
    assert code(one, key=key) != code(one, key=key + b"rotated")
