"""Who is at the door, which hat they wear, and how they proved who they are."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from sekisho.accounts.classes import ON_RELIEF, ViewerClass
from sekisho.accounts.levels import Level, level
from sekisho.accounts.roles import permissions
from sekisho.accounts.tickets import leads
from sekisho_web.accounts.classes import viewer_classes
from sekisho_web.accounts.models import (
    Appointment,
    AppointmentTerm,
    Authenticator,
    Officer,
    Person,
    in_force,
)

USE = "use"  # in the session: post, relief, purpose, until
SIGN_ON = "sign_on"  # in the session: what the company's sign-on said, and of whom
NAMED = "named"  # in the session: its first key, by which the addresses of records are made
DEMO = "demo"  # a record of sign-in that only the demo can make
METHODS = {"webauthn": "passkey", "certificate": "certificate"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hat:
    """The post (発令) that a person wears now, and the purpose they chose.

    unit and company are those of the post; of a helper (応援者) the company stays the own one.
    """

    post: int
    unit: str
    unit_code: str
    unit_kind: str
    line: int | None
    company: str
    company_code: str
    company_kind: str
    principal: str | None  # whose work a contractor does
    viewer: ViewerClass | None
    relief: str | None  # the emergency for which the hat is changed to relief (災害応援)
    purpose: str
    until: datetime
    officer: bool = False  # whether this post answers for a system now (責任者)
    leads: bool = False  # whether this post leads its unit (長)

    @property
    def viewer_class(self) -> str:
        return self.viewer.name if self.viewer else ""

    @property
    def permissions(self) -> frozenset[str]:
        return permissions(
            company_kind=self.company_kind,
            unit_kind=self.unit_kind,
            viewer_class=self.viewer.name if self.viewer else None,
            relief=self.relief is not None,
            officer=self.officer,
            leads=self.leads,
        )


def person_of(request: HttpRequest) -> Person:
    """Return the person behind `request` (the middleware `Steps` lets nobody else in)."""
    return cast("Person", request.user)


def hat_of(request: HttpRequest) -> Hat | None:
    """Return the hat that is worn, or None before it is chosen, or when its time is over."""
    if not hasattr(request, "_hat"):
        request._hat = _hat(request)  # type: ignore[attr-defined]
    return cast("Hat | None", request._hat)  # type: ignore[attr-defined]


def purpose_of(request: HttpRequest) -> str | None:
    hat = hat_of(request)
    return hat.purpose if hat else None


def viewer_of(post: AppointmentTerm) -> ViewerClass | None:
    """Return the class of viewer that `post` gives, or None where the table has no row for it."""
    return viewer_classes().get((post.unit.company.kind, post.unit.kind))


def methods_of(request: HttpRequest) -> frozenset[str]:
    """Return how the person signed in: password, passkey, certificate (the demo: the first two).

    The demo's own record is believed in demo mode only, and never turns into another one.
    """
    methods = set()
    for record in _records(request):
        if record["method"] == "mfa":
            methods.add(METHODS.get(record.get("type", ""), ""))
        elif record["method"] == DEMO and settings.SEKISHO_DEMO:
            methods |= {"password", "passkey"}
        elif record["method"] == "password":
            methods.add("password")
        elif record["method"] == "socialaccount":
            methods.add("sign_on_multi" if _signed_on(request).get("multi_factor") else "sign_on")
    return frozenset(methods - {""})


def level_of(request: HttpRequest, *, now: datetime) -> Level:
    """Return how far the person has come: by password, with the card, with the card just now."""
    return level(
        methods=methods_of(request),
        proof_age=proof_age(request, now=now),
        fresh=settings.SEKISHO_FRESH_SECONDS,
    )


def has_two_factors(request: HttpRequest) -> bool:
    return level_of(request, now=timezone.now()) >= Level.CARD


def proof_age(request: HttpRequest, *, now: datetime) -> int | None:
    """Return the seconds since the person last proved who they are with their second factor."""
    proved = _proved_at(request)
    return max(0, int(now.timestamp() - proved)) if proved else None


def must_prove_for(request: HttpRequest, *, post: int, relief: str | None) -> bool:
    """Return whether the card must be shown again before this hat may be worn.

    Another hat than the one that is worn begins with a proof of its own: one made since the worn
    one was put on. Role after role on one proof is the way by which what two of them see meets.
    """
    worn = hat_of(request)
    if worn is None or (worn.post, worn.relief) == (post, relief):
        return False
    since = parse_datetime(str(request.session[USE].get("since", "")))
    proved = _proved_at(request)
    return since is None or proved is None or proved <= since.timestamp()


def _proved_at(request: HttpRequest) -> float | None:
    """Return the moment (POSIX) at which the second factor was last shown, or None."""
    proofs = [
        float(record["at"])
        for record in _records(request)
        if record["method"] == "mfa" or (record["method"] == DEMO and settings.SEKISHO_DEMO)
    ]
    said = _signed_on(request)
    if said.get("multi_factor") and said.get("proved_at"):
        proofs.append(float(said["proved_at"]))
    return max(proofs, default=None)


def came_by_sign_on(request: HttpRequest) -> str:
    """Return the key of the company's sign-on by which this person came, or "" (another way)."""
    records = [r for r in _records(request) if r["method"] == "socialaccount"]
    return str(records[-1].get("provider", "")) if records else ""


def came_by_the_demo(request: HttpRequest) -> bool:
    """Return whether the demo let this person in, and this still is the demo."""
    known = any(record["method"] == DEMO for record in _records(request))
    return known and bool(settings.SEKISHO_DEMO)


def record_proof(request: HttpRequest, *, person: Person, used: Authenticator, again: bool) -> None:
    """Write into the session by which authenticator `person` proved who they are, just now."""
    by_card = used.kind == Authenticator.Kind.CERTIFICATE
    record_authentication(
        request,
        person,
        "mfa",
        id=used.pk,
        type="certificate" if by_card else "webauthn",
        reauthenticated=True if again else None,
    )


def record_demo_sign_in(request: HttpRequest, person: Person) -> None:
    """Write into the session that this is a demo sign-in, by its own name."""
    request.session["account_authentication_methods"] = [{"method": DEMO, "at": time.time()}]
    request.session["account_authentication_methods_user"] = str(person.pk)


def _signed_on(request: HttpRequest) -> dict[str, Any]:
    """Return what the company's sign-on said of this person; nothing of anybody else."""
    said = request.session.get(SIGN_ON) or {}
    return said if said.get("person") == request.user.pk else {}


def _records(request: HttpRequest) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", get_authentication_records(request, request.user))


def _hat(request: HttpRequest) -> Hat | None:
    use = request.session.get(USE)
    until = parse_datetime(use["until"]) if use else None
    now = timezone.now()
    if not use or until is None or until <= now:
        return None
    offices = Officer.objects.filter(in_force(now))
    post = (
        AppointmentTerm.objects.in_force(now=now)
        .select_related("unit__company__principal", "appointment__employer__principal")
        .annotate(officer=Exists(offices.filter(appointment=OuterRef("appointment"))))
        .filter(appointment=use["post"], person=person_of(request))
        .first()
    )
    if post is None:
        return None
    helps = post.appointment.kind == Appointment.Kind.SUPPORT
    if helps and not use["relief"]:
        return None  # who came to help wears the hat of relief, and no other of that unit
    company = post.appointment.employer if helps else post.unit.company
    return Hat(
        post=post.appointment_id,
        unit=post.unit.name,
        unit_code=post.unit.code,
        unit_kind=post.unit.kind,
        line=post.unit.line,
        company=company.name,
        company_code=company.code,
        company_kind=company.kind,
        principal=company.principal.code if company.principal else None,
        viewer=ON_RELIEF if use["relief"] else viewer_of(post),
        relief=use["relief"],
        purpose=use["purpose"],
        until=until,
        officer=cast("Any", post).officer,
        leads=leads(post.title),
    )
