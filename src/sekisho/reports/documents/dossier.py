"""The record of an emergency (災害対応記録): who declared it, who came, what was cleared up."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sekisho.reports.shapes import Column, Report, Section, Table, counted
from sekisho.terms.days import JST


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One stretch, with who signed it. digest: of what the first of the two signed."""

    no: int
    starts: datetime
    ends: datetime
    declared_by: str
    confirmed_by: str
    conduct_office: bool
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """One line of the closing list as it stood when the record was made."""

    words: str
    due_at: datetime
    done_at: datetime | None
    by: str
    evidence: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """How much of one company took part."""

    name: str
    helpers: int
    accounts: int
    loans: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All that the record says. Helpers are counted by company; people who signed are named."""

    code: str
    kind: str
    owner: str
    cause: str
    reason: str
    areas: Sequence[str]
    systems: Sequence[str]
    commander: str
    conduct_officer: str
    lifted_at: datetime | None
    lifted_by: str
    closed_at: datetime | None
    closed_by: str
    terms: Sequence[Term]
    companies: Sequence[Company]
    cleared: Sequence[Cleared]
    findings: Sequence[tuple[datetime, str, str]]  # when, what, how it was closed
    grants: int
    uses: int
    made_at: datetime
    made_by: str
    position: str


def report_of(one: Dossier) -> Report:
    """Return the record as a report: the same words, whoever prints it again."""
    return Report(
        kind="dossier",
        title=f"災害対応記録 {one.code}",
        subtitle=f"{one.kind}：{one.cause}",
        made_at=one.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        made_on=f"{one.made_at.astimezone(JST):%Y-%m-%d}",
        position=one.position,
        facts=_facts(one),
        sections=(_terms(one), _people(one), _cleared(one), _findings(one)),
        numbers={
            "code": one.code,
            "terms": len(one.terms),
            "helpers": sum(company.helpers for company in one.companies),
            "grants": one.grants,
            "uses": one.uses,
            "findings": len(one.findings),
            "closing": [
                {"item": line.words, "done": _clock(line.done_at), "sha256": line.sha256}
                for line in one.cleared
            ],
        },
    )


def _facts(one: Dossier) -> tuple[tuple[str, str], ...]:
    return (
        ("種類", one.kind),
        ("発動した会社", one.owner),
        ("事由", one.cause),
        ("利用が要った理由", one.reason),
        ("地区", "、".join(one.areas) or "定めない"),
        ("対象システム", "、".join(one.systems)),
        ("責任者", one.commander),
        ("行為規制担当", one.conduct_officer),
        ("解除", f"{_clock(one.lifted_at)} {one.lifted_by}" if one.lifted_at else "期間の満了"),
        ("後始末の完了", f"{_clock(one.closed_at)} {one.closed_by}" if one.closed_at else "まだ"),
        ("作成", f"{_clock(one.made_at)} {one.made_by}"),
    )


def _terms(one: Dossier) -> Section:
    rows = tuple(
        (
            str(term.no),
            _clock(term.starts),
            _clock(term.ends),
            term.declared_by,
            term.confirmed_by,
            "署名" if term.conduct_office else "—",
            term.digest[:12],
        )
        for term in one.terms
    )
    columns = {
        "期": 1, "始まり": 3, "終わり": 3, "宣言": 3, "確認": 3, "行為規制担当": 2,
        "署名した文（SHA-256）": 3,
    }  # fmt: skip
    return Section(
        heading="発動の期間と署名",
        sentences=("どの期間も、二人が自分の認証器で署名しました。",),
        tables=(_table("期間ごと", columns, rows),),
    )


def _people(one: Dossier) -> Section:
    rows = tuple(
        (
            company.name,
            counted(company.helpers),
            counted(company.accounts),
            counted(company.loans),
        )
        for company in one.companies
    )
    return Section(
        heading="応援者、一時ID、貸与端末",
        sentences=(
            f"利用許可 {counted(one.grants)} 件、回数を数える利用 {counted(one.uses)} 回。",
        ),
        tables=(
            _table(
                "会社ごと",
                {"会社": 4, "応援者（人）": 2, "一時ID（個）": 2, "貸与端末（台）": 2},
                rows,
                numeric=("応援者（人）", "一時ID（個）", "貸与端末（台）"),
            ),
        ),
    )


def _cleared(one: Dossier) -> Section:
    rows = tuple(
        (
            line.words,
            _clock(line.due_at),
            _clock(line.done_at) if line.done_at else "未了",
            line.by or "記録から計算",
            line.evidence or "—",
            line.sha256[:12] or "—",
        )
        for line in one.cleared
    )
    return Section(
        heading="後始末",
        tables=(
            _table(
                "項目ごと",
                {"項目": 5, "期限": 3, "完了": 3, "署名した人": 3, "証拠": 5, "証拠（SHA-256）": 3},
                rows,
            ),
        ),
    )


def _findings(one: Dossier) -> Section:
    rows = tuple((_clock(at), sentence, answer) for at, sentence, answer in one.findings)
    return Section(
        heading="指摘とその答え",
        sentences=() if rows else ("この発動についての指摘はありません。",),
        tables=(_table("指摘", {"見つけた時刻": 2, "指摘": 7, "答え": 4}, rows),) if rows else (),
    )


def _table(
    caption: str,
    columns: Mapping[str, int],
    rows: tuple[tuple[str, ...], ...],
    *,
    numeric: Collection[str] = (),
) -> Table:
    """Return a table; columns: names with their share of the line."""
    return Table(
        caption=caption,
        columns=tuple(
            Column(name=name, width=width, numeric=name in numeric)
            for name, width in columns.items()
        ),
        rows=rows,
    )


def _clock(at: datetime | None) -> str:
    return f"{at.astimezone(JST):%Y-%m-%d %H:%M}" if at is not None else "—"
