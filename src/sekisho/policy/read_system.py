"""The six sheets of one system, read against the words that all systems share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sekisho.errors import SekishoError
from sekisho.policy.attributes import RELATION, SCREEN_KIND, VIEWER_CLASS, Attribute
from sekisho.policy.cells import ANY, UNKNOWN, day_of, filled, known, plain, values_of, words_of
from sekisho.policy.examples import Example
from sekisho.policy.masking import Field, ItemClass, MaskMethod
from sekisho.policy.screens import Screen, ScreenItem, Transition
from sekisho.policy.sheets import Reader, Row
from sekisho.policy.system import KEYS, System
from sekisho.policy.table import DecisionTable, Rule
from sekisho.policy.treatment import DUTIES, FROM_DUTY_WORD, FROM_WORD, Treatment

RULES, FIELDS, SCREENS, SCREEN_ITEMS, TRANSITIONS, EXAMPLES = (
    "判定表.csv",
    "整理表.csv",
    "画面.csv",
    "画面項目.csv",
    "画面遷移.csv",
    "試験例.csv",
)
SYSTEM_SHEETS = (RULES, FIELDS, SCREENS, SCREEN_ITEMS, TRANSITIONS, EXAMPLES)

CONDITION, RESULT, DUTY, CEILING, EXPECTED = "条件:", "結果:", "義務:", "上限:", "期待:"

# The words of 整理表 that are closed lists. 項目条件 of the invariants picks fields by them.
FIELD_WORDS: Mapping[str, tuple[str, ...]] = {
    "型": (
        "text",
        "code",
        "int",
        "decimal",
        "date",
        "timestamp",
        "bool",
        "array",
        "json",
        "uuid",
        "uri",
        "secret",
        "file",
    ),
    "個人情報": ("該当", "容易照合", "非該当"),
    "非公開情報": ("該当", "条件付", "非該当"),
    "提供根拠": ("共同利用", "託送履行", "同意照会", "公表", "なし"),
    "災害時最小": ("該当", "非該当"),
}
NO_DUTY = "なし"


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What all systems of a folder share."""

    attributes: Mapping[str, Attribute]
    classes: Mapping[str, ItemClass]
    masks: Mapping[str, MaskMethod]

    @cached_property
    def domains(self) -> dict[str, tuple[str, ...]]:
        """Attribute -> its values."""
        return {name: attribute.words for name, attribute in self.attributes.items()}

    @cached_property
    def groups(self) -> dict[str, str]:
        """契約相手 -> 相手群."""
        relation = self.attributes.get(RELATION)
        return {value.word: value.group for value in relation.values} if relation else {}

    @cached_property
    def ceilings(self) -> tuple[str, ...]:
        """Every ceiling column that 整理表 may have, without its prefix."""
        viewers = self.domains.get(VIEWER_CLASS, ())
        groups = tuple(dict.fromkeys(group for group in self.groups.values() if group))
        return (*viewers, *(f"{viewer}:{group}" for viewer in viewers for group in groups))

    @cached_property
    def field_words(self) -> dict[str, tuple[str, ...]]:
        """Column of 整理表 with a closed list -> its words."""
        return {
            **FIELD_WORDS,
            "項目区分": tuple(self.classes),
            "マスク方式": tuple(self.masks),
        }

    @cached_property
    def cubes(self) -> DecisionTable:
        """A table without rules: the shape of every cube."""
        return DecisionTable(
            attributes=self.domains, classes=tuple(self.classes), duties=DUTIES, rules=()
        )


def where_of(row: Row, *, shared: Shared) -> dict[str, frozenset[str]]:
    """Return the conditions of a row; every attribute has to be stated."""
    return {
        name: values_of(
            row.raw(CONDITION + name), name=name, domain=words, place=row.at(CONDITION + name)
        )
        for name, words in shared.domains.items()
    }


def system_of(reader: Reader, *, folder: str, shared: Shared, digest: str) -> System:
    """Return the system whose sheets stand in `folder`. Errors are kept by `reader`."""
    name = plain(folder)
    rules = _rules(reader, f"{folder}/{RULES}", shared)
    fields = _fields(reader, f"{folder}/{FIELDS}", shared)
    screens = _screens(reader, f"{folder}/{SCREENS}", shared)
    code = next(iter(screens), "").partition("-")[0]
    key, code = KEYS.get(name, (name, code))
    system = System(
        key=key,
        code=code,
        name=name,
        rules=rules,
        table=DecisionTable(
            attributes=shared.domains, classes=tuple(shared.classes), duties=DUTIES, rules=rules
        ),
        fields=fields,
        screens=screens,
        screen_items=_screen_items(reader, f"{folder}/{SCREEN_ITEMS}"),
        transitions=_transitions(reader, f"{folder}/{TRANSITIONS}"),
        examples=_examples(reader, f"{folder}/{EXAMPLES}", shared),
        groups=shared.groups,
        hash=digest,
        places={
            (path.removeprefix(f"{folder}/"), row): place
            for (path, row), place in reader.places.items()
            if path.startswith(f"{folder}/")
        },
    )
    return system.on(system.stretches[-1]) if system.stretches else system


def _rules(reader: Reader, path: str, shared: Shared) -> tuple[Rule, ...]:
    conditions = [CONDITION + name for name in shared.domains]
    results = [RESULT + name for name in shared.classes]
    duties = [DUTY + name for name in DUTIES]
    rows = reader.rows(
        path,
        columns=("規則ID", *conditions, *results, *duties, "根拠"),
        optional=("備考", "適用開始", "適用終了"),
        key="規則ID",
        words=lambda column: column.startswith((CONDITION, RESULT, DUTY)),
    )
    rules = []
    for row in rows:
        with reader.kept():
            where = where_of(row, shared=shared)
            out = _levels(row, RESULT, shared.classes, FROM_WORD)
            out |= _levels(row, DUTY, DUTIES, FROM_DUTY_WORD)
            rules.append(
                Rule(
                    id=row.filled("規則ID"),
                    cube=shared.cubes.cube(where),
                    out=out,
                    basis=plain(row.raw("根拠")).replace(ANY, "") and row.raw("根拠"),
                    note=row.raw("備考"),
                    starts=_day(row, "適用開始"),
                    ends=_day(row, "適用終了"),
                )
            )
    return tuple(rules)


def _levels(
    row: Row, prefix: str, names: Mapping[str, object] | tuple[str, ...], words: Mapping[str, int]
) -> dict[str, int]:
    """Return what a row says about each of `names`; － says nothing."""
    said = {}
    for name in names:
        column = prefix + name
        place = row.at(column)
        word = filled(row.raw(column), name=column, place=place)
        if word != ANY:
            known(word, name=column, domain=(*words, ANY), place=place)
            said[name] = words[word]
    return said


def _day(row: Row, column: str) -> date | None:
    return (
        day_of(row.raw(column), name=column, place=row.at(column)) if column in row.cells else None
    )


def _fields(reader: Reader, path: str, shared: Shared) -> dict[str, Field]:
    closed = tuple(shared.field_words)
    rows = reader.rows(
        path,
        columns=("番号", "項目ID", "項目名", *closed),
        optional=(
            "形式",
            "例",
            *(CEILING + column for column in shared.ceilings),
            "結合鍵の統制",
            "備考",
        ),
        key="項目ID",
        words=lambda column: column in closed or column.startswith(CEILING),
    )
    fields = {}
    for row in rows:
        with reader.kept():
            word = {
                column: known(
                    filled(row.raw(column), name=column, place=row.at(column)),
                    name=column,
                    domain=words,
                    place=row.at(column),
                )
                for column, words in shared.field_words.items()
            }
            name = row.filled("項目ID")
            fields[name] = Field(
                id=name,
                number=_whole(row, "番号"),
                name=row.raw("項目名"),
                item=word["項目区分"],
                type=word["型"],
                format=row.raw("形式"),
                example=row.raw("例"),
                personal=word["個人情報"],
                non_public=word["非公開情報"],
                basis=word["提供根拠"],
                mask=word["マスク方式"],
                in_disaster=word["災害時最小"] == "該当",
                ceilings=_ceilings(row, shared),
                joining=row.raw("結合鍵の統制"),
                note=row.raw("備考"),
                columns={column: row.word(column) for column in row.cells},
            )
    return fields


def _ceilings(row: Row, shared: Shared) -> dict[str, Treatment]:
    ceilings = {}
    for name in shared.ceilings:
        column = CEILING + name
        if column in row.cells:
            place = row.at(column)
            word = filled(row.raw(column), name=column, place=place)
            known(word, name=column, domain=tuple(FROM_WORD), place=place)
            ceilings[name] = FROM_WORD[word]
    return ceilings


def _whole(row: Row, column: str) -> int:
    word = row.filled(column)
    if not word.isdecimal():
        raise SekishoError(
            f"「{column}」の「{word}」は数として読めません",
            place=row.at(column),
            remedy="0 以上の整数で書いてください",
        )
    return int(word)


def _screens(reader: Reader, path: str, shared: Shared) -> dict[str, Screen]:
    rows = reader.rows(
        path,
        columns=("画面ID", "画面名", "画面区分", "経路", "想定利用者", "件数上限"),
        optional=("備考", "確認日"),
        key="画面ID",
        words=lambda column: column in ("画面ID", "画面区分", "想定利用者"),
    )
    screens = {}
    for row in rows:
        with reader.kept():
            name = row.filled("画面ID")
            screens[name] = Screen(
                id=name,
                name=row.raw("画面名"),
                kind=known(
                    row.filled("画面区分"),
                    name="画面区分",
                    domain=shared.domains.get(SCREEN_KIND, ()),
                    place=row.at("画面区分"),
                ),
                path=row.raw("経路"),
                viewers=tuple(
                    known(
                        word,
                        name="想定利用者",
                        domain=shared.domains.get(VIEWER_CLASS, ()),
                        place=row.at("想定利用者"),
                    )
                    for word in words_of(row.filled("想定利用者"))
                ),
                limit=_whole(row, "件数上限"),
                note=row.raw("備考"),
                confirmed=_day(row, "確認日"),
            )
    return screens


def _screen_items(reader: Reader, path: str) -> tuple[ScreenItem, ...]:
    rows = reader.rows(
        path,
        columns=("画面ID", "項目ID", "用途", "並び"),
        optional=("項目名",),
        words=lambda column: column in ("画面ID", "項目ID", "用途"),
    )
    items = []
    for row in rows:
        with reader.kept():
            items.append(
                ScreenItem(
                    screen=row.filled("画面ID"),
                    field=row.filled("項目ID"),
                    use=row.filled("用途"),
                    order=_whole(row, "並び"),
                    place=row.place,
                )
            )
    return tuple(items)


def _transitions(reader: Reader, path: str) -> tuple[Transition, ...]:
    rows = reader.rows(
        path,
        columns=("遷移ID", "遷移元", "遷移先", "操作", "引継ぎ", "再判定"),
        optional=("備考",),
        key="遷移ID",
        words=lambda column: column in ("遷移ID", "遷移元", "遷移先", "引継ぎ", "再判定"),
    )
    transitions = []
    for row in rows:
        with reader.kept():
            transitions.append(
                Transition(
                    id=row.filled("遷移ID"),
                    source=row.filled("遷移元"),
                    target=row.filled("遷移先"),
                    action=row.raw("操作"),
                    carries=row.filled("引継ぎ"),
                    again=row.filled("再判定"),
                    note=row.raw("備考"),
                )
            )
    return tuple(transitions)


def _examples(reader: Reader, path: str, shared: Shared) -> tuple[Example, ...]:
    rows = reader.rows(
        path,
        columns=(
            "例ID",
            "題",
            *(CONDITION + name for name in shared.domains),
            *(EXPECTED + name for name in shared.classes),
            "期待義務",
            "期待項目",
        ),
        optional=("出典",),
        key="例ID",
        words=lambda column: column.startswith((CONDITION, EXPECTED, "期待")),
    )
    examples = []
    for row in rows:
        with reader.kept():
            duties = filled(row.raw("期待義務"), name="期待義務", place=row.at("期待義務"))
            examples.append(
                Example(
                    id=row.filled("例ID"),
                    title=row.raw("題"),
                    context=_look(row, shared),
                    levels={
                        name: Treatment(level)
                        for name, level in _levels(row, EXPECTED, shared.classes, FROM_WORD).items()
                    },
                    duties=None if duties == ANY else _duties(duties, row),
                    fields=_expected_fields(row),
                    source=row.raw("出典"),
                )
            )
    return tuple(examples)


def _look(row: Row, shared: Shared) -> dict[str, str]:
    look = {}
    for name, words in shared.domains.items():
        place = row.at(CONDITION + name)
        word = filled(row.raw(CONDITION + name), name=name, place=place)
        if word != UNKNOWN:
            look[name] = known(word, name=name, domain=words, place=place)
    return look


def _duties(cell: str, row: Row) -> frozenset[str]:
    if cell == NO_DUTY:
        return frozenset()
    return frozenset(
        known(word, name="期待義務", domain=(*DUTIES, NO_DUTY), place=row.at("期待義務"))
        for word in words_of(cell)
    )


def _expected_fields(row: Row) -> dict[str, Treatment]:
    fields = {}
    for part in words_of(filled(row.raw("期待項目"), name="期待項目", place=row.at("期待項目"))):
        field, _, word = part.partition("=")
        known(word, name=f"期待項目 {field}", domain=tuple(FROM_WORD), place=row.at("期待項目"))
        fields[field] = FROM_WORD[word]
    return fields
