"""人事連携: what came from personnel, what it would change, and who lets it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from sekisho.accounts.brake import refusal_to_apply
from sekisho_links import shipped
from sekisho_links.accounts.personnel import BadMapping
from sekisho_web.accounts.forms import personnel as forms
from sekisho_web.accounts.models import Company, Feed, FeedBatch
from sekisho_web.accounts.operations import personnel as operations
from sekisho_web.accounts.queries import feeds as queries
from sekisho_web.accounts.queries.deliveries import Delivery, delivery_of
from sekisho_web.accounts.queries.differences import SHOWN, difference_of
from sekisho_web.accounts.queries.personnel import feeds_of
from sekisho_web.accounts.signed_in import hat_of, person_of
from sekisho_web.frame import errors
from sekisho_web.frame.doors import asks, reads, writes

PAGE = 30
UNPROCESSABLE = 422
MOST_FAULTS = 200  # shown on the page
CONFIRMS = frozenset({"accounts.personnel", "accounts.confirm"})


@reads(may="accounts.read")
def feeds(request: HttpRequest) -> HttpResponse:
    """The feeds of the viewer's company and of its contractors, and what came lately."""
    company, now = _company(request), timezone.now()
    page = Paginator(queries.batches(company), PAGE).get_page(request.GET.get("page"))
    context = {
        "lines": queries.lines(company, now=now),
        "page": page,
        "perms_personnel": "accounts.personnel" in _permissions(request),
        "perms_duties": "accounts.confirm" in _permissions(request),
    }
    return render(request, "accounts/personnel/feeds.html", context)


@asks(may="accounts.personnel", fresh=True)
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a feed: whose people, how often, and what its columns mean."""
    company = _company(request)
    companies = Company.objects.filter(pk=company.pk) | Company.objects.filter(principal=company)
    sample = shipped("content", "feeds", "orders.toml").read_text(encoding="utf-8")
    form = forms.NewFeed(
        request.POST or None,
        companies=companies.order_by("code"),
        initial={"mapping": sample, "company": company},
    )
    if form.is_valid():
        try:
            feed = operations.begin_feed(
                **form.cleaned_data, by=person_of(request), now=timezone.now()
            )
        except BadMapping as error:
            form.add_error("mapping", f"{error.problem}。{error.remedy}。")
        except operations.CannotDeliver as error:
            form.add_error(None, f"{error.refusal}。")
        else:
            messages.success(request, f"「{feed.name}」を始めました。")
            return redirect("accounts:deliver", pk=feed.pk)
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "accounts/personnel/begin.html", {"form": form}, status=status)


@asks(may="accounts.personnel")
def deliver(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a file of a feed. Nothing changes yet: what it would change is shown next."""
    feed = get_object_or_404(
        feeds_of(_company(request)).filter(kind=Feed.Kind.FILE, ended_at=None), pk=pk
    )
    form = forms.Delivery(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = operations.receive(
                feed=feed,
                data=file.read(),
                name=file.name or "",
                by=person_of(request),
                now=timezone.now(),
            )
        except operations.CannotDeliver as error:
            form.add_error("file", f"{error.refusal}。")
        else:
            return redirect("accounts:delivery", pk=batch.pk)
    status = UNPROCESSABLE if form.is_bound else 200
    context = {"form": form, "feed": feed}
    return render(request, "accounts/personnel/deliver.html", context, status=status)


@reads(may="accounts.read")
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """A delivery: what it says, what is wrong with it, what it would change, who confirmed."""
    return _page(request, _batch(request, pk))


@writes(may="accounts.read", fresh=True)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm the difference that was looked at, as one of two people."""
    _refuse_without(CONFIRMS, request)
    batch, form = _batch(request, pk), forms.Confirm(request.POST)
    if not form.is_valid():
        return _page(request, batch, confirming=form)
    try:
        operations.confirm(
            batch=batch,
            by=person_of(request),
            digest=form.cleaned_data["digest"],
            expected=form.cleaned_data["expected"],
            now=timezone.now(),
        )
    except operations.CannotDeliver as error:
        form.add_error(None, f"{error.refusal}。")
        return _page(request, batch, confirming=form)
    messages.success(request, "確認しました。")
    return redirect("accounts:delivery", pk=pk)


@writes(may="accounts.personnel", fresh=True)
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Apply the difference that was looked at."""
    batch, form = _batch(request, pk), forms.Seen(request.POST)
    digest = form.cleaned_data["digest"] if form.is_valid() else ""
    try:
        operations.apply(batch=batch, by=person_of(request), digest=digest, now=timezone.now())
    except operations.CannotDeliver as error:
        return errors.refused(error.refusal)
    messages.success(request, "適用しました。")
    return redirect("accounts:delivery", pk=pk)


@asks(may="accounts.read")
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a delivery back to personnel, with a reason."""
    _refuse_without(CONFIRMS, request)
    batch, form = _batch(request, pk), forms.SendBack(request.POST or None)
    if form.is_valid():
        try:
            operations.refuse(
                batch=batch,
                by=person_of(request),
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except operations.CannotDeliver as error:
            form.add_error(None, f"{error.refusal}。")
        else:
            messages.success(request, "差し戻しました。何も変えていません。")
            return redirect("accounts:feeds")
    status = UNPROCESSABLE if form.is_bound else 200
    context = {"form": form, "batch": batch}
    return render(request, "accounts/personnel/send_back.html", context, status=status)


def _page(
    request: HttpRequest, batch: FeedBatch, *, confirming: forms.Confirm | None = None
) -> HttpResponse:
    now, permissions = timezone.now(), _permissions(request)
    context: dict[str, object] = {"batch": batch, "form": confirming}
    if batch.state == FeedBatch.State.STAGED:
        found = delivery_of(batch, now=now)
        context |= _staged(request, found)
        if confirming is None and found.brakes and permissions & CONFIRMS:
            context["form"] = forms.Confirm(initial={"digest": found.digest})
        context["may_apply"] = "accounts.personnel" in permissions
        context["may_send_back"] = bool(permissions & CONFIRMS)
    else:
        context["faults"] = batch.report.get("faults", ())
        context["movements"] = batch.movements.select_related("person").order_by("kind", "pk")[
            :SHOWN
        ]
    status = UNPROCESSABLE if confirming is not None else 200
    return render(request, "accounts/personnel/delivery.html", context, status=status)


def _staged(request: HttpRequest, found: Delivery) -> dict[str, object]:
    kind, start = request.GET.get("kind", ""), request.GET.get("start", "")
    first = int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 0
    people = {
        one.person_id: one.person for one in found.batch.confirmations.select_related("person")
    }
    return {
        "delivery": found,
        "difference": difference_of(found, kind=kind, start=first),
        "faults": found.faults[:MOST_FAULTS],
        "more_faults": max(0, len(found.faults) - MOST_FAULTS),
        "confirmed_by": [people[pk] for pk in found.confirmed_by],
        "next": first + SHOWN,
        "refusal": refusal_to_apply(
            state=found.batch.state,
            moving=found.moving,
            staff=found.staff,
            season=found.season,
            confirmations=len(found.confirmed_by),
            refused_whole=not found.reading.opens,
        ),
    }


def _batch(request: HttpRequest, pk: int) -> FeedBatch:
    return get_object_or_404(queries.batches(_company(request)), pk=pk)


def _company(request: HttpRequest) -> Company:
    hat = hat_of(request)
    if hat is None:
        raise LookupError("this door needs a hat")
    return queries.company_of(hat)


def _permissions(request: HttpRequest) -> frozenset[str]:
    hat = hat_of(request)
    return hat.permissions if hat else frozenset()


def _refuse_without(any_of: frozenset[str], request: HttpRequest) -> None:
    if not _permissions(request) & any_of:
        raise PermissionDenied
