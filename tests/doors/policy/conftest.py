"""Who writes a draft, and the draft."""

import pytest

from tests.factories.changes import change
from tests.factories.signed_in import sign_in


@pytest.fixture
def writer(client, db):
    client.person = sign_in(client, it=True)
    return client


@pytest.fixture
def draft(db):
    return change()
