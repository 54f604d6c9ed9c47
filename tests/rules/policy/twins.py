"""Kernels that are broken on purpose. The tests of the true one have to catch each of them."""

from sekisho.policy.cubes import meet, minus, size
from sekisho.policy.table import Decision, DecisionTable
from sekisho.policy.treatment import DUE, Treatment


class FirstMatchWins(DecisionTable):
    """The rule that stands first speaks, as in many engines: then the order of a sheet decides."""

    def decide(self, context):
        holding = self.live(context)
        rules = [rule for n, rule in enumerate(self.rules) if holding >> n & 1]

        def first(output):
            said = (rule.out[output] for rule in rules if output in rule.out)
            return next(said, self.strictest(output))

        return Decision(
            levels={name: Treatment(first(name)) for name in self.classes},
            duties=frozenset(duty for duty in self.duties if first(duty) == DUE),
        )


class UnknownMatchesAny(DecisionTable):
    """A value that is missing is held to match －, so that an unknown device sees."""

    def live(self, context):
        holding = (1 << len(self.rules)) - 1
        for name, accepting in self._accepting:
            value = context.get(name, "")
            if value in accepting:
                holding &= accepting[value]
        return holding


class GapShows(DecisionTable):
    """Where nobody speaks, everything is shown."""

    def strictest(self, output):
        return 0

    def _answer(self, holding):
        decision = DecisionTable._answer(self, holding)
        spoken = {o for n, r in enumerate(self.rules) if holding >> n & 1 for o in r.out}
        return Decision(
            levels={
                name: level if name in spoken else Treatment.SHOW
                for name, level in decision.levels.items()
            },
            duties=decision.duties & spoken,
        )


class LenientWins(DecisionTable):
    """Of the rules that hold, the most lenient speaks: a permission beats a prohibition."""

    def _answer(self, holding):
        rules = [rule for n, rule in enumerate(self.rules) if holding >> n & 1]

        def least(output):
            said = [rule.out[output] for rule in rules if output in rule.out]
            return min(said, default=self.strictest(output))

        return Decision(
            levels={name: Treatment(least(name)) for name in self.classes},
            duties=frozenset(duty for duty in self.duties if least(duty) == DUE),
        )


class RemembersTooMuch(DecisionTable):
    """The answer is remembered under the number of rules that hold, not under which."""

    def decide(self, context):
        holding = self.live(context)
        key = holding.bit_count()
        if key not in self._answers:
            self._answers[key] = DecisionTable._answer(self, holding)
        return self._answers[key]


KERNELS = (FirstMatchWins, UnknownMatchesAny, GapShows, LenientWins, RemembersTooMuch)


def ignores_a_piece(cube, *, by):
    """`uncovered`, but of what is left beside the largest overlap, one piece is not asked."""
    touching = [common for other in by if (common := meet(cube, other))]
    if not touching:
        return cube
    for rest in list(minus(cube, max(touching, key=size)))[1:]:
        if left := ignores_a_piece(rest, by=touching):
            return left
    return None


def touched_is_covered(cube, *, by):
    """`uncovered`, but a cube that is touched counts as covered."""
    return None if any(meet(cube, other) for other in by) else cube


def only_whole_covers(cube, *, by):
    """`uncovered`, but only a single cube that holds all of it covers it."""
    return None if any(meet(cube, other) == cube for other in by) else cube


UNCOVERED = (ignores_a_piece, touched_is_covered, only_whole_covers)
