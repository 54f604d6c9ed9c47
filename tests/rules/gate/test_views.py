"""The SQL text: made of checked names and fixed words, whatever stands in a sheet."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.gate.names import NotAName, literal, quoted
from sekisho.gate.views import (
    coded_fields,
    effect_sql,
    finders,
    finders_sql,
    key_field,
    masks_sql,
    records_sql,
    rules_sql,
    view_sql,
)
from sekisho.gate.views.masks import FUNCTIONS
from sekisho.policy.masks import MASKS
from sekisho_links.policy.folders import shipped_policy

POLICY = shipped_policy()
TAKUSO = POLICY.systems["takuso"]


@given(st.text())
def test_what_is_no_plain_name_never_becomes_sql(text):
    plain = text.isascii() and text.replace("_", "").isalnum() and text == text.lower()

    if plain and len(text) <= 51 and not text[:1].isdigit() and text[0] != "_":
        assert quoted(text) == f'"{text}"'
    else:
        with pytest.raises(NotAName):
            quoted(text)


@pytest.mark.parametrize(
    "name", ['x"; drop table y; --', "", "1a", "a b", "Ａ", "a" * 60, "表", "a\n", "select("]
)
def test_a_field_that_would_break_out_of_its_quotes_is_refused(name):
    field = replace(next(iter(TAKUSO.fields.values())), id=name)
    broken = replace(TAKUSO, fields={name: field}, screen_items=())

    for text in (records_sql, effect_sql, view_sql):
        with pytest.raises(NotAName, match="データベースの名前にできません"):
            text(broken)


def test_a_system_whose_key_is_no_name_is_refused():
    with pytest.raises(NotAName):
        records_sql(replace(TAKUSO, key="架空の仕組み"))


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",))))
def test_a_literal_stays_inside_its_quotes(text):
    made = literal(text)

    assert made[0] == made[-1] == "'"
    assert made[1:-1].replace("''", "").count("'") == 0
    assert made[1:-1].replace("''", "'") == text


def test_every_view_is_a_barrier_and_every_function_has_its_own_search_path():
    texts = [rules_sql({key: key_field(one) for key, one in POLICY.systems.items()})]
    for system in POLICY.systems.values():
        assert "with (security_barrier)" in view_sql(system)
        texts.append(finders_sql(system, POLICY.systems.values()))

    for text in texts:
        assert text.count("security definer") == text.count("set search_path = pg_catalog, pg_temp")
        assert text.count("security definer") > 0


def test_nothing_stays_open_to_everybody():
    for system in POLICY.systems.values():
        assert "from public" in records_sql(system)
        assert "from public" in effect_sql(system)
        assert "from public" in view_sql(system)
        assert "on all functions" in finders_sql(system)
    assert masks_sql().count("create function") == masks_sql().count("from public")


def test_each_mask_that_has_a_form_of_its_own_is_a_function_in_sql():
    assert set(FUNCTIONS) == set(MASKS) - {"変えない", "空", "出さない"}


def test_a_field_that_is_coded_somewhere_has_a_stored_code_and_no_coder():
    assert coded_fields(TAKUSO) == ("supply_point_no",)
    assert '"supply_point_no_code" text' in records_sql(TAKUSO)
    everything = "".join(
        (view_sql(TAKUSO), finders_sql(TAKUSO), masks_sql(), rules_sql({"takuso": "x"}))
    )
    assert "hmac" not in everything.lower()


def test_a_name_is_sought_only_beside_an_address():
    for system in POLICY.systems.values():
        for finder in finders(system):
            field = system.fields[finder.field]
            assert (finder.second is not None) == (field.mask == "姓のみ")


def test_no_rule_of_a_table_stands_in_the_sql():
    words = {rule.basis for rule in TAKUSO.rules} | {rule.id for rule in TAKUSO.rules}
    text = view_sql(TAKUSO) + finders_sql(TAKUSO) + effect_sql(TAKUSO)

    assert not [word for word in words if word in text]
