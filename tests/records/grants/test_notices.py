"""Letters leave by a real mail server, say that something waits, and name nobody and nothing."""

import socket
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header

import pytest
from aiosmtpd.controller import Controller
from django.core.management import call_command
from django.utils import timezone

from sekisho.grants.notices import Kind
from sekisho_web.accounts.models import Person
from sekisho_web.grants.models import Notice, Request
from sekisho_web.grants.operations import notices
from sekisho_web.grants.operations.notices import Sent
from tests.factories.approvals import House

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


class Box:
    """What a mail server took. refusing: it takes nothing."""

    def __init__(self):
        self.letters, self.refusing = [], False

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  # its name there
        if self.refusing:
            return "451 try again"
        self.letters.append((envelope.rcpt_tos, message_from_bytes(envelope.content)))
        return "250 OK"


@contextmanager
def served(settings):
    box = Box()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.SEKISHO_MAIL = "smtp://127.0.0.1"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.SEKISHO_SITE = "https://sekisho.example/"
    try:
        yield box
    finally:
        server.stop()


@pytest.fixture
def box(settings):
    with served(settings) as found:
        yield found


@pytest.fixture
def house():
    found = House(now=timezone.now() - MINUTE)
    for person in (found.officer, found.deputy, found.asker, found.chief):
        Person.objects.filter(pk=person.pk).update(mail=f"{person.code.lower()}@example.jp")
    return found


def text(letter):
    return letter.get_payload(decode=True).decode()


def subject(letter):
    return str(make_header(decode_header(letter["Subject"])))


def a_round(now):
    notices.write_what_is_due(now=now)
    return notices.send_due(now=now)


def test_deciders_are_written_to_once_and_the_letter_names_nobody(house, box):
    one = house.submit()

    assert a_round(house.now + MINUTE) == Sent(letters=2)
    assert a_round(house.now + 2 * MINUTE) == Sent()
    assert {to for (to,), _ in box.letters} == {
        f"{person.code.lower()}@example.jp" for person in (house.officer, house.deputy)
    }
    _, letter = box.letters[0]
    whole = subject(letter) + text(letter)
    assert "あなたの承認を待つ利用申請があります（1件）" in whole
    assert "https://sekisho.example/" in whole
    for secret in (one.code, house.asker.name, house.asker.code, "再エネ", "AA123456C1", "saiene",
                   one.matching_code, house.officer.name):  # fmt: skip
        assert secret not in whole
    assert letter["Auto-Submitted"] == "auto-generated"


def test_reminders_come_at_half_of_the_time_and_before_the_end(house, box):
    house.submit()  # waits an hour
    for minutes in (1, 20, 31, 40, 51, 58):
        a_round(house.now + minutes * MINUTE)
    kinds = list(
        Notice.objects.filter(person=house.officer)
        .order_by("due_at")
        .values_list("kind", flat=True)
    )

    assert [kind for kind in kinds if kind != Kind.DIGEST] == ["waiting", "due", "due"]
    assert len(box.letters) >= 6


def test_the_asker_learns_that_there_is_an_answer_and_not_which(house, box):
    house.decide(house.submit(), house.officer)
    now = house.now + 5 * MINUTE
    a_round(now)
    [letter] = [one for (to,), one in box.letters if house.asker.code.lower() in to]

    assert "答えが出ました" in text(letter)
    assert "承認されました" not in text(letter)


def test_what_became_void_is_not_told(house, box):
    one = house.submit()
    notices.write_what_is_due(now=house.now + MINUTE)
    house.decide(one, house.officer, verdict="deny")

    assert notices.send_due(now=house.now + 2 * MINUTE) == Sent()
    assert box.letters == []
    assert not Notice.objects.filter(kind="waiting", sent_at=None).exists()


def test_a_server_that_refuses_is_tried_again_later_and_given_up_after_a_day(house, box):
    house.submit()
    box.refusing = True
    now = house.now + timedelta(seconds=10)
    assert a_round(now) == Sent(failed=2)
    assert notices.send_due(now=now + timedelta(seconds=20)) == Sent()  # not at once again
    box.refusing = False
    assert notices.send_due(now=now + 2 * MINUTE) == Sent(letters=2)

    Notice.objects.update(sent_at=None, failed=0)
    assert notices.send_due(now=now + timedelta(days=2)) == Sent()


def test_a_server_that_is_away_stops_nothing_else(house, settings):
    settings.SEKISHO_MAIL = "smtp://127.0.0.1"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1
    one = house.submit(now=timezone.now() - timedelta(hours=2))
    call_command("remind", "--once")

    one.refresh_from_db()
    assert one.outcome == Request.Outcome.LAPSED


def test_without_a_server_nothing_is_sent_and_nobody_without_an_address_is_counted(house, settings):
    settings.SEKISHO_MAIL = ""
    house.submit()

    assert a_round(house.now + MINUTE) == Sent()
    assert Notice.objects.filter(sent_at=None).exists()


def test_what_another_slice_writes_down_is_mailed_in_the_same_letter(house, box):
    house.submit()
    now = house.now + MINUTE
    notices.write(people=[house.officer.pk], kind=Kind.EXCEPTION, about="E001", due_at=house.now)
    a_round(now)
    [letter] = [one for (to,), one in box.letters if house.officer.code.lower() in to]

    assert subject(letter) == "【関所】確かめていただくことが 2件あります"
    assert "障害時の暫定利用が続いています" in text(letter)
    assert "E001" not in text(letter)
