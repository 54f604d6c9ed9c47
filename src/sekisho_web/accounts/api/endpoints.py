"""The door of a program: its key, its scope, its question, its answer, and the record of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from pydantic import BaseModel, ValidationError

from sekisho.accounts.keys import WORDS, Scope
from sekisho_links.ledger.errors import NotRecorded
from sekisho_web.accounts.api.shapes import Nothing, Page, Problem
from sekisho_web.accounts.machines import api_key, opened_by_client, problem
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.frame.doors import machine
from sekisho_web.ledger import operations as ledger

API = "api/"
ROOT = f"{API}accounts/"
LARGEST = 65_536  # bytes of a body
JSON = "application/json; charset=utf-8"


class NotThere(Exception):
    """There is no such thing, or it is not this company's to see: the same answer for both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One address of the API. asks: of the query (GET) or of the body (POST)."""

    name: str
    root: str  # below which it stands, from the first letter after the host
    path: str
    method: str
    scope: Scope
    summary: str
    asks: type[BaseModel]
    answers: Any
    view: Callable[..., HttpResponse]
    parameters: Mapping[str, type] = field(default_factory=dict)  # in the path


ENDPOINTS: list[Endpoint] = []


def endpoint(
    path: str,
    *,
    scope: Scope,
    summary: str,
    answers: Any,  # noqa: ANN401  # a shape, or a page of one
    asks: type[BaseModel] = Nothing,
    method: str = "GET",
    parameters: Mapping[str, type] | None = None,
    root: str = ROOT,
    reading: bool | None = None,
) -> Callable[[Callable[..., BaseModel]], Callable[..., HttpResponse]]:
    """Return the decorator that makes a function an address of the API.

    root:    below which address it stands; that of accounts where none is said.
    reading: whether it changes nothing and is recorded as read; what GET does, unless it is said.

    The function gets the key, what was asked, the moment, and what stands in the path; it
    returns an answer. It raises NotThere or Refused where there is none.
    """
    reads = method == "GET" if reading is None else reading

    def decorate(answer: Callable[..., BaseModel]) -> Callable[..., HttpResponse]:
        @wraps(answer)
        def view(request: HttpRequest, /, **words: Any) -> HttpResponse:  # noqa: ANN401
            key = api_key(request)
            if scope.value not in key.scopes:
                return problem(
                    403,
                    f"この鍵では「{WORDS[scope]}」ことができません",
                    f"できることに {scope.value} を加えた鍵を出してもらってください",
                )
            if any("\0" in str(word) for word in (*words.values(), *request.GET.values())):
                return problem(422, "文字コード 0 は使えません", "取り除いてください")
            try:
                asked = _asked(request, asks)
                said = answer(key=key, asked=asked, now=timezone.now(), **words)
                if reads:
                    _record(request, said)
            except ValidationError as error:
                return _unclear(error)
            except NotThere:
                return problem(404, "そのものはありません", "番号か符号を確かめてください")
            except Refused as error:
                return problem(409, error.refusal.reason, error.refusal.remedy)
            except NotRecorded:
                return problem(
                    503, "記録できないため答えられません", "少し待ってから、やり直してください"
                )
            return HttpResponse(said.model_dump_json(), content_type=JSON)

        methods = ("GET", "HEAD") if method == "GET" else (method,)
        door = machine(methods=methods, opened_by=opened_by_client(problem))(view)
        ENDPOINTS.append(
            Endpoint(
                name=answer.__name__,
                root=root,
                path=path,
                method=method,
                scope=scope,
                summary=summary,
                asks=asks,
                answers=answers,
                view=door,
                parameters=parameters or {},
            )
        )
        return door

    return decorate


def _asked(request: HttpRequest, asks: type[BaseModel]) -> BaseModel:
    """Return what is asked. Raises ValidationError; text of a query is read as what it means."""
    if request.method in ("GET", "HEAD"):
        return asks.model_validate_strings(request.GET.dict())
    body = request.body if len(request.body) <= LARGEST else b""
    return asks.model_validate_json(body or b"{}")


def _record(request: HttpRequest, said: BaseModel) -> None:
    """Record that a program has read a register, and how many rows. No record, no answer."""
    key = api_key(request)
    rows = len(getattr(said, "items", None) or [said])
    ledger.record_reading(
        register=request.path,
        rows=rows,
        by=f"API {key.company.code} {key.name} (api-{key.pk})",
        at=timezone.now(),
        address=str(request.META.get("REMOTE_ADDR", "")),
    )


def _unclear(error: ValidationError) -> HttpResponse:
    wrong = [
        f"{'.'.join(str(part) for part in one['loc']) or '本文'}: {one['msg']}"
        for one in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    shape = Problem(
        type="about:blank",
        title="分からない語があります",
        status=422,
        detail="errors にある所を、/api/openapi.json の形に直してください",
        errors=wrong,
    )
    return HttpResponse(
        shape.model_dump_json(), status=422, content_type="application/problem+json"
    )


__all__ = ["ENDPOINTS", "Endpoint", "NotThere", "Page", "endpoint"]
