"""What must happen above when something happens below, in the same transaction.

An app does not know the apps that stand on it. It tells a word; every app with a module `follows`
and a function of that name hears it. The words are few:

posts_ended endings, now                 posts ended: the moment of each, by its appointment
posts_last  appointments, now            posts last longer: the former end and the new of each
stopped     hold                         something was stopped
endings_of  endings                      asked: what would end with posts
finding     kind, key, sentence, at      something is not as it should be
night       now                          once a night, after the self-check
exceptions  company, now                 asked: which provisional uses (暫定利用) stand open
occasion_ends  code, now                 asked: until when an emergency or engagement lasts
pledge_subject  kind, code, person       asked: what a pledge of somebody would be about
pledges_asked   people, now              asked: which pledges some people have to give
"""

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings


def tell(word: str, **facts: Any) -> None:  # noqa: ANN401  # each word has its own
    """Call the function `word` of every app that follows. What one raises stops everything."""
    for follow in list(_following(word)):
        follow(**facts)


def ask(word: str, **facts: Any) -> list[Any]:  # noqa: ANN401  # each word has its own
    """Return what every app that follows answers to `word`."""
    return [follow(**facts) for follow in list(_following(word))]


def every(word: str, **facts: Any) -> list[Any]:  # noqa: ANN401  # each word has its own
    """Return all that the apps that follow answer to `word`, in one list."""
    return [one for answer in ask(word, **facts) for one in answer]


def _following(word: str) -> Iterator[Callable[..., Any]]:
    for module in _modules():
        if follow := getattr(module, word, None):
            yield follow


@cache
def _modules() -> tuple[Any, ...]:
    names = [f"{app}.follows" for app in settings.INSTALLED_APPS if app.startswith("sekisho_web.")]
    return tuple(import_module(name) for name in names if find_spec(name))
