"""How well somebody has shown who they are (本人認証): one ladder for every question about it."""

from collections.abc import Collection, Mapping
from enum import IntEnum

FRESH_SECONDS = 300  # 本人認証からの経過秒: 0 to 300, both inside

# Sign-in methods, by what they prove. A passkey's own PIN or finger is demanded too, but it is
# shown to the key and not to us: known to us is only the password. A card that is read as a
# serial number (UID) is evidence that it was there, and no factor.
KNOWN, HELD, ORIGIN = "known", "held", "origin"
FACTORS_OF_METHOD: Mapping[str, frozenset[str]] = {
    "password": frozenset({KNOWN}),
    "passkey": frozenset({HELD}),
    "certificate": frozenset({HELD}),  # of a PKI card; 連携: of a machine …
    "registered_source": frozenset({ORIGIN}),  # … and the network it is registered for
    "card": frozenset(),
    "sign_on": frozenset({KNOWN}),  # of the company, which says nothing of a second factor …
    "sign_on_multi": frozenset({KNOWN, HELD}),  # … or says, as agreed, that it asked for one
}
SINGLE, MULTI, FRESH = "単要素", "多要素", "都度認証"  # the values of 認証 in a decision table


class Level(IntEnum):
    """How far a person has come; the number is the order."""

    NOTHING = 0
    PASSWORD = 1  # the password alone: enrolment with a ticket, and the way out
    CARD = 2  # password and card (passkey or certificate)
    FRESH = 3  # the card again, at most five minutes ago

    @property
    def acr(self) -> str:
        """Return the name by which other systems ask for this level; "" where there is none."""
        return ACR[self]


ACR: Mapping[Level, str] = {
    Level.NOTHING: "",
    Level.PASSWORD: "sekisho:pw",
    Level.CARD: "sekisho:card+pw",
    Level.FRESH: "sekisho:card+pw+fresh",
}


def factors_of(methods: Collection[str]) -> frozenset[str] | None:
    """Return what `methods` prove together, or None where there are none or one is unknown."""
    if not methods or not FACTORS_OF_METHOD.keys() >= set(methods):
        return None
    return frozenset().union(*(FACTORS_OF_METHOD[method] for method in methods))


def level(*, methods: Collection[str], proof_age: int | None, fresh: int = FRESH_SECONDS) -> Level:
    """Return the level of a person who signed in by `methods`.

    proof_age: seconds since the card was last shown; None where that is not known, and a
               negative one (clocks apart) is as good as unknown.
    fresh:     the oldest proof that still is fresh, in seconds, itself inside.

    An unknown method makes the whole answer nothing: a gap must never open a door.
    """
    factors = factors_of(methods)
    if factors is None or KNOWN not in factors:
        return Level.NOTHING
    if HELD not in factors:
        return Level.PASSWORD
    return Level.FRESH if proof_age is not None and 0 <= proof_age <= fresh else Level.CARD


def said(*, methods: Collection[str], proof_age: int | None) -> str | None:
    """Return the value of 認証 for the decision table, or None (不明) where it is not known.

    Machines (連携) count too: a certificate from the network registered for it is two factors.
    """
    factors = factors_of(methods)
    if factors is None:
        return None
    if len(factors) < len((KNOWN, HELD)):
        return SINGLE
    if proof_age is None:
        return None
    return FRESH if 0 <= proof_age <= FRESH_SECONDS else MULTI
