"""A sheet from bytes: CSV in UTF-8, every row with its place, nothing guessed."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches

from sekisho.errors import SekishoError
from sekisho.policy.cells import EmptyCell, plain
from sekisho.policy.place import NONE, Place
from sekisho.policy.system import Normalised

BOM = b"\xef\xbb\xbf"


class MissingSheet(SekishoError):
    """A file that every folder of tables has."""


class UnknownSheet(SekishoError):
    """A table that Sekisho would not read: it must not look as if it were in force."""


class WrongEncoding(SekishoError):
    """Bytes that are not UTF-8."""


class Truncated(SekishoError):
    """A file that ends in the middle of a row."""


class UnknownColumn(SekishoError):
    """A column that nobody would read."""


class MissingColumn(SekishoError):
    """A column without which a row cannot be understood."""


class DuplicateId(SekishoError):
    """Two rows with one name."""


class Unreadable(SekishoError):
    """All that stands in the way of reading the tables; the first of it is the sentence."""

    def __init__(self, errors: Sequence[SekishoError]) -> None:
        first, more = errors[0], len(errors) - 1
        also = f"（ほかに {more} 件）" if more else ""
        super().__init__(first.problem + also, place=first.place, remedy=first.remedy)
        self.errors = tuple(errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a sheet: the cells as they were typed, and where it stands."""

    cells: Mapping[str, str]
    place: Place

    def at(self, column: str) -> Place:
        """Return the place of one cell."""
        return self.place.at(column)

    def raw(self, column: str) -> str:
        """Return a cell as it was typed; a column that is not there is empty."""
        return self.cells.get(column, "")

    def word(self, column: str) -> str:
        """Return a cell as it is compared."""
        return plain(self.raw(column))

    def filled(self, column: str) -> str:
        """Return a cell as it is compared. Raises EmptyCell where nothing stands in it."""
        if word := self.word(column):
            return word
        raise EmptyCell(
            f"「{column}」が空欄です",
            place=self.at(column),
            remedy=f"「{column}」を書いてください",
        )


class Reader:
    """Reads the sheets of one folder, and keeps every error instead of stopping at the first."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.errors: list[SekishoError] = []
        self.normalised: list[Normalised] = []
        self.places: dict[tuple[str, str], Place] = {}  # path, name of a row

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep an error of one row, and go on with the next."""
        try:
            yield
        except Unreadable:
            raise
        except SekishoError as error:
            self.errors.append(error)

    def rows(
        self,
        path: str,
        *,
        columns: Sequence[str],
        optional: Sequence[str] = (),
        key: str = "",
        words: Callable[[str], bool] = lambda _: False,
    ) -> list[Row]:
        """Return the rows of the sheet at `path`; none where it cannot be read.

        columns:  what it must have; optional: what it may have besides.
        key:      the column whose value is the name of a row, and unique.
        words:    the columns whose cells are compared as words: a change in them is reported.
        """
        rows: list[Row] = []
        with self.kept():
            heading, head, body = self._parsed(path)
            self._check(head, columns=columns, optional=optional, place=heading)
            seen: dict[str, int] = {}
            for place, cells in body:
                with self.kept():
                    if len(cells) != len(head):
                        raise Truncated(
                            f"列の数が見出しと違います（見出し {len(head)}、この行 {len(cells)}）",
                            place=place,
                            remedy="行が途中で切れたか、引用符で囲んでいない「,」がないかを確かめ、"
                            "元のファイルから出し直してください",
                        )
                    row = dict(zip(head, cells, strict=True))
                    name = plain(row[key]) if key else ""
                    named = place.told(f"{place} {name}".rstrip())
                    named.id = name
                    if key and name in seen:
                        raise DuplicateId(
                            f"{key}「{name}」が重複しています（{seen[name]}行目にもあります）",
                            place=named.at(key),
                            remedy="どちらかの行を消すか、別の番号を付けてください",
                        )
                    seen[name] = place.line
                    self.places[path, name] = named
                    rows.append(Row(cells=row, place=named))
                    self._note(row, words=words, place=named)
        return rows

    def finish(self) -> None:
        """Raise Unreadable where anything could not be read."""
        if self.errors:
            raise Unreadable(self.errors)

    def _parsed(
        self, path: str
    ) -> tuple[Place, list[str], Sequence[tuple[Place, tuple[str, ...]]]]:
        """Return the place of the heading, its columns, and the rows with theirs."""
        text = text_of(self.files, path).replace("\r\n", "\n")
        if not text.strip(',"\r\n\t \u3000'):
            raise Truncated(
                "中身がありません",
                place=Place(path, file=path),
                remedy="途中で切れた可能性があります。元のファイルから出し直してください",
            )
        if not text.endswith("\n"):
            line = text.count("\n") + 1
            raise Truncated(
                "最後の行が改行で終わっていません",
                place=_line(path, line),
                remedy="途中で切れた可能性があります。元のファイルから出し直すか、"
                "最後の行を確かめて改行を付けてください",
            )
        (at, first), *rest = (
            (row, line)
            for row, line in enumerate(lines_of(text, path=path), start=1)
            if any(line.cells)
        )
        if not rest:
            raise Truncated(
                "見出しのほかに行がありません",
                place=Place(path, file=path),
                remedy="途中で切れた可能性があります。元のファイルから出し直してください",
            )
        head = [plain(name) for name in first.cells]
        columns = {name: number for number, name in enumerate(head, start=1)}
        heading = Place(f"{path} 1行目", file=path, line=first.number, row=at, columns=columns)
        body = [
            (_line(path, line.number, row=row, columns=columns), line.cells) for row, line in rest
        ]
        return heading, head, body

    def _check(
        self, head: list[str], *, columns: Sequence[str], optional: Sequence[str], place: Place
    ) -> None:
        allowed = (*columns, *optional)
        for name in head:
            if name not in allowed:
                near = get_close_matches(name, allowed, n=3, cutoff=0.5)
                also = f"（近い列: {'、'.join(near)}）" if near else ""
                self.errors.append(
                    UnknownColumn(
                        f"列「{name}」は知らない列です{also}",
                        place=place.at(name),
                        remedy=f"列を消すか、次の名に直してください: {'、'.join(allowed)}",
                    )
                )
        if doubled := sorted({name for name in head if head.count(name) > 1}):
            self.errors.append(
                DuplicateId(
                    f"列「{'」「'.join(doubled)}」が二つ以上あります",
                    place=place.at(doubled[0]),
                    remedy="同じ名の列は一つにしてください",
                )
            )
        if missing := [name for name in columns if name not in head]:
            raise MissingColumn(
                f"列「{'」「'.join(missing)}」がありません",
                place=place,
                remedy="見出しに列を足してください（列の名は全角・半角を問いません）",
            )

    def _note(self, row: Mapping[str, str], *, words: Callable[[str], bool], place: Place) -> None:
        for column, typed in row.items():
            if words(column) and (read := plain(typed)) != typed:
                cell = place.told(f"{place} {column}", column=column)
                self.normalised.append(Normalised(place=cell, typed=typed, read=read))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One record of a file as it stands there; a quoted cell may carry it over several lines."""

    number: int  # of the first line, from 1
    raw: str  # with its line ending
    cells: tuple[str, ...]


def text_of(files: Mapping[str, bytes], path: str) -> str:
    """Return the text at `path`, without a mark of byte order. Raises where it is not UTF-8."""
    if path not in files:
        raise MissingSheet(
            "ファイルがありません",
            place=Place(path, file=path),
            remedy="ファイルを置くか、フォルダの指定を確かめてください",
        )
    data = files[path].removeprefix(BOM)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        if error.end == len(data) and error.reason == "unexpected end of data":
            raise Truncated(
                "文字の途中で終わっています",
                place=_line(path, line),
                remedy="途中で切れた可能性があります。元のファイルから出し直してください",
            ) from None
        raise WrongEncoding(
            f"文字コードが UTF-8 ではありません{_likely(data)}",
            place=_line(path, line),
            remedy="「CSV UTF-8（コンマ区切り）」で保存し直してください",
        ) from None
    if "\0" in text:
        raise WrongEncoding(
            "文字コードが UTF-8 ではありません（UTF-16 と思われます）",
            place=_line(path, 1),
            remedy="「CSV UTF-8（コンマ区切り）」で保存し直してください",
        )
    return text


def lines_of(text: str, *, path: str) -> list[Line]:
    """Return every record of `text`, empty ones too. Raises Truncated where a quote stays open."""
    physical = io.StringIO(text, newline="").readlines()
    reader = csv.reader(physical, strict=True)
    lines = []
    started = 0
    try:
        for cells in reader:
            raw = "".join(physical[started : reader.line_num])
            lines.append(Line(number=started + 1, raw=raw, cells=tuple(cells)))
            started = reader.line_num
    except csv.Error:
        raise Truncated(
            '引用符「"」が閉じていません',
            place=_line(path, started + 1, row=len(lines) + 1),
            remedy="この行から後の引用符を確かめてください。途中で切れた可能性もあります",
        ) from None
    return lines


def _line(path: str, line: int, *, row: int = 0, columns: Mapping[str, int] = NONE) -> Place:
    return Place(f"{path} {line}行目", file=path, line=line, row=row, columns=columns)


def _likely(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "（UTF-16 と思われます）"
    try:
        data.decode("cp932")
    except UnicodeDecodeError:
        return ""
    return "（Shift_JIS で保存されたと思われます）"
