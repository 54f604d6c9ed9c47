from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from sekisho_links.ledger.errors import NotRecorded
from sekisho_links.ledger.recorder import Receipt
from sekisho_web.frame import errors
from sekisho_web.frame.doors import reads
from sekisho_web.ledger import queries
from sekisho_web.ledger.doors import RECORD
from sekisho_web.ledger.forms import Ask

JST = ZoneInfo("Asia/Tokyo")


@reads(may="ledger.read")
def records(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = Ask(request.GET)
    if not form.is_valid():
        return render(request, "ledger/records.html", {"form": form}, status=422)
    asked = form.asked(today=now.astimezone(JST).date())
    try:
        receipt, lines, last = queries.records(asked=asked, reader=_reader(request), now=now)
    except NotRecorded as error:
        return errors.not_recorded(seconds=error.retry_after)
    further = request.GET.copy()
    if last is not None:
        further["before"] = f"{last.at.isoformat()}_{last.position}"
    context = {
        "form": form,
        "asked": asked,
        "lines": lines,
        "further": further.urlencode() if last is not None else "",
    }
    return _recorded(request, "ledger/records.html", context, receipt)


@reads(may="ledger.read")
def record(request: HttpRequest, number: UUID) -> HttpResponse:
    try:
        receipt, whole = queries.record(number=number, reader=_reader(request), now=timezone.now())
    except NotRecorded as error:
        return errors.not_recorded(seconds=error.retry_after)
    if whole is None:
        raise Http404
    return _recorded(request, "ledger/record.html", {"whole": whole, "line": whole.line}, receipt)


def _reader(request: HttpRequest) -> AbstractBaseUser:
    return cast("AbstractBaseUser", request.user)  # signed in: the door has looked


def _recorded(
    request: HttpRequest, template: str, context: dict[str, object], receipt: Receipt
) -> HttpResponse:
    """Return the page with the number of the record of its own reading."""
    response = render(request, template, {**context, "record_number": receipt.id})
    response.headers[RECORD] = str(receipt.id)
    return response
