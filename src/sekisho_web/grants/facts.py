"""The facts of a look: what is known of the viewer and the request at this moment."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from sekisho.accounts import life
from sekisho.policy import derive
from sekisho.policy.derive import RequestFacts
from sekisho.terms.periods import Period
from sekisho_web.accounts.models import AppointmentTerm
from sekisho_web.accounts.signed_in import Hat, hat_of, methods_of, person_of, proof_age, viewer_of
from sekisho_web.terminals.models import Device

ORDER = ("standing", "dual", "per_use")  # a standing grant is used while there is one

FACTS = """
SELECT jsonb_build_object(
    'accounts', (SELECT jsonb_agg(jsonb_build_object('code', code, 'issued_at', issued_at,
            'last_used_at', last_used_at, 'closed_at', closed_at)
            ORDER BY closed_at DESC NULLS FIRST)
        FROM accounts_account WHERE person_id = %(person)s AND system = %(system)s),
    'holds', (SELECT jsonb_agg(jsonb_build_array(starts_at, ends_at))
        FROM accounts_hold WHERE person_id = %(person)s),
    'grants', (SELECT jsonb_agg(jsonb_build_object('id', id, 'code', code, 'kind', kind,
            'purpose', purpose, 'areas', scope_areas, 'records', scope_records,
            'valid_from', valid_from, 'valid_to', valid_to, 'revoked_at', revoked_at)
            ORDER BY valid_to DESC, id DESC)
        FROM grants_grant WHERE person_id = %(person)s AND system = %(system)s
            AND purpose = %(purpose)s),
    'emergencies', (SELECT jsonb_agg(jsonb_build_object('code', code, 'areas', areas,
            'starts_at', starts_at, 'ends_at', ends_at))
        FROM grants_emergency WHERE ends_at > %(now)s),
    'relief', (SELECT jsonb_agg(jsonb_build_object('code', e.code, 'starts_at',
            greatest(s.starts_at, e.starts_at), 'ends_at', least(s.ends_at, e.ends_at)))
        FROM grants_supporter s JOIN grants_emergency e ON e.id = s.emergency_id
        WHERE s.person_id = %(person)s AND s.starts_at < e.ends_at AND s.ends_at > e.starts_at),
    'loans', (SELECT jsonb_agg(jsonb_build_array(starts_at, ends_at))
        FROM terminals_loan WHERE person_id = %(person)s AND device_id = %(device)s))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One use (利用): the facts for the decision, and what the record side needs to know."""

    facts: RequestFacts
    hat: Hat
    account: str | None  # the ID in the system
    grant: int | None
    grant_kind: str | None
    grant_until: datetime | None
    areas: tuple[str, ...]  # districts written in the grant; empty: none are written
    records: tuple[str, ...]  # numbers written in the grant; empty: none are written
    emergency_areas: tuple[str, ...]  # districts of the emergencies that run now
    device: str | None

    @property
    def company(self) -> str:
        """Return the code of the company whose work is done: a contractor's principal."""
        return self.hat.principal or self.hat.company_code


def request_facts(
    request: HttpRequest, *, system: str, screen_kind: str, now: datetime
) -> RequestFacts:
    """Return all that is known of the viewer and of the request (two queries)."""
    return use_of(request, system=system, screen_kind=screen_kind, now=now).facts


def use_of(request: HttpRequest, *, system: str, screen_kind: str, now: datetime) -> Use:
    """Return the use that this request is (two queries, and the hat's). Needs a chosen hat.

    system:      key of the system (takuso …).
    screen_kind: value of 画面区分.
    """
    hat, person = hat_of(request), person_of(request)
    if hat is None:
        raise LookupError("a look needs a hat: its door must need Needs.USE")
    device = _device(request)
    found = _found(
        person=person.pk,
        system=system,
        purpose=hat.purpose,
        device=device.pk if device else None,
        now=now,
    )
    posts = list(
        AppointmentTerm.objects.in_force(now=now)
        .filter(person=person)
        .select_related("unit__company")
    )
    grant = _grant_in_use(found["grants"], now=now)
    relief = [line for line in found["relief"] if line["code"] == hat.relief]
    running = [e for e in found["emergencies"] if _period(e, "starts_at", "ends_at").holds(now)]
    account = found["accounts"][0] if found["accounts"] else None
    facts = RequestFacts(
        posts=tuple(_post(post) for post in posts),
        relief=tuple(_period(line, "starts_at", "ends_at") for line in found["relief"]),
        relief_hat=hat.relief is not None,
        purpose=hat.purpose,
        emergencies=tuple(
            derive.Emergency(
                districts=frozenset(e["areas"]), period=_period(e, "starts_at", "ends_at")
            )
            for e in found["emergencies"]
        ),
        grant=_grant(grant, relief),
        device=_terminal(device, found["loans"]),
        methods=methods_of(request) or None,
        proof_age=_age(request, now=now),
        account=_account(account, found["holds"], posts, hat),
        screen_kind=screen_kind,
    )
    return Use(
        facts=facts,
        hat=hat,
        account=account["code"] if account else None,
        grant=grant["id"] if grant else None,
        grant_kind=grant["kind"] if grant else None,
        grant_until=_time(grant["valid_to"]) if grant else None,
        areas=tuple(grant["areas"]) if grant else (),
        records=tuple(grant["records"]) if grant else (),
        emergency_areas=tuple(sorted({area for e in running for area in e["areas"]})),
        device=device.number if device else None,
    )


def _found(**known: int | str | datetime | None) -> dict[str, list[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(FACTS, dict[str, Any](known))
        row = cursor.fetchone()
    return {name: value or [] for name, value in json.loads(row[0]).items()}


def _grant_in_use(
    grants: Iterable[Mapping[str, Any]], *, now: datetime
) -> Mapping[str, Any] | None:
    """Return the one grant under which the use runs; where none is usable, the last that was."""
    every = list(grants)
    usable = [
        g
        for g in every
        if _period(g, "valid_from", "valid_to").holds(now)
        and (g["revoked_at"] is None or now < _time(g["revoked_at"]))
    ]
    usable.sort(key=lambda g: ORDER.index(g["kind"]))
    past = [g for g in every if _time(g["valid_from"]) <= now]
    return next(iter(usable or past or every), None)


def _grant(grant: Mapping[str, Any] | None, relief: list[Mapping[str, Any]]) -> derive.Grant | None:
    if grant is None:
        return None
    return derive.Grant(
        kind=grant["kind"],
        period=_period(grant, "valid_from", "valid_to"),
        revoked_at=_time(grant["revoked_at"]) if grant["revoked_at"] else None,
        emergency=_period(relief[0], "starts_at", "ends_at") if relief else None,
    )


def _post(post: AppointmentTerm) -> derive.Post:
    viewer = viewer_of(post)
    return derive.Post(
        viewer_class=viewer.name if viewer else None,
        period=Period(starts=post.valid_from, ends=post.valid_to),
    )


def _account(
    account: Mapping[str, Any] | None, holds: list[Any], posts: list[AppointmentTerm], hat: Hat
) -> life.Account | None:
    if account is None:
        return None
    worn = next((post for post in posts if post.appointment_id == hat.post), None)
    return life.Account(
        issued_at=_time(account["issued_at"]),
        last_used_at=_time(account["last_used_at"]) if account["last_used_at"] else None,
        closed_at=_time(account["closed_at"]) if account["closed_at"] else None,
        holds=tuple(_pair(pair) for pair in holds),
        post=Period(starts=worn.valid_from, ends=worn.valid_to) if worn else None,
    )


def _device(request: HttpRequest) -> Device | None:
    return getattr(request, "device", None) or None


def _terminal(device: Device | None, loans: list[Any]) -> derive.Device | None:
    if device is None:
        return None
    return derive.Device(
        terminal=str(Device.Class(device.terminal_class).label),
        period=Period(starts=device.valid_from, ends=device.valid_to),
        loans=tuple(_pair(pair) for pair in loans),
    )


def _age(request: HttpRequest, *, now: datetime) -> int | None:
    """Return the age of the last proof; what is older than a session says nothing more."""
    age = proof_age(request, now=now)
    return age if age is not None and age <= settings.SESSION_COOKIE_AGE else None


def _period(row: Mapping[str, Any], starts: str, ends: str) -> Period:
    return Period(starts=_time(row[starts]), ends=_time(row[ends]) if row[ends] else None)


def _pair(pair: list[str | None]) -> Period:
    starts, ends = pair
    return Period(starts=_time(starts or ""), ends=_time(ends) if ends else None)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
