"""The doors of sessions: one's own, those of others, and who failed too often."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from sekisho_web.accounts.forms.sessions import Reason
from sekisho_web.accounts.models import Person
from sekisho_web.accounts.operations import sessions as operations
from sekisho_web.accounts.operations import tries as tries_operations
from sekisho_web.accounts.queries import sessions as queries
from sekisho_web.accounts.queries import tries
from sekisho_web.accounts.signed_in import hat_of, person_of
from sekisho_web.frame.doors import Needs, asks, reads

PAGE = 50
UNPROCESSABLE = 422
SEES_OTHERS = frozenset({"accounts.hold", "accounts.officer"})


@reads(may="", needs=Needs.FACTORS)
def sessions(request: HttpRequest) -> HttpResponse:
    """One's own sign-ins; and, where the hat has a scope, who else is signed in."""
    person, hat, now = person_of(request), hat_of(request), timezone.now()
    others = queries.in_scope(hat, now=now).exclude(pk=person.pk)
    page = Paginator(queries.live(others, now=now), PAGE).get_page(request.GET.get("page"))
    own = Person.objects.filter(pk=person.pk)
    return render(
        request,
        "accounts/sessions.html",
        {
            "own": queries.live(own, now=now).first(),
            "past": queries.past(person),
            "page": page,
            "sees_others": bool(hat and hat.permissions & SEES_OTHERS),
            "sets_policy": person.has_perm("accounts.systems"),
        },
    )


@asks(may="accounts.read")
def end(request: HttpRequest, code: str) -> HttpResponse:
    """End the sessions of somebody in one's scope, with a reason."""
    hat, now = hat_of(request), timezone.now()
    person = get_object_or_404(Person, code=code)
    if not queries.in_scope(hat, now=now).filter(pk=person.pk).exists():
        raise PermissionDenied
    form = Reason(request.POST or None)
    if form.is_valid():
        try:
            ended = operations.end_anothers(
                person=person, by=person_of(request), note=form.cleaned_data["note"], now=now
            )
        except operations.CannotEnd as error:
            form.add_error("note", str(error.refusal))
        else:
            messages.success(
                request,
                "セッションを終わらせました。" if ended else "すでに終わっていました。",
            )
            return redirect("accounts:sessions")
    page = {
        "person": person,
        "session": queries.live(Person.objects.filter(pk=person.pk), now=now).first(),
        "past": queries.past(person),
        "form": form,
        "is_officer": person_of(request).has_perm("accounts.officer"),
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "accounts/end_session.html", page, status=status)


@reads(may="accounts.read")
def locked(request: HttpRequest) -> HttpResponse:
    """Who is not looked at because of wrong passwords, until when, and what can be done."""
    hat, now = hat_of(request), timezone.now()
    seen = set(queries.in_scope(hat, now=now).values_list("pk", flat=True))
    everybody = bool(hat and "accounts.hold" in hat.permissions)
    lines = [
        line
        for line in tries.locked(now=now)
        if (line.person.pk in seen if line.person else everybody)
    ]
    return render(request, "accounts/locked.html", {"lines": lines})


@asks(may="accounts.read", fresh=True)
def forgive(request: HttpRequest, login: str) -> HttpResponse:
    """Let somebody in one's scope try again, with a reason."""
    hat, now = hat_of(request), timezone.now()
    person = Person.objects.filter(login=login).first()
    if person is None and not (hat and "accounts.hold" in hat.permissions):
        raise Http404
    if person and not queries.in_scope(hat, now=now).filter(pk=person.pk).exists():
        raise PermissionDenied
    lines = (
        tries.of(person, request, now=now)
        if person
        else [line for line in tries.locked(now=now) if line.login == login]
    )
    form = Reason(request.POST or None)
    if form.is_valid():
        try:
            tries_operations.forgive(
                request, login=login, person=person, note=form.cleaned_data["note"], now=now
            )
        except tries_operations.CannotForgive as error:
            form.add_error("note", str(error.refusal))
        else:
            messages.success(request, "解きました。すぐに、もう一度試せます。")
            return redirect("accounts:locked")
    page = {"login": login, "person": person, "lines": lines, "form": form}
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "accounts/forgive.html", page, status=status)
