"""What the tables answer to every context in the traffic: asked once each, then joined as rows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sekisho.policy.system import Policy, System
from sekisho.policy.treatment import ROW, Treatment
from sekisho.replay.interning import Domains, domains_of, words_of

Key = tuple[str, str, int]  # system, screen, number of the context


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The answer to one context on one screen of one system.

    unknown:   the attributes whose value is not known (不明); with any of them the look is
               判定不能, whatever the strictest answer to it is.
    levels:    item class -> treatment.
    treatment: 拒否 where the row is refused; 一部 where an item class on the screen is shown less
               than wholly; else 表示.
    rules:     the rules that say so.
    """

    system: str
    screen: str
    number: int
    context: Mapping[str, str]
    unknown: tuple[str, ...]
    levels: Mapping[str, Treatment]
    treatment: Treatment
    rules: tuple[str, ...]


def decided(policy: Policy, keys: Iterable[Key]) -> Iterator[Row]:
    """Yield what the table of each system answers to each context, in the order of `keys`."""
    domains = domains_of(policy)
    on_screen = {key: _classes_on(system) for key, system in policy.systems.items()}
    for key in keys:
        system, screen, number = key
        yield _row(policy.systems[system], screen, number, domains, on_screen[system])


def _classes_on(system: System) -> dict[str, tuple[str, ...]]:
    """Return for each screen the item classes of its fields."""
    found: dict[str, dict[str, None]] = {}
    for item in system.screen_items:
        field = system.fields.get(item.field)
        if field is not None:
            found.setdefault(item.screen, {})[field.item] = None
    return {screen: tuple(classes) for screen, classes in found.items()}


def _row(
    system: System,
    screen: str,
    number: int,
    domains: Domains,
    on_screen: Mapping[str, tuple[str, ...]],
) -> Row:
    table = system.table
    context = words_of(number, domains)
    decision = table.decide(context)
    treatment, rules = Treatment.REFUSE, table.explain(context, ROW)[1]
    if decision.row is not Treatment.REFUSE:
        classes = on_screen.get(screen, ())
        stricter = [one for one in classes if decision.levels[one] is not Treatment.SHOW]
        treatment = Treatment.PART if stricter else Treatment.SHOW
        said = [table.explain(context, one)[1] for one in stricter] or [rules]
        rules = tuple(sorted({rule for of_class in said for rule in of_class}))
    return Row(
        system=system.key,
        screen=screen,
        number=number,
        context=context,
        unknown=table.unknown(context),
        levels=decision.levels,
        treatment=treatment,
        rules=rules,
    )
