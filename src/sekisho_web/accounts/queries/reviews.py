"""What a review of rights (権限棚卸) reads: who is reviewed, by whom, on what evidence."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, Sum

from sekisho.accounts import life
from sekisho.accounts import reviews as rules
from sekisho.accounts.issuing import OF_THE_OWNER, USE_OFFICER
from sekisho.terms.days import day_in_japan, months_on
from sekisho.terms.periods import Period
from sekisho_web.accounts.models import (
    Account,
    AccountReview,
    AccountUse,
    AppointmentTerm,
    Hold,
    Officer,
    Push,
    in_force,
)
from sekisho_web.accounts.queries.wanted import lives_of
from sekisho_web.frame.follows import ask

PAGE = 30


def population(systems: Collection[str]) -> list[Account]:
    """Return the open IDs of `systems` that have no open review (one query)."""
    return list(
        Account.objects.filter(system__key__in=systems, closed_at=None)
        .exclude(reviews__answer="")
        .select_related("system", "person", "custodian")
        .order_by("pk")
    )


def assignees(accounts: Sequence[Account], *, now: datetime) -> Mapping[int, int | None]:
    """Return who answers for each ID, or None where nobody can (three queries).

    The use officers of the holder's company, then the system's own, then the second line.
    """
    offices: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for key, role, company, person in (
        Officer.objects.filter(in_force(now), system__in={a.system.pk for a in accounts})
        .order_by("pk")
        .values_list("system__key", "role", "company", "appointment__person")
    ):
        offices[key, role].append((company, person))
    second = list(
        AppointmentTerm.objects.in_force(now=now)
        .filter(unit__line=2, unit__company__kind="network")
        .order_by("pk")
        .values_list("person_id", flat=True)[:10]
    )
    barred = {
        str(person)
        for person in Hold.objects.filter(
            in_force(now, starts="starts_at", ends="ends_at"), person__isnull=False
        ).values_list("person_id", flat=True)
    }
    found: dict[int, int | None] = {}
    for account in accounts:
        near = [
            str(person)
            for company, person in offices[account.system_id, USE_OFFICER]
            if company == account.works_for_id
        ]
        own = [str(p) for role in sorted(OF_THE_OWNER) for _, p in offices[account.system_id, role]]
        who = rules.review_assignee(
            holder=str(account.person_id) if account.person_id else None,
            superiors=near,
            officers=own,
            substitutes=[str(one) for one in second],
            barred=barred,
        )
        found[account.pk] = int(who) if who else None
    return found


def evidence(accounts: Sequence[Account], *, as_of: datetime) -> Mapping[int, rules.Evidence]:
    """Return the evidence of each ID (nine queries, however many there are)."""
    keys = [account.pk for account in accounts]
    people = {account.person_id for account in accounts if account.person_id}
    today = day_in_japan(as_of)
    counted: dict[int, Mapping[str, Any]] = {
        row["account"]: dict(row)
        for row in AccountUse.objects.filter(
            account__in=keys, day__gte=months_on(today, -rules.MOST_MONTHS), day__lte=today
        )
        .values("account")
        .annotate(n=Sum("uses"), off=Sum("off_hours"))
    }
    posts: dict[int, list[Period]] = defaultdict(list)
    for person, starts, ends in AppointmentTerm.objects.filter(person__in=people).values_list(
        "person_id", "valid_from", "valid_to"
    ):
        posts[person].append(Period(starts=starts, ends=ends))
    states = {
        account: Push.State(state).label
        for account, state in Push.objects.filter(account__in=keys)
        .order_by("account", "-planned_at", "-pk")
        .distinct("account")
        .values_list("account", "state")
    }
    granted: dict[int, list[str]] = defaultdict(list)
    for told in ask("grants_of", accounts=list(accounts), at=as_of):
        for account, words in told:
            granted[account].append(words)
    lives = lives_of(accounts)
    return {
        account.pk: rules.review_facts(
            account=f"{account.system_id} {account.code}",
            as_of=as_of,
            last_used_at=account.last_used_at,
            uses=counted.get(account.pk, {}).get("n") or 0,
            off_hours=counted.get(account.pk, {}).get("off") or 0,
            posts=posts[account.person_id or 0],
            dormant_on=day.isoformat() if (day := life.dormant_on(lives[account.pk])) else None,
            is_shared=account.kind == Account.Kind.SHARED,
            grants=granted[account.pk],
            target=str(states.get(account.pk, "")),
        )
        for account in accounts
    }


def listed(*, scope: Q, mine: int | None, done: bool) -> QuerySet[AccountReview]:
    """Return the reviews within `scope`, the soonest deadline first."""
    found = AccountReview.objects.filter(scope)
    if mine is not None:
        found = found.filter(assignee=mine)
    found = found.exclude(answer="") if done else found.filter(answer="")
    return found.select_related(
        "account__system", "account__person", "assignee", "answered_by"
    ).order_by("-due_at" if done else "due_at", "pk")
