"""Posts that do not go together: who trips which shipped rule, for how long, and what follows."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.accounts.classes import read as read_classes
from sekisho.grants import conflict_rules
from sekisho.grants.conflicts import (
    Exempt,
    Post,
    Relation,
    changes,
    every_trip,
    refusal,
    refusal_to_except,
    refusal_to_judge,
    trips,
    trips_within,
)
from sekisho.terms.days import JST, after, jst_day, months_on
from sekisho.terms.periods import Period
from sekisho_links import shipped
from tests.rules.grants.twins_of_conflicts import WITHHOLDING

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=JST)
TEXT = shipped("content", "conflict_rules.csv").read_text(encoding="utf-8-sig")
CLASSES = shipped("content", "viewer_classes.csv").read_text(encoding="utf-8-sig")
UNIT_KINDS = frozenset(kind for _, kind in read_classes(CLASSES, place="区分"))
RULES = conflict_rules.read(TEXT, place="conflict_rules.csv", unit_kinds=UNIT_KINDS)
EVER = Period(starts=datetime(2020, 4, 1, tzinfo=JST))


def post(number, company="network", kind="main", **more):
    given_ = {
        "appointment": str(number),
        "company": company,
        "employer": company,
        "works_for": {
            "network_contractor": "network",
            "affiliate_contractor": "affiliate",
        }.get(company, company),
        "unit": f"{company}-{more.get('unit_kind', 'x')}",
        "unit_kind": "service_centre" if company == "network" else "sales",
        "kind": kind,
        "period": EVER,
    }
    return Post(**given_ | more)


def until(last_day):
    return Period(starts=EVER.starts, ends=after(last_day))


def since(day):
    return Period(starts=jst_day(day))


def codes(posts, at=NOON):
    return [trip.rule.code for trip in trips(posts, RULES, at=at)]


NETWORK, SALES = post(1), post(2, "affiliate")
OFFICER = frozenset({"officer"})
SPECIFIED, KEY = frozenset({"specified_network"}), frozenset({"key_retail"})
CONTRACTED = post(3, "network_contractor", unit_kind="meter")


@pytest.mark.parametrize(
    ("posts", "wanted"),
    [
        pytest.param([NETWORK], [], id="送配電だけ"),
        pytest.param([SALES], [], id="小売だけ"),
        pytest.param(
            [replace(NETWORK, flags=OFFICER), SALES], ["K1-1", "K3"], id="送配電の役員と小売の職"
        ),
        pytest.param(
            [replace(NETWORK, flags=OFFICER, employer="affiliate", kind="seconded")],
            ["K1-1"],
            id="小売に籍を残した送配電の役員は一つの発令で",
        ),
        pytest.param(
            [NETWORK, replace(SALES, flags=OFFICER)], ["K1-2", "K3"], id="小売の役員と送配電の職"
        ),
        pytest.param(
            [
                replace(SALES, flags=OFFICER, unit_kind="compliance"),
                post(4, "network", "support", employer="affiliate"),
            ],
            [],
            id="小売の役員の応援は職に数えない",
        ),
        pytest.param(
            [replace(NETWORK, flags=SPECIFIED), replace(NETWORK, appointment="9", flags=KEY)],
            ["K2"],
            id="特定送配電等業務と小売の重要な役割",
        ),
        pytest.param([NETWORK, SALES], ["K3"], id="兼務"),
        pytest.param(
            [NETWORK, replace(SALES, flags=frozenset({"on_leave"}))], [], id="小売の職は休職中"
        ),
        pytest.param([CONTRACTED, SALES], ["K3"], id="委託先の人が小売の職も持つ"),
        pytest.param([NETWORK, post(5, "other_retailer")], ["K3"], id="新電力との兼務"),
        pytest.param(
            [CONTRACTED, post(6, "affiliate_contractor")], ["K3", "K6"], id="両方の委託先"
        ),
        pytest.param(
            [SALES, post(7, "network", "support", employer="affiliate")], ["K7"], id="営業の応援者"
        ),
        pytest.param(
            [
                replace(SALES, unit_kind="call_centre"),
                post(7, "network", "support", employer="affiliate"),
            ],
            [],
            id="営業でない応援者",
        ),
    ],
)
def test_posts_held_together_trip_the_rules_that_the_law_names(posts, wanted):
    assert codes(posts) == wanted
    assert codes(list(reversed(posts))) == wanted


@pytest.mark.parametrize(
    ("last_day", "wanted"),
    [
        pytest.param(date(2025, 11, 1), [], id="1年と1日たった"),
        pytest.param(date(2025, 11, 2), ["K4"], id="最後の日"),
        pytest.param(date(2026, 10, 1), ["K4"], id="1か月前"),
    ],
)
def test_who_left_sales_waits_a_year(last_day, wanted):
    left = replace(SALES, period=until(last_day))
    moved = replace(NETWORK, period=since(last_day + timedelta(days=1)))

    assert codes([left, moved]) == wanted


def test_the_year_ends_at_the_first_moment_of_its_day():
    left = replace(SALES, period=until(date(2025, 11, 2)))
    free = datetime(2026, 11, 3, tzinfo=JST)

    assert codes([left, NETWORK], at=free - timedelta(microseconds=1)) == ["K4"]
    assert codes([left, NETWORK], at=free) == []


def test_who_moves_to_the_retailer_must_leave_properly_from_the_first_moment_on():
    moved = [
        replace(NETWORK, period=until(date(2026, 11, 1))),
        replace(SALES, period=since(date(2026, 11, 2))),
    ]

    assert codes(moved) == ["K5"]
    assert refusal(moved, RULES, [], hat="2", relief=False, at=NOON) is None


def test_a_staged_order_is_found_weeks_before_and_not_before_its_day():
    moved = [NETWORK, replace(SALES, period=since(date(2026, 12, 1)))]
    ahead = trips_within(moved, RULES, since=NOON, until=NOON + timedelta(days=60))

    assert codes(moved) == []
    assert [(trip.rule.code, trip.period.starts) for trip in ahead] == [
        ("K3", jst_day(date(2026, 12, 1)))
    ]
    assert trips_within(moved, RULES, since=NOON, until=NOON + timedelta(days=10)) == []


# What is withheld -------------------------------------------------------------------------------


def test_the_network_hat_opens_nothing_and_the_retail_hat_stays_as_it_was():
    both = [NETWORK, SALES]

    said = refusal(both, RULES, [], hat="1", relief=False, at=NOON)

    assert "K3" in said.reason
    assert "第2線" in said.remedy
    assert refusal(both, RULES, [], hat="2", relief=False, at=NOON) is None


def test_two_roles_that_may_never_meet_open_nothing_at_all():
    both = [replace(NETWORK, flags=SPECIFIED), replace(SALES, flags=KEY)]

    for hat in ("1", "2"):
        said = refusal(both, RULES, [], hat=hat, relief=False, at=NOON)
        assert "K2" in said.reason
        assert "例外はありません" in said.remedy
        assert refusal(both, RULES, [], hat=hat, relief=True, at=NOON) == said


def test_a_wait_says_on_which_day_it_is_over():
    left = replace(SALES, period=until(date(2026, 3, 31)))

    said = refusal([left, NETWORK], RULES, [], hat="1", relief=False, at=NOON)

    assert "2027-04-01" in said.remedy


def test_in_a_declared_emergency_the_relief_hat_is_let_through_and_no_other():
    helper = [SALES, post(7, "network", "support", employer="affiliate")]

    assert refusal(helper, RULES, [], hat="7", relief=True, at=NOON) is None
    assert "K7" in refusal(helper, RULES, [], hat="7", relief=False, at=NOON).reason


def test_an_exception_lets_one_rule_go_for_its_time():
    both, ends = [NETWORK, SALES], NOON + timedelta(days=1)
    excused = [Exempt(rule="K3", period=Period(starts=NOON, ends=ends))]

    assert refusal(both, RULES, excused, hat="1", relief=False, at=NOON) is None
    assert refusal(both, RULES, excused, hat="1", relief=False, at=ends) is not None
    assert list(changes(both, RULES, excused, at=NOON)) == [ends]


def test_no_exception_lets_the_two_rules_of_the_law_go():
    both = [replace(NETWORK, flags=SPECIFIED), replace(SALES, flags=KEY)]
    excused = [Exempt(rule=rule.code, period=EVER) for rule in RULES]

    assert "K2" in refusal(both, RULES, excused, hat="1", relief=False, at=NOON).reason


days = st.integers(-900, 900).map(lambda n: NOON + timedelta(days=n))
periods = st.builds(
    lambda a, n: Period(starts=a, ends=None if n is None else a + timedelta(days=n)),
    days,
    st.none() | st.integers(1, 700),
)
some_posts = st.lists(
    st.builds(
        lambda n, company, kind, unit_kind, flags, period: post(
            n, company, kind, unit_kind=unit_kind, flags=flags, period=period
        ),
        st.integers(1, 9),
        st.sampled_from(sorted(conflict_rules.COMPANIES)),
        st.sampled_from(["main", "concurrent", "support", "contract"]),
        st.sampled_from(["sales", "service_centre", "meter"]),
        st.frozensets(st.sampled_from(["officer", "specified_network", "key_retail", "on_leave"])),
        periods,
    ),
    max_size=5,
)


def plainly_tripped(posts, rule, at):
    """The definition: two posts, one word after the other, one moment."""
    for b in posts:
        if not all(word.holds(b) for word in rule.b) or not rule.b or not b.period.holds(at):
            continue
        for a in posts:
            if not all(word.holds(a) for word in rule.a) or not rule.a:
                continue
            if rule.relation is Relation.TOGETHER and a.period.holds(at):
                return True
            if rule.relation is Relation.AFTER and a.period.ends and a.period.ends <= at:
                ended = a.period.ends.astimezone(JST).date()
                if rule.months is None or at < jst_day(months_on(ended, rule.months)):
                    return True
    return False


@given(some_posts, days, st.randoms())
def test_what_trips_at_a_moment_is_what_its_definition_says(posts, at, random):
    shuffled = random.sample(posts, len(posts))

    found = {trip.rule.code for trip in trips(posts, RULES, at=at)}

    assert found == {rule.code for rule in RULES if plainly_tripped(posts, rule, at)}
    assert found == {trip.rule.code for trip in trips(shuffled, RULES, at=at)}


@given(some_posts, days)
def test_the_answer_is_the_same_until_the_next_change(posts, at):
    nearest = min(changes(posts, RULES, [], at=at), default=at + timedelta(days=3_000))
    for hat in {one.appointment for one in posts}:
        first = refusal(posts, RULES, [], hat=hat, relief=False, at=at)
        last = refusal(
            posts, RULES, [], hat=hat, relief=False, at=nearest - timedelta(microseconds=1)
        )
        assert (first is None) is (last is None)


def withheld(posts, hat, *, relief, at, ask=refusal):
    return ask(posts, RULES, [], hat=hat, relief=relief, at=at) is not None


CASES = [
    ([NETWORK, SALES], "1", False, True),
    ([NETWORK, SALES], "2", False, False),
    ([replace(SALES, period=until(date(2026, 3, 31))), NETWORK], "1", False, True),
    ([replace(SALES, period=until(date(2025, 11, 1))), NETWORK], "1", False, False),
    ([NETWORK, replace(SALES, period=since(date(2026, 12, 1)))], "1", False, False),
    ([replace(NETWORK, flags=SPECIFIED), replace(SALES, flags=KEY)], "2", True, True),
    ([SALES, post(7, "network", "support", employer="affiliate")], "7", False, True),
    ([SALES, post(7, "network", "support", employer="affiliate")], "7", True, False),
]


def answers(ask):
    return [
        withheld(posts, hat, relief=relief, at=NOON, ask=ask) for posts, hat, relief, _ in CASES
    ]


def test_the_cases_above_are_answered_so():
    assert answers(refusal) == [wanted for *_, wanted in CASES]


@pytest.mark.parametrize("twin", WITHHOLDING)
def test_each_broken_twin_is_caught(twin):
    assert answers(twin) != [wanted for *_, wanted in CASES]


# K8 ---------------------------------------------------------------------------------------------


def judges(of_judge, of_judged, *, judged="2", rules=RULES, **more):
    return refusal_to_judge(
        judge="1",
        judged=judged,
        posts_of_judge=of_judge,
        posts_of_judged=of_judged,
        rules=rules,
        at=NOON,
        **more,
    )


OTHER_UNIT = replace(NETWORK, unit="network-other")


@pytest.mark.parametrize(
    ("of_judge", "of_judged", "says"),
    [
        pytest.param([NETWORK], [OTHER_UNIT], None, id="別の組織"),
        pytest.param([NETWORK], [NETWORK], "同じ組織", id="同じ組織"),
        pytest.param(
            [OTHER_UNIT, replace(NETWORK, period=until(date(2026, 3, 31)))],
            [NETWORK],
            "前にいた組織",
            id="前にいた組織",
        ),
        pytest.param(
            [OTHER_UNIT, replace(NETWORK, period=until(date(2025, 10, 31)))],
            [NETWORK],
            None,
            id="1年より前にいた組織",
        ),
        pytest.param(
            [NETWORK],
            [OTHER_UNIT, replace(NETWORK, period=until(date(2026, 3, 31)))],
            "前任者",
            id="前任者",
        ),
    ],
)
def test_nobody_judges_what_is_too_near(of_judge, of_judged, says):
    said = judges(of_judge, of_judged)

    assert (said is None) if says is None else (says in said.reason and said.remedy)


def test_the_superior_s_own_part_is_for_the_same_unit_and_never_for_oneself():
    assert judges([NETWORK], [NETWORK], as_superior=True) is None
    assert "自分" in judges([NETWORK], [NETWORK], judged="1", as_superior=True).reason
    assert "自分" in judges([NETWORK], [OTHER_UNIT], judged="1", rules=[]).reason


# Exceptions -------------------------------------------------------------------------------------


K3 = next(rule for rule in RULES if rule.code == "K3")
MAY = {
    "rule": K3, "by": "9", "person": "1", "company_kind": "network", "line": 2,
    "reason": "引継ぎのため二週間だけ、別室で行う", "starts": date(2026, 11, 2),
    "last_day": date(2027, 5, 1),
}  # fmt: skip


def test_the_second_line_lets_somebody_off_for_six_months_at_most():
    assert refusal_to_except(**MAY) is None
    assert refusal_to_except(**MAY | {"last_day": date(2027, 5, 2)}) is not None


@pytest.mark.parametrize(
    ("more", "says"),
    [
        pytest.param({"line": 1}, "第2線", id="第1線"),
        pytest.param({"line": None}, "第2線", id="線がない"),
        pytest.param({"company_kind": "affiliate"}, "第2線", id="関係小売の第2線"),
        pytest.param({"by": "1"}, "自分", id="自分に"),
        pytest.param({"rule": None}, "規則", id="ない規則"),
        pytest.param({"last_day": date(2026, 11, 1)}, "前です", id="終わりが前"),
        pytest.param({"reason": "必要"}, "理由", id="短い理由"),
        pytest.param({"reason": "ああああああああああああ"}, "理由", id="同じ文字"),
    ],
)
def test_nobody_else_and_nothing_longer(more, says):
    assert says in refusal_to_except(**MAY | more).reason


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_of_the_rules_of_the_law_there_is_never_an_exception(rule):
    said = refusal_to_except(**MAY | {"rule": rule})

    assert (said is None) is (rule.code in {"K3", "K4", "K6"})
    if rule.code.startswith(("K1", "K2")):
        assert not rule.excusable


def test_a_post_trips_at_most_once_a_rule_and_pair():
    keys = [trip.key for trip in every_trip([NETWORK, SALES, CONTRACTED], RULES)]

    assert len(keys) == len(set(keys))
