"""The combinations that people have now: what is certain of them before they look at anything."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from sekisho.accounts.life import Account as Life
from sekisho.policy import derive
from sekisho.policy.attributes import (
    ACCOUNT_STATE,
    APPROVAL,
    CIRCUMSTANCE,
    PURPOSE,
    TERMINAL,
    VIEWER_CLASS,
    Attribute,
)
from sekisho.policy.derive import LENT, RequestFacts, derive_request
from sekisho.terms.periods import Period
from sekisho_web.accounts.models import Account, AppointmentTerm
from sekisho_web.accounts.queries.wanted import lives_of
from sekisho_web.accounts.signed_in import viewer_of
from sekisho_web.grants.models import Emergency, Grant, Supporter
from sekisho_web.terminals.models import Loan

Combination = tuple[str, frozenset[tuple[str, str]]]  # system, the values that are certain
# The terminal and the circumstance are the request's; a loan and the want of any emergency are
# known before it.
NONE: tuple[None] = (None,)  # no grant: 承認 is なし
_VIEWERS = (VIEWER_CLASS, APPROVAL, ACCOUNT_STATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """How many people hold a post now, and how many of them have each combination."""

    count: int
    combinations: Mapping[Combination, int]


def people(*, now: datetime, attributes: Mapping[str, Attribute]) -> People:
    """Return the combinations of everybody who holds a post at `now` (ten queries).

    One for each grant in force and each account without any, under the usual hat, and under the
    relief hat where the person stands on a roster. An attribute that is not certain is left out.
    """
    posts: dict[int | None, list[AppointmentTerm]] = defaultdict(list)
    terms = AppointmentTerm.objects.in_force(now=now).select_related("unit__company")
    for post in terms.order_by("pk"):
        posts[post.person_id].append(post)
    known = _Known(now=now, attributes=attributes)
    counted: dict[Combination, set[int | None]] = defaultdict(set)
    accounts = [account for account in _accounts(now) if account.person_id in posts]
    lives = lives_of(accounts)
    for account in accounts:
        held = posts[account.person_id]
        for values in known.values(account, held, life=lives[account.pk]):
            counted[account.system_id, frozenset(values.items())].add(account.person_id)
    return People(
        count=len(posts), combinations=Counter({key: len(who) for key, who in counted.items()})
    )


class _Known:
    """The facts of everybody at one moment, read once."""

    def __init__(self, *, now: datetime, attributes: Mapping[str, Attribute]) -> None:
        self._now = now
        self._attributes = attributes
        self._grants: dict[tuple[Any, str], list[Grant]] = defaultdict(list)
        for grant in Grant.objects.usable(now=now).order_by("pk"):
            self._grants[grant.person_id, grant.system].append(grant)
        self._rosters = _by_person(
            (line.person_id, Period(starts=line.starts_at, ends=line.ends_at))
            for line in Supporter.objects.filter(starts_at__lte=now, ends_at__gt=now).order_by("pk")
        )
        lent = Loan.objects.filter(starts_at__lte=now).filter(Q(ends_at=None) | Q(ends_at__gt=now))
        self._borrowers = set(lent.values_list("person_id", flat=True))
        self._is_calm = not Emergency.objects.filter(starts_at__lte=now, ends_at__gt=now).exists()

    def values(
        self, account: Account, posts: list[AppointmentTerm], *, life: Life
    ) -> Iterator[dict[str, str]]:
        """Yield the combinations of one account, and its life, of somebody who holds `posts`."""
        person = account.person_id
        held = tuple(
            derive.Post(
                viewer_class=viewer.name if (viewer := viewer_of(post)) else None,
                period=Period(starts=post.valid_from, ends=post.valid_to),
            )
            for post in posts
        )
        rosters = tuple(self._rosters.get(person, ()))
        for hat in (False, True) if rosters else (False,):
            for grant in self._grants.get((person, account.system_id)) or NONE:
                facts = RequestFacts(
                    posts=held,
                    relief=rosters,
                    relief_hat=hat,
                    grant=_grant(grant),
                    account=life,
                )
                derived = derive_request(facts, self._now, attributes=self._attributes)
                values = {name: derived[name] for name in _VIEWERS if name in derived}
                if grant is not None:
                    values[PURPOSE] = grant.purpose
                if self._is_calm:
                    values[CIRCUMSTANCE] = "平常"
                yield values
                if person in self._borrowers:
                    yield {**values, TERMINAL: LENT}


def _accounts(now: datetime) -> list[Account]:
    return list(
        Account.objects.filter(person__isnull=False)
        .filter(Q(closed_at=None) | Q(closed_at__gt=now))
        .select_related("system")
        .order_by("pk")
    )


def _grant(grant: Grant | None) -> derive.Grant | None:
    if grant is None:
        return None
    return derive.Grant(
        kind=grant.kind,
        period=Period(starts=grant.valid_from, ends=grant.valid_to),
        revoked_at=grant.revoked_at,
    )


def _by_person(pairs: Iterator[tuple[int, Period]]) -> dict[int | None, list[Period]]:
    found: dict[int | None, list[Period]] = defaultdict(list)
    for person, period in pairs:
        found[person].append(period)
    return found
