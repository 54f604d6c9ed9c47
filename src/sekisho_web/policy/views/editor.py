"""The editor of a draft: a grid that is walked and written by keyboard, and saved cell by cell.

Every act is a form and every form a page of its own; the script only spares the reload.
"""

import json
from collections.abc import Callable, Mapping
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from sekisho.errors import SekishoError
from sekisho.policy.editing import (
    Files,
    copied_row,
    name_of,
    rows_of,
    with_cell,
    with_row,
    without_row,
)
from sekisho.policy.life import State, refusal_to_edit
from sekisho.policy.lint import Finding
from sekisho.policy.pasting import block_of, pasted
from sekisho.policy.rewriting import beside, name_after, with_cells
from sekisho.policy.vocabulary import grammar_of, lists_of, problem_of
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.frame.doors import asks, reads, writes
from sekisho_web.policy import drafts, operations, versions
from sekisho_web.policy.forms.editing import (
    cells_in,
    head_in,
    place_in,
    refuse_long,
    settled_in,
    text_in,
)
from sekisho_web.policy.models import Change
from sekisho_web.policy.queries import editing as queries
from sekisho_web.policy.queries import judging
from sekisho_web.policy.queries.editing import Cell, Page, Sheet
from sekisho_web.policy.views.fragments import swaps

UNPROCESSABLE, CONFLICT = 422, 409
LAST = 20  # savings that the editor lists; the page of the change has all
MOST = 200  # signs of a row and a column in an address
Make = Callable[[Files], Files]


@reads(may="policy.read")
def index(request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG001 - a door
    change = queries.change_of(number)
    first = queries.sheets_of(change, queries.files_of(queries.content_of(change)))[0]
    return redirect("policy:edit_sheet", number, first.slug)


@reads(may="policy.read")
def sheet(request: HttpRequest, number: str, sheet: str) -> HttpResponse:
    return _sheet(request, queries.change_of(number), sheet)


@reads(may="policy.read")
def judged(request: HttpRequest, number: str, sheet: str) -> HttpResponse:
    """The part of the page that is looked at anew after each save."""
    change = queries.change_of(number)
    page = _page_of(change, sheet)
    context = {"change": change} | _judged(request, change, sheet, page)
    return render(request, "policy/editor.html#judged", context)


@asks(may="policy.edit")
def row(request: HttpRequest, number: str, sheet: str) -> HttpResponse:
    """One row as a form: how a cell is written without the script."""
    change = queries.change_of(number)
    page = queries.page_of(change, sheet)
    typed: Mapping[str, str] = {}
    error: SekishoError | None = None
    if request.method == "POST":
        name, typed = request.POST.get("row", ""), cells_in(request.POST, page.heads)
        try:
            refuse_long(typed.values())
            return _saved(
                request,
                change,
                page.sheet,
                make=lambda files: with_cells(files, page.sheet.path, row=name, cells=typed),
                note=f"{page.sheet.name} {name} を直す",
                to=name_of({**page.line(name).texts, **typed}, page.key),
            )
        except SekishoError as refused:
            error = refused
    line = page.line(request.POST.get("row") or request.GET.get("id", ""))
    lists = lists_of(queries.files_of(page.version), folder=page.sheet.path.rpartition("/")[0])
    fields = []
    for cell in line.cells:
        text = typed.get(cell.head.name, cell.text)
        grammar = grammar_of(page.sheet.path, cell.head.name, lists)
        problem = problem_of(text, grammar, column=cell.head.name, place=page.sheet.path)
        fields.append({"cell": cell, "text": text, "problem": problem or cell.problem})
    context = {
        "change": change,
        "page": page,
        "line": line,
        "fields": fields,
        "at": place_in(request.GET),
        "error": error,
        "head": request.POST.get("head", change.head_id or ""),
    }
    return render(
        request, "policy/editor_row.html", context, status=UNPROCESSABLE if error else 200
    )


@writes(may="policy.edit")
def cell(request: HttpRequest, number: str, sheet: str) -> HttpResponse:
    """Save one cell, and answer with it."""
    change = queries.change_of(number)
    page = queries.page_of(change, sheet)
    name, at = request.POST.get("row", ""), place_in(request.POST)
    head = page.heads[at] if 0 <= at < len(page.heads) else page.line("").cells[0].head
    text = text_in(request.POST.get("value", ""))
    try:
        refuse_long([text])
        answer = _saved(
            request,
            change,
            page.sheet,
            make=lambda files: with_cell(
                files, page.sheet.path, row=name, column=head.name, value=text
            ),
            note=f"{page.sheet.name} {name} {head.name}: {text or '空欄'}",
            to=name_of({**page.line(name).texts, head.name: text}, page.key),
        )
    except SekishoError as error:
        if not swaps(request):
            return _sheet(request, change, sheet, error=error)
        wrong = Cell(row=name, at=at, head=head, text=text, was=None, problem=error)
        return _cell(request, wrong, status=UNPROCESSABLE)
    if not swaps(request) or answer.status_code != 302:
        return answer
    change = queries.change_of(number)
    if head.name in page.key:
        return _elsewhere(answer["Location"], head=change.head_id)
    after = queries.page_of(change, sheet).line(name).cells[at]
    response = _cell(request, after)
    response["HX-Trigger"] = json.dumps({"saved": {"head": change.head_id}})
    return response


@writes(may="policy.edit")
def rows(request: HttpRequest, number: str, sheet: str) -> HttpResponse:
    """Add, copy, remove a row, or bring one back that the draft removed."""
    change = queries.change_of(number)
    page = queries.page_of(change, sheet)
    name, path, to = request.POST.get("row", ""), page.sheet.path, ""
    try:
        act, _, gone = request.POST.get("act", "").partition(":")
        name = gone or name
        words = f"{page.sheet.name} {name}"
        grid = rows_of(drafts.files_at(change, head_in(request.POST)), path)
        if act == "restore":
            before = queries.base_row(change, path, name) or {}
            make, note, to = _making(with_row, path, cells=before), f"{words} を戻す", name
        elif act == "remove":
            make, note = _making(without_row, path, row=name), f"{words} を消す"
            to = beside(grid, name)
        else:
            cells = name_after(grid, like=name)
            to = name_of({**grid.row(name).cells, **cells}, grid.key)
            if act == "copy":
                make, note = _making(copied_row, path, row=name, cells=cells), f"{words} を写す"
            else:
                kept = {column: grid.row(name).cells[column] for column in grid.key}
                make = _making(with_row, path, cells=kept | cells, after=name)
                note = f"{words} の下に {to} を足す"
        answer = _saved(request, change, page.sheet, make=make, note=note, to=to)
    except SekishoError as error:
        return _sheet(request, change, sheet, error=error)
    if act == "remove" and answer.status_code == 302:
        messages.info(request, f"{name} の行を消しました。「取り消す」で元に戻せます。")
    return answer


@writes(may="policy.edit")
def paste(request: HttpRequest, number: str, sheet: str) -> HttpResponse:
    """Lay a block from a spreadsheet on the sheet: first what it would change, then the draft."""
    change = queries.change_of(number)
    page = queries.page_of(change, sheet)
    path, name, at = page.sheet.path, request.POST.get("row", ""), place_in(request.POST)
    block = request.POST.get("block", "")
    try:
        cells = block_of(block)
        refuse_long(text for line in cells for text in line)
        column = page.heads[at].name if 0 <= at < len(page.heads) else ""

        def make(files: Files) -> Files:
            return pasted(files, path, block=cells, row=name, column=column).files

        if request.POST.get("sure"):
            words = f"{page.sheet.name} {name} から {len(cells)} 行 {len(cells[0])} 列を貼り付ける"
            return _saved(request, change, page.sheet, make=make, note=words, to=name)
        seen = drafts.files_at(change, head_in(request.POST))
        found = pasted(seen, path, block=cells, row=name, column=column)
    except SekishoError as error:
        return _sheet(request, change, sheet, error=error, block=block)
    lists = lists_of(found.files, folder=path.rpartition("/")[0])
    context = {
        "change": change,
        "page": page,
        "typed": {"row": name, "at": at, "block": block, "head": request.POST.get("head", "")},
        "added": found.added,
        "cells": [
            (
                one,
                problem_of(
                    one.after,
                    grammar_of(path, one.column, lists),
                    column=one.column,
                    place=f"{one.row} {one.column}",
                ),
            )
            for one in found.cells
        ],
    }
    return render(request, "policy/editor_paste.html", context)


@writes(may="policy.edit")
def undo(request: HttpRequest, number: str, sheet: str) -> HttpResponse:
    """Go back by one saving; again and again, to the version that the change follows."""
    change = queries.change_of(number)
    note = change.head.note if change.head else ""
    try:
        operations.undo(
            change=change,
            expected=head_in(request.POST) or 0,
            by=person_of(request),
            now=timezone.now(),
        )
        messages.info(request, f"取り消しました：{note}")
    except operations.Refused as error:
        messages.error(request, str(error.refusal))
    except operations.Meanwhile:
        messages.error(
            request, "ほかの人が先に保存したので、取り消していません。いまの姿を確かめてください。"
        )
    address = reverse("policy:edit_sheet", args=[number, sheet])
    return redirect(address + _link(request.POST.get("to", "")[:MOST]))


def _page_of(change: Change, slug: str) -> Page | None:
    try:
        return queries.page_of(change, slug)
    except SekishoError:  # it is said in the list of what cannot be read
        return None


def _sheet(
    request: HttpRequest,
    change: Change,
    slug: str,
    *,
    error: SekishoError | None = None,
    block: str = "",
) -> HttpResponse:
    """Return the grid of a sheet; with why an act was refused, and nothing of it done."""
    files = queries.files_of(queries.content_of(change))
    here = queries.sheet_of(change, files, slug)
    page = _page_of(change, slug)
    refusal = refusal_to_edit(State(change.state))
    may = request.user.has_perm("policy.edit")
    context = {
        "change": change,
        "page": page,
        "sheet": here,
        "tabs": [
            {
                "words": one.name,
                "url": reverse("policy:edit_sheet", args=[change.number, one.slug]),
                "on": one == here,
            }
            for one in queries.sheets_of(change, files)
        ],
        "editable": may and refusal is None and page is not None,
        "refusal": refusal if may else None,
        "error": error,
        "typed_block": block,
    } | _judged(request, change, slug, page)
    return render(request, "policy/editor.html", context, status=UNPROCESSABLE if error else 200)


def _judged(
    request: HttpRequest, change: Change, slug: str, page: Page | None
) -> dict[str, object]:
    """Return what is said beside the grid: problems, broken invariants, examples, differences."""
    version = queries.content_of(change)
    live = versions.live_hash()
    found = judging.judged(version, change.system)
    files = queries.files_of(version)
    by_path = {one.path: one.slug for one in queries.sheets_of(change, files)}
    told_of = {cell.row for cell in page.wrong} if page else set()
    problems: list[tuple[str, str, SekishoError | Finding]] = [
        (_link(f"{cell.row}.{cell.at}"), f"{cell.row} {cell.head.name}", cell.problem)
        for cell in (page.wrong if page else ())
        if cell.problem
    ]
    said: tuple[SekishoError | Finding, ...] = (*found.unreadable, *found.errors)
    for error in said:
        path, name = judging.located(error.place, files) or ("", "")
        if page and path == page.sheet.path and name in told_of:
            continue
        there = by_path.get(path)
        address = reverse("policy:edit_sheet", args=[change.number, there]) if there else ""
        problems.append((address + _link(name) if there else "", error.place, error))
    measured = judging.measured(live, version, change.system)
    return {
        "slug": slug,
        "judged": found,
        "problems": problems,
        "measured": measured,
        "live": live,
        "version": version,
        "may_edit": request.user.has_perm("policy.edit")
        and refusal_to_edit(State(change.state)) is None,
        "revisions": list(change.revisions.select_related("by").order_by("-pk")[:LAST]),
    }


def _saved(
    request: HttpRequest, change: Change, sheet: Sheet, *, make: Make, note: str, to: str
) -> HttpResponse:
    """Save what `make` does, and lead back to the row `to`; or show who wrote otherwise.

    Raises SekishoError where the sheet does not take it: nothing was changed then.
    """
    try:
        drafts.save(
            change=change,
            saw=head_in(request.POST),
            make=make,
            note=note,
            by=person_of(request),
            now=timezone.now(),
            settled=settled_in(request.POST),
        )
    except drafts.Clash as clash:
        kept = [
            (name, text)
            for name, texts in request.POST.lists()
            for text in texts
            if name not in {"csrfmiddlewaretoken", "where"} and not name.startswith("side-")
        ]
        context = {
            "change": change,
            "sheet": sheet,
            "clash": clash,
            "kept": kept,
            "places": [("\t".join(one.where), one) for one in clash.conflicts],
        }
        return render(request, "policy/editor_clash.html", context, status=CONFLICT)
    except operations.Refused as error:
        return _not_saved(request, change, sheet, str(error.refusal))
    except operations.Meanwhile:
        words = "ほかの人の保存が続いています。もう一度保存してください。"
        return _not_saved(request, change, sheet, words)
    address = reverse("policy:edit_sheet", args=[change.number, sheet.slug])
    return redirect(address + _link(to))


def _not_saved(request: HttpRequest, change: Change, sheet: Sheet, words: str) -> HttpResponse:
    messages.error(request, words)
    address = reverse("policy:edit_sheet", args=[change.number, sheet.slug])
    return _elsewhere(address, head=change.head_id) if swaps(request) else redirect(address)


def _making(edit: Callable[..., Files], path: str, **what: object) -> Make:
    return lambda files: edit(files, path, **what)


def _cell(request: HttpRequest, cell: Cell, *, status: int = 200) -> HttpResponse:
    return render(
        request, "policy/editor.html#cell", {"cell": cell, "editable": True}, status=status
    )


def _elsewhere(address: str, *, head: int | None) -> HttpResponse:
    """Lead htmx to another page; `head` in the address, else a browser only jumps to the #."""
    path, sign, place = address.partition("#")
    response = HttpResponse(status=204)
    response["HX-Redirect"] = f"{path}?head={head or 0}{sign}{place}"
    return response


def _link(to: str) -> str:
    return f"#{quote(to)}" if to else ""
