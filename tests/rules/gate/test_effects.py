from hypothesis import given

from sekisho.gate.effects import duties_of, duty_bits, effects, profile_of, relations_met, shown
from sekisho.gate.relations import Relation, Scope
from sekisho.policy.attributes import PROFILE, RELATION, SCOPE
from sekisho.policy.plan import plan
from sekisho.policy.treatment import DUTIES, Treatment
from sekisho_links.policy.folders import shipped_policy
from tests.rules.gate.tables import tables


@given(tables())
def test_the_contexts_that_are_shipped_are_those_that_show_a_row(table):
    asked = [
        look
        for look in table.contexts(table.everything)
        if table.decide(look).row == Treatment.SHOW
    ]

    found = list(shown(table))

    assert sorted(map(sorted, map(dict.items, found))) == sorted(
        map(sorted, map(dict.items, asked))
    )


def test_the_wheeling_system_shows_a_row_in_13600_contexts_and_the_ministrys_in_1204():
    systems = shipped_policy().systems

    assert sum(1 for _ in effects(systems["takuso"])) == 13_600
    assert sum(1 for _ in effects(systems["saiene"])) == 1_204


def test_an_effect_is_the_plan_of_its_context():
    system = shipped_policy().systems["callcenter"]
    by_key = {(e.profile, e.relation, e.scope): e for e in effects(system)}

    for context in shown(system.table):
        key = (profile_of(context), _of(Relation, context[RELATION]), _of(Scope, context[SCOPE]))
        effect = by_key.pop(key)
        decided = plan(system, context)
        assert effect.levels == tuple(decided[field] for field in system.fields)
        assert duties_of(effect.duties) == system.table.decide(context).duties

    assert by_key == {}


def test_two_profiles_never_share_a_key():
    system = shipped_policy().systems["takuso"]
    profiles = {
        tuple(context[name] for name in PROFILE): profile_of(context)
        for context in shown(system.table)
    }

    assert len(set(profiles.values())) == len(profiles)


def test_a_profile_with_an_unknown_attribute_is_none_of_those_that_are_shipped():
    system = shipped_policy().systems["takuso"]
    context = next(iter(shown(system.table)))
    known = {effect.profile for effect in effects(system)}

    for name in PROFILE:
        assert (
            profile_of({key: value for key, value in context.items() if key != name}) not in known
        )


def test_retailers_meet_their_own_customers_switches_and_consents_only():
    for system in shipped_policy().systems.values():
        met = relations_met(system)
        for viewer in ("関係小売営業", "関係小売委託", "新電力"):
            assert met.get(viewer, frozenset()) <= {"自社", "切替受付済", "同意照会"}


def test_duties_come_back_from_their_bits():
    for duty in DUTIES:
        assert duties_of(duty_bits(frozenset({duty}))) == {duty}
    assert duties_of(duty_bits(frozenset(DUTIES))) == set(DUTIES)


def _of(kind, word):
    return next(one for one in kind if one.word == word)
