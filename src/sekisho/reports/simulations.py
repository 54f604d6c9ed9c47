"""The result of a simulation (試算) in words: for the page, for Excel and CSV.

Who may not look at people sees no count below three, and no example behind one.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO

from sekisho.policy.system import Policy
from sekisho.policy.treatment import ROW
from sekisho.replay.simulate import Cell, Effect
from sekisho.replay.simulated import FEWEST, Counts, Met, Simulation
from sekisho.reports.shapes import Column, Report, Section, Table, counted
from sekisho.terms.days import JST

FEW = f"{FEWEST}未満"
UNKNOWN = "不明"
LOOSER, STRICTER = "＋ 広がる", "－ 狭まる"
NO_TRAFFIC = "記録されたアクセスがありません"

# what became of looks that were shown, in the order of a reader's interest
EFFECTS: Mapping[Effect, str] = {
    Effect.LOOSER: "広がる（見えるものが増える、または義務が減る）",
    Effect.MIXED: "広がるものも、狭まるものもある",
    Effect.STRICTER: "狭まる（見えるものが減る、または義務が増える）",
    Effect.SAME: "変わらない",
    Effect.UNDECIDABLE: "事実が足りず判定できない（判定不能）",
}
OPENED = "そのとき見せていないが、この版では見えるものが増える"
CLOSED = "そのとき見せていない（隠した、拒否、該当なし）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One cell that changes, in words. number: its place in the simulation, from 0."""

    number: int
    met: Met
    system: str
    viewer: str
    relation: str
    kind: str
    output: str
    before: str
    after: str
    screens: tuple[str, ...]
    fields: tuple[str, ...]

    @property
    def way(self) -> str:
        """The sign and the word of the direction."""
        return LOOSER if self.met.cell.looser else STRICTER

    @property
    def sentence(self) -> str:
        """What changes, as one says it."""
        what = f"{self.before} → {self.after}"
        where = f"{self.system}の{self.kind}で、"
        if self.met.cell.duty:
            return f"{self.viewer}が、{where}{self.relation}の契約を見るときの義務「{self.output}」が {what}"  # noqa: E501
        if self.met.cell.output == ROW:
            return f"{self.viewer}に、{where}{self.relation}の契約の行そのものが {what}"
        again = "（マスクの形が変わる）" if self.met.cell.remade else ""
        return f"{self.viewer}に、{where}{self.relation}の契約の{self.output}が {what}{again}"

    def numbers(self, *, whole: bool) -> tuple[str, str, str, str, str]:
        """Return accesses, contracts, people, retailers, and looks that were not shown then."""
        one = self.met.shown
        few = one.few and not whole
        return (
            number(one.accesses, whole=whole),
            number(one.contracts, whole=whole),
            number(one.people, whole=whole),
            FEW if few else counted(len(one.retailers)),
            number(self.met.opened.accesses, whole=whole),
        )

    def may_show_examples(self, *, whole: bool) -> bool:
        """Whether the looks behind it may be listed: never where they are of fewer than three."""
        return whole or not (self.met.shown.few or self.met.opened.few)


def number(count: int, *, whole: bool) -> str:
    """Return a count with commas; below three in words, unless `whole`."""
    return FEW if not whole and 0 < count < FEWEST else counted(count)


def lines(simulation: Simulation, *, old: Policy | None, new: Policy | None) -> list[Line]:
    """Return every cell that changes: the looser first, and of these what was met most often.

    old, new: where the words are taken from; where a version is no longer read, codes stand.
    """
    found = [_line(number, met, old, new) for number, met in enumerate(simulation.cells)]
    return sorted(
        found,
        key=lambda line: (
            not line.met.cell.looser,
            -(line.met.shown.accesses + line.met.opened.accesses),
            line.number,
        ),
    )


def _line(number: int, met: Met, old: Policy | None, new: Policy | None) -> Line:
    cell = met.cell
    systems = [policy.systems[cell.system] for policy in (new, old)
               if policy and cell.system in policy.systems]  # fmt: skip
    fields = {one.id: one.name for system in reversed(systems) for one in system.fields.values()}
    screens = {one.id: one.name for system in reversed(systems) for one in system.screens.values()}
    before, after = cell.words
    return Line(
        number=number,
        met=met,
        system=systems[0].name if systems else cell.system,
        viewer=cell.viewer or UNKNOWN,
        relation=cell.relation or UNKNOWN,
        kind=cell.kind or UNKNOWN,
        output=cell.output,
        before=before,
        after=after,
        screens=tuple(f"{one} {screens.get(one, '')}".rstrip() for one in met.screens),
        fields=tuple(fields.get(one, one) for one in met.fields),
    )


def sentence(simulation: Simulation) -> str:
    """Return the whole result in one sentence, as a step of a change keeps it."""
    if not simulation.total:
        return f"{NO_TRAFFIC}。"
    if not simulation.cells:
        return f"{counted(simulation.total)} 件の記録で、変わるものはありません。"
    return (
        f"{counted(simulation.total)} 件の記録のうち、広がる {_said(simulation.looser)}、"
        f"狭まる {_said(simulation.stricter)}、変わる場面 {len(simulation.cells)}。"
    )


def _said(counts: Counts) -> str:
    return (
        f"{number(counts.accesses, whole=False)} 件（契約 {number(counts.contracts, whole=False)}、"
        f"人 {number(counts.people, whole=False)}）"
    )


def effects(simulation: Simulation) -> list[tuple[str, int]]:
    """Return what became of every look, in words; together they are all looks."""
    return [
        *((words, simulation.effects[effect]) for effect, words in EFFECTS.items()),
        (OPENED, simulation.opened),
        (CLOSED, simulation.closed),
    ]


def period(simulation: Simulation) -> str:
    """Return the period in words, its last day in it."""
    if simulation.first is None and simulation.until is None:
        return "記録のある全期間"
    last = simulation.until - timedelta(days=1) if simulation.until else None
    return f"{simulation.first or '初め'} から {last or '終わり'} まで"


COLUMNS = (
    Column(name="向き"),
    Column(name="システム", width=2),
    Column(name="閲覧者区分", width=2),
    Column(name="契約相手"),
    Column(name="画面区分"),
    Column(name="項目区分・義務", width=2),
    Column(name="いま"),
    Column(name="この版"),
    Column(name="閲覧", numeric=True),
    Column(name="契約", numeric=True),
    Column(name="人", numeric=True),
    Column(name="小売電気事業者", numeric=True),
    Column(name="そのとき見せていない閲覧", numeric=True),
    Column(name="画面", width=3),
    Column(name="項目", width=3),
)


def _cells(line: Line, *, whole: bool) -> tuple[str, ...]:
    return (
        line.way.split()[-1],  # without its sign: a spreadsheet would take ＋ for a formula
        line.system,
        line.viewer,
        line.relation,
        line.kind,
        line.output,
        line.before,
        line.after,
        *line.numbers(whole=whole),
        "、".join(line.screens),
        "、".join(line.fields),
    )


def csv_of(found: list[Line], *, whole: bool) -> bytes:
    """Return the cells as CSV that an office program opens: UTF-8 with a mark, CRLF."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in COLUMNS])
    writer.writerows(_cells(line, whole=whole) for line in found)
    return text.getvalue().encode("utf-8-sig")


def report_of(
    simulation: Simulation,
    found: list[Line],
    *,
    change: str,
    traffic: str,
    made_at: datetime,
    whole: bool,
) -> Report:
    """Return the report of a simulation.

    change:  number and title of the change. traffic: what it was tried on, in words.
    whole:   whether the reader may see counts below three.
    """
    made = made_at.astimezone(JST)
    return Report(
        kind="simulation",
        title="試算の結果",
        subtitle="記録されたアクセスに、公開前の版を当てたもの",
        made_at=f"{made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        made_on=f"{made:%Y年%m月%d日}",
        position="",
        facts=(
            ("変更案件", change or "なし（版だけの試算）"),
            ("もとの版", f"sha256:{simulation.old}"),
            ("試した版", f"sha256:{simulation.new}"),
            ("試した記録", traffic),
            ("期間", period(simulation)),
            ("試算した日時", f"{made:%Y年%m月%d日 %H:%M}（日本時間）"),
            ("結果", f"sha256:{simulation.digest}"),
        ),
        sections=(
            _totals(simulation, whole=whole),
            Section(
                heading="変わる場面",
                sentences=(
                    "広がるものを先に、多い順に並べる。見せなかった閲覧は、広がる場面でだけ数える。",
                )
                if found
                else ("変わる場面はありません。",),
                tables=(
                    Table(
                        caption=f"{len(found)} 場面",
                        columns=COLUMNS,
                        rows=tuple(_cells(line, whole=whole) for line in found),
                    ),
                )
                if found
                else (),
            ),
        ),
        numbers=simulation.as_json() if whole else {"digest": simulation.digest},
    )


def _totals(simulation: Simulation, *, whole: bool) -> Section:
    return Section(
        heading="合計",
        sentences=(sentence(simulation),),
        tables=(
            Table(
                caption="すべての閲覧がどうなるか",
                columns=(Column(name="どうなるか", width=4), Column(name="閲覧", numeric=True)),
                rows=(
                    *((words, number(count, whole=whole)) for words, count in effects(simulation)),
                    ("合計", counted(simulation.total)),
                ),
            ),
            Table(
                caption="広がる閲覧と狭まる閲覧（両方に当たる閲覧は、両方に数える）",
                columns=(
                    Column(name="向き"),
                    *(
                        Column(name=name, numeric=True)
                        for name in ("閲覧", "契約", "人", "小売電気事業者")
                    ),
                ),
                rows=tuple(
                    (
                        way,
                        number(one.accesses, whole=whole),
                        number(one.contracts, whole=whole),
                        number(one.people, whole=whole),
                        FEW if one.few and not whole else counted(len(one.retailers)),
                    )
                    for way, one in ((LOOSER, simulation.looser), (STRICTER, simulation.stricter))
                ),
            ),
        ),
    )


def example_words(context: Mapping[str, str], cell: Cell) -> list[tuple[str, str]]:
    """Return a context as pairs of attribute and value, without what the cell says already."""
    said = {cell.viewer, cell.relation, cell.kind}
    return [(name, word) for name, word in context.items() if word not in said]
