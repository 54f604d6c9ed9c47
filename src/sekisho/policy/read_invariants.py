"""不変条件.csv: each row read by the grammar of its kind (種別)."""

from collections.abc import Mapping, Sequence

from sekisho.errors import SekishoError
from sekisho.policy.cells import ANY, NONE_OF, filled, known, values_of, words_of
from sekisho.policy.invariant import (
    ALL_CLASSES,
    ALWAYS,
    KIND_OF_WORD,
    SHOWN,
    UNSPOKEN,
    Invariant,
    InvariantKind,
    Pick,
)
from sekisho.policy.read_system import CEILING, CONDITION, Shared, where_of
from sekisho.policy.sheets import Reader, Row
from sekisho.policy.treatment import DUE, DUTIES, FROM_DUTY_WORD, FROM_WORD, Treatment

CHECKS = tuple(f"T{number:02}" for number in range(1, 20))  # what sekisho.proof.screens can check


def invariants_of(
    reader: Reader, path: str, *, shared: Shared, systems: Sequence[str]
) -> tuple[Invariant, ...]:
    """Return the invariants. systems: the names that 対象システム may say."""
    rows = reader.rows(
        path,
        columns=(
            "条件ID",
            "文",
            "種別",
            "対象システム",
            *(CONDITION + name for name in shared.domains),
            *("対象", "下限", "いつ", "属性", "良", "悪", "項目条件", "検査", "根拠"),
        ),
        key="条件ID",
        words=lambda column: (
            column.startswith(CONDITION) or column in ("種別", "対象システム", "対象", "下限")
        ),
    )
    invariants = []
    for row in rows:
        with reader.kept():
            invariants.append(_invariant(row, shared, tuple(dict.fromkeys(systems))))
    return tuple(invariants)


def _invariant(row: Row, shared: Shared, systems: tuple[str, ...]) -> Invariant:
    word = known(row.filled("種別"), name="種別", domain=tuple(KIND_OF_WORD), place=row.at("種別"))
    kind = KIND_OF_WORD[word]
    every = where_of(row, shared=shared)
    attribute = row.word("属性")
    bound = filled(row.raw("対象システム"), name="対象システム", place=row.at("対象システム"))
    targets: tuple[str, ...] = ()
    better: tuple[str, ...] = ()
    picks: tuple[Pick, ...] = ()
    floor, when, worse, check = 0, "", "", ""
    match kind:
        case InvariantKind.AT_LEAST:
            targets, floor = _targets(row, shared.classes), _level(row)
        case InvariantKind.NEVER_MORE:
            targets = _targets(row, shared.classes)
            domain = _domain(row, shared)
            better = (known(row.filled("良"), name="良", domain=domain, place=row.at("良")),)
            worse = known(row.filled("悪"), name="悪", domain=domain, place=row.at("悪"))
        case InvariantKind.ALIKE:
            targets = _targets(row, shared.classes)
            domain = _domain(row, shared)
            better = tuple(
                known(value, name="良", domain=domain, place=row.at("良"))
                for value in words_of(row.filled("良"))
            )
        case InvariantKind.DUTY:
            targets = _targets(row, DUTIES)
            known(row.filled("下限"), name="下限", domain=("要",), place=row.at("下限"))
            floor = FROM_DUTY_WORD[row.filled("下限")]
            when = known(
                row.filled("いつ"),
                name="いつ",
                domain=(SHOWN, ALWAYS, UNSPOKEN),
                place=row.at("いつ"),
            )
        case InvariantKind.CEILING:
            targets = _columns(row, shared)
            floor, picks = _level(row), _picks(row, shared)
        case InvariantKind.CEILING_NEVER_MORE:
            better = (
                known(row.filled("良"), name="良", domain=shared.ceilings, place=row.at("良")),
            )
            worse = known(row.filled("悪"), name="悪", domain=shared.ceilings, place=row.at("悪"))
            picks = _picks(row, shared) if row.word("項目条件") else ()
        case InvariantKind.DELIVERED:
            floor, picks = _level(row), _picks(row, shared)
        case InvariantKind.STRUCTURE:
            check = known(row.filled("検査"), name="検査", domain=CHECKS, place=row.at("検査"))
        case InvariantKind.ROW | InvariantKind.EMPTY_CLASS:
            pass
        case InvariantKind.UNKNOWN:
            floor = DUE
        case InvariantKind.DIFFERENCE:
            pass
    return Invariant(
        id=row.filled("条件ID"),
        sentence=row.raw("文"),
        kind=kind,
        systems=frozenset()
        if bound == ANY
        else values_of(bound, name="対象システム", domain=systems, place=row.at("対象システム")),
        where={name: of for name, of in every.items() if of != set(shared.domains[name])},
        targets=targets,
        floor=floor,
        when=when,
        attribute=attribute if kind in (InvariantKind.NEVER_MORE, InvariantKind.ALIKE) else "",
        better=better,
        worse=worse,
        picks=picks,
        check=check,
        basis=row.raw("根拠"),
    )


def _level(row: Row) -> Treatment:
    word = row.filled("下限")
    known(word, name="下限", domain=tuple(FROM_WORD), place=row.at("下限"))
    return FROM_WORD[word]


def _domain(row: Row, shared: Shared) -> tuple[str, ...]:
    name = known(
        row.filled("属性"), name="属性", domain=tuple(shared.domains), place=row.at("属性")
    )
    return shared.domains[name]


def _targets(row: Row, names: Mapping[str, object] | tuple[str, ...]) -> tuple[str, ...]:
    """Return the classes or duties that 対象 names; 全区分 is every class."""
    words = words_of(row.filled("対象"))
    if words == (ALL_CLASSES,):
        return tuple(names)
    return tuple(
        known(word, name="対象", domain=(*names, ALL_CLASSES), place=row.at("対象"))
        for word in words
    )


def _columns(row: Row, shared: Shared) -> tuple[str, ...]:
    """Return the ceiling columns that 対象 names. 以外:国 leaves out every column of 国."""
    text = filled(row.raw("対象"), name="対象", place=row.at("対象"))
    if not text.startswith(NONE_OF):
        accepted = values_of(text, name="対象", domain=shared.ceilings, place=row.at("対象"))
        return tuple(column for column in shared.ceilings if column in accepted)
    left_out = [
        known(word, name="対象", domain=shared.ceilings, place=row.at("対象"))
        for word in words_of(text.removeprefix(NONE_OF))
    ]
    return tuple(
        column
        for column in shared.ceilings
        if column not in left_out and column.partition(":")[0] not in left_out
    )


def _picks(row: Row, shared: Shared) -> tuple[Pick, ...]:
    """Return 項目条件: `列=値、値；列=以外:値`; － picks every field."""
    text = filled(row.raw("項目条件"), name="項目条件", place=row.at("項目条件"))
    if text == ANY:
        return ()
    picks = []
    for part in filter(None, text.split(";")):
        column, equals, cell = part.partition("=")
        if not equals:
            raise SekishoError(
                f"「項目条件」の「{part}」は読めません",
                place=row.at("項目条件"),
                remedy="「列=値、値；列=以外:値」の形で書いてください",
            )
        words = shared.field_words | {CEILING + name: tuple(FROM_WORD) for name in shared.ceilings}
        known(column, name="項目条件", domain=tuple(words), place=row.at("項目条件"))
        picks.append(
            Pick(
                column=column,
                words=frozenset(
                    known(
                        word,
                        name=f"項目条件 {column}",
                        domain=words[column],
                        place=row.at("項目条件"),
                    )
                    for word in words_of(cell.removeprefix(NONE_OF))
                ),
                none_of=cell.startswith(NONE_OF),
            )
        )
    return tuple(picks)
