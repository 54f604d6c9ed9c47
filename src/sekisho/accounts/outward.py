"""What our answer on an account is for another system: now, since when, and until when.

Dormancy is no date to hand out. It moves with every use, and a target that held it would stop
somebody who works; on the day itself the answer is another one, and is pushed.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sekisho.accounts.life import Account, State, ends, state_of
from sekisho.accounts.wanted import AccountState, Life


def life_elsewhere(account: Account, at: datetime) -> Life:
    """Return what another system is told of `account` at `at`."""
    usable = state_of(account, at) is State.ACTIVE
    return Life(
        usable=usable,
        until=_ends_for_good(account, at) if usable else None,
        since=_since(account, at, usable=usable),
    )


def as_json(wanted: AccountState) -> dict[str, Any]:
    """Return a wanted state as it is kept: what a person is called stays out of it."""
    return {
        "exists": wanted.exists,
        "enabled": bool(wanted.enabled),
        "roles": None if wanted.roles is None else sorted(wanted.roles),
        "expires_at": wanted.expires_at.isoformat() if wanted.expires_at else None,
        "since": wanted.since.isoformat() if wanted.since else None,
    }


def from_json(kept: Mapping[str, Any]) -> AccountState:
    """Return the wanted state that was kept. What is not said there is not wanted (A9)."""
    roles = kept.get("roles")
    return AccountState(
        exists=kept.get("exists") is True,
        enabled=kept.get("enabled") is True,
        roles=None if roles is None else frozenset(roles),
        expires_at=_moment(kept.get("expires_at")),
        since=_moment(kept.get("since")),
    )


def is_the_same(one: AccountState, other: AccountState) -> bool:
    """Return whether two wanted states ask the same of a target, whenever they began."""
    return _asks(one) == _asks(other)


def _asks(state: AccountState) -> tuple[object, ...]:
    return (state.exists, bool(state.enabled), state.roles, state.expires_at)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _ends_for_good(account: Account, at: datetime) -> datetime | None:
    """Return the first end that no use and nobody's patience moves."""
    post = account.post.ends if account.post else None
    known = [account.closed_at, account.ends_at, post]
    known += [hold.starts for hold in account.holds]
    return min((end for end in known if end is not None and end > at), default=None)


def _since(account: Account, at: datetime, *, usable: bool) -> datetime | None:
    """Return when the answer of `at` came to be so; None where it was never otherwise."""
    since = None
    for edge in sorted(set(_edges(account)), reverse=True):
        if edge > at:
            continue
        if (state_of(account, edge) is State.ACTIVE) is not usable:
            return since
        since = edge
    return since


def _edges(account: Account) -> Iterator[datetime]:
    yield from ends(account)
    for hold in account.holds:
        if hold.ends is not None:
            yield hold.ends
    if account.issued_at is not None:
        yield account.issued_at
    if account.post is not None:
        yield account.post.starts
