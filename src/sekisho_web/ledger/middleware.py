"""Before anything is asked of the database, ask whether it answers at all.

Sign-in and terminal are looked up before any door. On a database that is frozen they would wait
for ever: neither the driver nor the server keeps a time limit against that. The recorder does.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from sekisho_links.ledger.errors import NotRecorded
from sekisho_web.frame import errors
from sekisho_web.ledger import recording

GetResponse = Callable[[HttpRequest], HttpResponse]


def answering(get_response: GetResponse) -> GetResponse:
    """Answer 503 within the recorder's deadline where a look could not be recorded now."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            recording.recorder().ready()
        except NotRecorded as error:
            return errors.not_recorded(seconds=error.retry_after)
        return get_response(request)

    return middleware
