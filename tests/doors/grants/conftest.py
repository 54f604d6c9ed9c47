from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories.approvals import House


@pytest.fixture
def house():
    """A house in which one use of the ministry's system can be asked for, since a moment ago.

    What it decides, it decides a minute and a half later: that is over when a test looks.
    """
    return House(now=timezone.now() - timedelta(minutes=3))
