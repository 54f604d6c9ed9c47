"""The page of one change, which every act of its way leads back to."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from sekisho.policy.life import (
    ENDED,
    Part,
    Signer,
    State,
    refusal_to_approve,
    refusal_to_hand_in,
)
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.signed_in import hat_of, person_of
from sekisho_web.policy import operations, versions
from sekisho_web.policy.models import Change, Publication
from sekisho_web.policy.queries import changes as queries
from sekisho_web.policy.queries.judging import judged

UNPROCESSABLE, CONFLICT = 422, 409


def refusal_to_sign(
    one: Change, part: Part, signer: Signer, *, content: str, live: str
) -> Refusal | None:
    authors = operations.authors_of(one)
    if part is Part.AUTHOR:
        return refusal_to_hand_in(
            State(one.state), authors=authors, by=signer, base=one.base_id, live=live
        )
    return refusal_to_approve(
        State(one.state),
        authors=authors,
        signed=queries.signed_of(one),
        by=signer,
        content=content,
        base=one.base_id,
        live=live,
    )


def signer_of(request: HttpRequest) -> Signer:
    hat = hat_of(request)
    return Signer(
        person=person_of(request).code,
        company_kind=hat.company_kind if hat else "",
        line=hat.line if hat else None,
    )


def page_of(
    request: HttpRequest,
    one: Change,
    *,
    refusal: Refusal | None = None,
    meanwhile: bool = False,
    conflicts: object = (),
) -> HttpResponse:
    """Return the page of a change; with why an act was refused, and nothing of it done."""
    content, live = operations.content_of(one), versions.live_hash()
    found = judged(content, "")
    signer = signer_of(request)
    asked = one.publications.order_by("-pk").first()
    status = CONFLICT if meanwhile or conflicts else UNPROCESSABLE if refusal else 200
    may = request.user.has_perm
    policy = queries.readable(content)
    return render(
        request,
        "policy/change.html",
        {
            "change": one,
            "system": policy.systems.get(one.system) if policy else None,
            "content": content,
            "edited": content != one.base_id,
            "stages": queries.stages(one),
            "state": State(one.state),
            "findings": found,
            "difference": queries.comparison(one.base_id, content),
            "widening": queries.widening(one.base_id, content),
            "behind": one.base_id != live and State(one.state) not in ENDED,
            "trial": queries.trial_of(one, content),
            "signatures": list(queries.signatures_of(one, content)),
            "revisions": list(one.revisions.select_related("by").order_by("-pk")[:50]),
            "asked": asked,
            "waiting": asked is not None and asked.state == Publication.State.ASKED,
            "refusal": refusal,
            "meanwhile": meanwhile,
            "conflicts": conflicts,
            "may_edit": may("policy.edit"),
            "may_prove": may("proof.read"),
            "may_try": may("replay.simulate"),
            "may_publish": may("policy.publish"),
            "to_hand_in": refusal_to_sign(one, Part.AUTHOR, signer, content=content, live=live)
            if may("policy.edit")
            else None,
            "to_approve": refusal_to_sign(one, Part.SECOND_LINE, signer, content=content, live=live)
            if may("policy.approve")
            else None,
            "may_approve": may("policy.approve"),
            "handed_in": any(
                signed.part is Part.AUTHOR and signed.statement.content == content
                for signed in queries.signed_of(one)
            ),
        },
        status=status,
    )


def change_at(number: str) -> Change:
    return get_object_or_404(
        Change.objects.select_related("author", "base", "head__version"), number=number
    )


def expected_in(request: HttpRequest) -> int | None:
    typed = request.POST.get("head", "")
    return int(typed) if typed.isdecimal() else None
