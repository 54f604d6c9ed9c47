"""The OpenAPI 3.1 document: what stands at which address, made from the endpoints themselves."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from sekisho.accounts.keys import WORDS
from sekisho_web.accounts.api.endpoints import ENDPOINTS, JSON, Endpoint
from sekisho_web.accounts.api.offered import bring
from sekisho_web.accounts.api.shapes import Problem
from sekisho_web.accounts.machines import opened_by_client, problem
from sekisho_web.frame.doors import machine

VERSION = "1.0.0"
REF = "#/components/schemas/{model}"
REFUSALS = {
    "401": "使える鍵がない",
    "403": "鍵のできることの外",
    "404": "ないか、この会社に見えない",
    "409": "規則が断った",
    "422": "分からない語がある",
    "429": "鍵の誤りが多すぎる",
    "503": "記録できない",
}
OF_READING = REFUSALS.keys() - {"409"}
PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
TYPES = {int: {"type": "integer", "minimum": 1}, str: {"type": "string", "maxLength": 64}}


@machine(methods=("GET", "HEAD"), opened_by=opened_by_client(problem))
def openapi(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # a door's signature
    """Answer with the document. It names nobody, and is for whoever has a key."""
    return HttpResponse(json.dumps(document(), ensure_ascii=False), content_type=JSON)


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document of all endpoints."""
    bring()
    shapes = {shape for one in ENDPOINTS for shape in (one.asks, one.answers)} | {Problem}
    names, defined = models_json_schema(
        [
            (shape, "validation" if _is_asked(shape) else "serialization")
            for shape in _sorted(shapes)
        ],
        ref_template=REF,
    )
    of = {shape: schema for (shape, _), schema in names.items()}
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "関所の API",
            "version": VERSION,
            "description": "人と発令、対象システム、アカウント、反映、"
            "利用申請、利用許可、非常災害を読み、アカウントを止め、利用してよいかを尋ねる。承認と却下はできない。",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": _paths(of),
        "components": {
            "schemas": defined["$defs"],
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "期限と「できること」のある鍵。sekisho accounts token で出す。",
                }
            },
        },
    }


def _paths(of: Mapping[Any, Any]) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for one in ENDPOINTS:
        path = "/" + one.root + PLACE.sub(r"{\1}", one.path)
        paths.setdefault(path, {})[one.method.lower()] = _operation(one, of)
    return paths


def _operation(one: Endpoint, of: Mapping[Any, Any]) -> dict[str, Any]:
    refusals = REFUSALS.keys() if one.method == "POST" else OF_READING
    said: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "description": f"鍵に要るもの: `{one.scope.value}`（{WORDS[one.scope]}）",
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": TYPES[kind]}
            for name, kind in one.parameters.items()
        ],
        "responses": {
            "200": {
                "description": "答え",
                "content": {"application/json": {"schema": of[one.answers]}},
            },
            **{
                status: {
                    "description": REFUSALS[status],
                    "content": {"application/problem+json": {"schema": of[Problem]}},
                }
                for status in sorted(refusals)
            },
        },
    }
    if one.method == "GET":
        said["parameters"] += _query(one.asks)
    else:
        said["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": of[one.asks]}},
        }
    return said


def _query(asks: type[BaseModel]) -> list[dict[str, Any]]:
    """Return the words of a query, each a parameter."""
    schema = asks.model_json_schema(ref_template=REF)
    required = set(schema.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": one}
        for name, one in schema.get("properties", {}).items()
    ]


def _is_asked(shape: type[BaseModel]) -> bool:
    return any(one.asks is shape for one in ENDPOINTS)


def _sorted(shapes: set[Any]) -> list[Any]:
    return sorted(shapes, key=lambda shape: str(shape.__name__))
