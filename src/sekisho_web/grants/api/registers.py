"""Requests, grants and emergencies, read by a program of the company that they are about."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone
from pydantic import BaseModel

from sekisho.accounts.keys import Scope
from sekisho.grants import uses
from sekisho.grants.policies import Party
from sekisho_web.accounts.api.endpoints import API, NotThere, endpoint
from sekisho_web.accounts.api.registers import page_of
from sekisho_web.accounts.api.shapes import Page
from sekisho_web.accounts.models import ApiToken, Company, Officer, System, in_force
from sekisho_web.accounts.queries.programs import own_among, own_people
from sekisho_web.grants.api import shapes
from sekisho_web.grants.models import Emergency, Grant, Request, Use
from sekisho_web.grants.queries import emergencies as running
from sekisho_web.grants.queries import grants as held
from sekisho_web.grants.queries.organisations import OUTSIDE

ROOT = f"{API}grants/"
WATCHERS = (Officer.Role.SYSTEM_OFFICER, Officer.Role.DEPUTY)


@endpoint(
    "requests", root=ROOT, scope=Scope.GRANTS, summary="利用申請の一覧", asks=shapes.Requests,
    answers=Page[shapes.Request],
)  # fmt: skip
def requests(*, key: ApiToken, asked: shapes.Requests, now: datetime) -> Page[shapes.Request]:
    rows = _requests(key.company)
    if asked.system:
        rows = rows.filter(system__key=asked.system)
    if asked.person:
        rows = rows.filter(asked_by__in=own_people(key.company).filter(code=asked.person))
    if asked.open:
        rows = rows.filter(outcome="", due_at__gt=now)
    return page_of(rows, asked, lambda found: requests_as(found, company=key.company, now=now))


@endpoint(
    "requests/<str:code>", root=ROOT, scope=Scope.GRANTS,
    summary="利用申請ひとつ（答えを待つ間、尋ね直す）",
    answers=shapes.Request, parameters={"code": str},
)  # fmt: skip
def request(*, key: ApiToken, asked: BaseModel, now: datetime, code: str) -> shapes.Request:  # noqa: ARG001
    found = _requests(key.company).filter(code=code).first()
    if found is None:
        raise NotThere
    return requests_as([found], company=key.company, now=now)[0]


@endpoint(
    "grants", root=ROOT, scope=Scope.GRANTS, summary="利用許可の一覧", asks=shapes.Grants,
    answers=Page[shapes.Grant],
)  # fmt: skip
def grants(*, key: ApiToken, asked: shapes.Grants, now: datetime) -> Page[shapes.Grant]:
    rows = _grants(key.company)
    if asked.system:
        rows = rows.filter(system=asked.system)
    if asked.person:
        rows = rows.filter(person__in=own_people(key.company).filter(code=asked.person))
    if asked.usable:
        usable = Grant.objects.usable(now=now)
        rows = rows.filter(pk__in=usable.values("pk"))
    return page_of(rows, asked, lambda found: grants_as(found, company=key.company, now=now))


@endpoint(
    "grants/<str:code>", root=ROOT, scope=Scope.GRANTS, summary="利用許可ひとつ",
    answers=shapes.Grant, parameters={"code": str},
)  # fmt: skip
def grant(*, key: ApiToken, asked: BaseModel, now: datetime, code: str) -> shapes.Grant:  # noqa: ARG001
    found = _grants(key.company).filter(code=code).first()
    if found is None:
        raise NotThere
    return grants_as([found], company=key.company, now=now)[0]


@endpoint(
    "emergencies", root=ROOT, scope=Scope.GRANTS,
    summary="自社が発動する非常災害、暫定利用、訓練の一覧",
    asks=shapes.Emergencies, answers=Page[shapes.Emergency],
)  # fmt: skip
def emergencies(
    *, key: ApiToken, asked: shapes.Emergencies, now: datetime
) -> Page[shapes.Emergency]:
    rows = _emergencies(key.company)
    if asked.running:
        rows = rows.filter(pk__in=[each.emergency.pk for each in running.running(now=now)])
    return page_of(rows, asked, lambda found: [emergency_as(one, now=now) for one in found])


@endpoint(
    "emergencies/<str:code>", root=ROOT, scope=Scope.GRANTS, summary="非常災害ひとつ",
    answers=shapes.Emergency, parameters={"code": str},
)  # fmt: skip
def emergency(*, key: ApiToken, asked: BaseModel, now: datetime, code: str) -> shapes.Emergency:  # noqa: ARG001
    found = _emergencies(key.company).filter(code=code).first()
    if found is None:
        raise NotThere
    return emergency_as(found, now=now)


# Whose they are ---------------------------------------------------------------------------------


def systems_of(company: Company) -> QuerySet[System]:
    """Return the systems that `company` owns, and those of the state over whose use it watches."""
    watching = Officer.objects.filter(
        in_force(timezone.now()), company=company, role__in=[*WATCHERS]
    ).values("system")
    return System.objects.filter(Q(owner=company) | Q(owner__kind__in=OUTSIDE, pk__in=watching))


def _requests(company: Company) -> QuerySet[Request]:
    return (
        Request.objects.filter(
            Q(system__in=systems_of(company).values("key"))
            | Q(asked_by__in=own_people(company).values("pk"))
        )
        .select_related("policy", "works_for", "emergency")
        .prefetch_related("decisions", "grants")
    )


def _grants(company: Company) -> QuerySet[Grant]:
    mine = systems_of(company).values("key")
    return (
        Grant.objects.filter(Q(system__in=mine) | Q(person__in=own_people(company).values("pk")))
        .select_related("person", "works_for", "request", "emergency")
        .prefetch_related(Prefetch("uses", queryset=Use.objects.order_by("no")))
    )


def _emergencies(company: Company) -> QuerySet[Emergency]:
    return running.with_terms().filter(owner=company).annotate(called=Count("supporters"))


# As they are told -------------------------------------------------------------------------------


def requests_as(
    found: Collection[Request], *, company: Company, now: datetime
) -> list[shapes.Request]:
    """Return requests as a program of `company` reads them."""
    own = own_among([one.asked_by_id for one in found], company)
    return [
        shapes.Request(
            code=one.code,
            system=one.system_id,
            role=one.role,
            mode=one.mode,
            purpose=one.purpose,
            asker=one.asked_by.code if one.asked_by_id in own else None,
            works_for=one.works_for.code,
            state=one.outcome or ("pending" if now < one.due_at else "lapsed"),
            digest=bytes(one.digest).hex(),
            submitted_at=one.submitted_at,
            due_at=one.due_at,
            settled_at=one.settled_at,
            emergency=one.emergency.code if one.emergency else None,
            parties=_parties(one),
            grants=sorted(each.code for each in one.grants.all()),
        )
        for one in found
    ]


def _parties(one: Request) -> list[shapes.Party]:
    answers = {decision.party: decision for decision in one.decisions.all()}
    return [
        shapes.Party(
            role=said["role"],
            side=said["side"],
            word=Party(role=said["role"], side=said["side"]).words,
            verdict=answers[number].verdict if number in answers else None,
            decided_at=answers[number].decided_at if number in answers else None,
        )
        for number, said in enumerate(one.policy.parties, start=1)
    ]


def grants_as(found: Collection[Grant], *, company: Company, now: datetime) -> list[shapes.Grant]:
    """Return grants as a program of `company` reads them."""
    own = own_among([one.person_id for one in found], company)
    return [
        shapes.Grant(
            code=one.code,
            request=one.request.code if one.request else None,
            emergency=one.emergency.code if one.emergency else None,
            holder=one.person.code if one.person_id in own else None,
            works_for=one.works_for.code,
            system=one.system,
            role=one.role,
            kind=one.kind,
            purpose=one.purpose,
            state=uses.state_of(held.as_rule(one), now).value,
            valid_from=one.valid_from,
            valid_to=one.valid_to,
            revoked_at=one.revoked_at,
            uses_max=one.uses_max,
            uses=len(one.uses.all()),
        )
        for one in found
    ]


def emergency_as(one: Emergency, *, now: datetime) -> shapes.Emergency:
    """Return an emergency as a program of its owner reads it. It names nobody."""
    line = running.line_of(one, now=now)
    return shapes.Emergency(
        code=one.code,
        kind=one.kind,
        owner=one.owner.code,
        cause=one.cause,
        areas=one.areas,
        systems=one.systems,
        roles=one.roles,
        state=line.state.value,
        running=line.is_running,
        ended_at=one.ended_at,
        reviewed_at=one.reviewed_at,
        terms=[
            shapes.Term(
                starts_at=term.signed.lower,
                ends_at=term.signed.upper,
                confirmed_at=term.confirmed_at,
            )
            for term in one.terms.all()
        ],
        supporters=getattr(one, "called", 0),
    )
