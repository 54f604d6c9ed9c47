"""Delegation (代理): to decide in another's stead, for a while, and to hand nothing further."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal

LONGEST = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """Who acts in whose stead. Empty `roles` or `systems`: all that the giver has."""

    of_appointment: str
    to_appointment: str
    period: Period
    roles: frozenset[str] = frozenset()
    systems: frozenset[str] = frozenset()
    revoked_at: datetime | None = None

    def covers(self, *, role: str, system: str, at: datetime) -> bool:
        """Return whether it holds at `at` for a party of this role about this system."""
        return (
            self.period.holds(at)
            and (self.revoked_at is None or at < self.revoked_at)
            and (not self.roles or role in self.roles)
            and (not self.systems or system in self.systems)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Giver:
    """What the rules know of who hands over, or takes.

    decides: whether this post answers for anything by itself (leads, office, second line).
    """

    person: str
    company: str
    decides: bool = True
    is_substitute: bool = False  # the post itself is one of a substitute (代理)
    held: bool = False


def refusal_to_delegate(
    *, giver: Giver, taker: Giver, period: Period, now: datetime
) -> Refusal | None:
    """Return why this may not be handed over, or None where it may."""
    if giver.person == taker.person:
        return Refusal(reason="自分を代理にはできません", remedy="ほかの人を選んでください")
    if giver.is_substitute or not giver.decides:
        return Refusal(
            reason="代理で持つ役割と、承認の役割がない発令は、代理に渡せません",
            remedy="もとの承認者に、代理を決めてもらってください",
        )
    if giver.company != taker.company:
        return Refusal(
            reason="別の会社の人は代理にできません", remedy="同じ会社の人を選んでください"
        )
    if giver.held or taker.held:
        return Refusal(reason="停止されている人がいます", remedy="停止の理由を確かめてください")
    if period.ends is None or period.ends <= period.starts or period.ends <= now:
        return Refusal(
            reason="代理の終わりが、始まりより後、いまより後になっていません",
            remedy="期間を直してください",
        )
    if period.ends - period.starts > LONGEST:
        return Refusal(
            reason=f"代理は{LONGEST.days}日までです",
            remedy="期間を短くし、続けるときは出し直してください",
        )
    return None
