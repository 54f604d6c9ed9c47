"""The two secrets of the gate: what signs tickets, and what makes codes."""

import hmac
from dataclasses import dataclass

from sekisho.gate.tickets import mac_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """ticket: the database holds its pads, which role app cannot read. code: never enters it."""

    ticket: bytes
    code: bytes
    rotation: int = 1

    def __repr__(self) -> str:
        return f"Keys(rotation={self.rotation})"

    def code_of(self, field: str) -> bytes:
        """Return the key of the codes of `field`: only equal values of one field link."""
        return mac_of(f"{self.rotation}/{field}", key=self.code)


def keys_from(secret: str) -> Keys:
    """Return the keys that follow from `secret`, each of its own use."""
    return Keys(
        ticket=hmac.digest(secret.encode(), b"sekisho gate ticket", "sha256"),
        code=hmac.digest(secret.encode(), b"sekisho gate code", "sha256"),
    )
