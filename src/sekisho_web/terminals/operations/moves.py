"""Where terminals stand and go: placing, sending, receiving, disposing; and where they are seen."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from sekisho.ledger.leaves import Kind
from sekisho.terminals.places import is_wrong_place
from sekisho.terminals.states import Act, refusal_to
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Company, Person, SignIn
from sekisho_web.accounts.operations import sessions
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.frame.follows import tell
from sekisho_web.ledger import operations as ledger
from sekisho_web.terminals.models import Device, Dispatch, Sighting, Site
from sekisho_web.terminals.queries.standing import state_of

MISPLACED = "misplaced"


class CannotMove(Refused):
    """The terminal stands where it stood."""


@transaction.atomic
def place(*, device: Device, site: Site, by: Person | None, now: datetime) -> Device:
    """Let `device` stand at `site`, and return it. In the other company's place: a finding too."""
    device = _locked(device)
    if refusal := refusal_to(Act.PLACE, state_of(device, now=now)):
        raise CannotMove(refusal)
    return _stand(device, site, act="端末の設置", by=by, now=now)


@transaction.atomic
def dispatch(
    *, device: Device, to: Site, receiver: Person | None, by: Person, now: datetime
) -> Dispatch:
    """Send `device` on its way: it opens nothing until it was received. Return the dispatch."""
    device = _locked(device)
    if refusal := refusal_to(Act.DISPATCH, state_of(device, now=now)):
        raise CannotMove(refusal)
    if is_wrong_place(owner=device.owner.kind, staff=to.staff.kind):
        raise CannotMove(
            Refusal(
                reason="届け先は、相手方の会社の人が働く場所です",
                remedy="自社または委託先の場所を選んでください",
            )
        )
    try:
        with transaction.atomic():
            sent = Dispatch.objects.create(
                device=device, to_site=to, receiver=receiver, sent_at=now, sent_by=by
            )
    except IntegrityError as error:
        raise CannotMove(
            Refusal(reason="この端末は送付中です", remedy="先に受領を読み取ってください")
        ) from error
    sessions.end_sessions_on(device=device.number, because=SignIn.End.STOPPED, now=now)
    _enter("端末の送付", device, by=by, now=now, to=to.code)
    return sent


@transaction.atomic
def receive(*, device: Device, by: Person, company: Company, now: datetime) -> Device:
    """Receive `device` at the site it was sent to, and return it as it now stands.

    company: of the post that `by` wears. Only the company whose people work there receives, and
    not whoever sent it; where a receiver was named, only they.
    """
    device = _locked(device)
    way = (
        Dispatch.objects.select_for_update(of=("self",))
        .select_related("to_site__staff", "receiver")
        .filter(device=device, ended_at=None)
        .first()
    )
    refusal = refusal_to(Act.RECEIVE, state_of(device, now=now)) or _refusal_to_receive(
        way, by=by, company=company
    )
    if refusal or way is None:
        raise CannotMove(refusal or NOT_SENT)
    way.ended_at, way.received_by = now, by
    way.save(update_fields=["ended_at", "received_by"])
    return _stand(device, way.to_site, act="端末の受領", by=by, now=now)


@transaction.atomic
def call_back(*, device: Device, by: Person, now: datetime) -> Device:
    """Note that a terminal on its way came back to whoever sent it; it stands where it stood."""
    device = _locked(device)
    way = Dispatch.objects.select_for_update().filter(device=device, ended_at=None).first()
    if way is None:
        raise CannotMove(NOT_SENT)
    way.ended_at = now
    way.save(update_fields=["ended_at"])
    _enter("端末の送付の取消", device, by=by, now=now)
    return device


@transaction.atomic
def dispose(*, device: Device, certificate: str, by: Person, now: datetime) -> Device:
    """Strike `device` off the register, with the certificate of its disposal, and return it."""
    device = _locked(device)
    if refusal := refusal_to(Act.DISPOSE, state_of(device, now=now)):
        raise CannotMove(refusal)
    if not certificate.strip():
        raise CannotMove(
            Refusal(reason="廃棄の証明がありません", remedy="証明書の番号と発行者を書いてください")
        )
    device.valid_to, device.disposal = now, certificate.strip()
    device.save(update_fields=["valid_to", "disposal"])
    sessions.end_sessions_on(device=device.number, because=SignIn.End.STOPPED, now=now)
    _enter("端末の除却", device, by=by, now=now, certificate=device.disposal)
    return device


@transaction.atomic
def seen(
    *,
    device: Device,
    site: Site | None,
    person: Person | None,
    source: str,
    is_elsewhere: bool,
    now: datetime,
) -> None:
    """Keep where `device` was seen, one row an hour and site.

    is_elsewhere: it is in the other company's place: every session on it ends, and that is a
                  finding at once.
    """
    Sighting.objects.bulk_create(
        [
            Sighting(
                device=device,
                site=site,
                person=person,
                hour=now.replace(minute=0, second=0, microsecond=0),
                last_at=now,
                source=source,
            )
        ],
        update_conflicts=True,
        unique_fields=["device", "hour", "site"],
        update_fields=["last_at", "person"],
    )
    if site is None or not is_elsewhere:
        return
    sessions.end_sessions_on(device=device.number, because=SignIn.End.STOPPED, now=now)
    misplaced(device, site, said="使われました", now=now)


def misplaced(device: Device, site: Site, *, said: str, now: datetime) -> None:
    """Open a finding that `device` is where it may not be; said: how that is known."""
    tell(
        "finding",
        kind=MISPLACED,
        key=f"{device.number}:{site.code}",
        sentence=f"端末 {device.number}（{device.owner.name}）が、"
        f"{site.staff.name}の人が働く場所「{site.name}」で{said}。",
        at=now,
        subject=device.number,
    )


def _stand(device: Device, site: Site, *, act: str, by: Person | None, now: datetime) -> Device:
    device.site, device.site_company = site, site.staff
    device.save(update_fields=["site", "site_company"])
    _enter(act, device, by=by, now=now, to=site.code)
    if is_wrong_place(owner=device.owner.kind, staff=site.staff.kind):
        sessions.end_sessions_on(device=device.number, because=SignIn.End.STOPPED, now=now)
        misplaced(device, site, said="あります", now=now)
    return device


def _refusal_to_receive(way: Dispatch | None, *, by: Person, company: Company) -> Refusal | None:
    if way is None:
        return NOT_SENT
    if company.pk != way.to_site.staff_id:
        return Refusal(
            reason=f"受け取れるのは、{way.to_site.staff.name}の人です",
            remedy="届け先の会社の人に読み取ってもらってください",
        )
    if by.pk == way.sent_by_id:
        return Refusal(
            reason="送った人は受け取れません", remedy="届け先の人に読み取ってもらってください"
        )
    if way.receiver is not None and way.receiver_id != by.pk:
        return Refusal(
            reason=f"受け取る人は{way.receiver.name}と決まっています",
            remedy="本人に読み取ってもらうか、送り直してください",
        )
    return None


def _locked(device: Device) -> Device:
    found = Device.objects.select_for_update(of=("self",)).select_related("owner")
    return found.get(pk=device.pk)


def _enter(
    act: str,
    device: Device,
    *,
    by: Person | None,
    now: datetime,
    **more: Any,  # noqa: ANN401
) -> None:
    details: Mapping[str, Any] = {"act": act, **more}
    ledger.append(kind=Kind.GOVERNANCE, actor=by, subject=device, at=now, details=details)


NOT_SENT = Refusal(reason="この端末は送付されていません", remedy="端末台帳で確かめてください")
