"""Rules on the exchange of people: in force, excepted, and asked of everybody every night."""

from datetime import date, timedelta

import pytest

from sekisho.grants.conflicts import Effect, refusal
from sekisho.terms.days import after, jst_day
from sekisho_web.accounts.models import AppointmentTerm
from sekisho_web.campaigns.models import Finding
from sekisho_web.frame.follows import tell
from sekisho_web.grants import rules_in_force
from sekisho_web.grants.models import ConflictException, ConflictRule
from sekisho_web.grants.operations import conflict_rules as versions
from sekisho_web.grants.operations import conflicts as operations
from sekisho_web.grants.operations.conflicts import CannotExcept
from sekisho_web.grants.queries import conflicts as queries
from tests.factories import NOON, AccountFactory, PersonFactory, PostFactory, UnitFactory, somebody
from tests.factories.people import CompanyFactory
from tests.factories.pledges import PledgeFactory
from tests.records.accounts.around import DAY, FORBIDDEN, refused, sql

pytestmark = pytest.mark.django_db
LINE_2 = {"company_kind": "network", "line": 2}


def of_both():
    """Return somebody with a post at the network company and one in sales of the affiliate."""
    person = PersonFactory()
    PostFactory(person=person)
    PostFactory(person=person, unit=UnitFactory(sales=True), kind="concurrent")
    return person


def let_off(person, **more):
    given = {
        "person": person, "code": "K3", "by": somebody(compliance=True), **LINE_2,
        "reason": "引継ぎのため、別室で二週間だけ行う", "starts": NOON.date(),
        "last_day": NOON.date() + timedelta(days=14), "now": NOON,
    }  # fmt: skip
    return operations.let_off(**given | more)


def withheld(person, at=NOON):
    posts = rules_in_force.posts_of([person.pk])[person.pk]
    exempts = rules_in_force.exempts_of([person.pk]).get(person.pk, ())
    network = person.posts.order_by("pk").first().appointment_id
    return refusal(
        posts, rules_in_force.rules_in_force(at=at), exempts,
        hat=str(network), relief=False, at=at,
    )  # fmt: skip


def row(code="K4", version=2, **more):
    given = {
        "code": code, "version": version, "name": "営業を離れて間もない人",
        "a": "会社=affiliate 組織=sales", "relation": "after", "months": 24,
        "b": "会社=network 従事先=network", "effect": "withhold_role", "relieved": True,
        "excusable": True, "basis": "会社の定め", "reason": "間を広げる",
        "proposed_by": PersonFactory(), "proposed_at": NOON - 2 * DAY,
        "confirmed_by": PersonFactory(), "in_force_from": NOON - DAY,
    }  # fmt: skip
    return ConflictRule.objects.create(**given | more)


def test_the_shipped_rules_count_where_the_company_has_none_of_its_own():
    rules = rules_in_force.rules_in_force(at=NOON)

    assert [rule.code for rule in rules] == sorted(
        rule.code for rule in rules_in_force.shipped_rules()
    )
    assert len(rules) == 9


def test_a_version_of_the_company_s_own_replaces_that_rule_and_no_other():
    row()
    row("K3", 2, in_force_from=NOON + DAY)
    row("K6", 2, in_force_from=None, confirmed_by=None)

    rules = {rule.code: rule for rule in rules_in_force.rules_in_force(at=NOON)}

    assert (rules["K4"].months, rules["K4"].version) == (24, 2)
    assert rules["K3"].version == 1
    assert rules["K6"].version == 1
    assert len(rules) == 9
    ConflictRule.objects.filter(code="K4").update(replaced_at=NOON)
    again = {rule.code: rule for rule in rules_in_force.rules_in_force(at=NOON)}
    assert (again["K4"].months, again["K4"].version) == (12, 1)


def test_the_posts_are_read_with_what_the_rules_look_at():
    person = of_both()

    found = rules_in_force.posts_of([person.pk])[person.pk]

    assert [(p.company, p.employer, p.works_for, p.unit_kind, p.kind) for p in found] == [
        ("network", "network", "network", "service_centre", "main"),
        ("affiliate", "affiliate", "affiliate", "sales", "concurrent"),
    ]
    assert "K3" in withheld(person).reason


def test_an_exception_opens_one_rule_for_one_person_for_its_time():
    person, other = of_both(), of_both()

    made = let_off(person)

    assert withheld(person) is None
    assert withheld(other) is not None
    assert withheld(person, at=made.ends_at) is not None
    assert made.ends_at == after(NOON.date() + timedelta(days=14))
    operations.end_exception(pk=made.pk, by=somebody(compliance=True), **LINE_2, now=NOON + DAY)
    assert withheld(person, at=NOON + DAY) is not None


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"line": 1}, "第2線"),
        ({"company_kind": "affiliate"}, "第2線"),
        ({"code": "K2"}, "例外を認められません"),
        ({"code": "K1-1"}, "例外を認められません"),
        ({"code": "K99"}, "規則"),
        ({"last_day": date(2026, 12, 31)}, "6か月"),
        ({"reason": "必要だから"}, "理由"),
        ({"starts": date(2026, 1, 1), "last_day": date(2026, 1, 5)}, "過ぎて"),
    ],
)
def test_no_other_exception_is_made(more, says):
    with pytest.raises(CannotExcept, match=says):
        let_off(of_both(), **more)
    assert not ConflictException.objects.exists()


def test_nobody_lets_themselves_off_and_one_rule_is_excepted_once_at_a_time():
    person = of_both()

    with pytest.raises(CannotExcept, match="自分"):
        let_off(person, by=person)
    let_off(person)
    with pytest.raises(CannotExcept, match="もうあります"):
        let_off(person, starts=NOON.date() + timedelta(days=3))


def test_what_cannot_be_entered_in_the_ledger_lets_nobody_off(monkeypatch):
    def failing(**_):
        raise OSError("ledger")

    monkeypatch.setattr("sekisho_web.ledger.operations.append", failing)

    with pytest.raises(OSError, match="ledger"):
        let_off(of_both())
    assert not ConflictException.objects.exists()


# Around the operations --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("constraint", "more"),
    [
        ("conflict_exception_is_never_of_the_laws_own_rules", {"rule": "K1-2"}),
        ("conflict_exception_is_never_of_the_laws_own_rules", {"rule": "K2"}),
        (
            "conflict_exception_lasts_half_a_year_at_most",
            {"ends_at": NOON + timedelta(days=185)},
        ),
        ("conflict_exception_lasts_half_a_year_at_most", {"ends_at": NOON - DAY}),
        ("conflict_exception_says_why", {"reason": ""}),
    ],
)
def test_the_database_takes_no_other_exception(constraint, more):
    person, by = PersonFactory(), PersonFactory()
    given = {
        "rule": "K3", "person": person, "reason": "理由", "approved_by": by, "approved_at": NOON,
        "starts_at": NOON, "ends_at": NOON + timedelta(days=184),
    }  # fmt: skip

    ConflictException.objects.create(**given)
    with refused(constraint):
        ConflictException.objects.create(**given | more)
    with refused("conflict_exception_is_not_of_ones_own"):
        ConflictException.objects.create(**given | {"approved_by": person})


def test_the_database_takes_no_rule_that_would_be_two_or_excuse_what_the_law_does_not():
    by = PersonFactory()

    row()
    with refused("conflict_rule_is_in_force_once"):
        row(version=3)
    with refused("conflict_rule_of_the_law_knows_no_exception"):
        row("K1-1")
    with refused("conflict_rule_has_a_known_effect_and_relation"):
        row("K9", effect="allow")
    with refused("conflict_rule_is_confirmed_by_another"):
        row("K9", proposed_by=by, confirmed_by=by)
    with refused("conflict_rule_counts_from_when_it_is_confirmed"):
        row("K9", confirmed_by=None)
    row("K9", in_force_from=None, confirmed_by=None)
    with refused("conflict_rule_is_proposed_once_at_a_time"):
        row("K9", 3, in_force_from=None, confirmed_by=None)


def test_what_is_written_in_a_version_never_changes():
    made = row()

    for change in (
        "months = 1",
        "effect = 'flag'",
        "a = ''",
        "reason = ''",
        "in_force_from = now()",
        "confirmed_by_id = proposed_by_id",
    ):
        with refused(state=FORBIDDEN):
            sql(f"UPDATE grants_conflictrule SET {change} WHERE id = %s", made.pk)
    with refused(state=FORBIDDEN):
        sql("DELETE FROM grants_conflictrule WHERE id = %s", made.pk)


# Versions ---------------------------------------------------------------------------------------


def months(code="K4"):
    rules = {rule.code: rule for rule in rules_in_force.rules_in_force(at=NOON)}
    return rules[code].months, rules[code].version


def proposed(by=None, **more):
    given = {"code": "K4", "months": 24, "reason": "営業の関係が長く続くため広げる", "now": NOON}
    return versions.propose(by=by or somebody(it=True), **given | more)


def test_a_version_counts_when_the_second_line_has_confirmed_it_and_the_same_posts_trip_it():
    made = proposed()
    assert months() == (12, 1)

    versions.confirm(pk=made.pk, by=somebody(compliance=True), **LINE_2, now=NOON)

    assert months() == (24, 2)
    shipped = {rule.code: rule for rule in rules_in_force.shipped_rules()}["K4"]
    now = {rule.code: rule for rule in rules_in_force.rules_in_force(at=NOON)}["K4"]
    assert (now.a, now.b, now.effect) == (shipped.a, shipped.b, shipped.effect)
    again = proposed(months=6)
    versions.confirm(pk=again.pk, by=somebody(compliance=True), **LINE_2, now=NOON)
    assert months() == (6, 3)


def test_nobody_confirms_their_own_and_no_other_line_does():
    author = somebody(compliance=True)
    made = proposed(by=author)

    for more in ({"by": author}, {"line": 1}, {"line": 3}, {"company_kind": "affiliate"}):
        given = {"by": somebody(compliance=True), **LINE_2, "now": NOON} | more
        with pytest.raises(versions.CannotChange):
            versions.confirm(pk=made.pk, **given)
    assert months() == (12, 1)


@pytest.mark.parametrize(
    "more",
    [
        {"code": "K2"}, {"code": "K3"}, {"code": "K5"}, {"code": "K99"}, {"months": 12},
        {"months": 0}, {"months": 999}, {"reason": "広げる"},
    ],
)  # fmt: skip
def test_nothing_else_is_proposed(more):
    with pytest.raises(versions.CannotChange):
        proposed(**more)
    assert not ConflictRule.objects.exists()


def test_one_version_waits_at_a_time_and_what_is_taken_back_never_counts():
    made = proposed()
    with pytest.raises(versions.CannotChange, match="確認を待つ版"):
        proposed()
    versions.withdraw(pk=made.pk, by=somebody(it=True), now=NOON)

    with pytest.raises(versions.CannotChange):
        versions.confirm(pk=made.pk, by=somebody(compliance=True), **LINE_2, now=NOON)
    with pytest.raises(versions.CannotChange):
        versions.withdraw(pk=made.pk, by=somebody(it=True), now=NOON)
    assert months() == (12, 1)
    assert proposed().version == 3


# Every night ------------------------------------------------------------------------------------


def test_the_night_finds_everybody_whom_a_rule_withholds_something_from():
    person = of_both()
    somebody()

    tell("night", now=NOON)
    tell("night", now=NOON + DAY)

    found = Finding.objects.get(kind="conflict")
    assert (found.subject, found.rules, found.times) == (person.code, ["K3"], 2)
    assert person.name not in found.sentence


def test_the_night_leaves_alone_whom_the_second_line_let_off():
    let_off(of_both())

    assert operations.check_everybody(now=NOON) == 0
    assert operations.check_everybody(now=NOON + timedelta(days=15)) == 1


def test_who_left_for_the_retailer_is_found_until_everything_is_done():
    person = PersonFactory()
    left = PostFactory(person=person, valid_to=jst_day(NOON.date()))
    PostFactory(
        person=person, unit=UnitFactory(code="R000-05", kind="call_centre",
                                        company=CompanyFactory(affiliate=True)),
        valid_from=jst_day(NOON.date()),
    )  # fmt: skip
    account = AccountFactory(person=person, appointment=left.appointment)

    assert operations.check_everybody(now=NOON) == 1
    said = Finding.objects.get(kind="conflict").sentence
    assert "送配電のIDが 1 件" in said
    assert "誓約がない" in said
    account.closed_at = NOON
    account.save(update_fields=["closed_at"])
    PledgeFactory(
        person=person, template="transfer_out", subject_type="appointment",
        subject=str(left.appointment_id), at=NOON,
    )  # fmt: skip
    assert operations.check_everybody(now=NOON + timedelta(hours=1)) == 0


def test_the_look_at_everybody_takes_as_many_queries_for_three_as_for_thirty(
    django_assert_num_queries,
):
    for _ in range(3):
        somebody()
    with django_assert_num_queries(3):
        assert list(queries.everybody_now(now=NOON)) == []
    for _ in range(30):
        somebody()
    with django_assert_num_queries(3):
        assert list(queries.everybody_now(now=NOON)) == []


def test_a_staged_change_of_title_can_trip_a_rule_that_stops_everything():
    person = of_both()
    term = AppointmentTerm.objects.filter(person=person).order_by("pk").first()
    AppointmentTerm.objects.filter(pk=term.pk).update(flags=["specified_network"])
    other = AppointmentTerm.objects.filter(person=person).order_by("-pk").first()
    AppointmentTerm.objects.filter(pk=other.pk).update(flags=["key_retail"])

    found = [trip.rule for _, trip in queries.everybody_now(now=NOON)]

    assert [rule.code for rule in found] == ["K2", "K3"]
    assert found[0].effect is Effect.WITHHOLD_ALL


def test_nobody_judges_themselves_nor_their_own_unit_but_the_superior_does_that():
    judge, other = somebody(), somebody()
    far = somebody(compliance=True)

    def said(of_whom, **more):
        return rules_in_force.refusal_to_judge(judge=judge.pk, judged=of_whom.pk, at=NOON, **more)

    assert "自分" in said(judge, as_superior=True).reason
    assert "同じ組織" in said(other).reason
    assert said(other, as_superior=True) is None
    assert said(far) is None
