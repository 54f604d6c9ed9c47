"""A draft as a grid of cells: what is typed, what stood there before, what cannot be read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.http import Http404

from sekisho.errors import SekishoError
from sekisho.policy.cells import NONE_OF, plain
from sekisho.policy.editing import Files, Grid, GridRow, rows_of
from sekisho.policy.read import ATTRIBUTES, CLASSES, INVARIANTS, MASKS, WATCHED
from sekisho.policy.read_system import (
    EXAMPLES,
    FIELDS,
    RULES,
    SCREEN_ITEMS,
    SCREENS,
    TRANSITIONS,
)
from sekisho.policy.system import KEYS
from sekisho.policy.treatment import FROM_WORD, Treatment
from sekisho.policy.vocabulary import Form, Grammar, grammar_of, lists_of, problems_of
from sekisho_web.policy import versions
from sekisho_web.policy.models import Change

SHEETS: Mapping[str, str] = {
    "rules": RULES,
    "fields": FIELDS,
    "screens": SCREENS,
    "screen-items": SCREEN_ITEMS,
    "transitions": TRANSITIONS,
    "examples": EXAMPLES,
}
SHARED: Mapping[str, str] = {
    "attributes": ATTRIBUTES,
    "classes": CLASSES,
    "masks": MASKS,
    "invariants": INVARIANTS,
    "watched": WATCHED,
}
# Columns that need room: a narrow one would make every row as high as its longest sentence.
SENTENCES = frozenset(
    {
        *("根拠", "備考", "文", "題", "出典", "期待項目", "対象", "説明", "含むもの", "注意"),
        *("小売へ出せる根拠", "既定の考え方", "導出元", "想定利用者", "結合鍵の統制"),
    }
)
KEPT = 12  # folders of tables in memory, 300 kB each


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet of a change: how an address names it, and where it lies."""

    slug: str
    path: str

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2].removesuffix(".csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One column. words: what its cells are chosen from; list: under which id the page has it."""

    name: str
    grammar: Grammar
    words: tuple[str, ...]
    list: str

    @property
    def group(self) -> str:
        """条件, 結果, 義務, 上限 …, or nothing."""
        return self.name.partition(":")[0] if ":" in self.name else ""

    @property
    def short(self) -> str:
        return self.name.partition(":")[2] or self.name

    @property
    def several(self) -> bool:
        """Whether a cell may hold several words."""
        return self.grammar.form in (Form.CONDITION, Form.LIST)

    @property
    def wide(self) -> bool:
        """Whether its cells are sentences."""
        return self.name in SENTENCES

    @property
    def hint(self) -> str:
        """How a cell of this column is written, in a sentence."""
        match self.grammar.form:
            case Form.CONDITION:
                return f"「A、B」「以外:A、B」「－」（どれでも）。{self._listed}"
            case Form.LIST:
                return f"「A、B」と続けられます。{self._listed}"
            case Form.ONE:
                return f"一つ選びます。{self._listed}"
            case Form.PAIRS:
                return "例：customer_name=一部、meter_no=表示"
            case Form.DAY:
                return "例：2026-04-01。期限がないときは「－」"
            case Form.NUMBER:
                return "0 以上の整数"
            case _:
                return ""

    @property
    def _listed(self) -> str:
        few = self.grammar.offered[:30]
        return f"{'・'.join(few)}{' ほか' if len(self.words) > len(few) + 1 else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell as it was typed. was: what stood there in the base, where that was otherwise."""

    row: str
    at: int
    head: Head
    text: str
    was: str | None
    problem: SekishoError | None

    @property
    def treatment(self) -> Treatment | None:
        """The treatment that is typed, where it is exactly one."""
        return FROM_WORD.get(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row. mark: 追加, 削除 or nothing."""

    id: str
    mark: str
    cells: tuple[Cell, ...]

    @property
    def texts(self) -> dict[str, str]:
        """What is typed, by column."""
        return {cell.head.name: cell.text for cell in self.cells}


@dataclass(frozen=True, kw_only=True)
class Page:
    """One sheet of a draft, ready to be shown."""

    change: Change
    sheet: Sheet
    version: str
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    key: tuple[str, ...]

    @property
    def lists(self) -> dict[str, tuple[str, ...]]:
        """The lists of words that the page has, each once."""
        return {head.list: head.words for head in self.heads if head.words}

    @property
    def wrong(self) -> tuple[Cell, ...]:
        """The cells that cannot be read."""
        return tuple(cell for line in self.lines for cell in line.cells if cell.problem)

    def line(self, row: str) -> Line:
        """Return the row `row` that is there, or 404."""
        for line in self.lines:
            if line.id == row and line.mark != REMOVED:
                return line
        raise Http404

    @property
    def rows(self) -> int:
        return sum(line.mark != REMOVED for line in self.lines)


ADDED, REMOVED = "追加", "削除"


def change_of(number: str) -> Change:
    """Return the change with this number, or 404 (one query)."""
    found = (
        Change.objects.filter(number=number)
        .select_related("head", "head__by", "author", "base")
        .first()
    )
    if found is None:
        raise Http404
    return found


def content_of(change: Change) -> str:
    """Return the hash of the tables as the draft has them now."""
    return change.head.version_id if change.head else change.base_id


def sheets_of(change: Change, files: Files) -> tuple[Sheet, ...]:
    """Return the sheets that a change may write: of its system, or the shared ones."""
    known = SHEETS if change.system else SHARED
    folder = folder_of(change, files)
    paths = {slug: f"{folder}/{name}" if folder else name for slug, name in known.items()}
    return tuple(Sheet(slug=slug, path=path) for slug, path in paths.items() if path in files)


def sheet_of(change: Change, files: Files, slug: str) -> Sheet:
    """Return one sheet of a change, or 404."""
    for sheet in sheets_of(change, files):
        if sheet.slug == slug:
            return sheet
    raise Http404


def folder_of(change: Change, files: Files) -> str:
    """Return the folder of the system of `change`; empty: it writes the shared sheets."""
    if not change.system:
        return ""
    folders = sorted({path.partition("/")[0] for path in files if "/" in path})
    for folder in folders:
        if KEYS.get(plain(folder), ("", ""))[0] == change.system:
            return folder
    names = {one.key: one.name for one in versions.policy_of(change.base_id).systems.values()}
    for folder in folders:
        if plain(folder) == names.get(change.system):
            return folder
    raise Http404


@lru_cache(maxsize=KEPT)
def files_of(version: str) -> dict[str, bytes]:
    """Return the files of a version; they never change, so they are kept (two queries, or none)."""
    return versions.files_of(version)


def page_of(change: Change, slug: str) -> Page:
    """Return a sheet of a draft with all its rows.

    Raises SekishoError where the sheet cannot even be taken into cells (an import can do that).
    """
    version = content_of(change)
    files, base = files_of(version), files_of(change.base_id)
    sheet = sheet_of(change, files, slug)
    grid = rows_of(files, sheet.path)
    heads = heads_of(grid, files, folder=folder_of(change, files))
    before = _base(base, sheet.path)
    problems = problems_of(grid, lists_of(files, folder=folder_of(change, files)))
    lines = [_line(row, heads, before, problems) for row in grid.rows]
    return Page(
        change=change,
        sheet=sheet,
        version=version,
        heads=heads,
        lines=tuple(_with_removed(lines, before, grid, heads)),
        key=grid.key,
    )


def heads_of(grid: Grid, files: Files, *, folder: str) -> tuple[Head, ...]:
    """Return the columns of a sheet; columns with the same words share one list."""
    lists = lists_of(files, folder=folder)
    numbers: dict[tuple[str, ...], str] = {}
    heads = []
    for name in grid.columns:
        grammar = grammar_of(grid.path, name, lists)
        words = grammar.offered
        if grammar.form is Form.CONDITION:
            words = (*words, NONE_OF)
        if words:
            numbers.setdefault(words, f"words-{len(numbers)}")
        heads.append(Head(name=name, grammar=grammar, words=words, list=numbers.get(words, "")))
    return tuple(heads)


def base_row(change: Change, path: str, row: str) -> Mapping[str, str] | None:
    """Return a row as it stands in the base, or None where it is not there."""
    before = _base(files_of(change.base_id), path)
    return before.by_id[row].cells if before and row in before.by_id else None


def _base(files: Files, path: str) -> Grid | None:
    try:
        return rows_of(files, path)
    except SekishoError:
        return None


def _line(
    row: GridRow,
    heads: Sequence[Head],
    before: Grid | None,
    problems: Mapping[tuple[str, str], SekishoError],
) -> Line:
    old = before.by_id[row.id].cells if before and row.id in before.by_id else None
    cells = tuple(
        Cell(
            row=row.id,
            at=at,
            head=head,
            text=row.cells[head.name],
            was=_was(old, head.name, row.cells[head.name]),
            problem=problems.get((row.id, head.name)),
        )
        for at, head in enumerate(heads)
    )
    return Line(id=row.id, mark="" if old is not None else ADDED, cells=cells)


def _was(old: Mapping[str, str] | None, column: str, text: str) -> str | None:
    was = None if old is None else old.get(column, "")
    return None if was == text else was


def _with_removed(
    lines: Sequence[Line], before: Grid | None, grid: Grid, heads: Sequence[Head]
) -> Iterator[Line]:
    """Yield the rows, and behind the row that they followed those that the draft removed."""
    gone: dict[str, list[Line]] = {}
    last = ""
    for row in before.rows if before else ():
        if row.id in grid.by_id:
            last = row.id
            continue
        cells = tuple(
            Cell(row=row.id, at=at, head=head, text=row.cells.get(head.name, ""), was=None,
                 problem=None)
            for at, head in enumerate(heads)
        )  # fmt: skip
        gone.setdefault(last, []).append(Line(id=row.id, mark=REMOVED, cells=cells))
    yield from gone.get("", ())
    for line in lines:
        yield line
        yield from gone.get(line.id, ())
