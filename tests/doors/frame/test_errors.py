import logging

import pytest
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory

from sekisho.terms.refusals import Refusal
from sekisho_web.frame import errors, middleware
from sekisho_web.frame.doors import Needs, asks, reads, writes
from sekisho_web.frame.logs import NoDetails

REFUSAL = Refusal(reason="自分の申請は承認できません", remedy="責任者に依頼してください")


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (lambda: errors.forbidden(None), 403, "この操作の権限がありません"),
        (lambda: errors.forged(None), 403, "読み込み直して"),
        (lambda: errors.not_found(None), 404, "見つかりません"),
        (lambda: errors.refused(REFUSAL), 422, "責任者に依頼してください"),
        (lambda: errors.too_many(seconds=900), 429, "約15分"),
        (lambda: errors.broken(None), 500, "こちらの側の誤り"),
        (lambda: errors.not_recorded(seconds=10), 503, "記録できないため表示できません"),
    ],
    ids=["権限", "古い画面", "ない", "断り", "待ち", "誤り", "記録できない"],
)
def test_an_error_page_says_what_and_what_to_do_without_a_database(answer, status, words):
    response = answer()  # no database mark: a query would fail

    assert response.status_code == status
    assert words in response.content.decode()


def test_an_error_page_shows_nothing_of_the_exception(client, monkeypatch):
    request = RequestFactory().get("/look/?q=山田")

    page = errors.broken(request).content.decode()

    assert "山田" not in page
    assert "Traceback" not in page


def test_the_log_holds_no_values_of_a_row():
    said = "new row violates check\nDETAIL:  Failing row contains (1, 山田太郎, 2026-04-01).\n"
    record = logging.LogRecord("django", logging.ERROR, "", 0, "wrong: %s", (said,), None)

    NoDetails().filter(record)

    assert "山田太郎" not in record.getMessage()
    assert "violates check" in record.getMessage()


def test_the_log_holds_no_values_of_a_row_in_a_traceback():
    error = ValueError("duplicate key\nDETAIL:  Key (name)=(山田太郎) already exists.")
    known = (ValueError, error, None)
    record = logging.LogRecord("django", logging.ERROR, "", 0, "wrong", (), known)

    NoDetails().filter(record)

    assert "山田太郎" not in record.exc_text
    assert "duplicate key" in record.exc_text


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "head"])
def test_a_door_that_reads_cannot_write(rf, method):
    from tests.factories import CompanyFactory

    @reads(may="", needs=Needs.NOTHING)
    def look(request):
        CompanyFactory(code="X1")
        raise AssertionError("it wrote")

    with pytest.raises(RuntimeError, match="tried to write"):
        look(getattr(rf, method)("/"))


def test_a_door_that_reads_takes_no_post(rf):
    @reads(may="", needs=Needs.NOTHING)
    def look(request):
        raise AssertionError

    assert look(rf.post("/")).status_code == 405


@pytest.mark.django_db
def test_what_a_failed_door_wrote_is_not_there(rf):
    from sekisho_web.accounts.models import Company
    from tests.factories import CompanyFactory

    @writes(may="", needs=Needs.NOTHING)
    def act(request):
        CompanyFactory(code="X1")
        raise OSError

    with pytest.raises(OSError):
        act(rf.post("/"))

    assert not Company.objects.filter(code="X1").exists()


def test_a_door_without_the_permission_does_not_open(rf):
    class Nobody:
        def has_perm(self, name):
            return False

    @asks(may="policy.edit")
    def edit(request):
        raise AssertionError

    request = rf.get("/")
    request.user = Nobody()

    with pytest.raises(PermissionDenied):
        edit(request)


def test_what_is_rendered_late_is_rendered_inside_the_door(rf):
    class Late:
        status_code = 200
        rendered = False

        def render(self):
            self.rendered = True
            return self

    @reads(may="", needs=Needs.NOTHING)
    def look(request):
        return Late()

    with pytest.MonkeyPatch.context() as patch:
        from contextlib import nullcontext

        patch.setattr("sekisho_web.frame.doors.reading", nullcontext)
        assert look(rf.get("/")).rendered


@pytest.mark.parametrize(
    "header",
    ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "X-Real-IP", "Via"],
)
def test_a_demo_answers_no_proxy_of_this_machine(rf, settings, header):
    settings.SEKISHO_DEMO = True
    answer = middleware.loopback_only(lambda _: "opened")

    with pytest.raises(PermissionDenied):
        answer(rf.get("/", REMOTE_ADDR="127.0.0.1", headers={header: "127.0.0.1"}))


@pytest.mark.parametrize(
    ("address", "opens"),
    [("127.0.0.1", True), ("::1", True), ("192.0.2.7", False), ("", False)],
    ids=["この機械", "この機械v6", "よその機械", "不明"],
)
def test_a_demo_answers_this_machine_only(rf, settings, address, opens):
    settings.SEKISHO_DEMO = True
    answer = middleware.loopback_only(lambda _: "opened")
    request = rf.get("/", REMOTE_ADDR=address)

    if opens:
        assert answer(request) == "opened"
    else:
        with pytest.raises(PermissionDenied):
            answer(request)
