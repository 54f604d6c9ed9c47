import pytest
from django.utils import timezone

from tests.factories.approvals import House


@pytest.fixture
def house():
    """A house in which one use of the ministry's system can be asked for, now."""
    return House(now=timezone.now())
