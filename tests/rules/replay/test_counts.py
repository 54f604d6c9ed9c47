"""The engine's counts are those of asking the kernel about every look."""

from collections import Counter

import ibis
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.policy.treatment import ROW, Treatment
from sekisho.replay.counts import contexts as histogram
from sekisho.replay.counts import verdicts
from sekisho.replay.decided import decided
from sekisho.replay.interning import domains_of, number_of
from sekisho.trace.schema import ALLOWED, MASKED, NOT_ALLOWED, NOT_SHOWN, UNDECIDABLE
from sekisho_links.policy.folders import shipped_policy

POLICY = shipped_policy()
TABLE = POLICY.systems["takuso"].table
DOMAINS = domains_of(POLICY)
SCREENS = ("TK-310", "TK-370")
# Two ordinary looks, one allowed and one not, each with any one value changed or missing.
WHEELING = {
    "閲覧者区分": "送配電託送",
    "利用目的": "託送供給等",
    "状況": "平常",
    "承認": "常時",
    "端末": "送配電端末",
    "認証": "多要素",
    "アカウント状態": "有効",
    "画面区分": "詳細",
    "契約相手": "他社",
    "対象範囲": "職務内",
}
SALES = WHEELING | {
    "閲覧者区分": "関係小売営業",
    "利用目的": "小売供給",
    "端末": "小売登録端末",
    "契約相手": "自社",
}


@st.composite
def contexts(draw):
    context = dict(draw(st.sampled_from([WHEELING, SALES])))
    name = draw(st.sampled_from([None, *DOMAINS]))
    if name is not None:
        context[name] = draw(st.sampled_from([None, *DOMAINS[name]]))
    return {name: value for name, value in context.items() if value is not None}


rows = st.lists(
    st.tuples(contexts(), st.sampled_from(SCREENS), st.sampled_from(["shown", "masked", "denied"])),
    min_size=1,
    max_size=40,
)


def looks_of(rows):
    return pa.table(
        {
            "system": ["takuso"] * len(rows),
            "screen": [screen for _, screen, _ in rows],
            "number": pa.array([number_of(context, DOMAINS) for context, _, _ in rows], pa.int64()),
            "result": [result for _, _, result in rows],
        }
    )


def answers_of(keys):
    answers = list(decided(POLICY, keys))
    return pa.table(
        {
            "system": [row.system for row in answers],
            "screen": [row.screen for row in answers],
            "number": pa.array([row.number for row in answers], pa.int64()),
            "treatment": pa.array([row.treatment.word for row in answers], pa.string()),
            "rules": pa.array(["、".join(row.rules) for row in answers], pa.string()),
            "unknown": pa.array([(*row.unknown, "")[0] for row in answers], pa.string()),
        }
    )


def expected(context, result):
    if result != "shown":
        return MASKED if result == "masked" else NOT_SHOWN
    if TABLE.unknown(context):
        return UNDECIDABLE
    refused = TABLE.decide(context).levels[ROW] is Treatment.REFUSE
    return NOT_ALLOWED if refused else ALLOWED


@settings(max_examples=30, deadline=None)
@given(rows)
def test_every_look_gets_the_verdict_that_the_kernel_gives_it(rows):
    looks = looks_of(rows)
    keys = sorted({(row["system"], row["screen"], row["number"]) for row in looks.to_pylist()})
    table = verdicts(histogram(ibis.memtable(looks)), ibis.memtable(answers_of(keys)))

    found = Counter()
    for row in table.to_pyarrow().to_pylist():
        found[row["verdict"]] += row["accesses"]

    assert found == Counter(expected(context, result) for context, _, result in rows)


def test_a_look_whose_context_was_not_decided_is_undecidable_and_not_lost():
    looks = looks_of([(WHEELING, "TK-310", "shown"), (SALES, "TK-370", "shown")])
    first = ("takuso", "TK-310", number_of(WHEELING, DOMAINS))

    table = verdicts(histogram(ibis.memtable(looks)), ibis.memtable(answers_of([first])))

    found = {row["verdict"]: row["accesses"] for row in table.to_pyarrow().to_pylist()}
    assert found == {ALLOWED: 1, UNDECIDABLE: 1}


def test_the_histogram_of_contexts_holds_every_look():
    rows = [(WHEELING, "TK-310", "shown")] * 3 + [(SALES, "TK-370", "denied")]

    table = histogram(ibis.memtable(looks_of(rows))).to_pyarrow().to_pylist()

    assert sorted(row["accesses"] for row in table) == [1, 3]


def test_a_decision_says_what_becomes_of_the_screen_and_by_which_rules():
    keys = [("takuso", "TK-370", number_of(SALES, DOMAINS))]
    keys.append(("takuso", "TK-370", number_of(SALES | {"契約相手": "他社"}, DOMAINS)))

    own, rival = decided(POLICY, keys)

    assert own.treatment is not Treatment.REFUSE
    assert rival.treatment is Treatment.REFUSE
    assert "A11" in rival.rules
    assert rival.unknown == ()
