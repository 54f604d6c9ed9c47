import shutil
import tempfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def lasting_home():
    """A home for all tests of a module, where the user to whom root drops can pass."""
    yield from _home()


@pytest.fixture
def home():
    """A home of this test alone."""
    yield from _home()


def _home():
    folder = Path(tempfile.mkdtemp(prefix="sekisho-home-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
