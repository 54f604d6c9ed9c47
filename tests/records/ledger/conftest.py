from datetime import UTC, datetime

import pytest

from sekisho.ledger.leaves import Kind, OwnerClass
from sekisho_links.ledger.writing import Happening, Subject

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def ledger(django_db_setup, django_db_blocker):
    """Return the recorder of Django's test database, with one record in it."""
    with django_db_blocker.unblock():
        from sekisho_web.ledger import recording

        recorder = recording.recorder()
        recorder.record(
            Happening(
                kind=Kind.RELEASE,
                at=NOON,
                company="n09",
                system="takuso",
                person="1",
                details={"name": "架空太郎"},
                rows={OwnerClass.RIVAL: 1},
                seen={OwnerClass.RIVAL: 1},
                shown=[("customer_name", 1)],
                subjects=[Subject(key="0901", details={"record": "0901"})],
            )
        )
    return recorder
