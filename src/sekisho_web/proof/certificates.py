"""The certificate (証明書) of any version: its page, the signed file, and the PDF that holds it."""

from datetime import date
from hashlib import sha256
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from sekisho.errors import SekishoError
from sekisho.policy.sheets import Unreadable
from sekisho.policy.system import Policy
from sekisho.proof.attestation import attest
from sekisho.reports.certificates import report_of
from sekisho.terms.refusals import Refusal
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in
from sekisho_links.proof.keys import NoKey, public_text, signing_key
from sekisho_links.proof.signing import signed
from sekisho_links.reports.extra import ReportsNotInstalled
from sekisho_links.reports.pdf import NotPrinted, pdf_of
from sekisho_web.frame.doors import reads
from sekisho_web.policy import versions
from sekisho_web.policy.models import Version
from sekisho_web.proof import queries


def document_of(policy: Policy, *, on: date) -> dict[str, Any]:
    """Return what is certified of `policy` (two queries for a stored version)."""
    stored = Version.objects.filter(pk=policy.hash).exists()
    files = versions.files_of(policy.hash) if stored else files_in(shipped("tables"))
    proved = queries.certificate(policy)
    return attest(policy, proved, files=files, on=on, sekisho=installed("sekisho"))


def key_text() -> str:
    """Return the public key of this site, as it is handed to whoever checks certificates."""
    return public_text(_key().public_key())


@reads(may="proof.read")
def certificate(request: HttpRequest, version: str = "") -> HttpResponse:
    try:
        policy = queries.asked(version).policy
        document, key = document_of(policy, on=timezone.localdate()), key_text()
    except (Unreadable, NoKey) as error:
        return _not_made(request, error)
    return render(
        request,
        "proof/certificate.html",
        {
            "document": document,
            "version": policy.hash[: queries.SHORT],
            "key": key,
            "total": document["held"] + document["broken"],
        },
    )


@reads(may="proof.read")
def certificate_json(request: HttpRequest, version: str) -> HttpResponse:
    try:
        _, file = _made(version, on=timezone.localdate())
    except (Unreadable, NoKey) as error:
        return _not_made(request, error)
    return _file(file, kind="application/json", name=f"certificate-{version[:12]}.json")


@reads(may="proof.read")
def certificate_pdf(request: HttpRequest, version: str) -> HttpResponse:
    try:
        document, file = _made(version, on=timezone.localdate())
        report = report_of(document, key=key_text(), digest=sha256(file).hexdigest())
        made = pdf_of(report, attached={"certificate.json": file})
    except (Unreadable, NoKey, ReportsNotInstalled, NotPrinted) as error:
        return _not_made(request, error)
    return _file(made, kind="application/pdf", name=f"certificate-{version[:12]}.pdf")


def _made(version: str, *, on: date) -> tuple[dict[str, Any], bytes]:
    document = document_of(queries.asked(version).policy, on=on)
    return document, signed(document, key=_key())


def _key() -> Any:  # noqa: ANN401 - of the library that signs
    return signing_key(Path(settings.SEKISHO_HOME))


def _file(content: bytes, *, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _not_made(request: HttpRequest, error: SekishoError) -> HttpResponse:
    refusal = Refusal(reason=f"{error.place}: {error.problem}", remedy=error.remedy)
    status = 422 if isinstance(error, Unreadable) else 503
    return render(request, "proof/certificate_not_made.html", {"refusal": refusal}, status=status)
