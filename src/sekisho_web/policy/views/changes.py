"""The way of a change: opened, checked, brought up to date, published or withdrawn."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from sekisho.policy.merge import merged
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.frame.doors import asks, reads, writes
from sekisho_web.policy import operations, versions
from sekisho_web.policy.forms.changes import NewChange, Withdrawal
from sekisho_web.policy.models import Publication
from sekisho_web.policy.queries import changes as queries
from sekisho_web.policy.queries.judging import judged
from sekisho_web.policy.views.one_change import (
    UNPROCESSABLE,
    change_at,
    expected_in,
    page_of,
)


@reads(may="policy.read")
def changes(request: HttpRequest) -> HttpResponse:
    may_edit = request.user.has_perm("policy.edit")
    return render(
        request, "policy/changes.html", {"changes": queries.changes(), "may_edit": may_edit}
    )


@asks(may="policy.edit")
def new(request: HttpRequest) -> HttpResponse:
    live = versions.live()
    now = timezone.now()
    form = NewChange(
        request.POST if request.method == "POST" else None,
        initial={"system": request.GET.get("system", "")},
        policy=live,
        today=timezone.localdate(now),
    )
    if form.is_valid():
        operations.keep(versions.files_of_live(), now=now)
        change = operations.open_change(
            **form.cleaned_data, base=live.hash, by=person_of(request), now=now
        )
        return redirect("policy:change", change.number)
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "policy/change_new.html", {"form": form}, status=status)


@reads(may="policy.read")
def change(request: HttpRequest, number: str) -> HttpResponse:
    return page_of(request, change_at(number))


@reads(may="policy.read")
def progress(request: HttpRequest, number: str) -> HttpResponse:
    """The part of the page that follows a publication: it asks again until it is answered."""
    one = change_at(number)
    asked = one.publications.order_by("-pk").first()
    waiting = asked is not None and asked.state == Publication.State.ASKED
    status = 200 if waiting else 286  # htmx stops asking
    return render(
        request,
        "policy/change.html#publication",
        {"change": one, "asked": asked, "waiting": waiting},
        status=status,
    )


@writes(may="policy.edit")
def undo(request: HttpRequest, number: str) -> HttpResponse:
    one = change_at(number)
    try:
        operations.undo(
            change=one,
            expected=expected_in(request) or 0,
            by=person_of(request),
            now=timezone.now(),
        )
    except operations.Refused as error:
        return page_of(request, one, refusal=error.refusal)
    except operations.Meanwhile:
        return page_of(request, one, meanwhile=True)
    return redirect("policy:change", one.number)


@writes(may="policy.edit")
def check(request: HttpRequest, number: str) -> HttpResponse:
    """点検: lint, every invariant and every agreed example of the present draft."""
    one = change_at(number)
    found = judged(operations.content_of(one), "")
    try:
        refusal = operations.check(
            change=one,
            errors=len(found.unreadable) + len(found.errors),
            broken=len(found.broken),
            examples=len(found.examples),
            said=queries.counts(found),
            by=person_of(request),
            now=timezone.now(),
        )
    except operations.Refused as error:
        refusal = error.refusal
    if refusal:
        return page_of(request, change_at(number), refusal=refusal)
    return redirect("policy:change", one.number)


@writes(may="policy.edit")
def follow(request: HttpRequest, number: str) -> HttpResponse:
    """Bring what went live meanwhile into the draft, row by row."""
    one, live = change_at(number), versions.live_hash()
    ours = versions.files_of(operations.content_of(one))
    now = timezone.now()
    theirs = versions.files_of_live()
    both = merged(versions.files_of(one.base_id), ours, theirs)
    if both.conflicts:
        return page_of(request, one, conflicts=both.conflicts)
    try:
        operations.keep(theirs, now=now)
        operations.follow(change=one, base=live, files=both.files, by=person_of(request), now=now)
    except operations.Refused as error:
        return page_of(request, one, refusal=error.refusal)
    return redirect("policy:change", one.number)


@writes(may="policy.publish")
def publish(request: HttpRequest, number: str) -> HttpResponse:
    one = change_at(number)
    try:
        operations.ask_to_publish(change=one, by=person_of(request), now=timezone.now())
    except operations.Refused as error:
        return page_of(request, one, refusal=error.refusal)
    return redirect("policy:change", one.number)


@asks(may="policy.edit")
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    one = change_at(number)
    form = Withdrawal(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            operations.withdraw(
                change=one,
                reason=form.cleaned_data["reason"],
                by=person_of(request),
                now=timezone.now(),
            )
        except operations.Refused as error:
            return page_of(request, one, refusal=error.refusal)
        return redirect("policy:change", one.number)
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "policy/withdraw.html", {"form": form, "change": one}, status=status)
