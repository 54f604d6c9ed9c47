"""From facts to values: the only logic that exists twice (here, and in Ibis for old logs).

Six kinds of derivation (導出): 値そのまま, 対応表, 同一か, 期限内か, 区間, 集合に含む. A fact that
is missing gives no value: the attribute is absent (不明), and the table then refuses everything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sekisho.accounts import levels
from sekisho.accounts.life import Account, State, state_of
from sekisho.policy import attributes as names
from sekisho.policy.attributes import Attribute
from sekisho.terms.periods import Period

RELIEF = "災害応援"
LENT, UNREGISTERED = "災害貸与端末", "未登録端末"
LAPSED, NO_GRANT = "失効", "なし"
APPROVAL_OF_KIND: Mapping[str, str] = {
    "standing": "常時",
    "period": "都度承認済",
    "per_use": "都度承認済",
    "dual": "二者承認済",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One appointment (発令), main, concurrent or seconded."""

    viewer_class: str | None  # by company kind and unit kind; None: no row in the look-up table
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """The device of a look, as the inventory (端末台帳) knows it."""

    terminal: str | None  # the value of 端末 that its owner and place give; None: no row
    period: Period
    loans: tuple[Period, ...] = ()  # of a device for relief: its loans to this person


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The grant (利用許可) under which the look runs: exactly one."""

    kind: str  # standing / period / per_use / dual
    period: Period
    revoked_at: datetime | None = None
    emergency: Period | None = None  # of a grant that hangs from an emergency


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """A declared emergency (非常災害の発動): where and how long."""

    districts: frozenset[str]
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFacts:
    """All that is known of the viewer and the request. None: it could not be found out."""

    posts: tuple[Post, ...] | None
    relief: tuple[Period, ...] = ()  # the person's lines on the roster of supporters (応援者名簿)
    relief_hat: bool = False  # whether the hat (帽子) is changed to relief
    purpose: str | None = None
    drills: tuple[Period, ...] | None = ()
    emergencies: tuple[Emergency, ...] | None = ()
    grant: Grant | None = None  # None: no grant (なし)
    device: Device | None = None  # None: the inventory does not have it (未登録端末)
    methods: frozenset[str] | None = None  # how the person signed in (accounts.levels)
    proof_age: int | None = None  # seconds since they last proved who they are
    account: Account | None = None
    screen_kind: str | None = None


def derive_request(
    facts: RequestFacts, at: datetime, *, attributes: Mapping[str, Attribute] | None = None
) -> dict[str, str]:
    """Return the eight viewer- and request-side values of a look at the moment `at`.

    An attribute that cannot be told is absent (不明). All periods are half-open.

    attributes: 属性.csv, for the precedence of viewer classes and to drop values that it does
                not have; without it, the precedence as shipped.
    """
    derived = {
        names.VIEWER_CLASS: _viewer_class(facts, at, attributes),
        names.PURPOSE: facts.purpose or None,
        names.CIRCUMSTANCE: _circumstance(facts, at),
        names.APPROVAL: _approval(facts.grant, at),
        names.TERMINAL: _terminal(facts.device, at),
        names.AUTHENTICATION: _authentication(facts),
        names.ACCOUNT_STATE: _account_state(facts.account, at),
        names.SCREEN_KIND: facts.screen_kind or None,
    }
    return {
        name: value
        for name, value in derived.items()
        if value is not None and (attributes is None or value in attributes[name].words)
    }


# As 属性.csv ships it: any appointment with a retailer outweighs every other.
_PRECEDENCE = (
    RELIEF,
    "関係小売営業",
    "関係小売委託",
    "新電力",
    "国",
    "監督当局",
    "送配電管理",
    "送配電監査",
    "送配電委託",
    "送配電受付",
    "配電現場",
    "送配電託送",
)


def _viewer_class(
    facts: RequestFacts, at: datetime, attributes: Mapping[str, Attribute] | None
) -> str | None:
    if facts.relief_hat and any(period.holds(at) for period in facts.relief):
        return RELIEF
    if facts.posts is None:
        return None
    held = {post.viewer_class for post in facts.posts if post.period.holds(at)}
    if not held or None in held:  # an appointment that nobody can class might be a retailer's
        return None
    if attributes is not None:
        known = attributes[names.VIEWER_CLASS]
        words = frozenset(word for word in held if word)
        return known.first(words) if words <= set(known.words) else None
    return (
        next((word for word in _PRECEDENCE if word in held), None)
        if held <= set(_PRECEDENCE)
        else None
    )


def _circumstance(facts: RequestFacts, at: datetime) -> str | None:
    if facts.drills is None or facts.emergencies is None:
        return None
    if any(drill.holds(at) for drill in facts.drills):
        return "訓練"
    if any(emergency.period.holds(at) for emergency in facts.emergencies):
        return "非常災害"
    return "平常"


def _approval(grant: Grant | None, at: datetime) -> str | None:
    if grant is None or at < grant.period.starts:
        return NO_GRANT
    over = (
        not grant.period.holds(at)
        or (grant.revoked_at is not None and grant.revoked_at <= at)
        or (grant.emergency is not None and not grant.emergency.holds(at))
    )
    return LAPSED if over else APPROVAL_OF_KIND.get(grant.kind)


def _terminal(device: Device | None, at: datetime) -> str | None:
    if device is None or not device.period.holds(at):
        return UNREGISTERED
    if device.terminal == LENT and not any(loan.holds(at) for loan in device.loans):
        return UNREGISTERED
    return device.terminal or None


def _authentication(facts: RequestFacts) -> str | None:
    return levels.said(methods=facts.methods or (), proof_age=facts.proof_age)


# What is final or held is one word in the table: 停止中. What is not known is no value at all.
_WORD_OF_STATE: Mapping[State, str | None] = {
    State.ACTIVE: "有効",
    State.DORMANT: "休眠",
    State.MOVED: "異動済",
    State.STOPPED: "停止中",
    State.EXPIRED: "停止中",
    State.CLOSED: "停止中",
    State.NOT_YET: None,
    State.UNKNOWN: None,
}


def _account_state(account: Account | None, at: datetime) -> str | None:
    return None if account is None else _WORD_OF_STATE[state_of(account, at)]
