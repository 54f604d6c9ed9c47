"""What an import finds is told by the cell in which a person mends it."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from sekisho.policy.editing import with_cell
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in
from sekisho_links.policy.workbooks import write_workbook
from sekisho_web.policy import operations
from sekisho_web.policy.models import Change
from tests.factories import sign_in, somebody

pytestmark = pytest.mark.django_db

FILES = files_in(shipped("tables"))
RULES = "託送業務システム/判定表.csv"


@pytest.fixture
def change(client):
    sign_in(client, somebody(it=True))
    typed = {"system": "takuso", "title": "題", "reason": "理由", "basis": "社内の決定"}
    client.post(reverse("policy:new"), typed)
    return Change.objects.get()


def brought_in(client, one, book):
    upload = SimpleUploadedFile("直した.xlsx", book)
    return client.post(reverse("policy:import", args=[one.number]), {"file": upload})


def test_errors_and_what_was_read_otherwise_are_told_by_their_cell(client, change):
    files = with_cell(FILES, RULES, row="B01", column="根拠", value="－")
    files = with_cell(files, RULES, row="A02", column="条件:認証", value="単要素 ")

    said = brought_in(client, change, write_workbook(files, system="takuso")).content.decode()

    assert "<b>シート「TK_判定表」 G3</b> 「単要素 」を「単要素」と読みました" in said
    row = 1 + [line.split(b",")[0] for line in files[RULES].splitlines()].index(b"B01")
    assert f"<b>シート「TK_判定表」 AD{row}</b> 根拠がありません" in said


def test_an_edit_in_the_copy_for_reading_is_refused_and_told_where_it_belongs(client, change):
    data = write_workbook(FILES, system="takuso")
    book = load_workbook(BytesIO(data))
    book["TK_判定表（横）"]["B3"] = "国"
    out = BytesIO()
    book.save(out)

    response = brought_in(client, change, out.getvalue())

    assert response.status_code == 422
    assert "シート「TK_判定表（横）」 B3" in response.content.decode()


def test_a_draft_that_no_workbook_can_hold_says_so_and_goes_out_as_csv(client, change):
    long = with_cell(FILES, RULES, row="B01", column="備考", value="あ" * 40_000)
    version = operations.keep(long, now=timezone.now()).pk

    refused = client.get(reverse("policy:workbook", args=[version]))

    assert refused.status_code == 422
    assert "CSV" in refused.content.decode()
    assert client.get(reverse("policy:archive", args=[version])).status_code == 200
