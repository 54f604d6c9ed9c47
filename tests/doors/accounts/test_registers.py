"""The registers: who sees what, why each ID may live, and what each act answers."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sekisho_web.accounts.models import (
    Account,
    AccountRequest,
    AccountReview,
    Hold,
    System,
)
from sekisho_web.accounts.operations import suspend
from tests.doors.accounts.registers import Register, enter
from tests.factories import (
    AccountFactory,
    CompanyFactory,
    PersonFactory,
    PostFactory,
    UnitFactory,
    somebody,
)
from tests.factories.people import OfficerFactory

pytestmark = pytest.mark.django_db

LISTS = ("systems", "ids", "people", "holds", "shared", "reviews", "requests")


@pytest.fixture
def register():
    return Register()


def main(page):
    return BeautifulSoup(page.content, "html.parser").main.get_text(" ", strip=True)


@pytest.mark.parametrize("name", LISTS)
def test_whoever_has_no_right_to_registers_is_refused(client, register, name):
    enter(client, register.clerk)

    assert client.get(reverse(f"accounts:{name}")).status_code == 403


@pytest.mark.parametrize("name", LISTS)
def test_an_empty_register_says_what_to_do(client, name):
    enter(client, somebody(it=True))

    page = client.get(reverse(f"accounts:{name}"))

    assert page.status_code == 200


def test_each_line_says_why_an_id_may_live_or_why_not(client, register):
    alive = register.id_of(register.clerk)
    asleep = register.id_of(register.asker, last_used_at=register.now - timedelta(days=400))
    gone = PostFactory(valid_to=register.now - timedelta(days=3))
    moved = register.id_of(gone.person)
    held = register.id_of(register.owner)
    suspend(target=held, reason=Hold.Reason.INVESTIGATION, by=None, now=register.now)
    enter(client, register.owner)

    page = main(client.get(reverse("accounts:ids")))

    assert "発令があり、最終利用から6か月以内です" in page
    assert "最終利用（または発行）から6か月使われていません" in page
    assert "このIDを使う業務の発令が終わりました" in page
    assert "停止されています（調査）" in page
    for account, word in ((alive, "有効"), (asleep, "休眠"), (moved, "異動済"), (held, "停止中")):
        one = main(client.get(reverse("accounts:id", args=[account.pk])))
        assert word in one


@pytest.mark.parametrize(
    ("only", "found"),
    [("open", 2), ("closed", 1), ("unused", 1), ("shared", 0), ("held", 0), ("nonsense", 2)],
)
def test_the_list_is_narrowed(client, register, only, found):
    register.id_of(register.clerk)
    register.id_of(register.asker, last_used_at=None)
    register.id_of(register.owner, closed_at=register.now)
    enter(client, register.owner)

    page = client.get(reverse("accounts:ids"), {"only": only})

    assert page.context["page"].paginator.count == found


@pytest.mark.parametrize("name", ["ids", "people", "holds", "systems", "reviews", "shared"])
def test_a_list_takes_as_many_queries_for_three_rows_as_for_thirty(client, register, name):
    def rows(number):
        for n in range(number):
            post = PostFactory(person=PersonFactory())
            account = register.id_of(post.person)
            suspend(target=account, reason=Hold.Reason.INVESTIGATION, by=None, now=register.now)
            AccountReview.objects.create(
                account=account,
                opened_at=register.now,
                due_at=register.now + timedelta(days=9),
                assignee=register.owner,
                holder=post.person,
                facts={"flags": []},
            )
            System.objects.create(key=f"s{account.pk}", name=f"系 {n}", owner=register.company)
            Account.objects.create(
                kind="shared",
                code=f"SH{account.pk}",
                system=register.system,
                works_for=register.company,
                custodian=register.owner,
                reason="移行中",
                registered_at=register.now,
                issued_at=register.now,
                ends_at=register.now + timedelta(days=90),
            )

    enter(client, register.owner)
    counted = []
    for number in (3, 25):
        rows(number)
        client.get(reverse(f"accounts:{name}"))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse(f"accounts:{name}"))
        assert page.status_code == 200
        counted.append(len(queries))

    assert counted[0] == counted[1], counted


# Whose rows ------------------------------------------------------------------------------------


@pytest.fixture
def rival(register):
    """An officer of a retailer whose clerk uses the network company's system."""
    company = CompanyFactory(affiliate=True)
    unit = UnitFactory(sales=True)
    clerk = PostFactory(person=PersonFactory(name="玖珂 みのり"), unit=unit)
    head = PostFactory(person=PersonFactory(name="気仙 かなで"), unit=unit)
    OfficerFactory(post=head, system=register.system, role="use_officer", company=company)
    account = AccountFactory(person=clerk.person, system="takuso")
    return company, clerk, head, account


def test_a_company_sees_its_own_people_and_nobody_elses(client, register, rival):
    _, clerk, head, account = rival
    ours = register.id_of(register.clerk)
    enter(client, head.person)

    page = main(client.get(reverse("accounts:ids")))
    people = main(client.get(reverse("accounts:people")))

    assert account.code in page
    assert ours.code not in page
    assert clerk.person.name in people
    assert register.clerk.name not in people
    assert client.get(reverse("accounts:id", args=[ours.pk])).status_code == 404
    stranger = reverse("accounts:person", args=[register.clerk.code])
    assert client.get(stranger).status_code == 404


def test_an_owner_sees_of_another_companys_user_no_history(client, register, rival):
    _, clerk, _, account = rival
    past = PostFactory(
        person=clerk.person,
        unit=UnitFactory(code="R000-77", company=clerk.unit.company, name="経営企画部", kind="x"),
        valid_from=register.now - timedelta(days=90),
        valid_to=register.now - timedelta(days=30),
    )
    enter(client, register.owner)

    page = main(client.get(reverse("accounts:person", args=[clerk.person.code])))

    assert account.code in page
    assert clerk.unit.name in page
    assert past.unit.name not in page
    assert "他社の人です" in page


# From a request to an ID -----------------------------------------------------------------------

ASKED = {
    "system": "takuso",
    "phone": "03-0000-0000",
    "mail": "m@example.jp",
    "purpose": "切替の受付",
}


def test_an_id_is_asked_for_approved_issued_and_closed(client, register):
    enter(client, register.asker)
    client.post(reverse("accounts:ask_for_id"), ASKED | {"person": register.clerk.code})
    asked = AccountRequest.objects.get()

    enter(client, register.owner)
    decided = client.post(
        reverse("accounts:decide_request", args=[asked.pk]), {"verdict": "approve"}
    )
    issued = client.post(reverse("accounts:issue_id", args=[asked.pk]), {"code": "TK-NEW"})
    account = Account.objects.get(code="TK-NEW")

    assert decided.status_code == issued.status_code == 302
    assert account.person == register.clerk
    assert account.appointment == register.clerk_post.appointment
    page = main(client.get(reverse("accounts:id", args=[account.pk])))
    assert "有効" in page
    assert "切替の受付" in page  # its history
    closed = client.post(reverse("accounts:close_id", args=[account.pk]), {"note": "退職"})
    assert closed.status_code == 302
    again = client.post(reverse("accounts:close_id", args=[account.pk]), {"note": "退職"})
    assert again.status_code == 422


@pytest.mark.parametrize(
    ("who", "code", "word"),
    [("asker", "asker", "自分のIDは申請できません"), ("owner", "clerk", "利用責任者だけ")],
)
def test_a_request_that_the_rule_refuses_says_why_and_is_not_made(
    client, register, who, code, word
):
    enter(client, getattr(register, who))

    page = client.post(
        reverse("accounts:ask_for_id"), ASKED | {"person": getattr(register, code).code}
    )

    assert page.status_code == 422
    if who == "asker":
        assert word in page.text
    assert not AccountRequest.objects.exists()


def test_a_dormant_id_lives_again_with_a_purpose_and_not_without(client, register):
    account = register.id_of(register.clerk, last_used_at=register.now - timedelta(days=400))
    enter(client, register.owner)
    address = reverse("accounts:resume_id", args=[account.pk])

    silent = client.post(address, {"note": ""})
    said = client.post(address, {"note": "決算の照会"})

    assert silent.status_code == 422
    assert said.status_code == 302
    page = main(client.get(reverse("accounts:id", args=[account.pk])))
    assert "有効" in page
    assert "決算の照会" in page


def test_nobody_resumes_their_own_id(client, register):
    account = register.id_of(register.owner, last_used_at=register.now - timedelta(days=400))
    enter(client, register.owner)

    page = client.post(reverse("accounts:resume_id", args=[account.pk]), {"note": "要る"})

    assert page.status_code == 422
    assert "自分のIDは再開できません" in page.text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_register_leaves_as_a_file(client, register, kind):
    account = register.id_of(register.clerk)
    enter(client, register.owner)

    answer = client.post(reverse("accounts:export_ids"), {"as": kind})

    assert answer.status_code == 200
    assert f".{kind}" in answer["Content-Disposition"]
    if kind == "csv":
        text = answer.content.decode("utf-8-sig")
        assert account.code in text
        assert "有効" in text


def test_a_contractor_sees_its_own_people_and_not_those_of_its_principal(client, register):
    company = CompanyFactory(contractor=True, principal=register.company)
    unit = UnitFactory(code="K01-1", company=company, name="検針課", kind="meter")
    head = PostFactory(person=PersonFactory(name="江良 なぎさ"), unit=unit)
    OfficerFactory(post=head, system=register.system, role="use_officer", company=company)
    ours = register.id_of(head.person)
    theirs = register.id_of(register.clerk)
    enter(client, head.person)

    page = main(client.get(reverse("accounts:ids")))
    people = main(client.get(reverse("accounts:people")))

    assert ours.code in page
    assert theirs.code not in page
    assert register.clerk.name not in people


def test_what_soon_falls_dormant_is_warned_of(client, register):
    register.id_of(register.clerk, last_used_at=register.now - timedelta(days=170))
    enter(client, register.owner)

    assert "あと" in main(client.get(reverse("accounts:ids")))
