"""利用申請: to ask, one's own requests, and the page of one request."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from sekisho.grants import askings as asking_rules
from sekisho.grants.requests import State
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import AppointmentTerm, Person, System
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.signed_in import Hat, person_of
from sekisho_web.accounts.views.registers import page_of, query_of, worn
from sekisho_web.frame.doors import asks, reads
from sekisho_web.grants.forms import requests as forms
from sekisho_web.grants.models import Asking, Decision, Emergency, Grant, Request
from sekisho_web.grants.operations import askings, requesting, wishes
from sekisho_web.grants.queries import deciders, organisations, telling
from sekisho_web.grants.queries import grants as held
from sekisho_web.grants.queries import requests as queries
from sekisho_web.grants.queries.offered import offered
from sekisho_web.grants.views.acts import UNPROCESSABLE, asked

PAGE = 30
OPEN, SETTLED = "open", "settled"


@reads(may="grants.use")
def requests(request: HttpRequest) -> HttpResponse:
    """One's own requests, the newest first."""
    now, here = timezone.now(), reverse("grants:requests")
    only = request.GET.get("only", "")
    only = only if only in (OPEN, SETTLED) else ""
    found = queries.own(person_of(request), now=now)
    if only:
        waiting = Request.objects.filter(outcome="", due_at__gt=now).values("pk")
        found = found.filter(pk__in=waiting) if only == OPEN else found.exclude(pk__in=waiting)
    page = page_of(request, found, size=PAGE)
    names = telling.names_of_systems()
    told = {
        "page": page,
        "lines": [telling.line(one, now=now, names=names) for one in page],
        "query": query_of(request, "only"),
        "choices": [
            {"words": "すべて", "url": here, "on": not only},
            {"words": "承認待ち", "url": f"{here}?only={OPEN}", "on": only == OPEN},
            {"words": "決まったもの", "url": f"{here}?only={SETTLED}", "on": only == SETTLED},
        ],
    }
    return render(request, "grants/requests/requests.html", told)


@asks(may="grants.use")
def ask(request: HttpRequest) -> HttpResponse:
    """One form, the purpose first; what was typed stays where a rule refuses."""
    hat, now = worn(request), timezone.now()
    offer = offered(hat, now=now)
    follows = _followed(request)
    form = forms.Ask(
        request.POST or None,
        initial=_initial(request, hat, follows),
        purposes=offer.purposes,
        systems=offer.systems,
        modes=offer.modes,
        emergencies=offer.emergencies,
    )
    refusal: Refusal | None = None
    if form.is_bound and form.is_valid():
        try:
            row = requesting.submit(
                wish=_wish(form, follows), by=person_of(request), appointment=hat.post, now=now
            )
        except Refused as error:
            if error.refusal == asking_rules.WAITS:
                return _kept_as_asking(request, form, hat)
            refusal = error.refusal
        else:
            messages.success(
                request,
                f"申請しました。照合番号は {row.matching_code} です。承認者に伝えてください。",
            )
            return redirect("grants:request", row.code)
    told = {
        "form": form,
        "refusal": refusal,
        "hat": hat,
        "systems": offer.systems,
        "policies": offer.policies,
        "follows": follows.request if follows else None,
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "grants/requests/ask.html", told, status=status)


def _followed(request: HttpRequest) -> Grant | None:
    """Return the grant that is to be extended, where the address names one of the person's own."""
    code = request.GET.get("follows", "")
    if not code:
        return None
    mine = Grant.objects.filter(person=person_of(request), request__isnull=False)
    return get_object_or_404(mine.select_related("request"), code=code)


def _initial(request: HttpRequest, hat: Hat, follows: Grant | None) -> dict[str, object]:
    """Return what the form begins with: what is extended, or what the address asks for."""
    if follows is not None and follows.request is not None:
        said = queries.rule_of(follows.request)
        number = said.references[0] if said.references else None
        return {
            "purpose": said.purpose, "system": said.system, "role": said.role, "mode": said.mode,
            "kind": number.kind if number else "", "number": number.no if number else "",
            "areas": "、".join(said.areas), "use_minutes": said.use_minutes, "uses": said.uses,
            "emergency": said.emergency, "witness": said.witness,
            **forms.in_units(said.window_minutes),
        }  # fmt: skip
    return {
        "purpose": request.GET.get("purpose") or hat.purpose,
        "system": request.GET.get("system", ""),
        "mode": request.GET.get("mode", "per_use"),
        "use_minutes": 20,
        "uses": 1,
        **forms.in_units(30),
    }


def _wish(form: forms.Ask, follows: Grant | None) -> wishes.Wish:
    said = form.cleaned_data
    emergency = Emergency.objects.filter(code=said.get("emergency") or "").first()
    return wishes.Wish(
        system=System.objects.select_related("owner").get(key=said["system"]),
        purpose=said["purpose"],
        mode=said["mode"],
        reason=said["reason"],
        window_minutes=form.minutes,
        use_minutes=said["use_minutes"],
        role=said["role"].strip(),
        uses=said["uses"] if said["mode"] == "per_use" else None,
        references=form.references,
        areas=form.districts,
        starts_at=said["starts_at"],
        extends=follows,
        emergency=emergency,
        witness=said["witness"].strip(),
    )


def _kept_as_asking(request: HttpRequest, form: forms.Ask, hat: Hat) -> HttpResponse:
    """Keep what the affiliate asks for as an asking (求め): the second line judges it first."""
    now, said = timezone.now(), form.cleaned_data
    post = AppointmentTerm.objects.in_force(now=now).select_related("appointment__works_for")
    askings.note(
        company=post.get(appointment=hat.post).appointment.works_for,
        way=Asking.Way.REQUEST,
        what=f"利用目的「{said['purpose']}」：{said['reason']}",
        asked_by=person_of(request),
        system=said["system"],
        asked_at=now,
        now=now,
    )
    messages.info(request, str(asking_rules.WAITS))
    return redirect("grants:askings")


@reads(may="grants.use")
def request_(request: HttpRequest, code: str) -> HttpResponse:
    """One request: its way, what it says, who answered what, and the text that is signed."""
    return _page(request, _visible(request, code))


def _page(request: HttpRequest, one: Request, *, refusal: Refusal | None = None) -> HttpResponse:
    hat, person, now = worn(request), person_of(request), timezone.now()
    names = telling.names_of_systems()
    line = telling.line(one, now=now, names=names)
    parties = telling.parties(one, now=now)
    grants = list(one.grants.prefetch_related("uses").order_by("pk"))
    told = {
        "line": line,
        "is_own": one.asked_by_id == person.pk,
        "may_decide": request.user.has_perm("grants.decide"),
        "told": telling.told(one, names=names),
        "parties": parties,
        "picture": telling.picture(one, parties, now=now),
        "grants": [telling.grant_line(each, now=now) for each in grants],
        "acts": _acts(one, line.state, grants, hat=hat, person=person),
        "text": telling.text_of(bytes(one.body)),
        "digest": bytes(one.digest).hex(),
        "refusal": refusal,
    }
    status = UNPROCESSABLE if refusal else 200
    return render(request, "grants/requests/request.html", told, status=status)


def _acts(
    one: Request, state: State, grants: Sequence[Grant], *, hat: Hat, person: Person
) -> list[dict[str, object]]:
    """Return what whoever reads the page may do with it now."""
    now, acts = timezone.now(), []
    own = one.asked_by_id == person.pk
    if not own and any(
        each.request.pk == one.pk
        for each in deciders.waiting(person=person, appointment=hat.post, now=now)
    ):
        url = reverse("grants:decide", args=[one.code])
        acts.append({"words": "内容を見て答える", "url": url, "first": True})
    if own and state is State.PENDING:
        acts.append({"words": "取り下げる", "url": reverse("grants:withdraw", args=[one.code])})
    if own and grants and not held.as_rule(grants[0]).is_cut(now):
        url = f"{reverse('grants:ask')}?follows={grants[0].code}"
        acts.append({"words": "延長を申請する", "url": url})
    if one.decisions.all():
        url = reverse("grants:evidence", args=[one.code])
        acts.append({"words": "証拠のファイルを受け取る", "url": url})
    return acts


@asks(may="grants.use")
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Take one's own request back, after a look at what it is."""
    one = get_object_or_404(
        queries.own(person_of(request), now=timezone.now()).select_related("system"), code=code
    )
    form = forms.Nothing(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        requesting.withdraw(request=one, by=person_of(request), now=timezone.now())
        messages.success(request, f"申請 {one.code} を取り下げました。")
        return redirect("grants:request", one.code)

    return asked(
        request,
        form,
        act,
        title="申請を取り下げる",
        lead="取り下げた申請は戻せません。続ける必要があるときは、新しく申請します。",
        button="取り下げる",
        back=reverse("grants:request", args=[one.code]),
        note=[
            ("番号", one.code),
            ("対象システム", one.system.name),
            ("利用目的", one.purpose),
        ],
    )


@reads(may="grants.use")
def evidence(request: HttpRequest, code: str) -> HttpResponse:
    """The file by which anybody can check the approval, without us."""
    one = _visible(request, code)
    if not one.decisions.all():
        raise Http404
    return HttpResponse(
        queries.approval_of(one).text,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="approval-{one.code}.json"'},
    )


def _visible(request: HttpRequest, code: str) -> Request:
    """Return the request, where it concerns whoever asks; for all others there is none.

    It concerns the asker, whoever decided or may decide it, and those of the owner who read all.
    """
    person, hat, now = person_of(request), worn(request), timezone.now()
    found = queries.with_answers(Request.objects.select_related("emergency", "appointment"))
    one = get_object_or_404(found, code=code)
    if one.asked_by_id == person.pk:
        return one
    owner = organisations.owner_of(one.system, now=now)
    if request.user.has_perm("grants.read") and owner == hat.company_code:
        return one
    if Decision.objects.filter(request=one, decided_by=person).exists():
        return one
    waiting = deciders.waiting(person=person, appointment=None, now=now)
    if any(each.request.pk == one.pk for each in waiting):
        return one
    raise Http404
