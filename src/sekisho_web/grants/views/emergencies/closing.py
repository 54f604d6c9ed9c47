"""後始末, 災害対応記録, 検証."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from sekisho.grants import closing as rule
from sekisho.grants.closing import Item
from sekisho.grants.declarations import Attested
from sekisho.reports.documents.dossier import report_of
from sekisho.reports.shapes import digest
from sekisho.terms.refusals import Refusal
from sekisho_links.ledger.errors import NotRecorded
from sekisho_links.reports.extra import ReportsNotInstalled
from sekisho_links.reports.pdf import NotPrinted, pdf_of
from sekisho_web.accounts import signing
from sekisho_web.accounts.models import Company
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.signed_in import Hat, person_of
from sekisho_web.accounts.views.registers import UNPROCESSABLE, asked
from sekisho_web.frame.doors import asks, reads, writes
from sekisho_web.frame.errors import not_recorded
from sekisho_web.grants.forms import emergencies as forms
from sekisho_web.grants.models import ClosingItem, Emergency
from sekisho_web.grants.operations import closing as operations
from sekisho_web.grants.queries import emergencies as queries
from sekisho_web.grants.queries.dossier import dossier as dossier_of
from sekisho_web.grants.views.emergencies.reading import page_of
from sekisho_web.grants.views.emergencies.shared import (
    emergency_at,
    laid,
    moment,
    new_nonce,
    said_again,
    sign_page,
    signed,
)

PDF = "application/pdf"


@writes(may="grants.declare")
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Lay out the list; by itself it is done within a minute of the end."""
    one, _ = _own(request, code)
    operations.begin(emergency=one, now=timezone.now())
    return redirect("grants:emergency", one.code)


@writes(may="grants.declare")
def reconcile(request: HttpRequest, code: str) -> HttpResponse:
    one, hat = _own(request, code)
    try:
        total, outside = operations.reconcile(
            emergency=one, by=person_of(request), hat=hat, now=timezone.now()
        )
    except Refused as error:
        return page_of(request, one, refusal=error.refusal)
    except NotRecorded:
        return not_recorded()
    messages.success(request, f"閲覧 {total} 件を突合しました。許可から外れたもの {outside} 件。")
    return redirect("grants:emergency", one.code)


@asks(may="grants.decide", fresh=True)
def item(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Sign for one item: what, how much, how, before whom."""
    one, hat = emergency_at(request, code)
    row = one.items.filter(pk=pk).first()
    if row is None or hat.company_code not in (one.owner.code, row.subject):
        raise Http404
    person, now = person_of(request), timezone.now()
    if refusal := operations.refusal_to_sign(one, row, by=person, hat=hat, now=now):
        return page_of(request, one, refusal=refusal)
    what, refusal = f"{one.code}/closing/{row.pk}", None
    kept = laid(request, what)
    if "credential" in request.POST and kept:
        said = said_again(kept, Attested)

        def act(proof: signing.Proof) -> HttpResponse:
            operations.sign(item=row, attested=said, proof=proof, by=person, hat=hat, now=now)
            messages.success(request, "署名しました。")
            return redirect("grants:emergency", one.code)

        answer = signed(request, said, act)
        if isinstance(answer, HttpResponse):
            return answer
        return _lay(request, one, row, said, what=what, refusal=answer)
    form = forms.Attest(request.POST or None, item=Item(row.kind))
    if form.is_valid():
        said = Attested(
            code=one.code,
            item=row.kind,
            subject=row.subject,
            **form.attested(),
            by=person.code,
            appointment=str(hat.post),
            at=moment(),
            nonce=new_nonce(),
        )
        refusal = operations.fault(one, row, said)
        if refusal is None:
            return _lay(request, one, row, said, what=what)
    told = {
        "form": form,
        "refusal": refusal,
        "title": _words(row),
        "lead": "終わったことを、証拠とともに署名します。",
        "button": "署名に進む",
        "back": reverse("grants:emergency", args=[one.code]),
    }
    return render(request, "accounts/registers/form.html", told,
                  status=UNPROCESSABLE if form.is_bound else 200)  # fmt: skip


@writes(may="grants.declare", fresh=True)
def close(request: HttpRequest, code: str) -> HttpResponse:
    one, hat = _own(request, code)
    try:
        operations.close(emergency=one, by=person_of(request), hat=hat, now=timezone.now())
    except Refused as error:
        return page_of(request, one, refusal=error.refusal)
    messages.success(request, "後始末を完了にしました。災害対応記録を封じ、第2線の検証を受けます。")
    return redirect("grants:emergency", one.code)


@writes(may="grants.declare", fresh=True)
def seal(request: HttpRequest, code: str) -> HttpResponse:
    """Print the record, keep its bytes, and enter their digest in the ledger."""
    one, hat = _own(request, code)
    person, now = person_of(request), timezone.now()
    try:
        report = report_of(dossier_of(one, by=person, now=now))
        operations.seal(
            emergency=one,
            content=pdf_of(report),
            data_sha256=digest(report),
            by=person,
            hat=hat,
            now=now,
        )
    except Refused as error:
        return page_of(request, one, refusal=error.refusal)
    except (NotPrinted, ReportsNotInstalled) as error:
        refusal = Refusal(reason=error.problem, remedy=error.remedy)
        return page_of(request, one, refusal=refusal)
    messages.success(request, "災害対応記録を封じました。要約は台帳にあります。")
    return redirect("grants:emergency", one.code)


@asks(may="grants.declare", fresh=True)
def review(request: HttpRequest, code: str) -> HttpResponse:
    one, hat = _own(request, code)
    person, now = person_of(request), timezone.now()
    if refusal := operations.refusal_to_review(one, by=person, hat=hat, now=now):
        return page_of(request, one, refusal=refusal)
    form = forms.Review(request.POST or None)

    def act() -> HttpResponse:
        operations.review(
            emergency=one, note=form.cleaned_data["note"], by=person, hat=hat, now=now
        )
        messages.success(request, "検証しました。この後、新しい利用許可や項目は加えられません。")
        return redirect("grants:emergency", one.code)

    return asked(
        request,
        form,
        act,
        title=f"{one.code} を検証する",
        lead="後始末の一覧と災害対応記録を、記録と照らして確かめたうえで書きます。",
        button="検証済にする",
        back=reverse("grants:emergency", args=[one.code]),
    )


@reads(may="grants.use")
def dossier(request: HttpRequest, code: str) -> HttpResponse:
    """The newest sealed record, byte by byte as it was sealed."""
    one, hat = emergency_at(request, code)
    if not queries.sees_people(one, hat):
        raise PermissionDenied
    found = one.dossiers.order_by("-made_at").first()
    if found is None:
        raise Http404
    response = HttpResponse(bytes(found.content), content_type=PDF)
    name = f"dossier-{one.code}-{found.sha256[:12]}.pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _own(request: HttpRequest, code: str) -> tuple[Emergency, Hat]:
    one, hat = emergency_at(request, code)
    if one.owner.code != hat.company_code:
        raise PermissionDenied
    return one, hat


def _lay(
    request: HttpRequest,
    one: Emergency,
    row: ClosingItem,
    said: Attested,
    *,
    what: str,
    refusal: Refusal | None = None,
) -> HttpResponse:
    return sign_page(
        request,
        said,
        what=what,
        title=_words(row),
        lead="下に示すすべてに、パスキーで署名します。",
        pairs=[
            (words, value)
            for words, value in (
                ("番号", one.code),
                ("数量", said.quantity),
                ("方法", said.method),
                ("立ち会った人", said.witness),
                ("文書の番号または所見", said.document),
                ("対象", "なし" if said.none else ""),
            )
            if value
        ],
        button="パスキーで署名する",
        back=reverse("grants:emergency", args=[one.code]),
        refusal=refusal,
    )


def _words(row: ClosingItem) -> str:
    company = Company.objects.filter(code=row.subject).first() if row.subject else None
    return f"{rule.WORDS[Item(row.kind)]}{f'（{company.name}）' if company else ''}"
