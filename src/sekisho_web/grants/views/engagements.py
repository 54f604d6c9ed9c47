"""委託: engagements, their check, who works on them, and how they are cleared up."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from sekisho.grants import engagements as rule
from sekisho.terms.days import after, jst_day
from sekisho_web.accounts.models import Appointment, Company
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.signed_in import Hat, hat_of, person_of
from sekisho_web.frame import errors
from sekisho_web.frame.doors import asks, reads, writes
from sekisho_web.grants.forms import engagements as forms
from sekisho_web.grants.models import Engagement, EngagementWorker
from sekisho_web.grants.operations import engagements as operations
from sekisho_web.grants.queries import engagements as queries
from sekisho_web.grants.views.acts import asked

ACTS = {
    "begin": (operations.begin, "委託を有効にしました。"),
    "resume": (operations.resume, "委託を再開しました。"),
    "begin_ending": (
        operations.begin_ending,
        "後始末を始めました。作業者のIDと許可は終わりました。",
    ),
    "close": (operations.close, "委託を終えました。"),
}


@reads(may="grants.engagements")
def engagements(request: HttpRequest) -> HttpResponse:
    """Every engagement of the company, those that need something first said in red."""
    rows = queries.seen_by(_worn(request))
    page = Paginator(rows, queries.PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "lines": queries.standings(page, now=timezone.now())}
    return render(request, "grants/engagements/engagements.html", context)


@reads(may="grants.engagements")
def engagement(request: HttpRequest, code: str) -> HttpResponse:
    """One engagement: what stops it, who works on it, what is still out."""
    now, row = timezone.now(), _one(request, code)
    (standing,) = queries.standings([row], now=now)
    lines = queries.lines(row)
    context = {
        "row": row,
        "standing": standing,
        "phases": [
            (phase.value, [line for line in lines if line.item.phase is phase])
            for phase in rule.Phase
        ],
        "workers": queries.workers(row)[: queries.PAGE],
        "left": queries.left(row),
        "now": now,
        "acts": _acts(standing.state),
    }
    return render(request, "grants/engagements/engagement.html", context)


@asks(may="grants.engagements")
def prepare(request: HttpRequest) -> HttpResponse:
    """Write down a new engagement. It opens nothing before somebody else has checked it."""
    hat, now = _worn(request), timezone.now()
    contractors = {one.code: one for one in queries.contractors(hat)}
    parents = {one.code: one for one in queries.seen_by(hat).filter(closed_at=None)}
    form = forms.Engagement(
        request.POST or None,
        contractors=[(code, one.name) for code, one in contractors.items()],
        systems=[(one.key, one.name) for one in queries.systems_of(hat)],
        parents=[(code, f"{code} {one.work}") for code, one in parents.items()],
        item_classes=[(one, one) for one in queries.item_classes()],
    )

    def act() -> HttpResponse:
        typed = dict(form.cleaned_data)
        row = operations.prepare(
            entruster=Company.objects.get(code=hat.company_code),
            contractor=contractors[typed.pop("contractor")],
            parent=parents.get(typed.pop("parent")),
            owner=Appointment.objects.get(pk=hat.post),
            starts=jst_day(typed.pop("starts")),
            ends=after(typed.pop("last_day")),
            by=person_of(request),
            now=now,
            **typed,
        )
        messages.success(request, "委託を書きました。点検の関門をそろえ、別の人が有効にします。")
        return redirect("grants:engagement", row.code)

    return asked(
        request,
        form,
        act,
        title="委託を書く",
        lead="書いただけでは何も開きません。点検の関門がすべて「はい」になり、別の人が確かめると有効になります。",
        button="書く",
        back=reverse("grants:engagements"),
    )


@asks(may="grants.engagements")
def answer(request: HttpRequest, code: str, item: str) -> HttpResponse:
    """Answer one line of the check of contractors."""
    row = _one(request, code)
    line = next((one for one in queries.lines(row) if one.item.code == item), None)
    if line is None:
        raise Http404
    form = forms.Answer(request.POST or None)

    def act() -> HttpResponse:
        operations.answer(
            engagement=row,
            item=item,
            verdict=rule.Answer(form.cleaned_data["verdict"]),
            evidence=form.cleaned_data["evidence"],
            by=person_of(request),
            now=timezone.now(),
        )
        messages.success(request, f"{item} に答えました。")
        return redirect("grants:engagement", row.code)

    return asked(
        request,
        form,
        act,
        title=f"{item} に答える",
        lead=line.item.words,
        button="答える",
        back=reverse("grants:engagement", args=[row.code]),
        note=(
            ("根拠", line.item.basis),
            ("証拠になるもの", line.item.evidence or "—"),
            ("満たさないとき", line.item.condition or "是正を求めます"),
        ),
    )


@asks(may="grants.engagements")
def put_on_roster(request: HttpRequest, code: str) -> HttpResponse:
    """Put somebody of the contractor on the roster."""
    row, now = _one(request, code), timezone.now()
    terms = {str(term.pk): term for term in queries.candidates(row, now=now)}
    choices = [
        (key, f"{one.person.name}（{one.person.code}） {one.unit.name}")
        for key, one in terms.items()
    ]
    form = forms.Worker(request.POST or None, workers=choices)

    def act() -> HttpResponse:
        operations.put_on_roster(
            engagement=row,
            term=terms[form.cleaned_data["worker"]],
            ends=after(form.cleaned_data["last_day"]),
            by=person_of(request),
            now=now,
        )
        messages.success(request, "名簿に載せました。作業者は、誓約に署名すると使えます。")
        return redirect("grants:engagement", row.code)

    return asked(
        request,
        form,
        act,
        title="作業者を名簿に載せる",
        lead="別の委託元の名簿に載っている人は、載せられません。IDは、この委託元の業務だけに使えます。",
        button="載せる",
        back=reverse("grants:engagement", args=[row.code]),
    )


@writes(may="grants.engagements")
def take_off_roster(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Let somebody leave the roster now."""
    row = _one(request, code)
    worker = get_object_or_404(EngagementWorker, engagement=row, pk=pk)
    try:
        operations.take_off_roster(worker=worker, by=person_of(request), now=timezone.now())
    except Refused as error:
        return errors.refused(error.refusal)
    messages.success(request, "名簿から外しました。その人の許可は、いま終わりました。")
    return redirect("grants:engagement", row.code)


@asks(may="grants.engagements")
def suspend(request: HttpRequest, code: str) -> HttpResponse:
    """Suspend an engagement, with a reason."""
    row = _one(request, code)
    form = forms.Reason(request.POST or None)

    def act() -> HttpResponse:
        operations.suspend(
            engagement=row,
            reason=form.cleaned_data["reason"],
            by=person_of(request),
            now=timezone.now(),
        )
        messages.success(request, "委託を止めました。作業者は、いまから何も開けません。")
        return redirect("grants:engagement", row.code)

    return asked(
        request,
        form,
        act,
        title=f"委託 {row.code} を止める",
        lead="作業者のセッションは終わり、再開するまで何も開けません。",
        button="止める",
        back=reverse("grants:engagement", args=[row.code]),
    )


@writes(may="grants.engagements", fresh=True)
def act_on(request: HttpRequest, code: str, act: str) -> HttpResponse:
    """Put in force, resume, begin to clear up, or close."""
    row = _one(request, code)
    if act not in ACTS:
        raise Http404
    do, said = ACTS[act]
    try:
        do(engagement=row, by=person_of(request), now=timezone.now())
    except Refused as error:
        return errors.refused(error.refusal)
    messages.success(request, said)
    return redirect("grants:engagement", row.code)


def _acts(state: rule.State) -> list[tuple[str, str]]:
    """Return what may be done in `state`: the act and its button."""
    return {
        rule.State.PREPARED: [("begin", "点検を終え、有効にする")],
        rule.State.CHECKED: [("begin_ending", "終了の手続を始める")],
        rule.State.IN_FORCE: [("begin_ending", "終了の手続を始める")],
        rule.State.SUSPENDED: [("resume", "再開する"), ("begin_ending", "終了の手続を始める")],
        rule.State.ENDING: [("close", "終える")],
        rule.State.CLOSED: [],
    }[state]


def _one(request: HttpRequest, code: str) -> Engagement:
    return get_object_or_404(queries.seen_by(_worn(request)), code=code)


def _worn(request: HttpRequest) -> Hat:
    hat = hat_of(request)
    if hat is None:
        raise LookupError("this door needs a hat")
    return hat
