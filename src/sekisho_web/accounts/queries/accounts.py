"""アカウント台帳: each ID with why it may live, or why not, and until when."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Prefetch, Q, QuerySet
from django.db.models.expressions import Combinable
from django.http import Http404

from sekisho.accounts.life import Standing, days_left, dormant_on, standing
from sekisho_web.accounts.models import (
    Account,
    AccountRequest,
    AccountReview,
    Hold,
    Officer,
    Push,
    System,
)
from sekisho_web.accounts.queries.scope import own_ids
from sekisho_web.accounts.queries.wanted import lives_of
from sekisho_web.accounts.signed_in import Hat

PAGE = 30
SORTS: Mapping[str, tuple[str, tuple[str | Combinable, ...]]] = {
    "code": ("ID", ("system_id", "code", "pk")),
    "used": ("最終利用が古い順", (F("last_used_at").asc(nulls_first=True), "pk")),
    "issued": ("発行が新しい順", ("-issued_at", "-pk")),
    "ends": ("期限が近い順", (F("ends_at").asc(nulls_last=True), "pk")),
}
ONLY: Mapping[str, tuple[str, Q]] = {
    "open": ("廃止していないもの", Q(closed_at=None)),
    "held": (
        "停止のあるもの",
        Q(closed_at=None)
        & (
            Q(pk__in=Hold.objects.filter(ends_at=None, account__isnull=False).values("account"))
            | Q(person__in=Hold.objects.filter(ends_at=None, person__isnull=False).values("person"))
        ),
    ),
    "unused": ("一度も使われていないもの", Q(closed_at=None, last_used_at=None)),
    "shared": ("共有ID", Q(closed_at=None, kind=Account.Kind.SHARED)),
    "temporary": ("一時ID", Q(closed_at=None, kind=Account.Kind.TEMPORARY)),
    "closed": ("廃止したもの", Q(closed_at__isnull=False)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One ID of the register."""

    account: Account
    standing: Standing
    dormant_on: date | None
    days_left: int | None  # until it falls dormant, where that is soon


def listed(
    hat: Hat, *, words: str = "", system: str = "", only: str = "open", sort: str = "code"
) -> QuerySet[Account]:
    """Return the IDs that the company of `hat` sees, narrowed and in order.

    words: part of the ID, or of the holder's name, kana or number.
    """
    found = Account.objects.filter(pk__in=Account.objects.filter(own_ids(hat)).values("pk"))
    found = found.filter(ONLY[only][1])
    if system:
        found = found.filter(system__key=system)
    if words:
        found = found.filter(
            Q(code__icontains=words)
            | Q(person__name__icontains=words)
            | Q(person__kana__icontains=words)
            | Q(person__code__iexact=words)
        )
    return found.select_related("system", "person", "works_for", "custodian").order_by(
        *SORTS[sort][1]
    )


def lines(accounts: Sequence[Account], *, now: datetime) -> list[Line]:
    """Return each ID with its standing (four queries, however many there are)."""
    lives = lives_of(accounts)
    return [
        Line(
            account=account,
            standing=standing(lives[account.pk], now),
            dormant_on=dormant_on(lives[account.pk]),
            days_left=days_left(lives[account.pk], now),
        )
        for account in accounts
    ]


def systems_seen(hat: Hat) -> QuerySet[System]:
    """Return the systems to choose from, by name."""
    return (
        System.objects.filter(accounts__in=Account.objects.filter(own_ids(hat)))
        .distinct()
        .order_by("name", "key")
    )


def one(hat: Hat, pk: int) -> Account:
    """Return an ID that the company of `hat` sees. Raise 404 for any other."""
    found = (
        Account.objects.filter(pk__in=Account.objects.filter(own_ids(hat)).values("pk"), pk=pk)
        .select_related(
            "system__owner", "person", "works_for", "custodian", "request", "appointment"
        )
        .first()
    )
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to an ID."""

    at: datetime
    words: str
    by: str = ""
    note: str = ""


def history(account: Account) -> list[Event]:
    """Return what happened to `account`, the last first (four queries)."""
    return sorted(_events(account), key=lambda event: event.at, reverse=True)


def _events(account: Account) -> Iterator[Event]:
    asked = (
        AccountRequest.objects.filter(account=account)
        .select_related("asked_by", "decided_by")
        .first()
    )
    if asked is not None:
        yield Event(at=asked.asked_at, words="申請", by=asked.asked_by.name, note=asked.purpose)
        if asked.decided_at is not None and asked.decided_by is not None:
            yield Event(
                at=asked.decided_at,
                words=str(asked.get_verdict_display()),
                by=asked.decided_by.name,
                note=asked.reason,
            )
    yield Event(at=account.issued_at, words="発行")
    if account.closed_at is not None:
        yield Event(at=account.closed_at, words="廃止")
    holds = Hold.objects.filter(
        Q(account=account) | (Q(person=account.person_id) & Q(person__isnull=False))
    ).select_related("placed_by", "lifted_by")
    for hold in holds:
        yield Event(
            at=hold.starts_at,
            words=f"停止（{hold.get_reason_display()}）",
            by=hold.placed_by.name if hold.placed_by else "規則",
            note=hold.note,
        )
        if hold.ends_at is not None:
            yield Event(
                at=hold.ends_at,
                words=f"停止の解除（{hold.get_reason_display()}）",
                by=hold.lifted_by.name if hold.lifted_by else "規則",
                note=hold.lift_note,
            )
    for review in AccountReview.objects.filter(account=account).select_related("answered_by"):
        yield Event(at=review.opened_at, words="棚卸しの開始")
        if review.answered_at is not None:
            yield Event(
                at=review.answered_at,
                words=f"棚卸しの答え（{review.get_answer_display()}）",
                by=review.answered_by.name if review.answered_by else "規則",
                note=review.note,
            )
    for push in Push.objects.filter(account=account, verified_at__isnull=False).order_by("-pk")[
        :20
    ]:
        yield Event(at=push.verified_at or push.planned_at, words="反映の確認", note=push.because)


def requests_waiting(hat: Hat) -> QuerySet[AccountRequest]:
    """Return the requests that wait to be decided or issued, the oldest first.

    Those for the systems of the company of `hat`, and those that its own officers asked for.
    """
    waiting = Q(verdict="") | Q(verdict=AccountRequest.Verdict.APPROVED, account=None)
    seen = Q(system__owner__code=hat.company_code) | Q(works_for__code=hat.company_code)
    return (
        AccountRequest.objects.filter(waiting & seen)
        .select_related("system", "person", "works_for", "unit", "asked_by", "decided_by")
        .order_by("asked_at", "pk")
    )


def request_of(hat: Hat, pk: int) -> AccountRequest:
    """Return a request that waits within the sight of `hat`. Raise 404 for any other."""
    found = requests_waiting(hat).select_related(
        "system__owner", "person", "works_for", "unit__company", "asked_by", "appointment"
    )
    asked = found.filter(pk=pk).first()
    if asked is None:
        raise Http404
    return asked


def systems_of_office(hat: Hat, *, now: datetime) -> QuerySet[System]:
    """Return the systems for which the hat worn may ask for IDs (利用責任者)."""
    offices = Officer.objects.filter(
        appointment=hat.post, role=Officer.Role.USE_OFFICER, valid_from__lte=now
    ).filter(Q(valid_to=None) | Q(valid_to__gt=now))
    return System.objects.filter(officers__in=offices).distinct().order_by("name", "key")


WITH_OFFICERS = Prefetch(
    "officers", Officer.objects.select_related("appointment__person", "company").order_by("pk")
)
