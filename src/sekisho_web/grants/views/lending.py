"""貸出窓口: one screen for one helper, from the card to the terminal in hand; and the way back.

What was read stands in the session, never in the address. Each step shows what is so now: a card
that was read an hour ago says nothing about this moment.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from sekisho.grants import roster as rule
from sekisho.terminals import labels
from sekisho.terminals.loans import Statement
from sekisho.terminals.states import Act, refusal_to
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts import signing
from sekisho_web.accounts.models import Person
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.frame.doors import asks
from sekisho_web.grants.forms import desk as forms
from sekisho_web.grants.models import Emergency
from sekisho_web.grants.operations import desk as operations
from sekisho_web.grants.queries import desk as queries
from sekisho_web.grants.queries.mobilising import call_of
from sekisho_web.grants.views.helpers import emergency_at
from sekisho_web.terminals.models import Device, Loan
from sekisho_web.terminals.operations import loans
from sekisho_web.terminals.queries.standing import state_of

UNPROCESSABLE = 422
LENDING, RETURNING = "lending", "returning"  # in the session: what was read, and who signed
NOT_SIGNED = Refusal(
    reason="署名を確かめられませんでした",
    remedy="認証器をつなぎ直して、もう一度署名してください",
)
NOBODY = Refusal(
    reason="この非常災害に招集されている人ではありません",
    remedy="社員証の番号を確かめるか、先に招集してください",
)
NO_TERMINAL = Refusal(
    reason="台帳にない端末です", remedy="ラベルを読み直すか、ほかの端末を使ってください"
)
NOT_OUT = Refusal(
    reason="この端末は貸し出されていません",
    remedy="ラベルを読み直してください。貸し出していない端末が戻ったときは、端末の担当に知らせてください",
)


@asks(may="grants.desk")
def lend(request: HttpRequest, code: str) -> HttpResponse:
    """Hand one terminal to one helper: card, terminal, pledge, both sign."""
    one, kept = emergency_at(request, code), _kept(request, LENDING, code)
    if request.method == "POST":
        answer = _lend(request, one, kept)
        request.session[LENDING] = kept
        if not isinstance(answer, Refusal):
            return answer
        return _lending(request, one, kept, refusal=answer)
    return _lending(request, one, kept)


@asks(may="grants.desk")
def take_back(request: HttpRequest) -> HttpResponse:
    """Take one terminal back: label, condition, both sign."""
    kept = _kept(request, RETURNING, "")
    if request.method == "POST":
        answer = _take_back(request, kept)
        request.session[RETURNING] = kept
        if not isinstance(answer, Refusal):
            return answer
        return _returning(request, kept, refusal=answer)
    return _returning(request, kept)


# Out --------------------------------------------------------------------------------------------


def _lend(request: HttpRequest, one: Emergency, kept: dict[str, Any]) -> HttpResponse | Refusal:
    """Take the next step, note it in `kept`, and return where to go, or why not."""
    here, now, act = redirect("grants:lend", one.code), timezone.now(), request.POST.get("act")
    if act == "again":
        _forget(kept)
        return here
    if "person" not in kept:
        person = queries.helper_with(one, request.POST.get("read", ""))
        if person is None:
            return NOBODY
        kept["person"] = person.pk
        return here
    if "device" not in kept:
        device = _device(request.POST.get("read", ""), now=now)
        if isinstance(device, Refusal):
            return device
        if refusal := refusal_to(Act.LEND, state_of(device, now=now)):
            return refusal  # said before anybody signs; asked again when it is handed out
        kept["device"] = device.pk
        return here
    return _sign_out(request, one, kept, now=now)


def _sign_out(
    request: HttpRequest, one: Emergency, kept: dict[str, Any], *, now: datetime
) -> HttpResponse | Refusal:
    if "statement" not in kept:
        return Refusal(reason="まだ署名できません", remedy="足りないものをそろえてください")
    person = Person.objects.get(pk=kept["person"])
    if refusal := _signed(request, kept, borrower=person):
        return refusal
    if loans.BORROWER not in kept["proofs"]:
        return redirect("grants:lend", one.code)
    try:
        loan = operations.hand_out(
            emergency=one, signed=_all_of(kept), by=person_of(request), now=now
        )
    except Refused as error:
        _unsign(kept)
        return error.refusal
    _forget(kept)
    messages.success(
        request,
        f"{person.name}さんに端末 {loan.device.number} を渡しました。次の人を読み取れます。",
    )
    return redirect("grants:lend", one.code)


def _lending(
    request: HttpRequest, one: Emergency, kept: dict[str, Any], *, refusal: Refusal | None = None
) -> HttpResponse:
    """Show the screen: what was read, what is so, and the one thing to do next."""
    now = timezone.now()
    call = call_of(one, now=now)
    context: dict[str, Any] = {
        "emergency": one,
        "step": "helper",
        "form": forms.Scan(label="社員証", hint="社員証を読み取るか、社員番号を入れてください"),
        "closed": rule.refusal_of_call(call, at=now),
    }
    if "person" in kept:
        person = Person.objects.get(pk=kept["person"])
        supporter = queries.supporters(one).get(person=person)
        (line,) = queries.lines(one, [supporter], now=now)
        context |= {
            "person": person,
            "line": line,
            "step": "device",
            "form": forms.Scan(label="端末", hint="渡す端末のラベルを読み取ってください"),
        }
        if "device" in kept:
            context |= _to_sign(request, one, kept, person=person, now=now)
    shown = refusal or context.get("refusal")
    return render(
        request,
        "grants/desk/lend.html",
        {**context, "refusal": shown},
        status=UNPROCESSABLE if refusal else 200,
    )


def _to_sign(
    request: HttpRequest, one: Emergency, kept: dict[str, Any], *, person: Person, now: datetime
) -> Mapping[str, Any]:
    """Lay the text before both, where nothing is missing; else say what is."""
    device, by = Device.objects.get(pk=kept["device"]), person_of(request)
    told: dict[str, Any] = {"device": device, "step": "wait"}
    if "statement" not in kept or _is_old(kept, now=now):
        try:
            statement = operations.to_hand_out(
                emergency=one, person=person, device=device, by=by, now=now
            )
        except Refused as error:
            _unsign(kept)
            request.session[LENDING] = kept
            return {**told, "refusal": error.refusal}
        kept["statement"], kept["proofs"] = asdict(statement), {}
        request.session[LENDING] = kept
    return {**told, "step": "sign", **_ceremony(kept, borrower=person, desk=by)}


# Back -------------------------------------------------------------------------------------------


def _take_back(request: HttpRequest, kept: dict[str, Any]) -> HttpResponse | Refusal:
    here, now, act = redirect("grants:take_back"), timezone.now(), request.POST.get("act")
    if act == "again":
        _forget(kept)
        return here
    if "loan" not in kept:
        device = _device(request.POST.get("read", ""), now=now)
        if isinstance(device, Refusal):
            return device
        loan = queries.loan_out_of(device)
        if loan is None:
            return NOT_OUT
        condition = request.POST.get("condition", "").strip()[:200]
        if not condition:
            return Refusal(
                reason="状態が書かれていません", remedy="「異常なし」のように書いてください"
            )
        statement = loans.to_take_back(
            loan=loan, by=person_of(request), condition=condition, now=now
        )
        kept.update({"loan": loan.pk, "statement": asdict(statement), "proofs": {}})
        return here
    return _sign_back(request, kept, now=now)


def _sign_back(
    request: HttpRequest, kept: dict[str, Any], *, now: datetime
) -> HttpResponse | Refusal:
    loan = Loan.objects.select_related("person", "device").get(pk=kept["loan"])
    if refusal := _signed(request, kept, borrower=loan.person):
        return refusal
    if loans.BORROWER not in kept["proofs"]:
        return redirect("grants:take_back")
    try:
        loans.take_back(signed=_all_of(kept), by=person_of(request), now=now)
    except Refused as error:
        _forget(kept)
        return error.refusal
    _forget(kept)
    messages.success(
        request,
        f"端末 {loan.device.number} を受け取りました。"
        "消去と点検は、受け取った人のほかの人がします。",
    )
    return redirect("grants:take_back")


def _returning(
    request: HttpRequest, kept: dict[str, Any], *, refusal: Refusal | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "step": "device",
        "form": forms.Return(label="端末", hint="返ってきた端末のラベルを読み取ってください"),
        "refusal": refusal,
    }
    if "loan" in kept:
        loan = Loan.objects.select_related("person", "device").get(pk=kept["loan"])
        by = person_of(request)
        context |= {
            "loan": loan,
            "step": "sign",
            "condition": kept["statement"]["condition"],
            **_ceremony(kept, borrower=loan.person, desk=by),
        }
    status = UNPROCESSABLE if refusal else 200
    return render(request, "grants/desk/take_back.html", context, status=status)


# Both -------------------------------------------------------------------------------------------


def _ceremony(kept: Mapping[str, Any], *, borrower: Person, desk: Person) -> Mapping[str, Any]:
    """Return what the page needs so that the one whose turn it is can sign."""
    statement = Statement(**kept["statement"])
    turn = loans.BORROWER if loans.DESK in kept["proofs"] else loans.DESK
    signer = borrower if turn == loans.BORROWER else desk
    return {
        "statement": statement,
        "text": statement.text.decode(),
        "turn": turn,
        "signer": signer,
        "has_passkey": signing.has_passkey(signer),
        "js_data": signing.ask(signer, statement.digest),
    }


def _signed(request: HttpRequest, kept: dict[str, Any], *, borrower: Person) -> Refusal | None:
    """Take the answer of the one whose turn it is; return why it is none."""
    statement = Statement(**kept["statement"])
    turn = loans.BORROWER if loans.DESK in kept["proofs"] else loans.DESK
    signer = borrower if turn == loans.BORROWER else person_of(request)
    try:
        answer = json.loads(request.POST.get("credential", ""))
        kept["proofs"][turn] = signing.signed(signer, statement.digest, answer)
    except (ValueError, AttributeError, signing.NotSigned):
        return NOT_SIGNED
    return None


def _all_of(kept: Mapping[str, Any]) -> loans.Signed:
    return loans.Signed(statement=Statement(**kept["statement"]), proofs=kept["proofs"])


def _is_old(kept: Mapping[str, Any], *, now: datetime) -> bool:
    """Return whether the text was laid so long ago that nobody may sign it any more."""
    laid = datetime.fromisoformat(kept["statement"]["at"])
    return now - laid >= loans.LAID_FOR


def _device(typed: str, *, now: datetime) -> Device | Refusal:
    read = labels.read(typed)
    if read.fault is not None:
        return read.fault
    return queries.device_with(read.number, now=now) or NO_TERMINAL


def _kept(request: HttpRequest, name: str, code: str) -> dict[str, Any]:
    """Return what was read so far, at this desk and for this emergency; else nothing."""
    kept = request.session.get(name) or {}
    return kept if kept.get("code") == code else {"code": code}


def _unsign(kept: dict[str, Any]) -> None:
    for name in ("statement", "proofs"):
        kept.pop(name, None)


def _forget(kept: dict[str, Any]) -> None:
    for name in ("person", "device", "loan", "statement", "proofs"):
        kept.pop(name, None)
