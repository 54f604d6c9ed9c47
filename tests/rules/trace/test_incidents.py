"""The incident classes: one expression for each row of the sheet, one order."""

import csv

import ibis
import pyarrow as pa
import pytest

from sekisho.errors import SekishoError
from sekisho.trace.incidents import EXPRESSIONS, in_order, reported_as
from sekisho_links import shipped


def test_the_sheet_and_the_expressions_name_the_same_classes_in_the_same_order():
    with shipped("content", "incident_classes.csv").open(encoding="utf-8", newline="") as stream:
        rows = sorted(csv.DictReader(stream), key=lambda row: int(row["順"]))

    assert [row["符号"] for row in rows] == list(EXPRESSIONS)


def test_a_class_without_an_expression_is_refused_with_the_known_ones():
    with pytest.raises(SekishoError) as said:
        in_order(["mask_gap", "bad_mood"])

    assert "bad_mood" in said.value.problem
    assert "mask_gap" in said.value.remedy


def test_an_access_is_reported_as_the_first_class_that_holds():
    codes = ("lent_id", "fit_seen", "mask_gap")
    table = ibis.memtable(pa.table({"bits": [0, 1, 2, 4, 6, 7]}))

    answer = table.select(place=reported_as(table.bits, codes)).to_pyarrow().to_pydict()

    assert answer["place"] == [None, 0, 1, 2, 1, 0]
