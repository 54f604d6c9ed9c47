"""A context and its number."""

from hypothesis import given
from hypothesis import strategies as st

from sekisho.replay.interning import domains_of, number_of, words_of
from sekisho_links.policy.folders import shipped_policy

DOMAINS = domains_of(shipped_policy())
contexts = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(words) for name, words in DOMAINS.items()}
)


@given(contexts)
def test_a_context_is_read_back_from_its_number(context):
    assert words_of(number_of(context, DOMAINS), DOMAINS) == context


@given(contexts, contexts)
def test_different_contexts_have_different_numbers(one, other):
    assert (number_of(one, DOMAINS) == number_of(other, DOMAINS)) == (one == other)


def test_an_unknown_value_is_the_same_as_none_and_numbers_fit_eight_bytes():
    last = {name: words[-1] for name, words in DOMAINS.items()}

    assert number_of({"端末": "手帳"}, DOMAINS) == number_of({}, DOMAINS) == 0
    assert number_of(last, DOMAINS) < 2**63
