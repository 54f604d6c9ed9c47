"""Small decision tables, in which asking every context is quick."""

from hypothesis import strategies as st

from sekisho.policy.table import DecisionTable, Rule
from sekisho.policy.treatment import ROW, Treatment

ATTRIBUTES = {
    "閲覧者区分": ("甲", "乙"),
    "利用目的": ("検査", "販売", "保守"),
    "契約相手": ("自社", "他社"),
    "対象範囲": ("職務内", "範囲外"),
}


@st.composite
def tables(draw):
    """Draw a table whose rules say whether the row exists, or say nothing about it."""
    rules = []
    for n in range(draw(st.integers(0, 6))):
        cube = tuple(draw(st.integers(1, (1 << len(values)) - 1)) for values in ATTRIBUTES.values())
        row = draw(st.sampled_from([Treatment.SHOW, Treatment.REFUSE, None]))
        out = {"契約": int(draw(st.sampled_from(list(Treatment))))}
        rules.append(
            Rule(id=f"R{n}", cube=cube, out=out if row is None else {ROW: int(row)}, basis="約款")
        )
    return DecisionTable(
        attributes=ATTRIBUTES, classes=(ROW, "契約"), duties=(), rules=tuple(rules)
    )
