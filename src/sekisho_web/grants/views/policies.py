"""承認規程: the table, its lint, what a proposal would change; two people publish it."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.frame.doors import asks, reads
from sekisho_web.grants.forms import policies as forms
from sekisho_web.grants.forms.requests import Nothing
from sekisho_web.grants.models import ApprovalPolicy
from sekisho_web.grants.operations import policies as operations
from sekisho_web.grants.queries import policies as queries
from sekisho_web.grants.queries import policy_pages as pages
from sekisho_web.grants.queries import telling
from sekisho_web.grants.views.acts import asked

OWN = Refusal(
    reason="自分の案は、自分では確かめられません",
    remedy="行為規制の担当（第2線）のほかの人が確かめます",
)


@reads(may="grants.policies")
def policies(request: HttpRequest) -> HttpResponse:
    """The policies in force, what waits, and what the lint says of them today."""
    now, names = timezone.now(), telling.names_of_systems()
    told = {
        "lines": pages.table(now=now),
        "remarks": pages.remarks(now=now),
        "waiting": [pages.told(one, names=names) for one in queries.proposed()],
        "may_propose": True,
    }
    return render(request, "grants/requests/policies.html", told)


@reads(may="grants.policies")
def policy(request: HttpRequest, code: str) -> HttpResponse:
    """One version: what it says, how it differs, and what the lint says of it."""
    now, names = timezone.now(), telling.names_of_systems()
    versions = queries.versions(code)
    one = _version(versions, request.GET.get("version", ""))
    waits = pages.state_of(one) == pages.WAITING
    own = one.proposed_by_id == person_of(request).pk
    told = {
        "one": pages.told(one, names=names),
        "differences": pages.differences(one),
        "remarks": pages.remarks(now=now, of=one),
        "versions": [pages.told(each, names=names) for each in versions],
        "is_waiting": waits,
        "may_propose": True,
        "may_confirm": waits and not own,
        "cannot": OWN if waits and own else None,
    }
    return render(request, "grants/requests/policy.html", told)


def _version(found: Sequence[ApprovalPolicy], asked_for: str) -> ApprovalPolicy:
    """Return the version that is asked for; of none: the one in force, else the newest."""
    if not found:
        raise Http404
    if asked_for:
        named = [one for one in found if str(one.version) == asked_for]
        if not named:
            raise Http404
        return named[0]
    in_force = [one for one in found if pages.state_of(one) == pages.IN_FORCE]
    return (in_force or found)[0]


@asks(may="grants.policies", fresh=True)
def propose_policy(request: HttpRequest) -> HttpResponse:
    """Propose a policy of a code that is new."""
    return _propose(request, None)


@asks(may="grants.policies", fresh=True)
def revise_policy(request: HttpRequest, code: str) -> HttpResponse:
    """Propose the next version of a policy, beginning with the one in force."""
    return _propose(request, _version(queries.versions(code), ""))


def _propose(request: HttpRequest, old: ApprovalPolicy | None) -> HttpResponse:
    now = timezone.now()
    fresh: dict[str, object] = {"fresh_seconds": 300, "look_back_days": 3}
    initial = forms.typed(queries.rule_of(old)) if old else fresh
    form = forms.ProposePolicy(
        request.POST or None,
        initial=initial,
        systems=list(telling.names_of_systems().items()),
        fixed=old is not None,
    )

    def act() -> HttpResponse:
        row = operations.propose(policy=form.policy(), by=person_of(request), now=now)
        messages.success(request, "案を出しました。ほかの人が確かめると、適用されます。")
        return redirect(f"{reverse('grants:policy', args=[row.code])}?version={row.version}")

    return asked(
        request,
        form,
        act,
        title=f"{old.code} の次の版の案を出す" if old else "新しい規程の案を出す",
        lead="出した案は変わりません。直すときは、もう一度案を出します。",
        button="案を出す",
        back=reverse("grants:policies"),
    )


@asks(may="grants.policies", fresh=True)
def confirm_policy(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """Bring a proposal into force: the second of two people."""
    one = _version(queries.versions(code), str(version))
    form = Nothing(request.POST if request.method == "POST" else None)
    found = pages.differences(one)

    def act() -> HttpResponse:
        operations.confirm(policy=one, by=person_of(request), now=timezone.now())
        messages.success(request, f"{one.code} 第{one.version}版を適用しました。")
        return redirect("grants:policy", one.code)

    return asked(
        request,
        form,
        act,
        title=f"{one.code} 第{one.version}版を確かめて適用する",
        lead="適用すると、これからの申請はこの版で承認されます。出ている申請は、前の版のままです。",
        button="適用する",
        back=f"{reverse('grants:policy', args=[one.code])}?version={one.version}",
        note=[
            ("緩くなる" if each.is_looser else "厳しくなる", each.words) for each in found
        ] or [("違い", "前の版との違いはありません")],
    )  # fmt: skip


@asks(may="grants.policies")
def drop_policy(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """Take a proposal back."""
    one = _version(queries.versions(code), str(version))
    form = Nothing(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        operations.drop(policy=one, by=person_of(request), now=timezone.now())
        return redirect("grants:policies")

    return asked(
        request,
        form,
        act,
        title=f"{one.code} 第{one.version}版の案を取り下げる",
        lead="取り下げた案は、版の一覧に残ります。",
        button="取り下げる",
        back=reverse("grants:policies"),
    )
