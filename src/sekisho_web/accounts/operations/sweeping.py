"""What time alone has changed is told to other systems: posts that end, IDs that fall dormant.

Whether an account may be used changes by itself at an instant; nobody waits for this sweep. It
only carries the answer outward: it looks for accounts whose wanted state is not the one that was
pushed last, so that a night without the provisioner is made up for when it comes back.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.db.models import Q

from sekisho.accounts.life import state_of
from sekisho.accounts.outward import from_json, is_the_same
from sekisho.accounts.wanted import AccountState
from sekisho.terms.days import day_in_japan
from sekisho_web.accounts.models import (
    Account,
    AccountReview,
    AppointmentTerm,
    Hold,
    Movement,
    Push,
)
from sekisho_web.accounts.operations.pushes import asked_of, plan_all
from sekisho_web.accounts.queries.wanted import lives_of, wanted_of

BATCH = 5_000
AT_ONCE = 500  # planned in one transaction: a stop of one of them waits no longer than for these
RECENT = timedelta(days=7)  # a closed account is looked at for so long


def sweep(*, now: datetime, since: datetime | None = None) -> int:
    """Plan what is not pushed as it is wanted at `now`, and return how many pushes were planned.

    since: only accounts that something happened to in `(since, now]` are looked at; None: all.
    """
    planned = 0
    for accounts in _batches(now=now, since=since):
        planned += _plan(accounts, now=now)
    return planned


def _plan(accounts: Collection[Account], *, now: datetime) -> int:
    lives = lives_of(accounts)
    states = wanted_of(accounts, now=now, lives=lives)
    last = _last_wanted(accounts)
    groups: dict[str, list[Account]] = {}
    for account in accounts:
        state = asked_of(account.system.target, states[account.pk])
        if state is None or not _differs(last.get(account.pk), state, account):
            continue
        word = state_of(lives[account.pk], now).value
        groups.setdefault(f"時刻の到来（{word}）", []).append(account)
    made = 0
    for because, group in groups.items():
        movements = _movements(group, states)
        for start in range(0, len(group), AT_ONCE):
            few = group[start : start + AT_ONCE]
            made += len(plan_all(few, because=because, now=now, movement=movements))
    return made


def _differs(last: AccountState | None, wanted: AccountState, account: Account) -> bool:
    if last is None:  # never pushed: what is usable stays as it is, what is stopped is made sure of
        return account.closed_at is None and not wanted.may_enter
    return not is_the_same(last, wanted)


def _last_wanted(accounts: Collection[Account]) -> dict[int, AccountState]:
    rows = (
        Push.objects.filter(account__in=[account.pk for account in accounts])
        .order_by("account", "-planned_at", "-pk")
        .distinct("account")
        .values_list("account", "wanted")
    )
    return {account: from_json(wanted) for account, wanted in rows}


def _movements(
    accounts: Collection[Account], states: dict[int, AccountState]
) -> dict[int, Movement]:
    """Return the movement of each person that took effect when the wanted state began."""
    begun = {
        (account.person_id, since)
        for account in accounts
        if (since := states[account.pk].since) is not None
    }
    found = Movement.objects.filter(
        person__in={person for person, _ in begun}, effective_at__in={since for _, since in begun}
    ).order_by("pk")
    return {one.person_id: one for one in found if (one.person_id, one.effective_at) in begun}


def _batches(*, now: datetime, since: datetime | None) -> Iterator[list[Account]]:
    every = (
        Account.objects.filter(system__target__enabled=True)
        .filter(Q(closed_at=None) | Q(closed_at__gt=now - RECENT))
        .select_related("system__target", "person")
        .order_by("pk")
    )
    if since is not None:
        every = every.filter(_touched(since, now))
    last = 0
    while batch := list(every.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        yield batch


def _touched(since: datetime, now: datetime) -> Q:
    """Return the condition that an instant which may change an account lies in `(since, now]`."""
    between = (since, now)

    def inside(field: str) -> Q:
        return Q(**{f"{field}__gt": between[0], f"{field}__lte": between[1]})

    terms = AppointmentTerm.objects.filter(inside("valid_to") | inside("valid_from"))
    held = Hold.objects.filter(inside("starts_at") | inside("ends_at"))
    touched = (
        Q(appointment__in=terms.values("appointment"))
        | inside("ends_at")
        | inside("closed_at")
        | Q(pk__in=held.filter(account__isnull=False).values("account"))
        | Q(person__in=held.filter(person__isnull=False).values("person"))
        | Q(reviews__in=AccountReview.objects.filter(inside("due_at"), answer=""))
    )
    if day_in_japan(since) != day_in_japan(now):
        # a month of silence has at least 28 days; whoever is longer silent may fall dormant today
        silent = now - timedelta(days=28)
        touched |= Q(issued_at__lte=silent) & (Q(last_used_at=None) | Q(last_used_at__lte=silent))
    return touched
