"""What two people sign, line by line: everything in which a version may show more."""

from sekisho.policy.loosened import Kind, Loosening
from sekisho.policy.system import Policy

SHEETS = {
    Kind.RULE: "判定表",
    Kind.CEILING: "整理表の上限",
    Kind.FIELD: "整理表",
    Kind.SCREEN: "画面",
    Kind.SCREEN_ITEM: "画面項目",
    Kind.TRANSITION: "画面遷移",
    Kind.EXAMPLE: "試験例",
    Kind.INVARIANT: "不変条件",
    Kind.VALUE: "属性",
    Kind.ITEM_CLASS: "項目区分",
    Kind.MASK: "マスク方式",
    Kind.SYSTEM: "システム",
}


def line(policy: Policy, one: Loosening) -> str:
    """Return one loosening as a line: where it stands, what stood there, what stands there now.

    policy: the version after, for the names of systems and fields.
    """
    system = policy.systems.get(one.system)
    field = system.fields.get(one.subject) if system else None
    subject = f"{field.name}（{one.subject}）" if field else one.subject
    place = " ".join(
        word
        for word in (system.name if system else "", SHEETS[one.kind], subject, one.aspect)
        if word
    )
    said = f"{place}：{one.before or 'なし'} → {one.after or 'なし'}"
    if one.where:
        box = "、".join(f"{name}＝{'・'.join(words)}" for name, words in one.where)
        said += f"（{box}）"
    if one.contexts:
        rules = f"、規則 {'、'.join(one.rules)}" if one.rules else ""
        said += f"［組合せ {one.contexts:,} 通り{rules}］"
    if one.starts or one.ends:
        said += f"〔{one.starts or 'はじめ'}〜{one.ends or ''}〕"
    return said
