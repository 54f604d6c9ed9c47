"""The same table in three engines of others: they answer as ours does, or one of us is wrong.

None of them has our hit policy (the strictest speaks), so each is asked in its own way:
Cedar  a set of policies per output and level: what says at most that level permits, what says more
       forbids. The lowest level that is allowed is the answer, and it is looked for by halving.
ZEN    a decision table that collects every row that matches; the strictest is taken here.
Z3     each attribute is an integer; a level is a formula.
"""

import json

import cedarpy
import z3
import zen

from sekisho.policy.treatment import DUE, Treatment


def _names(table):
    return {name: f"a{n}" for n, name in enumerate(table.attributes)}


def _levels(table, output):
    return (0,) if output in table.duties else tuple(range(Treatment.REFUSE))


class Cedar:
    """A table as sets of Cedar policies, parsed beforehand."""

    def __init__(self, table):
        self.table = table
        self.names = _names(table)
        self.sets = {
            (output, level): cedarpy.PolicySet.from_str(self._policies(output, level))
            for output in table.outputs
            for level in _levels(table, output)
        }
        self.entities = cedarpy.Entities.from_json_str("[]")
        self.requests = 0

    def _policies(self, output, level):
        lines = []
        for rule in self.table.rules:
            if output in rule.out:
                effect = "permit" if rule.out[output] <= level else "forbid"
                lines.append(f"{effect}(principal, action, resource){self._when(rule)};")
        return "\n".join(lines)

    def _when(self, rule):
        conditions = " && ".join(
            f"{json.dumps(list(values), ensure_ascii=False)}.contains(context.{self.names[name]})"
            for name, values in self.table.words(rule.cube).items()
        )
        return f" when {{ {conditions} }}" if conditions else ""

    def decide(self, context):
        request = {
            "principal": 'U::"u"',
            "action": 'Action::"look"',
            "resource": 'R::"r"',
            "context": {self.names[name]: value for name, value in context.items()},
        }

        def allowed(output, level):
            self.requests += 1
            return cedarpy.is_authorized(request, self.sets[output, level], self.entities).allowed

        answer = {}
        for output in self.table.outputs:
            low, high = 0, len(_levels(self.table, output))
            while low < high:
                middle = (low + high) // 2
                low, high = (low, middle) if allowed(output, middle) else (middle + 1, high)
            answer[output] = low
        return answer


class Zen:
    """A table as a ZEN decision table that collects."""

    def __init__(self, table):
        self.table = table
        self.names = _names(table)
        self.outputs = {output: f"o{n}" for n, output in enumerate(table.outputs)}
        rules = []
        for rule in table.rules:
            row = {"_id": rule.id}
            words = table.words(rule.cube)
            for name, column in self.names.items():
                row[column] = ", ".join(f'"{value}"' for value in words.get(name, ()))
            for output, column in self.outputs.items():
                said = rule.out.get(output)
                row[column] = "" if said is None else str(int(said))
            rules.append(row)
        content = {
            "hitPolicy": "collect",
            "inputs": [{"id": of, "name": of, "field": of} for of in self.names.values()],
            "outputs": [{"id": of, "name": of, "field": of} for of in self.outputs.values()],
            "rules": rules,
        }
        nodes = [
            {"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
            {
                "id": "table",
                "type": "decisionTableNode",
                "name": "table",
                "position": {"x": 0, "y": 0},
                "content": content,
            },
            {"id": "out", "type": "outputNode", "name": "out", "position": {"x": 0, "y": 0}},
        ]
        edges = [
            {"id": "e1", "type": "edge", "sourceId": "in", "targetId": "table"},
            {"id": "e2", "type": "edge", "sourceId": "table", "targetId": "out"},
        ]
        engine = zen.ZenEngine()
        self.decision = engine.create_decision(json.dumps({"nodes": nodes, "edges": edges}))

    def decide(self, context):
        asked = {column: context.get(name) for name, column in self.names.items()}
        rows = self.decision.evaluate(asked)["result"] or []
        answer = {}
        for output, column in self.outputs.items():
            said = [row[column] for row in rows if row.get(column) is not None]
            answer[output] = max(said) if said else self.table.strictest(output)
        return answer


class Formulas:
    """A table as formulas over one integer per attribute."""

    def __init__(self, table):
        self.table = table
        self.variables = [z3.Int(f"a{n}") for n, _ in enumerate(table.attributes)]

    def inside(self, cube):
        return z3.And(
            [
                z3.Or([variable == n for n in range(bits.bit_length()) if bits >> n & 1])
                for variable, bits in zip(self.variables, cube, strict=True)
            ]
        )

    def below(self, output, floor):
        """Return when `output` is treated more leniently than `floor`."""
        lax = [self.inside(rule.cube) for rule in self.table.openings(output, floor)]
        strict = [self.inside(cube) for cube in self.table.walls(output, floor)]
        return z3.And(z3.Or(lax), z3.Not(z3.Or(strict)))

    def domain(self):
        return self.inside(self.table.everything)

    def at(self, formula, place, value):
        """Return `formula` with one attribute set to a value."""
        return z3.substitute(formula, (self.variables[place], z3.IntVal(value)))


def satisfiable(*formulas):
    solver = z3.Solver()
    solver.add(*formulas)
    return solver.check() == z3.sat


def ours(table, context):
    decision = table.decide(context)
    return {
        **{name: int(level) for name, level in decision.levels.items()},
        **{duty: DUE if duty in decision.duties else 0 for duty in table.duties},
    }
