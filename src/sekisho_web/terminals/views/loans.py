"""貸与: what is out, what should be back; lending and taking back, signed by both."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from sekisho.terminals.loans import Statement
from sekisho.terminals.states import WORDS
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts import signing
from sekisho_web.accounts.models import Person
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.frame import errors
from sekisho_web.frame.doors import asks, reads
from sekisho_web.frame.follows import ask
from sekisho_web.terminals.forms import acts as forms
from sekisho_web.terminals.models import Loan
from sekisho_web.terminals.operations import loans as operations
from sekisho_web.terminals.queries import loans as queries
from sekisho_web.terminals.queries.registers import seen_by
from sekisho_web.terminals.queries.standing import state_of
from sekisho_web.terminals.views.around import (
    UNPROCESSABLE,
    asked,
    device_with,
    page_of,
    person_with,
    query_of,
    worn,
)

LAID = "loan"  # in the session: the text that was laid before the two, and who has signed it
CHOICES = {"out": "貸与中", "overdue": "返却遅れ", "back": "消去待ち", "done": "終わったもの"}
TURNS = {operations.BORROWER: "借りる人", operations.DESK: "窓口"}  # in this order


@reads(may="terminals.read")
def loans(request: HttpRequest) -> HttpResponse:
    hat, now = worn(request), timezone.now()
    of = request.GET.get("of", "out")
    of = of if of in CHOICES else "out"
    page = page_of(request, queries.listed(hat, of=of, now=now), size=queries.PAGE)
    here = reverse("terminals:loans")
    told = {
        "page": page,
        "lines": queries.lines(page, now=now),
        "of": of,
        "query": query_of(request, "of"),
        "may_keep": request.user.has_perm("terminals.keep"),
        "choices": [
            {"words": words, "url": f"{here}?of={key}", "on": of == key}
            for key, words in CHOICES.items()
        ],
    }
    return render(request, "terminals/loans.html", told)


@asks(may="terminals.keep")
def lend(request: HttpRequest) -> HttpResponse:
    """Lay the text of a loan before the borrower and the desk."""
    now, by = timezone.now(), person_of(request)
    form = forms.Lend(request.POST or None)

    def act() -> HttpResponse | None:
        device = device_with(form, "label", form.cleaned_data["label"])
        person = person_with(form, "person", form.cleaned_data["person"])
        if device is None or person is None:
            return None
        occasion, due = form.cleaned_data["occasion"].strip(), form.cleaned_data["due"]
        if occasion and _end_of(occasion) is None:
            form.add_error("occasion", "この番号の非常災害・委託は、いま続いていません。")
            return None
        said = operations.to_lend(
            device=device, person=person, by=by, due=due, occasion=occasion, now=now
        )
        operations.try_to_lend(said, by=by, now=now, ends_with=_end_of(occasion))
        _lay(request, said)
        return redirect("terminals:sign")

    return asked(
        request,
        form,
        act,
        title="端末を貸す",
        lead="借りる人の番号と端末の札を読み、二人が自分の認証器で署名すると、貸与になります。",
        button="署名に進む",
        back=reverse("terminals:loans"),
        scans=True,
    )


@asks(may="terminals.keep")
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Lay the text of a return before the borrower and the desk."""
    now, by = timezone.now(), person_of(request)
    loan = _loan(request, pk)
    form = forms.TakeBack(request.POST or None)

    def act() -> HttpResponse:
        said = operations.to_take_back(
            loan=loan, by=by, condition=form.cleaned_data["condition"], now=now
        )
        _lay(request, said)
        return redirect("terminals:sign")

    return asked(
        request,
        form,
        act,
        title=f"端末 {loan.device.number} の返却を受け付ける",
        lead=f"借りた人は{loan.person.name}です。端末は"
        f"「{WORDS[state_of(loan.device, now=now)]}」です。二人の署名で返却になります。",
        button="署名に進む",
        back=reverse("terminals:loans"),
    )


@asks(may="terminals.keep")
def sign(request: HttpRequest) -> HttpResponse:
    """Take the signature of the borrower, then that of the desk; with both it is done."""
    laid = request.session.get(LAID)
    if not laid:
        return redirect("terminals:loans")
    said, now = Statement(**laid["statement"]), timezone.now()
    proofs: dict[str, Any] = dict(laid["proofs"])
    refusal: Refusal | None = None
    if request.method == "POST":
        turn = _turn(proofs)
        signer = _signers(request, said)[turn]
        try:
            proofs[turn] = signing.signed(
                signer, said.digest, json.loads(request.POST.get("credential", ""))
            )
        except (ValueError, AttributeError, signing.NotSigned):
            refusal = UNREAD
        else:
            request.session[LAID] = {"statement": asdict(said), "proofs": proofs}
            if len(proofs) == len(TURNS):
                return _done(request, said, proofs)
    turn = _turn(proofs)
    signer = _signers(request, said)[turn]
    told = {
        "statement": said,
        "text": said.text.decode(),
        "turn": turn,
        "turns": [(words, key in proofs, key == turn) for key, words in TURNS.items()],
        "signer": signer,
        "borrower": _signers(request, said)[operations.BORROWER],
        "refusal": refusal,
        "is_lending": said.act == operations.LEND,
        "due": _moment(said.due),
        "has_passkey": signing.has_passkey(signer),
        "js_data": signing.ask(signer, said.digest),
        "now": now,
    }
    return render(request, "terminals/sign.html", told, status=UNPROCESSABLE if refusal else 200)


def _done(request: HttpRequest, said: Statement, proofs: Mapping[str, Any]) -> HttpResponse:
    """Lend or take back what both have signed; the text is laid before nobody again."""
    request.session.pop(LAID)
    by, now = person_of(request), timezone.now()
    signed = operations.Signed(statement=said, proofs=proofs)
    try:
        if said.act == operations.LEND:
            operations.lend(signed=signed, by=by, now=now, ends_with=_end_of(said.occasion))
            messages.success(request, f"端末 {said.device} を貸しました。")
        else:
            operations.take_back(signed=signed, by=by, now=now)
            messages.success(
                request, f"端末 {said.device} が返りました。別の人が消去と点検をしてください。"
            )
    except operations.CannotLend as error:
        return errors.refused(error.refusal)
    return redirect("terminals:loans")


@asks(may="terminals.keep")
def wipe(request: HttpRequest, pk: int) -> HttpResponse:
    loan = _loan(request, pk)
    form = forms.Wipe(request.POST or None)

    def act() -> HttpResponse:
        operations.wipe(
            loan=loan, done=form.cleaned_data["done"], by=person_of(request), now=timezone.now()
        )
        messages.success(request, f"端末 {loan.device.number} は、また貸せます。")
        return redirect("terminals:loans")

    return asked(
        request,
        form,
        act,
        title=f"端末 {loan.device.number} を消去し、点検する",
        lead="借りた人でも、返却を受け付けた人でもない人が行います。",
        button="消去と点検を終えた",
        back=f"{reverse('terminals:loans')}?of=back",
    )


@asks(may="terminals.keep")
def prolong(request: HttpRequest, pk: int) -> HttpResponse:
    loan = _loan(request, pk)
    form = forms.Prolong(request.POST or None)

    def act() -> HttpResponse:
        operations.prolong(
            loan=loan,
            until=form.cleaned_data["until"],
            by=person_of(request),
            now=timezone.now(),
            ends_with=_end_of(loan.occasion),
        )
        return redirect("terminals:loans")

    return asked(
        request,
        form,
        act,
        title=f"端末 {loan.device.number} の貸与を延ばす",
        lead="非常災害や委託のために貸したものは、その終わりまでしか延ばせません。",
        button="期限を延ばす",
        back=reverse("terminals:loans"),
    )


def _loan(request: HttpRequest, pk: int) -> Loan:
    """Return a loan of a terminal that the hat sees. Raise 404 for any other."""
    mine = seen_by(worn(request))
    found = Loan.objects.filter(device__in=mine).select_related("device", "person", "returned_to")
    return get_object_or_404(found, pk=pk)


def _lay(request: HttpRequest, said: Statement) -> None:
    request.session[LAID] = {"statement": asdict(said), "proofs": {}}


def _turn(proofs: Mapping[str, Any]) -> str:
    return next(key for key in TURNS if key not in proofs)


def _signers(request: HttpRequest, said: Statement) -> Mapping[str, Person]:
    return {
        operations.BORROWER: get_object_or_404(Person, code=said.person),
        operations.DESK: person_of(request),
    }


def _end_of(occasion: str) -> datetime | None:
    """Return when the emergency or engagement ends for which something is lent, or None."""
    if not occasion:
        return None
    ends = ask("occasion_ends", code=occasion, now=timezone.now())
    return next((end for end in ends if end is not None), None)


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


UNREAD = Refusal(
    reason="署名を確かめられませんでした",
    remedy="認証器をつなぎ直して、もう一度署名してください",
)
