"""承認規程: the policies in force, and those by which something may be asked for."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from sekisho.grants import policies as rules
from sekisho.grants.policies import Party, Policy
from sekisho_web.accounts.models import Appointment, AppointmentTerm
from sekisho_web.grants.models import ApprovalPolicy, Emergency


def rule_of(row: ApprovalPolicy) -> Policy:
    """Return the policy as the rules see it: its text is the one whose digest the row keeps."""
    return Policy(
        code=row.code,
        version=row.version,
        system=row.system,
        role=row.role,
        asker_class=row.asker_class,
        circumstance=row.circumstance,
        mode=row.mode,
        parties=tuple(Party(role=one["role"], side=one["side"]) for one in row.parties),
        in_order=row.in_order,
        max_window_minutes=row.max_window_minutes,
        max_use_minutes=row.max_use_minutes,
        uses_max=row.uses_max,
        pending_minutes=row.pending_minutes,
        fresh_seconds=row.fresh_seconds,
        purposes=tuple(row.purposes),
        reference_kind=row.reference_kind,
        look_back=row.look_back,
        look_back_days=row.look_back_days,
    )


def in_force(*, at: datetime) -> Sequence[ApprovalPolicy]:
    """Return the policies in force at `at`, by code (one query)."""
    return list(
        ApprovalPolicy.objects.filter(in_force_from__lte=at)
        .filter(Q(replaced_at=None) | Q(replaced_at__gt=at))
        .order_by("code", "version")
    )


def proposed() -> Sequence[ApprovalPolicy]:
    """Return what waits for a second person (one query)."""
    return list(
        ApprovalPolicy.objects.filter(in_force_from=None, replaced_at=None).order_by("code", "pk")
    )


def versions(code: str) -> Sequence[ApprovalPolicy]:
    """Return every version of one policy, the newest first (one query)."""
    return list(ApprovalPolicy.objects.filter(code=code).order_by("-version"))


def fitting(
    *,
    system: str,
    purpose: str,
    appointment: int,
    at: datetime,
    role: str = "",
    emergency: Emergency | None = None,
    for_helpers: bool = False,
) -> Sequence[ApprovalPolicy]:
    """Return the policies by which this post may ask, one a mode; none: it cannot (two queries)."""
    rows = {(row.code, row.version): row for row in in_force(at=at)}
    asker = "helper" if for_helpers else asker_class(appointment, purpose=purpose, at=at)
    found = rules.fitting(
        [rule_of(row) for row in rows.values()],
        system=system,
        role=role,
        asker=asker,
        purpose=purpose,
        circumstance=emergency.kind if emergency is not None else "ordinary",
    )
    return [rows[one.code, one.version] for one in found]


def asker_class(appointment: int, *, purpose: str, at: datetime) -> str:
    """Return the class of who asks in this post; "" where the post is not in force (one query)."""
    term = (
        AppointmentTerm.objects.in_force(now=at)
        .select_related("unit__company", "appointment")
        .filter(appointment=appointment)
        .first()
    )
    if term is None:
        return ""
    return rules.asker_class(
        company_kind=term.unit.company.kind,
        unit_kind=term.unit.kind,
        appointment_kind=Appointment.Kind(term.appointment.kind),
        purpose=purpose,
    )
