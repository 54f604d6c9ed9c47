"""What is known of those who might answer a request (承認者になり得る人), and of what is asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sekisho.grants.delegations import Delegation
from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit of a company (組織). parent: the code of the one above."""

    company: str
    kind: str = ""
    parent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One term of an appointment. leads: its title leads the unit (長)."""

    person: str
    appointment: str
    unit: str
    works_for: str
    period: Period
    leads: bool = False
    on_leave: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Who answers for a system (責任者), by which post."""

    appointment: str
    system: str
    company: str
    role: str  # system_officer, deputy, use_officer
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """What is known of those who might answer. What is not in it cannot answer.

    unfit: people whom something else keeps from deciding (pledge, training), and why.
    judge: why one person may not judge what another does (K8), or None: decider, asker, and
           whether it is the superior's own part. Without it nobody is barred by it.
    """

    companies: Mapping[str, str]  # code -> kind
    units: Mapping[str, Unit]
    posts: tuple[Post, ...]
    offices: tuple[Office, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    held: frozenset[str] = frozenset()
    unfit: Mapping[str, Refusal] = field(default_factory=dict)
    judge: Callable[[str, str, bool], Refusal | None] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is asked, as far as it says who may answer.

    owner:     the company that answers for the system.
    unit:      of the asker's hat; entruster: whose work a contractor does ("" none).
    for_whom:  those who shall use it, where they are not the asker.
    """

    system: str
    owner: str
    asker: str
    unit: str
    entruster: str = ""
    for_whom: frozenset[str] = frozenset()
    commanders: frozenset[str] = frozenset()  # appointments
    engagement_owners: frozenset[str] = frozenset()  # appointments
    on_duty: frozenset[str] = frozenset()  # appointments of the duty roster (当番) now


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Seat:
    """Somebody who may answer for a party: in which post, and in whose stead (代理)."""

    person: str
    appointment: str
    instead_of: str | None = None  # appointment
