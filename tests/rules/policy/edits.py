"""Every edit of one cell of a folder of tables, and, by asking, whether it shows more."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sekisho.errors import SekishoError
from sekisho.policy.editing import rows_of, with_cell, with_row, without_row
from sekisho.policy.loosened import Kind, loosened
from sekisho.policy.plan import plan
from sekisho.policy.read import SHARED_SHEETS, read
from sekisho.policy.read_system import FIELD_WORDS, SYSTEM_SHEETS
from sekisho.policy.screens import CARRIED, USES
from sekisho.policy.treatment import FROM_WORD, Treatment
from sekisho.policy.visible import visible

DAYS = ("－", "2020-01-01", "2099-01-01")


@dataclass(frozen=True)
class Edit:
    path: str
    row: str
    column: str
    value: str
    cells: dict | None = None  # of a row that is added

    def __str__(self):
        return f"{self.path} {self.row} {self.column} → {self.value}"

    def version(self, files):
        """Return the policy of `files` with this edit, or None where it cannot be read."""
        try:
            if self.cells:
                return read(with_row(files, self.path, cells=self.cells))
            if not self.column:
                return read(without_row(files, self.path, row=self.row))
            return read(
                with_cell(files, self.path, row=self.row, column=self.column, value=self.value)
            )
        except SekishoError:
            return None


def folder_of(files, name):
    """Return the folder of one system alone, with a single invariant: it is read quickly."""
    kept = {path: data for path, data in files.items() if path.startswith(f"{name}/")}
    shared = {path: files[path] for path in SHARED_SHEETS}
    head, first, *_ = shared["不変条件.csv"].splitlines(keepends=True)
    return {**shared, **kept, "不変条件.csv": head + first}


def edits_of(files, name):
    """Return the folder of one system and its edits by sheet."""
    files = folder_of(files, name)
    policy = read(files)
    sheets = [(f"{name}/{sheet}", cell_edits) for sheet in SYSTEM_SHEETS]
    sheets += [("属性.csv", cell_edits), ("マスク方式.csv", cell_edits)]
    sheets.append((f"{name}/画面項目.csv", added_items))
    return files, {(path, make.__name__): make(files, policy, path) for path, make in sheets}


def cell_edits(files, policy, path) -> Iterator[Edit]:
    """Yield every edit of one cell of a sheet to another word, and every row struck out."""
    grid = rows_of(files, path)
    for row in grid.rows:
        for column, was in row.cells.items():
            for value in dict.fromkeys(words_for(policy, path, column, was)):
                if value != was:
                    yield Edit(path, row.id, column, value)
        if len(grid.rows) > 1:
            yield Edit(path, row.id, "", "削除")


def added_items(_, policy, path) -> Iterator[Edit]:
    """Yield every field put on every screen where it does not stand."""
    (system,) = policy.systems.values()
    there = {(item.screen, item.field) for item in system.screen_items}
    for screen in system.screens:
        for field in system.fields:
            if (screen, field) not in there:
                cells = {"画面ID": screen, "項目ID": field, "用途": "表示", "並び": "99"}
                name = f"{screen}＋{field}＋表示"
                yield Edit(path, name, "", "追加", cells)


def words_for(policy, path, column, was):
    """Return what the cell could say instead."""
    system = next(iter(policy.systems.values()))
    table = system.table
    kind, _, name = column.partition(":")
    sheet = path.rpartition("/")[2]
    if kind == "条件" and sheet == "判定表.csv":
        yield "－"
        values = table.attributes[name]
        given = set(values) if was == "－" else None
        if given is None:
            words = set(was.removeprefix("以外:").split("、"))
            given = set(values) - words if was.startswith("以外:") else words
        for value in values:
            if other := given ^ {value}:
                yield "、".join(one for one in values if one in other)
    elif kind == "結果":
        yield from ("表示", "拒否", "－") if name == "レコード" else (*FROM_WORD, "－")
    elif kind == "義務":
        yield from ("要", "不要", "－")
    elif kind == "上限":
        yield from FROM_WORD
    elif kind in ("適用開始", "適用終了"):
        yield from DAYS
    elif column in FIELD_WORDS:
        yield from FIELD_WORDS[column]
    elif column == "項目区分" and sheet == "整理表.csv":
        yield from (one for one in table.classes if one != "レコード")
    elif column == "マスク方式" and sheet == "整理表.csv":
        yield from policy.masks
    elif column == "画面区分":
        yield from table.attributes[column]
    elif column == "想定利用者":
        given = was.split("、")
        for viewer in table.attributes["閲覧者区分"]:
            yield "、".join(set(given) ^ {viewer}) or was
    elif column == "件数上限":
        yield from ("0", "1", str(int(was) * 10 + 1))
    elif column in ("画面ID", "遷移元", "遷移先") and sheet != "画面.csv":
        yield from beside(was, system.screens)
    elif column == "項目ID" and sheet == "画面項目.csv":
        yield from beside(was, system.fields)
    elif column == "用途":
        yield from USES
    elif column == "引継ぎ":
        yield from CARRIED
    elif column == "再判定":
        yield from ("する", "しない")
    elif column == "相手群":
        yield from ("自社", "他社", "－")
    elif column == "優先":
        yield from ("1", "98")
    elif column in ("経路", "操作", "導出元", "文"):
        yield was + "2"


def beside(was, names):
    """Return three names: any of them stands for all, since a row is compared by its name."""
    listed = list(names)
    place = listed.index(was) if was in listed else 0
    return (listed[(place + n) % len(listed)] for n in (1, 7, len(listed) // 2))


class Asked:
    """Two versions of one system, asked context by context: what is shown more leniently.

    Contexts are drawn from where rows were shown, from the edited row, and from anywhere.
    """

    def __init__(self, old, new, *, row="", seed="", count=20):
        (self.old,), (self.new,) = old.systems.values(), new.systems.values()
        self.random = Random(seed)
        days = {date.min, *self.old.stretches, *self.new.stretches}
        self.days = sorted({*days, *(day - timedelta(days=1) for day in days if day > date.min)})
        self.contexts = [self._drawn(row) for _ in range(count)]

    def _drawn(self, row):
        table = self.old.table
        same = self.old.table.attributes == self.new.table.attributes
        versions = (self.old, self.new) if same else (self.old,)
        cubes = [rule.cube for one in versions for rule in one.rules if rule.id == row]
        boxes = seen(table)
        chosen = self.random.choice((cubes, boxes, boxes, [table.everything]))
        cube = self.random.choice(chosen or [table.everything])
        return {name: self.random.choice(of) for name, of in table.values(cube).items()}

    def answers(self):
        """Yield (day, context, what was answered, what is answered)."""
        for day in self.days:
            old, new = self.old.on(day), self.new.on(day)
            for context in self.contexts:
                yield day, context, (old, context), (new, context)

    def looser_outputs(self):
        """Yield (day, context, class or duty) where less is asked for, or more said to show."""
        for day, context, (old, _), (new, _) in self.answers():
            was, now = old.table.decide(context), new.table.decide(context)
            for name, level in now.levels.items():
                if level < was.levels.get(name, Treatment.REFUSE):
                    yield day, context, name
            for duty in was.duties - now.duties:
                yield day, context, duty

    def shows_more(self, *, screens=True):
        """Return how the new version shows more, in some context that was asked; empty: not."""
        for _, context, (old, _), (new, _) in self.answers():
            was, now = old.table.decide(context), new.table.decide(context)
            if was.duties - now.duties:
                return f"義務 {was.duties - now.duties} {context}"
            if now.row < was.row:
                return f"行 {context}"
            before, after = plan(old, context), plan(new, context)
            for field in after:
                if after[field] < before.get(field, Treatment.REFUSE):
                    return f"項目 {field} {context}"
            if screens and (more := self._on_screens(old, new, context)):
                return more
        return ""

    def _on_screens(self, old, new, context):
        for screen in new.screens.values():
            then, now = on_screen(old, screen.id, context), on_screen(new, screen.id, context)
            for field, level in now.items():
                if level < then.get(field, Treatment.REFUSE):
                    return f"画面 {screen.id} {field} {context}"
            was = old.screens.get(screen.id)
            if was is None or screen.limit > was.limit or {*screen.viewers} - {*was.viewers}:
                return f"画面 {screen.id}"
        for way in new.transitions:
            was = next((one for one in old.transitions if one.id == way.id), None)
            if was is None or (way.source, way.target) != (was.source, was.target):
                return f"画面遷移 {way.id}"
            if (way.carries, way.again) != (was.carries, was.again) and (
                CARRIED.index(way.carries) > CARRIED.index(was.carries) or way.again == "しない"
            ):
                return f"画面遷移 {way.id}"
        return ""


def on_screen(system, name, context):
    """Return field and use -> the form in which a screen shows it to somebody who may open it."""
    screen = system.screens.get(name)
    if screen is None or context["閲覧者区分"] not in screen.viewers:
        return {}
    forms = plan(system, context | {"画面区分": screen.kind})
    return {
        (item.field, item.use): forms[item.field]
        for item in system.screen_items
        if item.screen == name and item.field in forms
    }


_SEEN = {}


def seen(table):
    """Return the visible boxes of a table, remembered for the few that are asked for again."""
    if id(table) not in _SEEN:
        if len(_SEEN) > 4:
            _SEEN.clear()
        _SEEN[id(table)] = table, [box.cube for box in visible(table)]
    return _SEEN[id(table)][1]


def missing(files, edits):
    """Return how many edits are in the list, and those that show more and are not."""
    policy = read(files)
    listed, silent = 0, []
    for edit in edits:
        edited = edit.version(files)
        if edited is None:
            continue
        found = loosened(policy, edited)
        listed += bool(found)
        of_rules = edit.path.endswith("判定表.csv")
        looks = Asked(policy, edited, row=edit.row, seed=str(edit))
        if not found and (shown := looks.shows_more(screens=not of_rules)):
            silent.append((str(edit), shown))
        if of_rules and not in_the_list(looks, found):
            silent.append((str(edit), "組合せ"))
    return listed, silent


def in_the_list(looks, found):
    """Say whether the contexts that were asked are in the list exactly where they are looser."""
    table = looks.new.table
    looser = {
        (day.isoformat(), tuple(context.items()), output)
        for day, context, output in looks.looser_outputs()
    }
    listed = {
        (day.isoformat(), tuple(context.items()), one.subject)
        for one in found
        if one.kind is Kind.RULE
        for day in looks.days
        if one.starts <= day.isoformat() and (not one.ends or day.isoformat() < one.ends)
        for context in looks.contexts
        if any(lies_in(table, cube, context) for cube in one.cubes)
    }
    return looser == listed


def lies_in(table, cube, context):
    return all(
        bits >> values.index(context[name]) & 1
        for (name, values), bits in zip(table.attributes.items(), cube, strict=True)
    )
