"""Editions (decided rows): what the sheets of one system answer in one stretch of days.

Shipped once, read back and compared with the evaluator at every publishing, and dropped when
neither the live version nor the one before it answers by them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sekisho.errors import SekishoError
from sekisho.gate.effects import effects
from sekisho.gate.names import quoted
from sekisho.gate.stretches import stretches_from
from sekisho.policy.system import Policy, System
from sekisho_links.gate.install import RULE, Connection, acting

KEPT = 2  # versions: the live one, and the one to go back to


class NotAsDecided(SekishoError):
    """The rows in the database are not those that the evaluator decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """All that `system` answers in the stretch that begins on `starts`, as lines of COPY."""

    system: System
    starts: date
    lines: frozenset[bytes]  # without the number of the edition
    profiles: int


def decided(policy: Policy, *, today: date) -> list[Decided]:
    """Return what every system answers in every stretch of days from `today` on (0.4 s)."""
    return [
        _decided(system.on(first), first)
        for system in policy.systems.values()
        for first in stretches_from(system, today)
    ]


def ship(owner: Connection, policy: Policy, answers: list[Decided]) -> tuple[int, int]:
    """Let `policy` answer by `answers`; return how many rows were written, and how many stood.

    Whatever stood there is read back as well. Raises NotAsDecided where rows that were just
    written are not those that were decided.
    """
    with acting(owner, RULE):
        owner.execute(
            "insert into rule.version (version) values (%s)"
            " on conflict (version) do update set number = default",
            [policy.hash],
        )
        owner.execute("delete from rule.stretch where version = %s", [policy.hash])
        written = kept = 0
        for answer in answers:
            edition = _edition(owner, answer)
            if _stored(owner, answer.system, edition) == answer.lines:
                kept += len(answer.lines)
            else:
                _write(owner, answer, edition)
                written += len(answer.lines)
            owner.execute(
                "insert into rule.stretch values (%s, %s, %s, %s)",
                [policy.hash, answer.system.key, answer.starts, edition],
            )
        _drop_what_is_over(owner)
    return written, kept


def differences(owner: Connection, policy: Policy) -> list[str]:
    """Return every row in which the database differs from the evaluator, for this version.

    Of every stretch of days from today on. A version that was never put live differs in all.
    """
    found: list[str] = []
    for answer in decided(policy, today=today_in_japan(owner)):
        with acting(owner, RULE):
            row = owner.execute(
                "select edition from rule.stretch"
                " where version = %s and system = %s and starts = %s",
                [policy.hash, answer.system.key, answer.starts],
            ).fetchone()
            stored = _stored(owner, answer.system, row[0]) if row else frozenset()
        found += [
            f"{answer.system.name}: {line.decode().strip()}"
            for line in sorted(answer.lines ^ stored)
        ]
    return found


def today_in_japan(connection: Connection) -> date:
    """Return the day in Japan by the clock of the database, by which periods are judged."""
    row = connection.execute(
        "select (statement_timestamp() at time zone 'Asia/Tokyo')::date"
    ).fetchone()
    assert row is not None  # noqa: S101
    found: date = row[0]
    return found


def _decided(system: System, first: date) -> Decided:
    lines = set()
    profiles: dict[object, bytes] = {}
    rests: dict[tuple[int, ...], bytes] = {}
    for effect in effects(system):
        profile = profiles.get(effect.profile)
        if profile is None:
            profile = profiles[effect.profile] = str(effect.profile).encode()
        rest = rests.get(effect.levels)
        if rest is None:
            rest = rests[effect.levels] = "\t".join(map(str, effect.levels)).encode()
        lines.add(
            b"%b\t%d\t%d\t%d\t%b\n" % (profile, effect.relation, effect.scope, effect.duties, rest)
        )
    return Decided(system=system, starts=first, lines=frozenset(lines), profiles=len(profiles))


def _edition(owner: Connection, answer: Decided) -> int:
    """Return the number of the rows of these sheets in this stretch; a new one where unknown."""
    key = [answer.system.key, answer.system.hash, answer.starts]
    known = owner.execute(
        "select edition from rule.edition where system = %s and sheets = %s and starts = %s", key
    ).fetchone()
    made = (
        known
        or owner.execute(
            "insert into rule.edition (system, sheets, starts) values (%s, %s, %s)"
            " returning edition",
            key,
        ).fetchone()
    )
    assert made is not None  # noqa: S101
    return int(made[0])


def _write(owner: Connection, answer: Decided, edition: int) -> None:
    system = answer.system
    owner.execute(f"delete from {_table(system.key)} where edition = %s".encode(), [edition])
    with owner.cursor() as cursor, cursor.copy(_copy_in(system)) as copy:
        number = b"%d\t" % edition
        for block in _blocks(number + line for line in answer.lines):
            copy.write(block)
    if wrong := _stored(owner, system, edition) ^ answer.lines:
        raise NotAsDecided(
            f"効き目の行 {len(wrong)} 件が判定と一致しません",
            place=f"{system.name}: {min(wrong).decode().strip()}",
            remedy="データベースを調べ、もう一度適用してください。版は切り替えていません",
        )
    row = owner.execute(
        "select reltuples < 0 from pg_class where oid = to_regclass(%s)", [_table(system.key)]
    ).fetchone()
    if row and row[0]:  # never analysed; later on the database does it by itself
        owner.execute(f"analyze {_table(system.key)}".encode())


def _stored(owner: Connection, system: System, edition: int) -> frozenset[bytes]:
    with owner.cursor() as cursor, cursor.copy(_copy_out(system), [edition]) as copy:
        stored = b"".join(bytes(block) for block in copy)
    return frozenset(stored.splitlines(keepends=True))


def _drop_what_is_over(owner: Connection) -> None:
    owner.execute(
        "delete from rule.version where version not in"
        " (select version from rule.version order by number desc limit %s)",
        [KEPT],
    )
    over = owner.execute(
        "delete from rule.edition e"
        " where not exists (select from rule.stretch s where s.edition = e.edition)"
        " returning system, edition"
    ).fetchall()
    for system, edition in over:
        owner.execute(f"delete from {_table(system)} where edition = %s".encode(), [edition])


def _blocks(lines: Iterator[bytes]) -> Iterator[bytes]:
    block = bytearray()
    for line in lines:
        block += line
        if len(block) > 1 << 17:
            yield bytes(block)
            block.clear()
    yield bytes(block)


def _table(system: str) -> str:
    return f"rule.{quoted(system + '_effect')}"


def _columns(system: System) -> str:
    return ", ".join(
        ("profile, relation, scope, duties", *(quoted(field) for field in system.fields))
    )


def _copy_in(system: System) -> bytes:
    return f"copy {_table(system.key)} (edition, {_columns(system)}) from stdin".encode()


def _copy_out(system: System) -> bytes:
    return (
        f"copy (select {_columns(system)} from {_table(system.key)} where edition = %s) to stdout"
    ).encode()
