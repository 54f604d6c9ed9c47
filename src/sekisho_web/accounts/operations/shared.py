"""Shared IDs (共有ID): registered for a time, checked out to one person, their secret rotated."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from sekisho.accounts import shared
from sekisho.accounts.life import State, state_of
from sekisho.ledger.leaves import Kind
from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import (
    Account,
    Appointment,
    Checkout,
    Company,
    Person,
    Rotation,
    System,
    period,
)
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.queries.shared import rotations_waiting
from sekisho_web.accounts.queries.wanted import lives_of
from sekisho_web.ledger import operations as ledger

TO_ROTATE = timedelta(hours=24)


class CannotShare(Refused):
    """The shared ID is not registered, handed out, taken back or rotated."""


TAKEN = Refusal(reason="ほかの人が持ち出しています", remedy="返されてから持ち出してください")


@transaction.atomic
def register_shared(
    *,
    system: System,
    code: str,
    works_for: Company,
    custodian: Person,
    reason: str,
    ends_at: datetime,
    by: Person,
    now: datetime,
) -> Account:
    """Register a shared ID that still exists, for a year at most, and return it."""
    if custodian.pk == by.pk:
        raise CannotShare(
            Refusal(
                reason="自分を預かる人にはできません", remedy="ほかの人に登録してもらってください"
            )
        )
    refusal = shared.refusal_to_share(
        custodian=str(custodian.pk), reason=reason, ends_at=ends_at, at=now
    )
    if refusal:
        raise CannotShare(refusal)
    if Account.objects.filter(system=system, code=code).exists():
        raise CannotShare(
            Refusal(reason="このIDの名前は、前に使われています", remedy="台帳で確かめてください")
        )
    account = Account.objects.create(
        kind=Account.Kind.SHARED,
        code=code,
        system=system,
        works_for=works_for,
        custodian=custodian,
        reason=reason,
        registered_at=now,
        issued_at=now,
        ends_at=ends_at,
    )
    _enter("共有IDの登録", account, by=by, now=now)
    return account


@transaction.atomic
def check_out(
    *, account: Account, person: Person, purpose: str, until: datetime, by: Person, now: datetime
) -> Checkout:
    """Hand the shared ID to `person` until `until`, and return the check-out.

    by: who hands it out: the custodian, and nobody else. Raises CannotShare where refused; of two
    at once, the database lets one through.
    """
    account = _locked(account)
    refusal = shared.refusal_to_check_out(
        lives=state_of(lives_of([account])[account.pk], now) is State.ACTIVE,
        person=str(person.pk),
        custodian=str(account.custodian_id),
        given_by=str(by.pk),
        purpose=purpose,
        held=Period(starts=now, ends=until),
        others=[as_rule(one) for one in account.checkouts.all()],
        rotations=[
            shared.Rotation(
                because=shared.Because(one.because), due_at=one.due_at, done_at=one.done_at
            )
            for one in account.rotations.filter(rotations_waiting(now))
        ],
    )
    if refusal:
        raise CannotShare(refusal)
    try:
        with transaction.atomic():
            taken = Checkout.objects.create(
                account=account,
                person=person,
                purpose=purpose,
                held=period(now, until),
                given_by=by,
            )
    except IntegrityError as error:
        raise CannotShare(TAKEN) from error
    _enter("共有IDの持出し", account, by=by, now=now, holder=person.code, purpose=purpose)
    return taken


@transaction.atomic
def bring_back(*, checkout: Checkout, by: Person, now: datetime) -> Checkout:
    """Note that the ID came back, and that its secret is to be changed; return the check-out."""
    checkout = (
        Checkout.objects.select_for_update(of=("self",))
        .select_related("account")
        .get(pk=checkout.pk)
    )
    if checkout.returned_at is not None:
        raise CannotShare(
            Refusal(reason="この持出しは返されています", remedy="一覧を開き直してください")
        )
    if by.pk not in (checkout.account.custodian_id, checkout.person_id):
        raise CannotShare(
            Refusal(
                reason="返却を記録できるのは、持ち出した人か預かる人です",
                remedy="どちらかの人に頼んでください",
            )
        )
    checkout.returned_at = now
    if checkout.held_to is not None and now < checkout.held_to:
        checkout.held = period(checkout.held_from, now)
    checkout.save(update_fields=["returned_at", "held"])
    _due(checkout.account_id, Rotation.Because.RETURNED, at=now + TO_ROTATE)
    _enter("共有IDの返却", checkout.account, by=by, now=now)
    return checkout


@transaction.atomic
def rotate(*, rotation: Rotation, said: str, by: Person, now: datetime) -> Rotation:
    """Note that the custodian has changed the secret, with what shows it; return the task."""
    rotation = (
        Rotation.objects.select_for_update(of=("self",))
        .select_related("account")
        .get(pk=rotation.pk)
    )
    if rotation.done_at is not None:
        raise CannotShare(
            Refusal(reason="この交換は済んでいます", remedy="一覧を開き直してください")
        )
    if rotation.because != Rotation.Because.RETURNED and rotation.due_at > now:
        raise CannotShare(
            Refusal(
                reason="使った人の異動がまだ先です",
                remedy="異動の後に交換してください。前に替えても、その人が知っています",
            )
        )
    if rotation.account.custodian_id != by.pk:
        raise CannotShare(
            Refusal(
                reason="交換を記録できるのは、預かる人だけです", remedy="預かる人に頼んでください"
            )
        )
    if not said.strip():
        raise CannotShare(
            Refusal(
                reason="交換したことの証拠がありません",
                remedy="作業票の番号など、後から確かめられるものを書いてください",
            )
        )
    Rotation.objects.filter(rotations_waiting(now), account=rotation.account).update(
        done_at=now, done_by=by, evidence={"said": said}
    )
    rotation.refresh_from_db()
    _enter("共有IDの秘密の交換", rotation.account, by=by, now=now, said=said)
    return rotation


def due_after_moves(*, endings: Mapping[int, datetime], now: datetime) -> None:
    """Let every secret that a mover has ever held be changed when they have moved (A13).

    endings: the moment at which each appointment ends; of one to come, the change waits for it.
    """
    people = dict(
        Appointment.objects.filter(
            pk__in=endings, person__in=Checkout.objects.values("person")
        ).values_list("person", "pk")
    )
    held = Checkout.objects.filter(person__in=people, account__closed_at=None)
    for account, person in held.values_list("account", "person").distinct().order_by("account"):
        _due(account, Rotation.Because.HOLDER_MOVED, at=max(endings[people[person]], now))


def as_rule(checkout: Checkout) -> shared.Checkout:
    return shared.Checkout(
        person=str(checkout.person_id),
        held=Period(starts=checkout.held_from, ends=checkout.held_to),
        returned_at=checkout.returned_at,
    )


def _due(account: int, because: Rotation.Because, *, at: datetime) -> None:
    """Let the secret be changed by `at`; of two causes of a kind, the earlier one counts."""
    rotation, is_new = Rotation.objects.get_or_create(
        account_id=account, because=because, done_at=None, defaults={"due_at": at}
    )
    if not is_new and rotation.due_at > at:
        rotation.due_at = at
        rotation.save(update_fields=["due_at"])


def _locked(account: Account) -> Account:
    return (
        Account.objects.select_for_update(of=("self",)).select_related("system").get(pk=account.pk)
    )


def _enter(act: str, account: Account, *, by: Person, now: datetime, **details: str) -> None:
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=account,
        at=now,
        details={"act": act, "system": account.system_id, **details},
    )
