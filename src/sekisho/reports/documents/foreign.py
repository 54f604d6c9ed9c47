"""Reports about systems that do not pass the gate: a run, what is suspicious, the inspection."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sekisho.reports.shapes import Column, Report, Section, Table, counted
from sekisho.terms.days import JST

Rows = Sequence[tuple[str, ...]]


def reconciliation_report(
    *, system: str, log: Mapping[str, str], classes: Rows, lines: Rows, now: datetime
) -> Report:
    """Return one run as a report.

    log:     what is said of the record and of the run, in words.
    classes: word, meaning, who looks at it, lines. lines: those that do not match.
    """
    sections = (
        Section(
            heading="区分ごとの行数",
            tables=(
                Table(
                    caption="区分ごとの行数",
                    columns=(
                        Column(name="区分", width=2),
                        Column(name="意味", width=5),
                        Column(name="見る人", width=2),
                        Column(name="行", numeric=True),
                    ),
                    rows=tuple(classes),
                ),
            ),
        ),
        Section(
            heading="照合済でない行",
            tables=(
                Table(
                    caption="照合済でない行",
                    columns=tuple(
                        Column(name=name, width=width)
                        for name, width in (
                            ("行", 1), ("日時", 2), ("ID", 2), ("対象", 2), ("接続元", 2),
                            ("区分", 2), ("事情", 3),
                        )
                    ),
                    rows=tuple(lines),
                ),
            ),
        ),
    )  # fmt: skip
    return _report(
        "foreign-reconciliation", f"{system} 利用の突合", tuple(log.items()), sections, now=now
    )


def suspicious_report(
    *, system: str, suspects: Rows, unknown: Sequence[str], now: datetime
) -> Report:
    """Return what looks suspicious, by class and ID, to be told to whose system it is.

    suspects: class, ID, lines, first, last, objects, addresses. unknown: stretches of days of
              which no record was received; nothing is said about them.
    """
    told = (
        "次の期間は記録を受け取っておらず、異状がなかったとは言えません。" + "、".join(unknown)
        if unknown
        else "記録のない期間はありません。"
    )
    columns = (
        Column(name="区分", width=2),
        Column(name="ID", width=2),
        Column(name="行", numeric=True),
        Column(name="はじめ", width=2),
        Column(name="終わり", width=2),
        Column(name="対象の数", numeric=True),
        Column(name="接続元の数", numeric=True),
    )
    section = Section(
        heading="不審な利用",
        sentences=(told,),
        tables=(Table(caption="区分とIDごと", columns=columns, rows=tuple(suspects)),),
    )
    facts = (("区分とIDの組", counted(len(suspects))), ("記録のない期間", str(len(unknown))))
    return _report("foreign-suspicious", f"{system} 不審な利用", facts, (section,), now=now)


def inspection_report(
    *, system: str, year: int, rows: Rows, answered_by: str, digest: str, at: datetime
) -> Report:
    """Return a signed inspection. rows: code, question, figures, answer, note."""
    columns = (
        Column(name="番号"),
        Column(name="問い", width=4),
        Column(name="計算した数", width=3),
        Column(name="答え"),
        Column(name="所見", width=3),
    )
    section = Section(
        heading="点検の結果",
        tables=(Table(caption="点検の結果", columns=columns, rows=tuple(rows)),),
    )
    facts = (
        ("答えた人", answered_by),
        ("署名", f"{at.astimezone(JST):%Y-%m-%d %H:%M}"),
        ("本文の SHA-256", digest),
    )
    return _report(
        "foreign-inspection", f"{system} 年末自己点検（{year}年度）", facts, (section,), now=at
    )


def _report(
    kind: str,
    title: str,
    facts: tuple[tuple[str, str], ...],
    sections: tuple[Section, ...],
    *,
    now: datetime,
) -> Report:
    return Report(
        kind=kind,
        title=title,
        subtitle="関門を通らないシステム",
        made_at=f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        made_on=f"{now.astimezone(JST):%Y-%m-%d}",
        position="",
        facts=facts,
        sections=sections,
        numbers={},
    )
