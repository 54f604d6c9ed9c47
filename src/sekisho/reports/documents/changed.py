"""The chapters of a completion report on what a version changed, and on what two people sign."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sekisho.policy.compare import changed_invariants, rule_changes
from sekisho.policy.loosened import digest_of, loosened
from sekisho.policy.system import Policy
from sekisho.policy.treatment import FROM_WORD
from sekisho.reports.differences import Difference, RowEdit, loosening_said
from sekisho.reports.documents import words
from sekisho.reports.documents.edition import period as period_of
from sekisho.reports.sentences import spoken
from sekisho.reports.shapes import Column, Look, Section, Table, counted

LOOSER, STRICTER = "緩くなる", "厳しくなる"


def as_data(found: Difference | None) -> list[dict[str, Any]]:
    """Return the sentences for machines."""
    return [
        {"system": system.key, "starts": str(period.starts or ""), **asdict(one)}
        for system in (found.systems if found else ())
        for period in system.periods
        for one in period.sentences
    ]


def seen(old: Policy | None, found: Difference | None) -> Section:
    """Return the chapter on what is shown otherwise, sentence by sentence."""
    rows = tuple(
        (
            system.name,
            period_of(period.starts, period.ends),
            LOOSER if one.looser else STRICTER,
            one.text,
            _treated(one.before),
            _treated(one.after),
            counted(one.contexts),
            f"{'、'.join(one.rules_before) or 'なし'} → {'、'.join(one.rules) or 'なし'}",
        )
        for system in (found.systems if found else ())
        for period in system.periods
        for one in sorted(period.sentences, key=lambda one: not one.looser)
    )
    if old is None:
        said = "前の版がないので、違いはない。"
    elif rows:
        said = "前の版と見え方の変わる所のすべて。緩くなる所を先に挙げる。"
    else:
        said = "どの組合せでも、見え方は前の版と変わらない。"
    columns = (
        Column(name="システム", width=3),
        Column(name="期間", width=3),
        Column(name="向き", width=2),
        Column(name="変わること", width=12),
        Column(name="前", width=2, look=Look.TREATMENT),
        Column(name="後", width=2, look=Look.TREATMENT),
        Column(name="組合せ", width=2, numeric=True),
        Column(name="規則", width=3),
    )
    tables = (Table(caption="見え方の違い", columns=columns, rows=rows),) if rows else ()
    return Section(heading="見え方の違い", sentences=(said,), tables=tables)


def _treated(word: str) -> str:
    return words.treated(FROM_WORD[word]) if word in FROM_WORD else word


def written(old: Policy | None, new: Policy, found: Difference | None) -> Section:
    """Return the chapter on the rows that differ, whether or not anything is shown otherwise."""
    if old is None or found is None:
        return Section(heading="書き換えた行", sentences=("前の版がないので、違いはない。",))
    rules = tuple(_rules_said(old, new))
    edits = tuple(
        row
        for name, several in (
            *((system.name, system.edits) for system in found.systems),
            ("すべてのシステム", found.shared),
        )
        for edit in several
        for row in _cells(name, edit)
    )
    invariants = changed_invariants(old, new)
    said = (
        f"消したか、書き換えた不変条件: {'、'.join(invariants)}"
        if invariants
        else "不変条件は、一つも消していないし、書き換えていない。"
    )
    tables = []
    if rules:
        spoken_columns = (
            Column(name="システム", width=3),
            Column(name="規則", width=2),
            Column(name="前", width=10),
            Column(name="後", width=10),
        )
        tables.append(Table(caption="規則の前と後", columns=spoken_columns, rows=rules))
    if edits:
        columns = (
            Column(name="システム", width=3),
            Column(name="表", width=2),
            Column(name="行", width=3),
            Column(name="名", width=4),
            Column(name="すること", width=2),
            Column(name="列", width=4),
            Column(name="前", width=5),
            Column(name="後", width=5),
        )
        tables.append(Table(caption="書き換えた欄", columns=columns, rows=edits))
    return Section(
        heading="書き換えた行",
        sentences=(said, "書き換えた行はない。" if not edits else "書き換えた行のすべて。"),
        tables=tuple(tables),
    )


def _rules_said(old: Policy, new: Policy) -> Iterator[tuple[str, ...]]:
    """Yield each rule that came, went or reads otherwise, as it was and as it is."""
    for key, system in new.systems.items():
        before = old.systems.get(key)
        if before is None or before is system:
            continue
        for one in rule_changes(before, system):
            yield (
                system.name,
                one.id,
                spoken(before.table, one.before) if one.before else "（なかった）",
                spoken(system.table, one.after) if one.after else "（なくなった）",
            )


def _cells(system: str, edit: RowEdit) -> Iterator[tuple[str, ...]]:
    """Yield a row that differs, cell by cell; one that came or went is one line."""
    if not edit.changes:
        yield (system, edit.sheet, edit.id, edit.title, edit.mark, "行の全体", *(words.NONE,) * 2)
    for one in edit.changes:
        yield (
            system, edit.sheet, edit.id, edit.title, edit.mark, one.column,
            one.before or words.NONE, one.after or words.NONE,
        )  # fmt: skip


def signed_list(old: Policy | None, new: Policy) -> Section:
    """Return the chapter of everything that may show more: it stands in what two people sign."""
    heading = "二人が署名する一覧（緩くなりうるもの）"
    if old is None:
        return Section(heading=heading, sentences=("前の版がないので、一覧はない。",))
    found = loosened(old, new)
    columns = (
        Column(name="番号", width=1, numeric=True),
        Column(name="緩くなりうること", width=16),
        Column(name="要約", width=4),
    )
    rows = tuple(
        (counted(n), loosening_said(one, new), one.digest[:16])
        for n, one in enumerate(found, start=1)
    )
    tables = (Table(caption="一覧", columns=columns, rows=rows),) if rows else ()
    return Section(
        heading=heading,
        sentences=(
            f"{counted(len(found))} 件。一覧の要約 sha256:{digest_of(found)}",
            "ここにない緩和がある版は、公開できない。",
        ),
        tables=tables,
    )
