"""What an approver reads is what the decision table would answer, and never more is let in."""

from itertools import product

import pytest

from sekisho.policy.attributes import APPROVAL, CIRCUMSTANCE, PURPOSE, VIEWER_CLASS
from sekisho.policy.plan import treatment_of
from sekisho.policy.treatment import Treatment
from sekisho.reports.permitted import APPROVAL_OF, DRILL, permitted
from sekisho_links.policy.folders import shipped_policy

SYSTEMS = shipped_policy().systems
VIEWERS = ("送配電託送", "災害応援", "関係小売営業", "送配電管理")


@pytest.mark.parametrize(("key", "viewer"), [*product(("takuso", "saiene"), VIEWERS)])
def test_no_context_of_the_use_shows_more_than_the_approver_reads(key, viewer):
    system = SYSTEMS[key]
    told = permitted(system, viewer=viewer, purpose="再エネ買取", mode="per_use")
    said = {line.field.id: min(line.cells) for line in told.lines}
    fixed = {VIEWER_CLASS: viewer, PURPOSE: "再エネ買取", CIRCUMSTANCE: "平常",
             APPROVAL: "都度承認済"}  # fmt: skip
    free = {name: values for name, values in system.table.attributes.items() if name not in fixed}

    for values in list(product(*free.values()))[::17]:
        context = fixed | dict(zip(free, values, strict=True))
        for field in system.fields:
            assert treatment_of(system, field, context) >= said.get(field, Treatment.HIDE)


def test_without_an_approval_the_ministry_s_system_shows_less_than_with_it():
    system = SYSTEMS["saiene"]
    approved = permitted(system, viewer="送配電託送", purpose="再エネ買取", mode="per_use")

    assert approved.lines
    assert len(approved.lines) + approved.hidden == len(system.fields)
    assert "表示" in approved.in_words


@pytest.mark.parametrize(
    "words",
    [
        {"viewer": "だれか"},
        {"purpose": "好奇心"},
        {"mode": "forever"},
        {"circumstance": "気まぐれ"},
    ],
)
def test_a_word_that_the_table_does_not_know_opens_nothing(words):
    asked = {"viewer": "送配電託送", "purpose": "託送供給等", "mode": "per_use"} | words
    told = permitted(SYSTEMS["takuso"], **asked)

    assert (told.lines, told.hidden) == ((), len(SYSTEMS["takuso"].fields))
    assert told.in_words == "見える項目なし"


def test_a_drill_shows_no_real_record():
    for key in ("takuso", "callcenter"):
        told = permitted(
            SYSTEMS[key], viewer="災害応援", purpose="非常災害対応", mode="period",
            circumstance=DRILL,
        )  # fmt: skip
        assert told.lines == ()


def test_every_mode_of_a_grant_is_a_word_of_the_table():
    assert set(APPROVAL_OF.values()) <= set(SYSTEMS["takuso"].table.attributes[APPROVAL])
