"""All invariants of the seven systems, proved together, against a solver on a part of them.

floor: Z3 proves the same sentences of one kind (禁止) for one system, one in so many of them, and
       is scaled up to all of that kind; ours proves exactly those as well.
"""

from time import perf_counter

from bench.measure import finish, interleaved, report, short
from sekisho.policy.invariant import InvariantKind
from sekisho.policy.system import Policy, System
from sekisho.proof.certificate import certificate
from sekisho.proof.invariants import leak
from sekisho_links import shipped
from sekisho_links.policy.folders import policy_in
from tests.rules.policy.oracles import Formulas, satisfiable

WITHIN, OVER_Z3 = 3.0, 20


def forbidden(policy: Policy, system: System, *, every: int) -> list[object]:
    of_kind = [
        one
        for one in policy.invariants
        if one.kind is InvariantKind.AT_LEAST and one.binds(system.name)
    ]
    return of_kind[::every]


def by_z3(system: System, invariants: list) -> bool:  # type: ignore[type-arg]
    formulas = Formulas(system.table)
    return not any(
        satisfiable(
            formulas.inside(system.table.cube(one.where)), formulas.below(output, one.floor)
        )
        for one in invariants
        for output in one.targets
    )


def main() -> None:
    brief = short()
    rounds, every = (3, 16) if brief else (7, 6)
    folder = shipped("tables")

    def whole() -> None:
        assert certificate(policy_in(folder)).holds

    policy = policy_in(folder)
    system = policy.systems["takuso"]
    asked = forbidden(policy, system, every=every)

    def ours() -> None:
        fresh = system.with_rules((*system.table.rules[1:], system.table.rules[0]))
        assert not any(leak(policy, fresh, one) for one in asked)

    reading = perf_counter()
    policy_in(folder)
    reading = perf_counter() - reading
    timings = interleaved(
        {"whole": whole, "ours": ours, "z3": lambda: by_z3(system, asked)}, rounds=rounds
    )
    value = timings["whole"].median
    held = [
        report(
            bench="all-invariants-of-seven-systems",
            subject="proof",
            value=value,
            floor=WITHIN,
            ratio=value / WITHIN,
            bar=1,
            at_most=True,
            rounds=rounds,
            invariants=len(policy.invariants),
            sentences=sum(
                one.binds(each.name)
                for one in policy.invariants
                for each in policy.systems.values()
            ),
            reading=round(reading, 4),
        ),
        report(
            bench="forbidden-vs-z3",
            subject="proof",
            value=timings["ours"].median,
            floor=timings["z3"].median,
            ratio=timings["z3"].median / timings["ours"].median,
            bar=OVER_Z3,
            rounds=rounds,
            invariants=len(asked),
        ),
    ]
    finish(held=all(held))


if __name__ == "__main__":
    main()
