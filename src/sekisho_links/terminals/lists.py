"""A list of terminals in a workbook or CSV, as lines, each with its faults."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sekisho.accounts.faults import Fault
from sekisho.terminals.labels import is_number
from sekisho_links.workbooks.rows import rows_in

NUMBER, OWNER, CLASS, KIND, MODEL, SERIAL, KEEPER, SITE, SHOWS = (
    "端末番号", "所有", "端末の区分", "用途", "機種", "製造番号", "管理者", "場所符号",
    "非公開情報の表示",
)  # fmt: skip
HEADINGS = (NUMBER, OWNER, CLASS, KIND)
OTHERS = (MODEL, SERIAL, KEEPER, SITE, SHOWS)
LABEL = "札"
YES, NO = ("可", "はい", "1", "○"), ("", "否", "いいえ", "0", "×")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line. line: as an editor or a spreadsheet counts it. shows: None where it is no answer.

    terminal_class, kind: None where the word is none of the known ones.
    """

    line: int
    number: str
    owner: str
    terminal_class: str | None
    kind: str | None
    model: str
    maker_serial: str
    keeper: str
    site: str
    shows: bool | None


@dataclass(slots=True, kw_only=True)
class Reading:
    """whole: the file could be opened, and has the headings that are needed."""

    lines: list[Listed] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    whole: bool = True


def devices_in(
    data: bytes, *, encoding: str, classes: Mapping[str, str], kinds: Mapping[str, str]
) -> Reading:
    """Return the terminals of a file; a line that cannot be read is a fault of its own.

    classes, kinds: the stored value by the word that people write.
    """
    rows = rows_in(data, headings=HEADINGS, numbers=(NUMBER, SERIAL), encoding=encoding)
    found = Reading(faults=list(rows.faults), whole=rows.whole)
    seen: dict[str, int] = {}
    for row in rows.rows:
        cells = {name: text.strip() for name, text in row.cells.items()}
        said = cells.get(SHOWS, "")
        line = Listed(
            line=row.number,
            number=cells[NUMBER],
            owner=cells[OWNER],
            terminal_class=classes.get(cells[CLASS]),
            kind=kinds.get(cells[KIND]),
            model=cells.get(MODEL, ""),
            maker_serial=cells.get(SERIAL, ""),
            keeper=cells.get(KEEPER, ""),
            site=cells.get(SITE, ""),
            shows=True if said in YES else False if said in NO else None,
        )
        faults = _faults(line, classes=classes, kinds=kinds)
        if line.number and (before := seen.setdefault(line.number, row.number)) != row.number:
            faults.append(
                Fault(
                    line=row.number,
                    column=NUMBER,
                    problem=f"端末番号が {before} 行目と同じです",
                    remedy="どちらかを消してください",
                )
            )
        found.faults += faults
        if not faults:
            found.lines.append(line)
    return found


def _faults(line: Listed, *, classes: Mapping[str, str], kinds: Mapping[str, str]) -> list[Fault]:
    wrong = []
    if not is_number(line.number):
        wrong.append((NUMBER, "端末番号として使えません", "英数字と . - _ で、数字を含めます"))
    if not line.owner:
        wrong.append((OWNER, "所有が空です", "事業者符号を書いてください"))
    if line.terminal_class is None:
        wrong.append((CLASS, "端末の区分が分かりません", f"「{'」「'.join(classes)}」から選びます"))
    if line.kind is None:
        wrong.append((KIND, "用途が分かりません", f"「{'」「'.join(kinds)}」から選びます"))
    if line.shows is None:
        wrong.append((SHOWS, "表示してよいかが読めません", "「可」か「否」と書いてください"))
    return [
        Fault(line=line.line, column=column, problem=problem, remedy=remedy)
        for column, problem, remedy in wrong
    ]


def labels_in(data: bytes, *, encoding: str) -> tuple[list[str], list[Fault]]:
    """Return the labels that a hand scanner kept in a file, in their order, and what is wrong.

    A workbook or CSV with the heading 札, or a plain text with one label a line.
    """
    head = data[:200].lstrip(b"\xef\xbb\xbf").splitlines()[:1]
    if not data.startswith(b"PK") and head and "," not in head[0].decode(encoding, "replace"):
        text = data.decode(encoding, "replace")
        lines = [line.strip() for line in text.lstrip("\ufeff").splitlines()]
        return [line for line in lines if line and line != LABEL], []
    rows = rows_in(data, headings=(LABEL,), numbers=(LABEL,), encoding=encoding)
    return [row.cells[LABEL].strip() for row in rows.rows if row.cells[LABEL].strip()], rows.faults
