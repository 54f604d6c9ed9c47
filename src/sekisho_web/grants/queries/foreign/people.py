"""Who answers for a foreign system and who uses it, and who may reach it at this moment."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from sekisho.campaigns.pledges import STATE_WORDS, State, pledge_state
from sekisho.grants.allow_list import Allowed
from sekisho_web.accounts.models import (
    Account,
    AppointmentTerm,
    Hold,
    Officer,
    Person,
    System,
    in_force,
)
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.campaigns.queries import pledges
from sekisho_web.grants.models import Grant, Use

PROXY = "webproxy"  # the system whose IDs the company's web proxy knows
PLEDGE = "ministry_system_user"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One ID with the attributes that are registered with it (利用者の属性)."""

    account: Account
    unit: str
    title: str
    purpose: str
    state: str
    is_bad: bool
    grants: int
    pledge: str


def officers(system: System, *, now: datetime) -> Sequence[Officer]:
    """Return who answers for a system now, by role (one query)."""
    found = Officer.objects.filter(in_force(now), system=system)
    return list(
        found.select_related("company", "appointment__person").order_by(
            "role", "company__code", "pk"
        )
    )


def users(system: System, hat: Hat, *, now: datetime) -> Sequence[User]:
    """Return the IDs of the people who work for the company of `hat` (six queries)."""
    accounts = list(
        Account.objects.filter(system=system, works_for__code=hat.company_code)
        .select_related("person", "works_for", "request", "custodian")
        .order_by(F("closed_at").desc(nulls_first=True), "code")
    )
    people = [account.person_id for account in accounts if account.person_id]
    posts = _posts(people, now=now)
    held = set(
        Hold.objects.filter(
            Q(account__in=[account.pk for account in accounts]) | Q(person__in=people),
            in_force(now, starts="starts_at", ends="ends_at"),
        ).values_list("account_id", "person_id")
    )
    grants: Mapping[int, int] = dict(
        Grant.objects.usable(now=now)
        .filter(system=system.key, person__in=people)
        .values_list("person")
        .annotate(n=Count("pk"))
    )
    signed = pledges.every_pledge(people)
    pledged = {
        account.pk: pledge_state(
            signed[account.person_id],
            template=PLEDGE,
            subject=f"{system.key} {account.code}",
            at=now,
        )
        for account in accounts
        if account.person_id
    }
    return [_user(account, posts, held, grants, pledged, now=now) for account in accounts]


def _user(
    account: Account,
    posts: Mapping[int, AppointmentTerm],
    held: Collection[tuple[int | None, int | None]],
    grants: Mapping[int, int],
    pledged: Mapping[int, State],
    *,
    now: datetime,
) -> User:
    person = account.person_id or 0
    post = posts.get(person)
    stopped = any(one == account.pk or (who is not None and who == person) for one, who in held)
    state = (
        "廃止"
        if account.closed_at is not None and account.closed_at <= now
        else "停止"
        if stopped
        else "発令なし"
        if post is None and account.person_id
        else "有効"
    )
    return User(
        account=account,
        unit=post.unit.name if post else "",
        title=post.title if post else "",
        purpose=account.request.purpose if account.request else account.reason,
        state=state,
        is_bad=state == "発令なし" or account.kind == Account.Kind.SHARED,
        grants=grants.get(person, 0),
        pledge=STATE_WORDS[pledged[account.pk]] if account.pk in pledged else "－",
    )


def _posts(people: Sequence[int], *, now: datetime) -> Mapping[int, AppointmentTerm]:
    found = AppointmentTerm.objects.in_force(now=now).filter(person__in=people)
    return {post.person_id: post for post in found.select_related("unit").order_by("-pk")}


def allowed(system: System, hat: Hat | None, *, now: datetime) -> Sequence[Allowed]:
    """Return who may reach a system now: with a grant that runs and is not used up (two queries).

    hat: only the people who work for its company; None: everybody. A person is named by their ID
    at the web proxy, or else by their number.
    """
    grants = Grant.objects.usable(now=now).filter(system=system.key)
    if hat is not None:
        grants = grants.filter(works_for__code=hat.company_code)
    usable = list(grants.filter(_not_used_up(now)).select_related("person").order_by("pk"))
    names = _names([one.person for one in usable])
    return [
        Allowed(
            name=names[one.person_id],
            until=min(one.valid_to, one.revoked_at or one.valid_to),
            grant=one.code,
        )
        for one in usable
    ]


def _not_used_up(now: datetime) -> Q:
    """Return the condition of grants that may still be used: a use runs, or another may begin."""
    of_grant = Use.objects.filter(grant=OuterRef("pk"))
    begun = of_grant.order_by().values("grant").annotate(n=Count("pk")).values("n")
    return (
        Q(uses_max=None)
        | Exists(of_grant.filter(in_force(now, starts="began_at", ends="ends_at")))
        | Q(uses_max__gt=Coalesce(Subquery(begun), 0))
    )


def _names(people: Sequence[Person]) -> Mapping[int, str]:
    known = dict(
        Account.objects.filter(system__key=PROXY, closed_at=None, person__in=people).values_list(
            "person_id", "code"
        )
    )
    return {person.pk: known.get(person.pk, person.code) for person in people}
