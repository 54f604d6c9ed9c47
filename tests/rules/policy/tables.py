"""Small decision tables of any shape, for Hypothesis, and what they mean by definition."""

from itertools import product

from hypothesis import strategies as st

from sekisho.policy.masking import Field
from sekisho.policy.system import System
from sekisho.policy.table import DecisionTable, Rule
from sekisho.policy.treatment import DUE, ROW, Treatment

ATTRIBUTES = {
    "閲覧者区分": ("新電力", "送配電託送", "関係小売営業"),
    "契約相手": ("自社", "他社"),
    "認証": ("都度認証", "多要素", "単要素"),
}
GROUPS = {"自社": "自社", "他社": "他社"}
CLASSES = (ROW, "本人連絡先", "使用量")
DUTIES = ("重点記録", "理由入力")
UNKNOWN = "表にない値"

ALL = [dict(zip(ATTRIBUTES, look, strict=True)) for look in product(*ATTRIBUTES.values())]

known_contexts = st.sampled_from(ALL)
contexts = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from((*of, UNKNOWN)) for name, of in ATTRIBUTES.items()}
)
wheres = st.fixed_dictionaries(
    {name: st.frozensets(st.sampled_from(of), min_size=1) for name, of in ATTRIBUTES.items()}
)
cubes = st.tuples(*(st.integers(1, (1 << len(of)) - 1) for of in ATTRIBUTES.values()))
said = st.fixed_dictionaries(
    {},
    optional={
        ROW: st.sampled_from((Treatment.SHOW, Treatment.REFUSE)),
        **{name: st.sampled_from(Treatment) for name in CLASSES if name != ROW},
        **{name: st.sampled_from((0, 1)) for name in DUTIES},
    },
)


def _rules(drawn):
    return tuple(
        Rule(id=f"R{n:02}", cube=cube, out=out, basis="情報遮断規程 3条")
        for n, (cube, out) in enumerate(drawn)
    )


rule_lists = st.lists(st.tuples(cubes, said), max_size=7).map(_rules)

_OPEN = Rule(
    id="R99", cube=(0b111, 0b11, 0b111), out={ROW: Treatment.SHOW}, basis="情報遮断規程 3条"
)
# As above, and every other time with a rule that shows each row that nobody refuses.
open_rule_lists = st.one_of(rule_lists, rule_lists.map(lambda rules: (*rules, _OPEN)))


def table_of(rules, make=DecisionTable):
    return make(attributes=ATTRIBUTES, classes=CLASSES, duties=DUTIES, rules=rules)


tables = rule_lists.map(table_of)

ceilings = st.fixed_dictionaries(
    {},
    optional={
        "送配電託送": st.sampled_from(Treatment),
        "新電力:自社": st.sampled_from(Treatment),
        "新電力:他社": st.sampled_from(Treatment),
        "関係小売営業:自社": st.sampled_from(Treatment),
        "関係小売営業:他社": st.sampled_from(Treatment),
    },
)


def field_of(name, item, mask, personal, of):
    return Field(
        id=name,
        number=1,
        name=name,
        item=item,
        type="text",
        format="",
        example="",
        personal=personal,
        non_public="該当",
        basis="なし",
        mask=mask,
        in_disaster=False,
        ceilings=of,
        joining="",
        note="",
        columns={"個人情報": personal, "マスク方式": mask, "項目区分": item},
    )


fields = st.builds(
    field_of,
    st.sampled_from(("name", "phone", "kwh")),
    st.sampled_from(CLASSES[1:]),
    st.sampled_from(("姓のみ", "空", "出さない", "変えない")),
    st.sampled_from(("該当", "非該当")),
    ceilings,
)


def system_of(rules, fields=(), make=DecisionTable):
    return System(
        key="takuso",
        code="TK",
        name="託送業務システム",
        rules=rules,
        table=table_of(rules, make),
        fields={field.id: field for field in fields},
        screens={},
        screen_items=(),
        transitions=(),
        examples=(),
        groups=GROUPS,
        hash="0" * 64,
    )


systems = st.builds(system_of, rule_lists, st.lists(fields, max_size=3))


def covers(rule, context):
    """Say by its definition whether `rule` holds in `context`."""
    return all(
        context.get(name) in values and bits >> values.index(context[name]) & 1
        for (name, values), bits in zip(ATTRIBUTES.items(), rule.cube, strict=True)
    )


def level_of(rules, context, output):
    """Say by its definition how `output` is treated: the strictest that is said, else refused."""
    top = DUE if output in DUTIES else Treatment.REFUSE
    return max(
        (rule.out[output] for rule in rules if output in rule.out and covers(rule, context)),
        default=top,
    )


def inside(cube, context):
    """Say whether `context` lies in `cube`."""
    return all(
        bits >> values.index(context[name]) & 1
        for (name, values), bits in zip(ATTRIBUTES.items(), cube, strict=True)
    )
