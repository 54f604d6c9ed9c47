"""Tickets: one use under one grant, said to the database in a form it can check by itself.

A person is no role of the database; every page is read as the one role app. What a ticket opens
stands in its body, and its body is good only with the HMAC of a key that role app cannot read.
"""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sekisho.gate.relations import RELIEF, Reach
from sekisho.gate.views.rules import TICKET_MINUTES

_BLOCK = 64  # of SHA-256
LONGEST = timedelta(minutes=TICKET_MINUTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What one use may read of one system. It ends by itself, ten minutes ahead at the latest.

    party:   whose customers are own: a company code; a contractor of a retailer acts as its
             principal; `party/relief` while the relief hat is on.
    company: the company whose switches and consents count.
    keys:    the business numbers that the grant lists (only where `use.listed`).
    """

    system: str
    profile: UUID
    party: str
    company: str
    person: str
    use: Reach
    keys: Sequence[str]
    version: str
    until: datetime

    def body(self, *, token: str) -> str:
        """Return what is signed. token: the secret that the reader will show; only its hash."""
        return json.dumps(
            {
                "areas": sorted(self.use.areas),
                "company": self.company,
                "duty": self.use.duty.value,
                "keys": sorted(set(self.keys)),
                "listed": self.use.listed,
                "party": self.party,
                "person": self.person,
                "profile": str(self.profile),
                "standing": self.use.standing,
                "system": self.system,
                "token": sha256(token.encode()).hexdigest(),
                "until": self.until.isoformat(),
                "version": self.version,
                "written": None
                if self.use.written_areas is None
                else sorted(self.use.written_areas),
            },
            ensure_ascii=False,
            sort_keys=True,
        )


def party_of(company: str, *, relief: bool) -> str:
    """Return the party that `company` is; under the relief hat it has no customers of its own."""
    return company + RELIEF if relief else company


def pads(key: bytes) -> tuple[bytes, bytes]:
    """Return the inner and outer pad of `key` (RFC 2104): all that the database needs of it."""
    block = (sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)


def mac_of(body: str, *, key: bytes) -> bytes:
    """Return the HMAC-SHA-256 with which `rule.open_ticket` lets `body` in."""
    return hmac.digest(key, body.encode(), "sha256")
