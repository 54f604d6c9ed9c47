"""A decision over all 18 outputs, against two engines of others on the same 200-rule table.

The table is made of the first 200 rules of the seven systems. Each engine gets it in the form
that suits it best, built beforehand; what is measured is one decision, context in and 18 levels
out. ours-cold forgets every answer before each decision: nothing is remembered between looks.
"""

from dataclasses import replace
from random import Random
from time import perf_counter

from bench.measure import finish, interleaved, report, short
from sekisho.policy.table import DecisionTable
from sekisho.policy.visible import visible
from sekisho_links.policy.folders import shipped_policy
from tests.rules.policy.oracles import Cedar, Zen, ours

RULES = 200
OVER_ZEN, OVER_CEDAR, WITHIN = 15, 40, 100e-6


def table_of_200() -> DecisionTable:
    systems = shipped_policy().systems.values()
    rules = [replace(rule, id=f"{one.code}-{rule.id}") for one in systems for rule in one.rules]
    table = next(iter(systems)).table
    return replace(table, rules=tuple(rules[:RULES]))


def looks(table: DecisionTable, *, count: int, seed: int = 1) -> list[dict[str, str]]:
    """Return contexts, half of them drawn from anywhere, half from where a row is shown."""
    random = Random(seed)
    boxes = [box for one in shipped_policy().systems.values() for box in visible(one.table)]
    drawn = []
    for n in range(count):
        values = table.values(random.choice(boxes).cube) if n % 2 else table.attributes
        drawn.append({name: random.choice(of) for name, of in values.items()})
    return drawn


def per_decision(table: DecisionTable, contexts: list[dict[str, str]]) -> list[float]:
    seconds = []
    for context in contexts:
        table._answers.clear()
        started = perf_counter()
        table.decide(context)
        seconds.append(perf_counter() - started)
    return sorted(seconds)


def main() -> None:
    brief = short()
    many, few, fewest, rounds = (2_000, 40, 4, 3) if brief else (10_000, 200, 10, 7)
    table = table_of_200()
    contexts = looks(table, count=many)
    cedar, zen = Cedar(table), Zen(table)
    for context in contexts[:fewest]:
        assert ours(table, context) == zen.decide(context) == cedar.decide(context)

    def cold() -> None:
        for context in contexts:
            table._answers.clear()
            table.decide(context)

    def warm() -> None:
        for context in contexts:
            table.decide(context)

    timings = interleaved(
        {
            "cold": cold,
            "warm": warm,
            "zen": lambda: [zen.decide(context) for context in contexts[:few]],
            "cedar": lambda: [cedar.decide(context) for context in contexts[:fewest]],
        },
        rounds=rounds,
    )
    one = timings["cold"].median / many
    of_zen, of_cedar = timings["zen"].median / few, timings["cedar"].median / fewest
    decisions = per_decision(table, contexts)
    p99 = decisions[int(len(decisions) * 0.99)]
    held = [
        report(
            bench="decision-vs-zen",
            subject="policy",
            value=one,
            floor=of_zen,
            ratio=of_zen / one,
            bar=OVER_ZEN,
            rounds=rounds,
            warm=round(timings["warm"].median / many, 9),
        ),
        report(
            bench="decision-vs-cedar",
            subject="policy",
            value=one,
            floor=of_cedar,
            ratio=of_cedar / one,
            bar=OVER_CEDAR,
            rounds=rounds,
            requests=round(cedar.requests / (fewest * (rounds + 2)), 1),
        ),
        report(
            bench="decision-p99",
            subject="policy",
            value=p99,
            floor=WITHIN,
            ratio=p99 / WITHIN,
            bar=1,
            at_most=True,
            rounds=rounds,
            p50=round(decisions[len(decisions) // 2], 9),
        ),
    ]
    finish(held=all(held))


if __name__ == "__main__":
    main()
