"""What each cell of a sheet may say: the words that are offered to a writer, and why others fail.

A draft may be wrong in every sheet, so the lists are taken from whatever rows can be understood.
What the cell of a row means together with its neighbours is for `read` and `lint`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from sekisho.errors import SekishoError
from sekisho.policy.attributes import SCREEN_KIND, VIEWER_CLASS
from sekisho.policy.cells import (
    ANY,
    UNKNOWN,
    day_of,
    filled,
    known,
    plain,
    values_of,
    words_of,
)
from sekisho.policy.editing import Files, Grid, rows_of
from sekisho.policy.invariant import ALWAYS, KIND_OF_WORD, SHOWN, UNSPOKEN
from sekisho.policy.read import ATTRIBUTES, CLASSES, INVARIANTS, MASKS, SHARED_SHEETS, WATCHED
from sekisho.policy.read_invariants import CHECKS
from sekisho.policy.read_system import (
    CEILING,
    CONDITION,
    DUTY,
    EXAMPLES,
    EXPECTED,
    FIELD_WORDS,
    FIELDS,
    NO_DUTY,
    RESULT,
    RULES,
    SCREEN_ITEMS,
    SCREENS,
    SYSTEM_SHEETS,
    TRANSITIONS,
)
from sekisho.policy.screens import CARRIED, DECIDED_AGAIN, ENTRANCES, USES
from sekisho.policy.treatment import DUTIES, DUTY_WORDS, FROM_WORD, ROW

SIDES = ("閲覧者", "要求", "記録")
DERIVATIONS = ("値そのまま", "対応表", "同一か", "期限内か", "区間", "集合に含む")
GROUPS = ("自社", "他社")
KINDS_OF_CLASS = ("行", "項目")
ALL_TYPES = "すべて"


class Form(StrEnum):
    """How a cell is written."""

    CONDITION = "condition"  # －, A、B or 以外:A、B
    ONE = "one"  # one word of a list
    LIST = "list"  # words of a list, A、B
    PAIRS = "pairs"  # field=扱い、field=扱い
    DAY = "day"  # YYYY-MM-DD
    NUMBER = "number"  # 0 or more
    FILLED = "filled"  # any text, but some
    TEXT = "text"  # any text, or none


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """What a cell may say.

    words:  the list that it is taken from, in its order.
    free:   whether － may stand there.
    open:   whether another word is no error of the cell (it is looked for elsewhere).
    beside: words that are read as well, and found fault with elsewhere.
    """

    form: Form
    words: tuple[str, ...] = ()
    free: bool = False
    open: bool = False
    beside: tuple[str, ...] = ()

    @property
    def offered(self) -> tuple[str, ...]:
        """The words to choose from, － first where it is one."""
        return (ANY, *self.words) if self.free else self.words


@dataclass(frozen=True, kw_only=True)
class Lists:
    """The closed lists of a folder, as far as its sheets can be taken apart."""

    domains: Mapping[str, tuple[str, ...]]
    classes: tuple[str, ...]
    masks: tuple[str, ...]
    systems: tuple[str, ...]  # the folders
    screens: tuple[str, ...]  # of all systems
    own_screens: tuple[str, ...]  # of the system at hand
    fields: tuple[str, ...]

    @cached_property
    def viewers(self) -> tuple[str, ...]:
        return self.domains.get(VIEWER_CLASS, ())


def sheets_of(files: Files, *, folder: str = "") -> tuple[str, ...]:
    """Return the paths of the sheets in `folder` (empty: the shared ones), in their order."""
    names = SYSTEM_SHEETS if folder else SHARED_SHEETS
    paths = (f"{folder}/{name}" if folder else name for name in names)
    return tuple(path for path in paths if path in files)


def lists_of(files: Files, *, folder: str = "") -> Lists:
    """Return the lists of `files`; `folder`: of the system whose cells are asked about."""
    domains: dict[str, list[str]] = {}
    for cells in _rows(files, ATTRIBUTES):
        name, word = plain(cells.get("属性", "")), plain(cells.get("値", ""))
        if name and word:
            domains.setdefault(name, []).append(word)
    folders = sorted({path.partition("/")[0] for path in files if "/" in path})
    by_folder = {one: _ids(files, f"{one}/{SCREENS}", "画面ID") for one in folders}
    return Lists(
        domains={name: tuple(dict.fromkeys(words)) for name, words in domains.items()},
        classes=_ids(files, CLASSES, "項目区分"),
        masks=_ids(files, MASKS, "マスク方式"),
        systems=tuple(folders),
        screens=tuple(name for names in by_folder.values() for name in names),
        own_screens=by_folder.get(folder, ()),
        fields=_ids(files, f"{folder}/{FIELDS}", "項目ID") if folder else (),
    )


def grammar_of(path: str, column: str, lists: Lists) -> Grammar:
    """Return what the cells of `column` may say in the sheet at `path`."""
    sheet = path.rpartition("/")[2]
    prefix, colon, name = column.partition(":")
    prefix += colon
    if prefix == CONDITION:
        return _condition(sheet, lists.domains.get(name, ()))
    if prefix == RESULT:
        words = ("表示", "拒否") if name == ROW else tuple(FROM_WORD)
        return Grammar(form=Form.ONE, words=words, free=True, beside=tuple(FROM_WORD))
    if prefix == EXPECTED:
        return Grammar(form=Form.ONE, words=tuple(FROM_WORD), free=True)
    if prefix == DUTY:
        return Grammar(form=Form.ONE, words=DUTY_WORDS, free=True)
    if prefix == CEILING:
        return Grammar(form=Form.ONE, words=tuple(FROM_WORD))
    return _named(sheet, column, lists) or Grammar(form=Form.TEXT)


def problem_of(text: str, grammar: Grammar, *, column: str, place: str) -> SekishoError | None:
    """Return why `text` cannot be read in a cell of this grammar, or None where it can."""
    try:
        _check(text, grammar, column=column, place=place)
    except SekishoError as error:
        return error
    return None


def problems_of(grid: Grid, lists: Lists) -> dict[tuple[str, str], SekishoError]:
    """Return what is wrong with each cell of a sheet, by row id and column."""
    grammars = {column: grammar_of(grid.path, column, lists) for column in grid.columns}
    found: dict[tuple[str, str], SekishoError] = {}
    read: dict[tuple[str, str], SekishoError | None] = {}  # what stands often is read once
    for row in grid.rows:
        for column, text in row.cells.items():
            grammar = grammars[column]
            if grammar.form is Form.TEXT:
                continue
            key = column, text
            if key not in read:
                read[key] = problem_of(text, grammar, column=column, place=row.place)
            if (error := read[key]) is not None:
                found[row.id, column] = error
    for name, again in _repeated(grid):
        found[name, grid.key[-1]] = again
    return found


def _check(text: str, grammar: Grammar, *, column: str, place: str) -> None:
    name = column.partition(":")[2] if column.startswith(CONDITION) else column
    match grammar.form:
        case Form.TEXT:
            pass
        case Form.FILLED:
            filled(text, name=column, place=place)
        case Form.CONDITION:
            values_of(text, name=name, domain=grammar.words, place=place)
        case Form.DAY:
            day_of(text, name=column, place=place)
        case Form.NUMBER:
            _whole(text, column=column, place=place)
        case Form.PAIRS:
            _pairs(text, column=column, place=place)
        case Form.ONE:
            word = filled(text, name=name, place=place)
            if not grammar.open and (word != ANY or not grammar.free):
                words = (*grammar.beside, *grammar.offered)
                known(word, name=name, domain=tuple(dict.fromkeys(words)), place=place)
        case Form.LIST:
            word = filled(text, name=name, place=place)
            if word != ANY or not grammar.free:
                for one in words_of(text) or (word,):
                    known(one, name=name, domain=grammar.offered, place=place)


def _whole(text: str, *, column: str, place: str) -> None:
    word = filled(text, name=column, place=place)
    if not word.isdecimal():
        raise SekishoError(
            f"「{column}」の「{word}」は数として読めません",
            place=place,
            remedy="0 以上の整数で書いてください",
        )


def _pairs(text: str, *, column: str, place: str) -> None:
    for part in words_of(filled(text, name=column, place=place)):
        field, _, word = part.partition("=")
        known(word, name=f"{column} {field}", domain=tuple(FROM_WORD), place=place)


def _condition(sheet: str, words: tuple[str, ...]) -> Grammar:
    if sheet == EXAMPLES:  # one look, not a box of them
        return Grammar(form=Form.ONE, words=(*words, UNKNOWN))
    return Grammar(form=Form.CONDITION, words=words, free=True)


def _named(sheet: str, column: str, lists: Lists) -> Grammar | None:
    """Return the grammar of a column that has a name of its own."""
    if sheet == FIELDS and column in FIELD_WORDS:
        return Grammar(form=Form.ONE, words=FIELD_WORDS[column])
    return _columns(lists).get(sheet, {}).get(column)


def _columns(lists: Lists) -> Mapping[str, Mapping[str, Grammar]]:
    must = Grammar(form=Form.FILLED)
    number = Grammar(form=Form.NUMBER)
    day = Grammar(form=Form.DAY, free=True)

    def one(*words: str, free: bool = False, also: bool = False) -> Grammar:
        return Grammar(form=Form.ONE, words=words, free=free, open=also)

    attributes = tuple(lists.domains)
    bound = Grammar(form=Form.CONDITION, words=lists.systems, free=True)
    return {
        RULES: {"規則ID": must, "根拠": must, "適用開始": day, "適用終了": day},
        FIELDS: {
            "番号": number,
            "項目ID": must,
            "項目区分": one(*lists.classes),
            "マスク方式": one(*lists.masks),
        },
        SCREENS: {
            "画面ID": must,
            "画面区分": one(*lists.domains.get(SCREEN_KIND, ())),
            "想定利用者": Grammar(form=Form.LIST, words=lists.viewers, free=True),
            "件数上限": number,
            "確認日": day,
        },
        SCREEN_ITEMS: {
            "画面ID": one(*lists.own_screens),
            "項目ID": one(*lists.fields),
            "用途": one(*USES),
            "並び": number,
        },
        TRANSITIONS: {
            "遷移ID": must,
            "遷移元": one(*ENTRANCES, *lists.own_screens, also=True),
            "遷移先": one(*lists.screens, also=True),
            "引継ぎ": one(*CARRIED),
            "再判定": one(DECIDED_AGAIN),
        },
        EXAMPLES: {
            "例ID": must,
            "期待義務": Grammar(form=Form.LIST, words=(*DUTIES, NO_DUTY), free=True),
            "期待項目": Grammar(form=Form.PAIRS, free=True),
        },
        ATTRIBUTES: {
            "属性": must,
            "符号": must,
            "値": must,
            "値の符号": must,
            "優先": number,
            "側": one(*SIDES),
            "導出": one(*DERIVATIONS),
            "相手群": Grammar(form=Form.TEXT, words=GROUPS),
        },
        CLASSES: {"項目区分": must, "符号": must, "種別": one(*KINDS_OF_CLASS)},
        MASKS: {
            "マスク方式": must,
            "符号": must,
            "使える型": Grammar(form=Form.LIST, words=(*FIELD_WORDS["型"], ALL_TYPES), free=True),
        },
        INVARIANTS: {
            "条件ID": must,
            "文": must,
            "種別": one(*KIND_OF_WORD),
            "対象システム": bound,
            "下限": Grammar(form=Form.TEXT, words=(*FROM_WORD, "要")),
            "いつ": Grammar(form=Form.TEXT, words=(SHOWN, ALWAYS, UNSPOKEN)),
            "属性": Grammar(form=Form.TEXT, words=attributes),
            "検査": Grammar(form=Form.TEXT, words=CHECKS),
        },
        WATCHED: {"見張りID": must, "文": must, "対象システム": bound, "根拠": must},
    }


def _repeated(grid: Grid) -> Iterator[tuple[str, SekishoError]]:
    """Yield the rows whose id another row has already."""
    first: dict[tuple[str, ...], str] = {}
    for row in grid.rows:
        key = tuple(plain(row.cells.get(column, "")) for column in grid.key)
        if not all(key):
            continue
        if key in first:
            yield (
                row.id,
                SekishoError(
                    f"{'＋'.join(grid.key)}「{'＋'.join(key)}」が重複しています"
                    f"（{first[key]} にもあります）",
                    place=row.place,
                    remedy="どちらかの行を消すか、別の番号を付けてください",
                ),
            )
        else:
            first[key] = row.place


def _ids(files: Files, path: str, column: str) -> tuple[str, ...]:
    words = (plain(cells.get(column, "")) for cells in _rows(files, path))
    return tuple(dict.fromkeys(word for word in words if word))


def _rows(files: Files, path: str) -> Sequence[Mapping[str, str]]:
    try:
        return [row.cells for row in rows_of(files, path).rows]
    except SekishoError:
        return []
