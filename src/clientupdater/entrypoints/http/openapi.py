"""The contract (OpenAPI 3.1), made of the same declarations that route and convert."""

from __future__ import annotations

import types
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import attrs

import clientupdater
from clientupdater.domain import errors
from clientupdater.domain.periods import Period
from clientupdater.entrypoints.failures import failure_of_kind
from clientupdater.entrypoints.http.contract import PERIOD_PATTERN, Endpoint, part
from clientupdater.entrypoints.structuring import Integer, Many, Text, takes_more

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from clientupdater.entrypoints.http.system import Page

_PLAIN: Mapping[Any, Mapping[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    UUID: {"type": "string", "format": "uuid"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    Decimal: {"type": "string", "pattern": r"^-?\d{1,18}(\.\d{1,6})?$"},
    Period: {
        "type": "string",
        "pattern": PERIOD_PATTERN,
        "examples": ["2026-11"],
    },
    object: {},
    Any: {},
}
_PROBLEM = "Problem"
_CHECKED = {"period", "permission"}
"""Parts of a path that are told what is wrong with them; of all others none is there."""
_ETAG = {"type": "string", "pattern": '^"v[0-9]{1,18}"$'}
_KEY = {"type": "string", "pattern": "^[!-~]{1,255}$"}
_KEY_TOLD = "Names this change: a new one for each, the same one to ask again for its answer."


def document(endpoints: Iterable[Endpoint], pages: Iterable[Page]) -> dict[str, Any]:
    """Write the contract."""
    shapes = _Shapes()
    paths: dict[str, dict[str, Any]] = {
        page.address: {"get": _page(page, shapes)} for page in pages
    }
    for endpoint in endpoints:
        paths.setdefault(endpoint.address, {})[endpoint.method.lower()] = _operation(
            endpoint, shapes
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Client Updater",
            "version": clientupdater.__version__,
            "description": "The system of record for reaching every client once a period.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": {"session": {"type": "http", "scheme": "bearer"}},
            "schemas": {_PROBLEM: _problem(), **dict(sorted(shapes.named.items()))},
        },
    }


class _Shapes:
    """Schemas of shapes; those of classes are kept once, by name."""

    def __init__(self) -> None:
        self.named: dict[str, dict[str, Any]] = {}

    def of(self, kind: Any) -> dict[str, Any]:
        """Describe a shape."""
        if kind in _PLAIN:
            return dict(_PLAIN[kind])
        if get_origin(kind):
            return self._composed(kind)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return {"type": "string", "enum": [each.value for each in kind]}
        return self._class(kind)

    def _composed(self, kind: Any) -> dict[str, Any]:
        origin, inner = get_origin(kind), get_args(kind)
        if origin is Annotated:
            return self._limited(inner[0], inner[1:])
        if origin in {Union, types.UnionType}:
            return {"anyOf": [self.of(each) for each in inner]}
        if origin in {tuple, list}:
            return {"type": "array", "items": self.of(inner[0])}
        return {"type": "object", "additionalProperties": self.of(inner[1])}

    def _class(self, kind: type) -> dict[str, Any]:
        if kind.__name__ not in self.named:
            self.named[kind.__name__] = {}  # it may hold itself
            self.named[kind.__name__] = self._object(kind)
        return {"$ref": f"#/components/schemas/{kind.__name__}"}

    def _object(self, kind: type) -> dict[str, Any]:
        hints = get_type_hints(kind, include_extras=True)
        fields = [a for a in attrs.fields(kind) if not a.name.startswith("_")]
        values = {
            "type": "object",
            "description": (kind.__doc__ or "").strip().split("\n")[0],
            "properties": {a.name: self.of(hints[a.name]) for a in fields},
            "required": [a.name for a in fields if a.default is attrs.NOTHING],
            "additionalProperties": takes_more(kind),
        }
        return {name: value for name, value in values.items() if value != []}

    def _limited(self, kind: Any, limits: Iterable[object]) -> dict[str, Any]:
        result = self.of(kind)
        for limit in limits:
            result |= _limit(limit)
        return result


def _limit(limit: object) -> dict[str, Any]:
    if isinstance(limit, Text):
        return {"minLength": limit.shortest, "maxLength": limit.longest}
    if isinstance(limit, Integer):
        return {"minimum": limit.least, "maximum": limit.most}
    if isinstance(limit, Many):
        return {"minItems": limit.least, "maxItems": limit.most}
    return {}


def _page(page: Page, shapes: _Shapes) -> dict[str, Any]:
    schema = {"schema": shapes.of(page.shape) if page.shape else {}}
    content = dict.fromkeys((page.kind, *page.also), schema)
    answer = {"description": page.summary, "content": content}
    problems = {str(status): _failure(code) for status, code in page.problems}
    # What says that it cannot may be a page as well, or a problem where not even that can be made.
    refused = {
        str(status): {"description": values, "content": {**content, **_failure("")["content"]}}
        for status, values in page.refusals
    }
    values = {
        "summary": page.summary,
        "operationId": page.address.rsplit("/", 1)[-1].replace(".", "_") or "index",
        "tags": ["system"],
        "responses": {"200": answer, **refused, **problems},
    }
    return {**values, "security": [{"session": []}]} if "401" in problems else values


def _operation(endpoint: Endpoint, shapes: _Shapes) -> dict[str, Any]:
    values: dict[str, Any] = {
        "summary": endpoint.summary,
        "operationId": endpoint.handle.__name__,
        "tags": [endpoint.path.split("/")[1]],
        "parameters": _parameters(endpoint, shapes),
        "responses": {**_successes(endpoint, shapes), **_failures(endpoint)},
    }
    if endpoint.permission:
        values["description"] = f"Needs `{endpoint.permission}`."
    if endpoint.body:
        content = {"application/json": {"schema": shapes.of(endpoint.body)}}
        values["requestBody"] = {"required": endpoint.body_required, "content": content}
    if not endpoint.public:
        values["security"] = [{"session": []}]
    return values


def _parameters(endpoint: Endpoint, shapes: _Shapes) -> list[dict[str, Any]]:
    items = [
        _parameter("path", name, dict(part(name).schema), part(name).told, required=True)
        for name in endpoint.parts
    ]
    if endpoint.query:
        hints = get_type_hints(endpoint.query, include_extras=True)
        for a in attrs.fields(endpoint.query):
            schema = shapes.of(hints[a.name])
            items.append(_parameter("query", a.name, schema, required=a.default is attrs.NOTHING))
    if endpoint.versioned:
        saw = 'The version that was seen, as in `"v3"`; or `version` in the body.'
        items.append(_parameter("header", "If-Match", _ETAG, saw, required=False))
    if endpoint.is_keyed:
        items.append(_parameter("header", "Idempotency-Key", _KEY, _KEY_TOLD, required=True))
    return items


def _parameter(
    where: str, name: str, schema: Mapping[str, Any], result: str = "", *, required: bool
) -> dict[str, Any]:
    made = {"name": name, "in": where, "required": required, "schema": schema}
    return {**made, "description": result} if result else made


def _successes(endpoint: Endpoint, shapes: _Shapes) -> dict[str, Any]:
    values = {str(endpoint.status): _success(endpoint, shapes)}
    if endpoint.cacheable:
        values["304"] = {"description": "It is as If-None-Match names it."}
    return values


def _success(endpoint: Endpoint, shapes: _Shapes) -> dict[str, Any]:
    if endpoint.downloads:
        binary = {"schema": {"type": "string", "format": "binary"}}
        return {"description": "The file.", "content": dict.fromkeys(endpoint.downloads, binary)}
    if endpoint.answers is None:
        return {"description": "Done."}
    content = {"application/json": {"schema": shapes.of(endpoint.answers)}}
    return {"description": endpoint.summary, "content": content}


def _failures(endpoint: Endpoint) -> dict[str, Any]:
    """List the codes by status: those of the pipeline, and those of the endpoint's rules."""
    codes: dict[int, list[str]] = {}
    for status, code in _codes(endpoint):
        if code not in codes.setdefault(status, []):
            codes[status].append(code)
    return {str(status): _failure(", ".join(codes[status])) for status in sorted(codes)}


def _failure(result: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{_PROBLEM}"}
    return {"description": result, "content": {"application/problem+json": {"schema": schema}}}


def _codes(endpoint: Endpoint) -> Iterable[tuple[int, str]]:
    yield 400, "invalid_request"
    yield 406, "not_acceptable"
    yield 429, "rate_limit_exceeded"
    if endpoint.is_keyed:
        yield from (
            (400, "idempotency_key_required"),
            (409, "idempotency_in_progress"),
            (409, "idempotency_conflict"),
        )
    if not endpoint.public:
        yield 401, "unauthenticated"
        yield 403, "password_change_required"
    if endpoint.permission:
        yield 403, "forbidden"
    if endpoint.parts:
        yield 404, "not_found"
    if endpoint.body:
        yield from ((413, "payload_too_large"), (415, "unsupported_media_type"))
    if endpoint.body or endpoint.query or _CHECKED & set(endpoint.parts):
        yield 422, "validation_failed"
    if endpoint.versioned:
        yield from ((409, "version_conflict"), (412, "precondition_failed"))
        yield 428, "version_required"
    for kind in (*endpoint.errors, errors.Unavailable):
        failure = failure_of_kind(kind)
        yield failure.status, failure.code


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    error = {
        "code": text,
        "message": text,
        "details": {"type": "object"},
        "timestamp": {"type": "string", "format": "date-time"},
        "request_id": text,
    }
    return {
        "type": "object",
        "description": "What went wrong (RFC 9457).",
        "properties": {
            **dict.fromkeys(("type", "title", "detail", "instance"), text),
            "status": {"type": "integer"},
            "error": {"type": "object", "properties": error, "required": list(error)},
        },
        "required": ["type", "title", "status", "detail", "instance", "error"],
    }
