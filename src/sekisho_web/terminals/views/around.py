"""What the doors of terminals share: the hat, a page of a list, one form with its refusal."""

from collections.abc import Callable
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode

from sekisho_web.accounts.models import Company, Person, Unit, in_force
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.signed_in import Hat, hat_of
from sekisho_web.frame.middleware import with_camera
from sekisho_web.terminals.models import Device

UNPROCESSABLE = 422


def worn(request: HttpRequest) -> Hat:
    """Return the hat that is worn. A door that needs a use has one."""
    hat = hat_of(request)
    if hat is None:
        raise LookupError("this door needs a hat")
    return hat


def company_of(hat: Hat) -> Company:
    """Return the company of `hat` (one query)."""
    return Company.objects.get(code=hat.company_code)


def unit_of(hat: Hat) -> Unit:
    """Return the unit of `hat` (one query)."""
    return Unit.objects.get(code=hat.unit_code)


def page_of(request: HttpRequest, found: QuerySet[Any], *, size: int) -> Page[Any]:
    """Return the page of a list that the address asks for; past the end, the last one."""
    return Paginator(found, size).get_page(request.GET.get("page"))


def query_of(request: HttpRequest, *names: str) -> str:
    """Return what stays in the address while one turns the pages, ending in & where not empty."""
    kept = {name: value for name in names if (value := request.GET.get(name))}
    return f"{urlencode(kept)}&" if kept else ""


def asked(
    request: HttpRequest,
    form: BaseForm,
    act: Callable[[], HttpResponse | None],
    *,
    title: str,
    lead: str,
    button: str,
    back: str,
    scans: bool = False,
    **more: object,
) -> HttpResponse:
    """Return the answer of `act` to a valid form, or the page of the form.

    What a rule refuses stands above the form, with its remedy; then nothing was done. An `act`
    that returns None has written into the form what is wrong.

    scans: labels are read here, so the page may ask for the camera.
    """
    refusal, status = None, 200
    if form.is_bound:
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                if answer := act():
                    return answer
            except Refused as error:
                refusal = error.refusal
    told: dict[str, object] = {"form": form, "refusal": refusal, "title": title, "lead": lead}
    told |= {"button": button, "back": back, "scans": scans, **more}
    page = render(request, "terminals/form.html", told, status=status)
    return with_camera(page) if scans else page


def person_with(form: BaseForm, field: str, number: str) -> Person | None:
    """Return the person of a number that was typed; where there is none, the form says so."""
    person = Person.objects.filter(code=number.strip()).first()
    if person is None:
        form.add_error(field, "この番号の人は見つかりません。番号を確かめてください。")
    return person


def device_with(form: BaseForm, field: str, number: str) -> Device | None:
    """Return the terminal of a number in the register now; else the form says so."""
    found = Device.objects.filter(in_force(timezone.now()), number=number)
    device = found.select_related("owner").first()
    if device is None:
        form.add_error(field, "この番号の端末は端末台帳にありません。札を読み直してください。")
    return device
