"""応援者名簿: the desk of the network company keeps it; what changes is seen before it changes."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse

from sekisho_links.grants.roster import HEADINGS
from sekisho_web.accounts.models import PersonNumber
from sekisho_web.grants.models import RosterLine
from tests.factories.people import LONG_AGO, PostFactory, UnitFactory
from tests.factories.relief import RosterLineFactory
from tests.factories.signed_in import sign_in

pytestmark = pytest.mark.django_db


def file_of(*rows, encoding="utf-8-sig"):
    text = "\r\n".join(",".join(cells) for cells in (HEADINGS, *rows))
    file = BytesIO(text.encode(encoding))
    file.name = "名簿.csv"
    return file


def helper(number="100001"):
    post = PostFactory(unit=UnitFactory(sales=True))
    PersonNumber.objects.create(
        person=post.person, company=post.unit.company, number=number, valid_from=LONG_AGO
    )
    return post.person


def row(number="100001", **more):
    cells = dict(
        zip(
            HEADINGS,
            (number, "山野 みどり", "R000-03", "電話受付", "いいえ", "2026-06-01"),
            strict=True,
        )
    )
    return tuple((cells | more).values())


def upload(client, *rows, encoding="utf-8-sig"):
    return client.post(
        reverse("grants:roster_import"),
        {"company": "R000", "file": file_of(*rows, encoding=encoding), "encoding": "utf-8-sig"},
    )


def apply(client, page):
    seen = page.context["seen"].initial
    return client.post(reverse("grants:roster_apply"), seen)


def test_a_file_changes_nothing_until_its_difference_was_seen(client):
    sign_in(client, it=True)
    person = helper()

    page = upload(client, row())

    assert "新しく載る人 1 人" in page.content.decode()
    assert not RosterLine.objects.exists()
    assert apply(client, page).url == reverse("grants:roster")
    line = RosterLine.objects.get()
    assert (line.person, line.is_sales, line.trained_on) == (person, True, date(2026, 6, 1))


def test_a_file_with_a_fault_cannot_be_applied_and_says_where(client):
    sign_in(client, it=True)
    helper()

    page = upload(client, row(), row("999999"))
    shown = page.content.decode()

    assert "いま有効な社員番号ではありません" in shown
    assert "改められません" in shown
    assert reverse("grants:roster_apply") not in shown


def test_a_file_in_another_encoding_is_not_guessed(client):
    sign_in(client, it=True)
    helper()

    shown = upload(client, row(), encoding="cp932").content.decode()

    assert "選んだ文字の種類では読めないバイト" in shown


def test_a_missing_file_is_asked_for_by_name(client):
    sign_in(client, it=True)

    response = client.post(reverse("grants:roster_import"), {"company": "R000"})

    assert response.status_code == 422
    assert "「名簿のファイル」を入れてください" in response.content.decode()


def test_what_was_sealed_for_somebody_else_opens_nothing(client):
    sign_in(client, it=True)
    helper()
    page = upload(client, row())
    sign_in(client, it=True)

    response = apply(client, page)

    assert response.status_code == 422
    assert "もう一度ファイルを選んでください" in response.content.decode()
    assert not RosterLine.objects.exists()


def test_what_somebody_else_changed_meanwhile_is_seen_anew(client):
    sign_in(client, it=True)
    helper()
    page = upload(client, row())
    RosterLineFactory()

    response = apply(client, page)

    assert response.status_code == 422
    assert "名簿か発令が変わりました" in response.content.decode()


def test_the_roster_says_who_may_be_called_and_why_others_may_not(client):
    sign_in(client, it=True)
    RosterLineFactory(trained_on=date(2020, 4, 1))

    shown = client.get(reverse("grants:roster")).content.decode()

    assert "1年が過ぎています" in shown
    assert "営業の部署" in shown


def test_an_empty_roster_says_what_to_do(client):
    sign_in(client, it=True)

    assert "ファイルを入れてください" in client.get(reverse("grants:roster")).content.decode()


@pytest.mark.parametrize("unit", [{"sales": True}, {"audit": True}], ids=["小売", "第3線"])
@pytest.mark.parametrize("door", ["roster", "roster_import", "roster_sample"])
def test_nobody_else_opens_it(client, unit, door):
    sign_in(client, **unit)

    assert client.get(reverse(f"grants:{door}")).status_code == 403


def test_the_sample_is_a_file_that_can_be_filled(client):
    sign_in(client, it=True)

    response = client.get(reverse("grants:roster_sample"))

    assert response.content.decode("utf-8-sig").splitlines()[0] == ",".join(HEADINGS)


@pytest.mark.parametrize("count", [3, 30])
def test_the_list_takes_as_many_queries_for_few_as_for_many(
    client, count, django_assert_max_num_queries
):
    for _ in range(count):
        RosterLineFactory()
    sign_in(client, it=True)

    with django_assert_max_num_queries(30):
        assert client.get(reverse("grants:roster")).status_code == 200
