"""What may be asked for in the hat that is worn: purposes, systems, ways, and by which policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sekisho.grants import policies as rules
from sekisho.grants.policies import Policy
from sekisho.grants.references import ANY, NONE, WORDS
from sekisho.grants.requests import in_words
from sekisho_web.accounts.models import Account, AppointmentTerm, System
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.grants.models import ApprovalPolicy
from sekisho_web.grants.queries import emergencies, policies

Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLine:
    """One policy as pages show it."""

    code: str
    version: int
    asker: str
    circumstance: str
    systems: str
    role: str
    purposes: Sequence[str]
    mode: str
    parties: Sequence[str]
    in_order: bool
    limits: Sequence[str]
    reference: str
    look_back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """The choices of the form. systems: those in which the person has an ID for this work."""

    purposes: Choices
    systems: Choices
    modes: Choices
    emergencies: Choices
    policies: Sequence[PolicyLine]


def offered(hat: Hat, *, now: datetime) -> Offered:
    """Return what may be asked for in `hat` (six queries, however many systems there are)."""
    post = (
        AppointmentTerm.objects.in_force(now=now)
        .select_related("unit__company", "appointment")
        .get(appointment=hat.post)
    )
    systems = _systems(post)
    running = [
        each.emergency
        for each in emergencies.running(now=now)
        if set(each.emergency.systems) & {key for key, _ in systems}
    ]
    kinds = {"ordinary", *(one.kind for one in running)}
    every = [policies.rule_of(row) for row in policies.in_force(at=now)]
    names = dict(systems)
    mine = [one for one in every if _is_for(one, post, kinds, names)]
    purposes = dict.fromkeys(purpose for one in mine for purpose in one.purposes)
    modes = dict.fromkeys(one.mode for one in mine)
    return Offered(
        purposes=[(purpose, purpose) for purpose in purposes],
        systems=systems,
        modes=[(mode, rules.MODE_WORDS[mode]) for mode in modes],
        emergencies=[(one.code, f"{one.cause}（{one.code}）") for one in running],
        policies=[as_line(one, names=names) for one in mine],
    )


def _systems(post: AppointmentTerm) -> Choices:
    """Return the systems in which the person has an open ID for the work of this post."""
    mine = Account.objects.filter(
        person=post.person_id, works_for=post.appointment.works_for_id, closed_at=None
    )
    found = System.objects.filter(
        key__in=mine.values("system"), state=System.State.IN_USE
    ).order_by("key")
    return list(found.values_list("key", "name"))


def _is_for(one: Policy, post: AppointmentTerm, kinds: set[str], names: dict[str, str]) -> bool:
    """Return whether somebody in `post` may ask by `one`, for any purpose of it."""
    askers = {
        rules.asker_class(
            company_kind=post.unit.company.kind,
            unit_kind=post.unit.kind,
            appointment_kind=str(post.appointment.kind),
            purpose=purpose,
        )
        for purpose in one.purposes
    }
    asks = one.asker_class in askers and one.circumstance in kinds
    return asks and (one.system == "" or one.system in names)


def as_line(one: Policy, *, names: dict[str, str]) -> PolicyLine:
    """Return a policy in the words of pages. names: what each system is called."""
    days = f"{one.look_back_days}営業日のうちに"
    looked = rules.LOOK_BACK_WORDS.get(one.look_back, one.look_back)
    return PolicyLine(
        code=one.code,
        version=one.version,
        asker=rules.ASKER_WORDS.get(one.asker_class, one.asker_class),
        circumstance=rules.CIRCUMSTANCE_WORDS.get(one.circumstance, one.circumstance),
        systems=names.get(one.system, one.system) or "すべて",
        role=one.role,
        purposes=one.purposes,
        mode=rules.MODE_WORDS.get(one.mode, one.mode),
        parties=[party.words for party in one.parties],
        in_order=one.in_order,
        limits=[
            f"期間{in_words(one.max_window_minutes)}",
            f"一回{in_words(one.max_use_minutes)}",
            *([f"{one.uses_max}回"] if one.uses_max else []),
            f"承認まで{in_words(one.pending_minutes)}",
        ],
        reference=_reference(one.reference_kind),
        look_back=looked if one.look_back == "none" else f"{looked}が{days}",
    )


def _reference(kind: str) -> str:
    if kind == NONE:
        return "要りません"
    if kind == ANY:
        return "利用目的による番号"
    return "または".join(WORDS.get(each, each) for each in kind.split("|"))


def line_of(row: ApprovalPolicy, *, names: dict[str, str]) -> PolicyLine:
    return as_line(policies.rule_of(row), names=names)
