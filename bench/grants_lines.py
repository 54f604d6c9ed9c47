"""A foreign log of a million lines beside 100,000 uses, in DuckDB; beside it the plain twin.

Most lines lie in their use; some are late, of somebody else, of a stopped or an unknown ID.
"""

from random import Random
from time import perf_counter

from bench.measure import report
from sekisho.grants.reconciling.facts import NEVER, SECOND, Facts, Grant, Life, Line, Stop, Use
from sekisho.grants.reconciling.twin import reconcile
from sekisho_links.grants import engine

BAR = 10.0
ACCOUNTS = 500
USE = 20 * 60 * SECOND
EVERY = 60 * 60 * SECOND
FIRST = 20_000 * 24 * EVERY
SAMPLE = 20_000


def world(lines: int, uses: int) -> tuple[list[Line], Facts]:
    """Return a log and what it is laid beside, drawn from one seed."""
    draw = Random(5)  # a drawing, no secret
    names = [f"S{n:04d}" for n in range(ACCOUNTS)]
    granted, begun = [], []
    for n in range(uses):
        account, starts = names[n % ACCOUNTS], FIRST + (n // ACCOUNTS) * EVERY
        granted.append(Grant(f"G{n}", account, starts, starts + EVERY, 1))
        begun.append(Use(f"U{n}", f"G{n}", account, starts, starts + USE))
    read = []
    for n in range(lines):
        use = begun[draw.randrange(uses)]
        at = use.starts + draw.randrange(USE + (USE if n % 50 == 0 else 0))
        read.append(Line(n, "S9999" if n % 997 == 0 else use.account, at))
    facts = Facts(
        accounts=tuple(names),
        lives=tuple(Life(name, FIRST - EVERY, NEVER) for name in names),
        stops=tuple(Stop(name, FIRST + 5 * EVERY, FIRST + 6 * EVERY) for name in names[::20]),
        grants=tuple(granted),
        uses=tuple(begun),
    )
    return read, facts


def run(lines: int, uses: int) -> bool:
    """Measure one run of the engine with its first compilation; the twin answers for a sample."""
    read, facts = world(lines, uses)
    began = perf_counter()
    found = list(engine.run(read, facts))
    seconds = perf_counter() - began
    assert len(found) == lines
    few = [line for line in read if line.account in {"S0001", "S0020", "S9999"}][:SAMPLE]
    began = perf_counter()
    plain = list(reconcile(few, facts))
    twin = (perf_counter() - began) * lines / max(len(few), 1)
    same = {verdict.number: verdict for verdict in found}
    assert all(same[verdict.number].found == verdict.found for verdict in plain)
    return report(
        bench="grants_reconcile", subject=f"{lines:,} lines, {uses:,} uses", value=seconds,
        floor=BAR, ratio=seconds / BAR, bar=1, at_most=True, rounds=1, twin=round(twin, 1),
    )  # fmt: skip
