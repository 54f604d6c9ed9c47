"""年末自己点検: computed figures, answers, and the signature of who answers for the system."""

import json
from collections.abc import Mapping
from secrets import token_urlsafe

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from sekisho.grants import self_inspection as rule
from sekisho.reports.documents.foreign import inspection_report
from sekisho.terms.days import day_in_japan
from sekisho_web.accounts import signing
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.frame.doors import asks, reads
from sekisho_web.grants.forms.foreign import Inspect
from sekisho_web.grants.models import SelfInspection
from sekisho_web.grants.operations.foreign import inspecting
from sekisho_web.grants.queries.foreign import inspections as queries
from sekisho_web.grants.views.foreign.here import as_file, hat_here, page, system_here

LAID = "grants_inspection"  # in the session: the text that was laid before the person
YEARS = (2000, 2199)


@reads(may="grants.foreign")
def inspections(request: HttpRequest, key: str) -> HttpResponse:
    """Every inspection that was signed, and the one of this year."""
    system, now = system_here(request, key), timezone.now()
    found = list(queries.inspections(system))
    this = rule.year_of(day_in_japan(now))
    signed = {one.year for one in found}
    context = {
        "system": system,
        "inspections": found,
        "open_years": [year for year in (this, this - 1) if year not in signed],
    }
    return page(request, "inspections", context)


@asks(may="grants.foreign")
def inspection(request: HttpRequest, key: str, year: int) -> HttpResponse:
    """The questions with their figures; or what was answered, once it is signed."""
    if not YEARS[0] <= year <= YEARS[1]:
        raise Http404
    system, now = system_here(request, key), timezone.now()
    signed = queries.inspections(system).filter(year=year).first()
    if signed is not None:
        return page(
            request, "inspected", {"system": system, "one": signed, "rows": _signed(signed)}
        )
    items = queries.items()
    figures = queries.figures_of(system, hat_here(request), year=year, now=now)
    form = Inspect(request.POST or None, items=items)
    refusal = rule.refusal_to_sign(
        year=year,
        is_officer=queries.is_officer(system, person_of(request), now=now),
        is_signed=False,
        today=day_in_japan(now),
    )
    if form.is_valid() and refusal is None:
        answers = _answers(form)
        wrong = rule.faults(items, figures, answers)
        for code, fault in wrong.items():
            form.add_error(f"{code}_note", f"{fault}。")
        if not wrong:
            request.session[LAID] = rule.body_of(
                system=system.key,
                year=year,
                figures=figures,
                answers=answers,
                person=person_of(request).code,
                at=now.isoformat(),
                nonce=token_urlsafe(24),
            ).decode()
            return redirect("grants:foreign_inspection_sign", key=key, year=year)
    context = {
        "system": system,
        "year": year,
        "form": form,
        "refusal": refusal,
        "rows": [
            (item, _figures(item, figures), form[item.code], form[f"{item.code}_note"])
            for item in items
        ],
    }
    return page(request, "inspection", context, wrong=form.is_bound)


@asks(may="grants.foreign")
def sign(request: HttpRequest, key: str, year: int) -> HttpResponse:
    """Lay the text before the person, and take their passkey's answer to it."""
    system, person, laid = system_here(request, key), person_of(request), request.session.get(LAID)
    if not laid or json.loads(laid)["year"] != year or json.loads(laid)["system"] != system.key:
        return redirect("grants:foreign_inspection", key=key, year=year)
    body, refusal = laid.encode(), None
    if request.method == "POST":
        try:
            answer = json.loads(request.POST.get("credential", ""))
            proof = signing.signed(person, rule.challenge_of(body), answer)
            inspecting.sign(
                system=system,
                hat=hat_here(request),
                body=body,
                proof=proof,
                by=person,
                now=timezone.now(),
            )
        except (ValueError, AttributeError, signing.NotSigned):
            refusal = inspecting.UNSIGNED
        except Refused as error:
            refusal = error.refusal
        else:
            request.session.pop(LAID)
            return redirect("grants:foreign_inspection", key=key, year=year)
    said = json.loads(laid)
    context = {
        "system": system,
        "year": year,
        "text": laid,
        "rows": _rows(said["figures"], said["answers"]),
        "refusal": refusal,
        "has_passkey": signing.has_passkey(person),
        "js_data": signing.ask(person, rule.challenge_of(body)),
    }
    return page(request, "sign", context, wrong=refusal is not None)


@reads(may="grants.foreign")
def report(request: HttpRequest, key: str, year: int, form: str) -> HttpResponse:
    """A signed inspection as a file."""
    system = system_here(request, key)
    one = queries.inspections(system).filter(year=year).first()
    if one is None:
        raise Http404
    made = inspection_report(
        system=system.name,
        year=year,
        rows=[
            (
                item.code,
                item.question,
                "、".join(f"{word} {number:,}" for word, number, _ in figures),
                word,
                note,
            )
            for item, figures, word, note in _signed(one)
        ],
        answered_by=one.answered_by.name,
        digest=bytes(one.digest).hex(),
        at=one.answered_at,
    )
    return as_file(made, form, name=f"inspection-{system.key}-{year}")


def _answers(form: Inspect) -> dict[str, tuple[str, str]]:
    said = form.cleaned_data
    return {
        item.code: (said[item.code], said[f"{item.code}_note"].strip()) for item in queries.items()
    }


def _figures(item: rule.Item, figures: Mapping[str, int]) -> list[tuple[str, int, bool]]:
    """Return the figures of a question: in words, the number, whether it speaks against a yes."""
    return [
        (rule.FIGURES[name], figures.get(name, 0), name in item.red and bool(figures.get(name, 0)))
        for name in item.figures
    ]


def _signed(one: SelfInspection) -> list[tuple[rule.Item, list[tuple[str, int, bool]], str, str]]:
    return _rows(one.figures, one.answers)


def _rows(
    figures: dict[str, int], answers: dict[str, list[str]]
) -> list[tuple[rule.Item, list[tuple[str, int, bool]], str, str]]:
    rows = []
    for item in queries.items():
        answer, note = answers.get(item.code, ["", ""])
        word = rule.ANSWERS.get(rule.Answer(answer), "－") if answer else "－"
        rows.append((item, _figures(item, figures), word, note))
    return rows
