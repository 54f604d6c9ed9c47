"""What we want of an account in another system (反映), and how what is there differs from it.

Wanted states, not commands: a push reads the target, compares, acts and reads again. What a
target does not say is unknown, and unknown is never what was wanted of a stop.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

# JSON: never a secret, never an attribute of a person
Evidence = Mapping[str, str | int | bool | list[str] | None]


class Capability(StrEnum):
    """What a target can be asked to do."""

    SYNC = "sync"  # 一覧: it lists all its accounts
    CREATE = "create"  # 発行: an account that is missing is made
    SUSPEND = "suspend"  # 停止
    ROLES = "roles"  # 権限
    ROTATE = "rotate"  # 合言葉の交換
    LAST_USE = "last_use"  # 最終利用
    END_SESSIONS = "end_sessions"  # 開いている接続の切断
    EXPIRY = "expiry"  # 期限: it stops the account by itself at an instant to come


EVERYTHING = frozenset(Capability)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The attributes of a person that a target is given when an account is made."""

    key: str  # our own id of the account, by which what we made is known again
    login: str
    family_name: str = field(default="", repr=False)
    given_name: str = field(default="", repr=False)
    mail: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """What we hold of one account.

    issued:    it was ever issued. closed: it was closed, or its one period is over (一時ID).
    roles:     what it may do in the target while usable; None where we do not keep its roles.
    profile:   what a target needs to make it; None where it is never made from here.
    """

    issued: bool
    closed: bool = False
    roles: frozenset[str] | None = None
    profile: Profile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What the rules of life say of an account at an instant (held, dormant, moved: not usable).

    until: the instant at which it stops being usable by what is known now, exclusive; None where
           nothing known ends it. since: when the answer came to be so.
    """

    usable: bool
    until: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """One account in a target, wanted or found.

    exists:     whether it should be there at all. What should not be there is stopped by a push,
                and removed by a person: nothing deletes.
    enabled:    whether it lets its holder in; None where the target does not say.
    roles:      None where not kept from here, or not said by the target.
    expires_at: when the target stops it by itself; None for never.
    since:      of a wanted state: when it came to be wanted. What a log shows before is no breach.
    profile:    of a wanted state: what the target needs to make it.
    """

    exists: bool
    enabled: bool | None
    roles: frozenset[str] | None = None
    expires_at: datetime | None = None
    since: datetime | None = None
    profile: Profile | None = None

    @property
    def may_enter(self) -> bool:
        """Whether it is wanted, or may be feared, that its holder gets in."""
        return self.exists and self.enabled is not False


ABSENT = AccountState(exists=False, enabled=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetAccount:
    """One line of a target's list. Names and addresses are left where they are.

    use_known: whether the target keeps the last use; then last_use_at None means never used.
    """

    ext_id: str
    enabled: bool | None
    roles: frozenset[str] | None = None
    expires_at: datetime | None = None
    last_use_at: datetime | None = None
    use_known: bool = False

    @property
    def state(self) -> AccountState:
        return AccountState(
            exists=True, enabled=self.enabled, roles=self.roles, expires_at=self.expires_at
        )


class Aspect(StrEnum):
    EXISTENCE = "existence"  # 有無
    ENABLED = "enabled"  # 使えるか
    ROLES = "roles"  # 権限
    EXPIRY = "expiry"  # 期限


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    aspect: Aspect
    says: str  # in Japanese, without a person's attribute

    def __str__(self) -> str:
        return self.says


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a target answered to an apply. It proves nothing: only a verification does.

    ext_id: the id under which the target now knows the account; a new one where it was made.
    sent:   whether anything was written; False where all was as wanted already.
    """

    ext_id: str
    sent: bool
    evidence: Evidence
    degraded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a reading of the target on a fresh connection, and a probe, came to.

    ok:       the wanted state holds in the target. Only this counts.
    degraded: it was reached or seen by a lesser way (縮退); worth a finding.
    why:      what does not hold, in Japanese; "" where ok.
    """

    ok: bool
    evidence: Evidence
    degraded: bool = False
    why: str = ""

    def __post_init__(self) -> None:
        if self.ok and (not self.evidence or self.why):
            raise ValueError("verified needs evidence, and no reason against it")
        if not self.ok and not self.why:
            raise ValueError("not verified needs a reason")


def wanted(account: AccountFacts, facts: Life, at: datetime) -> AccountState:
    """Return what a target should hold of `account` at `at`.

    Total. What is not usable at `at` is disabled and has no roles; so is what was never issued,
    and what ends at `at` or before. What is closed should not be there at all.
    """
    over = facts.until is not None and facts.until <= at
    enabled = account.issued and not account.closed and facts.usable and not over
    nothing = None if account.roles is None else frozenset[str]()
    return AccountState(
        exists=account.issued and not account.closed,
        enabled=enabled,
        roles=account.roles if enabled else nothing,
        expires_at=facts.until if enabled else None,
        since=facts.until if over and facts.usable else facts.since,
        profile=account.profile if enabled else None,
    )


def compare(
    wanted: AccountState,
    found: AccountState,
    *,
    capabilities: frozenset[Capability] = EVERYTHING,
) -> tuple[Difference, ...]:
    """Return how `found` differs from `wanted`; none where a push has nothing to do.

    What should be stopped, or should not be there, may be absent or disabled. Roles and the
    expiry are compared where the target can do them, the expiry only of what is enabled, and by
    the second, which is what directories keep.
    """
    if not found.exists:
        if wanted.exists and wanted.enabled:
            return (Difference(aspect=Aspect.EXISTENCE, says="対象にありません"),)
        return ()
    differences = []
    if not (wanted.exists and wanted.enabled):
        if found.enabled is None:
            differences.append(_of(Aspect.ENABLED, "止まっているかを対象が言いません"))
        elif found.enabled:
            differences.append(_of(Aspect.ENABLED, "止めたのに使えます"))
    elif found.enabled is not True:
        differences.append(_of(Aspect.ENABLED, "使えるはずですが、止まっています"))
    if Capability.ROLES in capabilities and wanted.roles is not None:
        if found.roles is None:
            differences.append(_of(Aspect.ROLES, "権限を対象が言いません"))
        elif wanted.roles != found.roles:
            extra, less = found.roles - wanted.roles, wanted.roles - found.roles
            says = [f"余分な権限 {' '.join(sorted(extra))}"] if extra else []
            says += [f"足りない権限 {' '.join(sorted(less))}"] if less else []
            differences.append(_of(Aspect.ROLES, "、".join(says)))
    if (
        Capability.EXPIRY in capabilities
        and wanted.enabled
        and _second(wanted.expires_at) != _second(found.expires_at)
    ):
        differences.append(_of(Aspect.EXPIRY, "期限が違います"))
    return tuple(differences)


def _of(aspect: Aspect, says: str) -> Difference:
    return Difference(aspect=aspect, says=says)


def _second(at: datetime | None) -> datetime | None:
    return at and at.replace(microsecond=0)
