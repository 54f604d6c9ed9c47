"""The life of a version on 500 rules over 14 attributes: lint, proof, and what differs.

lint and proof: of 40 invariants, all of which hold; beside it Z3 proves one in so many of those
of the kind 禁止, and ours exactly the same ones. difference: the sentences that an approver reads,
and the list that two people sign, of two versions with 5 and with 50 changed rules; beside it,
what it would take to ask both versions in every context, from a sample.

Publishing, the workbook and the simulation are measured by parts of their own, run from here.
"""

import sys
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from math import prod
from random import Random
from time import perf_counter

from bench.measure import finish, interleaved, report, short
from bench.proof import by_z3
from bench.wide import edited, wide_files
from sekisho.policy.invariant import InvariantKind
from sekisho.policy.lint import lint
from sekisho.policy.loosened import digest_of, loosened
from sekisho.policy.read import read
from sekisho.policy.system import Policy
from sekisho.proof.certificate import certificate
from sekisho.proof.invariants import leak
from sekisho.reports.differences import difference

WITHIN_PROOF, WITHIN_DIFFERENCE, OVER_Z3 = 2.0, 1.0, 20
CHANGED = (5, 50)
ASKED = 2_000  # contexts of the sample
PARTS = ("publish", "workbook", "simulation")


def fresh(policy: Policy) -> Policy:
    """Return the same policy with nothing remembered of earlier questions."""
    return replace(
        policy,
        systems={
            key: replace(system, table=replace(system.table), kept_plans={})
            for key, system in policy.systems.items()
        },
    )


def asking_all(old: Policy, new: Policy) -> float:
    """Return the seconds it would take to ask two versions in every context, by a sample."""
    (before,), (after,) = old.systems.values(), new.systems.values()
    chance, table = Random(1), after.table
    looks = [
        {name: chance.choice(words) for name, words in table.attributes.items()}
        for _ in range(ASKED)
    ]
    started = perf_counter()
    for look in looks:
        before.table.decide(look)
        after.table.decide(look)
    each = (perf_counter() - started) / ASKED
    return each * prod(len(words) for words in table.attributes.values())


def main() -> None:
    rounds, every = (3, 9) if short() else (7, 6)
    files = wide_files()
    policy = read(files)
    (system,) = policy.systems.values()
    forbidden = [one for one in policy.invariants if one.kind is InvariantKind.AT_LEAST][::every]
    later = {rows: read(edited(files, rows=rows)) for rows in CHANGED}

    def checked() -> None:
        one = fresh(policy)
        lint(one)
        assert certificate(one).holds

    def ours() -> None:
        one = fresh(policy)
        assert not any(leak(one, *one.systems.values(), each) for each in forbidden)

    def told(rows: int) -> None:
        assert not difference(fresh(policy), fresh(later[rows])).same

    def signed(rows: int) -> None:
        assert digest_of(loosened(fresh(policy), fresh(later[rows])))

    timings = interleaved(
        {
            "checked": checked,
            "ours": ours,
            "z3": lambda: by_z3(system, forbidden),
            **{f"told {rows}": lambda rows=rows: told(rows) for rows in CHANGED},
            **{f"signed {rows}": lambda rows=rows: signed(rows) for rows in CHANGED},
        },
        rounds=rounds,
    )
    size = {"rules": len(system.rules), "attributes": len(policy.attributes)}
    held = [
        report(
            bench="lint-and-proof-of-500-rules",
            subject="policy-life",
            value=timings["checked"].median,
            floor=WITHIN_PROOF,
            ratio=timings["checked"].median / WITHIN_PROOF,
            bar=1,
            at_most=True,
            rounds=rounds,
            invariants=len(policy.invariants),
            **size,
        ),
        report(
            bench="forbidden-of-500-rules-vs-z3",
            subject="policy-life",
            value=timings["ours"].median,
            floor=timings["z3"].median,
            ratio=timings["z3"].median / timings["ours"].median,
            bar=OVER_Z3,
            rounds=rounds,
            invariants=len(forbidden),
            **size,
        ),
    ]
    for rows in CHANGED:
        all_asked = asking_all(policy, later[rows])
        for what in ("told", "signed"):
            value = timings[f"{what} {rows}"].median
            held.append(
                report(
                    bench=f"difference-of-{rows}-rules-{what}",
                    subject="policy-life",
                    value=value,
                    floor=WITHIN_DIFFERENCE,
                    ratio=value / WITHIN_DIFFERENCE,
                    bar=1,
                    at_most=True,
                    rounds=rounds,
                    asking_every_context=round(all_asked),
                    **size,
                )
            )
    held += [part(name) for name in PARTS if find_spec(f"bench.policy_life_{name}")]
    finish(held=all(held))


def part(name: str) -> bool:
    """Run one of the parts, which end as a bench does, and return whether it held."""
    sys.stderr.write(f"policy_life_{name}\n")
    try:
        import_module(f"bench.policy_life_{name}").main()
    except SystemExit as ended:
        return not ended.code
    return True


if __name__ == "__main__":
    main()
