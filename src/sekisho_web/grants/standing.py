"""The facts of a person and a system, without those of a session: from the rows of `known`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from sekisho.accounts import life
from sekisho.accounts.classes import RELIEF_PURPOSE
from sekisho.accounts.holds import WHO_LIFTS, WORDS, Reason
from sekisho.accounts.levels import Level
from sekisho.campaigns import pledges
from sekisho.grants import conflicts
from sekisho.grants import use as rule
from sekisho.grants.use import Facts
from sekisho.terms.periods import Period, stretch
from sekisho_web.grants.known import EPOCH, Known, moment, period
from sekisho_web.grants.rules_in_force import rules_of

IN_USE, CONTRACT = "in_use", "contract"
DRILL = "drill"  # a kind of emergency (訓練)
LEVELS: Mapping[str, Level] = {"card+pw": Level.CARD, "card+pw+fresh": Level.FRESH}
ALWAYS = Period(starts=EPOCH)
PLEDGES = {"government": "ministry_system_user"}  # for an ID in a system of theirs


def standing_facts(found: Known, *, person: str, system: str, at: datetime) -> Facts:
    """Return the facts of a person and a system without those of a session at a terminal."""
    register = found.standing["system"]
    return Facts(
        person=person,
        system=_system(system, register) if register else None,
        posts=tuple(_term(row) for row in found.rows("posts")),
        accounts=accounts_of(found, at=at),
        grants=tuple(_granted(row, found, at=at) for row in found.rows("grants")),
        worn=tuple((code, period(f, e)) for code, f, e in found.rows("worn")),
        is_invented=settings.SEKISHO_INVENTED,
        counted=tuple(_counted(row) for row in found.rows("uses")),
        holds=tuple(_hold(row, found) for row in found.rows("holds")),
        held=tuple(_as_restricted(row) for row in found.rows("posts")),
        rules=tuple(rules_of(tuple((code, version) for code, version in found.rows("rules")))),
        exempts=tuple(
            conflicts.Exempt(rule=code, period=period(f, e)) for code, f, e in found.rows("exempts")
        ),
        pledged=tuple(_pledged(row) for row in found.rows("pledges")),
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


def account_for(
    found: Known, accounts: Sequence[rule.Account], *, hat: int
) -> tuple[int | None, rule.Account | None]:
    """Return the account with which the appointment `hat` uses the system, and its key.

    A helper may have two: their own, and a temporary one for the work of the company that
    declared the emergency. It is the one for the company whose work the hat does.
    """
    keys = [row[0] for row in found.rows("accounts")]
    works_for = {row[1] for row in found.rows("posts") if row[0] == hat}
    pairs = list(zip(keys, accounts, strict=True))
    fitting = [pair for pair in pairs if pair[1].works_for in works_for]
    return next(iter(fitting or pairs), (None, None))


def _system(key: str, register: list[Any]) -> rule.System:
    state, device_bound, wanted, _, owner_kind, owner, _ = register
    return rule.System(
        key=key,
        period=ALWAYS if state == IN_USE else Period(starts=EPOCH, ends=EPOCH),
        device_bound=device_bound,
        level=LEVELS.get(wanted, Level.FRESH),  # an unknown level is the strictest
        owner=owner or "",
        pledge=PLEDGES.get(owner_kind, ""),
    )


def _term(row: list[Any]) -> rule.Post:
    key, works_for, starts, ends, leave, _, _, kind, *_, engaged = row
    return rule.Post(
        appointment=str(key),
        works_for=works_for,
        period=period(starts, ends),
        on_leave=leave,
        is_contract=kind == CONTRACT,
        engaged=tuple(_engaged(*one) for one in engaged or ()),
    )


def _engaged(engagement: str, starts: int | None, ends: int | None) -> rule.Engaged:
    """Return one line of a roster; of an engagement that nobody has checked it holds nothing."""
    if starts is None or (ends is not None and ends <= starts):
        starts = ends = 0
    return rule.Engaged(engagement=engagement, period=period(starts, ends))


def _as_restricted(row: list[Any]) -> conflicts.Post:
    key, _, starts, ends, _, company, unit_kind, kind, flags, unit, employer, works_for, _ = row
    return conflicts.Post(
        appointment=str(key),
        company=company,
        employer=employer,
        works_for=works_for,
        unit=unit,
        unit_kind=unit_kind,
        kind=kind,
        flags=frozenset(flags),
        period=period(starts, ends),
    )


def _granted(row: list[Any], found: Known, *, at: datetime) -> rule.Grant:
    key, _, kind, purpose, areas, _, starts, ends, revoked, appointment, account, *more = row
    uses_max, code, kind_of_emergency = more
    relief = code
    if purpose == RELIEF_PURPOSE and code is None:
        relief = _newest_relief(found)
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
        uses_max=uses_max,
        relief=relief if purpose == RELIEF_PURPOSE else None,
        is_drill=kind_of_emergency == DRILL,
        emergency=relief_of(found, relief, at=at),
    )


def _counted(row: list[Any]) -> rule.Use:
    grant, starts, ends, device = row
    return rule.Use(
        grant=str(grant),
        period=period(starts, ends),
        device=str(device) if device is not None else None,
    )


def _pledged(row: list[Any]) -> pledges.Pledge:
    template, subject, answer, at, until = row
    return pledges.Pledge(
        template=template,
        subject=subject,
        answer=pledges.Answer(answer),
        at=period(at, None).starts,
        valid_until=moment(until),
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


def relief_of(found: Known, code: str | None, *, at: datetime) -> Period | None:
    """Return the stretch for which the person helps in an emergency; its terms may be several."""
    return stretch((period(f, e) for one, f, e in found.rows("relief") if one == code), at)


def _newest_relief(found: Known) -> str:
    """Return the emergency from which a grant for relief hangs; without a roster, a lost one."""
    rows = found.rows("relief")
    return max(rows, key=lambda row: row[2])[0] if rows else "?"
