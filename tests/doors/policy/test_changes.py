"""The way of a change through its doors: who may come in, what is refused, and nothing lost."""

import io
import json
from hashlib import sha256

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from sekisho.policy.editing import with_cell
from sekisho.policy.life import State, Statement
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in
from sekisho_links.policy.workbooks import write_archive, write_workbook
from sekisho_web.policy import operations, versions
from sekisho_web.policy.models import Change, Publication, Signature, Version
from sekisho_web.policy.queries.changes import wrong
from sekisho_web.policy.queries.judging import judged
from tests.factories import sign_in, somebody
from tests.factories.passkeys import Passkey

pytestmark = pytest.mark.django_db

FILES = files_in(shipped("tables"))
SHEET = "託送業務システム/整理表.csv"
RULES = "託送業務システム/判定表.csv"


def stricter():
    """Return the tables with the number of the room hidden from field crews."""
    return with_cell(FILES, SHEET, row="building_room", column="上限:配電現場", value="非表示")


def looser():
    """Return the tables with a rule that breaks what must never happen."""
    return with_cell(FILES, RULES, row="D01", column="結果:本人連絡先", value="表示")


@pytest.fixture
def writer(client):
    return sign_in(client, somebody(it=True))


@pytest.fixture
def change(client, writer):
    typed = {
        "system": "takuso", "title": "現場の部屋番号を伏せる", "reason": "現場では要らない",
        "basis": "社内の決定 2026-11-20",
    }  # fmt: skip
    client.post(reverse("policy:new"), typed)
    return Change.objects.get()


def page(client, change, name="change"):
    return client.get(reverse(f"policy:{name}", args=[change.number]))


def post(client, change, door, **typed):
    return client.post(reverse(f"policy:{door}", args=[change.number]), typed)


def drafted(change, files=None):
    operations.save(
        change=change, files=files or stricter(), expected=change.head_id, note="直した",
        by=change.author, now=timezone.now(),
    )  # fmt: skip
    change.refresh_from_db()
    return change


def tried(client, change):
    drafted(change)
    post(client, change, "check")
    content = operations.content_of(Change.objects.get())
    operations.tried(
        change=change, content=content, digest="d" * 64, said={"sentence": "記録なし"},
        by=change.author, now=timezone.now(),
    )  # fmt: skip
    change.refresh_from_db()
    return change


def signs(client, change, name, key):
    page(client, change, name)
    laid = Statement(**client.session["signing"])
    return post(client, change, name, credential=json.dumps(key.answer(laid.digest)))


def approved(client, change):
    tried(client, change)
    signs(client, change, "hand_in", Passkey(change.author))
    second = sign_in(client, somebody(compliance=True))
    signs(client, change, "approve", Passkey(second))
    change.refresh_from_db()
    return change


def test_a_change_begins_as_a_copy_of_what_is_live(client, change):
    assert change.state == State.DRAFT
    assert operations.content_of(change) == versions.live_hash()
    assert "まだ何も変えていません" in page(client, change).content.decode()


def test_a_change_without_reason_and_basis_is_not_opened(client, writer):
    response = client.post(reverse("policy:new"), {"system": "takuso", "title": "題"})

    assert response.status_code == 422
    assert "「理由」を入れてください" in response.content.decode()
    assert not Change.objects.exists()


@pytest.mark.parametrize("name", ["import", "check", "undo", "hand_in", "withdraw"])
def test_only_the_managers_of_the_systems_write(client, change, name):
    sign_in(client, somebody(compliance=True))

    assert post(client, change, name).status_code == 403


def test_only_the_second_line_has_the_door_to_approve(client, change):
    assert page(client, change, "approve").status_code == 403


@pytest.mark.parametrize("company", ["sales"])
def test_the_affiliate_reads_no_tables(client, change, company):
    sign_in(client, somebody(**{company: True}))

    assert page(client, change).status_code == 403


def test_a_workbook_shows_what_it_means_before_anything_changes(client, change):
    book = SimpleUploadedFile("直した.xlsx", write_workbook(stricter(), system="takuso"))

    response = post(client, change, "import", file=book)

    said = response.content.decode()
    change.refresh_from_db()
    assert response.status_code == 200
    assert "表示 → 非表示 に厳しくなります" in said
    assert "この内容を下書きにする" in said
    assert change.head is None

    version = response.context["version"].pk
    post(client, change, "import", version=version, name="直した.xlsx", head="")
    change.refresh_from_db()
    assert operations.content_of(change) == version
    assert versions.files_of(version) == stricter()


def test_an_archive_of_the_tables_changes_nothing(client, change):
    response = post(
        client, change, "import", file=SimpleUploadedFile("表.zip", write_archive(FILES))
    )

    assert "一文字も違いません" in response.content.decode()


def test_a_workbook_with_a_fault_is_refused_by_cell_and_the_draft_stays(client, change):
    drafted(change)
    wrong = with_cell(FILES, RULES, row="B01", column="条件:閲覧者区分", value="関係小売営行")
    book = SimpleUploadedFile("誤り.xlsx", write_workbook(wrong, system="takuso"))

    response = post(client, change, "import", file=book)

    said = response.content.decode()
    assert response.status_code == 422
    assert "シート「TK_判定表」" in said
    assert "関係小売営業" in said  # the candidate
    assert (
        operations.content_of(Change.objects.get())
        == Version.objects.get(pk=change.head.version_id).pk
    )


def test_what_is_no_workbook_is_refused_in_words(client, change):
    response = post(client, change, "import", file=SimpleUploadedFile("x.xlsx", b"PK\x03\x04"))

    assert response.status_code == 422
    assert "Excel のブックとして読めません" in response.content.decode()


def test_a_draft_that_breaks_what_must_never_happen_does_not_pass(client, change):
    drafted(change, looser())

    response = post(client, change, "check")

    said = response.content.decode()
    assert response.status_code == 422
    assert "反例" in said
    assert "この組合せを開く" in said
    assert Change.objects.get().state == State.DRAFT
    assert judged(operations.content_of(change), "").broken


def test_after_every_edit_a_change_is_a_draft_again(client, change):
    tried(client, change)

    drafted(change, with_cell(stricter(), SHEET, row="customer_name", column="備考", value="x"))

    assert change.state == State.DRAFT


def test_two_people_sign_and_the_publisher_is_asked(client, change):
    approved(client, change)

    assert change.state == State.APPROVED
    assert Signature.objects.count() == 2
    response = post(client, change, "publish")

    assert response.status_code == 302
    asked = Publication.objects.get(change=change)
    assert asked.state == Publication.State.ASKED
    assert "公開の係が" in page(client, change).content.decode()


def test_after_the_authors_signature_the_page_waits_for_the_second_line(client, change):
    tried(client, change)
    signs(client, change, "hand_in", Passkey(change.author))

    said = page(client, change).content.decode()

    assert "第2線の承認を待っています" in said
    assert "承認に回す（署名する）" not in said


def test_who_wrote_does_not_approve_even_from_the_second_line(client, change):
    tried(client, change)
    signs(client, change, "hand_in", Passkey(change.author))
    second = somebody(compliance=True)
    again = with_cell(stricter(), SHEET, row="customer_name", column="備考", value="x")
    operations.save(
        change=change, files=again,
        expected=Change.objects.get().head_id, note="", by=second, now=timezone.now(),
    )  # fmt: skip
    sign_in(client, second)

    response = page(client, change, "approve")

    assert response.status_code == 422
    assert "自分で書いた変更は承認できません" in response.content.decode()


def test_a_text_that_changed_after_it_was_laid_out_is_not_signed(client, change):
    tried(client, change)
    key = Passkey(change.author)
    page(client, change, "hand_in")
    laid = Statement(**client.session["signing"])
    tried_again = with_cell(stricter(), SHEET, row="customer_name", column="備考", value="x")
    drafted(change, tried_again)

    response = post(client, change, "hand_in", credential=json.dumps(key.answer(laid.digest)))

    assert response.status_code == 422
    assert not Signature.objects.exists()


def test_another_persons_passkey_signs_nothing(client, change):
    tried(client, change)
    stranger = Passkey(somebody(it=True))

    response = signs(client, change, "hand_in", stranger)

    assert response.status_code == 422
    assert "署名を確かめられませんでした" in response.content.decode()
    assert not Signature.objects.exists()


def test_a_signature_is_worthless_for_the_next_draft(client, change):
    approved(client, change)
    again = with_cell(stricter(), SHEET, row="customer_name", column="備考", value="x")
    drafted(change, again)

    assert change.state == State.DRAFT
    assert post(client, change, "publish").status_code == 422


def test_a_change_that_fell_behind_is_brought_up_by_row(client, change, monkeypatch):
    drafted(change)
    meanwhile = with_cell(FILES, SHEET, row="customer_name", column="備考", value="先に公開")
    live = operations.keep(meanwhile, now=timezone.now()).pk
    monkeypatch.setattr(versions, "live_hash", lambda: live)

    assert "公開中の版に合わせる" in page(client, change).content.decode()
    post(client, change, "follow")
    change = Change.objects.get()

    files = versions.files_of(operations.content_of(change))
    assert change.base_id == live
    assert "先に公開" in files[SHEET].decode()
    assert wrong(judged(operations.content_of(change), "")) == 0


def test_of_two_editors_the_second_import_is_told(client, change):
    version = operations.keep(stricter(), now=timezone.now()).pk
    drafted(change, with_cell(FILES, SHEET, row="customer_name", column="備考", value="別の人"))

    response = post(client, change, "import", version=version, name="x", head="")

    assert response.status_code == 409
    assert "ほかの人が先に保存しました" in response.content.decode()


def test_every_version_is_given_out_bit_by_bit(client, change):
    drafted(change)
    content = operations.content_of(change)

    response = client.get(reverse("policy:archive", args=[content]))

    from sekisho_links.policy.workbooks import files_in_archive

    assert files_in_archive(io.BytesIO(response.content)) == stricter()
    book = client.get(reverse("policy:workbook", args=[content]))
    assert sha256(book.content).digest() == sha256(write_workbook(stricter())).digest()


def test_two_versions_are_compared_in_sentences(client, change):
    drafted(change)
    live = versions.live_hash()

    said = client.get(reverse("policy:compare", args=[live, operations.content_of(change)]))

    assert said.status_code == 200
    assert "配電現場" in said.content.decode()


def test_a_value_that_is_added_names_every_row_that_takes_it_in(client, writer):
    typed = {"system": "", "title": "画面区分を足す", "reason": "試験", "basis": "社内"}
    client.post(reverse("policy:new"), typed)
    change = Change.objects.get()
    lines = FILES["属性.csv"].decode().splitlines(keepends=True)
    at = max(n for n, line in enumerate(lines) if line.startswith("画面区分,"))
    new = lines[at].replace("連携", "音声").replace(",feed,", ",voice,")
    drafted(
        change, FILES | {"属性.csv": "".join([*lines[: at + 1], new, *lines[at + 1 :]]).encode()}
    )

    said = page(client, change).content.decode()

    assert "値を足すと広がる行" in said
    assert "画面区分「音声」を受け入れ" in said


def test_who_only_reads_tables_is_led_to_no_closed_door(client, change):
    sign_in(client)
    page_of_tables = client.get(reverse("policy:tables")).content.decode()
    page_of_change = page(client, change).content.decode()

    for closed in ("/replay/", "/proof/"):
        assert f'href="{closed}' not in page_of_tables + page_of_change
