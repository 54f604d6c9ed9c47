"""Ships the decided rows of a version, reads them back, and switches to it by one UPDATE."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sekisho.errors import SekishoError
from sekisho.gate.effects import Effect, effects
from sekisho.gate.live import refusal_to_put_live, relations_of_parties
from sekisho.gate.names import quoted
from sekisho.gate.relations import reach
from sekisho.policy.lint import Severity, lint
from sekisho.policy.system import Policy, System
from sekisho.proof.agreed import disagreeing
from sekisho.proof.certificate import proofs
from sekisho_links.gate.install import RECORD, RULE, Connection, acting


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What a switch put into the database."""

    version: str
    rows: int
    profiles: int


class NotAsDecided(SekishoError):
    """The rows in the database are not those that the evaluator decides."""


class MayNotGoLive(SekishoError):
    """A version that is wrong, or that breaks what must never happen."""


def put_live(owner: Connection, policy: Policy) -> Live:
    """Make `policy` the version that every masked view answers by.

    It is checked and proved here, so that there is no way around it. Every context that shows a
    row is then decided and shipped; the rows are read back and compared, cell by cell, before
    the one UPDATE. All in one transaction: on any doubt nothing changes.
    """
    refuse_what_is_broken(policy)
    rows = profiles = 0
    with owner.transaction():
        for system in policy.systems.values():
            with acting(owner, RULE):
                owner.execute(
                    f"delete from {_table(system)} where version = %s".encode(), [policy.hash]
                )
                with owner.cursor() as cursor, cursor.copy(_copy_in(system)) as copy:
                    for line in _lines(policy, effects(system)):
                        copy.write(line)
                        rows += 1
            profiles += _profiles(owner, policy, system)
        if wrong := differences(owner, policy):
            raise NotAsDecided(
                f"効き目の行 {len(wrong)} 件が判定と一致しません",
                place=f"{wrong[0]}",
                remedy="データベースを調べ、もう一度適用してください。版は切り替えていません",
            )
        _rebuild_reach(owner, policy)
        with acting(owner, RULE):
            owner.execute(
                "insert into rule.active_version (version) values (%s)"
                " on conflict (one) do update set version = excluded.version",
                [policy.hash],
            )
    return Live(version=policy.hash, rows=rows, profiles=profiles)


def refuse_what_is_broken(policy: Policy) -> None:
    """Raise MayNotGoLive where a check, an invariant or an agreed example fails (0.5 s)."""
    refusal = refusal_to_put_live(
        policy,
        errors=[found for found in lint(policy) if found.severity is Severity.ERROR],
        broken=[
            *(result.invariant.id for proof in proofs(policy) for result in proof.broken),
            *(example.id for system in policy.systems.values() for example in disagreeing(system)),
        ],
    )
    if refusal:
        raise MayNotGoLive(
            refusal.reason, place=f"判定表 sha256:{policy.hash[:12]}", remedy=refusal.remedy
        )


def differences(owner: Connection, policy: Policy) -> list[str]:
    """Return every row in which the database differs from the evaluator, for this version."""
    found: list[str] = []
    for system in policy.systems.values():
        decided = set(_lines(policy, effects(system)))
        with (
            acting(owner, RULE),
            owner.cursor() as cursor,
            cursor.copy(_copy_out(system), [policy.hash]) as copy,
        ):
            stored = {line for block in copy for line in bytes(block).splitlines(keepends=True)}
        found += [f"{system.name}: {line.decode().strip()}" for line in sorted(decided ^ stored)]
    return found


def _rebuild_reach(owner: Connection, policy: Policy) -> None:
    """Write which owner keys each party may meet under `policy`, and as what."""
    owner_keys: set[str] = set()
    for system in policy.systems.values():
        with acting(owner, RECORD):
            # row security is forced on the records: their owner reads none, so the keys stand apart
            found = owner.execute(f"select owner_key from {quoted(system.key)}.owner".encode())
            owner_keys.update(str(row[0]) for row in found)
    with acting(owner, RULE):
        found = owner.execute("select party, viewers from rule.party")
        viewers = {str(party): tuple(classes) for party, classes in found.fetchall()}
        owner.execute("delete from rule.reach")
        with owner.cursor() as cursor:
            cursor.executemany(
                "insert into rule.reach (party, owner_key, relation) values (%s, %s, %s)",
                [
                    (party, key, int(relation))
                    for party, key, relation in reach(
                        relations_of_parties(policy, viewers), owner_keys
                    )
                ],
            )
        owner.execute("analyze rule.reach")


def _table(system: System) -> str:
    return f"rule.{quoted(system.key + '_effect')}"


def _columns(system: System) -> str:
    fields = ", ".join(quoted(field) for field in system.fields)
    return f"version, profile, relation, scope, duties, {fields}"


def _copy_in(system: System) -> bytes:
    return f"copy {_table(system)} ({_columns(system)}) from stdin".encode()


def _copy_out(system: System) -> bytes:
    return (
        f"copy (select {_columns(system)} from {_table(system)} where version = %s) to stdout"
    ).encode()


def _lines(policy: Policy, decided: Iterable[Effect]) -> Iterator[bytes]:
    """Yield each effect as a line of COPY, which is also how it is compared."""
    for effect in decided:
        numbers = "\t".join(
            map(str, (effect.relation, effect.scope, effect.duties, *effect.levels))
        )
        yield f"{policy.hash}\t{effect.profile}\t{numbers}\n".encode()


def _profiles(owner: Connection, policy: Policy, system: System) -> int:
    with acting(owner, RULE):
        owner.execute(f"analyze {_table(system)}".encode())
        row = owner.execute(
            f"select count(distinct profile) from {_table(system)} where version = %s".encode(),
            [policy.hash],
        ).fetchone()
    return int(row[0]) if row else 0
