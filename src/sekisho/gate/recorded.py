"""What a record says was released, decided again: is it what its version answers?

A record names the eight viewer- and request-side values, and of each row whose customer it was
and how each field was rendered. The relation and the scope of a row are not kept; so a row agrees
with its version where some relation of that owner, in some scope, is answered just so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sekisho.gate.relations import Relation, Scope
from sekisho.ledger.leaves import DECISIONS
from sekisho.policy.attributes import RELATION, SCOPE
from sekisho.policy.plan import plan
from sekisho.policy.system import System
from sekisho.policy.table import Context
from sekisho.policy.treatment import ROW, Treatment


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A row that was released otherwise than its version decides.

    field: the field that differs, or レコード where no row may be shown at all.
    """

    field: str
    recorded: str
    decided: str
    rules: tuple[str, ...]

    @property
    def words(self) -> str:
        """The mismatch in words, without anything of the customer."""
        return f"{self.field} は記録で「{self.recorded}」、判定で「{self.decided}」"


class Judge:
    """Decides rows of one system again, by its rules of one day; the same row is decided once."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._looks: dict[tuple[frozenset[tuple[str, str]], str], list[dict[str, str]]] = {}
        self._known: dict[tuple[object, ...], Mismatch | None] = {}

    def mismatch(
        self, context: Context, *, owner: str, items: Mapping[str, str]
    ) -> Mismatch | None:
        """Return how a row differs from what is decided, or None where it does not.

        owner: the class of owner in the record (own, rival, …).
        items: field -> how it was rendered, in the words of a leaf (shown, partial, …).
        """
        said = frozenset(context.items())
        key = (said, owner, frozenset(items.items()))
        if key not in self._known:
            self._known[key] = self._judged(context, said, owner, items)
        return self._known[key]

    def _judged(
        self,
        context: Context,
        said: frozenset[tuple[str, str]],
        owner: str,
        items: Mapping[str, str],
    ) -> Mismatch | None:
        if (said, owner) not in self._looks:
            self._looks[said, owner] = self._possible(context, owner)
        looks = self._looks[said, owner]
        if not looks:
            return Mismatch(
                field=ROW,
                recorded=Treatment.SHOW.word,
                decided=Treatment.REFUSE.word,
                rules=self._refusing(context, owner),
            )
        nearest: tuple[int, str, dict[str, str]] | None = None
        for look in looks:
            wrong = self._wrong(look, items)
            if not wrong:
                return None
            if nearest is None or len(wrong) < nearest[0]:
                nearest = (len(wrong), wrong[0], look)
        assert nearest is not None  # noqa: S101 - there is at least one look
        return self._told(nearest[1], nearest[2], items)

    def _possible(self, context: Context, owner: str) -> list[dict[str, str]]:
        """Return the whole contexts in which a row of such an owner is shown: at most 40."""
        looks = self._whole(context, owner)
        return [look for look in looks if self._system.table.decide(look).row == Treatment.SHOW]

    def _whole(self, context: Context, owner: str) -> list[dict[str, str]]:
        return [
            {**context, RELATION: relation.word, SCOPE: scope.word}
            for relation in Relation
            if relation.owner_class == owner
            for scope in Scope
        ]

    def _wrong(self, look: Context, items: Mapping[str, str]) -> list[str]:
        decided = plan(self._system, look)
        return sorted(
            name
            for name, word in items.items()
            if name not in decided or DECISIONS[decided[name]] != word
        )

    def _told(self, name: str, look: Context, items: Mapping[str, str]) -> Mismatch:
        known = self._system.fields.get(name)
        decided = plan(self._system, look).get(name, Treatment.REFUSE)
        rules = self._system.table.explain(look, known.item)[1] if known else ()
        return Mismatch(
            field=f"{known.name}（{name}）" if known else name,
            recorded=_word(items[name]),
            decided=decided.word,
            rules=rules,
        )

    def _refusing(self, context: Context, owner: str) -> tuple[str, ...]:
        """Return the rules that refuse a row of such an owner wherever it stands."""
        table = self._system.table
        said = [set(table.explain(look, ROW)[1]) for look in self._whole(context, owner)]
        return tuple(sorted(set.intersection(*said))) if said else ()


def _word(code: str) -> str:
    return Treatment(DECISIONS.index(code)).word if code in DECISIONS else code
