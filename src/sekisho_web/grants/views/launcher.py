"""起動ページ: the one door to what a person may use now, and to what is in the way."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import urlencode

from sekisho.accounts.opening import AWAY, Opens
from sekisho.grants.launching import CLOSED
from sekisho.grants.refusals import NOT_FRESH
from sekisho.grants.use import Permit
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.middleware import is_fresh, prove_again, send
from sekisho_web.accounts.models import System
from sekisho_web.accounts.sessions import COUNTED
from sekisho_web.accounts.signed_in import Hat, hat_of, person_of
from sekisho_web.frame import errors
from sekisho_web.frame.doors import READING, Needs, door, reads, refuse_without, writes
from sekisho_web.grants import arrivals, offers
from sekisho_web.grants.models import Grant, Launch, Use
from sekisho_web.grants.operations import beginning, ending, launching
from sekisho_web.grants.queries import hats as hats_queries
from sekisho_web.grants.queries import launches as queries
from sekisho_web.grants.queries.emergencies import open_exceptions
from sekisho_web.terminals.queries.loans import overdue_seen_by

UNPROCESSABLE = 422
FORBIDDEN = 403
MINUTE = 60


@reads(may="grants.use")
def home(request: HttpRequest) -> HttpResponse:
    return _page(request, now=timezone.now())


@writes(may="grants.use")
def launch(request: HttpRequest, key: str) -> HttpResponse:
    """Open one system for the purpose that is chosen. The record stands before anything opens."""
    now, hat, system = timezone.now(), _worn(request), _shown(request, key)
    asked, refusal = _asked(request, hat, system, now=now), None
    if asked.begins(at=now):
        if not is_fresh(request, now=now):  # each of these begins with a proof of its own
            return prove_again(request)
        refusal = _begin(request, asked, system, now=now)
        asked = _asked(request, hat, system, now=now)
    answer = refusal or asked.answer(at=now)
    if answer == NOT_FRESH:
        return prove_again(request)
    if system.opens_by == Opens.OIDC and not system.client_id:
        answer = CLOSED
    row, handle = launching.launch(
        person=person_of(request),
        system=system,
        answer=answer,
        device=offers.device_of(request),
        session=arrivals.session_of(request),
        now=now,
    )
    if row.outcome == Launch.Outcome.REFUSED:
        return _page(request, now=now, refused=(system, answer), status=UNPROCESSABLE)
    if system.opens_by in AWAY:
        told = {"system": system, "url": _away(request, system), "seconds": MINUTE}
        return render(request, "grants/launcher/opening.html", told)
    if system.opens_by == Opens.GATE:
        return redirect("grants:arrive", key, handle)
    return redirect("gate:start")


@door("asks", READING, may="", needs=Needs.FACTORS)  # a GET that writes; the hat is asked inside
def arrive(request: HttpRequest, key: str, handle: str) -> HttpResponse:
    """Arrive at a system behind the gate by a handle, once; then the gate knows this session."""
    now, hat = timezone.now(), hat_of(request)
    if hat is None:
        return send(request, reverse("grants:start"), keep=True)
    refuse_without("grants.use", request)
    system = get_object_or_404(System, key=key, opens_by=Opens.GATE)
    found = launching.arrive(
        person=person_of(request),
        system=system,
        handle=handle,
        device=offers.device_of(request),
        session=arrivals.session_of(request),
        answer=_asked(request, hat, system, now=now).answer(at=now),
        now=now,
    )
    if isinstance(found, Refusal):
        return errors.refused(found, status=FORBIDDEN)
    arrivals.note(request, found)
    return redirect("gate:start")


@writes(may="grants.use")
def end_use(request: HttpRequest, pk: int) -> HttpResponse:
    """End one's own use before its time."""
    person, now = person_of(request), timezone.now()
    use = get_object_or_404(Use.objects.select_related("grant"), pk=pk, person=person)
    try:
        ending.end_use(use=use, by=person, now=now)
    except ending.CannotEnd as error:
        return errors.refused(error.refusal)
    request.session.pop(COUNTED, None)
    return redirect("grants:home")


def _page(
    request: HttpRequest,
    *,
    now: datetime,
    refused: tuple[System, Permit | Refusal] | None = None,
    status: int = 200,
) -> HttpResponse:
    hat, person = _worn(request), person_of(request)
    choices = hats_queries.hats(person=person, now=now)
    worn = next((one for one in choices if (one.post, one.relief) == (hat.post, hat.relief)), None)
    found = offers.offered(
        request, hat=hat, purposes=worn.purposes if worn else (hat.purpose,), now=now
    )
    names = dict(System.objects.values_list("key", "name"))
    told: dict[str, Any] = {
        "hat": hat,
        "worn": worn,
        "device": offers.device_of(request),
        "offers": found,
        "uses": [
            (use, names.get(use.grant.system, use.grant.system))
            for use in offers.running(person.pk, now=now).values()
        ],
        "last": [(one, names.get(one.system, one.system)) for one in queries.own_last(person)],
        "asking": _address("grants:new_request"),
        "exceptions": open_exceptions(company=hat.company_code, now=now),
        "overdue": overdue_seen_by(hat, now=now),
        "refused": refused,
        "now": now,
    }
    return render(request, "grants/launcher/home.html", told, status=status)


def _asked(request: HttpRequest, hat: Hat, system: System, *, now: datetime) -> offers.Asked:
    """Return `may_use`, to be asked now of this system and the chosen purpose (one query)."""
    (asked,) = offers.ask_for(request, hat=hat, system=system.key, purposes=(hat.purpose,), now=now)
    return asked


def _begin(
    request: HttpRequest, asked: offers.Asked, system: System, *, now: datetime
) -> Refusal | None:
    """Begin the next use of the grant that is meant. Return what stands in the way, if anything."""
    key = asked.grant(at=now)
    if key is None:
        return None
    try:
        use = beginning.begin_use(
            grant=Grant.objects.get(pk=key),
            person=person_of(request),
            device=offers.device_of(request),
            refusals=asked.refusals(at=now),
            session=arrivals.session_of(request),
            ends=asked.ends(at=now),
            now=now,
        )
    except beginning.CannotBegin as error:
        return error.refusal
    request.session[COUNTED] = {"system": system.name, "until": use.ends_at.isoformat()}
    return None


def _shown(request: HttpRequest, key: str) -> System:
    """Return a system that stands on the launcher of who asks. Raise Http404 for any other."""
    person, now = person_of(request), timezone.now()
    found = offers.systems(_worn(request), person=person.pk, now=now)
    system = next((one for one in found if one.key == key), None)
    if system is None:
        raise Http404
    return system


def _away(request: HttpRequest, system: System) -> str:
    """Return where a system stands; one that speaks our protocol is told who begins it."""
    if system.opens_by != Opens.OIDC:
        return system.address
    issuer = request.build_absolute_uri("/").rstrip("/")
    joint = "&" if "?" in system.address else "?"
    return f"{system.address}{joint}{urlencode({'iss': issuer})}"


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _worn(request: HttpRequest) -> Hat:
    hat = hat_of(request)
    if hat is None:
        raise LookupError("this door needs a hat")
    return hat
