"""One number for each context, and back: mixed radix over the values of the ten attributes.

The digit of an attribute is 1 for the first value of 属性.csv, and so on; 0 is 不明.
"""

from collections.abc import Mapping, Sequence

from sekisho.policy.system import Policy

Domains = Mapping[str, Sequence[str]]  # attribute -> its values in the order of 属性.csv


def domains_of(policy: Policy) -> Domains:
    """Return the attributes with their values, in the order of 属性.csv."""
    return {name: attribute.words for name, attribute in policy.attributes.items()}


def number_of(context: Mapping[str, str], domains: Domains) -> int:
    """Return the number of a context; a value that is absent or not in its list is 不明."""
    number = 0
    for name, words in domains.items():
        known = {word: n for n, word in enumerate(words, start=1)}
        number = number * (len(words) + 1) + known.get(context.get(name, ""), 0)
    return number


def words_of(number: int, domains: Domains) -> dict[str, str]:
    """Return the context that a number stands for; what is not known is absent."""
    context = {}
    for name, words in reversed(list(domains.items())):
        number, digit = divmod(number, len(words) + 1)
        if digit:
            context[name] = words[digit - 1]
    return {name: context[name] for name in domains if name in context}
