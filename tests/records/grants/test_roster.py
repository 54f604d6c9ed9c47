"""The roster is renewed company by company, and what was on it stays known."""

from datetime import date

import pytest

from sekisho.grants import roster as rule
from sekisho_links.grants.roster import Listed, Reading
from sekisho_web.accounts.models import PersonNumber
from sekisho_web.grants.models import RosterLine
from sekisho_web.grants.operations import roster as operations
from sekisho_web.grants.queries import roster as queries
from tests.factories.people import (
    LONG_AGO,
    NOON,
    CompanyFactory,
    PersonFactory,
    PostFactory,
    UnitFactory,
)

pytestmark = pytest.mark.django_db


def helper(number="100001", **unit):
    unit = UnitFactory(**(unit or {"sales": True}))
    post = PostFactory(unit=unit)
    PersonNumber.objects.create(
        person=post.person, company=unit.company, number=number, valid_from=LONG_AGO
    )
    return post.person


def line_of(person, **more):
    return rule.Line(
        person=str(person.pk), unit="R000-03", trained_on=date(2026, 3, 1), is_sales=True, **more
    )


def renew(lines, **more):
    owner, company = CompanyFactory(), CompanyFactory(affiliate=True)
    current = queries.as_rules(queries.listed(owner.code, company=company.code))
    said = {
        "expected": queries.digest_of(rule.change(current, lines)),
        "by": PersonFactory(),
        "now": NOON,
        **more,
    }
    return operations.renew(owner=owner, company=company, lines=lines, **said)


def read(*lines):
    return Reading(sha256="", lines=lines, faults=(), opens=True)


def listed(**said):
    return Listed(
        **{
            "line": 2,
            "number": "100001",
            "name": "山野 みどり",
            "unit": "R000-03",
            "skills": (),
            "is_sales": False,
            "trained_on": date(2026, 3, 1),
            **said,
        }
    )


def test_a_new_list_strikes_off_who_is_not_on_it_and_keeps_the_row():
    first, second = helper("1"), helper("2")
    renew([line_of(first)])

    found = renew([line_of(second, skills=("電話受付",))])

    assert (len(found.new), found.gone) == (1, (str(first.pk),))
    assert RosterLine.objects.get(person=first).removed_at == NOON
    assert list(RosterLine.objects.filter(removed_at=None).values_list("person", flat=True)) == [
        second.pk
    ]


def test_a_line_that_changes_is_another_row():
    person = helper()
    renew([line_of(person)])

    renew([line_of(person, skills=("現場確認",))])

    old, new = RosterLine.objects.filter(person=person).order_by("pk")
    assert old.removed_at is not None
    assert (new.skills, new.removed_at) == (["現場確認"], None)


def test_a_list_that_changes_nothing_writes_nothing(django_assert_max_num_queries):
    person = helper()
    renew([line_of(person)])

    assert renew([line_of(person)]).is_empty
    assert RosterLine.objects.count() == 1


def test_what_was_looked_at_is_what_is_applied():
    person = helper()

    with pytest.raises(operations.CannotRenew) as refused:
        renew([line_of(person)], expected="something else")

    assert "名簿か発令が変わりました" in refused.value.refusal.reason
    assert not RosterLine.objects.exists()


def test_what_cannot_be_entered_in_the_ledger_does_not_happen(monkeypatch):
    def failing(**_):
        raise OSError("ledger")

    person = helper()
    monkeypatch.setattr("sekisho_web.ledger.operations.append", failing)

    with pytest.raises(OSError, match="ledger"):
        renew([line_of(person)])
    assert not RosterLine.objects.exists()


def test_lines_of_a_file_become_people_and_units():
    person = helper()

    lines, faults = queries.resolved(
        read(listed()), company=CompanyFactory(affiliate=True), now=NOON
    )

    assert faults == []
    assert [(line.person, line.is_sales) for line in lines] == [(str(person.pk), True)]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"number": "9"}, "いま有効な社員番号ではありません"),
        ({"name": "別の 人"}, "氏名が、この社員番号の人の氏名と違います"),
        ({"unit": "R000-99"}, "この会社の組織コードではありません"),
        ({"unit": "R000-04"}, "いま有効な発令の組織と違います"),
    ],
)
def test_a_line_that_is_nobody_of_ours_is_a_fault_without_the_name(said, problem):
    helper()
    UnitFactory(code="R000-04", company=CompanyFactory(affiliate=True), kind="call_centre")

    lines, (fault,) = queries.resolved(
        read(listed(**said)), company=CompanyFactory(affiliate=True), now=NOON
    )

    assert lines == []
    assert problem in fault.problem
    assert fault.line == 2
    assert "山野" not in str(fault)


def test_the_width_of_a_space_in_a_name_is_no_other_name():
    helper()

    lines, faults = queries.resolved(
        read(listed(name="山野　みどり")), company=CompanyFactory(affiliate=True), now=NOON
    )

    assert (len(lines), faults) == (1, [])


@pytest.mark.parametrize("count", [1, 12])
def test_the_roster_is_read_in_a_fixed_number_of_queries(count, django_assert_num_queries):
    renew([line_of(helper(str(n))) for n in range(count)])

    with django_assert_num_queries(8):
        shown = queries.in_peace(queries.listed("N09"), now=NOON)

    assert len(shown) == count
    assert {one.refusal for one in shown} == {None}
