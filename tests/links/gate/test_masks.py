"""The masks in SQL are those in Python, on the vectors and on random text."""

import unicodedata

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sekisho.gate.views.masks import FUNCTIONS
from sekisho.policy.masks import NO_WORDS, PRIVATE_DOMAINS, mask


def in_sql(app, name, texts):
    """Return what the SQL mask makes of each text."""
    found = app.execute(
        f"select rule.{FUNCTIONS[name]}(t) from unnest(%s::text[]) with ordinality u (t, n)"
        " order by n",
        [list(texts)],
    )
    return [left for (left,) in found.fetchall()]


# What both know: PostgreSQL's tables are of a later Unicode than Python's, so text is drawn from
# what Python has assigned. NUL and lone surrogates cannot enter the database at all.
assigned = st.characters(exclude_categories=("Cs", "Cn"), exclude_characters="\0")
pieces = st.sampled_from(
    [
        *"市区町村郡都道府県山大小田中架空東京　 \t\n\r\x1c\u2003,，.．@＠-－0１2３Ａb%（）",
        *("四日市市", "東村山市", "大和郡山市", "町田市", "蒲郡市", "架空県架空市", "架空郡架空町"),
        *("2026-04-01", "2026-04", "T09:00", "13か月分", "(名義変更から5か月)", "供給中", "保安"),
        *("30", "10.5", "1,200", "30A", " kVA", "999999999999", "K", "İ", "ſ", "ﾀﾞ", "㎾", "𠮷"),
        *("x@example.invalid", "@gmail.com", "YAHOO.CO.JP", *sorted(NO_WORDS)),
        *sorted(PRIVATE_DOMAINS)[:3],
    ]
)
texts = st.one_of(
    st.text(assigned, max_size=30),
    st.lists(pieces, max_size=8).map("".join),
    st.tuples(st.text(assigned, max_size=4), pieces, st.text(assigned, max_size=4)).map("".join),
    st.text(assigned, min_size=1, max_size=3).map(lambda text: text * 2000),
)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_random_text_is_masked_alike(database, name):
    with psycopg.connect(database("app"), autocommit=True) as app:

        @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(st.lists(texts, min_size=20, max_size=40))
        def alike(drawn):
            assert in_sql(app, name, drawn) == [mask(name, text) for text in drawn]

        alike()


def test_the_vectors_of_the_sheet_hold_in_sql(app, policy):
    checked = 0
    for method in policy.masks.values():
        if method.name in FUNCTIONS:
            assert in_sql(app, method.name, [method.example]) == [method.masked]
            checked += 1

    assert checked == len(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_nothing_is_made_of_no_value_as_in_python(app, name):
    assert app.execute(f"select rule.{FUNCTIONS[name]}(null)").fetchone() == (mask(name, None),)


def test_every_white_space_that_python_knows_divides_a_name(app):
    spaces = [chr(n) for n in range(1, 0x11000) if chr(n).isspace()]
    names = [f"架空{space}花子" for space in spaces]

    assert len(spaces) > 20
    assert in_sql(app, "姓のみ", names) == ["架空"] * len(names)


def test_full_width_digits_are_counted_as_digits(app):
    assert unicodedata.normalize("NFKC", "１２３４５") == "12345"
    assert in_sql(app, "下4桁", ["１２３４５"]) == ["…2345"]
