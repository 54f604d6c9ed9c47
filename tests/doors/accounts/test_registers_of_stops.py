"""対象システム, 停止, 人, 共有ID, 権限棚卸: what each page says and each act answers."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from sekisho_web.accounts.models import (
    Account,
    AccountReview,
    Checkout,
    Hold,
    Rotation,
    System,
)
from sekisho_web.accounts.operations import suspend
from tests.doors.accounts.registers import Register, enter
from tests.factories import (
    somebody,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def register():
    return Register()


def main(page):
    return BeautifulSoup(page.content, "html.parser").main.get_text(" ", strip=True)


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


def test_what_a_review_stopped_is_lifted_by_an_officer_once_the_second_line_has_confirmed(
    client, register
):
    account = register.id_of(register.clerk)
    hold = suspend(target=account, reason=Hold.Reason.REVIEW, by=None, now=register.now)
    lift = reverse("accounts:lift_hold", args=[hold.pk])
    confirm = reverse("accounts:confirm_lift", args=[hold.pk])
    enter(client, register.owner)
    alone = client.post(lift, {"note": "まだ要る"})
    assert alone.status_code == 422
    assert "第2線も確かめてから解除します" in alone.text
    assert client.get(confirm).status_code == 403

    enter(client, somebody(compliance=True))
    assert "解除してよいか確かめる" in main(client.get(reverse("accounts:holds")))
    said = client.post(confirm, {"note": "利用の記録を見た"})
    again = client.post(confirm, {"note": "利用の記録を見た"})
    enter(client, register.owner)
    lifted = client.post(lift, {"note": "まだ要る"})

    assert [said.status_code, again.status_code, lifted.status_code] == [302, 422, 302]
    hold.refresh_from_db()
    assert hold.lifted_by == register.owner


@pytest.mark.parametrize(
    ("typed", "status"),
    [("network:service_centre", 302), ("", 302), ("だれでも", 422), ("network:", 422)],
)
def test_who_may_have_an_id_is_typed_line_by_line(client, register, typed, status):
    enter(client, register.owner)

    page = client.post(
        reverse("accounts:edit_system", args=["takuso"]), EDITED | {"eligible": typed}
    )

    assert page.status_code == status
    register.system.refresh_from_db()
    if status == 302:
        wanted = [{"company_kind": "network", "unit_kind": "service_centre"}] if typed else []
        assert register.system.eligible == wanted
