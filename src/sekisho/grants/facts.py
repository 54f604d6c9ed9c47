"""What `may_use` rests on: what is known of one person, one system, and one session.

Everything has a period; what is absent opens nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sekisho.accounts import life
from sekisho.accounts.levels import Level
from sekisho.campaigns.pledges import Pledge
from sekisho.grants import conflicts
from sekisho.terms.periods import Period


class Target(StrEnum):
    """What a hold (停止) can stop."""

    PERSON = "person"
    ACCOUNT = "account"
    AUTHENTICATOR = "authenticator"
    DEVICE = "device"
    GRANT = "grant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engaged:
    """A line of the roster of one engagement (委託), as long as that is in force."""

    engagement: str
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One term of an appointment (発令)."""

    appointment: str
    works_for: str  # code of the company whose work is done
    period: Period
    on_leave: bool = False  # 休職
    is_contract: bool = False  # 委託: opens nothing without an engagement
    engaged: tuple[Engaged, ...] = ()  # on whose rosters (作業者名簿) this post stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account of the person in the system. `life` without holds: those stand in `Facts`."""

    code: str
    works_for: str
    life: life.Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One grant (利用許可). What is None or empty is not narrowed by it."""

    key: str
    kind: str  # one of ORDER
    purpose: str
    period: Period
    role: str = ""
    appointment: str | None = None
    account: str | None = None
    revoked_at: datetime | None = None
    areas: frozenset[str] = frozenset()
    uses_max: int | None = None  # of a grant for each use (都度): it opens while one of them runs
    relief: str | None = None  # the emergency from which it hangs
    is_drill: bool = False  # whether that is a drill (訓練), which opens invented records only
    emergency: Period | None = None  # how long that lasts for this person; None: not on its roster


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One use (利用) of a grant that counts them, at one terminal."""

    grant: str
    period: Period
    device: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A terminal of the register (端末台帳)."""

    number: str
    period: Period
    is_lent: bool = False  # kept to be lent: opens nothing without a loan
    loans: tuple[Period, ...] = ()  # to this person
    is_own: bool = False  # kept by this person


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One hold (停止), on whatever it stands."""

    target: Target
    key: str
    period: Period
    reason: str  # in words
    remedy: str  # who lifts it, and when


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What the register of systems (対象システム) asks of a use."""

    key: str
    period: Period
    device_bound: bool = False
    level: Level = Level.CARD
    owner: str = ""  # code of the company whose system it is
    pledge: str = ""  # what people of other companies must have pledged for their ID in it


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """How the session at hand was signed in. fresh_until: when FRESH sinks to CARD."""

    level: Level
    authenticator: str | None = None
    fresh_until: datetime | None = None

    def level_at(self, at: datetime) -> Level:
        """Return the level that is left at `at`; freshness that has no end is none."""
        if self.level is not Level.FRESH:
            return self.level
        is_fresh = self.fresh_until is not None and at < self.fresh_until
        return Level.FRESH if is_fresh else Level.CARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that is known of one person and one system. Nothing of it is cached."""

    person: str
    system: System | None = None
    posts: tuple[Post, ...] = ()
    accounts: tuple[Account, ...] = ()
    grants: tuple[Grant, ...] = ()
    holds: tuple[Hold, ...] = ()
    devices: tuple[Device, ...] = ()
    uses: tuple[Period, ...] = ()  # running or over, of the session at hand
    worn: tuple[tuple[str, Period], ...] = ()  # the reliefs for which a terminal is in hand
    is_invented: bool = False  # whether every record of this site is invented (合成データ)
    counted: tuple[Use, ...] = ()  # every use of the grants that count them
    held: tuple[conflicts.Post, ...] = ()  # every post, as the restrictions on them look at it
    rules: tuple[conflicts.Rule, ...] = ()
    exempts: tuple[conflicts.Exempt, ...] = ()
    pledged: tuple[Pledge, ...] = ()
    signed_in: SignedIn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Who asks for what. hat: the appointment worn."""

    person: str
    hat: str
    account: str
    system: str
    purpose: str
    role: str = ""
    device: str | None = None
    area: str | None = None
    relief: str | None = None  # the emergency for which the hat is changed to relief (災害応援)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """The answer yes. until: the first instant at which it is another answer; None: never."""

    grant: str
    emergency: str | None
    until: datetime | None
    duties: frozenset[str] = field(default=frozenset())
