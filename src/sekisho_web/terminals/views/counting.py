"""現品照合: on the phone, label by label; closed, and approved by another unit."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from sekisho.terminals import stocktaking as rule
from sekisho_links.terminals.lists import labels_in
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.frame import errors
from sekisho_web.frame.doors import asks, reads, writes
from sekisho_web.frame.middleware import with_camera
from sekisho_web.terminals.forms import acts as forms
from sekisho_web.terminals.forms.registers import File
from sekisho_web.terminals.models import Count, Stocktaking
from sekisho_web.terminals.operations import counting as operations
from sekisho_web.terminals.queries import counting as queries
from sekisho_web.terminals.queries.registers import own_sites
from sekisho_web.terminals.views.around import (
    UNPROCESSABLE,
    asked,
    company_of,
    page_of,
    unit_of,
    worn,
)

LAST = 10  # labels shown below the field, the newest first


@reads(may="terminals.count")
def countings(request: HttpRequest) -> HttpResponse:
    page = page_of(request, queries.listed(worn(request)), size=queries.PAGE)
    told = {"page": page, "query": "", "may_keep": request.user.has_perm("terminals.keep")}
    return render(request, "terminals/countings.html", told)


@asks(may="terminals.keep")
def new(request: HttpRequest) -> HttpResponse:
    hat, now = worn(request), timezone.now()
    form = forms.NewCounting(request.POST or None, sites=own_sites(hat, now=now))

    def act() -> HttpResponse:
        said = form.cleaned_data
        made = operations.open_counting(
            kind=Stocktaking.Kind(said["kind"]),
            company=company_of(hat),
            site=said["site"],
            occasion=said["occasion"].strip(),
            due=said["due"],
            by=person_of(request),
            now=now,
        )
        return redirect("terminals:counting", made.code)

    return asked(
        request,
        form,
        act,
        title="現品照合を始める",
        lead="いま台帳にある端末を数える相手にします。最後に見た時刻は、数え終わるまで出しません。",
        button="始める",
        back=reverse("terminals:countings"),
    )


@asks(may="terminals.count")
def counting(request: HttpRequest, code: str) -> HttpResponse:
    """Read one label after the other; a misread one is asked for again, and nothing is lost."""
    one, now = _counting(request, code), timezone.now()
    form = forms.Read(request.POST or None, sites=own_sites(worn(request), now=now))
    refusal, said = None, ""
    if form.is_bound and form.is_valid():
        try:
            [made] = operations.count(
                counting=one,
                texts=[form.cleaned_data["label"]],
                place=form.place_of(),
                how=form.how_of(),
                by=person_of(request),
                now=now,
            )
        except operations.CannotCount as error:
            refusal = error.refusal
        else:
            said = (
                f"{made.label} を読みました。"
                if made.device
                else f"{made.label} は台帳にありません。"
            )
            form = forms.Read(
                initial={"place": form.place_of()}, sites=own_sites(worn(request), now=now)
            )
    is_wrong = refusal is not None or (form.is_bound and not form.is_valid())
    told = {
        "counting": one,
        "form": form,
        "refusal": refusal,
        "said": said,
        "read": one.counts.values("label").distinct().count(),
        "expected": len(one.expected),
        "last": one.counts.select_related("device", "counted_by").order_by("-pk")[:LAST],
        "is_open": one.closed_at is None,
        "may_approve": request.user.has_perm("terminals.read"),
        **(_result(one) if one.closed_at else {}),
    }
    part = "#reading" if getattr(request, "htmx", False) else ""
    page = render(
        request, f"terminals/counting.html{part}", told, status=UNPROCESSABLE if is_wrong else 200
    )
    return with_camera(page)


@asks(may="terminals.count")
def file(request: HttpRequest, code: str) -> HttpResponse:
    """Take the labels that a hand scanner kept in a file: all of them, or none."""
    one, now = _counting(request, code), timezone.now()
    form = File(request.POST or None, request.FILES or None)

    def act() -> HttpResponse | None:
        texts, faults = labels_in(
            form.cleaned_data["file"].read(), encoding=form.cleaned_data["encoding"]
        )
        if faults:
            for fault in faults[:20]:
                form.add_error("file", f"{fault.line}行目：{fault.problem}。{fault.remedy}。")
            return None
        made = operations.count(
            counting=one, texts=texts, place="", how=Count.How.FILE, by=person_of(request), now=now
        )
        messages.success(request, f"{len(made)} 枚の札を読みました。")
        return redirect("terminals:counting", code)

    return asked(
        request,
        form,
        act,
        title=f"{code} に札のファイルを入れる",
        lead="見出し「札」のあるExcelかCSV、または一行に一枚の文字のファイル。",
        button="読み込む",
        back=reverse("terminals:counting", args=[code]),
    )


@writes(may="terminals.count")
def close(request: HttpRequest, code: str) -> HttpResponse:
    one = _counting(request, code)
    try:
        operations.close(
            counting=one, by=person_of(request), unit=unit_of(worn(request)), now=timezone.now()
        )
    except operations.CannotCount as error:
        return errors.refused(error.refusal)
    return redirect("terminals:counting", code)


@writes(may="terminals.read", fresh=True)
def approve(request: HttpRequest, code: str) -> HttpResponse:
    one = _counting(request, code)
    try:
        operations.approve(
            counting=one, by=person_of(request), unit=unit_of(worn(request)), now=timezone.now()
        )
    except operations.CannotCount as error:
        return errors.refused(error.refusal)
    return redirect("terminals:counting", code)


def _result(one: Stocktaking) -> dict[str, object]:
    """Return what came of a count that is closed; only now, when each was last seen."""
    lines = queries.outcome_of(one)
    wrong = [line for line in lines if line.result is not rule.Result.FOUND]
    seen = queries.last_seen([line.label for line in wrong])
    return {
        "totals": [(rule.WORDS[result], one.totals.get(result, 0), result.value)
                   for result in rule.Result],
        "wrong": [(line, rule.WORDS[line.result], seen.get(line.label)) for line in wrong],
    }  # fmt: skip


def _counting(request: HttpRequest, code: str) -> Stocktaking:
    return get_object_or_404(queries.listed(worn(request)), code=code)
