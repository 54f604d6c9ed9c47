"""A place is its words, and knows the file, row and column behind them."""

import copy
import pickle

import pytest

from sekisho.policy.place import Place

ROW = Place(
    "判定表.csv 5行目 A04", file="判定表.csv", line=5, row=4, columns={"条件:状況": 4}, id="A04"
)


def test_a_place_is_compared_and_told_as_its_words():
    assert ROW == "判定表.csv 5行目 A04"
    assert f"{ROW}: x" == "判定表.csv 5行目 A04: x"
    assert {ROW: 1}["判定表.csv 5行目 A04"] == 1


def test_a_cell_is_told_as_its_row_and_knows_its_column():
    cell = ROW.at("条件:状況")

    assert cell == ROW
    assert (cell.column, ROW.column) == (4, 0)
    assert ROW.at("ない列").column == 0
    assert (cell.told("ほか").column, cell.told("ほか").row) == (4, 4)


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))]
)
def test_a_place_that_is_copied_is_the_same_place(again):
    same = again(ROW.at("条件:状況"))

    assert (same, same.file, same.row, same.column, same.id) == (ROW, "判定表.csv", 4, 4, "A04")
    assert again(Place("属性.csv", file="属性.csv")).columns == {}
