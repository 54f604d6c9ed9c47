"""Tables out and in: workbooks, archives, and any two versions compared."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from sekisho.errors import SekishoError
from sekisho.policy.lint import Severity, lint
from sekisho.policy.sheets import Unreadable
from sekisho_links.policy.workbooks import (
    address_of,
    files_in_archive,
    files_in_workbook,
    write_archive,
    write_workbook,
)
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.frame.doors import asks, reads
from sekisho_web.policy import operations, versions
from sekisho_web.policy.forms.changes import Upload
from sekisho_web.policy.models import Change, Version
from sekisho_web.policy.queries import changes as queries
from sekisho_web.policy.queries.judging import judged
from sekisho_web.policy.views.one_change import UNPROCESSABLE, change_at, expected_in, page_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@asks(may="policy.edit")
def bring_in(request: HttpRequest, number: str) -> HttpResponse:
    """Take a workbook or an archive: first what it would change, then the draft."""
    one = change_at(number)
    if name := request.POST.get("version"):
        return _made_the_draft(request, one, version=name)
    form = Upload(request.POST or None, request.FILES or None)
    shown: dict[str, object] = {"form": form, "change": one}
    if not form.is_valid():
        status = UNPROCESSABLE if form.is_bound else 200
        return render(request, "policy/import.html", shown, status=status)
    upload, content = form.cleaned_data["file"], operations.content_of(one)
    try:
        version = _taken(upload, content)
        policy = versions.policy_of(version.pk)
    except SekishoError as error:
        every = error.errors if isinstance(error, Unreadable) else (error,)
        problems = [_told(each) for each in every]
        shown |= {"problems": problems}
        return render(request, "policy/import.html", shown, status=UNPROCESSABLE)
    found = judged(version.pk, "")
    shown |= {
        "name": upload.name,
        "version": version,
        "same": version.pk == content,
        "findings": replace(
            found,
            errors=tuple(replace(one, place=address_of(one.place)) for one in found.errors),
        ),
        "normalised": [(address_of(one.place), one) for one in policy.normalised],
        "difference": queries.comparison(content, version.pk),
        "warnings": [
            (address_of(each.place), each)
            for each in lint(policy)
            if each.severity is not Severity.ERROR
        ],
    }
    return render(request, "policy/import.html", shown)


def _taken(upload: Any, content: str) -> Version:  # noqa: ANN401  # its type has no generics yet
    """Return the draft `content` with the sheets of the uploaded file in it, kept as a version."""
    base = versions.files_of(content)
    is_archive = (upload.name or "").lower().endswith(".zip")
    taken = (files_in_archive if is_archive else files_in_workbook)(upload.read(), base=base)
    return operations.keep(base | taken, now=timezone.now())


def _made_the_draft(request: HttpRequest, one: Change, *, version: str) -> HttpResponse:
    try:
        operations.save(
            change=one,
            files=versions.files_of(versions.version_at(version).pk),
            expected=expected_in(request),
            note=f"取り込み（{request.POST.get('name', '')[:100]}）",
            by=person_of(request),
            now=timezone.now(),
        )
    except operations.Refused as error:
        return page_of(request, one, refusal=error.refusal)
    except operations.Meanwhile:
        return page_of(request, one, meanwhile=True)
    return redirect("policy:change", one.number)


@reads(may="policy.read")
def workbook(request: HttpRequest, version: str) -> HttpResponse:
    """The tables of a version as a workbook; ?system= for one system with the shared sheets."""
    found = versions.version_at(version)
    name = f"hantei-{found.pk[:12]}.xlsx"
    try:
        data = write_workbook(versions.files_of(found.pk), system=request.GET.get("system") or None)
    except SekishoError as error:  # a draft may hold what no workbook can
        return HttpResponse(str(error), status=UNPROCESSABLE, content_type="text/plain")
    return _file(data, name, XLSX)


@reads(may="policy.read")
def archive(request: HttpRequest, version: str) -> HttpResponse:  # noqa: ARG001  # a door
    found = versions.version_at(version)
    data = write_archive(versions.files_of(found.pk))
    return _file(data, f"hantei-{found.pk[:12]}.zip", "application/zip")


@reads(may="policy.read")
def compare(request: HttpRequest, old: str, new: str) -> HttpResponse:
    """Any two versions, as sentences."""
    before, after = versions.version_at(old), versions.version_at(new)
    return render(
        request,
        "policy/compare.html",
        {
            "old": before,
            "new": after,
            "difference": queries.comparison(before.pk, after.pk),
            "chosen": queries.published(),
        },
    )


@reads(may="policy.read")
def published(request: HttpRequest) -> HttpResponse:
    found = queries.published()
    lines = [
        {"one": one, "previous": found[n + 1].version_id if n + 1 < len(found) else None}
        for n, one in enumerate(found)
    ]
    return render(request, "policy/published.html", {"lines": lines, "live": versions.live_hash()})


def _told(error: SekishoError) -> dict[str, str]:
    return {"place": address_of(error.place), "problem": error.problem, "remedy": error.remedy}


def _file(data: bytes, name: str, kind: str) -> HttpResponse:
    return HttpResponse(
        data,
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
