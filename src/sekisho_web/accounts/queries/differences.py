"""A delivery as people look at it: who changes how, and what ends with it and when."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sekisho.accounts.plan import Change, ChangeKind
from sekisho.accounts.timelines import Post
from sekisho_web.accounts.models import Account, Unit
from sekisho_web.accounts.queries.deliveries import Delivery
from sekisho_web.frame.follows import ask

SHOWN = 100  # people of one kind on a page

WORDS: Mapping[ChangeKind, str] = {
    ChangeKind.LEFT: "退職・転籍",
    ChangeKind.MOVED: "異動",
    ChangeKind.JOINED: "入社",
    ChangeKind.ADDED: "兼務・出向など",
    ChangeKind.TITLE: "役職・職務の印",
    ChangeKind.RESTORED: "取消・訂正で戻る",
    ChangeKind.NAMED: "氏名",
    ChangeKind.ABSENT: "一覧にない（止めます）",
    ChangeKind.BACK: "一覧に戻った（止めを解きます）",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One line of the difference."""

    change: Change
    before: str
    after: str
    grants: int
    accounts: int
    late: bool  # it is true since before it came

    @property
    def number(self) -> str:
        return self.change.number

    @property
    def name(self) -> str:
        return self.change.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One kind of change. people: the first of them, all of one page."""

    kind: ChangeKind
    words: str
    count: int
    people: Sequence[Person]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    sections: Sequence[Section]
    grants: int
    accounts: int
    days: Sequence[tuple[datetime, int, int]]  # moment, grants and accounts that end then


def difference_of(delivery: Delivery, *, kind: str = "", start: int = 0) -> Difference:
    """Return what a delivery changes (three queries). kind, start: a further page of one kind."""
    plan, received = delivery.plan, delivery.batch.received_at
    endings = {one.appointment: one.at for change in plan.changes for one in change.endings}
    grants, accounts = ending(endings)
    names = dict(Unit.objects.values_list("code", "name"))
    sections = []
    for one, words in WORDS.items():
        found = plan.of(one)
        first = start if one.value == kind else 0
        if found:
            sections.append(
                Section(
                    kind=one,
                    words=words,
                    count=len(found),
                    people=[
                        _person(change, names, grants, accounts, late=change.at < received)
                        for change in found[first : first + SHOWN]
                    ],
                    more=len(found) > first + SHOWN,
                )
            )
    by_day: dict[datetime, list[int]] = defaultdict(lambda: [0, 0])
    for appointment, at in endings.items():
        by_day[at][0] += len(grants.get(appointment, ()))
        by_day[at][1] += len(accounts.get(appointment, ()))
    return Difference(
        sections=sections,
        grants=sum(len(each) for each in grants.values()),
        accounts=sum(len(each) for each in accounts.values()),
        days=[(at, n, m) for at, (n, m) in sorted(by_day.items())],
    )


def ending(
    endings: Mapping[int, datetime],
) -> tuple[Mapping[int, Sequence[str]], Mapping[int, Sequence[str]]]:
    """Return the grants and the IDs that end with posts, by appointment (one query of each app)."""
    grants: dict[int, list[str]] = defaultdict(list)
    accounts: dict[int, list[str]] = defaultdict(list)
    for one in (each for found in ask("endings_of", endings=endings) for each in found):
        grants[one.appointment].append(f"{one.system} {one.purpose}（{one.kind}）{one.code}")
    open_ones = Account.objects.filter(appointment__in=endings, closed_at=None)
    for appointment, system, code in open_ones.order_by("system", "code").values_list(
        "appointment_id", "system_id", "code"
    ):
        if appointment is not None:
            accounts[appointment].append(f"{system} {code}")
    return grants, accounts


def _person(
    change: Change,
    names: Mapping[str, str],
    grants: Mapping[int, Sequence[str]],
    accounts: Mapping[int, Sequence[str]],
    *,
    late: bool,
) -> Person:
    ended = [one.appointment for one in change.endings]
    return Person(
        change=change,
        before=_posts(change.before, change.after, names),
        after=_posts(change.after, change.before, names),
        grants=sum(len(grants.get(one, ())) for one in ended),
        accounts=sum(len(accounts.get(one, ())) for one in ended),
        late=late,
    )


def _posts(posts: Iterable[Post], others: Iterable[Post], names: Mapping[str, str]) -> str:
    """Return the posts that are otherwise in the other belief, in words."""
    same = Counter((post.appointment, post.terms) for post in others)
    found = [post for post in posts if not same[post.appointment, post.terms]]
    return "、".join(
        f"{names.get(post.seat.unit, post.seat.unit)} {post.terms[-1].title}".strip()
        for post in found
    )
