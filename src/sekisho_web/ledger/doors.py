"""The door `shows`: no record, no view (記録なければ表示なし).

decide → render the whole page in memory → close the view's transaction → record → release.
Whatever goes wrong on the way, nothing leaves. Denials and empty answers are recorded too.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from time import monotonic
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from sekisho.terms.refusals import Refusal
from sekisho_links.ledger.errors import NoLongerAllowed, NotRecorded
from sekisho_links.ledger.writing import number_at
from sekisho_web.frame import errors
from sekisho_web.frame.doors import READING, WRITING, Needs, mark, reading, refuse_without
from sekisho_web.ledger import recording
from sekisho_web.ledger.look import Look, NotALook

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

LONGEST = 30.0  # seconds that the queries of one page may take
RECORD = "X-Sekisho-Record"
OK = 200
# With these a browser would ask again and get 304 or a part: an answer without a look.
REVALIDATING = ("ETag", "Last-Modified", "Accept-Ranges", "Content-Range")


def shows(
    *, may: str, needs: Needs = Needs.USE, fresh: bool = False, posts: bool = False
) -> Callable[[View[P]], View[P]]:
    """Return the decorator for a view that shows a customer's record. See `look_of`.

    may:   permission (subject.verb); its lack is recorded as a refusal.
    posts: also POST, for search words that may not stand in an address.
    """
    methods = READING + (WRITING if posts else ())

    def decorate(view: View[P]) -> View[P]:
        @transaction.non_atomic_requests  # its transaction must have ended before the record
        @require_http_methods(list(methods))
        @wraps(view)
        def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            look = _begin(request)
            try:
                refuse_without(may, request)
                with _limited(), transaction.atomic(), reading():
                    response = _complete(view(request, *args, **kwargs))
            except (NotRecorded, OperationalError):  # no ledger, or no database at all
                return errors.not_recorded()
            except Http404:
                response = errors.not_found(request)  # the same bytes, whatever the reason was
            except PermissionDenied:
                look.refuse(look.refused or f"権限 {may} がない")
                response = errors.forbidden(request)
            return _release(request, look, response)

        return mark(door, kind="shows", may=may, needs=needs, fresh=fresh)

    return decorate


def _begin(request: HttpRequest) -> Look:
    now = timezone.now()
    look = Look(number=number_at(now), at=now)
    look.details["path"] = request.path
    look.details["address"] = request.META.get("REMOTE_ADDR", "")
    if request.user.is_authenticated:
        look.details["login"] = request.user.get_username()
        look.details["name"] = str(getattr(request.user, "name", ""))
    if number := getattr(getattr(request, "device", None), "number", None):
        look.device = str(number)
        look.details["device"] = str(number)
    request.look = look  # type: ignore[attr-defined]  # read by look_of
    request.record_number = str(look.number)  # type: ignore[attr-defined]  # read by the frame
    return look


@contextmanager
def _limited() -> Iterator[None]:
    """Build no page that could not be recorded, and leave a database that freezes meanwhile.

    Raise NotRecorded at the recorder's deadline, and OperationalError at that of the page.
    """
    recorder = recording.recorder()
    recorder.ready()
    connection.ensure_connection()
    with recorder.watchdog.over(connection.connection, until=monotonic() + LONGEST):
        yield


def _complete(response: HttpResponseBase) -> HttpResponse:
    """Return `response` with all its bytes. What is rendered later would not be in the record."""
    render = getattr(response, "render", None)
    if callable(render):
        response = render()
    if response.streaming or not isinstance(response, HttpResponse):
        raise NotALook("a streamed answer would leave before its record")
    response.content  # noqa: B018  # an iterator given as content is read now
    return response


def _release(request: HttpRequest, look: Look, response: HttpResponse) -> HttpResponse:
    """Return `response` once its record is durable, and a page without data where it is not."""
    person: Any = request.user
    known = person.is_authenticated
    happening = look.happening(
        person=str(person.pk) if known else None, company=recording.company()
    )
    is_refused = look.refused is not None
    try:
        receipt = recording.recorder().record(
            happening,
            still=recording.still_of(person) if known else None,
            unchanged=recording.unchanged_of(look),
        )
    except NoLongerAllowed as error:
        return _stopped(request, look, error)
    except NotRecorded as error:
        return errors.not_recorded(seconds=error.retry_after)
    if look.then is not None and not is_refused and response.status_code == OK:
        look.then()
    response.headers[RECORD] = str(receipt.id)
    for header in REVALIDATING:
        response.headers.pop(header, None)
    response.headers["Cache-Control"] = "no-store"
    return response


def _stopped(request: HttpRequest, look: Look, error: NoLongerAllowed) -> HttpResponse:
    """Return the page without data of a look that something ended while it was made.

    That is recorded too, under its own number: nobody is shown anything that this could stop.
    """
    look.refuse(error.problem)
    look.number = number_at(look.at)
    happening = look.happening(
        person=str(request.user.pk) if request.user.is_authenticated else None,
        company=recording.company(),
    )
    try:
        receipt = recording.recorder().record(happening)
    except NotRecorded as wrong:
        return errors.not_recorded(seconds=wrong.retry_after)
    response = errors.refused(Refusal(reason=error.problem, remedy=error.remedy), status=403)
    response.headers[RECORD] = str(receipt.id)
    response.headers["Cache-Control"] = "no-store"
    return response
