"""The examples agreed with the business (試験例): each must be answered as people agreed it."""

from collections.abc import Iterator

from sekisho.policy.examples import Example
from sekisho.policy.plan import plan
from sekisho.policy.system import System
from sekisho.policy.treatment import Treatment


def disagreeing(system: System) -> Iterator[Example]:
    """Yield the examples that `system` answers otherwise than agreed: a class, duty or field."""
    for example in system.examples:
        decision = system.table.decide(example.context)
        fields = plan(system, example.context)
        if (
            dict(decision.levels) != dict(example.levels)
            or (example.duties is not None and decision.duties != example.duties)
            or any(
                fields.get(name, Treatment.REFUSE) != level
                for name, level in example.fields.items()
            )
        ):
            yield example
