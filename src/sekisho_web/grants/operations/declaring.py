"""An emergency is prepared, declared by one and confirmed by another, extended, and lifted.

Both sign with their passkey what they have read; what was signed is kept with the row. To lift it
takes one person, and everything that hangs from it ends in that instant, in one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from sekisho.grants import emergencies as rule
from sekisho.grants.declarations import Part, Statement, instant, said_in
from sekisho.ledger.leaves import Kind
from sekisho.terms.days import JST
from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts import signing
from sekisho_web.accounts.models import Appointment, Company, Person, period
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.frame.follows import tell
from sekisho_web.grants.models import Emergency, EmergencyTerm, Grant
from sekisho_web.grants.operations import mobilising
from sekisho_web.grants.queries import emergencies as queries
from sekisho_web.ledger import operations as ledger
from sekisho_web.terminals.operations import loans

LETTER = {"disaster": "E", "failure": "F", "drill": "D"}
VALID = timedelta(minutes=5)  # for so long a statement that was laid before somebody is answered

_CUT_GRANTS = """
update grants_grant set revoked_at = %(at)s, revoked_by_id = %(by)s, revoked_for = %(why)s
    where emergency_id = %(emergency)s and valid_to > %(at)s
        and (revoked_at is null or revoked_at > %(at)s)
"""
_CUT_USES = """
update grants_use u
    set during = tstzrange(lower(u.during),
            greatest(%(at)s, lower(u.during) + interval '1 microsecond')),
        ended_why = 'emergency'
    from grants_grant g
    where g.id = u.grant_id and g.emergency_id = %(emergency)s
        and u.during @> %(at)s::timestamptz
"""
_CUT_TERMS = """
update grants_emergencyterm set cut_at = greatest(%(at)s, lower(signed))
    where emergency_id = %(emergency)s and confirmed_at is not null and cut_at is null
        and upper(signed) > %(at)s
"""

OTHER_WORDS = Refusal(
    reason="署名した文が、いまの内容と違います",
    remedy="画面を開き直し、内容を読んでから署名してください",
)


class NotDeclared(Refused):
    """Nothing was declared, confirmed or lifted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifted:
    """What ended with an emergency that was lifted."""

    grants: int
    uses: int
    posts: int
    accounts: int
    sessions: int


@transaction.atomic
def prepare(
    *,
    kind: str,
    owner: Company,
    cause: str,
    reason: str,
    areas: Sequence[str],
    systems: Sequence[str],
    roles: Sequence[str] = (),
    commander: Appointment,
    conduct_officer: Appointment,
    starts_at: datetime,
    ends_at: datetime,
    by: Person,
    hat: Hat,
    now: datetime,
) -> Emergency:
    """Write down what is to be declared, and return it. Nothing is in effect by that.

    Raises NotDeclared where the rule refuses it (no district, longer than 72 hours, …).
    """
    Company.objects.select_for_update().get(pk=owner.pk)  # one number at a time
    made = Emergency(
        code=_code(kind, now=now),
        kind=kind,
        owner=owner,
        cause=cause.strip(),
        reason=reason.strip(),
        areas=sorted(set(areas)),
        systems=sorted(set(systems)),
        roles=sorted(set(roles)),
        commander=commander,
        conduct_officer=conduct_officer,
        starts_at=starts_at,
        ends_at=ends_at,
        prepared_by=by,
    )
    if refusal := refusal_to_declare(made, by=by, hat=hat, now=now):
        raise NotDeclared(refusal)
    made.save(force_insert=True)
    _enter("発動の準備", made, by=by, now=now, kind=kind, areas=made.areas, systems=made.systems)
    return made


def refusal_to_declare(one: Emergency, *, by: Person, hat: Hat, now: datetime) -> Refusal | None:
    """Return why `by` may not declare what was prepared, or None where they may."""
    return rule.refusal_to_declare(
        queries.wanted_of(one),
        by=queries.signer_of(hat, by),
        at=now,
        open_to_relief=queries.relief_systems(now=now),
    )


def refusal_to_confirm(
    one: Emergency, term: EmergencyTerm, *, by: Person, hat: Hat, now: datetime
) -> Refusal | None:
    """Return why `by` may not confirm `term`, or None where they may."""
    said = queries.as_rule(one)
    asked = said.terms[[each.no for each in _in_order(one)].index(term.no)]
    return rule.refusal_to_confirm(said, asked, by=queries.signer_of(hat, by), at=now)


def refusal_to_extend(
    one: Emergency, *, ends_at: datetime, by: Person, hat: Hat, now: datetime
) -> Refusal | None:
    """Return why `by` may not extend it until `ends_at`, or None where they may."""
    said = queries.as_rule(one)
    starts = rule.ends_at(said, now)
    return rule.refusal_to_extend(
        said,
        Period(starts=starts or now, ends=ends_at),
        by=queries.signer_of(hat, by),
        at=now,
    )


def refusal_to_lift(one: Emergency, *, by: Person, hat: Hat, now: datetime) -> Refusal | None:
    """Return why `by` may not lift it, or None where they may."""
    return rule.refusal_to_end(queries.as_rule(one), by=queries.signer_of(hat, by), at=now)


def statement_of(
    one: Emergency,
    *,
    term: int,
    part: Part,
    runs: Period,
    answers: str = "",
    by: Person,
    hat: Hat,
    nonce: str,
    at: str,
) -> Statement:
    """Return what `by` is asked to sign: all that is declared, for how long, and as whom."""
    return Statement(
        code=one.code,
        term=term,
        part=part.value,
        kind=one.kind,
        owner=one.owner.code,
        cause=one.cause,
        reason=one.reason,
        areas=tuple(one.areas),
        systems=tuple(one.systems),
        roles=tuple(one.roles),
        commander=one.commander.person.code if one.commander else "",
        conduct_officer=one.conduct_officer.person.code if one.conduct_officer else "",
        starts_at=instant(runs.starts),
        ends_at=instant(runs.ends) if runs.ends is not None else "",
        by=by.code,
        appointment=str(hat.post),
        answers=answers,
        at=at,
        nonce=nonce,
    )


@transaction.atomic
def declare(
    *,
    emergency: Emergency,
    statement: Statement,
    proof: signing.Proof,
    by: Person,
    hat: Hat,
    now: datetime,
) -> EmergencyTerm:
    """Let the first of two declare it, and return the term, which waits for its confirmation.

    statement: what `by` has read and signed with `proof`; it must be what the record says.
    Raises NotDeclared where the rule refuses, or where other words were signed.
    """
    one = _locked(emergency)
    terms = _in_order(one)
    if terms:
        raise NotDeclared(
            Refusal(
                reason="もう発動が起こされています",
                remedy="確認を受けるか、待つ時間が過ぎたら、新しく準備してください",
            )
        )
    if refusal := refusal_to_declare(one, by=by, hat=hat, now=now):
        raise NotDeclared(refusal)
    runs = Period(starts=one.starts_at, ends=one.ends_at)
    _check(one, statement, proof, term=1, part=Part.DECLARE, runs=runs, by=by, hat=hat, now=now)
    return _declared(one, statement, proof, runs=runs, no=1, by=by, hat=hat, now=now)


@transaction.atomic
def extend(
    *,
    emergency: Emergency,
    ends_at: datetime,
    statement: Statement,
    proof: signing.Proof,
    by: Person,
    hat: Hat,
    now: datetime,
) -> EmergencyTerm:
    """Let the first of two extend it until `ends_at`; return the term that waits for the second.

    It begins where the last term ends. Raises NotDeclared where the rule refuses.
    """
    one = _locked(emergency)
    if refusal := refusal_to_extend(one, ends_at=ends_at, by=by, hat=hat, now=now):
        raise NotDeclared(refusal)
    starts = rule.ends_at(queries.as_rule(one), now)
    if starts is None:
        raise LookupError("what runs has an end")
    runs, no = Period(starts=starts, ends=ends_at), len(_in_order(one)) + 1
    _check(one, statement, proof, term=no, part=Part.DECLARE, runs=runs, by=by, hat=hat, now=now)
    return _declared(one, statement, proof, runs=runs, no=no, by=by, hat=hat, now=now)


@transaction.atomic
def confirm(
    *,
    emergency: Emergency,
    no: int,
    statement: Statement,
    proof: signing.Proof,
    by: Person,
    hat: Hat,
    now: datetime,
) -> EmergencyTerm:
    """Let a second person confirm the term `no`, and return it: from now on it is in effect.

    statement: names the digest that the first has signed. What helpers have lasts as long as an
    extension. Raises NotDeclared where the rule refuses (the same person, too late, …).
    """
    one = _locked(emergency)
    term = one.terms.select_for_update(of=("self",)).get(no=no)
    if refusal := refusal_to_confirm(one, term, by=by, hat=hat, now=now):
        raise NotDeclared(refusal)
    runs = Period(starts=term.signed.lower, ends=term.signed.upper)
    _check(one, statement, proof, term=no, part=Part.CONFIRM, runs=runs,
           answers=answered(term), by=by, hat=hat, now=now)  # fmt: skip
    term.confirmed_by, term.confirmed_at = by, now
    term.confirmed_body, term.confirmed_proof = statement.text, proof
    term.by_conduct_office |= queries.signer_of(hat, by).is_conduct_office
    term.save()
    one.ends_at = term.signed.upper
    one.save(update_fields=["ends_at"])
    if no > 1:
        mobilising.prolong(emergency=one, until=term.signed.upper, by=by, now=now)
    _enter("発動の確認", one, by=by, now=now, term=no, until=instant(term.signed.upper),
           digest=statement.digest.hex())  # fmt: skip
    return term


@transaction.atomic
def lift(*, emergency: Emergency, reason: str, by: Person, hat: Hat, now: datetime) -> Lifted:
    """Lift it (解除) now: every grant, use, post, ID and session that hangs from it ends.

    In one transaction, and at one instant: what would outlive it is refused by the database.
    Raises NotDeclared where it does not run, or where `by` may not.
    """
    one = _locked(emergency)
    if refusal := refusal_to_lift(one, by=by, hat=hat, now=now):
        raise NotDeclared(refusal)
    grants = Grant.objects.filter(emergency=one, valid_to__gt=now).filter(
        Q(revoked_at=None) | Q(revoked_at__gt=now)
    )
    ended = grants.count()  # most of them end with their posts, below
    one.ended_at, one.ended_by = now, by
    one.save(update_fields=["ended_at", "ended_by"])
    stood_down = mobilising.stand_down(emergency=one, at=now, by=by, now=now)
    loans.end_all(occasion=one.code, by=by, now=now)
    given: Mapping[str, Any] = {
        "at": now,
        "by": by.pk,
        "why": f"{one.code} の解除",
        "emergency": one.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CUT_USES, given)
        uses = cursor.rowcount
        cursor.execute(_CUT_GRANTS, given)
        cursor.execute(_CUT_TERMS, given)
    _enter("解除", one, by=by, now=now, reason=reason.strip(), grants=ended, uses=uses)
    return Lifted(
        grants=ended,
        uses=uses,
        posts=stood_down.posts,
        accounts=stood_down.accounts,
        sessions=stood_down.sessions,
    )


@transaction.atomic
def refused_reopening(*, emergency: Emergency, by: Person, now: datetime) -> None:
    """Keep that somebody tried to open again what is over: a finding, never a state."""
    tell(
        "finding",
        kind="closing_overdue",
        key=f"{emergency.code} reopen",
        sentence=f"終わった{emergency.get_kind_display()} {emergency.code} を"
        "延長または発動し直そうとする操作がありました（断りました）。",
        subject=emergency.code,
        at=now,
    )
    _enter("終わったものの開き直しの拒否", emergency, by=by, now=now)


def answered(term: EmergencyTerm) -> str:
    """Return the digest of what the first of the two has signed, in hexadecimal."""
    return said_in(bytes(term.body)).digest.hex()


def _declared(
    one: Emergency,
    statement: Statement,
    proof: signing.Proof,
    *,
    runs: Period,
    no: int,
    by: Person,
    hat: Hat,
    now: datetime,
) -> EmergencyTerm:
    made = EmergencyTerm.objects.create(
        emergency=one,
        no=no,
        signed=period(runs.starts, runs.ends),
        body=statement.text,
        declared_by=by,
        declared_at=now,
        declared_proof=proof,
        by_conduct_office=queries.signer_of(hat, by).is_conduct_office,
    )
    _enter("発動" if no == 1 else "発動の延長", one, by=by, now=now, term=no,
           until=statement.ends_at, digest=statement.digest.hex())  # fmt: skip
    return made


def _check(
    one: Emergency,
    statement: Statement,
    proof: signing.Proof,
    *,
    term: int,
    part: Part,
    runs: Period,
    answers: str = "",
    by: Person,
    hat: Hat,
    now: datetime,
) -> None:
    """Raise NotDeclared where `proof` is not the signature of `by` over what the record says."""
    wanted = statement_of(one, term=term, part=part, runs=runs, answers=answers, by=by, hat=hat,
                          nonce=statement.nonce, at=statement.at)  # fmt: skip
    laid_at = datetime.fromisoformat(statement.at)
    if statement != wanted or not laid_at <= now + timedelta(seconds=2) < laid_at + VALID:
        raise NotDeclared(OTHER_WORDS)
    try:
        signing.verify(proof, statement.digest)
    except signing.NotSigned as error:
        raise NotDeclared(OTHER_WORDS) from error
    if not signing.is_bound(proof, by, at=now):
        raise NotDeclared(OTHER_WORDS)


def _in_order(one: Emergency) -> Sequence[EmergencyTerm]:
    return sorted(one.terms.all(), key=lambda term: term.no)


def _locked(emergency: Emergency) -> Emergency:
    Emergency.objects.select_for_update().get(pk=emergency.pk)
    return queries.with_terms().get(pk=emergency.pk)


def _code(kind: str, *, now: datetime) -> str:
    """Return the next number of the year: E, F for failures, D for drills."""
    begins = f"{LETTER.get(kind, 'E')}{now.astimezone(JST):%Y}-"
    last = Emergency.objects.filter(code__startswith=begins).order_by("-code").first()
    tail = last.code.removeprefix(begins) if last is not None else ""
    return f"{begins}{(int(tail) if tail.isdigit() else 0) + 1:03d}"


def _enter(act: str, one: Emergency, *, by: Person | None, now: datetime, **details: Any) -> None:  # noqa: ANN401
    ledger.append(
        kind=Kind.GOVERNANCE,
        actor=by,
        subject=one,
        at=now,
        details={"act": act, "emergency": one.code, **details},
    )
