"""求めの記録: whoever was asked notes it in a minute; the second line judges it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from sekisho_web.accounts.models import Company
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.accounts.views.registers import page_of, query_of, worn
from sekisho_web.frame.doors import asks, reads
from sekisho_web.grants.forms import askings as forms
from sekisho_web.grants.models import Asking
from sekisho_web.grants.operations import askings as operations
from sekisho_web.grants.queries import askings as queries
from sekisho_web.grants.views.acts import asked

ANSWERS = {"open": "判断を待つもの", **dict(Asking.Answer.choices)}


@reads(may="grants.use")
def askings(request: HttpRequest) -> HttpResponse:
    """The list: of everybody for lines 2 and 3, else what oneself noted or asked."""
    hat, person = worn(request), person_of(request)
    answer = request.GET.get("answer", "")
    answer = answer if answer in ANSWERS else ""
    found = queries.listed(hat, person, answer=answer)
    here, all_of_them = reverse("grants:askings"), queries.sees_all(hat)
    told = {
        "page": page_of(request, found, size=queries.PAGE),
        "query": query_of(request, "answer"),
        "sees_all": all_of_them,
        "may_note": hat.company_kind == "network",
        "may_judge": all_of_them and hat.line == queries.SECOND_LINE,
        "counts": queries.counts(now=timezone.now()) if all_of_them else None,
        "choices": [
            {"words": "すべて", "url": here, "on": not answer},
            *(
                {"words": words, "url": f"{here}?answer={one}", "on": answer == one}
                for one, words in ANSWERS.items()
            ),
        ],
    }
    return render(request, "grants/requests/askings.html", told)


@asks(may="grants.use")
def note_asking(request: HttpRequest) -> HttpResponse:
    """The short form: a telephone call is noted while one still remembers it."""
    hat, person, now = worn(request), person_of(request), timezone.now()
    if hat.company_kind != "network":
        raise PermissionDenied
    form = forms.NoteAsking(
        request.POST or None, companies=queries.companies(), systems=queries.systems(hat)
    )

    def act() -> HttpResponse:
        said = form.cleaned_data
        operations.note(
            company=Company.objects.get(code=said["company"]),
            way=Asking.Way(said["way"]),
            what=said["what"],
            asker=said["asker"],
            system=said["system"],
            asked_of=person,
            asked_at=said["asked_at"] or now,
            now=now,
        )
        messages.success(request, "求めを記録しました。行為規制の担当（第2線）が判断します。")
        return redirect("grants:askings")

    return asked(
        request,
        form,
        act,
        title="求められたことを記録する",
        lead="小売の会社から、見せてはならない情報を求められたときに記録します。"
        "答えは「断る」です。判断は、行為規制の担当（第2線）がします。",
        button="記録する",
        back=reverse("grants:askings"),
    )


@asks(may="grants.read", fresh=True)
def judge_asking(request: HttpRequest, pk: int) -> HttpResponse:
    """The second line says what it was."""
    hat, person = worn(request), person_of(request)
    one = get_object_or_404(queries.listed(hat, person), pk=pk)
    form = forms.JudgeAsking(request.POST or None)

    def act() -> HttpResponse:
        operations.judge(
            asking=one,
            answer=form.cleaned_data["answer"],
            note=form.cleaned_data["note"],
            by=person,
            hat=hat,
            now=timezone.now(),
        )
        return redirect("grants:askings")

    return asked(
        request,
        form,
        act,
        title="求めを判断する",
        lead="判断は記録に残り、後から変えられません。",
        button="判断する",
        back=reverse("grants:askings"),
        note=[
            ("求めた会社と人", f"{one.company.name} {one.asked_by or one.asker}"),
            ("手段", one.get_way_display()),
            ("対象システム", one.system or "—"),
            ("求められたこと", one.what),
        ],
    )
