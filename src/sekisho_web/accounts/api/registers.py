"""The registers, read by a program: people and posts, systems, IDs, pushes, comparisons, lag."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from pydantic import BaseModel

from sekisho.accounts import life
from sekisho.accounts.keys import Scope
from sekisho_web.accounts.api import shapes
from sekisho_web.accounts.api.endpoints import NotThere, endpoint
from sekisho_web.accounts.api.shapes import Page
from sekisho_web.accounts.models import (
    Account,
    ApiToken,
    Company,
    Hold,
    Officer,
    Person,
    Push,
    Reconciliation,
    System,
)
from sekisho_web.accounts.queries import programs
from sekisho_web.accounts.queries.wanted import lives_of

M = TypeVar("M", bound=Model)
S = TypeVar("S", bound=BaseModel)
STOPPED = "停止されています"
REMEDY = "この人の会社か、停止を解除できる人に確かめてください"


def page_of(rows: QuerySet[M], asked: shapes.Pages, shape: Callable[[list[M]], list[S]]) -> Page[S]:
    """Return the page of `rows` that is asked; one row more is read, to know whether it goes on."""
    found = list(rows.filter(pk__gt=asked.after).order_by("pk")[: asked.limit + 1])
    shown = found[: asked.limit]
    more = len(found) > asked.limit
    return Page(items=shape(shown), next=shown[-1].pk if more else None)


@endpoint(
    "persons", scope=Scope.PEOPLE, summary="自社の人の一覧", asks=shapes.People,
    answers=Page[shapes.Person],
)  # fmt: skip
def persons(*, key: ApiToken, asked: shapes.People, now: datetime) -> Page[shapes.Person]:
    rows = programs.own_people(key.company)
    if asked.number:
        rows = rows.filter(numbers__company=key.company, numbers__number=asked.number)
    return page_of(rows, asked, lambda people: people_as(people, company=key.company, now=now))


@endpoint(
    "persons/<str:code>", scope=Scope.PEOPLE, summary="自社の人ひとり",
    answers=shapes.Person, parameters={"code": str},
)  # fmt: skip
def person(*, key: ApiToken, asked: BaseModel, now: datetime, code: str) -> shapes.Person:  # noqa: ARG001
    return people_as([own_person(key.company, code)], company=key.company, now=now)[0]


@endpoint(
    "persons/<str:code>/appointments", scope=Scope.PEOPLE, asks=shapes.AsOf,
    summary="ある日の発令を、ある時に知られていたとおりに", answers=shapes.Posts,
    parameters={"code": str},
)  # fmt: skip
def appointments(*, key: ApiToken, asked: shapes.AsOf, now: datetime, code: str) -> shapes.Posts:
    known = asked.known or now
    terms = programs.posts_as_known(
        own_person(key.company, code), employer=key.company, on=asked.on, known=known
    )
    return shapes.Posts(
        code=code,
        on=asked.on,
        known=known,
        posts=[post_as(term, known_from=since, known_to=until) for term, since, until in terms],
    )


@endpoint(
    "systems", scope=Scope.SYSTEMS, summary="対象システムの一覧", asks=shapes.Pages,
    answers=Page[shapes.System],
)  # fmt: skip
def systems(*, key: ApiToken, asked: shapes.Pages, now: datetime) -> Page[shapes.System]:
    rows = programs.with_officers(programs.systems(key.company), company=key.company, now=now)
    return page_of(rows, asked, lambda found: [system_as(one) for one in found])


@endpoint(
    "accounts", scope=Scope.ACCOUNTS, asks=shapes.Accounts, answers=Page[shapes.Account],
    summary="アカウントの一覧（状態、理由、いつまで）",
)  # fmt: skip
def accounts(*, key: ApiToken, asked: shapes.Accounts, now: datetime) -> Page[shapes.Account]:
    rows = programs.accounts(key.company)
    if asked.system:
        rows = rows.filter(system__key=asked.system)
    if asked.person:
        rows = rows.filter(person__code=asked.person)
    if asked.open:
        rows = rows.filter(closed_at=None)
    return page_of(rows, asked, lambda found: accounts_as(found, company=key.company, now=now))


@endpoint(
    "accounts/<int:number>", scope=Scope.ACCOUNTS, answers=shapes.Account,
    summary="アカウントひとつ", parameters={"number": int},
)  # fmt: skip
def account(*, key: ApiToken, asked: BaseModel, now: datetime, number: int) -> shapes.Account:  # noqa: ARG001
    found = programs.accounts(key.company).filter(pk=number)
    return accounts_as([_only(found)], company=key.company, now=now)[0]


@endpoint(
    "pushes", scope=Scope.PUSHES, summary="反映の一覧", asks=shapes.Pushes,
    answers=Page[shapes.Push],
)  # fmt: skip
def pushes(*, key: ApiToken, asked: shapes.Pushes, now: datetime) -> Page[shapes.Push]:  # noqa: ARG001
    rows = programs.pushes(key.company)
    if asked.system:
        rows = rows.filter(account__system__key=asked.system)
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.account:
        rows = rows.filter(account=asked.account)
    return page_of(rows, asked, lambda found: [push_as(one) for one in found])


@endpoint(
    "reconciliations", scope=Scope.PUSHES, summary="突合の一覧（自社のシステム）",
    asks=shapes.Reconciliations, answers=Page[shapes.Reconciliation],
)  # fmt: skip
def reconciliations(
    *,
    key: ApiToken,
    asked: shapes.Reconciliations,
    now: datetime,  # noqa: ARG001
) -> Page[shapes.Reconciliation]:
    rows = programs.reconciliations(key.company)
    if asked.system:
        rows = rows.filter(target__system__key=asked.system)
    return page_of(rows, asked, lambda found: [reconciliation_as(one) for one in found])


@endpoint(
    "lag", scope=Scope.PUSHES, summary="発令日からの遅れ（システムごと）", asks=shapes.Between,
    answers=shapes.Lags,
)  # fmt: skip
def lag(*, key: ApiToken, asked: shapes.Between, now: datetime) -> shapes.Lags:
    found = programs.lags(key.company, since=asked.since, until=asked.until, now=now)
    return shapes.Lags(
        items=[
            shapes.Lag(
                system=one.system,
                movements=one.movements,
                verified=one.verified,
                waiting=one.waiting,
                on_time=one.on_time,
                median=one.median.total_seconds(),
                worst=one.worst.total_seconds(),
                worst_is_open=one.worst_is_open,
                news=one.shares.news.total_seconds(),
                ours=one.shares.ours.total_seconds(),
                target=one.shares.target.total_seconds(),
            )
            for one in found
        ]
    )


def own_person(company: Company, code: str) -> Person:
    return _only(programs.own_people(company).filter(code=code))


def _only(rows: QuerySet[M]) -> M:
    found = rows.first()
    if found is None:
        raise NotThere
    return found


def people_as(
    people: Collection[Person], *, company: Company, now: datetime
) -> list[shapes.Person]:
    """Return people of `company` as they are answered (three queries)."""
    keys = [one.pk for one in people]
    numbers = programs.numbers_of(keys, company)
    posts = programs.posts_in_force(keys, now=now, employer=company)
    stops: dict[int, list[shapes.Stop]] = defaultdict(list)
    for hold in programs.open_stops(keys):
        stops[hold.person_id or 0].append(stop_as(hold))
    return [
        shapes.Person(
            code=one.code,
            name=one.name,
            kana=one.kana,
            numbers=numbers.get(one.pk, []),
            in_post=bool(posts.get(one.pk)),
            posts=[post_as(t, known_from=t.known_from, known_to=None) for t in posts[one.pk]],
            stops=stops[one.pk],
        )
        for one in people
    ]


def accounts_as(
    found: Collection[Account], *, company: Company, now: datetime
) -> list[shapes.Account]:
    """Return IDs as they are answered (seven queries, however many there are)."""
    lives = lives_of(found)
    people = {one.person_id for one in found if one.person_id}
    own = programs.own_among(people, company)
    posts = programs.posts_in_force(people, now=now)
    stops: dict[tuple[str, int], list[shapes.Stop]] = defaultdict(list)
    for hold in programs.open_stops(own, [one.pk for one in found]):
        of = ("person", hold.person_id) if hold.person_id else ("account", hold.account_id)
        stops[of[0], of[1] or 0].append(stop_as(hold))
    answer = []
    for one in found:
        standing = life.standing(lives[one.pk], now)
        is_own = one.person_id is None or one.person_id in own
        veiled = not is_own and standing.state is life.State.STOPPED
        answer.append(
            shapes.Account(
                id=one.pk,
                code=one.code,
                system=one.system_id,
                works_for=one.works_for.code,
                kind=one.kind,
                holder=_holder(one, posts=posts.get(one.person_id or 0, ()), is_own=is_own),
                roles=list(one.roles),
                state=standing.state.value,
                lives=standing.lives,
                reason=STOPPED if veiled else standing.reason,
                remedy=REMEDY if veiled else standing.remedy,
                until=standing.until,
                issued_at=one.issued_at,
                last_used_at=one.last_used_at,
                ends_at=one.ends_at,
                closed_at=one.closed_at,
                stops=[*stops["account", one.pk], *stops["person", one.person_id or 0]],
            )
        )
    return answer


def _holder(account: Account, *, posts: Iterable[Any], is_own: bool) -> shapes.Holder | None:
    """Return whose an ID is; of another company's people only what is needed to reach them."""
    if account.person is None:
        return None
    term = next(
        (one for one in posts if one.appointment_id == account.appointment_id),
        next(iter(posts), None),
    )
    return shapes.Holder(
        code=account.person.code if is_own else None,
        name=account.person.name,
        company=term.appointment.employer.code if term else "",
        unit=term.unit.name if term else "",
        phone=account.person.phone,
        mail=account.person.mail,
    )


def post_as(term: programs.Term, *, known_from: datetime, known_to: datetime | None) -> shapes.Post:
    return shapes.Post(
        appointment=term.appointment_id,
        employer=term.appointment.employer.code,
        works_for=term.appointment.works_for.code,
        kind=term.appointment.kind,
        unit=term.unit.code,
        unit_name=term.unit.name,
        title=term.title,
        flags=sorted(term.flags),
        starts_at=term.valid.lower,
        ends_at=term.valid.upper,
        known_from=known_from,
        known_to=known_to,
    )


def stop_as(hold: Hold) -> shapes.Stop:
    return shapes.Stop(
        id=hold.pk,
        reason=hold.reason,
        word=str(Hold.Reason(hold.reason).label),
        starts_at=hold.starts_at,
    )


def system_as(system: System) -> shapes.System:
    officers: list[Officer] = system.answering  # type: ignore[attr-defined]  # prefetched
    return shapes.System(
        key=system.key,
        name=system.name,
        owner=system.owner.code if system.owner else None,
        state=system.state,
        controlled_by=list(system.controlled_by),
        data_classes=list(system.data_classes),
        dormancy_months=system.dormancy_months,
        device_bound=system.device_bound,
        sign_in_level=system.sign_in_level,
        log_source=system.log_source,
        log_retention_months=system.log_retention_months,
        officers=[
            shapes.Officer(
                role=one.role,
                company=one.company.code,
                name=one.appointment.person.name,
                ends_at=one.valid.upper,
            )
            for one in officers
        ],
    )


def push_as(push: Push) -> shapes.Push:
    return shapes.Push(
        id=push.pk,
        account=push.account_id,
        system=push.account.system_id,
        state=push.state,
        because=push.because,
        attempts=push.attempts,
        effective_at=push.effective_at,
        planned_at=push.planned_at,
        next_at=push.next_at,
        verified_at=push.verified_at,
        escalated_at=push.escalated_at,
        degraded=push.degraded,
        problem=push.problem,
    )


def reconciliation_as(one: Reconciliation) -> shapes.Reconciliation:
    return shapes.Reconciliation(
        id=one.pk,
        system=one.target.system.key,
        began_at=one.began_at,
        ended_at=one.ended_at,
        is_readable=one.is_readable,
        read=one.read,
        stated=one.stated,
        ours=one.ours,
        differences=len(one.differences),
        problem=one.problem,
    )
