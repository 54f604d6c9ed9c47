"""承認待ち, 承認画面 and 私の承認: one request at a time, read in full, signed by one's own key."""

import json
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from sekisho.grants import decisions as rules
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts import signing
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.accounts.views.registers import worn
from sekisho_web.frame.doors import asks, reads
from sekisho_web.grants.forms import requests as forms
from sekisho_web.grants.models import Request
from sekisho_web.grants.operations import deciding
from sekisho_web.grants.queries import deciders, look_backs, telling
from sekisho_web.grants.queries import deciding_pages as pages
from sekisho_web.grants.queries import requests as queries
from sekisho_web.grants.views.acts import UNPROCESSABLE

LAID = "deciding"  # in the session: code, text of the decision, verdict
OPENED = "deciding_opened"  # in the session: code -> when the page was first opened
MOST_OPENED = 50


# Whoever acts in somebody's stead decides, too: so these doors open to everybody who has a hat,
# and the rule says of each request who may answer it.


@reads(may="grants.use")
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for the answer of this hat; for most people nothing ever does."""
    hat, now = worn(request), timezone.now()
    person = person_of(request)
    told = {
        "lines": pages.queue(person=person, appointment=hat.post, now=now),
        "may_delegate": request.user.has_perm("grants.decide"),
        "blocked": look_backs.refusal_to_decide(person, in_emergency=False, now=now),
    }
    return render(request, "grants/requests/queue.html", told)


@reads(may="grants.use")
def my_approvals(request: HttpRequest) -> HttpResponse:
    """What one's own key has signed, month by month: a key that was misused is seen here."""
    now = timezone.now()
    first = pages.month_of(request.GET.get("month", ""), now=now)
    found = pages.month(person_of(request), first, now=now)
    here, this = reverse("grants:my_approvals"), pages.month_of("", now=now)
    choices = [{"words": "前の月", "url": f"{here}?month={pages.before(first):%Y-%m}", "on": False}]
    if first < this:
        choices.append(
            {"words": "次の月", "url": f"{here}?month={pages.after(first):%Y-%m}", "on": False}
        )
        choices.append({"words": "今月", "url": here, "on": False})
    told = {"month": first, "counts": found, "lines": found.lines, "choices": choices}
    return render(request, "grants/requests/decided.html", told)


@asks(may="grants.use", fresh=True)
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Read the request, choose the answer, and sign it.

    The first press lays the decision before the approver as the bytes that are signed; the second
    is the answer of their passkey to exactly these.
    """
    hat, person, now = worn(request), person_of(request), timezone.now()
    mine = _mine(request, code, now=now)
    if mine is None:
        return _over(request, code)
    one = mine.request
    opened = _opened(request, one, now=now)
    blocked = pages.blocked(person, one, now=now)
    refusal: Refusal | None = None
    form = forms.Answer(
        request.POST if "verdict" in request.POST else None, bounds=deciders.bounds(one, now=now)
    )
    laid = None
    if request.POST.get("credential"):
        said = _laid(request, one)
        refusal = said if isinstance(said, Refusal) else _sign(request, one, said, opened)
        if refusal is None:
            return redirect("grants:queue")
    elif form.is_bound and form.is_valid():
        verdict = request.POST["verdict"]
        if verdict == "approve" and blocked:
            refusal = blocked
        else:
            try:
                laid = deciding.lay(
                    request=one,
                    party=mine.party,
                    verdict="deny" if verdict == "deny" else "approve",
                    by=person,
                    appointment=hat.post,
                    session=_session(request),
                    now=now,
                    starts=form.starts_at,
                    minutes=form.cleaned_data.get("minutes"),
                    use_minutes=form.cleaned_data.get("use_minutes"),
                    uses=form.cleaned_data.get("uses"),
                    reason=form.cleaned_data["reason"] if verdict == "deny" else "",
                    instead_of=mine.seat.instead_of or "",
                )
            except Refused as error:
                refusal = error.refusal
            else:
                request.session[LAID] = [one.code, laid.text.decode()]
    return _page(request, mine, form=form, laid=laid, refusal=refusal, blocked=blocked)


def _mine(request: HttpRequest, code: str, *, now: datetime) -> deciders.Waiting | None:
    """Return the first party of the request that this hat may answer for, or None."""
    found = deciders.waiting(person=person_of(request), appointment=worn(request).post, now=now)
    return next((each for each in found if each.request.code == code), None)


def _over(request: HttpRequest, code: str) -> HttpResponse:
    """Say why there is nothing to answer, to whoever may know of the request; else: not there."""
    person, hat, now = person_of(request), worn(request), timezone.now()
    one = get_object_or_404(queries.with_answers(Request.objects.all()), code=code)
    known = one.asked_by_id == person.pk or any(
        each.decided_by_id == person.pk for each in one.decisions.all()
    )
    said = deciders.refusal(one, party=1, person=person, appointment=hat.post, now=now)
    if not isinstance(said, Refusal) or not (known or request.user.has_perm("grants.read")):
        raise Http404
    messages.error(request, str(said))
    return redirect("grants:queue")


def _session(request: HttpRequest) -> str:
    return str(request.session.session_key)


def _opened(request: HttpRequest, one: Request, *, now: datetime) -> datetime:
    """Return when this session first opened the request: from then on it could be read."""
    known: dict[str, str] = request.session.get(OPENED, {})
    found = parse_datetime(known.get(one.code, ""))
    if found is None:
        kept = dict(list(known.items())[-MOST_OPENED:])
        request.session[OPENED] = kept | {one.code: now.isoformat()}
    return found or now


def _laid(request: HttpRequest, one: Request) -> bytes | Refusal:
    """Return the text that was laid before this person for this request, or why there is none."""
    code, text = request.session.get(LAID) or ("", "")
    return text.encode() if code == one.code else rules.OTHER_REQUEST


def _sign(request: HttpRequest, one: Request, text: bytes, opened: datetime) -> Refusal | None:
    """Take the answer of the passkey; return why it was not taken, or None where it was."""
    person, now = person_of(request), timezone.now()
    try:
        answer = json.loads(request.POST.get("credential", ""))
        proof = signing.signed(person, rules.challenge(text), answer)
        row = deciding.decide(
            request=one,
            text=text,
            proof=proof,
            by=person,
            session=_session(request),
            opened_at=opened,
            now=now,
        )
    except (ValueError, AttributeError, signing.NotSigned):
        return deciding.NOT_SIGNED
    except Refused as error:
        request.session.pop(LAID, None)
        return error.refusal
    request.session.pop(LAID, None)
    messages.success(request, _said(row))
    return None


def _said(row: Request) -> str:
    if row.outcome == Request.Outcome.DENIED:
        return f"申請 {row.code} を却下しました。"
    if row.outcome == Request.Outcome.APPROVED:
        return f"申請 {row.code} を承認しました。全員の承認がそろい、利用許可になりました。"
    return f"申請 {row.code} を承認しました。ほかの承認者の答えを待っています。"


def _page(
    request: HttpRequest,
    mine: deciders.Waiting,
    *,
    form: forms.Answer,
    laid: deciding.Laid | None,
    refusal: Refusal | None,
    blocked: Refusal | None,
) -> HttpResponse:
    one, now, person = mine.request, timezone.now(), person_of(request)
    names = telling.names_of_systems()
    asker = pages.asker(one, now=now)
    body = telling.text_of(bytes(one.body))
    told = {
        "line": telling.line(one, now=now, names=names),
        "party": mine.words,
        "answered": len(one.decisions.all()),
        "of": len(one.policy.parties),
        "asker": asker,
        "told": telling.told(one, names=names),
        "shows": pages.shows(one, viewer=asker.viewer_class),
        "uses": pages.last_uses(one, now=now),
        "remarks": pages.remarks(one),
        "form": form,
        "refusal": refusal,
        "blocked": blocked,
        "can_approve": "use_minutes" in form.fields and blocked is None,
        "text": body,
        "laid": {"request": body, "decision": telling.text_of(laid.text)} if laid else None,
        "verdict": request.POST.get("verdict", ""),
        "has_passkey": signing.has_passkey(person),
        "js_data": signing.ask(person, laid.challenge) if laid else None,
    }
    wrong = refusal or (form.is_bound and not form.is_valid())
    return render(
        request, "grants/requests/decide.html", told, status=UNPROCESSABLE if wrong else 200
    )
