"""対象システム: the register of systems in scope, and of those who answer for them."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from sekisho.accounts import issuing
from sekisho.accounts.opening import Opens
from sekisho_web.accounts.forms import registers as forms
from sekisho_web.accounts.models import AppointmentTerm, Officer, System
from sekisho_web.accounts.operations import systems as operations
from sekisho_web.accounts.queries import systems as queries
from sekisho_web.accounts.queries.issuing import is_controlled, system_as_rule
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.accounts.views.registers import asked, page_of, query_of, worn
from sekisho_web.frame import errors
from sekisho_web.frame.doors import asks, reads, writes


@reads(may="accounts.read")
def systems(request: HttpRequest) -> HttpResponse:
    words, now = request.GET.get("words", "").strip(), timezone.now()
    page = page_of(request, queries.listed(worn(request), words=words), size=queries.PAGE)
    told = {
        "page": page,
        "lines": queries.lines(list(page), now=now),
        "words": words,
        "query": query_of(request, "words"),
    }
    return render(request, "accounts/registers/systems.html", told)


@reads(may="accounts.read")
def system(request: HttpRequest, key: str) -> HttpResponse:
    now, found = timezone.now(), queries.one(worn(request), key)
    may_edit = request.user.has_perm("accounts.systems")
    told = {
        "system": found,
        "line": queries.lines([found], now=now)[0],
        "defects": issuing.defects(system_as_rule(found), at=now),
        "officers": [
            (one, may_edit and (one.valid_to is None or one.valid_to > now))
            for one in found.officers.all()
        ],
        "may_edit": may_edit,
        "client": reverse("grants:client", args=[key]) if found.opens_by == Opens.OIDC else "",
    }
    return render(request, "accounts/registers/system.html", told)


@asks(may="accounts.systems")
def edit(request: HttpRequest, key: str) -> HttpResponse:
    found = queries.one(worn(request), key)
    initial = {
        "name": found.name,
        "state": found.state,
        "controlled_by": found.controlled_by,
        "data_classes": "、".join(found.data_classes),
        "users": found.users,
        "purpose": found.purpose,
        "log_source": found.log_source,
        "log_retention_months": found.log_retention_months,
        "dormancy_months": found.dormancy_months,
        "device_bound": found.device_bound,
        "opens_by": found.opens_by,
        "address": found.address,
        "eligible": "\n".join(
            f"{line.get('company_kind', '')}:{line.get('unit_kind', '')}" for line in found.eligible
        ),
    }
    form = forms.EditSystem(request.POST or None, initial=initial)

    def act() -> HttpResponse:
        operations.edit_system(
            system=found, changes=form.changes(), by=person_of(request), now=timezone.now()
        )
        return redirect("accounts:system", key)

    return asked(
        request,
        form,
        act,
        title=f"{found.name}の台帳を直す",
        lead="直す前と後の値が、台帳に残ります。",
        button="台帳を直す",
        back=reverse("accounts:system", args=[key]),
    )


@asks(may="accounts.systems", fresh=True)
def appoint(request: HttpRequest, key: str) -> HttpResponse:
    now, found = timezone.now(), queries.one(worn(request), key)
    form = forms.NewOfficer(request.POST or None)

    def act() -> HttpResponse:
        term = _term_of(form, found, now=now)
        if term is None:
            return _again(request, form, found)
        starts, ends = form.period(now=now)
        operations.appoint_officer(
            system=found,
            term=term,
            role=form.cleaned_data["role"],
            company=term.appointment.works_for,
            starts=starts,
            ends=ends,
            by=person_of(request),
            now=now,
        )
        return redirect("accounts:system", key)

    return asked(request, form, act, **_words(found))


def _again(request: HttpRequest, form: forms.NewOfficer, found: System) -> HttpResponse:
    told = {"form": form, "refusal": None, **_words(found)}
    return render(request, "accounts/registers/form.html", told, status=422)


def _words(found: System) -> dict[str, str]:
    return {
        "title": f"{found.name}の責任者を登録する",
        "lead": "責任者は、もとになる発令より長くは続きません。",
        "button": "責任者を登録する",
        "back": reverse("accounts:system", args=[found.key]),
    }


def _term_of(form: forms.NewOfficer, found: System, *, now: datetime) -> AppointmentTerm | None:
    """Return the post in force of the person typed; of the owner's, where the office is its own."""
    terms = (
        AppointmentTerm.objects.in_force(now=now)
        .filter(person__code=form.cleaned_data["person"].strip())
        .select_related("person", "appointment__works_for")
        .order_by("pk")
    )
    if form.cleaned_data["role"] in issuing.OF_THE_OWNER and is_controlled(found):
        terms = terms.filter(appointment__works_for=found.owner_id)
    term = terms.first()
    if term is None:
        form.add_error(
            "person",
            "この番号で、その責任を持てる発令が有効な人は見つかりません。番号を確かめてください。",
        )
    return term


@writes(may="accounts.systems", fresh=True)
def end_office(request: HttpRequest, pk: int) -> HttpResponse:
    office = get_object_or_404(Officer.objects.select_related("system"), pk=pk)
    queries.one(worn(request), office.system.key)
    try:
        operations.end_office(office=office, by=person_of(request), now=timezone.now())
    except operations.CannotRegister as error:
        return errors.refused(error.refusal)
    return redirect("accounts:system", office.system.key)
