"""Puts a version live: checked, proved, its rows shipped and read back, switched by one UPDATE."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sekisho.errors import SekishoError
from sekisho.gate.live import refusal_to_put_live, relations_of_parties
from sekisho.gate.names import quoted
from sekisho.gate.relations import reach
from sekisho.gate.stretches import before_any_day
from sekisho.policy.lint import Severity, lint
from sekisho.policy.system import Policy, System
from sekisho.proof.agreed import disagreeing
from sekisho.proof.certificate import proofs
from sekisho_links.gate.editions import decided, ship, today_in_japan
from sekisho_links.gate.install import RECORD, RULE, Connection, acting
from sekisho_links.gate.shapes import reshape


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What a switch put into the database.

    rows:  of all stretches of days that the version answers by; written: those that were new.
    added: columns of records that are empty until they are loaded again.
    """

    version: str
    rows: int
    written: int
    profiles: int
    added: Sequence[str] = ()


class MayNotGoLive(SekishoError):
    """A version that is wrong, or that breaks what must never happen."""


def put_live(owner: Connection, policy: Policy, *, ends_on: date | None = None) -> Live:
    """Make `policy` the version that every masked view answers by.

    It is checked and proved here, so that there is no way around it. Every context that shows a
    row, on any day from today on, is then decided; what the database lacks of it is shipped; all
    of it is read back and compared, cell by cell, before the one UPDATE. All in one transaction:
    on any doubt nothing changes, and nobody sees a part of it.

    ends_on: the first day in Japan on which it is no longer good; then nothing is shown at all.
    """
    today = today_in_japan(owner)
    refuse_what_is_broken(policy, today=today)
    answers = decided(policy, today=today)
    with owner.transaction():
        owner.execute("select pg_advisory_xact_lock(hashtext('sekisho rule'))")
        added = reshape(owner, policy)
        written, kept = ship(owner, policy, answers)
        _renew_reach(owner, policy, [answer.system for answer in answers])
        with acting(owner, RULE):
            owner.execute(
                "insert into rule.active_version (version, ends_on) values (%s, %s)"
                " on conflict (one) do update"
                " set version = excluded.version, ends_on = excluded.ends_on",
                [policy.hash, ends_on],
            )
    return Live(
        version=policy.hash,
        rows=written + kept,
        written=written,
        profiles=sum(answer.profiles for answer in answers),
        added=added,
    )


def refuse_what_is_broken(policy: Policy, *, today: date) -> None:
    """Raise MayNotGoLive where a check, an invariant or an agreed example fails (0.5 s)."""
    proved = (*proofs(policy), *proofs(before_any_day(policy, today)))
    refusal = refusal_to_put_live(
        policy,
        errors=[found for found in lint(policy) if found.severity is Severity.ERROR],
        broken=[
            *(result.invariant.id for proof in proved for result in proof.broken),
            *(example.id for system in policy.systems.values() for example in disagreeing(system)),
        ],
    )
    if refusal:
        raise MayNotGoLive(
            refusal.reason, place=f"判定表 sha256:{policy.hash[:12]}", remedy=refusal.remedy
        )


def _renew_reach(owner: Connection, policy: Policy, answering: Sequence[System]) -> None:
    """Write which owner keys each party may meet, and as what, on any day from today on."""
    owner_keys: set[str] = set()
    for system in policy.systems.values():
        with acting(owner, RECORD):
            # row security is forced on the records: their owner reads none, so the keys stand apart
            found = owner.execute(f"select owner_key from {quoted(system.key)}.owner".encode())
            owner_keys.update(str(row[0]) for row in found)
    with acting(owner, RULE):
        found = owner.execute("select party, viewers from rule.party")
        viewers = {str(party): tuple(classes) for party, classes in found.fetchall()}
        found = owner.execute("select party, owner_key, relation from rule.reach")
        there = {(str(party), str(key), int(relation)) for party, key, relation in found}
        wanted = {
            (party, key, int(relation))
            for party, key, relation in reach(relations_of_parties(answering, viewers), owner_keys)
        }
        with owner.cursor() as cursor:
            if gone := sorted(there - wanted):
                cursor.executemany(
                    "delete from rule.reach where party = %s and owner_key = %s and relation = %s",
                    gone,
                )
            if new := sorted(wanted - there):
                cursor.executemany(
                    "insert into rule.reach (party, owner_key, relation) values (%s, %s, %s)", new
                )
        if gone or new:
            owner.execute("analyze rule.reach")
