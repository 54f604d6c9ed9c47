"""What we want of accounts in other systems, from the facts as they stand (反映)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import Max, Q

from sekisho.accounts import life
from sekisho.accounts.outward import life_elsewhere
from sekisho.accounts.wanted import AccountFacts, AccountState, Profile, wanted
from sekisho.terms.periods import Period
from sekisho_web.accounts.models import Account, AccountReview, AppointmentTerm, Hold


def wanted_of(
    accounts: Collection[Account],
    *,
    now: datetime,
    lives: Mapping[int, life.Account] | None = None,
) -> dict[int, AccountState]:
    """Return what the targets of `accounts` should hold of each at `now`, by the account's key.

    Four queries, however many there are; system and person must be selected with the accounts.
    lives: what `lives_of` said of them, where it was asked already (no query then).
    """
    lives = lives_of(accounts) if lives is None else lives
    return {
        account.pk: wanted(_facts(account), life_elsewhere(lives[account.pk], now), now)
        for account in accounts
    }


def lives_of(accounts: Collection[Account]) -> dict[int, life.Account]:
    """Return the facts on which the life of each account rests (four queries)."""
    keys = [account.pk for account in accounts]
    people = {account.person_id for account in accounts if account.person_id}
    appointments = {account.appointment_id for account in accounts if account.appointment_id}
    by_account: dict[int, list[Period]] = {}
    by_person: dict[int, list[Period]] = {}
    for account, person, starts, ends, reason in Hold.objects.filter(
        Q(account__in=keys) | Q(person__in=people)
    ).values_list("account_id", "person_id", "starts_at", "ends_at", "reason"):
        holds = by_account if account else by_person
        holds.setdefault(account or person or 0, []).append(
            life.Stop(starts=starts, ends=ends, reason=str(Hold.Reason(reason).label))
        )
    posts: dict[int, list[Period]] = {}
    for appointment, starts, ends in (
        AppointmentTerm.objects.filter(appointment__in=appointments)
        .order_by("appointment", "valid_from")
        .values_list("appointment_id", "valid_from", "valid_to")
    ):
        posts.setdefault(appointment, []).append(Period(starts=starts, ends=ends))
    reviews = deadlines(keys)
    resumed = dict(
        Hold.objects.filter(account__in=keys, reason=Hold.Reason.DORMANT, ends_at__isnull=False)
        .values("account")
        .annotate(at=Max("ends_at"))
        .values_list("account", "at")
    )
    return {
        account.pk: life.Account(
            issued_at=account.issued_at,
            last_used_at=account.last_used_at,
            resumed_at=resumed.get(account.pk),
            closed_at=account.closed_at,
            ends_at=account.ends_at,
            review_due_at=reviews.get(account.pk),
            holds=(
                *by_account.get(account.pk, ()),
                *by_person.get(account.person_id or 0, ()),
            ),
            post=_post(account, posts),
            dormancy_months=account.system.dormancy_months,
        )
        for account in accounts
    }


def deadlines(keys: Collection[int]) -> dict[int, datetime]:
    """Return when silence about each ID stops it (one query).

    The deadline of a review that nobody answered yet, or the day until which the last answer
    kept it: without another answer it does not go on.
    """
    due: dict[int, datetime] = {}
    last: dict[int, datetime | None] = {}
    for account, answer, due_at, keep_until in (
        AccountReview.objects.filter(account__in=keys)
        .order_by("account", "answered_at")
        .values_list("account", "answer", "due_at", "keep_until")
    ):
        if answer:
            last[account] = keep_until
        else:
            due[account] = min(due_at, due.get(account, due_at))
    for account, until in last.items():
        if until is not None:
            due[account] = min(until, due.get(account, until))
    return due


def _post(account: Account, posts: Mapping[int, Iterable[Period]]) -> Period | None:
    """Return the post that an account rests on; what rests on none runs with its own end."""
    if account.appointment_id is None:
        return Period(starts=account.issued_at) if account.person_id is None else None
    terms = list(posts.get(account.appointment_id, ()))
    if not terms:
        return None
    ends = [term.ends for term in terms]
    return Period(starts=terms[0].starts, ends=None if None in ends else max(filter(None, ends)))


def _facts(account: Account) -> AccountFacts:
    person = account.person
    family, _, given = (person.name if person else account.code).partition(" ")
    return AccountFacts(
        issued=account.issued_at is not None,
        closed=account.closed_at is not None,
        roles=frozenset(account.roles),
        profile=Profile(
            key=f"sekisho-{account.pk}",
            login=account.code,
            family_name=family,
            given_name=given,
            mail=person.mail if person else "",
            phone=person.phone if person else "",
        ),
    )
