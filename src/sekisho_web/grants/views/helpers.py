"""応援者: whom an emergency has called, how they are called, and how they get their hours."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from sekisho.grants import roster as rule
from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Person, Unit
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.signed_in import Hat, hat_of, person_of
from sekisho_web.frame.doors import asks, reads
from sekisho_web.grants.forms import desk as forms
from sekisho_web.grants.models import Emergency
from sekisho_web.grants.operations import mobilising, shifts
from sekisho_web.grants.queries import desk as queries
from sekisho_web.grants.queries import roster
from sekisho_web.grants.queries.mobilising import call_of

UNPROCESSABLE = 422


@reads(may="grants.desk")
def desk(request: HttpRequest) -> HttpResponse:
    """The emergencies that have helpers, and where the work of the desk begins."""
    now = timezone.now()
    found = queries.emergencies(worn(request).company_code, now=now)
    context = {
        "lines": [
            (one, rule.refusal_of_call(call_of(one, now=now), at=now), queries.counts(one, now=now))
            for one in found
        ],
        "sees_loans": request.user.has_perm("terminals.read"),
    }
    return render(request, "grants/desk/desk.html", context)


@reads(may="grants.desk")
def helpers(request: HttpRequest, code: str) -> HttpResponse:
    """The helpers of one emergency: ID, shift, pledge, terminal."""
    now, one = timezone.now(), emergency_at(request, code)
    page = Paginator(queries.supporters(one), queries.PAGE).get_page(request.GET.get("page"))
    context = {
        "emergency": one,
        "refusal": rule.refusal_of_call(call_of(one, now=now), at=now),
        "counts": queries.counts(one, now=now),
        "page": page,
        "lines": queries.lines(one, page, now=now),
        "query": "",
    }
    return render(request, "grants/desk/helpers.html", context)


@asks(may="grants.desk", fresh=True)
def call_out(request: HttpRequest, code: str) -> HttpResponse:
    """Choose helpers from the roster, and call them: all of them, or nobody."""
    now, one = timezone.now(), emergency_at(request, code)
    call = call_of(one, now=now)
    shown = roster.callable_into(one, roster.listed(one.owner.code), runs=call, now=now)
    units = Unit.objects.filter(company=one.owner, valid_to=None).order_by("code")
    form = forms.CallOut(
        request.POST or None,
        people=[each.line.person_id for each in shown],
        units=[(unit.pk, unit.name) for unit in units],
    )
    refusal, refusals = rule.refusal_of_call(call, at=now), {}
    if form.is_valid():
        chosen = form.cleaned_data["people"]
        if form.cleaned_data["everybody"]:
            chosen = [each.line.person_id for each in shown if not (each.refusal or each.called)]
        try:
            made = mobilising.call_out(
                emergency=one,
                people=list(Person.objects.filter(pk__in=chosen)),
                unit=Unit.objects.get(pk=form.cleaned_data["unit"]),
                by=person_of(request),
                now=now,
            )
        except mobilising.CannotCall as error:
            refusal, refusals = error.refusal, dict(error.refusals)
        else:
            messages.success(request, f"{len(made)} 人を招集し、一時IDを発行しました。")
            return redirect("grants:helpers", code)
    context = {
        "emergency": one,
        "form": form,
        "refusal": refusal,
        "lines": [(each, refusals.get(each.line.person_id) or each.refusal) for each in shown],
        "chosen": form.cleaned_data.get("people", []) if form.is_bound else [],
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "grants/desk/call_out.html", context, status=status)


@asks(may="grants.desk", fresh=True)
def shift(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for the hours of helpers: one request for all of them."""
    now, one = timezone.now(), emergency_at(request, code)
    call = call_of(one, now=now)
    found = list(queries.supporters(one))
    lines = queries.lines(one, found, now=now)
    form = forms.Shift(request.POST or None, people=[each.person_id for each in found])
    refusal: Refusal | None = rule.refusal_of_call(call, at=now)
    if form.is_valid():
        chosen = set(form.cleaned_data["people"])
        if form.cleaned_data["everybody"]:
            chosen = {each.person_id for each in found}
        try:
            made = shifts.ask_for_shift(
                emergency=one,
                supporters=[each for each in found if each.person_id in chosen],
                shift=Period(
                    starts=form.cleaned_data["starts"] or now, ends=form.cleaned_data["ends"]
                ),
                reason=form.cleaned_data["reason"],
                by=person_of(request),
                appointment=worn(request).post,
                now=now,
            )
        except Refused as error:
            refusal = error.refusal
        else:
            messages.success(
                request,
                f"{len(chosen)} 人の勤務を申請しました（申請 {len(made)} 件）。"
                "すべての承認がそろうと、使えるようになります。",
            )
            return redirect("grants:helpers", code)
    context = {
        "emergency": one,
        "form": form,
        "refusal": refusal,
        "lines": lines,
        "chosen": form.cleaned_data.get("people", []) if form.is_bound else [],
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "grants/desk/shift.html", context, status=status)


def emergency_at(request: HttpRequest, code: str) -> Emergency:
    """Return the emergency of the company whose hat is worn. Raise Http404 for any other."""
    found = queries.emergency(worn(request).company_code, code)
    if found is None:
        raise Http404
    return found


def worn(request: HttpRequest) -> Hat:
    hat = hat_of(request)
    if hat is None:
        raise LookupError("this door needs a hat")
    return hat
