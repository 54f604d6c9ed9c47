"""The logs speak the formats of content/sources, word for word."""

import csv
import json
import tomllib

import pytest

from sekisho.world.systems import (
    ACTIONS,
    CSV_ACTIONS,
    CSV_RESULTS,
    METHODS,
    OTHER_RESULTS,
    PURPOSE_SIGNS,
    PURPOSES,
    RESULTS,
    SYSTEMS,
    W3C_METHODS,
)
from sekisho_links import shipped
from sekisho_links.world.lines import CSV_HEADER, ENCODING, FORMATS, SUFFIX, W3C_FIELDS


def source(key: str) -> dict:
    path = shipped("content", "sources", f"{key}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("key", SYSTEMS)
def test_the_format_is_the_one_of_the_source(key):
    agreed = source(key)

    assert agreed["format"] == FORMATS[key]
    assert agreed["files"] == f"{key}/*.{SUFFIX[FORMATS[key]]}"
    assert agreed["encoding"] == ENCODING[FORMATS[key]]


@pytest.mark.parametrize("key", SYSTEMS)
def test_every_column_of_the_source_is_written(key, tiny):
    columns = set(source(key)["columns"].values())
    path = min((tiny.folder / "logs" / key).iterdir())
    match FORMATS[key]:
        case "csv":
            with path.open(encoding="cp932") as file:
                assert columns == set(next(csv.reader(file))) == set(CSV_HEADER.split(","))
        case "jsonl":
            first = path.read_text(encoding="utf-8").splitlines()[0]
            assert columns == set(json.loads(first))
        case _:
            fields = {name.split(":")[0] for name in columns}
            assert fields <= set(W3C_FIELDS.split(" "))
            head = path.read_bytes().splitlines()[3]
            assert head == f"#Fields: {W3C_FIELDS}".encode()


@pytest.mark.parametrize("key", SYSTEMS)
def test_every_word_is_one_that_the_source_knows(key):
    values = source(key)["values"]
    csv_form = FORMATS[key] == "csv"
    actions = CSV_ACTIONS if csv_form else ACTIONS
    results = CSV_RESULTS if csv_form else OTHER_RESULTS
    signs = PURPOSE_SIGNS[SYSTEMS.index(key)]

    assert values["action"] == dict(zip(actions, ACTIONS, strict=True))
    assert values["result"] == dict(zip(results, RESULTS, strict=True))
    said = {sign: word for sign, word in zip(signs, PURPOSES, strict=True) if sign is not None}
    assert said.items() <= values["purpose"].items()
    if FORMATS[key] == "w3c":
        assert values["method"] == dict(zip(W3C_METHODS, METHODS, strict=True))


def test_the_bytes_of_csv_words_hold_no_comma():
    for word in (*CSV_ACTIONS, *CSV_RESULTS):
        assert b"," not in word.encode("cp932")
