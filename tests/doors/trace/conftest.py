import pytest
from django.utils import timezone

from sekisho_web.trace import operations
from tests.doors.trace.shelf import investigated
from tests.factories.signed_in import sign_in


@pytest.fixture
def officer(client):
    client.person = sign_in(client, compliance=True)
    return client


@pytest.fixture
def shelved(tmp_path):
    """Return a function that puts an investigation on the shelf."""

    def put(*, gaps=3, name="found", **more):
        folder = investigated(tmp_path / name, gaps=gaps, **more)
        return operations.register(folder=folder, by=None, now=timezone.now())

    return put
