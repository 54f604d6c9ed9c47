"""What a table says that its writer cannot have meant: each with its place and what to do."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import prod

from sekisho.policy.cubes import meet, uncovered
from sekisho.policy.masking import AS_IS, NEVER, NO_PART, delivered
from sekisho.policy.place import Place
from sekisho.policy.read_system import DUTY, FIELDS, RESULT, RULES, TRANSITIONS
from sekisho.policy.screens import CARRIED, ENTRANCES
from sekisho.policy.system import KEYS, Policy, System
from sekisho.policy.treatment import DUTIES, ROW, Treatment
from sekisho.policy.visible import conflicts, gaps, idle

MOST_CONTEXTS = 1_000_000_000  # beyond it a table is no longer read by people


class Severity(StrEnum):
    """Whether a finding keeps a version from becoming live."""

    ERROR = "error"  # 誤り
    WARNING = "warning"  # 注意
    NOTE = "note"  # 読み替え


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    place: str
    problem: str
    remedy: str
    severity: Severity

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}。{self.remedy}"


def lint(policy: Policy) -> list[Finding]:
    """Return the findings of all systems: errors first, then warnings, then what was read anew."""
    found = [finding for system in policy.systems.values() for finding in _of(policy, system)]
    found += [
        Finding(
            place=cell.place,
            problem=f"「{cell.typed}」を「{cell.read}」と読みました",
            remedy="そのままで構いません。書き出すと読んだ形になります",
            severity=Severity.NOTE,
        )
        for cell in policy.normalised
    ]
    return sorted(found, key=lambda finding: list(Severity).index(finding.severity))


def _of(policy: Policy, system: System) -> Iterator[Finding]:
    for place, problem, remedy in (
        *_rules(system),
        *_floors(system),
        *_fields(policy, system),
        *_ways(policy, system),
    ):
        yield Finding(place=place, problem=problem, remedy=remedy, severity=Severity.ERROR)
    for place, problem, remedy in _warnings(system):
        yield Finding(place=place, problem=problem, remedy=remedy, severity=Severity.WARNING)


Found = Iterator[tuple[str, str, str]]  # place, problem, remedy


def _rule(system: System, name: str, *, column: str = "") -> Place:
    return system.place(RULES, name, words=f"{system.name} 判定表 規則{name}", column=column)


def _field(system: System, name: str, *, column: str = "") -> Place:
    return system.place(FIELDS, name, words=f"{system.name} 整理表 {name}", column=column)


def _table(system: System) -> Place:
    return system.place(RULES, "", words=f"{system.name} 判定表")


def _rules(system: System) -> Found:
    table = system.table
    for rule in system.rules:
        place = _rule(system, rule.id)
        row = rule.out.get(ROW)
        if not rule.basis:
            yield place.at("根拠"), "根拠がありません", "根拠（法令・契約・規程）を書いてください"
        if not rule.out:
            yield place, "何も言っていません", "結果か義務を書くか、行を消してください"
        if rule.cube == table.everything:
            yield (
                place,
                "すべての組合せに当たります",
                "「上記以外」の行は要りません。消してください（語られない組合せは拒否・要です）",
            )
        if row not in (None, Treatment.SHOW, Treatment.REFUSE):
            yield (
                place.at(RESULT + ROW),
                f"レコードが『{Treatment(row or 0).word}』です",
                "レコードは 表示 か 拒否 か － だけにしてください",
            )
        if row == Treatment.REFUSE and any(
            rule.out.get(name) != Treatment.REFUSE for name in table.classes
        ):
            yield (
                place.at(RESULT + ROW),
                "レコードが拒否なのに、拒否でない区分があります",
                "すべての区分を拒否にしてください",
            )
        if row is not None and (missing := [duty for duty in DUTIES if duty not in rule.out]):
            yield (
                place.at(DUTY + missing[0]),
                f"レコードについて語る規則に、義務「{'、'.join(missing)}」がありません",
                "七つの義務をすべて 要 か 不要 で書いてください（書かない義務は要になります）",
            )
        if rule.starts and rule.ends and rule.starts >= rule.ends:
            yield (
                place.at("適用終了"),
                f"適用開始（{rule.starts}）が適用終了（{rule.ends}）より後か、同じ日です",
                "適用終了は、効かなくなる最初の日を書いてください",
            )


def _floors(system: System) -> Found:
    """Find rules that open a class outside the rows that are shown, or where it has no field."""
    table = system.table
    rows = [
        rule.cube for rule in table.rules if rule.out.get(ROW) in (Treatment.SHOW, Treatment.REFUSE)
    ]
    filled = {field.item for field in system.fields.values()}
    for rule in table.rules:
        place = _rule(system, rule.id)
        opened = [
            name
            for name in table.classes
            if name != ROW and rule.out.get(name, Treatment.REFUSE) < Treatment.REFUSE
        ]
        if opened and ROW not in rule.out and uncovered(rule.cube, by=rows):
            yield (
                place.at(RESULT + opened[0]),
                f"行について語られていない組合せで「{'、'.join(opened)}」を拒否より緩くしています",
                "床は規則でなく不変条件か上限に書くか、行を見せる規則の中に収めてください",
            )
        for name in opened:
            if name not in filled and rule.out[name] < Treatment.HIDE:
                yield (
                    place.at(RESULT + name),
                    f"「{name}」の項目が整理表にないのに『{Treatment(rule.out[name]).word}』です",
                    "拒否にするか、整理表に項目を足してください",
                )


def _fields(policy: Policy, system: System) -> Found:
    for field in system.fields.values():
        place = _field(system, field.id)
        if not field.ceilings:
            yield place, "上限が一つもありません", "閲覧者区分ごとの上限の列を書いてください"
        if field.mask in (NO_PART, NEVER) and any(
            level in (Treatment.PART, Treatment.CODE) for level in field.ceilings.values()
        ):
            yield (
                place.at("マスク方式"),
                f"マスク方式「{field.mask}」には一部の形がないのに、上限に一部か符号化があります",
                "上限を 表示・非表示・拒否 にするか、マスク方式を変えてください",
            )
        if field.mask == AS_IS and field.personal == "該当":
            yield (
                place.at("マスク方式"),
                "個人情報の項目のマスク方式が「変えない」です",
                "一部の形があるマスク方式を選んでください",
            )
        types = policy.masks[field.mask].types
        if types and field.type not in types:
            yield (
                place.at("マスク方式"),
                f"マスク方式「{field.mask}」は型 {field.type} に使えません",
                f"使える型は {'、'.join(types)} です。マスク方式か型を直してください",
            )


def _ways(policy: Policy, system: System) -> Found:
    screens = {name for one in policy.systems.values() for name in one.screens}
    absent = {of for _, of in KEYS.values()} - {one.code for one in policy.systems.values()}
    for item in system.screen_items:
        if item.screen not in system.screens:
            yield (
                item.place.at("画面ID"),
                f"画面「{item.screen}」がありません",
                "画面.csv を確かめてください",
            )
        if item.field not in system.fields:
            yield (
                item.place.at("項目ID"),
                f"項目「{item.field}」が整理表にありません",
                "整理表に足すか、画面項目から消してください",
            )
    for way in system.transitions:
        place = system.place(TRANSITIONS, way.id, words=f"{system.name} 画面遷移 {way.id}")
        ends = (way.target,) if way.source in ENTRANCES else (way.source, way.target)
        for end in ends:
            if end not in screens and end.partition("-")[0] not in absent:
                column = "遷移先" if end == way.target else "遷移元"
                yield place.at(column), f"画面「{end}」がありません", "画面.csv を確かめてください"
        if way.carries not in CARRIED:
            yield (
                place.at("引継ぎ"),
                f"「{way.carries}」を引き継いでいます",
                f"引継ぎは {'・'.join(CARRIED)} のどれかにしてください",
            )


def _warnings(system: System) -> Found:
    table = system.table
    for rule in idle(table):
        yield (
            _rule(system, rule.id),
            "この規則がなくても、どの答えも変わりません",
            "ほかの規則と重なっていないか確かめてください（二重の守りなら、そのままで構いません）",
        )
    if open_part := gaps(table, ROW):
        where = "、".join(f"{k}={v[0]}" for k, v in table.words(open_part).items())
        yield (
            _table(system),
            f"行について語る規則のない組合せがあります（例: {where}）",
            "語られない組合せは拒否・要になります。それでよければ、そのままで構いません",
        )
    stopped: dict[str, list[str]] = {}
    for one, other in conflicts(table, ROW):
        shows, stops = (one, other) if one.out[ROW] < other.out[ROW] else (other, one)
        stopped.setdefault(shows.id, []).append(stops.id)
    for name, others in stopped.items():
        yield (
            _rule(system, name),
            f"行を見せない規則と重なります（{'、'.join(others)}）",
            "重なる組合せでは厳しいほうを採ります。意図どおりなら、そのままで構いません",
        )
    yield from _unused(system)
    on_screens = {item.field for item in system.screen_items}
    for field in system.fields.values():
        if field.id not in on_screens:
            yield (
                _field(system, field.id),
                "どの画面にも出ません",
                "画面項目に足すか、上限がすべて拒否であることを確かめてください",
            )
        if field.ceilings and _reaches_nobody(field.ceilings.values(), field.mask):
            yield (
                _field(system, field.id),
                "上限がすべて拒否で、誰にも出ません",
                "それでよければ、そのままで構いません",
            )
    if (size := prod(len(values) for values in table.attributes.values())) > MOST_CONTEXTS:
        yield (
            _table(system),
            f"組合せが {size:,} 通りあります",
            "属性の値をまとめられないか確かめてください",
        )


def _unused(system: System) -> Found:
    table = system.table
    for place, (name, values) in enumerate(table.attributes.items()):
        for n, value in enumerate(values):
            named = any(
                rule.cube[place] >> n & 1 and rule.cube[place] != table.everything[place]
                for rule in table.rules
            )
            if table.rules and not named:
                yield (
                    _table(system),
                    f"「{name}」の「{value}」を名指しする規則がありません",
                    "新しい値なら、規則が当たるべきか確かめてください",
                )
    for rule in table.rules:
        levels = [rule.out[name] for name in table.classes if name in rule.out and name != ROW]
        if rule.out.get(ROW) == Treatment.SHOW and levels and not _grants(system, rule.cube):
            yield (
                _rule(system, rule.id),
                "整理表の上限がすべて拒否なので、この規則では何も出ません",
                "規則の閲覧者区分と整理表の上限を見比べてください",
            )


def _grants(system: System, cube: tuple[int, ...]) -> bool:
    """Return whether some ceiling lets something out to a viewer in `cube`."""
    table = system.table
    for viewer in table.values(cube).get("閲覧者区分", ()):
        for relation in table.values(cube).get("契約相手", ()):
            look = {"閲覧者区分": viewer, "契約相手": relation}
            if not meet(table.cube({k: frozenset({v}) for k, v in look.items()}), cube):
                continue
            if any(system.ceiling(name, look) < Treatment.REFUSE for name in system.fields):
                return True
    return False


def _reaches_nobody(ceilings: Iterable[Treatment], mask: str) -> bool:
    return all(delivered(level, mask=mask) == Treatment.REFUSE for level in ceilings)
