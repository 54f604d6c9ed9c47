"""A proof says what asking every context says, for each kind of invariant."""

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sekisho.policy.invariant import ALWAYS, SHOWN, UNSPOKEN, InvariantKind, Pick
from sekisho.policy.treatment import DUE, Treatment
from sekisho.proof import fields, invariants, monotone
from sekisho.proof.invariants import leak
from sekisho_links.policy.folders import shipped_policy
from tests.rules.policy import tables
from tests.rules.policy.tables import ALL, ATTRIBUTES, CLASSES, DUTIES, rule_lists, system_of
from tests.rules.policy.twins import UNCOVERED, UnknownMatchesAny
from tests.rules.proof.definition import breaking, invariant_of
from tests.rules.proof.loosenings import confirmed

steady = settings(max_examples=250, derandomize=True, deadline=None, report_multiple_bugs=False)
unshrunk = settings(steady, phases=(Phase.generate,))  # to catch a twin needs no small example

some_classes = st.lists(st.sampled_from(CLASSES), min_size=1, unique=True).map(tuple)
some_where = st.dictionaries(st.sampled_from(tuple(ATTRIBUTES)), st.just(None)).flatmap(
    lambda names: st.fixed_dictionaries(
        {name: st.frozensets(st.sampled_from(ATTRIBUTES[name]), min_size=1) for name in names}
    )
)


@st.composite
def at_least(draw):
    return invariant_of(
        InvariantKind.AT_LEAST,
        where=draw(some_where),
        targets=draw(some_classes),
        floor=draw(st.sampled_from(Treatment)),
    )


@st.composite
def never_more(draw):
    name = draw(st.sampled_from(tuple(ATTRIBUTES)))
    pair = st.lists(st.sampled_from(ATTRIBUTES[name]), min_size=2, max_size=2, unique=True)
    better, worse = draw(pair)
    return invariant_of(
        InvariantKind.NEVER_MORE,
        where=draw(some_where),
        targets=draw(some_classes),
        attribute=name,
        better=(better,),
        worse=worse,
    )


@st.composite
def alike(draw):
    name = draw(st.sampled_from(tuple(ATTRIBUTES)))
    values = draw(st.lists(st.sampled_from(ATTRIBUTES[name]), min_size=2, unique=True))
    return invariant_of(
        InvariantKind.ALIKE,
        where=draw(some_where),
        targets=draw(some_classes),
        attribute=name,
        better=tuple(values),
    )


@st.composite
def duty(draw):
    return invariant_of(
        InvariantKind.DUTY,
        where=draw(some_where),
        targets=draw(st.lists(st.sampled_from(DUTIES), min_size=1, unique=True).map(tuple)),
        floor=DUE,
        when=draw(st.sampled_from((SHOWN, ALWAYS, UNSPOKEN))),
    )


@st.composite
def delivered(draw):
    picks = draw(
        st.sampled_from(
            (
                (),
                (Pick(column="個人情報", words=frozenset({"該当"})),),
                (Pick(column="マスク方式", words=frozenset({"空"}), none_of=True),),
            )
        )
    )
    return invariant_of(
        InvariantKind.DELIVERED,
        where=draw(some_where),
        floor=draw(st.sampled_from(Treatment)),
        picks=picks,
    )


KINDS = {
    "禁止": at_least(),
    "比較": never_more(),
    "同一": alike(),
    "義務": duty(),
    "行": some_where.map(lambda where: invariant_of(InvariantKind.ROW, where=where)),
    "空区分": some_where.map(lambda where: invariant_of(InvariantKind.EMPTY_CLASS, where=where)),
    "実効": delivered(),
}


def the_proof_is_enumeration(drawn, how=steady):
    policy = shipped_policy()

    @how
    @given(tables.open_rule_lists, st.lists(tables.fields, max_size=2), drawn)
    def holds(rules, of, invariant):
        system = system_of(rules, of)
        broken = list(breaking(system, invariant))

        witness = leak(policy, system, invariant)

        assert (witness is None) == (not broken)
        if witness is not None:
            assert (witness.context, witness.output) in broken
            assert confirmed(system, witness)
            assert all(
                (look, witness.output) in broken
                for look in ALL
                if witness.where and all(look[k] in of for k, of in witness.where.items())
            )

    holds()


@pytest.mark.parametrize("kind", KINDS)
def test_the_proof_says_what_asking_every_context_says(kind):
    the_proof_is_enumeration(KINDS[kind])


@given(rule_lists)
def test_nothing_unknown_is_ever_shown(rules):
    invariant = invariant_of(InvariantKind.UNKNOWN)
    system = system_of(rules)

    assert leak(shipped_policy(), system, invariant) is None
    assert not list(breaking(system, invariant))


def test_a_kernel_that_takes_the_unknown_for_any_breaks_the_invariant():
    @unshrunk
    @given(rule_lists)
    def holds(rules):
        system = system_of(rules, (), UnknownMatchesAny)
        assert leak(shipped_policy(), system, invariant_of(InvariantKind.UNKNOWN)) is None

    with pytest.raises(AssertionError):
        holds()


@pytest.mark.parametrize("twin", UNCOVERED, ids=lambda one: one.__name__)
@pytest.mark.parametrize(
    ("kind", "room"), [("禁止", invariants), ("比較", monotone), ("義務", invariants)]
)
def test_a_broken_cover_is_caught_by_the_proofs(kind, room, twin, monkeypatch):
    monkeypatch.setattr(room, "uncovered", twin)

    with pytest.raises(AssertionError):
        the_proof_is_enumeration(KINDS[kind], unshrunk)


def test_a_comparison_that_forgets_who_permits_is_caught(monkeypatch):
    def only_stricter(table, *, where, output, place, better, worse):
        left = monotone_laxer(
            table, where=where, output=output, place=place, better=better, worse=worse
        )
        free = table.everything[place]
        stricter = any(
            rule.cube[place] & better and rule.out.get(output, 0) > 0 for rule in table.rules
        )
        return left if stricter and free else None

    monotone_laxer = monotone.laxer
    monkeypatch.setattr(invariants, "laxer", only_stricter)

    with pytest.raises(AssertionError):
        the_proof_is_enumeration(KINDS["比較"], unshrunk)


def test_a_proof_that_trusts_ceilings_alone_is_caught(monkeypatch):
    monkeypatch.setattr(fields, "standing", lambda *_: None)

    with pytest.raises(AssertionError):
        the_proof_is_enumeration(KINDS["実効"], unshrunk)


@steady
@given(st.lists(tables.fields, min_size=1, max_size=3), st.sampled_from(Treatment))
def test_a_ceiling_is_held_to_its_floor(of, floor):
    system = system_of((), of)
    columns = ("新電力:自社", "送配電託送")
    invariant = invariant_of(InvariantKind.CEILING, targets=columns, floor=floor)

    witness = leak(shipped_policy(), system, invariant)

    lowest = [
        field.ceilings.get(column, Treatment.REFUSE)
        for field in system.fields.values()
        for column in columns
    ]
    assert (witness is None) == (min(lowest) >= floor)


@steady
@given(st.lists(tables.fields, min_size=1, max_size=3))
def test_a_ceiling_is_never_more_lenient_than_the_one_it_is_compared_with(of):
    system = system_of((), of)
    invariant = invariant_of(
        InvariantKind.CEILING_NEVER_MORE, better=("新電力:自社",), worse="関係小売営業:自社"
    )

    witness = leak(shipped_policy(), system, invariant)

    refused = Treatment.REFUSE
    assert (witness is None) == all(
        field.ceilings.get("関係小売営業:自社", refused)
        >= field.ceilings.get("新電力:自社", refused)
        for field in system.fields.values()
    )


def test_a_column_without_a_group_counts_for_both_groups():
    field = tables.field_of("氏名", "本人連絡先", "姓のみ", "該当", {"新電力": Treatment.SHOW})
    invariant = invariant_of(
        InvariantKind.CEILING, targets=("新電力:他社",), floor=Treatment.REFUSE
    )

    assert leak(shipped_policy(), system_of((), [field]), invariant) is not None


@steady
@given(rule_lists, rule_lists)
def test_a_version_that_shows_more_than_the_one_before_needs_a_signature(before, after):
    old, new = system_of(before), system_of(after)
    invariant = invariant_of(InvariantKind.DIFFERENCE)

    witness = leak(shipped_policy(), new, invariant, before=old)

    looser = any(
        tables.level_of(after, look, output) < tables.level_of(before, look, output)
        for look in ALL
        for output in (*CLASSES, *DUTIES)
    )
    assert (witness is not None) == looser
    assert leak(shipped_policy(), new, invariant) is None
