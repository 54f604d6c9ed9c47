"""What the lines of a foreign system are laid beside: as it was known then, or is known now."""

import hashlib
import json
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from django.db.models import Q

from sekisho.grants.reconciling import facts as rule
from sekisho.grants.reconciling.facts import NEVER, moment
from sekisho.grants.reconciling.places import Range, places
from sekisho_web.accounts.models import (
    Account,
    AppointmentPast,
    AppointmentTerm,
    Company,
    Hold,
    System,
)
from sekisho_web.grants.models import ForeignLine, ForeignLog, Grant, Use
from sekisho_web.terminals.models import Sighting, Site

MARGIN = timedelta(days=1)  # around the days of a log, for clocks that differ
SEEN = timedelta(minutes=2)  # nobody is at another site so soon before or after
FACILITY = "facility"  # the references that a log can be compared with
ON_LEAVE = "on_leave"
WITHOUT_POST = frozenset({Account.Kind.SERVICE, Account.Kind.SHARED})

Span = tuple[int, int]
T = TypeVar("T", rule.Life, rule.Stop, rule.Away, rule.Grant, rule.Use)


class Row(NamedTuple):
    """What a run needs of a line; whole records of a million lines would fill the memory."""

    pk: int
    no: int
    code: str
    at: datetime | None
    until: datetime | None
    thing: str
    address: str
    device: str


def rows_of(log: ForeignLog) -> list[Row]:
    """Return the lines of a log, in their order (one query)."""
    found = ForeignLine.objects.filter(log=log).order_by("no")
    return list(map(Row._make, found.values_list(*Row._fields)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """lines: as the rule takes them, numbered by the key of their rows. digest: of the facts.

    uses: the uses that were really begun; grants without uses of their own are used as a whole.
    """

    facts: rule.Facts
    lines: Sequence[rule.Line]
    uses: Sequence[rule.Use]
    digest: str
    places_judged: bool


def known(
    system: System,
    read: Sequence[Row],
    *,
    starts: datetime,
    ends: datetime,
    known_at: datetime,
) -> Known:
    """Return what was known at `known_at` of a system, for lines from `starts` to `ends`.

    A fixed number of queries, whatever the number of lines.
    """
    accounts = list(
        Account.objects.filter(system=system, issued_at__lte=max(known_at, ends))
        .select_related("works_for")
        .order_by("pk")
    )
    posts, leaves = _posts(accounts, known_at=known_at)
    grants, of_grants = _grants(system, accounts, starts - MARGIN, ends + MARGIN, known_at=known_at)
    uses = list(_uses(grants, of_grants))
    whole = [
        rule.Use(f"z{grant.pk}", str(grant.pk), one.account, one.starts, one.ends)
        for grant in grants
        if grant.uses_max is None
        for one in of_grants[grant.pk]
    ]
    lines, where = _lines(read, accounts)
    seen = {line.account for line in lines}
    window = moment(starts - MARGIN), moment(ends + MARGIN)
    away = [
        *(
            rule.Away(code_of(account.code), *span)
            for account in accounts
            for span in leaves.get(account.person_id or 0, ())
        ),
        *_elsewhere(accounts, starts - MARGIN, ends + MARGIN, known_at=known_at),
    ]
    facts = rule.Facts(
        accounts=sorted({code_of(account.code) for account in accounts} & seen),
        lives=_cut(_lives(accounts, posts, known_at=known_at), seen, window),
        stops=_cut(_stops(accounts, known_at=known_at), seen, window),
        away=_cut(away, seen, window),
        grants=_cut((one for found in of_grants.values() for one in found), seen, window),
        uses=[*uses, *_cut(whole, seen, window)],
        references=list(_references(grants, uses)),
        places=where,
    )
    return Known(
        facts=facts, lines=lines, uses=uses, digest=_digest(facts), places_judged=bool(where)
    )


def _cut(rows: Iterable[T], seen: Collection[str], window: Span) -> list[T]:
    """Return what lies in the days of the log, about the IDs in it.

    Facts of other days or IDs can change no class; without them, news of today leave the digest
    of an old log as it was.
    """
    first, last = window
    return [
        row._replace(starts=max(row.starts, first), ends=min(row.ends, last))
        for row in rows
        if row.account in seen and row.starts < last and row.ends > first
    ]


def code_of(text: str) -> str:
    """Return the ID as logs are compared with it: in one width and case."""
    return unicodedata.normalize("NFKC", text).strip().upper()


def uses_between(system: System, *, starts: datetime, ends: datetime) -> Sequence[rule.Use]:
    """Return the uses that were begun in a period, as the rule sees them."""
    accounts = list(Account.objects.filter(system=system).select_related("works_for"))
    grants, of_grants = _grants(system, accounts, starts, ends, known_at=ends)
    return [one for one in _uses(grants, of_grants) if moment(starts) <= one.starts < moment(ends)]


def _posts(
    accounts: Sequence[Account], *, known_at: datetime
) -> tuple[Mapping[int, list[Span]], Mapping[int, list[Span]]]:
    """Return the posts of appointments, and the leaves of people, as they were believed then."""
    people = {account.person_id for account in accounts if account.person_id}
    fields = ("appointment_id", "person_id", "flags", "valid_from", "valid_to")
    believed = AppointmentTerm.objects.filter(person__in=people, known_from__lte=known_at)
    past = AppointmentPast.objects.filter(person__in=people, known__contains=known_at)
    posts: dict[int, list[Span]] = defaultdict(list)
    leaves: dict[int, list[Span]] = defaultdict(list)
    for rows in (believed, past):
        for appointment, person, flags, begins, until in rows.values_list(*fields):
            span = (moment(begins) if begins else 0, moment(until) if until else NEVER)
            posts[appointment].append(span)
            if ON_LEAVE in flags:
                leaves[person].append(span)
    return posts, leaves


def _lives(
    accounts: Sequence[Account], posts: Mapping[int, list[Span]], *, known_at: datetime
) -> Iterator[rule.Life]:
    """Yield when each account was open: issued, not closed, not over, and its post held."""
    for account in accounts:
        closed = account.closed_at if account.closed_at and account.closed_at <= known_at else None
        over = min((at for at in (closed, account.ends_at) if at is not None), default=None)
        first, last = moment(account.issued_at), moment(over) if over else NEVER
        held: Sequence[Span] = posts.get(account.appointment_id or 0, ())
        if account.kind in WITHOUT_POST:
            held = [(0, NEVER)]
        for begins, until in held:
            if max(first, begins) < min(last, until):
                yield rule.Life(code_of(account.code), max(first, begins), min(last, until))


def _elsewhere(
    accounts: Sequence[Account], starts: datetime, ends: datetime, *, known_at: datetime
) -> Iterator[rule.Away]:
    """Yield where the holders were seen by their terminals, around the moment they were seen."""
    of_person: dict[int, list[str]] = defaultdict(list)
    for account in accounts:
        if account.person_id:
            of_person[account.person_id].append(code_of(account.code))
    rows = Sighting.objects.filter(
        person__in=of_person,
        site__isnull=False,
        last_at__gte=starts,
        last_at__lt=min(ends, known_at),
    ).order_by("pk")
    for person, at, site in rows.values_list("person_id", "last_at", "site__code"):
        for code in of_person[person or 0]:
            yield rule.Away(code, moment(at - SEEN), moment(at + SEEN), site)


def _stops(accounts: Sequence[Account], *, known_at: datetime) -> Iterator[rule.Stop]:
    of_person: dict[int, list[str]] = defaultdict(list)
    of_account = {account.pk: code_of(account.code) for account in accounts}
    for account in accounts:
        if account.person_id:
            of_person[account.person_id].append(code_of(account.code))
    rows = Hold.objects.filter(
        Q(account__in=of_account) | Q(person__in=of_person), starts_at__lte=known_at
    ).order_by("pk")
    for account_id, person, begins, until in rows.values_list(
        "account_id", "person_id", "starts_at", "ends_at"
    ):
        ends = moment(until) if until and until <= known_at else NEVER
        codes = [of_account[account_id]] if account_id else of_person.get(person or 0, [])
        for code in codes:
            if moment(begins) < ends:
                yield rule.Stop(code, moment(begins), ends)


def _grants(
    system: System,
    accounts: Sequence[Account],
    starts: datetime,
    ends: datetime,
    *,
    known_at: datetime,
) -> tuple[list[Grant], dict[int, list[rule.Grant]]]:
    """Return the grants of a period that were decided by then, and each on its account.

    A grant that names no account is on each account of its person for that company.
    """
    by_holder: dict[tuple[int | None, int], list[str]] = defaultdict(list)
    by_key = {account.pk: code_of(account.code) for account in accounts}
    for account in accounts:
        by_holder[account.person_id, account.works_for_id].append(code_of(account.code))
    found = list(
        Grant.objects.filter(system=system.key, valid_from__lt=ends, valid_to__gt=starts)
        .filter(Q(request=None) | Q(request__settled_at__lte=known_at))
        .select_related("request")
        .order_by("pk")
    )
    of_grants: dict[int, list[rule.Grant]] = {}
    for grant in found:
        revoked = grant.revoked_at if grant.revoked_at and grant.revoked_at <= known_at else None
        until = min(grant.valid_to, revoked or grant.valid_to)
        codes = (
            [by_key[grant.account_id]]
            if grant.account_id in by_key
            else by_holder.get((grant.person_id, grant.works_for_id), [])
        )
        of_grants[grant.pk] = [
            rule.Grant(
                str(grant.pk), code, moment(grant.valid_from), moment(until), grant.uses_max or 0
            )
            for code in codes
            if until > grant.valid_from
        ]
    return found, of_grants


def _uses(grants: Sequence[Grant], of_grants: Mapping[int, list[rule.Grant]]) -> Iterator[rule.Use]:
    rows = Use.objects.filter(grant__in=[grant.pk for grant in grants]).order_by("pk")
    for key, grant, began, over in rows.values_list("pk", "grant_id", "began_at", "ends_at"):
        for one in of_grants[grant]:
            yield rule.Use(f"u{key}", str(grant), one.account, moment(began), moment(over))


def _references(grants: Sequence[Grant], uses: Sequence[rule.Use]) -> Iterator[rule.Reference]:
    """Yield the facilities that each use was approved for."""
    objects = {str(grant.pk): _objects(grant) for grant in grants}
    for use in uses:
        for one in sorted(objects[use.grant]):
            yield rule.Reference(use.use, one)


def _objects(grant: Grant) -> set[str]:
    found = set(grant.scope_records)
    if grant.request is not None:
        said = json.loads(bytes(grant.request.body)).get("reference", [])
        found |= {one["no"] for one in said if one.get("kind") == FACILITY}
    return {code_of(one) for one in found}


def _lines(
    read: Sequence[Row], accounts: Sequence[Account]
) -> tuple[list[rule.Line], Sequence[rule.Place]]:
    """Return the lines as the rule takes them, and where their addresses are.

    An address is judged by the sites of the company for which the account works: the same one
    may be right for one and wrong for another. A record by hand has a beginning and an end.
    """
    companies = {code_of(account.code): account.works_for_id for account in accounts}
    ranges = _ranges(set(companies.values()))
    lines: list[rule.Line] = []
    asked: dict[int, set[str]] = defaultdict(set)
    for row in read:
        company = companies.get(row.code)
        address = ""
        if company is not None and company in ranges and row.address:
            address = f"{company}|{row.address}"
            asked[company].add(row.address)
        if row.at is None:
            continue
        ends = [row.until - timedelta(microseconds=1)] if row.until else []
        for n, at in enumerate([row.at, *ends]):
            lines.append(
                rule.Line(2 * row.pk + n, row.code, moment(at), row.thing, address, row.device)
            )
    where = [
        place._replace(ip=f"{company}|{place.ip}")
        for company, addresses in asked.items()
        for place in places(addresses, ranges[company])
    ]
    return lines, where


def _ranges(companies: set[int]) -> Mapping[int, Sequence[Range]]:
    """Return the ranges of addresses as each company sees them; none where it has none itself.

    What counts is whose people work there: a contractor's also where the principal's do.
    """
    rows = [
        (staff, site, network)
        for staff, site, networks in Site.objects.order_by("pk").values_list(
            "staff_id", "code", "networks"
        )
        for network in networks
    ]
    principals = dict(Company.objects.filter(pk__in=companies).values_list("pk", "principal_id"))
    return {
        company: [
            Range(network=network, site=site, ours=owner in (company, principals.get(company)))
            for owner, site, network in rows
        ]
        for company in companies
        if any(owner in (company, principals.get(company)) for owner, _, _ in rows)
    }


def _digest(facts: rule.Facts) -> str:
    """Return the hash of all facts, so that two runs over the same ones can be told."""
    said = {name: [list(row) if isinstance(row, tuple) else row for row in getattr(facts, name)]
            for name in facts.__slots__}  # fmt: skip
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
