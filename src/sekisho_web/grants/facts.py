"""The facts of a look: what is known of the viewer and the request at this moment.

One statement (`known`) answers for both: the values of the decision table, and `may_use`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from sekisho.accounts import life
from sekisho.accounts.levels import FRESH_SECONDS, Level, level
from sekisho.accounts.opening import Opens
from sekisho.grants import use as rule
from sekisho.grants.launching import NO_HANDLE
from sekisho.grants.use import Ask, Facts, Permit
from sekisho.policy import derive
from sekisho.policy.derive import RequestFacts
from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal
from sekisho_links.ledger.recorder import Unchanged
from sekisho_web.accounts.classes import viewer_classes
from sekisho_web.accounts.signed_in import Hat, hat_of, methods_of, person_of, proof_age
from sekisho_web.grants.arrivals import has_arrived
from sekisho_web.grants.known import DIGEST, EPOCH, Known, known, moment, period
from sekisho_web.grants.standing import (
    DRILL,
    account_for,
    accounts_of,
    relief_of,
    standing_facts,
)
from sekisho_web.terminals.models import Device


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One use (利用): the facts for the decision, and what the record side needs to know."""

    facts: RequestFacts
    hat: Hat
    answer: Permit | Refusal  # of `may_use`, before anything is looked up
    ask: Ask
    known: Known
    account_id: int | None
    account: str | None  # the ID in the system
    grant: int | None
    grant_kind: str | None
    grant_until: datetime | None
    areas: tuple[str, ...]  # districts written in the grant; empty: none are written
    records: tuple[str, ...]  # numbers written in the grant; empty: none are written
    emergency_areas: tuple[str, ...]  # districts of the emergency whose relief hat is worn
    device: str | None

    @property
    def unchanged(self) -> Unchanged | None:
        """Return what must be the same in the statement that records the look; None: no permit.

        `may_use` answers the same to the same facts until `Permit.until`: to compare the facts
        and the time there is to ask it again.
        """
        if not isinstance(self.answer, Permit):
            return None
        return Unchanged(
            text=DIGEST,
            arguments=self.known.arguments,
            digest=self.known.digest,
            until=self.answer.until,
        )

    @property
    def company(self) -> str:
        """Return the code of the company whose work is done: a contractor's principal."""
        return self.hat.principal or self.hat.company_code


def request_facts(
    request: HttpRequest, *, system: str, screen_kind: str, now: datetime
) -> RequestFacts:
    """Return all that is known of the viewer and of the request (one query)."""
    return use_of(request, system=system, screen_kind=screen_kind, now=now).facts


def use_of(request: HttpRequest, *, system: str, screen_kind: str, now: datetime) -> Use:
    """Return the use that this request is (one query, and the hat's). Needs a chosen hat.

    system:      key of the system (takuso …).
    screen_kind: value of 画面区分.
    """
    hat, person = hat_of(request), person_of(request)
    if hat is None:
        raise LookupError("a look needs a hat: its door must need Needs.USE")
    device = _device(request)
    found = known(person=person.pk, system=system, device=device.pk if device else None, at=now)
    account_id, account = account_for(found, accounts_of(found, at=now), hat=hat.post)
    facts = standing_facts(found, person=str(person.pk), system=system, at=now)
    facts = at_the_door(facts, request, device, found, hat=hat, now=now)
    ask = Ask(
        person=str(person.pk),
        hat=str(hat.post),
        account=account.code if account else "",
        system=system,
        purpose=hat.purpose,
        device=str(device.pk) if device else None,
        relief=hat.relief,
    )
    answer = rule.may_use(facts, ask, at=now)
    if isinstance(answer, Permit) and _past_the_launcher(request, found, system=system):
        answer = NO_HANDLE
    grant = _grant_in_use(found.rows("grants"), answer, purpose=hat.purpose, now=now)
    emergencies = [
        (code, areas, period(f, e))
        for code, areas, f, e, kind in found.emergencies
        if kind != DRILL or (settings.SEKISHO_INVENTED and code == hat.relief)
    ]
    return Use(
        facts=RequestFacts(
            posts=tuple(_post(row) for row in found.rows("posts") if period(*row[2:4]).holds(now)),
            relief=tuple(period(f, e) for _, f, e in found.rows("relief")),
            relief_hat=hat.relief is not None,
            purpose=hat.purpose,
            drills=_drills(grant, found, at=now),
            emergencies=tuple(
                derive.Emergency(districts=frozenset(areas), period=runs)
                for _, areas, runs in emergencies
            ),
            grant=_grant(grant, relief=relief_of(found, hat.relief, at=now)),
            device=_terminal(device, found),
            methods=methods_of(request) or None,
            proof_age=_age(request, now=now),
            account=_held(account, facts) if account else None,
            screen_kind=screen_kind,
        ),
        hat=hat,
        answer=answer,
        ask=ask,
        known=found,
        account_id=account_id,
        account=account.code if account else None,
        grant=grant[0] if grant else None,
        grant_kind=grant[2] if grant else None,
        grant_until=moment(grant[7]) if grant else None,
        areas=tuple(grant[4]) if grant else (),
        records=tuple(grant[5]) if grant else (),
        emergency_areas=tuple(
            sorted(
                {
                    a
                    for code, areas, p in emergencies
                    if code == hat.relief and p.holds(now)
                    for a in areas
                }
            )
        ),
        device=device.number if device else None,
    )


def _past_the_launcher(request: HttpRequest, found: Known, *, system: str) -> bool:
    """Return whether the launcher opens this system, and did not open it in this session."""
    register = found.standing["system"]
    return bool(register) and register[6] == Opens.GATE and not has_arrived(request, system)


def at_the_door(
    facts: Facts,
    request: HttpRequest,
    device: Device | None,
    found: Known,
    *,
    hat: Hat,
    now: datetime,
) -> Facts:
    """Return `facts` with the session at hand: its use, its terminal, how it was signed in."""
    return replace(
        facts,
        devices=(_at(device, found, person=person_of(request).pk),) if device else (),
        uses=(Period(starts=EPOCH, ends=hat.until),),
        signed_in=_signed_in(request, now=now),
    )


def _at(device: Device, found: Known, *, person: int) -> rule.Device:
    return rule.Device(
        number=str(device.pk),
        period=Period(starts=device.valid_from, ends=device.valid_to),
        is_lent=device.terminal_class == Device.Class.LENT,
        loans=tuple(period(f, e) for f, e in found.rows("loans")),
        is_own=device.keeper_id == person,
    )


def _signed_in(request: HttpRequest, *, now: datetime) -> rule.SignedIn | None:
    methods, age = methods_of(request), _age(request, now=now)
    reached = level(methods=methods, proof_age=age)
    if reached is Level.NOTHING:
        return None
    left = None if age is None else now + timedelta(seconds=FRESH_SECONDS + 1 - age)
    return rule.SignedIn(level=reached, fresh_until=left)


def _drills(grant: list[Any] | None, found: Known, *, at: datetime) -> tuple[Period, ...]:
    """Return when a drill runs for this use: while the grant in use hangs from one.

    Where every record is invented, a drill is played as what it is a drill of.
    """
    if grant is None or grant[13] != DRILL or settings.SEKISHO_INVENTED:
        return ()
    runs = relief_of(found, grant[12], at=at)
    return (runs,) if runs is not None else ()


def _grant_in_use(
    rows: list[list[Any]], answer: Permit | Refusal, *, purpose: str, now: datetime
) -> list[Any] | None:
    """Return the one grant under which the use runs; where none is usable, the last that was."""
    if isinstance(answer, Permit):
        return next(row for row in rows if str(row[0]) == answer.grant)
    every = [row for row in rows if row[3] == purpose]
    usable = [row for row in every if period(row[6], row[7]).holds(now) and not _is_off(row, now)]
    usable.sort(key=lambda row: rule.ORDER.index(row[2]))
    past = [row for row in every if period(row[6], None).holds(now)]
    return next(iter(usable or past or every), None)


def _is_off(row: list[Any], now: datetime) -> bool:
    revoked = moment(row[8])
    return revoked is not None and revoked <= now


def _grant(row: list[Any] | None, *, relief: Period | None) -> derive.Grant | None:
    if row is None:
        return None
    return derive.Grant(
        kind=row[2], period=period(row[6], row[7]), revoked_at=moment(row[8]), emergency=relief
    )


def _post(row: list[Any]) -> derive.Post:
    _, _, starts, ends, _, company_kind, unit_kind, *_ = row
    viewer = viewer_classes().get((company_kind, unit_kind))
    return derive.Post(viewer_class=viewer.name if viewer else None, period=period(starts, ends))


def _held(account: rule.Account, facts: Facts) -> life.Account:
    """Return the life of `account` with the holds on it and on its holder."""
    rests_on = {(rule.Target.PERSON, facts.person), (rule.Target.ACCOUNT, account.code)}
    return life.held(
        account.life,
        tuple(
            life.Stop(starts=hold.period.starts, ends=hold.period.ends, reason=hold.reason)
            for hold in facts.holds
            if (hold.target, hold.key) in rests_on
        ),
    )


def _device(request: HttpRequest) -> Device | None:
    return getattr(request, "device", None) or None


def _terminal(device: Device | None, found: Known) -> derive.Device | None:
    if device is None:
        return None
    return derive.Device(
        terminal=str(Device.Class(device.terminal_class).label) if device.is_as_it_says else None,
        period=Period(starts=device.valid_from, ends=device.valid_to),
        loans=tuple(period(f, e) for f, e in found.rows("loans")),
    )


def _age(request: HttpRequest, *, now: datetime) -> int | None:
    """Return the age of the last proof; what is older than a session says nothing more."""
    age = proof_age(request, now=now)
    return age if age is not None and age <= settings.SESSION_COOKIE_AGE else None
