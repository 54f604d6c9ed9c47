"""反映先 and 突合: where the IDs of a system stand, and what was found there."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.forms.pushes import Adopt, TargetForm, as_text
from sekisho_web.accounts.models import Reconciliation, System, Target
from sekisho_web.accounts.operations import reconciling
from sekisho_web.accounts.operations import targets as operations
from sekisho_web.accounts.queries import pushes as queries
from sekisho_web.accounts.queries import reconciling as runs
from sekisho_web.accounts.signed_in import Hat, hat_of, person_of
from sekisho_web.frame.doors import asks, reads, writes

UNPROCESSABLE = 422
CAN = {
    "sync": "一覧を出す",
    "create": "作る",
    "suspend": "止める",
    "roles": "権限を変える",
    "rotate": "合言葉を換える",
    "last_use": "最終利用を答える",
    "end_sessions": "接続を切る",
    "expiry": "期限で自ら止める",
}


@reads(may="accounts.push")
def targets(request: HttpRequest) -> HttpResponse:
    hat = _hat(request)
    return render(
        request,
        "accounts/pushes/targets.html",
        {
            "lines": [(target, _capabilities(target)) for target in queries.targets_seen(hat)],
            "without": queries.systems_without(hat),
        },
    )


@asks(may="accounts.push", fresh=True)
def target(request: HttpRequest, key: str) -> HttpResponse:
    """Ask how a system is reached, and register it."""
    system = get_object_or_404(System, key=key, owner__code=_hat(request).company_code)
    known = Target.objects.filter(system=system).first()
    form = TargetForm(
        request.POST or None,
        initial={
            "kind": known.kind,
            "address": as_text(known.address),
            "probes": known.probes,
            "enabled": known.enabled,
        }
        if known
        else {"probes": True, "enabled": True},
    )
    if form.is_valid():
        try:
            operations.register(
                system=system,
                kind=form.cleaned_data["kind"],
                address=form.cleaned_data["address"],
                probes=form.cleaned_data["probes"],
                enabled=form.cleaned_data["enabled"],
                by=person_of(request),
                now=timezone.now(),
            )
        except operations.CannotRegister as error:
            form.add_error("address", f"{error.refusal.reason}。{error.refusal.remedy}")
        else:
            messages.success(request, f"{system.name}の反映先を登録しました。")
            return redirect("accounts:targets")
    return render(
        request,
        "accounts/pushes/target.html",
        {"system": system, "form": form},
        status=UNPROCESSABLE if form.is_bound else 200,
    )


@reads(may="accounts.read")
def reconciliations(request: HttpRequest) -> HttpResponse:
    hat = _hat(request)
    found = queries.targets_seen(hat)
    return render(
        request,
        "accounts/pushes/reconciliations.html",
        {
            "targets": runs.standing(found),
            "runs": runs.last(found),
            "may_ask": request.user.has_perm("accounts.push"),
        },
    )


@reads(may="accounts.read")
def reconciliation(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _run(request, pk))


@writes(may="accounts.push")
def reconcile(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a comparison of one target now."""
    found = get_object_or_404(queries.targets_seen(_hat(request)), pk=pk)
    reconciling.ask(target=found, by=person_of(request), now=timezone.now())
    return redirect("accounts:reconciliations")


@writes(may="accounts.officer", fresh=True)
def adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """Link an orphan to an ID of the register."""
    run, form = _run(request, pk), Adopt(request.POST)
    if not form.is_valid():
        return _page(request, run, form=form, status=UNPROCESSABLE)
    account = form.account(system=run.target.system.key)
    if account is None:
        refusal = Refusal(
            reason="このIDは台帳にありません",
            remedy="アカウント台帳で、同じシステムのIDを確かめてください",
        )
        return _page(request, run, form=form, refusal=refusal, status=UNPROCESSABLE)
    try:
        reconciling.adopt(
            reconciliation=run,
            ext_id=form.cleaned_data["ext_id"],
            account=account,
            by=person_of(request),
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )
    except reconciling.CannotAdopt as error:
        return _page(request, run, form=form, refusal=error.refusal, status=UNPROCESSABLE)
    messages.success(request, f"孤児を {account.code} に結び付けました。いまの状態を反映します。")
    return redirect("accounts:reconciliation", pk)


def _page(
    request: HttpRequest,
    run: Reconciliation,
    *,
    form: Adopt | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    lines = runs.differences(run)
    return render(
        request,
        "accounts/pushes/reconciliation.html",
        {
            "run": run,
            "lines": lines,
            "has_orphans": any(line.is_orphan for line in lines),
            "counts": runs.counts(run),
            "form": form or Adopt(initial={"ext_id": request.GET.get("orphan", "")}),
            "orphan": (form.data.get("ext_id") if form else None) or request.GET.get("orphan"),
            "may_adopt": request.user.has_perm("accounts.officer"),
            "refusal": refusal,
        },
        status=status,
    )


def _run(request: HttpRequest, pk: int) -> Reconciliation:
    found = runs.one(queries.targets_seen(_hat(request)), pk)
    if found is None:
        raise Http404
    return found


def _capabilities(target: Target) -> list[str]:
    try:
        found = operations.capabilities_of(target.kind, target.address, name=target.system.name)
    except operations.CannotRegister as error:
        return [str(error)]
    return [words for key, words in CAN.items() if key in found]


def _hat(request: HttpRequest) -> Hat:
    hat = hat_of(request)
    if hat is None:
        raise LookupError("this door needs a hat")
    return hat
