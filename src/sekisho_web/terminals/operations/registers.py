"""端末台帳 and 設置場所: what is entered, changed, and taken over from a file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from sekisho.ledger.leaves import Kind
from sekisho.terminals.places import bad_networks
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Company, Person
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.ledger import operations as ledger
from sekisho_web.terminals.models import Device, Site

EDITABLE = (
    "kind", "model", "maker_serial", "keeper", "can_show_non_public", "certificate_serial",
)  # fmt: skip
SHOWS = ("network", "contractor", "lent")  # 端末の区分 that may show non-public information at all


class CannotEnter(Refused):
    """The register does not change."""


@transaction.atomic
def enter(*, device: Device, by: Person, now: datetime) -> Device:
    """Enter a new terminal in the register, and return it."""
    return enter_all(devices=[device], by=by, now=now)[0]


@transaction.atomic
def enter_all(*, devices: Sequence[Device], by: Person, now: datetime) -> list[Device]:
    """Enter every one of `devices`, or none, and return them.

    Raises CannotEnter where a number or a maker's serial stands in the register already.
    """
    for device in devices:
        device.valid_from = now
        if refusal := _refusal_to_show(device.terminal_class, shows=device.can_show_non_public):
            raise CannotEnter(refusal)
    try:
        with transaction.atomic():
            made = Device.objects.bulk_create(devices)
    except IntegrityError as error:
        raise CannotEnter(
            Refusal(
                reason="端末番号か製造番号が、台帳にあるものと同じです",
                remedy="番号を確かめてください",
            )
        ) from error
    ledger.append_all(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        entries=[(device, {"owner": device.owner_id}) for device in made],
        at=now,
        details={"act": "端末の登録"},
    )
    return made


@transaction.atomic
def edit(*, device: Device, changes: Mapping[str, Any], by: Person, now: datetime) -> Device:
    """Change what the register says of `device`, enter what was and what is, and return it."""
    device = Device.objects.select_for_update(of=("self",)).get(pk=device.pk)
    if unknown := set(changes) - set(EDITABLE):
        raise ValueError(f"not of the register: {sorted(unknown)}")
    shows = changes.get("can_show_non_public", device.can_show_non_public)
    if refusal := _refusal_to_show(device.terminal_class, shows=shows):
        raise CannotEnter(refusal)
    was = {name: _said(getattr(device, name)) for name in changes}
    for name, value in changes.items():
        setattr(device, name, value)
    try:
        with transaction.atomic():
            device.save(update_fields=list(changes))
    except IntegrityError as error:
        raise CannotEnter(
            Refusal(reason="この製造番号の端末は、台帳にあります", remedy="番号を確かめてください")
        ) from error
    said = {name: _said(value) for name, value in changes.items()}
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=device,
        at=now,
        details={
            "act": "端末台帳の変更",
            "was": {name: was[name] for name in was if was[name] != said[name]},
            "is": {name: said[name] for name in said if was[name] != said[name]},
        },
    )
    return device


@transaction.atomic
def open_site(
    *,
    code: str,
    name: str,
    company: Company,
    staff: Company,
    address: str,
    floor: str,
    networks: Sequence[str],
    by: Person,
    now: datetime,
) -> Site:
    """Enter a place where terminals stand, and return it."""
    _check_networks(networks)
    try:
        with transaction.atomic():
            site = Site.objects.create(
                code=code,
                name=name,
                company=company,
                staff=staff,
                address=address,
                floor=floor,
                networks=list(networks),
                valid_from=now,
            )
    except IntegrityError as error:
        raise CannotEnter(
            Refusal(reason="この場所符号は使われています", remedy="別の符号を付けてください")
        ) from error
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=site,
        at=now,
        details={"act": "設置場所の登録", "staff": staff.code, "networks": list(networks)},
    )
    return site


@transaction.atomic
def edit_site(*, site: Site, changes: Mapping[str, Any], by: Person, now: datetime) -> Site:
    """Change what is said of a place (name, address, floor, networks), and return it."""
    site = Site.objects.select_for_update(of=("self",)).get(pk=site.pk)
    if unknown := set(changes) - {"name", "address", "floor", "networks"}:
        raise ValueError(f"not of a site: {sorted(unknown)}")
    _check_networks(changes.get("networks", ()))
    was = {field: getattr(site, field) for field in changes}
    for field, value in changes.items():
        setattr(site, field, value)
    site.save(update_fields=list(changes))
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=site,
        at=now,
        details={"act": "設置場所の変更", "was": was, "is": dict(changes)},
    )
    return site


def _check_networks(networks: Sequence[str]) -> None:
    if bad := bad_networks(networks):
        raise CannotEnter(
            Refusal(
                reason=f"網の範囲として読めません（{'、'.join(bad)}）",
                remedy="10.20.0.0/16 の形で、範囲の始まりの番号を書いてください",
            )
        )


def _refusal_to_show(terminal_class: str, *, shows: bool) -> Refusal | None:
    if shows and terminal_class not in SHOWS:
        return Refusal(
            reason="小売と官公庁の端末は、送配電の非公開情報を表示できません",
            remedy="印を外してください",
        )
    return None


def _said(value: Any) -> Any:  # noqa: ANN401  # of any column
    return value.code if isinstance(value, Person) else value
