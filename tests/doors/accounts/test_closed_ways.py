"""Ways of the libraries that are closed here answer with an error, never with what they keep."""

import asyncio

import pytest
from allauth.mfa.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, SynchronousOnlyOperation

from sekisho_web.accounts.sessions import SessionStore


@pytest.mark.parametrize(
    "way",
    [
        lambda store: store.aload(),
        lambda store: store.aexists("key"),
        lambda store: store.adelete("key"),
        lambda store: store.asave(),
    ],
    ids=["読む", "有無", "消す", "書く"],
)
def test_no_session_is_reached_by_its_key_past_the_digest(way):
    with pytest.raises(SynchronousOnlyOperation):
        asyncio.run(way(SessionStore()))


@pytest.mark.parametrize("way", ["encrypt", "decrypt"])
def test_no_secret_of_a_person_is_kept(way):
    with pytest.raises(ImproperlyConfigured):
        getattr(get_adapter(), way)("KNSWW2LT")
