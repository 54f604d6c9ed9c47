"""What holds of every plan: the order of lines, the day they came and repetition do nothing."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.accounts.orders import BY_LAST_DAY, Correction, OrderKind, PostKind
from sekisho.accounts.plan import Mode
from tests.rules.accounts.news import (
    NET,
    RECEIVED,
    RETAIL,
    applied,
    known,
    line,
    member,
    planned,
    post,
)

STAFF = known(
    member("0000001", post()),
    member("0000002", post("N09-02", ends=date(2027, 4, 1)), post("N09-03", date(2027, 4, 2))),
)
DAYS = st.dates(date(2027, 3, 31), date(2027, 4, 2))
KINDS = st.sampled_from(
    [kind for kind in OrderKind if kind is not OrderKind.STATE] + [OrderKind.TRANSFER] * 4
)


@st.composite
def orders(draw, most=8):
    """Draw lines of few people on few days under few numbers, so that they meet."""
    lines = []
    for _ in range(draw(st.integers(2, most))):
        kind = draw(KINDS)
        beside = kind in (OrderKind.ADD, OrderKind.END)
        away = beside and draw(st.booleans())
        lines.append(
            line(
                f"{draw(st.integers(1, 9))}",
                draw(st.sampled_from(["0000001", "0000001", "0000002", "0000003"])),
                kind=kind,
                post=PostKind.SECONDED
                if away
                else PostKind.CONCURRENT
                if beside
                else PostKind.MAIN,
                works_for=RETAIL if away else NET,
                unit="R000-01" if away else draw(st.sampled_from(["N09-01", "N09-02", "N09-03"])),
                title=draw(st.sampled_from(["担当", "課長"])),
                starts=draw(DAYS),
                last_day=draw(DAYS if kind in BY_LAST_DAY else st.none() | DAYS),
                correction=draw(st.sampled_from([Correction.NEW] * 8 + [*Correction])),
                received_at=RECEIVED,
            )
        )
    return [replace(one, number=n) for n, one in enumerate(lines, start=2)]


def said(made):
    return [replace(change, lines=()) for change in made.changes]


def stands(register):
    return {
        one.key: {(p.seat, p.terms) for p in one.posts} for one in register.members if one.posts
    }


@given(orders())
@settings(max_examples=300, deadline=None)
def test_the_same_lines_after_they_were_applied_change_nothing(lines):
    after = applied(STAFF, planned(STAFF, *lines))

    again = planned(after, *lines)

    assert again.changes == ()
    assert again.taken == ()


@given(orders(), st.randoms())
@settings(max_examples=300, deadline=None)
def test_the_order_of_the_lines_in_a_file_changes_nothing(lines, random):
    shuffled = random.sample(lines, len(lines))
    other = [replace(one, number=n) for n, one in enumerate(shuffled, start=2)]

    assert said(planned(STAFF, *lines)) == said(planned(STAFF, *other))


@given(orders(), st.integers(0, 7))
@settings(max_examples=300, deadline=None)
def test_late_news_ends_where_timely_news_ends(lines, cut):
    """Where every line is taken, whether they came in one file or in two, and in which first."""
    lines = list({one.identity: replace(one, correction=Correction.NEW) for one in lines}.values())
    one, two = lines[:cut], lines[cut:]
    at_once = planned(STAFF, *lines)
    first = planned(STAFF, *two)
    after = applied(STAFF, first)
    second = planned(after, *one)
    if len(at_once.taken) == len(lines) == len(first.taken) + len(second.taken):
        assert stands(applied(after, second)) == stands(applied(STAFF, at_once))


@given(orders())
@settings(max_examples=300, deadline=None)
def test_cancelling_every_order_gives_every_post_back(lines):
    lines = list({one.identity: replace(one, correction=Correction.NEW) for one in lines}.values())
    made = planned(STAFF, *lines)
    after = applied(STAFF, made)
    cancelled = [
        replace(
            one, number=100 + n, correction=Correction.CANCEL, received_at=RECEIVED + timedelta(1)
        )
        for n, one in enumerate(made.taken)
    ]

    assert stands(applied(after, planned(after, *cancelled))) == stands(STAFF)


@given(orders())
@settings(max_examples=200, deadline=None)
def test_terms_of_a_post_follow_one_another_and_main_posts_by_order_never_overlap(lines):
    after = applied(STAFF, planned(STAFF, *lines))

    for person in after.members:
        given_before = {p.appointment for p in person.given}
        for one in person.posts:
            for earlier, later in pairwise(one.terms):
                assert earlier.ends is not None
                assert earlier.ends <= later.starts
            assert all(t.ends is None or t.starts < t.ends for t in one.terms)
        mains = sorted(
            (p for p in person.posts if p.seat.kind is PostKind.MAIN), key=lambda p: p.starts
        )
        for earlier, later in pairwise(mains):
            if not {earlier.appointment, later.appointment} <= given_before:
                assert earlier.ends is not None
                assert earlier.ends <= later.starts


@given(orders())
@settings(max_examples=200, deadline=None)
def test_a_snapshot_and_orders_touch_only_people_who_are_named_or_missing(lines):
    made = planned(STAFF, *lines, mode=Mode.SNAPSHOT)
    named = {one.employee_number for one in lines}

    for change in made.changes:
        assert change.number in named or change.kind == "absent"
