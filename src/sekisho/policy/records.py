"""Every row of every table as columns of words, as it is compared: what a reader sees of it.

Two versions may list their values in another order or have more of them; words stay comparable.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sekisho.policy.attributes import Attribute
from sekisho.policy.cells import ANY, NONE_OF
from sekisho.policy.examples import Example
from sekisho.policy.invariant import WORD_OF_KIND, Invariant, InvariantKind
from sekisho.policy.masking import Field, ItemClass, MaskMethod
from sekisho.policy.read_system import CEILING, CONDITION, DUTY, EXPECTED, NO_DUTY, RESULT
from sekisho.policy.screens import Screen, ScreenItem, Transition
from sekisho.policy.system import Policy, System
from sekisho.policy.table import DecisionTable, Rule
from sekisho.policy.treatment import DUTY_WORDS, Treatment
from sekisho.policy.watched import Watched

Cells = Mapping[str, str]  # column -> words
Rows = Mapping[str, Cells]  # row id -> cells


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """One row of one sheet that came, went, or says something else in one column."""

    sheet: str  # name of the file
    id: str
    column: str  # empty: the whole row
    before: str  # empty: there was none
    after: str


def changes(sheet: str, before: Rows, after: Rows) -> Iterator[RowChange]:
    """Yield what differs, by row id and column. A row that came or went is one change."""
    for name in sorted({*before, *after}):
        was, now = before.get(name), after.get(name)
        if was is None or now is None:
            yield RowChange(
                sheet=sheet, id=name, column="", before=_whole(name, was), after=_whole(name, now)
            )
            continue
        for column in dict.fromkeys((*was, *now)):
            then, here = was.get(column, ""), now.get(column, "")
            if then != here:
                yield RowChange(sheet=sheet, id=name, column=column, before=then, after=here)


def _whole(name: str, cells: Cells | None) -> str:
    return "" if cells is None else next(iter(cells.values()), "") or name


def accepted(values: Sequence[str], *, among: Sequence[str]) -> str:
    """Return values as a cell says them: － for all, 以外: where that is shorter."""
    left_out = [value for value in among if value not in values]
    if not left_out:
        return ANY
    if len(left_out) < len(values):
        return NONE_OF + "、".join(left_out)
    return "、".join(value for value in among if value in values)


def rule_cells(table: DecisionTable, rule: Rule) -> Cells:
    """Return a rule as its row says it."""
    return {
        **{
            CONDITION + name: accepted(values, among=table.attributes[name])
            for name, values in table.values(rule.cube).items()
        },
        **{
            RESULT + name: Treatment(rule.out[name]).word if name in rule.out else ANY
            for name in table.classes
        },
        **{
            DUTY + name: DUTY_WORDS[rule.out[name]] if name in rule.out else ANY
            for name in table.duties
        },
        "根拠": rule.basis,
        "備考": rule.note,
        "適用開始": str(rule.starts or ANY),
        "適用終了": str(rule.ends or ANY),
    }


def rules(system: System) -> Rows:
    """Return 判定表."""
    return {rule.id: rule_cells(system.table, rule) for rule in system.rules}


def field_cells(field: Field) -> Cells:
    """Return a field as its row says it, without its number."""
    return {
        "項目名": field.name,
        "項目区分": field.item,
        "型": field.type,
        "形式": field.format,
        "例": field.example,
        "個人情報": field.personal,
        "非公開情報": field.non_public,
        "提供根拠": field.basis,
        "マスク方式": field.mask,
        "災害時最小": "該当" if field.in_disaster else "非該当",
        **{CEILING + name: level.word for name, level in field.ceilings.items()},
        "結合鍵の統制": field.joining,
        "備考": field.note,
    }


def fields(system: System) -> Rows:
    """Return 整理表."""
    return {field.id: field_cells(field) for field in system.fields.values()}


def screens(system: System) -> Rows:
    """Return 画面."""
    return {screen.id: _screen(screen) for screen in system.screens.values()}


def _screen(screen: Screen) -> Cells:
    return {
        "画面名": screen.name,
        "画面区分": screen.kind,
        "経路": screen.path,
        "想定利用者": "、".join(sorted(screen.viewers)),
        "件数上限": str(screen.limit),
        "確認日": str(screen.confirmed or ANY),
        "備考": screen.note,
    }


def screen_items(system: System) -> Rows:
    """Return 画面項目. A row is known by screen, field and use."""
    return {_item(item): {"並び": str(item.order)} for item in system.screen_items}


def _item(item: ScreenItem) -> str:
    return f"{item.screen}＋{item.field}＋{item.use}"


def transitions(system: System) -> Rows:
    """Return 画面遷移."""
    return {way.id: _way(way) for way in system.transitions}


def _way(way: Transition) -> Cells:
    return {
        "操作": way.action,
        "遷移元": way.source,
        "遷移先": way.target,
        "引継ぎ": way.carries,
        "再判定": way.again,
        "備考": way.note,
    }


def examples(system: System) -> Rows:
    """Return 試験例."""
    return {example.id: _example(example) for example in system.examples}


def _example(example: Example) -> Cells:
    duties = example.duties
    return {
        "題": example.title,
        **{CONDITION + name: value for name, value in example.context.items()},
        **{EXPECTED + name: level.word for name, level in example.levels.items()},
        "期待義務": ANY if duties is None else "、".join(sorted(duties)) or NO_DUTY,
        "期待項目": "、".join(
            f"{name}={level.word}" for name, level in sorted(example.fields.items())
        ),
        "出典": example.source,
    }


def invariants(policy: Policy) -> Rows:
    """Return 不変条件."""
    return {one.id: _invariant(one, policy.attributes) for one in policy.invariants}


def _invariant(one: Invariant, attributes: Iterable[str]) -> Cells:
    floor = DUTY_WORDS if one.kind in (InvariantKind.DUTY, InvariantKind.UNKNOWN) else None
    return {
        "文": one.sentence,
        "種別": WORD_OF_KIND[one.kind],
        "対象システム": _listed(one.systems) or ANY,
        **{CONDITION + name: _listed(one.where.get(name, (ANY,))) for name in attributes},
        "対象": _listed(one.targets),
        "下限": floor[one.floor] if floor else Treatment(one.floor).word,
        "いつ": one.when,
        "属性": one.attribute,
        "良": "、".join(one.better),
        "悪": one.worse,
        "項目条件": "；".join(
            sorted(
                f"{pick.column}={NONE_OF if pick.none_of else ''}{_listed(pick.words)}"
                for pick in one.picks
            )
        ),
        "検査": one.check,
        "根拠": one.basis,
    }


def watched(policy: Policy) -> Rows:
    """Return 見張り."""
    return {one.id: _watched(one, policy.attributes) for one in policy.watched}


def _watched(one: Watched, attributes: Iterable[str]) -> Cells:
    return {
        "文": one.sentence,
        "対象システム": _listed(one.systems) or ANY,
        **{CONDITION + name: _listed(one.where.get(name, (ANY,))) for name in attributes},
        "根拠": one.basis,
        "備考": one.note,
    }


def values(policy: Policy) -> Rows:
    """Return 属性. A row is known by attribute and value."""
    return {
        f"{attribute.name}＋{value.word}": {
            "値": value.word,
            "符号": attribute.code,
            "値の符号": value.code,
            "優先": str(value.precedence),
            "側": attribute.side,
            "導出": value.derived_by,
            "導出元": value.source,
            "相手群": value.group or ANY,
            "説明": value.note,
        }
        for attribute in policy.attributes.values()
        for value in attribute.values
    }


def ties(attribute: Attribute, *, among: Collection[str]) -> str:
    """Return the values that no 優先 puts in order, as the sheet orders them: the first wins."""
    groups: dict[int, list[str]] = {}
    for value in attribute.values:
        if value.word in among:
            groups.setdefault(value.precedence, []).append(value.word)
    return "；".join("、".join(words) for words in groups.values() if len(words) > 1)


def classes(policy: Policy) -> Rows:
    """Return 項目区分."""
    return {one.name: _class(one) for one in policy.classes.values()}


def _class(one: ItemClass) -> Cells:
    return {"項目区分": one.name, "符号": one.code, "種別": one.kind}


def masks(policy: Policy) -> Rows:
    """Return マスク方式."""
    return {one.name: _mask(one) for one in policy.masks.values()}


def _mask(one: MaskMethod) -> Cells:
    return {
        "マスク方式": one.name,
        "符号": one.code,
        "一部の形": one.shape,
        "例の入力": one.example,
        "一部の出力": one.masked,
        "使える型": "、".join(sorted(one.types)) or "すべて",
    }


def _listed(words: Iterable[str]) -> str:
    return "、".join(sorted(words))
