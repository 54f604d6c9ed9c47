"""Structure (構造 T01–T19): the sheet of fields, the screens, and the ways between them."""

from collections.abc import Callable, Iterator, Mapping

from sekisho.policy import screens as words
from sekisho.policy.attributes import RELATION, SCREEN_KIND, VIEWER_CLASS
from sekisho.policy.cubes import meet
from sekisho.policy.invariant import Invariant
from sekisho.policy.masking import AS_IS, NEVER, NO_PART, Field, delivered, searchable
from sekisho.policy.screens import Screen
from sekisho.policy.system import CLOSED, KEYS, Policy, System
from sekisho.policy.treatment import Treatment
from sekisho.policy.visible import standing
from sekisho.proof.paths import depths, ways_of
from sekisho.proof.witness import Witness

RETAILERS = frozenset({"関係小売営業", "関係小売委託", "新電力"})
RELIEF = "災害応援"

SEARCH, LISTING, DETAIL, CARE = "検索", "一覧", "詳細", "要配慮"
FEED = "連携"
TAKEN_OUT = frozenset({"帳票", "CSV", "連携"})
MOST_ROWS: Mapping[str, int] = {DETAIL: 1, CARE: 1, LISTING: 100, SEARCH: 50}

PERSONAL_MASKS = frozenset({"姓のみ", "市区町村まで", "ドメインのみ"})
PERSONAL_NAMES = ("氏名", "名（", "カナ", "電話", "住所", "所在地", "建物", "メール")
RELIEF_KEYS = frozenset({"引込柱番号", "停電事故番号"})
FREE_TEXT = "自由記述"
FREE_TYPES = frozenset({"file", "uri"})

SENSITIVE, PERSON = "要配慮資格", "本人連絡先"
NO_BASIS, PERSONAL = "なし", "該当"


def leak(policy: Policy, system: System, invariant: Invariant) -> Witness | None:
    """Return the first place in `system` that breaks the check of `invariant`, or None."""
    for place, sentence in CHECKS[invariant.check](policy, system):
        return Witness(invariant=invariant.id, sentence=sentence, output=place)
    return None


Found = Iterator[tuple[str, str]]  # where (field, screen or transition), and the sentence


def _complete(policy: Policy, system: System) -> Found:
    viewers = policy.attributes[VIEWER_CLASS].words
    groups = tuple(dict.fromkeys(group for group in system.groups.values() if group))
    for field in system.fields.values():
        for viewer in viewers:
            if viewer not in field.ceilings:
                for column in (f"{viewer}:{group}" for group in groups):
                    if column not in field.ceilings:
                        yield field.id, f"{_named(field)}に「上限:{column}」がありません"


def _items_exist(_: Policy, system: System) -> Found:
    for item in system.screen_items:
        if item.field not in system.fields:
            yield item.field, f"画面 {item.screen} の項目「{item.field}」が整理表にありません"
        if item.screen not in system.screens:
            yield item.screen, f"画面項目の画面「{item.screen}」が画面の表にありません"
        if item.use not in words.USES:
            yield item.field, f"画面 {item.screen} の用途「{item.use}」は知らない語です"


def _screens_exist(policy: Policy, system: System) -> Found:
    for way in system.transitions:
        if way.source not in words.ENTRANCES and not known(policy, way.source):
            yield way.id, f"遷移 {way.id} の遷移元「{way.source}」の画面がありません"
        if not known(policy, way.target):
            yield way.id, f"遷移 {way.id} の遷移先「{way.target}」の画面がありません"


def known(policy: Policy, screen: str) -> bool:
    """Return whether a screen exists; one of a system that is not in the folder is not asked."""
    if any(screen in system.screens for system in policy.systems.values()):
        return True
    code = screen.partition("-")[0]
    absent = {of for _, of in KEYS.values()} - {one.code for one in policy.systems.values()}
    return code in absent


def _carries_nothing(_: Policy, system: System) -> Found:
    for way in system.transitions:
        if way.carries not in words.CARRIED:
            yield way.id, f"遷移 {way.id} が「{way.carries}」を引き継ぎます"
        if way.again != words.DECIDED_AGAIN:
            yield way.id, f"遷移 {way.id} の先で再判定しません"


def _reachable(policy: Policy, system: System) -> Found:
    reached = depths(ways_of(policy))
    for screen in system.screens.values():
        if screen.id not in reached:
            yield screen.id, f"画面 {screen.id}（{screen.name}）に届く遷移がありません"


def _on_a_screen(_: Policy, system: System) -> Found:
    shown = {item.field for item in system.screen_items}
    for field in system.fields.values():
        if field.id not in shown and min(field.ceilings.values()) < Treatment.REFUSE:
            yield field.id, f"{_named(field)}がどの画面にもなく、上限に拒否でないものがあります"


def _keys_show(_: Policy, system: System) -> Found:
    for screen, field in _items(system, words.KEY):
        for viewer in screen.viewers:
            if not _can_search(system, screen, viewer, field):
                yield (
                    screen.id,
                    f"画面 {screen.id} の検索条件「{field.name}」が、{viewer}に値のまま出ません",
                )


def _can_search(system: System, screen: Screen, viewer: str, field: Field) -> bool:
    """Return whether in some context that shows the row, `viewer` gets the value of `field`."""
    table = system.table
    who = {VIEWER_CLASS: frozenset({viewer}), SCREEN_KIND: frozenset({screen.kind})}
    cube = table.cube(who)
    for relation, group in system.groups.items():
        most = field.ceiling(viewer, group)
        for level in (Treatment.SHOW, Treatment.PART):
            form = delivered(max(level, most), mask=field.mask)
            if searchable(form, mask=field.mask) and _stands(system, cube, relation, field, level):
                return True
    return False


def _stands(
    system: System, cube: tuple[int, ...], relation: str, field: Field, level: Treatment
) -> bool:
    """Return whether the class of `field` stands at `level` in some shown context of `cube`."""
    table = system.table
    part = meet(cube, table.cube({RELATION: frozenset({relation})}))
    return part is not None and standing(table, part, field.item, frozenset({level})) is not None


def _no_personal_keys(_: Policy, system: System) -> Found:
    for screen, field in _items(system, words.KEY):
        if screen.kind == SEARCH and RETAILERS & set(screen.viewers) and _is_personal(field):
            yield screen.id, f"小売の検索画面 {screen.id} に「{field.name}」の条件があります"


def _is_personal(field: Field) -> bool:
    return (
        field.item == PERSON
        or field.mask in PERSONAL_MASKS
        or any(word in field.name for word in PERSONAL_NAMES)
    )


def _relief_keys(_: Policy, system: System) -> Found:
    for screen, field in _items(system, words.KEY):
        if RELIEF in screen.viewers and field.name not in RELIEF_KEYS:
            yield screen.id, f"応援者の検索画面 {screen.id} に「{field.name}」の条件があります"


def _feeds_have_a_basis(_: Policy, system: System) -> Found:
    for screen, field in _items(system):
        if screen.kind == FEED and field.basis == NO_BASIS:
            yield screen.id, f"連携の画面 {screen.id} の「{field.name}」に提供の根拠がありません"


def _taken_out_is_seen(_: Policy, system: System) -> Found:
    seen = {field.id for screen, field in _items(system) if screen.kind in (DETAIL, LISTING, CARE)}
    for screen, field in _items(system):
        if screen.kind in TAKEN_OUT and field.id not in seen:
            yield screen.id, f"画面 {screen.id} の「{field.name}」が、詳細にも一覧にもありません"


def _care_at_home(_: Policy, system: System) -> Found:
    for screen, field in _items(system):
        if field.item == SENSITIVE and screen.kind != CARE:
            yield (
                screen.id,
                f"要配慮資格の「{field.name}」が、画面 {screen.id}（{screen.kind}）に出ます",
            )


def _closed_stay_closed(policy: Policy, system: System) -> Found:
    for way in system.transitions:
        for other in policy.systems.values():
            if other.name != system.name and other.name in CLOSED and way.target in other.screens:
                yield way.id, f"遷移 {way.id} が、閉じた台帳（{other.name}）へ移ります"


def _personal_is_masked(_: Policy, system: System) -> Found:
    for field in system.fields.values():
        if field.personal == PERSONAL and field.mask == AS_IS:
            yield field.id, f"個人情報の{_named(field)}のマスク方式が「変えない」です"


def _relief_sees_the_least(_: Policy, system: System) -> Found:
    for screen, field in _items(system):
        if RELIEF in screen.viewers and (not field.in_disaster or _is_free(field)):
            yield screen.id, f"応援者の画面 {screen.id} に「{field.name}」があります"


def _is_free(field: Field) -> bool:
    return FREE_TEXT in field.format or field.type in FREE_TYPES


def _retail_has_a_basis(_: Policy, system: System) -> Found:
    for screen, field in _items(system):
        if RETAILERS & set(screen.viewers) and field.basis == NO_BASIS:
            yield screen.id, f"小売の画面 {screen.id} の「{field.name}」に提供の根拠がありません"


def _viewers_see(_: Policy, system: System) -> Found:
    table = system.table
    for screen in system.screens.values():
        if not screen.limit:  # it shows no row: a menu, or the entry of an extraction number
            continue
        for viewer in screen.viewers:
            who = {VIEWER_CLASS: frozenset({viewer}), SCREEN_KIND: frozenset({screen.kind})}
            if not any(meet(box, table.cube(who)) for _, box in table.shown):
                yield screen.id, f"画面 {screen.id} で、{viewer}に行が見える組合せがありません"


def _no_form_no_ceiling(_: Policy, system: System) -> Found:
    formless = (Treatment.PART, Treatment.CODE)
    for field in system.fields.values():
        if field.mask in (NO_PART, NEVER):
            for column, level in field.ceilings.items():
                if level in formless:
                    yield (
                        field.id,
                        f"{_named(field)}は一部の形がないのに、「上限:{column}」が『{level.word}』です",
                    )


def _limits(_: Policy, system: System) -> Found:
    for screen in system.screens.values():
        most = MOST_ROWS.get(screen.kind)
        exact = screen.kind in (DETAIL, CARE)
        if most is not None and (screen.limit > most or (exact and screen.limit != most)):
            yield screen.id, f"画面 {screen.id}（{screen.kind}）の件数の上限が {screen.limit} です"


def _items(system: System, use: str = "") -> Iterator[tuple[Screen, Field]]:
    """Yield the fields on screens that exist, only those with `use` where it is given."""
    for item in system.screen_items:
        screen, field = system.screens.get(item.screen), system.fields.get(item.field)
        if screen and field and use in ("", item.use):
            yield screen, field


def _named(field: Field) -> str:
    return f"項目「{field.name}」（{field.id}）"


CHECKS: Mapping[str, Callable[[Policy, System], Found]] = {
    "T01": _complete,
    "T02": _items_exist,
    "T03": _screens_exist,
    "T04": _carries_nothing,
    "T05": _reachable,
    "T06": _on_a_screen,
    "T07": _keys_show,
    "T08": _no_personal_keys,
    "T09": _relief_keys,
    "T10": _feeds_have_a_basis,
    "T11": _taken_out_is_seen,
    "T12": _care_at_home,
    "T13": _closed_stay_closed,
    "T14": _personal_is_masked,
    "T15": _relief_sees_the_least,
    "T16": _retail_has_a_basis,
    "T17": _viewers_see,
    "T18": _no_form_no_ceiling,
    "T19": _limits,
}
