"""What a target holds against what we hold (突合). It names differences; it changes nothing (A15).

There is no way from here to create, adopt or delete an account in a target: a difference is a
finding, and at most a push of what we want of an account that is already ours.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

SHRINKAGE = 0.05  # a list that lost more than this since the last run is not believed


class Class(StrEnum):
    ORPHAN = "orphan"  # 孤児: in the target, unknown here
    MISSING = "missing"  # 欠落: here active, not in the target
    REVIVED = "revived"  # 復活: stopped here, enabled there
    DRIFT = "drift"  # 権限差: the roles differ
    LEFTOVER = "leftover"  # 残存: closed or temporary and over here, still there
    UNREADABLE = "unreadable"  # 不読: the list cannot be believed


WORDS: Mapping[Class, str] = {
    Class.ORPHAN: "孤児",
    Class.MISSING: "欠落",
    Class.REVIVED: "復活",
    Class.DRIFT: "権限差",
    Class.LEFTOVER: "残存",
    Class.UNREADABLE: "不読",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What we want of one account in a target.

    exists:  whether it should be there at all; a closed or ended one should not.
    enabled: whether it may be used there.
    roles:   None where we do not keep the roles of this target.
    since:   when we began to want this; a push may still be on its way.
    """

    account: int
    ext_id: str
    exists: bool
    enabled: bool
    roles: frozenset[str] | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """One account as the target lists it. enabled is None where the target does not say."""

    ext_id: str
    enabled: bool | None
    roles: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading of a target's whole list.

    declared: how many the target itself says there are; None where it does not count.
    before:   how many the last believed run read; None for the first.
    whole:    False where the reading was cut off. why: in words, then.
    """

    accounts: Sequence[Theirs]
    began_at: datetime
    declared: int | None = None
    before: int | None = None
    whole: bool = True
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not as it should be. account is None for what is not ours.

    push: whether what we want is sent once more.
    """

    kind: Class
    ext_id: str = ""
    account: int | None = None
    says: str = ""
    push: bool = False


def reconcile(
    ours: Iterable[Ours], reading: Reading, *, tolerate: bool = False
) -> tuple[Difference, ...]:
    """Return how what a target lists differs from what we want, by class and id.

    tolerate: a drift of roles is only found, and not pushed (the policy of the target).

    A reading that cannot be believed gives one difference, 不読, and no other: no conclusion is
    drawn from a list that may be short. Ids are compared as directories do, without case.
    What we began to want only after the reading began is left to its push.
    """
    if why := unreadable(reading):
        return (Difference(kind=Class.UNREADABLE, says=why),)
    known = [one for one in ours if one.ext_id]
    listed = {_key(one.ext_id): one for one in reading.accounts}
    found = [
        difference
        for one in known
        if one.since is None or one.since < reading.began_at
        if (difference := _of_ours(one, listed.get(_key(one.ext_id)), tolerate=tolerate))
    ]
    names = {_key(one.ext_id) for one in known}
    found += [
        Difference(
            kind=Class.ORPHAN,
            ext_id=one.ext_id,
            says="使える状態" if one.enabled else "止まっている" if one.enabled is False else "",
        )
        for key, one in listed.items()
        if key not in names
    ]
    order = list(Class)
    return tuple(sorted(found, key=lambda one: (order.index(one.kind), one.ext_id)))


def unreadable(reading: Reading) -> str:
    """Return why nothing follows from `reading`, or "" where it may be believed.

    Twice the same id is unreadable too: one of the two would be judged by the other.
    """
    read = len(reading.accounts)
    if not reading.whole:
        return reading.why or "一覧を最後まで読めませんでした"
    if reading.declared is not None and reading.declared != read:
        return f"対象は {reading.declared:,} 件と言い、読めたのは {read:,} 件です"
    twice = [
        key for key, n in Counter(_key(one.ext_id) for one in reading.accounts).items() if n > 1
    ]
    if twice:
        return f"同じIDが二度あります（{len(twice):,} 件）"
    if has_shrunk(read, before=reading.before) and reading.before:
        return f"前回の {reading.before:,} 件から {read:,} 件に減りました（5% を超える減り方）"
    return ""


def has_shrunk(read: int, *, before: int | None) -> bool:
    """Return whether a list lost so much since the last one that it cannot be believed."""
    return bool(before) and read < (before or 0) * (1 - SHRINKAGE)


def _of_ours(one: Ours, there: Theirs | None, *, tolerate: bool) -> Difference | None:
    def differs(kind: Class, says: str, *, push: bool) -> Difference:
        return Difference(kind=kind, ext_id=one.ext_id, account=one.account, says=says, push=push)

    if there is None:
        # a stop is not missed: what is gone from the target lets nobody in
        if one.exists and one.enabled:
            return differs(Class.MISSING, "対象にありません", push=True)
        return None
    if not one.exists:
        if there.enabled is False:
            return differs(Class.LEFTOVER, "止まったまま残っています", push=False)
        return differs(Class.LEFTOVER, "使える状態で残っています", push=True)
    if not one.enabled:
        if there.enabled is False:
            return None
        says = "止めたのに使えます" if there.enabled else "止まっているかを対象が言いません"
        return differs(Class.REVIVED, says, push=True)
    if there.enabled is False:
        # ours may be used and theirs may not: the safe side, but the work stands still
        return differs(Class.DRIFT, "使えるはずですが、止まっています", push=not tolerate)
    if one.roles is not None and there.roles is not None and one.roles != there.roles:
        extra, less = sorted(there.roles - one.roles), sorted(one.roles - there.roles)
        says = "、".join(
            [f"余分な権限 {' '.join(extra)}"] * bool(extra)
            + [f"足りない権限 {' '.join(less)}"] * bool(less)
        )
        return differs(Class.DRIFT, says, push=not tolerate)
    return None


def _key(ext_id: str) -> str:
    return ext_id.strip().casefold()
