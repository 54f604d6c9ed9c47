from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sekisho.terms.days import day_in_japan
from sekisho_web.accounts.models import FeedBatch
from sekisho_web.accounts.operations import personnel
from sekisho_web.grants.models import Grant
from tests.factories.people import CompanyFactory
from tests.factories.signed_in import sign_in
from tests.records.accounts.deliveries import (
    employee,
    feed,
    file_of,
    leaving,
    mapping,
    row,
    units,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def source():
    units()
    return feed()


def soon():
    return f"{day_in_japan(timezone.now() + timedelta(days=30)):%Y/%m/%d}"


def upload(client, source, data):
    file = SimpleUploadedFile("hatsurei.csv", data, content_type="text/csv")
    return client.post(reverse("accounts:deliver", args=[source.pk]), {"file": file})


def staged(source, *rows):
    return personnel.receive(
        feed=source, data=file_of(*rows), name="a.csv", by=None, now=timezone.now()
    )


def page(client, batch):
    return client.get(reverse("accounts:delivery", args=[batch.pk]))


def digest(response):
    return response.context["delivery"].digest


def test_a_file_shows_what_it_would_change_before_anything_changes(client, source):
    person = employee(grants=3)
    sign_in(client, it=True)

    response = upload(client, source, file_of(row(発令日=soon())))
    shown = client.get(response.url).content.decode()

    assert "異動 1 人" in shown
    assert "利用許可 3 件" in shown
    assert "料金課 担当" in shown
    assert person.posts.count() == 1


def test_applying_is_one_press_and_the_page_says_what_was_done(client, source):
    person = employee()
    sign_in(client, it=True)
    batch = staged(source, row(発令日=soon()))

    response = client.post(
        reverse("accounts:apply_delivery", args=[batch.pk]),
        {"digest": digest(page(client, batch))},
        follow=True,
    )

    assert "適用した異動" in response.content.decode()
    assert person.posts.count() == 2
    assert Grant.objects.get(person=person).revoked_at > timezone.now()


def test_a_difference_that_nobody_saw_is_not_applied(client, source):
    person = employee()
    sign_in(client, it=True)
    batch = staged(source, row(発令日=soon()))

    response = client.post(reverse("accounts:apply_delivery", args=[batch.pk]), {"digest": "x"})

    assert response.status_code == 422
    assert "差分の中身が変わりました" in response.content.decode()
    assert person.posts.count() == 1


def test_faults_are_shown_by_line_and_column_with_a_remedy(client, source):
    sign_in(client, it=True)
    data = file_of(row("0000404")).replace("架空　花子".encode("cp932"), b"\xf0\x40")

    response = client.get(upload(client, source, data).url)
    shown = response.content.decode()

    assert "外字があります: F040" in shown
    assert "社員番号 0000404 の人がいません" in shown
    assert "採用の行を一緒に送ってください" in shown


def test_a_file_in_another_encoding_is_kept_and_nothing_of_it_is_taken(client, source):
    sign_in(client, it=True)

    response = client.get(upload(client, source, "社員番号\n".encode("utf-8-sig")).url)

    assert "UTF-8 のファイルです（宣言は cp932）" in response.content.decode()
    assert FeedBatch.objects.get().state == FeedBatch.State.REFUSED


def test_the_same_file_twice_is_told(client, source):
    employee()
    sign_in(client, it=True)
    upload(client, source, file_of(row()))

    response = upload(client, source, file_of(row()))

    assert response.status_code == 422
    assert "同じ中身のファイル" in response.content.decode()


def test_above_the_brake_the_second_line_and_the_register_confirm_together(client, source):
    for n in range(1, 22):
        employee(f"{n:07d}", grants=0)
    last = f"{day_in_japan(timezone.now() + timedelta(days=9)):%Y-%m-%d}"
    batch = staged(source, *(leaving(f"{n:07d}", f"L{n}", last=last) for n in range(1, 22)))

    def confirm(expected):
        seen = digest(page(client, batch))
        return client.post(
            reverse("accounts:confirm_delivery", args=[batch.pk]),
            {"digest": seen, "expected": expected},
        )

    sign_in(client, it=True)
    assert "この差分を適用する" not in page(client, batch).content.decode()
    assert confirm("20").status_code == 422
    assert confirm("21").status_code == 302
    assert confirm("21").status_code == 422
    sign_in(client, compliance=True)
    assert confirm("21").status_code == 302
    seen = digest(page(client, batch))
    apply = reverse("accounts:apply_delivery", args=[batch.pk])
    assert client.post(apply, {"digest": seen}).status_code == 403
    sign_in(client, it=True)
    assert client.post(apply, {"digest": seen}).status_code == 302


def test_a_delivery_is_sent_back_with_a_reason(client, source):
    employee()
    sign_in(client, compliance=True)
    batch = staged(source, row())
    address = reverse("accounts:send_back_delivery", args=[batch.pk])

    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "人事に確かめる"}).status_code == 302
    batch.refresh_from_db()
    assert batch.state == FeedBatch.State.REFUSED


@pytest.mark.parametrize(
    "name", ["feeds", "coming", "begin_feed", "delivery", "apply_delivery", "deliver"]
)
def test_who_may_not_enter(client, source, name):
    batch = staged(source, row())
    sign_in(client)  # the service centre
    arguments = {"delivery": [batch.pk], "apply_delivery": [batch.pk], "deliver": [source.pk]}
    method = client.post if name == "apply_delivery" else client.get

    assert method(reverse(f"accounts:{name}", args=arguments.get(name))).status_code == 403


def test_the_people_of_another_company_are_not_shown(client, source):
    other = feed(company=CompanyFactory(affiliate=True), name="小売の発令簿")
    batch = staged(other, row("0000001", 従事会社="小売", 組織コード="R000-03"))
    sign_in(client, it=True)

    assert page(client, batch).status_code == 404
    assert "小売の発令簿" not in client.get(reverse("accounts:feeds")).content.decode()


def test_a_confirmation_must_be_fresh(client, source):
    batch = staged(source, row())
    sign_in(client, it=True, proof=301)

    response = client.post(reverse("accounts:apply_delivery", args=[batch.pk]), {"digest": "x"})

    assert response.status_code in (302, 401)


def test_a_feed_is_begun_with_its_mapping(client, source):
    sign_in(client, it=True)
    address = reverse("accounts:begin_feed")
    company = CompanyFactory().pk
    sample = client.get(address).context["form"].initial["mapping"]
    said = {"company": company, "name": "新しい連携", "rhythm_hours": 24}

    wrong = client.post(address, {**said, "mapping": sample.replace("cp932", "sjis")})
    assert "sjis" in wrong.content.decode()
    assert wrong.status_code == 422
    assert client.post(address, {**said, "mapping": sample}).status_code == 302
    assert mapping()["encoding"] == "cp932"


def test_the_second_line_says_what_a_title_means_and_orders_carry_it(client, source):
    person = employee()
    sign_in(client, compliance=True)
    address = reverse("accounts:duties")
    assert "決まっていません" in client.get(address).content.decode()  # their own unit

    said = {"unit": "N09-05", "title": "担当", "flags": ["specified_network"]}
    assert client.post(address, {**said, "unit": "R000-03"}).status_code == 422
    assert client.post(address, said).status_code == 302
    batch = staged(source, row(発令日=soon()))
    sign_in(client, it=True)
    client.post(
        reverse("accounts:apply_delivery", args=[batch.pk]), {"digest": digest(page(client, batch))}
    )

    assert person.posts.get(unit__code="N09-05").flags == ["specified_network"]
    assert client.get(address).status_code == 403


def test_days_to_come_tell_what_ends(client, source):
    person = employee(grants=14)
    batch = staged(source, row(発令日=soon()))
    sign_in(client, it=True)
    client.post(
        reverse("accounts:apply_delivery", args=[batch.pk]), {"digest": digest(page(client, batch))}
    )

    days = client.get(reverse("accounts:coming")).context["days"]
    (day,) = [one for one in days if one.ends]
    assert (day.grants, day.accounts, len(day.people)) == (14, 1, 1)
    shown = client.get(reverse("accounts:coming_day", args=[f"{day.day}"])).content.decode()
    assert "利用許可 14 件" in shown
    assert person.name in shown
    assert client.get(reverse("accounts:coming_day", args=["去年"])).status_code == 404


@pytest.mark.parametrize("name", ["feeds", "coming"])
def test_a_list_takes_as_many_queries_for_three_as_for_thirty(client, source, name):
    from django.db import connection

    for n in range(1, 31):
        employee(f"{n:07d}")
    sign_in(client, it=True)

    def queries(first, last):
        batch = staged(
            source, *(row(f"{n:07d}", f"{n}", 発令日=soon()) for n in range(first, last))
        )
        seen = digest(page(client, batch))
        if last - first < 21:
            client.post(reverse("accounts:apply_delivery", args=[batch.pk]), {"digest": seen})
        with CaptureQueriesContext(connection) as counted:
            client.get(reverse(f"accounts:{name}"))
        return len(counted)

    assert queries(1, 4) == queries(4, 23)
