"""発動, 確認, 延長, 解除."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from sekisho.grants import emergencies as rule
from sekisho.grants.declarations import PART_WORDS, Part, Statement
from sekisho.terms.days import JST
from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts import signing
from sekisho_web.accounts.models import AppointmentTerm, Company, System
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.signed_in import Hat, person_of
from sekisho_web.accounts.views.registers import UNPROCESSABLE, asked, worn
from sekisho_web.frame.doors import asks
from sekisho_web.grants.forms import emergencies as forms
from sekisho_web.grants.models import Emergency
from sekisho_web.grants.operations import declaring as operations
from sekisho_web.grants.queries import emergencies as queries
from sekisho_web.grants.views.emergencies.reading import page_of
from sekisho_web.grants.views.emergencies.shared import (
    emergency_at,
    laid,
    moment,
    new_nonce,
    said_again,
    sign_page,
    signed,
)


@asks(may="grants.declare")
def prepare(request: HttpRequest) -> HttpResponse:
    """Write down what is to be declared; nothing is in effect by that."""
    hat, person, now = worn(request), person_of(request), timezone.now()
    form = forms.Prepare(
        request.POST or None,
        initial={"kind": request.GET.get("kind", rule.Kind.DISASTER.value)},
        districts=[(code, code) for code in queries.districts()],
        systems=_systems(hat, now=now),
        commanders=_people(queries.commanders(hat.company_code, now=now)),
        conduct_officers=_people(queries.conduct_officers(hat.company_code, now=now)),
    )
    refusal = None
    if form.is_valid():
        try:
            made = operations.prepare(
                **form.asked(now=now),
                owner=Company.objects.get(code=hat.company_code),
                commander=queries.appointment(int(form.cleaned_data["commander"])),
                conduct_officer=queries.appointment(int(form.cleaned_data["conduct_officer"])),
                by=person,
                hat=hat,
                now=now,
            )
        except Refused as error:
            refusal = error.refusal
        else:
            return redirect("grants:declare_sign", made.code)
    return render(
        request,
        "grants/emergencies/prepare.html",
        {"form": form, "refusal": refusal},
        status=UNPROCESSABLE if form.is_bound else 200,
    )


@asks(may="grants.declare", fresh=True)
def declare(request: HttpRequest, code: str) -> HttpResponse:
    """The first of two signs."""
    one, hat = emergency_at(request, code)
    now = timezone.now()
    refusal = operations.refusal_to_declare(one, by=person_of(request), hat=hat, now=now)
    if refusal or one.terms.all():
        return _stays(request, one, refusal or ALREADY)
    runs = Period(starts=one.starts_at, ends=one.ends_at)
    return _sign(request, one, hat, runs=runs, no=1, part=Part.DECLARE)


@asks(may="grants.declare", fresh=True)
def confirm(request: HttpRequest, code: str, no: int) -> HttpResponse:
    """The second of two signs."""
    one, hat = emergency_at(request, code)
    term = next((each for each in one.terms.all() if each.no == no), None)
    if term is None:
        raise Http404
    now = timezone.now()
    refusal = operations.refusal_to_confirm(one, term, by=person_of(request), hat=hat, now=now)
    if refusal:
        return _stays(request, one, refusal)
    runs = Period(starts=term.signed.lower, ends=term.signed.upper)
    return _sign(request, one, hat, runs=runs, no=no, part=Part.CONFIRM,
                 answers=operations.answered(term))  # fmt: skip


@asks(may="grants.declare", fresh=True)
def extend(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for how long it goes on, and let the first of two sign that."""
    one, hat = emergency_at(request, code)
    person, now = person_of(request), timezone.now()
    said = queries.as_rule(one)
    starts = rule.ends_at(said, now)
    state = rule.state_of(said, now)
    if starts is None or state is not rule.State.DECLARED:
        if state in rule.OVER and request.method == "POST":
            operations.refused_reopening(emergency=one, by=person, now=now)
        refusal = operations.refusal_to_extend(one, ends_at=now, by=person, hat=hat, now=now)
        return _stays(request, one, refusal or ALREADY)
    kept = laid(request, _what(one, len(one.terms.all()) + 1, Part.DECLARE))
    if "credential" in request.POST and kept:
        until = datetime.fromisoformat(kept["until"])
        return _sign(request, one, hat, runs=Period(starts=starts, ends=until),
                     no=len(one.terms.all()) + 1, part=Part.DECLARE, until=until)  # fmt: skip
    form = forms.Extend(request.POST if "hours" in request.POST else None)
    refusal = None
    if form.is_valid():
        until = starts + timedelta(hours=form.cleaned_data["hours"])
        refusal = operations.refusal_to_extend(one, ends_at=until, by=person, hat=hat, now=now)
        if refusal is None:
            return _sign(request, one, hat, runs=Period(starts=starts, ends=until),
                         no=len(one.terms.all()) + 1, part=Part.DECLARE, until=until)  # fmt: skip
    told = {
        "form": form,
        "refusal": refusal,
        "title": f"{one.code} を延長する",
        "lead": f"いまの終わり（{_clock(starts)}）から延ばします。もう一度、二人の署名が要ります。",
        "button": "署名に進む",
        "back": reverse("grants:emergency", args=[one.code]),
    }
    return render(request, "accounts/registers/form.html", told,
                  status=UNPROCESSABLE if form.is_bound else 200)  # fmt: skip


@asks(may="grants.declare", fresh=True)
def lift(request: HttpRequest, code: str) -> HttpResponse:
    """解除: one person is enough, and everything ends in that instant."""
    one, hat = emergency_at(request, code)
    person, now = person_of(request), timezone.now()
    if refusal := operations.refusal_to_lift(one, by=person, hat=hat, now=now):
        return _stays(request, one, refusal)
    form = forms.Lift(request.POST or None)

    def act() -> HttpResponse:
        ended = operations.lift(
            emergency=one, reason=form.cleaned_data["reason"], by=person, hat=hat, now=now
        )
        messages.success(
            request,
            f"解除しました。利用許可 {ended.grants} 件、発令 {ended.posts} 件、"
            f"一時ID {ended.accounts} 件、セッション {ended.sessions} 件が終わりました。",
        )
        return redirect("grants:emergency", one.code)

    return asked(
        request,
        form,
        act,
        title=f"{one.code} を解除する",
        lead="押した瞬間に、この発動による利用許可、利用、応援の発令、一時ID、セッションがすべて"
        "終わります。戻すことはできません。",
        button="解除する",
        back=reverse("grants:emergency", args=[one.code]),
    )


ALREADY = Refusal(
    reason="もう発動が起こされています", remedy="画面を開き直し、いまの段階を確かめてください"
)


def _sign(
    request: HttpRequest,
    one: Emergency,
    hat: Hat,
    *,
    runs: Period,
    no: int,
    part: Part,
    answers: str = "",
    until: datetime | None = None,
) -> HttpResponse:
    """Lay the declaration before the person, and take their passkey's answer to it."""
    person, now, what = person_of(request), timezone.now(), _what(one, no, part)
    refusal: Refusal | None = None
    kept = laid(request, what)
    if "credential" in request.POST and kept:
        said = said_again(kept, Statement)

        def act(proof: signing.Proof) -> HttpResponse:
            given: dict[str, Any] = {
                "statement": said,
                "proof": proof,
                "by": person,
                "hat": hat,
                "now": now,
            }
            if part is Part.CONFIRM:
                operations.confirm(emergency=one, no=no, **given)
            elif until is not None:
                operations.extend(emergency=one, ends_at=until, **given)
            else:
                operations.declare(emergency=one, **given)
            messages.success(request, _done(part))
            return redirect("grants:emergency", one.code)

        answer = signed(request, said, act)
        if isinstance(answer, HttpResponse):
            return answer
        refusal = answer
    said = operations.statement_of(
        one, term=no, part=part, runs=runs, answers=answers, by=person, hat=hat,
        nonce=new_nonce(), at=moment(),
    )  # fmt: skip
    return sign_page(
        request,
        said,
        what=what,
        title=f"{one.code} {one.get_kind_display()}の{PART_WORDS[part]}"
        + ("" if no == 1 else f"（延長 {no - 1}）"),
        lead="下に示すすべてに、パスキーで署名します。"
        + (
            "別の人が確認するまで、何も有効になりません。"
            if part is Part.DECLARE
            else "署名した時刻から有効になります。起こした人とは別の人であることを確かめました。"
        ),
        pairs=pairs_of(one, runs),
        button=f"パスキーで署名して、{PART_WORDS[part]}する",
        back=reverse("grants:emergency", args=[one.code]),
        kept={"until": until.isoformat()} if until is not None else None,
        refusal=refusal,
    )


def pairs_of(one: Emergency, runs: Period) -> Sequence[tuple[str, str]]:
    """Return what is declared, in words, for the page on which one signs."""
    return (
        ("種類", one.get_kind_display()),
        ("事由", one.cause),
        ("理由", one.reason),
        ("期間", f"{_clock(runs.starts)} から {_clock(runs.ends)} の前まで"),
        ("地区", "、".join(one.areas) or "定めない"),
        ("対象システム", "、".join(queries.names_of(one.systems))),
        ("責任者", _named(one.commander)),
        ("行為規制担当", _named(one.conduct_officer)),
    )


def _done(part: Part) -> str:
    if part is Part.CONFIRM:
        return "確認しました。いまから有効です。"
    return "署名しました。別の人が確認すると有効になります。"


def _what(one: Emergency, no: int, part: Part) -> str:
    return f"{one.code}/{no}/{part.value}"


def _stays(request: HttpRequest, one: Emergency, refusal: Refusal) -> HttpResponse:
    return page_of(request, one, refusal=refusal)


def _systems(hat: Hat, *, now: datetime) -> list[tuple[str, str]]:
    relief = queries.relief_systems(now=now)
    known = System.objects.filter(state=System.State.IN_USE).select_related("owner")
    found = sorted(known, key=lambda one: (one.key not in relief, one.key))
    return [
        (one.key, one.name if one.key in relief else f"{one.name}（暫定利用だけ）")
        for one in found
        if (one.owner and one.owner.code == hat.company_code) or one.owner_kind != rule.OWNER
    ]


def _people(terms: Sequence[AppointmentTerm]) -> list[tuple[str, str]]:
    return [
        (str(term.appointment_id), f"{term.person.name}（{term.unit.name} {term.title}）")
        for term in terms
    ]


def _named(appointment: object) -> str:
    person = getattr(appointment, "person", None)
    return f"{person.name}（{person.code}）" if person is not None else "—"


def _clock(at: datetime | None) -> str:
    return f"{at.astimezone(JST):%Y-%m-%d %H:%M}" if at is not None else "—"
