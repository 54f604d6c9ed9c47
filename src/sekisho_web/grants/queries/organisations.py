"""The organisation as the rules of approval see it: everybody who could decide something now."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache

from django.db.models import Q

from sekisho.accounts.tickets import leads
from sekisho.grants import conflicts
from sekisho.grants.conflicts import Rule
from sekisho.grants.delegations import Delegation as Handed
from sekisho.grants.organisations import Office, Organisation, Post, Unit
from sekisho.grants.parties import COOLING_OFF_MONTHS
from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import (
    AppointmentTerm,
    Company,
    Hold,
    Officer,
    System,
    in_force,
)
from sekisho_web.accounts.models import Unit as UnitRow
from sekisho_web.grants.models import Delegation, Emergency, Engagement
from sekisho_web.grants.rules_in_force import Held, posts_of, rules_in_force

LOOKED_BACK = timedelta(days=COOLING_OFF_MONTHS * 31 + 31)
DECIDING_UNITS = ("compliance", "internal_audit")
OUTSIDE = ("government", "regulator")  # whose systems are answered for by those who use them


def appointment_code(pk: int) -> str:
    """Return how the texts call an appointment (発令)."""
    return f"A{pk}"


def appointment_pk(code: str) -> int:
    """Return the key of the appointment that `code` names; 0 where it names none."""
    return int(code[1:]) if code[:1] == "A" and code[1:].isdecimal() else 0


def organisation(
    *, now: datetime, people: Iterable[int] = (), unfit: Mapping[str, Refusal] | None = None
) -> Organisation:
    """Return everybody who could decide anything now, and `people` (six queries).

    Leaders, officers, second and third line, delegates, commanders; of them every post, those of
    the last year too, since one at the retailer counts for a year.
    """
    delegations = list(
        Delegation.objects.filter(in_force(now))
        .filter(Q(ended_at=None) | Q(ended_at__gt=now))
        .select_related("delegator", "deputy")
    )
    officers = list(Officer.objects.filter(in_force(now)).select_related("system", "company"))
    named = {one.appointment_id for one in officers} | _named_appointments(now)
    named |= {one.delegator_id for one in delegations} | {one.deputy_id for one in delegations}
    deciding = (
        AppointmentTerm.objects.in_force(now=now)
        .filter(
            Q(title__endswith="長")
            | Q(unit__kind__in=DECIDING_UNITS)
            | Q(appointment__in=named)
            | Q(person__in=list(people))
        )
        .values("person")
    )
    terms = list(
        AppointmentTerm.objects.filter(person__in=deciding, valid_from__lte=now)
        .filter(Q(valid_to=None) | Q(valid_to__gt=now - LOOKED_BACK))
        .select_related("person", "unit", "appointment__works_for")
        .order_by("pk")
    )
    held = Hold.objects.filter(in_force(now, starts="starts_at", ends="ends_at"))
    return Organisation(
        companies=dict(Company.objects.values_list("code", "kind")),
        units={
            one.code: Unit(
                company=one.company.code,
                kind=one.kind,
                parent=one.parent.code if one.parent is not None else None,
            )
            for one in UnitRow.objects.select_related("company", "parent")
        },
        posts=tuple(_post(term) for term in terms),
        offices=tuple(
            Office(
                appointment=appointment_code(one.appointment_id),
                system=one.system.key,
                company=one.company.code,
                role=one.role,
                period=Period(starts=one.valid_from, ends=one.valid_to),
            )
            for one in officers
        ),
        delegations=tuple(_handed(one) for one in delegations),
        held=frozenset(held.filter(person__in=deciding).values_list("person__code", flat=True)),
        unfit=dict(unfit or {}),
        judge=_judge({term.person.code: term.person_id for term in terms}, now),
    )


def _judge(people: Mapping[str, int], now: datetime) -> Callable[[str, str, bool], Refusal | None]:
    """Return why somebody may not judge another (K8); asks two queries when it is first asked."""
    known: list[tuple[Held, Sequence[Rule]]] = []

    @cache
    def judge(decider: str, asker: str, as_superior: bool) -> Refusal | None:  # noqa: FBT001
        if not known:
            known.append((posts_of(set(people.values())), rules_in_force(at=now)))
        posts, rules = known[0]
        return conflicts.refusal_to_judge(
            judge=decider,
            judged=asker,
            posts_of_judge=posts.get(people.get(decider, 0), ()),
            posts_of_judged=posts.get(people.get(asker, 0), ()),
            rules=rules,
            at=now,
            as_superior=as_superior,
        )

    return judge


def _named_appointments(now: datetime) -> set[int]:
    """Return who is named by an emergency or an engagement that is not closed (two queries)."""
    commanders = Emergency.objects.filter(ends_at__gt=now).values_list("commander", flat=True)
    owners = Engagement.objects.filter(closed_at=None).values_list("owner", flat=True)
    return {int(pk) for pk in (*commanders, *owners) if pk}


def _post(term: AppointmentTerm) -> Post:
    return Post(
        person=term.person.code,
        appointment=appointment_code(term.appointment_id),
        unit=term.unit.code,
        works_for=term.appointment.works_for.code,
        period=Period(starts=term.valid_from, ends=term.valid_to),
        leads=leads(term.title),
        on_leave="on_leave" in term.flags,
    )


def _handed(one: Delegation) -> Handed:
    return Handed(
        of_appointment=appointment_code(one.delegator_id),
        to_appointment=appointment_code(one.deputy_id),
        period=Period(starts=one.valid_from, ends=one.valid_to),
        roles=frozenset({one.party} - {""}),
        systems=frozenset({one.system} - {""}),
        revoked_at=one.ended_at,
    )


def owner_of(system: System, *, now: datetime) -> str:
    """Return the company that answers for `system`; "" where there is none (one query)."""
    return owner_in(system, watching(now=now))


def owner_in(system: System, watched: Mapping[str, str]) -> str:
    """Return the company that answers for `system`; for one of the state, whose officers watch."""
    if system.owner is not None and system.owner.kind not in OUTSIDE:
        return system.owner.code
    return watched.get(system.key, "")


def watching(*, now: datetime) -> Mapping[str, str]:
    """Return for each system the company whose officers watch over its use (one query)."""
    roles = [Officer.Role.SYSTEM_OFFICER, Officer.Role.DEPUTY]
    rows = Officer.objects.filter(in_force(now), role__in=roles).order_by("-company__code")
    return dict(rows.values_list("system__key", "company__code"))
