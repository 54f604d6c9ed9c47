"""The incident report (事案の報告): contracts, retailers and viewers by class and window."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sekisho.reports.shapes import Column, Report, Section, Table, counted
from sekisho.terms.days import JST

FLOW, MONTHS = "flow", "months"  # the pictures that the report asks for


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentClass:
    """One class of incident (案件の種類): what makes an access belong to it."""

    key: str
    name: str
    predicate: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """The numbers of one class in one window. Distinct ones cannot be summed over windows."""

    incident: str
    window: str
    accesses: int
    contracts: int
    customers: int
    retailers: int
    viewers: int


# What the table says about an access that was read, in the order of a reader's interest.
VERDICTS: Mapping[str, str] = {
    "not_allowed_by_table": "表示されたが、判定表は拒否する",
    "undecidable": "表示されたが、事実が足りず判定できない（判定不能）",
    "allowed": "表示され、判定表も認める",
    "masked": "隠して表示された",
    "not_shown": "表示されていない（拒否、該当なし）",
}
APART: Mapping[str, str] = {
    "not_allowed_by_table": "判定表が拒否する閲覧（種類によらない）",
    "undecidable": "判定不能の閲覧",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A period that was counted: days of Japan, the first and the last one in it."""

    name: str
    first: str
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    incident: str
    month: str
    accesses: int
    contracts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conservation:
    """Nothing is lost: read = accepted + quarantined. reasons: sentence -> lines refused for it."""

    read: int
    accepted: int
    quarantined: int
    repaired: int
    reasons: Mapping[str, int]

    @property
    def holds(self) -> bool:
        kept = self.accepted + self.quarantined == self.read
        return kept and sum(self.reasons.values()) == self.quarantined


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Everything that the report prints."""

    question: str
    table_hash: str
    made_at: datetime
    position: str
    windows: Sequence[Window]
    classes: Sequence[IncidentClass]
    counts: Sequence[Count]
    apart: Sequence[Count]  # against the table whatever the class, and what cannot be decided
    verdicts: Mapping[str, int]  # of every access that was read: VERDICTS -> accesses
    months: Sequence[Month]
    viewers: Mapping[str, int]  # viewer class -> accesses shown that the table refuses
    conservation: Conservation


def report_of(findings: Findings) -> Report:
    """Return the incident report of `findings`. Every class has a line, also one with no access."""
    made = findings.made_at.astimezone(JST)
    facts = (
        ("調べた問い", findings.question),
        ("期間", "、".join(_period(window) for window in findings.windows)),
        ("判定表", f"sha256:{findings.table_hash}"),
        ("調べた日時", f"{made:%Y年%m月%d日 %H:%M}（日本時間）"),
        ("台帳の位置", findings.position or "なし"),
    )
    return Report(
        kind="incidents",
        title="閲覧記録の調査報告",
        subtitle="判定表に照らして止めるべきだった閲覧",
        made_at=f"{findings.made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        made_on=f"{made:%Y年%m月%d日}",
        position=findings.position,
        facts=facts,
        sections=(
            _counts(findings),
            _verdicts(findings),
            _months(findings),
            _viewers(findings),
            _conservation(findings.conservation),
            _meanings(findings),
        ),
        numbers={
            "windows": [asdict(one) for one in findings.windows],
            "counts": [asdict(one) for one in findings.counts],
            "apart": [asdict(one) for one in findings.apart],
            "verdicts": dict(findings.verdicts),
            "months": [asdict(one) for one in findings.months],
            "viewers": dict(findings.viewers),
            "conservation": asdict(findings.conservation),
        },
    )


def months_of(findings: Findings) -> list[str]:
    """Return the months of the axis, without a hole between the first and the last."""
    known = sorted({one.month for one in findings.months})
    if not known:
        return []
    (year, month), (last_year, last) = (
        tuple(int(part) for part in one.split("-")) for one in (known[0], known[-1])
    )
    axis = []
    while (year, month) <= (last_year, last):
        axis.append(f"{year}-{month:02}")
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return axis


def _period(window: Window) -> str:
    return f"{window.name}（{window.first} から {window.last} まで）"


def _counts(findings: Findings) -> Section:
    names = {kind.key: kind.name for kind in findings.classes}
    return Section(
        heading="事案ごとの件数",
        sentences=(
            "一つの閲覧は、ただ一つの種類に数える。上の種類から順に当てる。",
            "契約、お客さま、小売電気事業者、閲覧者は、それぞれの期間で重なりを除いて数える。",
            "期間や種類をまたいで足すと重なるので、足し合わせない。",
            "部分的に隠して表示されたもの、拒否されたものは、見られたものに数えない。",
        ),
        tables=_by_window(findings.windows, findings.counts, names=names, head="事案の種類"),
    )


def _verdicts(findings: Findings) -> Section:
    read = sum(findings.verdicts.values())
    rows = tuple((words, counted(findings.verdicts.get(key, 0))) for key, words in VERDICTS.items())
    return Section(
        heading="判定表に照らした内訳",
        sentences=(
            f"読んだ閲覧 {counted(read)} 件を判定表に照らした。内訳の合計は読んだ件数に等しい。",
            "判定不能は違反ではない。結び付ける事実が足りず、どちらとも言えないものである。",
        ),
        tables=(
            Table(
                caption="すべての閲覧の内訳",
                columns=(
                    Column(name="内訳", width=5),
                    Column(name="閲覧（件）", numeric=True, width=2),
                ),
                rows=rows,
            ),
            *_by_window(findings.windows, findings.apart, names=APART, head="判定表に照らすと"),
        ),
    )


def _by_window(
    windows: Sequence[Window], counts: Sequence[Count], *, names: Mapping[str, str], head: str
) -> tuple[Table, ...]:
    """Return one table a window, with a line for every name, also where nothing was found."""
    found = {(one.incident, one.window): one for one in counts}
    columns = ("閲覧（件）", "契約数", "お客さま", "小売電気事業者数", "閲覧者数")
    return tuple(
        Table(
            caption=_period(window),
            columns=(
                Column(name=head, width=4),
                *(Column(name=name, numeric=True, width=2) for name in columns),
            ),
            rows=tuple(
                (name, *map(counted, _numbers(found.get((key, window.name)))))
                for key, name in names.items()
            ),
        )
        for window in windows
    )


def _numbers(one: Count | None) -> tuple[int, ...]:
    if one is None:
        return (0,) * 5
    return one.accesses, one.contracts, one.customers, one.retailers, one.viewers


def _months(findings: Findings) -> Section:
    axis = months_of(findings)
    found = {(one.incident, one.month): one for one in findings.months}
    names = {kind.key: kind.name for kind in findings.classes}
    seen = [key for key in names if any(one.incident == key for one in findings.months)]
    rows = tuple(
        (
            names[key],
            *(
                counted(one.accesses) if (one := found.get((key, month))) else counted(0)
                for month in axis
            ),
        )
        for key in seen
    )
    table = Table(
        caption="月ごとの閲覧の件数",
        columns=(
            Column(name="事案の種類", width=4),
            *(Column(name=_short(month), numeric=True, width=2) for month in axis),
        ),
        rows=rows,
    )
    if not seen:
        return Section(heading="月ごとの推移", sentences=("止めるべきだった閲覧はない。",))
    return Section(
        heading="月ごとの推移",
        sentences=("図は種類ごとに目盛りが異なる。棒の上の数が件数である。",),
        tables=(table,),
        picture=MONTHS,
    )


def _short(month: str) -> str:
    """Return 2025-04 as a narrow column names it, in two lines: 25年, 4月."""
    year, number = month.split("-")
    return f"{year[2:]}年\n{int(number)}月"


def _viewers(findings: Findings) -> Section:
    rows = tuple(
        (name, counted(count))
        for name, count in sorted(findings.viewers.items(), key=lambda one: (-one[1], one[0]))
    )
    table = Table(
        caption="閲覧者区分ごとの、表示されたが判定表は拒否する閲覧",
        columns=(
            Column(name="閲覧者区分", width=4),
            Column(name="閲覧（件）", numeric=True, width=2),
        ),
        rows=rows,
    )
    return Section(
        heading="誰が見たか",
        sentences=("人事の発令、端末の台帳、IDの登録を、閲覧の時点にさかのぼって当てた。",),
        tables=(table,) if rows else (),
        picture=FLOW if rows else "",
    )


def _conservation(found: Conservation) -> Section:
    rows = tuple(
        (reason, counted(count))
        for reason, count in sorted(found.reasons.items(), key=lambda one: (-one[1], one[0]))
    )
    table = Table(
        caption="読めなかった行の理由",
        columns=(Column(name="理由", width=6), Column(name="行", numeric=True, width=1)),
        rows=rows,
    )
    read, accepted, refused = map(counted, (found.read, found.accepted, found.quarantined))
    equal = "一致する" if found.holds else "一致しない。原因を調べること"
    return Section(
        heading="読んだ記録",
        sentences=(
            f"読んだ行 {read} ＝ 採った行 {accepted} ＋ 読めなかった行 {refused}（{equal}）。",
            f"採った行のうち {counted(found.repaired)} 行は、失われた先頭の 0 を補った。",
            "読めなかった行は捨てず、ファイル、行番号、元のバイト列とともに残してある。",
        ),
        tables=(table,) if rows else (),
    )


def _meanings(findings: Findings) -> Section:
    return Section(
        heading="数え方の定め",
        sentences=("どの閲覧が事案に当たるかは、次の述語だけで決まる。",),
        tables=(
            Table(
                caption="事案の種類と述語",
                columns=(
                    Column(name="事案の種類", width=2),
                    Column(name="述語", width=5),
                    Column(name="もとになった公表資料", width=3),
                ),
                rows=tuple((one.name, one.predicate, one.source) for one in findings.classes),
            ),
        ),
    )
