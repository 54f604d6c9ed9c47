"""The completion report (完了報告): what a version changed, who signed it, what was proved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sekisho.policy.system import Policy
from sekisho.proof.agreed import disagreeing
from sekisho.proof.attestation import NOT_PROVED
from sekisho.proof.certificate import Certificate
from sekisho.reports.differences import difference
from sekisho.reports.documents import words
from sekisho.reports.documents.changed import as_data, seen, signed_list, written
from sekisho.reports.shapes import Column, Look, Report, Section, Table, counted
from sekisho.terms.days import JST

NOBODY = "まだない"
TO_BE_STAMPED = ("起案者", "システム管理責任者", "第2線（行為規制）", "試験の責任者")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step on the way of a change: 下書 … 公開, or a signature."""

    word: str
    who: str
    at: datetime
    found: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The change (変更案件) that led to the version."""

    number: str
    title: str
    reason: str
    basis: str
    author: str
    period: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """All that the report prints.

    before:  the version that stood until then; None: this is the first.
    change:  None: the version came without one (the founding).
    trial:   the report of the simulation on recorded traffic; None: none was made.
    made_at: the moment of the last step, so that the report made again is the same.
    """

    policy: Policy
    name: str
    before: Policy | None
    before_name: str
    change: About | None
    steps: Sequence[Step]
    signatures: Sequence[Step]
    trial: Report | None
    published_at: datetime | None
    certificate: Certificate
    made_at: datetime


def report_of(done: Completion) -> Report:
    """Return the completion report. What did not happen yet is said, not left out."""
    found = difference(done.before, done.policy) if done.before else None
    made = done.made_at.astimezone(JST)
    looser, stricter = (found.looser, found.stricter) if found else (0, 0)
    held = done.certificate.held
    return Report(
        kind="completion",
        title="判定表の完了報告",
        subtitle=done.change.title if done.change else done.name,
        made_at=f"{done.made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        made_on=f"{made:%Y年%m月%d日}",
        position="",
        facts=(
            *_facts(done),
            (
                "変わるところ",
                f"緩くなる {counted(looser)}、厳しくなる {counted(stricter)}",
            ),
            ("証明", f"守られる {counted(held)}、破れる {counted(done.certificate.broken)}"),
        ),
        sections=(
            seen(done.before, found),
            written(done.before, done.policy, found),
            signed_list(done.before, done.policy),
            _proof(done),
            _examples(done),
            _trial(done),
            _signatures(done),
            Section(heading="証明していないこと", sentences=NOT_PROVED),
            _stamps(),
        ),
        numbers={
            "before": done.before.hash if done.before else "",
            "after": done.policy.hash,
            "looser": looser,
            "stricter": stricter,
            "changes": as_data(found),
            "proved": done.certificate.held,
            "broken": done.certificate.broken,
        },
    )


def _facts(done: Completion) -> tuple[tuple[str, str], ...]:
    one = done.change
    change = (
        (
            ("変更案件", f"{one.number} {one.title}"),
            ("理由", one.reason),
            ("根拠", one.basis),
            ("起案", one.author),
            ("適用する日", one.period),
        )
        if one
        else (("変更案件", "なし（最初に置いた版）"),)
    )
    before = f"{done.before_name}　sha256:{done.before.hash}" if done.before else "なし"
    published = _moment(done.published_at) if done.published_at else NOBODY
    return (
        ("版", f"{done.name}　sha256:{done.policy.hash}"),
        ("前の版", before),
        *change,
        ("公開", published),
    )


def _moment(at: datetime) -> str:
    return f"{at.astimezone(JST):%Y年%m月%d日 %H:%M}（日本時間）"


def _proof(done: Completion) -> Section:
    rows = tuple(
        (
            proof.name,
            proof.version,
            counted(proof.contexts),
            counted(sum(result.held for result in proof.results)),
            counted(len(proof.broken)),
        )
        for proof in done.certificate.proofs
    )
    broken = tuple(
        (proof.name, result.invariant.id, result.invariant.sentence, result.witness.sentence)
        for proof in done.certificate.proofs
        for result in proof.broken
        if result.witness
    )
    tables = [
        Table(
            caption="システムと、規則の組が続く期間ごと",
            columns=(
                Column(name="システム", width=4),
                Column(name="版", width=4),
                Column(name="組合せ", width=3, numeric=True),
                Column(name="守られる", width=2, numeric=True),
                Column(name="破れる", width=2, numeric=True),
            ),
            rows=rows,
        )
    ]
    if broken:
        tables.append(
            Table(
                caption="破れる不変条件と反例",
                columns=(
                    Column(name="システム", width=3),
                    Column(name="番号", width=2),
                    Column(name="いつも守られること", width=7),
                    Column(name="反例", width=9),
                ),
                rows=broken,
            )
        )
    return Section(
        heading="証明したこと",
        sentences=("不変条件を、試したのではなく、組合せのすべてについて証明した。",),
        tables=tuple(tables),
    )


def _examples(done: Completion) -> Section:
    rows = []
    for system in done.policy.systems.values():
        broken = {one.id for one in disagreeing(system)}
        whole = len(system.examples)
        named = "、".join(sorted(broken)) or words.NONE
        rows.append((system.name, counted(whole), counted(whole - len(broken)), named))
    return Section(
        heading="合意した試験例",
        sentences=("業務の担当が決めた答えと、表の答えを照らした。",),
        tables=(
            Table(
                caption="試験例",
                columns=(
                    Column(name="システム", width=4),
                    Column(name="試験例", width=2, numeric=True),
                    Column(name="合う", width=2, numeric=True),
                    Column(name="合わない例", width=6),
                ),
                rows=tuple(rows),
            ),
        ),
    )


def _trial(done: Completion) -> Section:
    heading = "記録に照らした試算"
    if done.trial is None:
        return Section(heading=heading, sentences=("試算の結果は、この版に付いていない。",))
    facts = Table(
        caption="試算したもの",
        columns=(Column(name="事項", width=4), Column(name="内容", width=14)),
        rows=done.trial.facts,
    )
    found = done.trial.sections
    return Section(
        heading=heading,
        sentences=(
            "これまでの閲覧の記録に、この版を当てはめて数えた。",
            *(sentence for section in found for sentence in section.sentences),
        ),
        tables=(facts, *(table for section in found for table in section.tables)),
    )


def _signatures(done: Completion) -> Section:
    columns = (
        Column(name="段階・立場", width=3),
        Column(name="した人", width=4),
        Column(name="日時", width=4),
        Column(name="結果・署名した文", width=8),
    )

    def rows(steps: Sequence[Step]) -> tuple[tuple[str, ...], ...]:
        return tuple((one.word, one.who, _moment(one.at), one.found or words.NONE) for one in steps)

    tables = [
        Table(caption=caption, columns=columns, rows=rows(steps))
        for caption, steps in (("署名", done.signatures), ("段階の移り", done.steps))
        if steps
    ]
    said = (
        "署名はパスキーによる。起案者と、起案に加わっていない第2線とが、同じ版に署名した。"
        if len({one.word for one in done.signatures}) > 1
        else "二人の署名は、まだ揃っていない。"
        if done.change
        else "最初に置いた版で、変更案件の署名はない。"
    )
    return Section(heading="署名と公開", sentences=(said,), tables=tuple(tables))


def _stamps() -> Section:
    columns = (
        Column(name="立場", width=3),
        Column(name="氏名", width=4, look=Look.BLANK),
        Column(name="日付", width=3, look=Look.BLANK),
        Column(name="印", width=3, look=Look.BLANK),
        Column(name="所見", width=9, look=Look.BLANK),
    )
    rows = tuple((who, "", "", "", "") for who in TO_BE_STAMPED)
    return Section(
        heading="確認と所見", tables=(Table(caption="確認", columns=columns, rows=rows),)
    )
