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
    Checkout,
    Hold,
    Rotation,
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


# Systems ---------------------------------------------------------------------------------------


def test_what_a_system_lacks_is_marked_and_said(client, register):
    System.objects.create(key="bare", name="裸のシステム", owner=register.company)
    enter(client, register.owner)

    page = main(client.get(reverse("accounts:systems")))
    one = main(client.get(reverse("accounts:system", args=["bare"])))

    assert "台帳不備" in page
    assert "在任のシステム管理責任者がいません" in one
    assert "記録の出どころがありません" in one
    assert "台帳不備" not in main(client.get(reverse("accounts:system", args=["takuso"])))


EDITED = {
    "name": "託送業務システム",
    "state": "in_use",
    "controlled_by": ["gateway"],
    "data_classes": "契約、料金",
    "log_source": "takuso",
    "dormancy_months": "3",
}


def test_the_register_is_edited_and_half_a_year_is_the_most(client, register):
    enter(client, register.owner)
    address = reverse("accounts:edit_system", args=["takuso"])

    longer = client.post(address, EDITED | {"dormancy_months": "7"})
    edited = client.post(address, EDITED)

    assert longer.status_code == 422
    assert "6か月より長くはできません" in longer.text
    assert edited.status_code == 302
    register.system.refresh_from_db()
    assert register.system.dormancy_months == 3
    assert register.system.data_classes == ["契約", "料金"]


def test_an_officer_is_appointed_within_a_post_and_never_oneself(client, register):
    enter(client, register.owner)
    address = reverse("accounts:appoint", args=["takuso"])
    today = f"{register.now:%Y-%m-%d}"

    own = client.post(address, {"person": register.owner.code, "role": "deputy", "starts": today})
    other = client.post(
        address, {"person": register.clerk.code, "role": "use_officer", "starts": today}
    )

    assert own.status_code == 422
    assert "自分を責任者にはできません" in own.text
    assert other.status_code == 302
    assert register.system.officers.count() == 3
    ended = client.post(reverse("accounts:end_office", args=[register.office.pk]))
    assert ended.status_code == 302
    register.office.refresh_from_db()
    assert register.office.valid_to is not None


# Stops -----------------------------------------------------------------------------------------


def test_the_second_line_stops_an_id_and_lets_it_go(client, register):
    account = register.id_of(register.clerk)
    line2 = somebody(compliance=True)
    enter(client, line2)

    placed = client.post(
        reverse("accounts:stop_id", args=[account.pk]),
        {"reason": "investigation", "note": "夜間の大量閲覧"},
    )
    hold = Hold.objects.get(account=account)
    page = main(client.get(reverse("accounts:holds")))

    assert placed.status_code == 302
    assert hold.placed_line == 2
    assert "夜間の大量閲覧" in page
    assert "止めた側の線" in page
    enter(client, somebody(audit=True))
    wrong = client.post(reverse("accounts:lift_hold", args=[hold.pk]), {"note": "済んだ"})
    assert wrong.status_code == 422
    enter(client, line2)
    right = client.post(reverse("accounts:lift_hold", args=[hold.pk]), {"note": "済んだ"})
    assert right.status_code == 302
    hold.refresh_from_db()
    assert hold.ends_at is not None


# People ----------------------------------------------------------------------------------------


def test_a_person_is_shown_on_one_axis_on_any_day_as_known_on_any_other(client, register):
    register.id_of(register.clerk)
    enter(client, register.owner)
    address = reverse("accounts:person", args=[register.clerk.code])

    today = client.get(address)
    before = client.get(address, {"on": "2023-01-01"})
    unknown = client.get(address, {"known": "2024-12-31"})
    wrong = client.get(address, {"on": "きのう"})

    assert "<svg" in today.text
    assert "在任" in main(today)
    assert "在任" not in main(before).split("発令の期間")[1].split("ID")[0]
    assert "その日に知られていた発令はありません" in main(unknown)
    assert wrong.status_code == 422


# Shared IDs ------------------------------------------------------------------------------------


@pytest.fixture
def shared_id(register):
    return Account.objects.create(
        kind="shared",
        code="GROUP-1",
        system=register.system,
        works_for=register.company,
        custodian=register.owner,
        reason="現場の共用端末",
        registered_at=register.now,
        issued_at=register.now,
        ends_at=register.now + timedelta(days=90),
    )


def test_a_shared_id_has_one_holder_and_its_secret_changes_when_it_comes_back(
    client, register, shared_id
):
    enter(client, register.owner)
    out = reverse("accounts:check_out", args=[shared_id.pk])
    taken = client.post(out, {"person": register.clerk.code, "purpose": "保守", "hours": "4"})
    second = client.post(out, {"person": register.asker.code, "purpose": "保守", "hours": "4"})

    assert taken.status_code == 302
    assert second.status_code == 422
    assert "ほかの人が持ち出しています" in second.text
    client.post(reverse("accounts:bring_back", args=[Checkout.objects.get().pk]))
    early = client.post(out, {"person": register.asker.code, "purpose": "保守", "hours": "4"})
    assert "秘密の交換がまだです" in early.text
    rotation = Rotation.objects.get()
    client.post(reverse("accounts:rotate", args=[rotation.pk]), {"note": "作業票 12"})
    rotation.refresh_from_db()
    assert rotation.done_by == register.owner
    page = main(client.get(reverse("accounts:shared_one", args=[shared_id.pk])))
    assert "作業票 12" in page


# Reviews ---------------------------------------------------------------------------------------


def test_a_review_shows_the_evidence_and_takes_one_answer(client, register):
    account = register.id_of(register.clerk)
    enter(client, register.owner)
    opened = client.post(
        reverse("accounts:open_reviews"),
        {"systems": ["takuso"], "last": f"{register.now + timedelta(days=14):%Y-%m-%d}"},
    )
    review = AccountReview.objects.get(account=account)

    assert opened.status_code == 302
    assert review.assignee == register.asker  # the use officer of the holder's company
    enter(client, register.asker)
    page = main(client.get(reverse("accounts:review", args=[review.pk])))
    assert "6か月の利用" in page
    assert "利用許可なし" in page
    stopped = client.post(
        reverse("accounts:review", args=[review.pk]), {"answer": "stop", "note": "使っていない"}
    )
    assert stopped.status_code == 302
    assert Hold.objects.filter(account=account, reason="review", ends_at=None).exists()
    again = client.post(reverse("accounts:review", args=[review.pk]), {"answer": "stop"})
    assert again.status_code == 422
