"""The register of systems (対象システム) and of those who answer for them (責任者)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from sekisho.accounts.issuing import OF_THE_OWNER
from sekisho.accounts.opening import Opens, refusal_of_opening
from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import AppointmentTerm, Company, Officer, Person, System, period
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.queries.issuing import is_controlled
from sekisho_web.ledger import operations as ledger


class CannotRegister(Refused):
    """The register does not change."""


EDITABLE = (
    "name",
    "owner",
    "state",
    "controlled_by",
    "data_classes",
    "users",
    "purpose",
    "log_source",
    "log_retention_months",
    "dormancy_months",
    "device_bound",
    "eligible",
    "opens_by",
    "address",
)


@transaction.atomic
def edit_system(*, system: System, changes: Mapping[str, Any], by: Person, now: datetime) -> System:
    """Change the entry of `system`, enter what was and what is, and return it."""
    system = System.objects.select_for_update().get(pk=system.pk)
    unknown = set(changes) - set(EDITABLE)
    if unknown:
        raise ValueError(f"not of the register: {sorted(unknown)}")
    months = changes.get("dormancy_months", system.dormancy_months)
    if not 1 <= months <= 6:  # said in the reason; the database says it too
        raise CannotRegister(
            Refusal(
                reason="未使用で止まるまでの月数は、1から6までです",
                remedy="6か月より長くはできません。1から6で入れてください",
            )
        )
    opens_by = changes.get("opens_by", system.opens_by)
    if refusal := refusal_of_opening(
        opens_by=opens_by,
        address=changes.get("address", system.address),
        through_gate="gateway" in changes.get("controlled_by", system.controlled_by),
    ):
        raise CannotRegister(refusal)
    if opens_by != Opens.OIDC and system.client_id:
        changes = {**changes, "client_id": ""}  # what it was known by says nothing any more
    was = {name: _said(getattr(system, name)) for name in changes}
    for name, value in changes.items():
        setattr(system, name, value)
    system.registered_at = system.registered_at or now
    system.save(update_fields=[*changes, "registered_at"])
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=system,
        at=now,
        details={
            "act": "対象システムの変更",
            "was": {name: was[name] for name in was if was[name] != _said(changes[name])},
            "is": {
                name: _said(value) for name, value in changes.items() if was[name] != _said(value)
            },
        },
    )
    return system


@transaction.atomic
def appoint_officer(
    *,
    system: System,
    term: AppointmentTerm,
    role: str,
    company: Company,
    starts: datetime,
    ends: datetime | None,
    by: Person,
    now: datetime,
) -> Officer:
    """Let somebody in a post answer for `system` from `starts` on, and return the office.

    It never outlives the post: without `ends` it ends with the term. Raises CannotRegister where
    one names oneself, where the side is wrong, or where the office would outlive the post.
    """
    if term.person_id == by.pk:
        raise CannotRegister(
            Refusal(
                reason="自分を責任者にはできません", remedy="ほかの管理者に登録してもらってください"
            )
        )
    if role in OF_THE_OWNER and is_controlled(system) and company.pk != system.owner_id:
        raise CannotRegister(
            Refusal(
                reason="システム管理責任者は、持ち主の会社の人だけです",
                remedy="持ち主の会社の発令を選んでください",
            )
        )
    if term.appointment.works_for_id != company.pk:
        raise CannotRegister(
            Refusal(
                reason="その会社の業務の発令ではありません", remedy="会社と発令を選び直してください"
            )
        )
    until = ends if ends is not None else term.valid_to
    if starts < term.valid_from or (
        term.valid_to is not None and (until is None or until > term.valid_to)
    ):
        raise CannotRegister(BEYOND)
    if until is not None and until <= starts:
        raise CannotRegister(
            Refusal(reason="終わりが始まりより前です", remedy="期間を直してください")
        )
    try:
        with transaction.atomic():
            office = Officer.objects.create(
                system=system,
                company=company,
                role=role,
                appointment=term.appointment,
                valid=period(starts, until),
            )
    except IntegrityError as error:
        raise CannotRegister(BEYOND) from error
    _enter("責任者の登録", office, by=by, now=now)
    return office


@transaction.atomic
def end_office(*, office: Officer, by: Person, now: datetime) -> Officer:
    """End an office now and return it; one that has not begun yet is ended where it would begin."""
    office = Officer.objects.select_for_update().get(pk=office.pk)
    if office.valid_to is not None and office.valid_to <= now:
        raise CannotRegister(
            Refusal(reason="この責任者の期間は終わっています", remedy="一覧を開き直してください")
        )
    if office.valid_from >= now:
        raise CannotRegister(
            Refusal(
                reason="この責任者の期間はまだ始まっていません",
                remedy="始まってから終わりを登録してください",
            )
        )
    office.valid = period(office.valid_from, now)
    office.save(update_fields=["valid"])
    _enter("責任者の終わり", office, by=by, now=now)
    return office


BEYOND = Refusal(
    reason="責任者の期間が、もとになる発令の外に出ます",
    remedy="発令の期間の中で始まり、終わるようにしてください",
)


def _enter(act: str, office: Officer, *, by: Person, now: datetime) -> None:
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=office,
        at=now,
        details={
            "act": act,
            "system": office.system.key,
            "role": office.role,
            "appointment": office.appointment_id,
        },
    )


def _said(value: Any) -> Any:  # noqa: ANN401  # of any column
    return value.code if isinstance(value, Company) else value
