import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest

from sekisho_links.ledger import schema
from sekisho_links.postgres import Supervisor


@pytest.fixture(scope="session")
def killable():
    """Yield a supervisor of a real server, with fsync and an empty ledger, and its home."""
    home = Path(tempfile.mkdtemp(prefix="sekisho-hard-"))
    home.chmod(0o755)
    supervisor = Supervisor(home, durable=True)
    with supervisor as endpoint:
        with psycopg.connect(endpoint.url("owner")) as owner:
            owner.execute(schema.BEFORE)
            owner.execute("set local role ledger_owner")
            owner.execute(schema.FIRST)
            owner.execute(schema.OWNER_TOO)
        yield supervisor, endpoint, home
    shutil.rmtree(home)
