"""What did not come back is red on every board, at the addresses that people know."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from sekisho_web.terminals.models import Loan
from tests.factories import sign_in
from tests.factories.desk import DAY, Desk

pytestmark = pytest.mark.django_db
BOARDS = {
    "it": ("/terminals/", "/grants/"),
    "compliance": ("/", "/terminals/", "/grants/"),
    "": ("/grants/launcher/", "/terminals/"),
}


def test_what_did_not_come_back_is_red_on_every_board(client):
    loan = Desk().lend()
    before = timezone.now() - timedelta(hours=1)
    Loan.objects.update(starts_at=before - DAY, ends_at=before, due_at=before)

    for unit, boards in BOARDS.items():
        sign_in(client, **({unit: True} if unit else {}))
        for board in boards:
            page = BeautifulSoup(client.get(board).content, "html.parser")
            [box] = page.select(".errors.overdue")
            assert loan.device.number in box.text, board

    Loan.objects.update(returned_at=timezone.now(), returned_to=loan.lent_by)
    assert not BeautifulSoup(client.get("/terminals/").content, "html.parser").select(".overdue")
