"""Lending, taking back, wiping (貸与・返却・消去). Both people sign; a third wipes.

Hundreds are lent and taken back in one go as quickly as one: nothing here is done row by row but
the checking of signatures.
"""

import json
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Least
from fido2.utils import websafe_encode

from sekisho.ledger.leaves import Kind
from sekisho.terminals import loans as rule
from sekisho.terminals.loans import Statement
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts import signing
from sekisho_web.accounts.models import Authenticator, Hold, Person, Session, SignIn
from sekisho_web.accounts.operations import sessions
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.queries.authenticators import key_of
from sekisho_web.accounts.signing import NotSigned, Proof
from sekisho_web.ledger import operations as ledger
from sekisho_web.terminals.models import Device, Loan
from sekisho_web.terminals.queries.loans import numbers_out
from sekisho_web.terminals.queries.standing import held, last_loans, states_of

LEND, RETURN = "lend", "return"
DESK, BORROWER = "desk", "borrower"  # who signs; both do
LAID_FOR = timedelta(minutes=15)  # so long a text that was laid before people may be signed


class CannotLend(Refused):
    """Nothing is lent, taken back, wiped or prolonged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A text and the two signatures over it, by DESK and BORROWER."""

    statement: Statement
    proofs: Mapping[str, Proof] = field(default_factory=dict)


def to_lend(
    *, device: Device, person: Person, by: Person, due: datetime, occasion: str = "", now: datetime
) -> Statement:
    """Return the text that the desk and the borrower sign when a terminal is handed out."""
    return Statement(
        act=LEND,
        device=device.number,
        person=person.code,
        by=by.code,
        occasion=occasion,
        starts=now.isoformat(),
        due=due.isoformat(),
        condition="",
        at=now.isoformat(),
        nonce=secrets.token_urlsafe(32),
    )


def to_take_back(*, loan: Loan, by: Person, condition: str, now: datetime) -> Statement:
    """Return the text that the desk and the borrower sign when a terminal comes back."""
    return Statement(
        act=RETURN,
        device=loan.device.number,
        person=loan.person.code,
        by=by.code,
        occasion=loan.occasion,
        starts=loan.starts_at.isoformat(),
        due=loan.due_at.isoformat() if loan.due_at else "",
        condition=condition,
        at=now.isoformat(),
        nonce=secrets.token_urlsafe(32),
    )


def lend(*, signed: Signed, by: Person, now: datetime, ends_with: datetime | None = None) -> Loan:
    """Lend one terminal and return its loan. Raises CannotLend where the rule refuses."""
    return lend_all(all_signed=[signed], by=by, now=now, ends_with=ends_with)[0]


@transaction.atomic
def try_to_lend(
    said: Statement, *, by: Person, now: datetime, ends_with: datetime | None = None
) -> None:
    """Raise CannotLend where the rule refuses what `said` asks for, before anybody signs it."""
    _allowed([Signed(statement=said)], by=by, now=now, ends_with=ends_with)


@transaction.atomic
def lend_all(
    *,
    all_signed: Sequence[Signed],
    by: Person,
    now: datetime,
    ends_with: datetime | None = None,
) -> list[Loan]:
    """Lend every terminal of `all_signed`, or none; return the loans in their order.

    ends_with: when the emergency or engagement ends for which they are lent.

    Raises CannotLend at the first that the rule refuses, with its number in front.
    """
    _check(all_signed, act=LEND, by=by, now=now)
    made = _allowed(all_signed, by=by, now=now, ends_with=ends_with)
    try:
        with transaction.atomic():
            Loan.objects.bulk_create(made)
    except IntegrityError as error:
        raise CannotLend(TAKEN) from error
    _enter("端末の貸与", made, by=by, now=now)
    return made


def take_back(*, signed: Signed, by: Person, now: datetime) -> Loan:
    """Take one terminal back and return its loan. Raises CannotLend where the rule refuses."""
    return take_back_all(all_signed=[signed], by=by, now=now)[0]


@transaction.atomic
def take_back_all(*, all_signed: Sequence[Signed], by: Person, now: datetime) -> list[Loan]:
    """Take every terminal of `all_signed` back, or none; return the loans in their order.

    From this moment it opens nothing, and until a third person has wiped it, it is nobody's.
    """
    _check(all_signed, act=RETURN, by=by, now=now)
    devices = _locked([one.statement.device for one in all_signed])
    standing = states_of(list(devices.values()), now=now)
    loans = last_loans(list(devices.values()), now=now)
    back = []
    for one in all_signed:
        device = devices[one.statement.device]
        loan = loans.get(device.pk)
        refusal = rule.refusal_to_take_back(
            state=standing[device.pk],
            borrower=loan.person.code if loan else "",
            to=by.code,
        )
        if refusal or loan is None or loan.person.code != one.statement.person:
            raise CannotLend(_about(device, refusal or NOT_THEIRS, many=len(all_signed) > 1))
        loan.returned_at, loan.returned_to = now, by
        loan.due_at = loan.due_at or now
        loan.ends_at = min(loan.ends_at or now, now)
        loan.condition = one.statement.condition
        loan.returned_text, loan.returned_proofs = one.statement.text, dict(one.proofs)
        back.append(loan)
    Loan.objects.bulk_update(
        back,
        ["returned_at", "returned_to", "due_at", "ends_at", "condition", "returned_text",
         "returned_proofs"],
    )  # fmt: skip
    worn = Session.objects.filter(device__in=devices).exclude(person=None)
    for number in sorted(set(worn.values_list("device", flat=True))):
        sessions.end_sessions_on(device=number, because=SignIn.End.STOPPED, now=now)
    _enter("端末の返却", back, by=by, now=now)
    return back


@transaction.atomic
def wipe(*, loan: Loan, done: Collection[str], by: Person, now: datetime) -> Loan:
    """Note that a third person has wiped and inspected what came back; it may be lent again.

    done: keys of `sekisho.terminals.loans.CHECKS` that were found so.
    """
    loan = Loan.objects.select_for_update(of=("self",)).select_related(
        "device", "person", "returned_to"
    ).get(pk=loan.pk)  # fmt: skip
    refusal = rule.refusal_to_wipe(
        state=states_of([loan.device], now=now)[loan.device_id],
        by=by.code,
        borrower=loan.person.code,
        returned_to=loan.returned_to.code if loan.returned_to else None,
        done=done,
    )
    if loan.wiped_at is not None:
        refusal = Refusal(reason="消去は済んでいます", remedy="一覧を開き直してください")
    if refusal:
        raise CannotLend(refusal)
    loan.wiped_at, loan.wiped_by, loan.inspection = now, by, dict.fromkeys(sorted(done), True)
    loan.save(update_fields=["wiped_at", "wiped_by", "inspection"])
    _enter("端末の消去と点検", [loan], by=by, now=now)
    return loan


@transaction.atomic
def prolong(
    *,
    loan: Loan,
    until: datetime,
    by: Person,
    now: datetime,
    ends_with: datetime | None = None,
) -> Loan:
    """Let a terminal stay out until `until`, where it is out and the occasion lasts so long."""
    loan = Loan.objects.select_for_update(of=("self",)).select_related("device").get(pk=loan.pk)
    due = loan.due_at or loan.ends_at or loan.starts_at
    refusal = rule.refusal_to_prolong(
        is_out=loan.returned_at is None and loan.due_at is not None,
        due=due,
        until=until,
        ends_with=ends_with,
        now=now,
    )
    if refusal:
        raise CannotLend(refusal)
    loan.due_at = loan.ends_at = until
    loan.save(update_fields=["due_at", "ends_at"])
    _enter("貸与の期限の延長", [loan], by=by, now=now)
    return loan


@transaction.atomic
def end_all(*, occasion: str, by: Person | None, now: datetime) -> int:
    """Let every terminal lent for `occasion` open nothing from `now` on; return how many.

    They stay out until each was seen to come back, which is due within three business days.
    Called when an emergency or engagement ends.
    """
    running = Loan.objects.select_for_update().filter(occasion=occasion, returned_at=None)
    keys = list(running.filter(ends_at__gt=now, starts_at__lt=now).values_list("pk", flat=True))
    Loan.objects.filter(pk__in=keys).update(
        ends_at=now, due_at=Least(F("due_at"), Value(rule.due_after(now)))
    )
    _enter("貸与端末の利用の終わり", Loan.objects.filter(pk__in=keys), by=by, now=now)
    return len(keys)


def _allowed(
    all_signed: Sequence[Signed], *, by: Person, now: datetime, ends_with: datetime | None
) -> list[Loan]:
    """Return the loans that `all_signed` asks for, unsaved. Raise CannotLend at the first refused.

    The terminals are locked until the end of the transaction.
    """
    devices = _locked([one.statement.device for one in all_signed])
    people = _people([one.statement.person for one in all_signed])
    standing, stopped = states_of(list(devices.values()), now=now), held(list(devices.values()))
    taken = numbers_out([person.pk for person in people.values()])
    made = []
    for one in all_signed:
        said = one.statement
        device, person = devices[said.device], people[said.person]
        due = datetime.fromisoformat(said.due)
        refusal = rule.refusal_to_lend(
            rule.Lending(
                state=standing[device.pk],
                terminal_class=device.terminal_class,
                is_held=device.pk in stopped,
                borrower=person.code,
                lender=by.code,
                due=due,
                ends_with=ends_with,
                has_others=taken.get(person.pk, ()),
            ),
            now=now,
        )
        if refusal:
            raise CannotLend(_about(device, refusal, many=len(all_signed) > 1))
        taken.setdefault(person.pk, []).append(device.number)
        made.append(
            Loan(
                device=device,
                person=person,
                occasion=said.occasion,
                starts_at=now,
                ends_at=due,
                due_at=due,
                lent_by=by,
                lent_text=said.text,
                lent_proofs=dict(one.proofs),
            )
        )
    return made


def _check(all_signed: Sequence[Signed], *, act: str, by: Person, now: datetime) -> None:
    """Raise CannotLend where a text is not of this act, desk or hour, or is not signed by both."""
    wanted = {by.code, *(one.statement.person for one in all_signed)}
    keys = _keys_of(wanted, now=now)
    seen: set[str] = set()
    for one in all_signed:
        said = one.statement
        laid = datetime.fromisoformat(said.at)
        if said.act != act or said.by != by.code or not now - LAID_FOR <= laid <= now:
            raise CannotLend(LAID_ANEW)
        if said.device in seen:
            raise CannotLend(TAKEN)
        seen.add(said.device)
        for who, code in ((DESK, by.code), (BORROWER, said.person)):
            proof = one.proofs.get(who)
            if proof is None or proof.get("credential") not in keys.get(code, ()):
                raise CannotLend(UNSIGNED)
            try:
                signing.verify(proof, said.digest)
            except NotSigned as error:
                raise CannotLend(UNSIGNED) from error


def _keys_of(codes: Collection[str], *, now: datetime) -> Mapping[str, set[str]]:
    """Return the keys with which each of the people can sign now, as proofs name them (a query)."""
    found: dict[str, set[str]] = {}
    bound = (
        Authenticator.objects.filter(person__code__in=codes, revoked_at=None)
        .filter(Q(expires_at=None) | Q(expires_at__gt=now), kind=Authenticator.Kind.PASSKEY)
        .exclude(holds__in=Hold.objects.filter(ends_at=None))
        .select_related("person")
    )
    for one in bound:
        found.setdefault(one.person.code, set()).add(websafe_encode(key_of(one).data))
    return found


def _locked(numbers: Sequence[str]) -> dict[str, Device]:
    """Return the terminals by their numbers, locked in one order so that two desks never wait."""
    found = {
        device.number: device
        for device in Device.objects.select_for_update(of=("self",))
        .filter(number__in=numbers)
        .order_by("pk")
    }
    if missing := sorted(set(numbers) - set(found)):
        raise CannotLend(
            Refusal(
                reason=f"端末台帳にない端末です（{'、'.join(missing[:5])}）",
                remedy="札を読み直すか、端末を登録してください",
            )
        )
    return found


def _people(codes: Sequence[str]) -> dict[str, Person]:
    found = {person.code: person for person in Person.objects.filter(code__in=codes)}
    if set(codes) - set(found):
        raise CannotLend(NOBODY)
    return found


def _about(device: Device, refusal: Refusal, *, many: bool) -> Refusal:
    if not many:
        return refusal
    return Refusal(reason=f"端末 {device.number}：{refusal.reason}", remedy=refusal.remedy)


def _enter(act: str, loans: Iterable[Loan], *, by: Person | None, now: datetime) -> None:
    """Enter what happened to all of `loans`; hundreds of them share an entry."""
    entries: list[tuple[Any, Mapping[str, Any]]] = [
        (
            loan,
            {
                "device": loan.device_id,
                "person": loan.person_id,
                "due": loan.due_at.isoformat() if loan.due_at else None,
                "condition": loan.condition,
            },
        )
        for loan in loans
    ]
    occasions = sorted({loan.occasion for loan, _ in entries})
    if entries:
        ledger.append_all(
            kind=Kind.GOVERNANCE,
            actor=by,
            entries=entries,
            at=now,
            details={"act": act, "occasion": json.dumps(occasions, ensure_ascii=False)},
        )


UNSIGNED = Refusal(
    reason="貸す人と借りる人の両方の署名がそろっていません",
    remedy="二人とも自分の認証器で署名してください",
)
LAID_ANEW = Refusal(
    reason="署名の文が古いか、別の手続のものです", remedy="窓口の頁を開き直してください"
)
TAKEN = Refusal(
    reason="この端末は、いま別の人に貸し出されました", remedy="別の端末を貸してください"
)
NOT_THEIRS = Refusal(
    reason="この端末は、その人に貸していません", remedy="端末の札を読み直してください"
)
NOBODY = Refusal(reason="この番号の人は見つかりません", remedy="番号を確かめてください")
