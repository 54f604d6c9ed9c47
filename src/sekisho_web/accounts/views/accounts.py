"""アカウント台帳: which ID may live and why; asked for, decided, issued, resumed, closed."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from sekisho.accounts.life import State
from sekisho.ledger.leaves import Kind
from sekisho.reports.shapes import Column, Report, Section, Table
from sekisho.terms.days import JST
from sekisho_links.reports.excel import excel_of
from sekisho_web.accounts.forms import registers as forms
from sekisho_web.accounts.models import Account, AppointmentTerm
from sekisho_web.accounts.operations import accounts as operations
from sekisho_web.accounts.queries import accounts as queries
from sekisho_web.accounts.signed_in import Hat, person_of
from sekisho_web.accounts.views.registers import asked, page_of, query_of, worn
from sekisho_web.frame import errors
from sekisho_web.frame.doors import asks, reads, writes
from sekisho_web.ledger import operations as ledger

HEADS = (
    *("システム", "ID", "種類", "持つ人", "個人番号", "従事する会社", "状態", "理由", "いつまで"),
    *("最終利用", "休眠する日", "発行", "期限", "廃止"),
)
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@reads(may="accounts.read")
def ids(request: HttpRequest) -> HttpResponse:
    hat, now = worn(request), timezone.now()
    chosen = _chosen(request)
    page = page_of(request, queries.listed(hat, **chosen), size=queries.PAGE)
    told = {
        "page": page,
        "lines": queries.lines(list(page), now=now),
        "systems": queries.systems_seen(hat),
        "only": queries.ONLY.items(),
        "sorts": queries.SORTS.items(),
        "chosen": chosen,
        "query": query_of(request, *chosen),
        "waiting": queries.requests_waiting(hat).count(),
        "may_ask": request.user.has_perm("accounts.officer"),
        "may_export": request.user.has_perm("accounts.read"),
    }
    return render(request, "accounts/registers/ids.html", told)


def _chosen(request: HttpRequest) -> dict[str, str]:
    """Return how the list is narrowed; an unknown word is the usual one."""
    typed = request.GET if request.method == "GET" else request.POST
    only, sort = typed.get("only", ""), typed.get("sort", "")
    return {
        "words": typed.get("words", "").strip(),
        "system": typed.get("system", ""),
        "only": only if only in queries.ONLY else "open",
        "sort": sort if sort in queries.SORTS else "code",
    }


@writes(may="accounts.read", fresh=True)
def export(request: HttpRequest) -> HttpResponse:
    """The register as a file, CSV or Excel; that it left is entered in the ledger first."""
    hat, now, chosen = worn(request), timezone.now(), _chosen(request)
    as_excel = request.POST.get("as") == "xlsx"
    found = list(queries.listed(hat, **chosen))
    rows = list(_rows(found, now=now))
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=person_of(request),
        subject="accounts.Account",
        at=now,
        details={
            "act": "アカウント台帳の出力",
            "rows": len(rows),
            "as": "xlsx" if as_excel else "csv",
            "narrowed": {name: value for name, value in chosen.items() if value},
        },
    )
    name = f"accounts-{now.astimezone(JST):%Y%m%d-%H%M}"
    if as_excel:
        answer = HttpResponse(excel_of(_report(rows, hat=hat, now=now)), content_type=EXCEL)
        answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
        return answer
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADS)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    answer = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _rows(found: list[Account], *, now: datetime) -> Iterator[list[str]]:
    for line in queries.lines(found, now=now):
        account, said = line.account, line.standing
        yield [
            account.system.name,
            account.code,
            str(account.get_kind_display()),
            account.person.name if account.person else "",
            account.person.code if account.person else "",
            account.works_for.name,
            str(said.state),
            said.reason,
            _day(said.until),
            _day(account.last_used_at),
            str(line.dormant_on or ""),
            _day(account.issued_at),
            _day(account.ends_at),
            _day(account.closed_at),
        ]


def _report(rows: list[list[str]], *, hat: Hat, now: datetime) -> Report:
    at = now.astimezone(UTC).replace(microsecond=0)
    table = Table(
        caption="アカウント台帳",
        columns=tuple(Column(name=head) for head in HEADS),
        rows=tuple(tuple(row) for row in rows),
    )
    return Report(
        kind="accounts",
        title="アカウント台帳",
        subtitle=f"{hat.company}から見えるID",
        made_at=f"{at:%Y-%m-%dT%H:%M:%SZ}",
        made_on=f"{now.astimezone(JST):%Y-%m-%d}",
        position="",
        facts=(("件数", f"{len(rows):,}"),),
        sections=(Section(heading="アカウント台帳", tables=(table,)),),
        numbers={"rows": len(rows)},
    )


def _day(at: datetime | None) -> str:
    return f"{at.astimezone(JST):%Y-%m-%d %H:%M}" if at else ""


def _plain(text: str) -> str:
    """Return a cell that a spreadsheet shows and never runs."""
    return f"'{text}" if text.startswith(_FORMULA) else text


@reads(may="accounts.read")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    now, account = timezone.now(), queries.one(worn(request), pk)
    (line,) = queries.lines([account], now=now)
    by = person_of(request)
    told = {
        "account": account,
        "line": line,
        "history": queries.history(account),
        "resume": operations.refusal_to_resume(
            account, state=line.standing.state, purpose="－", by=by, now=now
        ),
        "close": operations.refusal_to_close(account, reason="－", by=by, now=now),
        "resumable": line.standing.state in (State.DORMANT, State.MOVED),
        "now": now,
        "may_act": request.user.has_perm("accounts.officer"),
        "may_hold": request.user.has_perm("accounts.hold"),
    }
    return render(request, "accounts/registers/id.html", told)


@reads(may="accounts.read")
def requests(request: HttpRequest) -> HttpResponse:
    page = page_of(request, queries.requests_waiting(worn(request)), size=queries.PAGE)
    told = {
        "page": page,
        "may_ask": request.user.has_perm("accounts.officer"),
        "query": "",
    }
    return render(request, "accounts/registers/requests.html", told)


@asks(may="accounts.officer", fresh=True)
def ask(request: HttpRequest) -> HttpResponse:
    hat, now = worn(request), timezone.now()
    systems = {one.key: one for one in queries.systems_of_office(hat, now=now)}
    form = forms.AskForId(
        request.POST or None, systems=[(key, one.name) for key, one in systems.items()]
    )
    words = {
        "title": "IDを申請する",
        "lead": "システム管理責任者が承認し、発行します。自分のIDは申請できません。",
        "button": "申請する",
        "back": reverse("accounts:requests"),
    }

    def act() -> HttpResponse:
        term = (
            AppointmentTerm.objects.in_force(now=now)
            .filter(
                person__code=form.cleaned_data["person"].strip(),
                appointment__works_for__code=hat.principal or hat.company_code,
            )
            .select_related("person", "unit__company", "appointment__works_for")
            .order_by("pk")
            .first()
        )
        if term is None:
            form.add_error(
                "person",
                "この番号で、この会社の業務の発令が有効な人は見つかりません。番号を確かめてください。",
            )
            told = {"form": form, "refusal": None, **words}
            return render(request, "accounts/registers/form.html", told, status=422)
        operations.ask_for_account(
            system=systems[form.cleaned_data["system"]],
            term=term,
            phone=form.cleaned_data["phone"],
            mail=form.cleaned_data["mail"],
            purpose=form.cleaned_data["purpose"],
            roles=form.roles_of(),
            by=person_of(request),
            now=now,
        )
        return redirect("accounts:requests")

    return asked(request, form, act, **words)


@asks(may="accounts.officer", fresh=True)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = queries.request_of(worn(request), pk), forms.Decide(request.POST or None)

    def act() -> HttpResponse:
        operations.decide_request(
            request=found,
            approves=form.cleaned_data["verdict"] == "approve",
            reason=form.cleaned_data["reason"],
            by=person_of(request),
            now=timezone.now(),
        )
        return redirect("accounts:requests")

    return asked(
        request,
        form,
        act,
        title=f"{found.person.name}の申請に答える",
        lead="登録する事項を確かめてから答えます。",
        button="答える",
        back=reverse("accounts:requests"),
        asked_for=found,
    )


@asks(may="accounts.officer", fresh=True)
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = queries.request_of(worn(request), pk), forms.Issue(request.POST or None)

    def act() -> HttpResponse:
        account = operations.issue(
            request=found,
            code=form.cleaned_data["code"].strip(),
            by=person_of(request),
            now=timezone.now(),
        )
        return redirect("accounts:id", account.pk)

    return asked(
        request,
        form,
        act,
        title=f"{found.person.name}のIDを発行する",
        lead="承認の後に変わったことがあれば、発行できません。",
        button="発行する",
        back=reverse("accounts:requests"),
        asked_for=found,
    )


@writes(may="accounts.officer")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    found = queries.request_of(worn(request), pk)
    try:
        operations.withdraw_request(request=found, by=person_of(request), now=timezone.now())
    except operations.CannotIssue as error:
        return errors.refused(error.refusal)
    return redirect("accounts:requests")


@asks(may="accounts.officer", fresh=True)
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    account = queries.one(worn(request), pk)
    form = forms.Reason(
        request.POST or None, label="使う目的", hint="再開は、新しい発行と同じに数えます"
    )

    def act() -> HttpResponse:
        operations.resume(
            account=account,
            purpose=form.cleaned_data["note"],
            by=person_of(request),
            now=timezone.now(),
        )
        return redirect("accounts:id", pk)

    return asked(
        request,
        form,
        act,
        title=f"ID {account.code} を再開する",
        lead="休眠または異動で止まったIDを、目的を添えて再び使えるようにします。",
        button="再開する",
        back=reverse("accounts:id", args=[pk]),
    )


@asks(may="accounts.officer", fresh=True)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    account, form = queries.one(worn(request), pk), forms.Reason(request.POST or None)

    def act() -> HttpResponse:
        operations.close(
            account=account,
            reason=form.cleaned_data["note"],
            by=person_of(request),
            now=timezone.now(),
        )
        return redirect("accounts:id", pk)

    return asked(
        request,
        form,
        act,
        title=f"ID {account.code} を廃止する",
        lead="廃止は戻せません。名前は、だれにも二度と使われません。",
        button="廃止する",
        back=reverse("accounts:id", args=[pk]),
    )
