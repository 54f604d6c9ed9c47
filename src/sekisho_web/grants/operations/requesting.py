"""利用申請: handed in as bytes that never change, and taken back by whoever asked."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from sekisho.grants import parties, requests
from sekisho.grants.policies import Policy as Rule
from sekisho.grants.references import EMERGENCY, Reference
from sekisho.ledger.leaves import Kind
from sekisho.terms.days import day_in_japan
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import (
    Account,
    AppointmentTerm,
    Person,
)
from sekisho_web.frame.follows import tell
from sekisho_web.grants.models import Notice, Request
from sekisho_web.grants.operations import askings
from sekisho_web.grants.operations.wishes import (
    NOT_TO_EXTEND,
    CannotRequest,
    NobodyDecides,
    Wish,
    account_of,
    carrier_of,
    policy_of,
    post_of,
    refuse_the_restricted,
)
from sekisho_web.grants.queries import clocks, deciders, organisations
from sekisho_web.grants.queries import policies as policy_queries
from sekisho_web.grants.queries import requests as queries
from sekisho_web.ledger import operations as ledger

SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is taken for another on paper


def submit(*, wish: Wish, by: Person, appointment: int, now: datetime) -> Request:
    """Hand in what `by` asks for in this post, and return the request that waits from now on.

    Raises CannotRequest where a rule refuses: no policy, no account, a bad reason or number, a
    party that nobody can answer for (NobodyDecides: the second time is a finding).
    """
    try:
        with transaction.atomic():
            return _submit(wish, by, appointment, now)
    except NobodyDecides as error:
        _note_nobody(wish, error, by, now)
        raise


def _submit(wish: Wish, by: Person, appointment: int, now: datetime) -> Request:
    if (refusal := clocks.refusal()) is not None:
        raise CannotRequest(refusal)
    Person.objects.select_for_update().get(pk=by.pk)  # one request at a time of one person
    post = post_of(appointment, by, now)
    policy = policy_of(wish, post, now)
    carrier = carrier_of(wish, post, by, now)
    account = account_of(wish, post)
    refuse_the_restricted(wish, post, account, now)
    rule = policy_queries.rule_of(policy)
    asked = _text(wish, post=post, account=account, policy=rule, now=now)
    for fault in requests.faults(asked, rule, at=now):
        raise CannotRequest(fault)
    about = deciders.matter(
        system=wish.system,
        asker=by,
        appointment=post.appointment,
        now=now,
        emergency_commander=wish.emergency.commander_id if wish.emergency else None,
        for_whom=[one.person for one in asked.helpers],
    )
    house = organisations.organisation(now=now, people=[by.pk])
    if nobody := parties.unfilled(rule.parties, about, house, at=now):
        raise NobodyDecides(policy, nobody)
    row = Request.objects.create(
        code=asked.code,
        asked_by=by,
        appointment=post.appointment,
        works_for=post.appointment.works_for,
        account=account,
        system=wish.system,
        policy=policy,
        mode=asked.mode,
        role=asked.role,
        purpose=asked.purpose,
        body=asked.text,
        digest=asked.digest,
        matching_code=requests.matching_code(asked.digest),
        emergency=wish.emergency,
        follows=wish.extends.request if wish.extends else None,
        submitted_at=now,
        due_at=now + timedelta(minutes=rule.pending_minutes),
    )
    if carrier is not None:
        askings.spend(asking=carrier, request=row)
    ledger.append(
        kind=Kind.APPROVAL,
        actor=by,
        subject=row,
        at=now,
        details={
            "act": "利用申請",
            "system": wish.system.key,
            "purpose": asked.purpose,
            "mode": asked.mode,
            "digest": asked.digest.hex(),
            "policy": asked.policy,
            "due_at": row.due_at.isoformat(),
        },
    )
    return row


@transaction.atomic
def withdraw(*, request: Request, by: Person, now: datetime) -> Request:
    """Take `request` back, and return it. Raises CannotRequest where the rule refuses."""
    row = Request.objects.select_for_update().get(pk=request.pk)
    if refusal := requests.refusal_to_withdraw(
        queries.standing(row), asker=row.asked_by.code, by=by.code, at=now
    ):
        raise CannotRequest(refusal)
    return settle(row, Request.Outcome.WITHDRAWN, now=now, by=by, why="本人の取下げ")


def settle(
    row: Request, outcome: Request.Outcome, *, now: datetime, by: Person | None, why: str = ""
) -> Request:
    """Write the end of `row`, whose lock is held, and return it. There is no way back from it."""
    row.outcome, row.settled_at, row.settled_why = outcome, now, why
    row.save(update_fields=["outcome", "settled_at", "settled_why"])
    ledger.append(
        kind=Kind.APPROVAL,
        actor=by,
        subject=row,
        at=now,
        details={"act": f"利用申請の{Request.Outcome(outcome).label}", "why": why},
    )
    return row


def _text(
    wish: Wish, *, post: AppointmentTerm, account: Account | None, policy: Rule, now: datetime
) -> requests.Request:
    given = wish.references
    if wish.emergency is not None and not any(one.kind == EMERGENCY for one in given):
        given = (Reference(kind=EMERGENCY, no=wish.emergency.code.upper()), *given)
    return requests.Request(
        code=new_code(now),
        system=wish.system.key,
        role=wish.role,
        mode=wish.mode,
        purpose=wish.purpose,
        reason=requests.tidy(wish.reason),
        asked_by=post.person.code,
        appointment=organisations.appointment_code(post.appointment_id),
        account=account.code if account is not None else "",
        device=wish.device,
        references=given,
        areas=tuple(wish.areas),
        starts_at=_start(wish, post, now),
        window_minutes=wish.window_minutes,
        use_minutes=wish.use_minutes,
        uses=wish.uses,
        extends=wish.extends.code if wish.extends else "",
        emergency=wish.emergency.code if wish.emergency else "",
        witness=wish.witness,
        helpers=_helpers(wish, now),
        policy=policy.digest,
        asked_at=now,
    )


def _start(wish: Wish, post: AppointmentTerm, now: datetime) -> datetime | None:
    """Return when the use is to begin; of an extension where nothing is said, as the old ends."""
    old = wish.extends
    if old is None:
        return wish.starts_at
    same = (post.person_id, wish.system.key, wish.purpose, wish.role)
    if old.request is None or (old.person_id, old.system, old.purpose, old.role) != same:
        raise CannotRequest(NOT_TO_EXTEND)
    if wish.starts_at is not None or old.revoked_at is not None or old.valid_to <= now:
        return wish.starts_at
    return old.valid_to


def _helpers(wish: Wish, now: datetime) -> tuple[requests.Helper, ...]:
    if not wish.helpers:
        return ()
    posts = [one.pk for one in wish.helpers]
    running = set(
        AppointmentTerm.objects.in_force(now=now)
        .filter(appointment__in=posts)
        .values_list("appointment_id", flat=True)
    )
    if missing := [one for one in wish.helpers if one.pk not in running]:
        raise CannotRequest(
            Refusal(
                reason=f"応援の発令が有効でない人が{len(missing)}人います",
                remedy="応援者名簿で、発令を確かめてください",
            )
        )
    accounts = dict(
        Account.objects.filter(
            person__in=[one.person_id for one in wish.helpers],
            system=wish.system,
            appointment__in=posts,
            closed_at=None,
        )
        .order_by("pk")
        .values_list("person_id", "code")
    )
    return tuple(
        requests.Helper(
            person=one.person.code,
            appointment=organisations.appointment_code(one.pk),
            account=accounts.get(one.person_id, ""),
        )
        for one in sorted(wish.helpers, key=lambda one: one.pk)
    )


def new_code(now: datetime) -> str:
    """Return a number for a request: its day in Japan, and signs that nobody can guess."""
    tail = "".join(secrets.choice(SIGNS) for _ in range(6))
    return f"R{day_in_japan(now):%y%m%d}-{tail}"


def _note_nobody(wish: Wish, error: NobodyDecides, by: Person, now: datetime) -> None:
    """Remember that nobody could be asked; the second time it is a finding."""
    about = f"{wish.system.key}:{','.join(error.numbers)}:{wish.mode}"
    again = Notice.objects.filter(kind="no_decider", about=about).exists()
    Notice.objects.get_or_create(
        person=by, kind="no_decider", about=about, due_at=now, defaults={"sent_at": now}
    )
    if again:
        tell(
            "finding",
            kind="no_decider",
            key=f"no_decider:{about}",
            subject=wish.system.name,
            sentence=f"{wish.system.name}の利用申請を、{error.words}がいないために"
            "出せないことが、二度ありました",
            at=now,
        )
