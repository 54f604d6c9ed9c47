"""Lines of news, and registers that take them in as the database does, without one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from sekisho.accounts.chart import UnitFact
from sekisho.accounts.known import Known, Member
from sekisho.accounts.orders import OrderKind, OrderLine, PostKind
from sekisho.accounts.plan import Change, ChangeKind, Mode, Plan, plan
from sekisho.accounts.timelines import Post, Seat, Term
from sekisho.terms.days import jst_day

NET, RETAIL = "N09", "R000"
RECEIVED = datetime(2027, 3, 20, 3, tzinfo=UTC)
UNITS = {
    "N09-01": UnitFact(company=NET),
    "N09-02": UnitFact(company=NET, parent="N09-01"),
    "N09-03": UnitFact(company=NET, parent="N09-01"),
    "R000-01": UnitFact(company=RETAIL),
}
DUTIES = {
    ("N09-01", ""): frozenset({"specified_network"}),
    ("N09-02", ""): frozenset(),
    ("N09-02", "部長"): frozenset({"officer"}),
    ("N09-03", ""): frozenset(),
    ("R000-01", ""): frozenset(),
}
_numbers = count(2)


def line(order="A1", number="0000001", **said):
    return OrderLine(
        **{
            "source": "人事",
            "batch": "b",
            "number": next(_numbers),
            "employee_number": number,
            "name": "架空　花子",
            "kana": "カクウ　ハナコ",
            "employer": NET,
            "works_for": NET,
            "unit": "N09-02",
            "title": "担当",
            "kind": OrderKind.TRANSFER,
            "starts": date(2027, 4, 1),
            "order_no": order,
            "received_at": RECEIVED,
            **said,
        }
    )


def leaves(order="L1", number="0000001", last_day=date(2027, 3, 31), **said):
    return line(order, number, kind=OrderKind.LEAVE, unit="", title="", starts=None,
                last_day=last_day, **said)  # fmt: skip


def post(unit="N09-01", starts=date(2023, 4, 1), ends=None, title="担当", **said):
    """ends: the first day on which it is over."""
    seat = Seat(
        employer=said.pop("employer", NET),
        works_for=said.pop("works_for", NET),
        unit=unit,
        kind=said.pop("kind", PostKind.MAIN),
    )
    term = Term(
        title=title,
        flags=said.pop(
            "flags", frozenset({"specified_network"}) if unit == "N09-01" else frozenset()
        ),
        starts=jst_day(starts),
        ends=jst_day(ends) if ends else None,
    )
    return Post(seat=seat, terms=(term,), **said)


def member(number="0000001", *posts, **said):
    stands = tuple(
        replace(one, appointment=int(number) * 100 + n) for n, one in enumerate(posts, start=1)
    )
    return Member(
        **{
            "key": f"P{number}",
            "name": "架空　花子",
            "kana": "カクウ　ハナコ",
            "numbers": frozenset({(NET, number)}),
            "given": stands,
            "posts": stands,
            **said,
        }
    )


def known(*members, **said):
    return Known(
        **{
            "company": NET,
            "companies": frozenset({NET, RETAIL}),
            "members": members,
            "units": UNITS,
            "duties": DUTIES,
            **said,
        }
    )


def planned(register, *lines, mode=Mode.EVENTS, as_of=RECEIVED, **said):
    return plan(register, lines, mode=mode, as_of=as_of, **said)


def applied(register: Known, made: Plan) -> Known:
    """Return the register after a plan: what the operation does to the rows."""
    members = {one.key: one for one in register.members}
    lines = {}
    for one in made.taken:
        lines.setdefault(one.employee_number, []).append(one)
    fresh = count(
        1 + max((p.appointment or 0 for m in members.values() for p in m.posts), default=0)
    )
    touched = set()
    for change in made.changes:
        key = change.person or f"P{change.number}"
        old = members.get(key) or Member(key=key)
        posts = {p.appointment: p for p in old.posts}
        for wanted in change.wanted:
            posts[wanted.appointment or next(fresh)] = wanted
        members[key] = replace(
            old,
            name=change.name,
            kana=change.kana,
            numbers=old.numbers | {(register.company, change.number)},
            posts=tuple(replace(p, appointment=n) for n, p in posts.items() if p.terms),
            absent=change.kind is ChangeKind.ABSENT
            or (old.absent and change.kind is not ChangeKind.BACK),
        )
        touched.add(key)
    by_number = {n: m.key for m in members.values() for c, n in m.numbers if c == register.company}
    for number, told in lines.items():
        one = members[by_number[number]]
        members[one.key] = replace(one, lines=(*one.lines, *told))
    return replace(register, members=tuple(members.values()))


def only(made: Plan) -> Change:
    (change,) = made.changes
    return change


def day(year, month, number):
    return jst_day(date(year, month, number))


LATER = RECEIVED + timedelta(days=16)
