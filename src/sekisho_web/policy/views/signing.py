"""Signing a change: the statement is laid before the person, and their passkey answers it."""

import json
from dataclasses import asdict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from sekisho.policy.life import Part, Statement
from sekisho.policy.loosened import digest_of
from sekisho.reports.differences import loosening_said
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts import signing
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.frame.doors import asks
from sekisho_web.policy import operations, versions
from sekisho_web.policy.models import Change
from sekisho_web.policy.queries import changes as queries
from sekisho_web.policy.queries.judging import judged
from sekisho_web.policy.views.one_change import (
    UNPROCESSABLE,
    change_at,
    page_of,
    refusal_to_sign,
    signer_of,
)

LAID = "signing"  # in the session: the statement that was laid before the person


@asks(may="policy.edit")
def hand_in(request: HttpRequest, number: str) -> HttpResponse:
    """An author signs: 承認に回す."""
    return _sign(request, change_at(number), Part.AUTHOR)


@asks(may="policy.approve")
def approve(request: HttpRequest, number: str) -> HttpResponse:
    """The second line signs: 承認."""
    return _sign(request, change_at(number), Part.SECOND_LINE)


def _sign(request: HttpRequest, one: Change, part: Part) -> HttpResponse:
    """Lay the statement before the person, and take their passkey's answer to it."""
    person, now, live = person_of(request), timezone.now(), versions.live_hash()
    content = operations.content_of(one)
    signer = signer_of(request)
    refusal = refusal_to_sign(one, part, signer, content=content, live=live)
    if refusal:
        return page_of(request, one, refusal=refusal)
    laid = request.session.get(LAID)
    if request.method == "POST" and laid:
        statement = Statement(**laid)
        act = operations.hand_in if part is Part.AUTHOR else operations.approve
        try:
            answer = json.loads(request.POST.get("credential", ""))
            proof = signing.signed(person, statement.digest, answer)
            act(change=one, statement=statement, proof=proof, signer=signer, live=live,
                by=person, now=now)  # fmt: skip
        except (ValueError, AttributeError, signing.NotSigned):
            refusal = Refusal(
                reason="署名を確かめられませんでした",
                remedy="認証器をつなぎ直して、もう一度署名してください",
            )
        except operations.Refused as error:
            request.session.pop(LAID)
            return page_of(request, one, refusal=error.refusal)
        else:
            request.session.pop(LAID)
            return redirect("policy:change", one.number)
    statement = _statement(one, part, person=person.code, content=content, now=now.isoformat())
    request.session[LAID] = asdict(statement)
    trial = queries.trial_of(one, content)
    return render(
        request,
        "policy/sign.html",
        {
            "change": one,
            "part": part,
            "statement": statement,
            "text": statement.text.decode(),
            "difference": queries.comparison(one.base_id, content),
            "widening": queries.widening(one.base_id, content),
            "findings": judged(content, ""),
            "trial": trial,
            "refusal": refusal,
            "loosened": [
                loosening_said(each, versions.policy_of(content))
                for each in queries.looser(one.base_id, content)
            ],
            "has_passkey": signing.has_passkey(person),
            "js_data": signing.ask(person, statement.digest),
        },
        status=UNPROCESSABLE if refusal else 200,
    )


def _statement(one: Change, part: Part, *, person: str, content: str, now: str) -> Statement:
    trial = queries.trial_of(one, content)
    found = queries.looser(one.base_id, content)
    return Statement(
        change=one.number,
        part=part.value,
        person=person,
        content=content,
        base=one.base_id,
        loosened=digest_of(found),
        count=len(found),
        trial=trial.said.get("digest", "") if trial else "",
        reason=one.reason,
        basis=one.basis,
        starts_on=one.starts_on.isoformat() if one.starts_on else "",
        ends_on=one.ends_on.isoformat() if one.ends_on else "",
        at=now,
        nonce=operations.new_nonce(),
    )
