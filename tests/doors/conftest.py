"""Doors are reached over TLS, as in production."""

import pytest

from tests.factories.signed_in import over_tls


@pytest.fixture
def client(client):
    return over_tls(client)
