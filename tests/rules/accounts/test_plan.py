from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from sekisho.accounts.chart import UnitFact
from sekisho.accounts.orders import Correction, Flag, OrderKind, PostKind
from sekisho.accounts.plan import ChangeKind, Mode
from sekisho.accounts.timelines import Post
from tests.rules.accounts.news import (
    LATER,
    NET,
    RETAIL,
    UNITS,
    applied,
    day,
    known,
    leaves,
    line,
    member,
    only,
    planned,
    post,
)

STAFF = known(member("0000001", post()))
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def spans(posts: tuple[Post, ...]):
    return [(p.seat.unit, p.starts, p.ends) for p in posts]


def test_a_move_ends_the_post_at_midnight_in_japan_and_begins_another():
    change = only(planned(STAFF, line()))

    assert change.kind is ChangeKind.MOVED
    assert spans(change.after) == [
        ("N09-01", day(2023, 4, 1), datetime(2027, 3, 31, 15, tzinfo=UTC)),
        ("N09-02", datetime(2027, 3, 31, 15, tzinfo=UTC), None),
    ]
    assert [(e.appointment, e.at) for e in change.endings] == [(101, day(2027, 4, 1))]


def test_another_title_in_the_same_unit_is_another_term_of_the_same_post():
    change = only(planned(STAFF, line(unit="N09-01", title="課長")))

    assert change.kind is ChangeKind.TITLE
    (stands,) = change.after
    assert stands.appointment == 101
    assert [(t.title, t.starts) for t in stands.terms] == [
        ("担当", day(2023, 4, 1)),
        ("課長", day(2027, 4, 1)),
    ]
    assert not change.endings


def test_a_last_day_is_inside():
    change = only(planned(STAFF, leaves(last_day=date(2027, 3, 31))))

    assert change.kind is ChangeKind.LEFT
    assert change.after[0].ends == day(2027, 4, 1)


def test_a_concurrent_post_stands_beside_the_main_one():
    change = only(planned(STAFF, line(kind=OrderKind.ADD, post=PostKind.CONCURRENT)))

    assert change.kind is ChangeKind.ADDED
    assert [p.seat.kind for p in change.after] == ["main", "concurrent"]
    assert not change.endings


def test_who_is_seconded_keeps_the_home_post():
    sent = line(
        kind=OrderKind.ADD, post=PostKind.SECONDED, works_for=RETAIL, unit="R000-01",
        last_day=date(2029, 3, 31),
    )  # fmt: skip

    change = only(planned(STAFF, sent))

    assert spans(change.after) == [
        ("N09-01", day(2023, 4, 1), None),
        ("R000-01", day(2027, 4, 1), day(2029, 4, 1)),
    ]


def test_a_secondment_ends_alone():
    sent = line("S", kind=OrderKind.ADD, post=PostKind.SECONDED, works_for=RETAIL, unit="R000-01")
    back = line(
        "E", kind=OrderKind.END, post=PostKind.SECONDED, works_for=RETAIL, unit="", starts=None,
        last_day=date(2027, 9, 30),
    )  # fmt: skip
    away = applied(STAFF, planned(STAFF, sent))

    change = only(planned(away, back))

    assert change.kind is ChangeKind.MOVED
    assert spans(change.after)[1] == ("R000-01", day(2027, 4, 1), day(2027, 10, 1))
    assert change.after[0].ends is None


def test_late_news_cuts_at_the_true_day():
    late = line(received_at=LATER)  # of 5 April, for 1 April

    change = only(planned(STAFF, late, as_of=LATER))

    assert change.endings[0].at == day(2027, 4, 1) < LATER


def test_a_forgotten_order_is_laid_below_the_later_one():
    later = applied(STAFF, planned(STAFF, line("B", unit="N09-03", starts=date(2027, 7, 1))))

    change = only(planned(later, line("A", received_at=LATER)))

    assert spans(change.after) == [
        ("N09-01", day(2023, 4, 1), day(2027, 4, 1)),
        ("N09-02", day(2027, 4, 1), day(2027, 7, 1)),
        ("N09-03", day(2027, 7, 1), None),
    ]


def test_a_correction_moves_the_day_of_the_same_post():
    moved = applied(STAFF, planned(STAFF, line()))
    corrected = line(correction=Correction.CORRECT, starts=date(2027, 4, 16), received_at=LATER)

    change = only(planned(moved, corrected))

    assert change.corrects
    assert [p.appointment for p in change.after] == [101, 102]
    assert change.after[1].starts == change.after[0].ends == day(2027, 4, 16)


def test_a_cancelled_move_gives_the_post_back_as_it_was():
    moved = applied(STAFF, planned(STAFF, line()))
    cancelled = line(correction=Correction.CANCEL, received_at=LATER, unit="", starts=None)

    change = only(planned(moved, cancelled))

    assert change.kind is ChangeKind.MOVED  # the new post is withdrawn
    assert spans(change.after) == [("N09-01", day(2023, 4, 1), None)]
    assert [p.terms for p in change.wanted if p.appointment == 102] == [()]


def test_a_cancelled_retirement_lets_the_post_last():
    left = applied(STAFF, planned(STAFF, leaves()))

    change = only(planned(left, leaves(correction=Correction.CANCEL, received_at=LATER)))

    assert change.kind is ChangeKind.RESTORED
    assert change.after[0].ends is None


def test_somebody_on_leave_keeps_the_post_with_the_mark_until_the_return():
    rests = line("K", kind=OrderKind.ON_LEAVE, unit="")
    resting = applied(STAFF, planned(STAFF, rests))
    returns = line("F", kind=OrderKind.RETURN, unit="", starts=date(2027, 10, 1))

    change = only(planned(resting, returns))

    assert [(Flag.ON_LEAVE in t.flags, t.starts) for t in change.after[0].terms] == [
        (False, day(2023, 4, 1)),
        (True, day(2027, 4, 1)),
        (False, day(2027, 10, 1)),
    ]


def test_a_joiner_is_somebody_new_unless_a_number_links_them():
    joins = line(kind=OrderKind.JOIN, number="0000009", kana="カクウ　タロウ")
    linked = replace(joins, previous_number="77")
    elsewhere = member("x", numbers=frozenset({(RETAIL, "77")}), given=(), posts=())

    assert only(planned(STAFF, joins)).person is None
    assert only(planned(known(elsewhere), linked)).person == "Px"


def test_nobody_is_merged_by_name():
    same = member("x", numbers=frozenset({(RETAIL, "77")}), given=(), posts=())

    assert only(planned(known(same), line(kind=OrderKind.JOIN))).person is None


def test_duties_come_from_the_mapping_of_the_second_line_and_a_gap_is_told():
    head = only(planned(STAFF, line(title="部長")))
    gap = planned(known(member("0000001", post()), duties={}), line())

    assert head.after[1].terms[0].flags == {Flag.OFFICER}
    assert gap.unmapped == (("N09-02", "担当"),)
    assert only(gap).after[1].terms[0].flags == frozenset()


REFUSED = {
    "ほかの会社の人": (line(employer=RETAIL), "ほかの会社"),
    "知らない組織": (line(unit="N09-99"), "N09-99"),
    "ほかの会社の組織": (line(unit="R000-01"), "組織ではありません"),
    "知らない会社": (line(works_for="Z9"), "台帳にありません"),
    "発令日なし": (line(starts=None), "発令日がありません"),
    "終了日なしの退職": (leaves(last_day=None), "終了日がありません"),
    "終わりが先": (line(last_day=date(2027, 3, 1)), "前です"),
    "知らない人": (line(number="0000404"), "人がいません"),
    "もとのない訂正": (line("X9", correction=Correction.CORRECT), "受け取っていません"),
    "前番号の人がいない": (
        line(kind=OrderKind.JOIN, number="0000009", previous_number="404"),
        "前社員番号の人がいません",
    ),
    "本務の兼務": (line(kind=OrderKind.ADD), "本務は足したり"),
    "出向先なし": (line(kind=OrderKind.ADD, post=PostKind.SECONDED), "出向先"),
    "解くものがない": (
        line(kind=OrderKind.END, post=PostKind.CONCURRENT, last_day=date(2027, 3, 31)),
        "解除する発令がありません",
    ),
    "復職だけ": (line(kind=OrderKind.RETURN), "休職していません"),
    "上司が自分": (line(manager="0000001"), "輪になっています"),
}


@pytest.mark.parametrize(("wrong", "words"), REFUSED.values(), ids=REFUSED)
def test_a_line_that_cannot_be_taken_is_refused_with_its_number_and_a_remedy(wrong, words):
    made = planned(STAFF, wrong)

    (fault,) = made.faults
    assert words in fault.problem
    assert fault.line == wrong.number
    assert fault.refused
    assert fault.remedy
    assert made.changes == ()
    assert made.taken == ()


def test_a_line_beside_a_wrong_one_is_taken():
    made = planned(STAFF, line(unit="N09-99", order="W"), leaves())

    assert only(made).kind is ChangeKind.LEFT
    assert [fault.refused for fault in made.faults] == [True]


def test_a_circular_chart_refuses_the_lines_of_its_units_only():
    circular = UNITS | {
        "N09-02": UnitFact(company=NET, parent="N09-03"),
        "N09-03": UnitFact(company=NET, parent="N09-02"),
    }
    staff = known(member("0000001", post()), member("0000002", post()), units=circular)

    made = planned(staff, line(), leaves(number="0000002"))

    assert [change.number for change in made.changes] == ["0000002"]
    assert "N09-02 → N09-03 → N09-02" in made.faults[0].problem


def test_a_chart_that_the_lines_themselves_draw_in_a_circle_is_refused():
    staff = known(member("0000001", post()), member("0000002", post()), member("0000003", post()))

    made = planned(
        staff,
        line("1", unit="N09-02", unit_above="N09-03"),
        line("2", "0000002", unit="N09-03", unit_above="N09-02"),
        leaves("3", "0000003"),
    )

    assert [change.number for change in made.changes] == ["0000003"]
    assert ["N09-02 → N09-03 → N09-02" in fault.problem for fault in made.faults] == [True, True]


def test_a_chart_other_than_the_registered_one_is_told():
    made = planned(STAFF, line(unit="N09-02", unit_above="N09-03"))

    assert only(made).kind is ChangeKind.MOVED
    assert [(f.column, f.refused) for f in made.faults] == [("上位組織", False)]


def test_an_unknown_superior_is_told_and_does_not_hold_the_order_back():
    made = planned(STAFF, line(manager="0000404"))

    assert only(made).kind is ChangeKind.MOVED
    assert [(f.refused, "0000404" in f.problem) for f in made.faults] == [(False, True)]


def test_two_orders_under_one_number_are_both_refused():
    made = planned(STAFF, line(), line(unit="N09-03"))

    assert made.changes == ()
    assert len(made.faults) == 2


def test_an_order_that_comes_again_otherwise_must_be_called_a_correction():
    moved = applied(STAFF, planned(STAFF, line()))

    made = planned(moved, line(unit="N09-03"))

    assert made.changes == ()
    assert "ほかの内容" in made.faults[0].problem


def test_a_correction_may_not_change_whose_order_it_is():
    staff = known(member("0000001", post()), member("0000002", post()))
    moved = applied(staff, planned(staff, line()))

    made = planned(moved, line(number="0000002", correction=Correction.CORRECT))

    assert made.changes == ()
    assert "ほかの社員番号" in made.faults[0].problem


def test_an_order_cancelled_before_it_was_sent_changes_nothing():
    made = planned(STAFF, line(), line(correction=Correction.CANCEL, starts=None))

    assert made.changes == ()
    assert len(made.taken) == 2


def test_a_move_after_leaving_is_refused_and_a_new_start_is_not():
    left = applied(STAFF, planned(STAFF, leaves()))
    again = line("J", kind=OrderKind.JOIN, starts=date(2028, 4, 1))

    refused = planned(left, line("M", starts=date(2027, 5, 1)))
    joined = only(planned(left, again))

    assert "退職" in refused.faults[0].problem
    assert joined.kind is ChangeKind.JOINED
    assert spans(joined.after)[-1] == ("N09-02", day(2028, 4, 1), None)


def test_leaving_withdraws_what_was_ordered_for_later():
    moving = applied(STAFF, planned(STAFF, line("A", starts=date(2027, 7, 1))))

    change = only(planned(moving, leaves()))

    assert spans(change.after) == [("N09-01", day(2023, 4, 1), day(2027, 4, 1))]
    assert change.kind is ChangeKind.LEFT


class TestSnapshot:
    here = known(member("0000001", post()), member("0000002", post(unit="N09-02")))
    noon = datetime(2027, 5, 1, 3, tzinfo=UTC)

    def state(self, number="0000001", unit="N09-01", **said):
        said = {"starts": date(2023, 4, 1), **said}
        return line(f"{number}/{unit}", number, unit=unit, kind=OrderKind.STATE, **said)

    def seen(self, register, *lines, **said):
        return planned(register, *lines, mode=Mode.SNAPSHOT, as_of=self.noon, **said)

    def test_who_is_missing_is_stopped_and_keeps_the_post(self):
        change = only(self.seen(self.here, self.state()))

        assert (change.kind, change.number) == (ChangeKind.ABSENT, "0000002")
        assert change.endings == ()

    def test_who_is_missing_twice_has_left(self):
        once = applied(self.here, self.seen(self.here, self.state()))

        twice = only(self.seen(once, self.state()))

        assert twice.kind is ChangeKind.LEFT
        assert twice.after[0].ends == day(2027, 5, 1)

    def test_who_is_there_again_is_let_back(self):
        once = applied(self.here, self.seen(self.here, self.state()))

        back = only(self.seen(once, self.state(), self.state("0000002", "N09-02")))

        assert (back.kind, back.number) == (ChangeKind.BACK, "0000002")

    def test_nobody_is_concluded_missing_from_a_file_that_could_not_be_read_whole(self):
        unread = self.seen(self.here, self.state(), whole=False)
        wrong = self.seen(self.here, self.state(), self.state("0000404", "N09-99"))

        assert unread.changes == wrong.changes == ()

    def test_a_file_of_orders_concludes_nothing_from_absence(self):
        assert planned(self.here, line(unit="N09-01", starts=date(2023, 4, 1))).changes == ()

    def test_the_same_state_changes_nothing(self):
        both = (self.state(), self.state("0000002", "N09-02"))

        assert self.seen(self.here, *both).changes == ()


def test_what_the_brake_counts():
    staff = known(*(member(f"{n:07d}", post()) for n in range(1, 5)))

    made = planned(
        staff,
        leaves("1", "0000001"),
        line("2", "0000002"),
        line("3", "0000003", unit="N09-01", title="課長"),
        line("4", "0000004", kind=OrderKind.ADD, post=PostKind.CONCURRENT),
        line("5", "0000005", kind=OrderKind.JOIN),
    )

    assert made.mass == 2


def test_nobody_has_two_posts_in_one_unit_at_one_time():
    also = line(kind=OrderKind.ADD, post=PostKind.CONCURRENT, unit="N09-01")

    made = planned(STAFF, also)

    assert made.changes == ()
    assert "同じ組織（N09-01）" in made.faults[0].problem


def test_far_days_are_told():
    made = planned(STAFF, line(starts=date(2207, 4, 1)))

    assert [f.refused for f in made.faults] == [False]
    assert made.changes[0].at == day(2207, 4, 1)


def test_a_new_name_alone_is_a_change_of_the_name():
    change = only(planned(STAFF, line(unit="N09-01", starts=date(2023, 4, 1), name="空　花子")))

    assert change.kind is ChangeKind.NAMED
    assert change.wanted == ()


def test_received_later_by_a_minute_counts():
    moved = applied(STAFF, planned(STAFF, line()))
    first = line(correction=Correction.CORRECT, unit="N09-03", received_at=LATER)
    second = line(
        correction=Correction.CORRECT, unit="N09-01", received_at=LATER + timedelta(minutes=1)
    )
    once = applied(moved, planned(moved, first))

    change = only(planned(once, second))

    assert change.after[-1].seat.unit == "N09-01"
