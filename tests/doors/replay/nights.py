"""What the tests of the self-check share: one check made now, a look that was recorded."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from sekisho.ledger.leaves import Act, OwnerClass
from sekisho.ledger.leaves import Kind as Entry
from sekisho_links.ledger.writing import Happening, Subject
from sekisho_web.ledger import recording
from sekisho_web.policy import versions
from sekisho_web.replay import checking, operations
from tests.factories import AccountFactory, LoanFactory, somebody

LONG, SHORT = timedelta(days=30), timedelta(days=1)
# the eight values of somebody at the wheeling desk of the network company
DESK = {
    "閲覧者区分": "送配電託送", "利用目的": "託送供給等", "状況": "平常", "承認": "常時",
    "端末": "送配電端末", "認証": "多要素", "アカウント状態": "有効", "画面区分": "詳細",
}  # fmt: skip


def owner():
    connection.ensure_connection()
    return connection.connection


def later():
    """Return a moment at which what was just recorded has settled."""
    return timezone.now() + timedelta(minutes=5)


def run(**more):
    return operations.run_self_check(now=later(), **more)


def made(key):
    """Return what one check finds now."""
    check = dict(operations.CHECKS)[key]
    return check(
        checking.Night(
            owner=owner(),
            keys=recording.keys(),
            policy=versions.live(),
            now=later(),
            since=None,
            most=1_000_000,
        )
    )


def recorded(items, *, context=None, table=None, **more):
    """Record a look at one rival's customer whose fields left as `items`."""
    levels = {"shown": 0, "partial": 1, "coded": 2, "hidden": 3, "refused": 4}
    shown = [(name, levels[word]) for name, word in items.items()]
    said = {
        "kind": Entry.RELEASE,
        "at": timezone.now(),
        "company": "n09",
        "system": "takuso",
        "screen": "TK-D01",
        "act": Act.VIEW,
        "table": table or versions.live_hash(),
        "context": context or DESK,
        "decision": max(items.values(), key=levels.get) if items else None,
        "rows": {OwnerClass.RIVAL: 1},
        "seen": {OwnerClass.RIVAL: 1},
        "shown": shown,
        "subjects": [
            Subject(key="takuso:1", details={"record": "1", "owner": "rival", "items": dict(items)})
        ],
    }
    return recording.recorder().record(Happening(**said | more)).id


def borrower(**loan):
    """Return somebody with an account and a device for relief at hand."""
    now = timezone.now()
    person = somebody()
    AccountFactory(person=person, last_used_at=now - SHORT)
    LoanFactory(person=person, starts_at=now - SHORT, ends_at=now + SHORT, **loan)
    return person
