"""Watched combinations (見張り): do people have one, did a look meet one, did an old log?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sekisho.campaigns.findings import Kind
from sekisho.policy.system import Policy
from sekisho.policy.watched import rules_for
from sekisho_links.ledger.sampling import combinations as recorded
from sekisho_web.replay.checking import Found, Night, Outcome
from sekisho_web.replay.people import people
from sekisho_web.trace.models import Investigation

# A record stands there for others when its transaction ends, a minute after its time at the latest:
# what is younger is left to the next run, so that none is missed and none is counted twice.
SETTLED = timedelta(minutes=2)
PEOPLE, LOOKS, LOGGED = "people", "looks", "logged"
WORDS = {PEOPLE: "人", LOOKS: "閲覧の記録", LOGGED: "登録した調査"}
UNITS = {PEOPLE: "人", LOOKS: "件", LOGGED: "件"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """One combination that was met. source: where; name: of an investigation, its digest."""

    source: str
    system: str
    context: Mapping[str, str]
    count: int
    last: datetime
    name: str = ""


def watched(night: Night) -> Outcome:
    """Look for every watched combination in people, in what was recorded, and in old logs.

    People are asked as they are now; records and investigations since the last run.
    """
    outcome = Outcome(key="watched")
    rows = night.policy.watched
    outcome.seen = {row.id: {PEOPLE: 0, LOOKS: 0, LOGGED: 0, "last": ""} for row in rows}
    by_row: dict[tuple[str, str, str], list[Met]] = {}
    for met in _met(night):
        outcome.n += met.count
        for row in rows:
            if row.binds(_name(night.policy, met.system)) and row.holds(met.context):
                by_row.setdefault((row.id, met.source, met.name), []).append(met)
    known = {row.id: row for row in rows}
    for (identity, source, name), found in sorted(by_row.items()):
        count = sum(one.count for one in found)
        seen = outcome.seen[identity]
        seen[source] += count
        seen["last"] = max(seen["last"], *(one.last.isoformat() for one in found))
        words = (
            f"{known[identity].sentence}（{identity}）: {WORDS[source]}に {count:,} {UNITS[source]}"
        )
        outcome.add(
            words,
            Found(
                kind=Kind.WATCHED,
                key=":".join(filter(None, (identity, source, name))),
                subject=identity,
                sentence=f"起きないはずの組合せが起きました。{words}",
                rules=_rules(night.policy, found),
            ),
            count=count,
        )
    return outcome


def _met(night: Night) -> Iterator[Met]:
    everybody = people(now=night.now, attributes=night.policy.attributes)
    for (system, values), count in everybody.combinations.items():
        yield Met(source=PEOPLE, system=system, context=dict(values), count=count, last=night.now)
    since = night.since - SETTLED if night.since else None
    came = recorded(night.owner, keys=night.keys, since=since, until=night.now - SETTLED)
    for one in came:
        yield Met(
            source=LOOKS, system=one.system, context=one.context, count=one.looks, last=one.last
        )
    yield from _logged(night)


def _logged(night: Night) -> Iterator[Met]:
    new = Investigation.objects.order_by("pk")
    if night.since is not None:
        new = new.filter(created_at__gte=night.since)
    for investigation in new:
        from sekisho_links.trace.combinations import combinations  # noqa: PLC0415 - an extra

        for one in combinations(Path(investigation.folder)):
            yield Met(
                source=LOGGED,
                system=one.system,
                context=one.context,
                count=one.accesses,
                last=investigation.created_at,
                name=investigation.digest[:12],
            )


def _rules(policy: Policy, found: Iterable[Met]) -> tuple[str, ...]:
    """Return the rows that would decide, of the tables that are live: at most twenty."""
    ids: dict[str, None] = {}
    for one in found:
        system = policy.systems.get(one.system)
        if system is not None:
            ids |= dict.fromkeys(rules_for(system.table, one.context))
    return tuple(ids)[:20]


def _name(policy: Policy, system: str) -> str:
    found = policy.systems.get(system)
    return found.name if found else system
