"""What can be seen of every cell, found out without boxes: all rules that can hold together.

The definition, and nothing else: of the rules that hold the strictest speaks, the ceiling of the
sheet is never exceeded, and a mask without a form gives nothing.
"""

STRICT = ("表示", "一部", "符号化", "非表示", "拒否")
PRINTED = ("帳票", "CSV", "連携")
ABSENT = "行なし"
FINDS, FINDS_NOT = "探せる", "探せない"


def holding(system, *, viewer, kind, relation):
    """Return every set of rules that holds in some context of the three, by their ids."""
    table = system.table
    fixed = {"閲覧者区分": viewer, "画面区分": kind, "契約相手": relation}
    sets = {frozenset(rule.id for rule in table.rules)}
    for place, name in enumerate(table.attributes):
        values = table.attributes[name]
        words = [fixed[name]] if name in fixed else values
        accepting = [
            {rule.id for rule in table.rules if rule.cube[place] >> values.index(word) & 1}
            for word in words
        ]
        sets = {held & accepted for held in sets for accepted in accepting}
    return sets


def strictest(rules, output, *, nobody):
    said = [rule.out[output] for rule in rules if output in rule.out]
    return max(said) if said else nobody


def form(field, levels, *, viewer, group):
    """Return the word of what leaves the door, or 拒否 of a field that no sheet has."""
    if field is None:
        return "拒否"
    ceiling = field.ceilings.get(f"{viewer}:{group}", field.ceilings.get(viewer, 4))
    word = STRICT[max(levels[field.item], ceiling)]
    if field.mask == "空" and word == "一部":
        return "非表示"
    if field.mask == "出さない" and word in ("一部", "符号化"):
        return "拒否"
    return word


def seen(item, field, word):
    if item.use != "検索条件":
        return word
    whole = word == "表示" or (word == "一部" and field.mask == "変えない")
    return FINDS if whole else FINDS_NOT


def answers(system, *, viewer, kind, relation):
    """Return every answer of the table in the three: None for no row, else class -> level."""
    by_id = {rule.id: rule for rule in system.table.rules}
    found = []
    for held in holding(system, viewer=viewer, kind=kind, relation=relation):
        rules = [by_id[name] for name in held]
        no_copy = strictest(rules, "複写禁止", nobody=1) == 1 and kind in PRINTED
        shown = strictest(rules, "レコード", nobody=4) == 0 and not no_copy
        classes = system.table.classes
        answer = {name: strictest(rules, name, nobody=4) for name in classes} if shown else None
        if answer not in found:
            found.append(answer)
    return found


def outcomes(system):
    """Return cell -> everything that can be seen there; of a screen not meant for one: None."""
    known = {}
    found = {}
    for item in system.screen_items:
        screen, field = system.screens[item.screen], system.fields.get(item.field)
        for viewer in system.table.attributes["閲覧者区分"]:
            for relation in system.table.attributes["契約相手"]:
                cell = (screen.id, item.field, item.use, viewer, relation)
                if viewer not in screen.viewers:
                    found[cell] = None
                    continue
                where = {"viewer": viewer, "kind": screen.kind, "relation": relation}
                key = tuple(where.values())
                if key not in known:
                    known[key] = answers(system, **where)
                group = system.groups.get(relation, "")
                found[cell] = {
                    ABSENT
                    if levels is None
                    else seen(item, field, form(field, levels, viewer=viewer, group=group))
                    for levels in known[key]
                }
    return found
