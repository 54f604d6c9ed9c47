"""異動の事前審査: who trips which rule on the exchange of people, and whom line 2 lets off."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from sekisho.grants.conflicts import OWNER, SECOND_LINE
from sekisho.terms.days import day_in_japan
from sekisho_web.accounts.models import Person
from sekisho_web.accounts.queries.scope import own_people
from sekisho_web.accounts.signed_in import Hat, hat_of, person_of
from sekisho_web.frame import errors
from sekisho_web.frame.doors import asks, reads, writes
from sekisho_web.grants.forms.conflicts import LetOff, Months
from sekisho_web.grants.models import ConflictException, ConflictRule
from sekisho_web.grants.operations import conflict_rules as versions
from sekisho_web.grants.operations import conflicts as operations
from sekisho_web.grants.queries import conflicts as queries
from sekisho_web.grants.views.acts import asked

CHANGES = "grants.policies"
WHEN = (("now", "いま"), ("coming", "これから"), ("staged", "届いた発令（未適用）"))


@reads(may="grants.read")
def conflicts(request: HttpRequest) -> HttpResponse:
    """Who trips what: now, on days to come, and by orders that nobody has applied yet."""
    hat = _worn(request)
    found = queries.screening(hat, now=timezone.now())
    lists: dict[str, Sequence[queries.Line]] = {
        "now": found.now,
        "coming": found.coming,
        "staged": found.staged,
    }
    when = request.GET.get("when", "")
    when = when if when in lists else next((key for key, _ in WHEN if lists[key]), "now")
    here = reverse("grants:conflicts")
    context = {
        "page": Paginator(lists[when], queries.PAGE).get_page(request.GET.get("page")),
        "when": when,
        "query": f"when={when}&",
        "choices": [
            {"words": f"{words} {len(lists[key])}", "url": f"{here}?when={key}", "on": key == when}
            for key, words in WHEN
        ],
        "second_line": _is_second_line(hat),
    }
    return render(request, "grants/conflicts/screening.html", context)


@reads(may="grants.read")
def conflict_rules(request: HttpRequest) -> HttpResponse:
    """The rules in force, with their basis."""
    context = {
        "lines": queries.rule_lines(now=timezone.now()),
        "waiting": queries.waiting_rules(),
        "proposes": person_of(request).has_perm(CHANGES),
        "second_line": _is_second_line(_worn(request)),
    }
    return render(request, "grants/conflicts/rules.html", context)


@asks(may=CHANGES, fresh=True)
def propose_months(request: HttpRequest, code: str) -> HttpResponse:
    """Propose how long a restriction lasts, where that is the company's to say."""
    rule = queries.rule_of(code, now=timezone.now())
    if rule is None:
        raise Http404
    form = Months(_typed(request), initial={"months": rule.months})

    def act() -> HttpResponse:
        versions.propose(code=code, by=person_of(request), now=timezone.now(), **form.cleaned_data)
        messages.success(request, "起案しました。第2線のほかの人が確認すると効きます。")
        return redirect("grants:conflict_rules")

    return asked(
        request,
        form,
        act,
        title=f"{rule.code} の月数を変える",
        lead="会社の定めである月数だけを変えられます。確認されるまでは、いまの月数が効きます。",
        button="起案する",
        back=reverse("grants:conflict_rules"),
        note=(("規則", f"{rule.code} {rule.name}"), ("説明", rule.says), ("根拠", rule.basis)),
    )


@writes(may=CHANGES, fresh=True)
def confirm_months(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a proposed version count from now on."""
    hat = _worn(request)
    one = get_object_or_404(ConflictRule, pk=pk)
    try:
        versions.confirm(
            pk=one.pk,
            by=person_of(request),
            company_kind=hat.company_kind,
            line=hat.line,
            now=timezone.now(),
        )
    except versions.CannotChange as error:
        return errors.refused(error.refusal)
    messages.success(request, f"{one.code} 第{one.version}版が、いまから効きます。")
    return redirect("grants:conflict_rules")


@writes(may=CHANGES)
def withdraw_months(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a version that nobody confirmed."""
    one = get_object_or_404(ConflictRule, pk=pk)
    try:
        versions.withdraw(pk=one.pk, by=person_of(request), now=timezone.now())
    except versions.CannotChange as error:
        return errors.refused(error.refusal)
    messages.success(request, "取り下げました。いまの月数のままです。")
    return redirect("grants:conflict_rules")


@reads(may="grants.read")
def conflict_exceptions(request: HttpRequest) -> HttpResponse:
    """Whom the second line let off, from which rule, until when and why."""
    hat, over = _worn(request), request.GET.get("over") == "1"
    here = reverse("grants:conflict_exceptions")
    whole = queries.exceptions(hat, now=timezone.now(), over=over)
    context = {
        "page": Paginator(whole, queries.PAGE).get_page(request.GET.get("page")),
        "over": over,
        "query": "over=1&" if over else "",
        "choices": [
            {"words": "いまと、これから", "url": here, "on": not over},
            {"words": "終わったもの", "url": f"{here}?over=1", "on": over},
        ],
        "second_line": _is_second_line(hat),
    }
    return render(request, "grants/conflicts/exceptions.html", context)


@asks(may="grants.read", fresh=True)
def let_off(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Let one person off one rule for a time."""
    hat, now = _worn(request), timezone.now()
    person = get_object_or_404(Person.objects.filter(own_people(hat)).distinct(), pk=pk)
    rule = queries.rule_of(code, now=now)
    if rule is None:
        raise Http404
    form = LetOff(_typed(request), initial={"starts": day_in_japan(now)})

    def act() -> HttpResponse:
        operations.let_off(
            person=person,
            code=code,
            by=person_of(request),
            company_kind=hat.company_kind,
            line=hat.line,
            now=now,
            **form.cleaned_data,
        )
        messages.success(request, "例外を認めました。終わりの日に、ひとりでに終わります。")
        return redirect("grants:conflict_exceptions")

    return asked(
        request,
        form,
        act,
        title=f"{rule.code} の例外を認める",
        lead="例外は6か月までで、終わりの日にひとりでに終わります。K1 と K2 には認められません。",
        button="例外を認める",
        back=reverse("grants:conflicts"),
        note=(
            ("人", f"{person.name}（{person.code}）"),
            ("規則", f"{rule.code} {rule.name}"),
            ("根拠", rule.basis),
            ("説明", rule.says),
        ),
    )


@writes(may="grants.read", fresh=True)
def end_exception(request: HttpRequest, pk: int) -> HttpResponse:
    """End an exception before its day."""
    hat = _worn(request)
    one = get_object_or_404(
        ConflictException.objects.filter(person__in=Person.objects.filter(own_people(hat))), pk=pk
    )
    try:
        operations.end_exception(
            pk=one.pk,
            by=person_of(request),
            company_kind=hat.company_kind,
            line=hat.line,
            now=timezone.now(),
        )
    except operations.CannotExcept as error:
        return errors.refused(error.refusal)
    messages.success(request, "例外を終えました。いまから効きません。")
    return redirect("grants:conflict_exceptions")


def _typed(request: HttpRequest) -> QueryDict | None:
    """Return what was sent, also where it is nothing; None where a page is only opened."""
    return request.POST if request.method == "POST" else None


def _worn(request: HttpRequest) -> Hat:
    hat = hat_of(request)
    if hat is None:
        raise LookupError("this door needs a hat")
    return hat


def _is_second_line(hat: Hat) -> bool:
    """Return whether the buttons of the second line are there; the rule itself refuses others."""
    return hat.company_kind == OWNER and hat.line == SECOND_LINE
