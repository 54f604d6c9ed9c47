"""誓約: read to the end, tick clause by clause, sign; or refuse. And what others gave and owe."""

import json
from collections import Counter
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from sekisho.campaigns.pledges import Statement, Template, clauses_of, text_digest
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts import signing
from sekisho_web.accounts.models import Person
from sekisho_web.accounts.queries.scope import own_people
from sekisho_web.accounts.signed_in import Hat, hat_of, person_of
from sekisho_web.campaigns.forms import pledges as forms
from sekisho_web.campaigns.models import Pledge
from sekisho_web.campaigns.operations import pledging
from sekisho_web.campaigns.queries import pledges as queries
from sekisho_web.campaigns.queries.pledges import Subject
from sekisho_web.campaigns.queries.wanted import wanted, wanted_at, with_people
from sekisho_web.campaigns.wording import templates
from sekisho_web.frame.doors import Needs, asks, reads

READ, LAID = "pledge_read", "pledge_laid"  # in the session: words read to the end; laid to sign
UNPROCESSABLE = 422
SEES_OTHERS = "campaigns.read"
NOT_SIGNED = Refusal(
    reason="署名を確かめられませんでした",
    remedy="認証器をつなぎ直して、もう一度署名してください",
)


@reads(may="", needs=Needs.FACTORS)
def pledges(request: HttpRequest) -> HttpResponse:
    """What one still has to sign, and what one signed."""
    person, now = person_of(request), timezone.now()
    page = Paginator(queries.own(person), queries.PAGE).get_page(request.GET.get("page"))
    context = {
        "wanted": wanted([person.pk], now=now),
        "page": page,
        "now": now,
        "titles": _titles(),
        "sees_others": person.has_perm(SEES_OTHERS),
        "takes_paper": person.has_perm("accounts.tickets"),
    }
    return render(request, "campaigns/pledges.html", context)


@asks(may="", needs=Needs.FACTORS)
def pledge_read(request: HttpRequest, template: str, ref: str) -> HttpResponse:
    """The whole words. Their end leads to the clauses."""
    person = person_of(request)
    words, subject = _about(person, template, ref)
    try:
        text = pledging.text_of(words, subject)
    except pledging.CannotPledge as error:
        context: dict[str, Any] = {"template": words, "subject": subject, "refusal": error.refusal}
        return render(request, "campaigns/pledge_read.html", context, status=UNPROCESSABLE)
    if request.method == "POST":
        request.session[READ] = text_digest(text)
        return redirect("campaigns:pledge_sign", template=template, ref=ref)
    context = {
        "template": words,
        "subject": subject,
        "clauses": clauses_of(words, subject.places),
        "ref": ref,
    }
    return render(request, "campaigns/pledge_read.html", context)


@asks(may="", needs=Needs.FACTORS, fresh=True)
def pledge_sign(request: HttpRequest, template: str, ref: str) -> HttpResponse:
    """Tick the clauses one by one, and sign by passkey."""
    person, now = person_of(request), timezone.now()
    words, subject = _about(person, template, ref)
    try:
        read = request.session.get(READ) == text_digest(pledging.text_of(words, subject))
    except pledging.CannotPledge:
        read = False
    if not read:
        return redirect("campaigns:pledge_read", template=template, ref=ref)
    clauses = clauses_of(words, subject.places)
    form = forms.Tick(_typed(request), clauses=clauses)
    refusal = None
    if form.is_valid():
        made = _signed(request, words, subject, ticked=form.ticked)
        if isinstance(made, Pledge):
            messages.success(request, "署名を受け取りました。")
            return redirect("campaigns:pledge", made.pk)
        refusal = made
    statement = pledging.statement_of(person=person, template=words, subject=subject, now=now)
    request.session[LAID] = asdict(statement)
    context = {
        "template": words,
        "subject": subject,
        "form": form,
        "ref": ref,
        "refusal": refusal,
        "text": statement.body.decode(),
        "has_passkey": signing.has_passkey(person),
        "js_data": signing.ask(person, statement.digest),
    }
    status = UNPROCESSABLE if refusal else 200
    return render(request, "campaigns/pledge_sign.html", context, status=status)


@asks(may="", needs=Needs.FACTORS, fresh=True)
def pledge_refuse(request: HttpRequest, template: str, ref: str) -> HttpResponse:
    """Refuse, with a reason that goes to the second line."""
    person = person_of(request)
    words, subject = _about(person, template, ref)
    form, refusal = forms.Refuse(_typed(request)), None
    if form.is_valid():
        try:
            made = pledging.refuse(
                person=person,
                template=words,
                subject=subject,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except pledging.CannotPledge as error:
            refusal = error.refusal
        else:
            messages.success(request, "署名しないことを記録し、第2線に知らせました。")
            return redirect("campaigns:pledge", made.pk)
    context = {
        "template": words, "subject": subject, "form": form, "ref": ref, "refusal": refusal,
    }  # fmt: skip
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "campaigns/pledge_refuse.html", context, status=status)


@reads(may="", needs=Needs.FACTORS)
def pledge(request: HttpRequest, pk: int) -> HttpResponse:
    """One pledge wholly, and whether its signature holds now."""
    viewer = person_of(request)
    found = queries.one(
        pk, hat=hat_of(request), viewer=viewer, sees_others=viewer.has_perm(SEES_OTHERS)
    )
    context = {
        "pledge": found,
        "own": found.person_id == viewer.pk,
        "title": _titles().get(found.template, found.template),
        "statement": bytes(found.body).decode(),
        "digest": bytes(found.digest).hex(),
        "holds": _holds(found),
    }
    return render(request, "campaigns/pledge.html", context)


@reads(may=SEES_OTHERS)
def pledges_given(request: HttpRequest) -> HttpResponse:
    """What the people of one's company signed and refused."""
    template, refused = request.GET.get("template", ""), request.GET.get("refused") == "1"
    titles = _titles()
    template = template if template in titles else ""
    found = queries.given(_worn(request), template=template, refused=refused)
    here = reverse("campaigns:pledges_given")
    kept = f"template={template}&" if template else ""
    context = {
        "page": Paginator(found, queries.PAGE).get_page(request.GET.get("page")),
        "titles": titles,
        "template": template,
        "query": kept + ("refused=1&" if refused else ""),
        "choices": [
            {"words": "すべて", "url": f"{here}?{kept}", "on": not refused},
            {"words": "拒否", "url": f"{here}?{kept}refused=1", "on": refused},
        ],
    }
    return render(request, "campaigns/pledges_given.html", context)


@reads(may=SEES_OTHERS)
def pledges_missing(request: HttpRequest) -> HttpResponse:
    """Who of one's company's people still has to sign what, the longest first."""
    now, titles = timezone.now(), _titles()
    found = wanted_at(_worn(request), now=now)
    template = request.GET.get("template", "")
    template = template if template in titles else ""
    counts = Counter(one.asked.template.code for one in found)
    here = reverse("campaigns:pledges_missing")
    shown = [one for one in found if template in ("", one.asked.template.code)]
    page = Paginator(shown, queries.PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": with_people(page),
        "now": now,
        "query": f"template={template}&" if template else "",
        "choices": [
            {"words": f"すべて {len(found)}", "url": here, "on": not template},
            *(
                {
                    "words": f"{titles[code]} {count}",
                    "url": f"{here}?template={code}",
                    "on": code == template,
                }
                for code, count in counts.most_common()
            ),
        ],
    }
    return render(request, "campaigns/pledges_missing.html", context)


@reads(may="accounts.tickets")
def pledge_desk(request: HttpRequest) -> HttpResponse:
    """Find somebody without an authenticator by their number, and what they still have to sign."""
    form = forms.Number(request.GET if "number" in request.GET else None)
    found: Person | None = None
    if form.is_valid():
        found = (
            Person.objects.filter(own_people(_worn(request)))
            .filter(code=form.cleaned_data["number"].strip())
            .first()
        )
        if found is None:
            form.add_error("number", "この番号の人は見つかりません。番号を確かめてください。")
    context = {
        "form": form,
        "person": found,
        "wanted": wanted([found.pk], now=timezone.now()) if found else (),
        "has_passkey": signing.has_passkey(found) if found else False,
    }
    status = UNPROCESSABLE if form.is_bound and not found else 200
    return render(request, "campaigns/pledge_desk.html", context, status=status)


@asks(may="accounts.tickets", fresh=True)
def pledge_paper(request: HttpRequest, pk: int, template: str, ref: str) -> HttpResponse:
    """Take what somebody signed on paper: its words to print, and its scan."""
    person = Person.objects.filter(own_people(_worn(request)), pk=pk).first()
    if person is None:
        raise Http404
    words, subject = _about(person, template, ref)
    form, refusal = forms.Paper(_typed(request), request.FILES or None), None
    if form.is_valid():
        try:
            made = pledging.take_on_paper(
                person=person,
                template=words,
                subject=subject,
                scan=form.cleaned_data["scan"],
                witness=person_of(request),
                now=timezone.now(),
            )
        except pledging.CannotPledge as error:
            refusal = error.refusal
        else:
            messages.success(request, f"{made.person.name} さんの紙の誓約を受け取りました。")
            return redirect("campaigns:pledge_desk")
    context = {
        "person": person,
        "template": words,
        "subject": subject,
        "clauses": clauses_of(words, subject.places),
        "form": form,
        "refusal": refusal,
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "campaigns/pledge_paper.html", context, status=status)


def _signed(
    request: HttpRequest, words: Template, subject: Subject, *, ticked: int
) -> Pledge | Refusal:
    """Return the pledge that the answer of the passkey makes, or why it makes none."""
    person, laid = person_of(request), request.session.pop(LAID, None)
    if laid is None:
        return NOT_SIGNED
    statement = Statement(**laid)
    try:
        answer = json.loads(request.POST.get("credential", ""))
        proof = signing.signed(person, statement.digest, answer)
        made = pledging.sign(
            person=person,
            template=words,
            subject=subject,
            statement=statement,
            proof=proof,
            ticked=ticked,
            read=True,
            now=timezone.now(),
        )
    except (ValueError, AttributeError, signing.NotSigned):
        return NOT_SIGNED
    except pledging.CannotPledge as error:
        return error.refusal
    request.session.pop(READ, None)
    return made


def _holds(found: Pledge) -> bool | None:
    """Return whether the signature of a pledge holds; None: it has none (paper, refusal)."""
    if found.proof is None:
        return None
    try:
        signing.verify(found.proof, bytes(found.digest))
    except signing.NotSigned:
        return False
    return signing.is_bound(found.proof, found.person, at=found.at)


def _about(person: Person, template: str, ref: str) -> tuple[Template, Subject]:
    words = queries.template_at(template)
    subject = queries.subject_of(person=person, template=words, ref=ref)
    if subject is None:
        raise Http404
    return words, subject


def _typed(request: HttpRequest) -> QueryDict | None:
    """Return what was sent, also where it is nothing; None where a page is only opened."""
    return request.POST if request.method == "POST" else None


def _titles() -> dict[str, str]:
    return {one.code: one.title for one in templates()}


def _worn(request: HttpRequest) -> Hat:
    hat = hat_of(request)
    if hat is None:
        raise LookupError("this door needs a hat")
    return hat
