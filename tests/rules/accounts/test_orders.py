from datetime import date, timedelta

from sekisho.accounts.orders import Correction, OrderKind, standing
from tests.rules.accounts.news import RECEIVED, day, leaves, line


def test_a_line_is_known_by_its_source_its_number_and_its_branch():
    assert line("7", branch="2").identity == ("人事", "7", "2")


def test_an_order_counts_from_its_day_and_a_last_day_from_the_day_after():
    assert line(starts=date(2027, 4, 1)).effective_at == day(2027, 4, 1)
    assert leaves(last_day=date(2027, 3, 31)).effective_at == day(2027, 4, 1)
    assert line(kind=OrderKind.ADD, last_day=date(2028, 2, 29)).ends_at == day(2028, 3, 1)


def test_of_one_number_the_last_received_counts_and_a_cancelled_one_not_at_all():
    first = line()
    corrected = line(correction=Correction.CORRECT, unit="N09-03")
    cancelled = line(correction=Correction.CANCEL)
    again = line(correction=Correction.CORRECT, received_at=RECEIVED + timedelta(days=1))

    assert standing([corrected, first]) == {first.identity: corrected}
    assert standing([cancelled, corrected, first]) == {}
    assert standing([cancelled, again, first]) == {first.identity: again}


def test_two_lines_say_the_same_whenever_and_wherever_they_stand():
    one = line()

    assert one.says == line(number="0000001", received_at=RECEIVED + timedelta(1)).says
    assert one.says != line(title="課長").says
