"""Doors with one mistake each. The tests beside this file must catch them."""

from contextlib import suppress

from sekisho_links.ledger.errors import NotRecorded
from sekisho_web.frame.doors import Needs, mark
from sekisho_web.ledger import doors, recording


def _door(may, release):
    def decorate(view):
        def door(request, *args, **kwargs):
            look = doors._begin(request)
            return release(request, look, view(request, *args, **kwargs))

        return mark(door, kind="shows", may=may, needs=Needs.USE)

    return decorate


def records_after(*, may):
    """Releases first and records when the answer is on its way, as an ordinary audit log does."""

    def release(request, look, response):
        close = response.close

        def close_and_record():
            close()
            with suppress(NotRecorded):
                recording.recorder().record(
                    look.happening(person=str(request.user.pk), company="n09")
                )

        response.close = close_and_record
        return response

    return _door(may, release)


def records_when_it_can(*, may):
    """Shows the page although it could not be recorded (fail open)."""

    def release(request, look, response):
        with suppress(NotRecorded):
            recording.recorder().record(look.happening(person=str(request.user.pk), company="n09"))
        return response

    return _door(may, release)


def records_what_was_intended(*, may):
    """Records every value that the view has prepared, shown or not."""

    def release(request, look, response):
        for row in look.rows.values():
            row.shown = {"customer_name": 1, "customer_kana": 0, "phone": 3}
        return doors._release(request, look, response)

    return _door(may, release)
