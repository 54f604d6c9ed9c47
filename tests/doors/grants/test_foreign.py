"""突合結果 and what belongs to it: received, looked at, written by hand, inspected and signed."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from sekisho.grants.self_inspection import year_of
from sekisho.terms.days import day_in_japan
from sekisho_web.accounts.models import Officer
from sekisho_web.campaigns.models import Finding
from sekisho_web.grants.models import ForeignLog, ManualUse, SelfInspection
from sekisho_web.grants.operations.foreign import watching
from tests.factories import sign_in, somebody
from tests.factories.foreign import line, log_of, saiene, user_of, yesterday
from tests.factories.passkeys import Passkey
from tests.factories.people import OfficerFactory

pytestmark = pytest.mark.django_db


def at(name, *args):
    return reverse(f"grants:{name}", args=args)


def received(client, *lines, **words):
    day = day_in_japan(yesterday(0)).isoformat()
    told = {
        "kind": "log",
        "encoding": "utf-8-sig",
        "first_on": day,
        "last_on": day,
        "said_lines": "",
        "file": SimpleUploadedFile("saiene.csv", log_of(*lines)),
    } | words
    return client.post(at("foreign_receive", "saiene"), told)


def text_of(answer):
    return " ".join(BeautifulSoup(answer.content, "html.parser").text.split())


def test_only_who_looks_after_foreign_systems_comes_in(client):
    saiene()
    sign_in(client)
    assert client.get(at("foreign")).status_code == 403
    sign_in(client, sales=True)
    assert client.get(at("foreign_system", "saiene")).status_code == 403
    sign_in(client, it=True)
    assert client.get(at("foreign")).status_code == 200


@pytest.mark.parametrize(
    "page",
    [
        "foreign_system", "foreign_users", "foreign_suspicious", "foreign_by_hand",
        "foreign_allowed", "foreign_inspections", "foreign_receive", "foreign_write",
    ],
)  # fmt: skip
def test_every_page_says_what_to_do_where_nothing_is_there(client, page):
    saiene()
    sign_in(client, it=True)

    assert client.get(at(page, "saiene")).status_code == 200
    assert client.get(at(page, "nosuch")).status_code == 404


def test_a_log_is_received_and_every_line_stands_under_a_class(client):
    user_of(saiene())
    sign_in(client, it=True)

    answer = received(client, line(yesterday(10, 7)), line(yesterday(10, 27, 20)))
    page = text_of(client.get(answer.url))

    assert answer.status_code == 302
    assert "すべての区分を足すと 2 行です" in page
    assert "利用の終わりのあと 2分20秒" in page
    assert "±120 秒" in page
    assert "場所は照らしていません" in page
    only = text_of(client.get(answer.url, {"kind": "outside"}))
    assert "1 行中 1〜1" in only


def test_a_refused_file_says_why_and_what_to_do(client):
    saiene()
    sign_in(client, it=True)

    answer = received(client, file=SimpleUploadedFile("x.csv", "日,ID\n1,2".encode()))

    assert answer.status_code == 422
    assert "見出しがありません" in text_of(answer)
    assert not ForeignLog.objects.exists()


def test_a_run_with_what_is_known_now_stands_beside_the_first(client):
    use = user_of(saiene())
    sign_in(client, it=True)
    here = received(client, line(yesterday(10, 20))).url
    log = ForeignLog.objects.get()
    type(use).objects.filter(pk=use.pk).update(during=(yesterday(10, 5), yesterday(10, 10)))

    client.post(at("foreign_again", log.pk))
    page = text_of(client.get(here))

    assert log.runs.count() == 2
    assert "照合済 から 時間外 へ" in page


def test_the_result_and_what_is_suspicious_leave_as_workbooks(client):
    user_of(saiene())
    sign_in(client, it=True)
    received(client, line(yesterday(10, 7)), line(yesterday(15)))

    log = client.get(at("foreign_workbook", ForeignLog.objects.get().pk))
    suspicious = client.get(at("foreign_suspicious_report", "saiene", "xlsx"))

    for answer in (log, suspicious):
        book = openpyxl.load_workbook(BytesIO(answer.content))
        cells = [str(cell.value) for sheet in book for row in sheet for cell in row]
        assert "許可なし" in cells
    assert "許可なし" in text_of(client.get(at("foreign_suspicious", "saiene")))
    assert client.get(at("foreign_suspicious_report", "saiene", "doc")).status_code == 404


def test_the_users_stand_with_their_attributes_and_others_people_do_not(client):
    use = user_of(saiene())
    sign_in(client, it=True)
    page = text_of(client.get(at("foreign_users", "saiene")))

    assert "ABKY0101" in page
    assert use.person.name in page
    assert "責任者がいません" in page


def test_a_use_by_hand_is_closed_and_reconciled_and_then_stays(client):
    use = user_of(saiene())
    sign_in(client, it=True)
    told = {
        "account": use.grant.account_id,
        "day": day_in_japan(yesterday(0)).isoformat(),
        "begins": "10:07",
        "until": "10:20",
        "action": "照会",
        "thing": "AA123456C1",
        "application_no": "K-12",
    }

    assert client.post(at("foreign_write", "saiene"), told).status_code == 302
    answer = client.post(at("foreign_close", "saiene"))

    page = text_of(client.get(answer.url))
    assert "手書きの利用記録" in page
    log = ForeignLog.objects.get(kind="manual")
    assert log.runs.get().totals == {"matched": 1}
    assert ManualUse.objects.get().log == log
    assert client.post(at("foreign_close", "saiene")).status_code == 422


def test_a_use_that_is_not_over_cannot_be_written(client):
    use = user_of(saiene())
    sign_in(client, it=True)
    told = {
        "account": use.grant.account_id,
        "day": (day_in_japan(yesterday(0)) + timedelta(days=3)).isoformat(),
        "begins": "10:07", "until": "10:20", "action": "照会",
    }  # fmt: skip

    answer = client.post(at("foreign_write", "saiene"), told)

    assert answer.status_code == 422
    assert "まだ終わっていない利用です" in text_of(answer)


def test_the_allow_list_holds_who_may_now_and_tells_the_proxys_strangers(client):
    now = timezone.now()
    grant = user_of(saiene(), used=False)
    type(grant).objects.filter(pk=grant.pk).update(
        valid_from=now - timedelta(minutes=5), valid_to=now + timedelta(minutes=25)
    )
    sign_in(client, it=True)

    listed = text_of(client.get(at("foreign_allow_list", "saiene")))
    page = client.post(at("foreign_allowed", "saiene"), {"text": "stranger9\n#x\n"})
    answer = text_of(page).replace(" ", "")

    assert grant.person.code in listed
    assert "許可がないのに通る人1人：stranger9" in answer
    assert f"許可があるのに通らない人1人：{grant.person.code}" in answer


def officer():
    person = somebody(it=True)
    OfficerFactory(post=person.posts.get(), system=saiene(), role=Officer.Role.SYSTEM_OFFICER)
    return person


def answers(**words):
    codes = [f"SI{n:02d}" for n in range(1, 12)]
    return dict.fromkeys(codes, "yes") | words


def test_the_inspection_is_answered_signed_and_printed(client):
    person = officer()
    sign_in(client, person)
    passkey = Passkey(person)
    year = year_of(day_in_japan(timezone.now()))
    notes = {f"SI{n:02d}_note": "記録の到着を持ち主に求めている" for n in range(1, 12)}

    asked = client.post(at("foreign_inspection", "saiene", year), answers(**notes))
    assert asked.status_code == 302, text_of(asked)
    body = client.get(asked.url).context["text"].encode()
    answer = passkey.sign_in(client, asked.url)

    assert answer.status_code == 302, text_of(answer)
    made = SelfInspection.objects.get()
    assert (bytes(made.body), made.answered_by) == (body, person)
    assert "SI01" in text_of(client.get(answer.url))
    book = client.get(at("foreign_inspection_report", "saiene", year, "xlsx"))
    assert openpyxl.load_workbook(BytesIO(book.content))


def test_an_answer_against_a_figure_needs_words(client):
    use = user_of(saiene())
    sign_in(client, officer())
    received(client, line(yesterday(15)))
    year = year_of(day_in_japan(timezone.now()))

    answer = client.post(at("foreign_inspection", "saiene", year), answers())

    assert use.pk
    assert answer.status_code == 422
    assert "SI04 の答えに、計算した数が合いません（許可なしの行 1）" in text_of(answer)


def test_nobody_but_the_officer_signs_an_inspection(client):
    saiene()
    sign_in(client, it=True)
    year = year_of(day_in_japan(timezone.now()))

    page = text_of(client.get(at("foreign_inspection", "saiene", year)))

    assert "いまのシステム管理責任者か代行です" in page
    assert "署名する文を見る" not in page


def test_a_log_that_does_not_come_is_a_finding_and_unknown_days_are_said(client):
    user_of(saiene())
    sign_in(client, it=True)
    received(client, line(yesterday(10, 7)))
    later = timezone.now() + timedelta(days=60)

    assert watching.watch(now=later)[0] == 1
    assert "言えません" in Finding.objects.get(kind="log_missing").sentence
    assert watching.watch(now=timezone.now() + timedelta(days=3))[0] == 0


def test_the_pages_take_as_many_queries_for_many_lines(client, django_assert_max_num_queries):
    user_of(saiene())
    sign_in(client, it=True)
    here = received(client, *[line(yesterday(10, 7, n)) for n in range(45)]).url

    with django_assert_max_num_queries(40):
        client.get(here)
