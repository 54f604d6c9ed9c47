"""One person who may use one system, and nothing is missing: what the tests of `may_use` change."""

from datetime import UTC, datetime, timedelta

from sekisho.accounts import life
from sekisho.accounts.levels import Level
from sekisho.campaigns.pledges import Answer, Pledge
from sekisho.grants.use import Account, Ask, Device, Facts, Grant, Post, SignedIn, System
from sekisho.terms.periods import Period

NOON = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
LONG = Period(starts=NOON - timedelta(days=300), ends=NOON + timedelta(days=90))
OPEN = Period(starts=NOON - timedelta(days=300))
OVER = Period(starts=NOON - timedelta(days=300), ends=NOON)
COMING = Period(starts=NOON + MOMENT)

ASK = Ask(
    person="P1",
    hat="A1",
    account="tk1",
    system="takuso",
    purpose="託送供給等",
    device="D1",
)
LIFE = life.Account(
    issued_at=NOON - timedelta(days=200), last_used_at=NOON - timedelta(days=1), post=OPEN
)
FACTS = Facts(
    person="P1",
    system=System(key="takuso", period=OPEN),
    posts=(Post(appointment="A1", works_for="N09", period=OPEN),),
    accounts=(Account(code="tk1", works_for="N09", life=LIFE),),
    grants=(Grant(key="G1", kind="standing", purpose="託送供給等", period=LONG),),
    devices=(Device(number="D1", period=OPEN),),
    uses=(Period(starts=NOON, ends=NOON + timedelta(hours=8)),),
    signed_in=SignedIn(level=Level.CARD, authenticator="K1"),
)


def pledged(template, subject, **changes):
    told = {"answer": Answer.SIGNED, "at": NOON - timedelta(days=9), "valid_until": None, **changes}
    return (Pledge(template=template, subject=subject, **told),)
