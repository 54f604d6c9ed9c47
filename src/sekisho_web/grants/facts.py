"""The facts of a look: what is known of the viewer and the request at this moment.

One statement (`known`) answers for both: the values of the decision table, and `may_use`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from sekisho.accounts import life
from sekisho.accounts.classes import RELIEF_PURPOSE
from sekisho.accounts.holds import WHO_LIFTS, WORDS, Reason
from sekisho.accounts.levels import FRESH_SECONDS, Level, level
from sekisho.grants import use as rule
from sekisho.grants.use import Ask, Facts, Permit
from sekisho.policy import derive
from sekisho.policy.derive import RequestFacts
from sekisho.terms.periods import Period, stretch
from sekisho.terms.refusals import Refusal
from sekisho_links.ledger.recorder import Unchanged
from sekisho_web.accounts.classes import viewer_classes
from sekisho_web.accounts.signed_in import Hat, hat_of, methods_of, person_of, proof_age
from sekisho_web.grants.known import DIGEST, EPOCH, Known, known, moment, period
from sekisho_web.terminals.models import Device

IN_USE = "in_use"
LEVELS: Mapping[str, Level] = {"card+pw": Level.CARD, "card+pw+fresh": Level.FRESH}
ALWAYS = Period(starts=EPOCH)


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
    emergency_areas: tuple[str, ...]  # districts of the emergencies that run now
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
    accounts = accounts_of(found, at=now)
    account = next(iter(accounts), None)
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
    grant = _grant_in_use(found.rows("grants"), purpose=hat.purpose, now=now)
    emergencies = [(areas, period(f, e)) for _, areas, f, e in found.emergencies]
    row = found.rows("accounts")[0] if account else None
    return Use(
        facts=RequestFacts(
            posts=tuple(_post(row) for row in found.rows("posts") if period(*row[2:4]).holds(now)),
            relief=tuple(period(f, e) for _, f, e in found.rows("relief")),
            relief_hat=hat.relief is not None,
            purpose=hat.purpose,
            emergencies=tuple(
                derive.Emergency(districts=frozenset(areas), period=runs)
                for areas, runs in emergencies
            ),
            grant=_grant(grant, relief=_relief(found, hat.relief)),
            device=_terminal(device, found),
            methods=methods_of(request) or None,
            proof_age=_age(request, now=now),
            account=_held(account, facts) if account else None,
            screen_kind=screen_kind,
        ),
        hat=hat,
        answer=rule.may_use(facts, ask, at=now),
        ask=ask,
        known=found,
        account_id=row[0] if row else None,
        account=account.code if account else None,
        grant=grant[0] if grant else None,
        grant_kind=grant[2] if grant else None,
        grant_until=moment(grant[7]) if grant else None,
        areas=tuple(grant[4]) if grant else (),
        records=tuple(grant[5]) if grant else (),
        emergency_areas=tuple(
            sorted({a for areas, p in emergencies if p.holds(now) for a in areas})
        ),
        device=device.number if device else None,
    )


def standing_facts(found: Known, *, person: str, system: str, at: datetime) -> Facts:
    """Return the facts of a person and a system without those of a session at a terminal."""
    register = found.standing["system"]
    return Facts(
        person=person,
        system=_system(system, register) if register else None,
        posts=tuple(
            rule.Post(
                appointment=str(key), works_for=works_for, period=period(f, e), on_leave=leave
            )
            for key, works_for, f, e, leave, *_ in found.rows("posts")
        ),
        accounts=accounts_of(found, at=at),
        grants=tuple(_granted(row, found) for row in found.rows("grants")),
        holds=tuple(_hold(row, found) for row in found.rows("holds")),
    )


def accounts_of(found: Known, *, at: datetime) -> tuple[rule.Account, ...]:
    """Return the accounts of the person in the system, the open ones first.

    What rests on no appointment has no post that could be told, and opens nothing.
    """
    register = found.standing["system"]
    months = register[3] if register else life.DORMANT_AFTER_MONTHS
    posts: dict[int, list[Period]] = {}
    for key, _, f, e, *_rest in found.rows("posts"):
        posts.setdefault(key, []).append(period(f, e))
    return tuple(
        rule.Account(
            code=code,
            works_for=works_for,
            life=life.Account(
                issued_at=moment(issued),
                last_used_at=moment(found.last_uses.get(str(key))),
                resumed_at=moment(resumed),
                closed_at=moment(closed),
                ends_at=moment(ends),
                review_due_at=moment(review),
                post=stretch(posts.get(appointment, ()), at),
                dormancy_months=months,
            ),
        )
        for key, code, works_for, issued, closed, ends, appointment, review, resumed in (
            found.rows("accounts")
        )
    )


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
    return Facts(
        person=facts.person,
        system=facts.system,
        posts=facts.posts,
        accounts=facts.accounts,
        grants=facts.grants,
        holds=facts.holds,
        devices=(_at(device, found, person=person_of(request).pk),) if device else (),
        uses=(Period(starts=EPOCH, ends=hat.until),),
        signed_in=_signed_in(request, now=now),
    )


def _system(key: str, register: list[Any]) -> rule.System:
    state, device_bound, wanted, _ = register
    return rule.System(
        key=key,
        period=ALWAYS if state == IN_USE else Period(starts=EPOCH, ends=EPOCH),
        device_bound=device_bound,
        level=LEVELS.get(wanted, Level.FRESH),  # an unknown level is the strictest
    )


def _granted(row: list[Any], found: Known) -> rule.Grant:
    key, _, kind, purpose, areas, _, starts, ends, revoked, appointment, account = row
    relief, emergency = (None, None)
    if purpose == RELIEF_PURPOSE:
        relief, emergency = _newest_relief(found)
    codes = {one[0]: one[1] for one in found.rows("accounts")}
    return rule.Grant(
        key=str(key),
        kind=kind,
        purpose=purpose,
        period=period(starts, ends),
        appointment=str(appointment),
        account=codes.get(account, "?") if account else None,
        revoked_at=moment(revoked),
        areas=frozenset(areas),
        relief=relief,
        emergency=emergency,
    )


def _hold(row: list[Any], found: Known) -> rule.Hold:
    target, key, starts, ends, reason = row
    codes = {one[0]: one[1] for one in found.rows("accounts")}
    said = Reason(reason)
    return rule.Hold(
        target=rule.Target(target),
        key=codes[key] if target == rule.Target.ACCOUNT else str(key),
        period=period(starts, ends),
        reason=WORDS[said],
        remedy=f"解除できるのは、{WHO_LIFTS[said]}です。連絡してください",
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


def _relief(found: Known, code: str | None) -> Period | None:
    return next((period(f, e) for one, f, e in found.rows("relief") if one == code), None)


def _newest_relief(found: Known) -> tuple[str | None, Period | None]:
    """Return the emergency from which a grant for relief hangs; without a roster, a lost one."""
    rows = found.rows("relief")
    if not rows:
        return "?", None
    code, starts, ends = max(rows, key=lambda row: row[2])
    return code, period(starts, ends)


def _grant_in_use(rows: list[list[Any]], *, purpose: str, now: datetime) -> list[Any] | None:
    """Return the one grant under which the use runs; where none is usable, the last that was."""
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
    _, _, starts, ends, _, company_kind, unit_kind = row
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
        terminal=str(Device.Class(device.terminal_class).label),
        period=Period(starts=device.valid_from, ends=device.valid_to),
        loans=tuple(period(f, e) for f, e in found.rows("loans")),
    )


def _age(request: HttpRequest, *, now: datetime) -> int | None:
    """Return the age of the last proof; what is older than a session says nothing more."""
    age = proof_age(request, now=now)
    return age if age is not None and age <= settings.SESSION_COOKIE_AGE else None
