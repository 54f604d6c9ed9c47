"""The specification of masks (マスク仕様書), screen by screen, for whoever builds the system."""

from collections.abc import Iterator, Sequence

from sekisho.policy.attributes import RELATION, SCREEN_KIND
from sekisho.policy.cubes import Cube
from sekisho.policy.masking import Field, searchable
from sekisho.policy.regions import joined
from sekisho.policy.screens import KEY, Screen
from sekisho.policy.system import Policy, System
from sekisho.policy.treatment import ROW, Treatment
from sekisho.reports.documents import words
from sekisho.reports.documents.edition import Edition
from sekisho.reports.documents.guide import before_screens
from sekisho.reports.documents.lines import Group, Line, groups_of, lines_of, never
from sekisho.reports.documents.scenes import Stage
from sekisho.reports.shapes import Column, Look, Report, Section, Table

ALL_FIELDS = "（すべての項目）"
NO_ROW = "行を返さない。存在しない記録と同じ応答にする"


def report_of(edition: Edition) -> Report:
    """Return the specification of one version of one system: one section a screen."""
    system = edition.system
    stage = Stage(system)
    sections = tuple(_section(edition, stage, screen) for screen in system.screens.values())
    rows = sum(len(table.rows) for section in sections for table in section.tables)
    return Report(
        kind="specification",
        title=f"{system.name}　画面ごとのマスク仕様書",
        subtitle="どの画面で、誰に、どの項目を、どの形で出すか",
        made_at=edition.moment,
        made_on=edition.day,
        position="",
        facts=(
            *edition.facts,
            ("画面と項目", f"画面 {len(system.screens)}、項目 {len(system.fields)}"),
        ),
        sections=(*before_screens(edition), *sections, _rules(system)),
        numbers={"screens": len(system.screens), "fields": len(system.fields), "rows": rows},
    )


def _section(edition: Edition, stage: Stage, screen: Screen) -> Section:
    groups = groups_of(stage, screen)
    tables = [_about(stage, screen), *_ways(edition, screen)]
    if groups:
        tables.append(_scenes(stage.system, groups))
    if stage.items(screen):
        tables.append(_fields(edition, stage, screen, groups))
    return Section(heading=f"{screen.id} {screen.name}", tables=tuple(tables))


def _about(stage: Stage, screen: Screen) -> Table:
    others = [viewer for viewer in stage.viewers if viewer not in screen.viewers]
    limit = (
        f"{screen.limit:,} 件。超えるときは何も出さず、条件を足すよう求める"
        if screen.limit > 1
        else "一度に一件だけ"
    )
    return Table(
        caption="画面",
        columns=(Column(name="事項", width=3), Column(name="内容", width=14)),
        rows=(
            ("画面", f"{screen.id} {screen.name}（{screen.kind}）"),
            ("経路", screen.path),
            ("想定利用者", "、".join(screen.viewers) or words.NONE),
            (
                "開けない人",
                "、".join(others) + "（存在しない画面と同じ応答）" if others else "なし",
            ),
            ("件数の上限", limit if screen.limit else "記録を出さない"),
            ("確認日", screen.confirmed.isoformat() if screen.confirmed else "未確認"),
            ("備考", screen.note or words.NONE),
        ),
    )


def _ways(edition: Edition, screen: Screen) -> Iterator[Table]:
    """Yield the transitions that lead to and from a screen, over all systems."""
    names = {
        one.id: f"{one.id} {one.name}"
        for system in edition.policy.systems.values()
        for one in system.screens.values()
    }
    rows = tuple(
        (
            way.id,
            "ここへ" if way.target == screen.id else "ここから",
            names.get(way.source, way.source),
            names.get(way.target, way.target),
            way.action,
            way.carries,
            way.again,
        )
        for system in edition.policy.systems.values()
        for way in system.transitions
        if screen.id in (way.source, way.target)
    )
    if rows:
        yield Table(
            caption="どこから来て、何を引き継ぐか",
            columns=(
                Column(name="遷移", width=2),
                Column(name="向き", width=2),
                Column(name="遷移元", width=4),
                Column(name="遷移先", width=4),
                Column(name="操作", width=4),
                Column(name="引継ぎ", width=2),
                Column(name="再判定", width=2),
            ),
            rows=rows,
        )


def _scenes(system: System, groups: Sequence[Group]) -> Table:
    names = [name for name in system.table.attributes if name != SCREEN_KIND]
    basis = {rule.id: rule.basis for rule in system.table.rules}
    rows: list[tuple[str, ...]] = []
    for group in groups:
        rules = dict.fromkeys(rule for scene in group.scenes for rule in scene.rules)
        grounds = dict.fromkeys(basis[rule] for rule in rules if basis.get(rule))
        rows += [
            (
                group.name,
                *(_values(system, cube, name) for name in names),
                words.duties_said(group.duties),
                "、".join(rules),
                "／".join(grounds) or words.NONE,
            )
            for cube in joined(scene.cube for scene in group.scenes)
        ]
    return Table(
        caption="場面（記録が見えるのは、次のどれかに当たるときだけ）",
        columns=(
            Column(name="場面", width=2),
            *(Column(name=name, width=3) for name in names),
            Column(name="義務", width=4),
            Column(name="規則", width=2),
            Column(name="根拠", width=5),
        ),
        rows=tuple(rows),
    )


def _values(system: System, cube: Cube, name: str) -> str:
    return words.listed(system.table.values(cube)[name], among=system.table.attributes[name])


def _fields(edition: Edition, stage: Stage, screen: Screen, groups: Sequence[Group]) -> Table:
    system = edition.system
    basis = {rule.id: rule.basis for rule in system.table.rules}
    rows = [_row(edition, line, basis) for line in lines_of(stage, screen, groups)]
    for viewers, relations in never(stage, screen).items():
        first = stage.refused(screen.kind, viewers[0], relations[0]) or {}
        rules = system.table.explain(first, ROW)[1]
        grounds = dict.fromkeys(basis[rule] for rule in rules if basis.get(rule))
        rows.append(
            (
                ALL_FIELDS, words.NONE, "、".join(viewers),
                words.listed(relations, among=stage.relations),
                words.treated(Treatment.REFUSE), "どの場面でも", words.NONE, NO_ROW,
                "行、項目の名と値、件数、並びの空き", "、".join(rules) or "語る規則がない",
                "／".join(grounds) or words.NONE,
            )
        )  # fmt: skip
    return Table(
        caption="項目ごとの扱い",
        columns=(
            Column(name="項目", width=5),
            Column(name="用途", width=2),
            Column(name="閲覧者区分", width=4),
            Column(name="契約相手", width=4),
            Column(name="扱い", width=2, look=Look.TREATMENT),
            Column(name="場面", width=2),
            Column(name="マスク（前 → 後）", width=5),
            Column(name="出す形", width=4),
            Column(name="送ってはならないもの", width=5),
            Column(name="決めるもの", width=3),
            Column(name="根拠", width=5),
        ),
        rows=tuple(rows),
    )


def _row(edition: Edition, line: Line, basis: dict[str, str]) -> tuple[str, ...]:
    policy, system = edition.policy, edition.system
    field = system.fields.get(line.item.field)
    grounds = dict.fromkeys(basis[rule] for rule in line.rules if basis.get(rule))
    decided = "整理表の上限" if line.by_ceiling else "、".join(line.rules)
    shown, mask, unsent = _forms(policy, line, field)
    return (
        f"{field.name if field else ''} {line.item.field}".strip(),
        line.item.use,
        "、".join(line.viewers),
        words.listed(line.relations, among=system.table.attributes[RELATION]),
        words.treated(line.form),
        "、".join(map(str, line.groups)),
        mask,
        shown,
        unsent,
        decided or "語る規則がない",
        "／".join(grounds)
        or (f"提供根拠 {field.basis}" if field and line.by_ceiling else words.NONE),
    )


def _forms(policy: Policy, line: Line, field: Field | None) -> tuple[str, str, str]:
    """Return what is shown, its mask, and what must not be sent."""
    if field is None:
        return "項目がない", words.NONE, "キー、見出し、値"
    of = words.sample(policy, field)
    mask = words.mask_of(policy, field, line.form, of=of)
    if line.item.use == KEY:
        usable = searchable(line.form, mask=field.mask)
        shown = "探せる" if usable else "探せない。該当なしと同じ応答"
        return shown, mask, words.NONE if usable else "その項目で当たった記録と件数"
    return words.expected(line.form, of=of), mask, words.unsent(line.form, field, of=of)


def _rules(system: System) -> Section:
    rows = tuple(
        (
            rule.id,
            "、".join(
                f"{name}={'、'.join(values)}"
                for name, values in system.table.words(rule.cube).items()
            ) or "すべて",
            rule.basis or words.NONE,
            rule.note or words.NONE,
            rule.starts.isoformat() if rule.starts else words.NONE,
            rule.ends.isoformat() if rule.ends else words.NONE,
        )
        for rule in system.table.rules
    )  # fmt: skip
    return Section(
        heading="規則と根拠",
        sentences=(
            "「決めるもの」に挙げた規則の、当たる条件と根拠。ここにない組合せは、すべて拒否である。",
        ),
        tables=(
            Table(
                caption="規則",
                columns=(
                    Column(name="規則", width=2),
                    Column(name="当たる条件", width=12),
                    Column(name="根拠", width=6),
                    Column(name="備考", width=6),
                    Column(name="適用開始", width=3),
                    Column(name="適用終了", width=3),
                ),
                rows=rows,
            ),
        ),
    )
