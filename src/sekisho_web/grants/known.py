"""What is known of one person and one system, in one statement: now, or as it was known then.

The same text is asked twice: before a look, and by the recorder in the statement that records it.
Where it answers otherwise the second time, nothing is shown. Moments are microseconds, so that two
connections with two time zones say the same.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString, cast

import psycopg
from django.db import connection

from sekisho.terms.periods import Period

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _us(moment: str) -> str:
    return f"(extract(epoch from {moment}) * 1000000)::bigint"


def _then(moment: str) -> str:
    """A moment that was not known yet on the day of knowledge is not there."""
    return f"case when {moment} <= coalesce(%(known)s::timestamptz, 'infinity') then {moment} end"


_KNOWN = "coalesce(%(known)s::timestamptz, 'infinity')"
_TERM = """appointment_id, person_id, unit_id, flags, valid_from, valid_to"""

# Silence stops at the deadline of an open review, and where the last answer kept an ID no longer.
_SILENCE = f"""select min(r.due_at) from accounts_accountreview r where r.account_id = a.id
    and r.opened_at <= {_KNOWN} and (r.answered_at is null or r.answered_at > {_KNOWN})"""
_KEPT = f"""select r.keep_until from accounts_accountreview r where r.account_id = a.id
    and r.answered_at <= {_KNOWN} order by r.answered_at desc limit 1"""

# A term of an emergency is in effect when two have signed it, until it ends or was lifted.
_TERM_STARTS = "greatest(lower(t.signed), t.confirmed_at)"
_TERM_ENDS = f"least(upper(t.signed), {_then('t.cut_at')})"
_IN_EFFECT = f"t.confirmed_at <= {_KNOWN} and {_TERM_ENDS} > {_TERM_STARTS}"

# Work that is entrusted is in force while it is checked and not suspended, ended or closed.
_ENGAGED_UNTIL = f"""least(upper(r.valid), {_then("g.suspended_at")}, {_then("g.ending_at")},
        {_then("g.closed_at")})"""
_ENGAGED_FROM = f"""case when g.checked_at <= {_KNOWN}
        then greatest(lower(r.valid), g.checked_at) end"""  # of nothing, greatest makes something
_ENGAGED = f"""select jsonb_agg(jsonb_build_array(g.code, {_us(_ENGAGED_FROM)},
        {_us(_ENGAGED_UNTIL)}) order by r.id)
    from grants_engagementworker r join grants_engagement g on g.id = r.engagement_id
    where r.appointment_id = t.appointment_id and lower(r.valid) <= {_KNOWN}"""

# What `may_use` rests on. The order within each list is fixed: its digest is compared.
STANDING = f"""
jsonb_build_object(
 'system', (select jsonb_build_array(s.state, s.device_bound, s.sign_in_level, s.dormancy_months,
        s.owner_kind, w.code, s.opens_by)
    from accounts_system s left join accounts_company w on w.id = s.owner_id
    where s.key = %(system)s),
 'posts', (select jsonb_agg(jsonb_build_array(t.appointment_id, w.code, {_us("t.valid_from")},
        {_us("t.valid_to")}, 'on_leave' = any(t.flags), c.kind, u.kind, a.kind,
        t.flags, u.code, em.kind, w.kind, ({_ENGAGED}))
        order by t.appointment_id, t.valid_from)
    from (select {_TERM} from accounts_appointmentterm
            where person_id = %(person)s and (%(known)s::timestamptz is null
                or known_from <= %(known)s)
          union all
          select {_TERM} from accounts_appointmentpast
            where person_id = %(person)s and known @> %(known)s::timestamptz) t
    join accounts_appointment a on a.id = t.appointment_id
    join accounts_company w on w.id = a.works_for_id
    join accounts_company em on em.id = a.employer_id
    join accounts_unit u on u.id = t.unit_id
    join accounts_company c on c.id = u.company_id),
 'accounts', (select jsonb_agg(jsonb_build_array(a.id, a.code, w.code, {_us("a.issued_at")},
        {_us(_then("a.closed_at"))}, {_us("a.ends_at")}, a.appointment_id,
        {_us(f"least(({_SILENCE}), ({_KEPT}))")},
        (select {_us("max(h.ends_at)")} from accounts_hold h where h.account_id = a.id
            and h.reason = 'dormant' and h.ends_at <= {_KNOWN}))
        order by a.closed_at desc nulls first, a.id)
    from accounts_account a join accounts_company w on w.id = a.works_for_id
    where a.person_id = %(person)s and a.system = %(system)s and a.issued_at <= {_KNOWN}),
 'holds', (select jsonb_agg(jsonb_build_array(
        case when h.person_id is not null then 'person' when h.account_id is not null
            then 'account' when h.authenticator_id is not null then 'authenticator'
            when h.device_id is not null then 'device' else 'grant' end,
        coalesce(h.person_id, h.account_id, h.authenticator_id, h.device_id, h.grant_id),
        {_us("h.starts_at")}, {_us(_then("h.ends_at"))}, h.reason) order by h.id)
    from accounts_hold h
    where h.starts_at <= {_KNOWN} and (h.person_id = %(person)s or h.device_id = %(device)s
        or h.account_id in (select id from accounts_account
            where person_id = %(person)s and system = %(system)s)
        or h.authenticator_id in (select id from accounts_authenticator
            where person_id = %(person)s)
        or h.grant_id in (select id from grants_grant
            where person_id = %(person)s and system = %(system)s))),
 'grants', (select jsonb_agg(jsonb_build_array(g.id, g.code, g.kind, g.purpose, g.scope_areas,
        g.scope_records, {_us("g.valid_from")}, {_us("g.valid_to")}, {_us(_then("g.revoked_at"))},
        g.appointment_id, g.account_id, g.uses_max, e.code, e.kind)
        order by g.valid_to desc, g.id desc)
    from grants_grant g left join grants_emergency e on e.id = g.emergency_id
    where g.person_id = %(person)s and g.system = %(system)s),
 'uses', (select jsonb_agg(jsonb_build_array(u.grant_id, {_us("lower(u.during)")},
        {_us("upper(u.during)")}, u.device_id) order by u.id)
    from grants_use u join grants_grant g on g.id = u.grant_id
    where g.person_id = %(person)s and g.system = %(system)s and lower(u.during) <= {_KNOWN}),
 'relief', (select jsonb_agg(jsonb_build_array(e.code,
        {_us(f"greatest(s.starts_at, {_TERM_STARTS})")}, {_us(f"least(s.ends_at, {_TERM_ENDS})")})
        order by s.id, t.id)
    from grants_supporter s join grants_emergency e on e.id = s.emergency_id
    join grants_emergencyterm t on t.emergency_id = e.id
    where s.person_id = %(person)s and e.kind <> 'failure' and %(system)s = any(e.systems)
        and {_IN_EFFECT} and s.starts_at < {_TERM_ENDS} and s.ends_at > {_TERM_STARTS}),
 'worn', (select jsonb_agg(jsonb_build_array(l.occasion, {_us("l.starts_at")},
        {_us("l.ends_at")}) order by l.id)
    from terminals_loan l join grants_emergency e on e.code = l.occasion
    where l.person_id = %(person)s and l.starts_at <= {_KNOWN}),
 'exempts', (select jsonb_agg(jsonb_build_array(rule, {_us("starts_at")}, {_us("ends_at")})
        order by id)
    from grants_conflictexception where person_id = %(person)s),
 'rules', (select jsonb_agg(jsonb_build_array(code, version) order by code, version)
    from grants_conflictrule where in_force_from <= {_KNOWN}
        and (replaced_at is null or replaced_at > {_KNOWN})),
 'pledges', (select jsonb_agg(jsonb_build_array(template, subject, answer, {_us("at")},
        {_us("valid_until")}) order by id)
    from campaigns_pledge where person_id = %(person)s and at <= {_KNOWN}),
 'loans', (select jsonb_agg(jsonb_build_array({_us("starts_at")}, {_us("ends_at")}) order by id)
    from terminals_loan where person_id = %(person)s and device_id = %(device)s))
"""
DIGEST = f"encode(sha256(convert_to(({STANDING})::text, 'UTF8')), 'hex')"

_LAST = "greatest(case when a.last_used_at <= %(at)s then a.last_used_at end, u.last_at)"
# What changes with every look, and what is asked for the decision table only.
_FACTS: LiteralString = f"""
with standing as materialized (select ({STANDING})::text as said)
select said, encode(sha256(convert_to(said, 'UTF8')), 'hex'),
 (select jsonb_object_agg(a.id, {_us(_LAST)})
    from accounts_account a left join lateral (select max(last_at) as last_at
        from accounts_accountuse where account_id = a.id and last_at <= %(at)s) u on true
    where a.person_id = %(person)s and a.system = %(system)s)::text,
 (select jsonb_agg(jsonb_build_array(e.code, e.areas, {_us(_TERM_STARTS)}, {_us(_TERM_ENDS)},
        e.kind) order by t.id)
    from grants_emergency e join grants_emergencyterm t on t.emergency_id = e.id
    where e.kind <> 'failure' and %(system)s = any(e.systems) and {_IN_EFFECT}
        and {_TERM_ENDS} > %(at)s)::text
from standing
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The answer of the statement, with what it was asked.

    digest: of what `may_use` rests on; asked again with `arguments`, it must be the same.
    """

    arguments: Mapping[str, Any]
    standing: Mapping[str, Any]
    digest: str
    last_uses: Mapping[str, int | None]
    emergencies: list[list[Any]]  # of this system: code, districts, from, until, kind

    def rows(self, name: str) -> list[list[Any]]:
        return self.standing[name] or []


def known(
    *,
    person: int,
    system: str,
    device: int | None,
    at: datetime,
    as_known_on: datetime | None = None,
) -> Known:
    """Return what is known (one query).

    at:          the instant that is asked about: later uses do not count.
    as_known_on: what was believed then; None: what is believed now.
    """
    arguments: dict[str, int | str | datetime | None] = {
        "person": person,
        "system": system,
        "device": device,
        "known": as_known_on,
    }
    standing, digest, uses, emergencies = _asked({**arguments, "at": at})
    return Known(
        arguments=arguments,
        standing=json.loads(standing),
        digest=digest,
        last_uses=json.loads(uses) if uses else {},
        emergencies=json.loads(emergencies) if emergencies else [],
    )


def _asked(arguments: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the row of the statement, which the server keeps prepared for this connection.

    To plan it takes ten times as long as to answer it. Django's own cursor binds on our side and
    would let it be planned at every look.
    """
    connection.ensure_connection()
    with (
        connection.wrap_database_errors,
        psycopg.Cursor(cast("psycopg.Connection[Any]", connection.connection)) as cursor,
    ):
        row = cursor.execute(_FACTS, arguments, prepare=True).fetchone()
    if row is None:
        raise LookupError("the statement of the facts has one row always")
    return tuple(row)


def moment(microseconds: int | None) -> datetime | None:
    """Return the moment of a column, or None where it is empty."""
    return None if microseconds is None else EPOCH + timedelta(microseconds=microseconds)


def period(starts: int, ends: int | None) -> Period:
    return Period(starts=EPOCH + timedelta(microseconds=starts), ends=moment(ends))
