"""What somebody asks for, and what has to be so before it can be handed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sekisho.campaigns import pledges
from sekisho.grants import askings as asking_rules
from sekisho.grants import conflicts
from sekisho.grants.policies import NO_POLICY
from sekisho.grants.references import Reference
from sekisho.grants.refusals import NO_ACCOUNT, NO_EMERGENCY, NO_POST, ON_LEAVE, OUTSIDE
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import (
    Account,
    Appointment,
    AppointmentTerm,
    Hold,
    Person,
    System,
    in_force,
)
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.campaigns.queries.pledges import pledges_of
from sekisho_web.grants.models import ApprovalPolicy, Asking, Emergency, Grant
from sekisho_web.grants.operations import askings
from sekisho_web.grants.queries import deciders
from sekisho_web.grants.queries import policies as policy_queries
from sekisho_web.grants.rules_in_force import exempts_of, posts_of, rules_in_force
from sekisho_web.grants.standing import PLEDGES

SYSTEM_GONE = Refusal(
    reason="このシステムは、いま申請できる状態ではありません",
    remedy="対象システムの台帳で、状態を確かめてください",
)
STOPPED = Refusal(
    reason="停止されている人は、申請できません", remedy="停止の理由を、責任者に確かめてください"
)
NOT_TO_EXTEND = Refusal(
    reason="延長するもとの許可が、あなたの同じシステムと目的の許可ではありません",
    remedy="延長ではなく、新しい申請を出してください",
)


class CannotRequest(Refused):
    """Nothing was handed in, or nothing was taken back."""


class NobodyDecides(CannotRequest):
    """A party has nobody who could answer for it."""

    def __init__(self, policy: ApprovalPolicy, numbers: Sequence[int]) -> None:
        rule = policy_queries.rule_of(policy)
        self.numbers = [str(number) for number in numbers]
        self.words = "、".join(rule.parties[number - 1].words for number in numbers)
        super().__init__(
            Refusal(
                reason=f"承認できる人がいません（{self.words}）",
                remedy="対象システムの画面でシステム管理責任者か代行を任じるか、"
                "所属の長の発令を確かめてから、もう一度申請してください",
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks for. helpers: the posts of those who shall use it, one grant each."""

    system: System
    purpose: str
    mode: str
    reason: str
    window_minutes: int
    use_minutes: int
    role: str = ""
    uses: int | None = None
    references: tuple[Reference, ...] = ()
    areas: tuple[str, ...] = ()
    starts_at: datetime | None = None
    device: str = ""
    extends: Grant | None = None
    emergency: Emergency | None = None
    witness: str = ""
    helpers: tuple[Appointment, ...] = ()


def post_of(appointment: int, by: Person, now: datetime) -> AppointmentTerm:
    post = (
        AppointmentTerm.objects.in_force(now=now)
        .select_related("appointment__works_for", "unit__company", "person")
        .filter(appointment=appointment, person=by)
        .first()
    )
    if post is None:
        raise CannotRequest(NO_POST)
    if "on_leave" in post.flags:
        raise CannotRequest(ON_LEAVE)
    stops = in_force(now, starts="starts_at", ends="ends_at")
    if Hold.objects.filter(stops, person=by).exists():
        raise CannotRequest(STOPPED)
    return post


def policy_of(wish: Wish, post: AppointmentTerm, now: datetime) -> ApprovalPolicy:
    """Return the policy by which this may be asked for, or raise: without one, nothing is."""
    if wish.system.state != System.State.IN_USE:
        raise CannotRequest(SYSTEM_GONE)
    if wish.emergency is not None:
        _in_effect(wish, wish.emergency, now)
    for policy in policy_queries.fitting(
        system=wish.system.key,
        purpose=wish.purpose,
        appointment=post.appointment_id,
        at=now,
        role=wish.role,
        emergency=wish.emergency,
        for_helpers=bool(wish.helpers),
    ):
        if policy.mode == wish.mode:
            return policy
    raise CannotRequest(NO_POLICY)


def _in_effect(wish: Wish, emergency: Emergency, now: datetime) -> None:
    """Raise where the emergency is not in effect, or not for this system, role or these areas."""
    ends = deciders.emergency_ends(emergency.pk, at=max(now, wish.starts_at or now))
    starts = max(now, wish.starts_at or now)
    if ends is None or ends <= starts or wish.system.key not in emergency.systems:
        raise CannotRequest(NO_EMERGENCY)
    if not set(wish.areas) <= set(emergency.areas):
        raise CannotRequest(OUTSIDE)
    if emergency.roles and wish.role not in emergency.roles:
        raise CannotRequest(NO_EMERGENCY)


def carrier_of(wish: Wish, post: AppointmentTerm, by: Person, now: datetime) -> Asking | None:
    """Return the judgement of the second line that lets the affiliate ask; None: none is needed."""
    if wish.emergency is not None or not asking_rules.is_asking(
        asker_kind=post.appointment.works_for.kind,
        owner_kind=wish.system.owner_kind,
        purpose=wish.purpose,
    ):
        return None
    carrier = askings.carrier(person=by, system=wish.system.key, now=now)
    if carrier is None:
        raise CannotRequest(asking_rules.WAITS)
    return carrier


def account_of(wish: Wish, post: AppointmentTerm) -> Account | None:
    """Return the ID with which it shall be used; of a request for helpers each has their own."""
    if wish.helpers:
        return None
    found = Account.objects.filter(
        person=post.person_id,
        system=wish.system,
        works_for=post.appointment.works_for,
        closed_at=None,
    ).order_by("pk")
    account = found.first()
    if account is None:
        raise CannotRequest(NO_ACCOUNT)
    return account


def refuse_the_restricted(
    wish: Wish, post: AppointmentTerm, account: Account | None, now: datetime
) -> None:
    """Raise where posts do not go together, or a pledge for this ID is missing."""
    if wish.helpers:
        return  # of each helper it is asked at the desk, and at every use
    person = post.person_id
    if refusal := conflicts.refusal(
        posts_of([person]).get(person, ()),
        rules_in_force(at=now),
        exempts_of([person]).get(person, ()),
        hat=str(post.appointment_id),
        relief=wish.emergency is not None and wish.emergency.kind == Emergency.Kind.DISASTER,
        at=now,
    ):
        raise CannotRequest(refusal)
    template = PLEDGES.get(wish.system.owner_kind)
    if template is None or account is None or wish.system.owner_id == post.appointment.works_for_id:
        return
    need = pledges.Need(
        template=template,
        subject=f"{wish.system.key} {account.code}",
        title=f"{wish.system.name}の利用",
    )
    if refusal := pledges.refusal(pledges_of(person), [need], at=now):
        raise CannotRequest(refusal)
