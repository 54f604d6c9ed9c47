"""A drill (訓練) that reaches for a real record: refused, and told to the second line."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from sekisho.campaigns.findings import Kind
from sekisho.grants.refusals import DRILL
from sekisho_web.frame.follows import tell
from sekisho_web.gate.visits import Visit

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def note(request: HttpRequest, visit: Visit) -> None:
    """Note that the second line is to be told of this visit, where a drill was refused."""
    if visit.use.answer == DRILL:
        request.drilled = visit  # type: ignore[attr-defined]  # read by `told`


def told(door: View[P]) -> View[P]:
    """Return `door`, after whose answer what was noted becomes a finding: inside nothing writes.

    One finding an emergency, a system and a person: tried again, it counts up.
    """

    @wraps(door)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return door(request, *args, **kwargs)
        finally:
            visit: Visit | None = getattr(request, "drilled", None)
            if visit is not None:
                _tell(visit)

    return inner


def _tell(visit: Visit) -> None:
    code, system = visit.use.ask.relief, visit.page.system
    with transaction.atomic():
        tell(
            "finding",
            kind=Kind.DRILL_REAL.value,
            key=f"{code}:{system.key}:{visit.use.ask.person}",
            subject=f"訓練 {code}",
            sentence=f"訓練（{code}）の許可で、{system.name}の実データを開こうとしました。",
            at=visit.now,
        )
