"""The contract (OpenAPI 3.1), made of the same declarations that route and convert."""

from __future__ import annotations

import inspect
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import attrs

import clientupdater
from clientupdater.domain import errors
from clientupdater.entrypoints.failures import failure_of_kind
from clientupdater.entrypoints.http.contract import SERVICE, Capability, Endpoint, part
from clientupdater.entrypoints.http.descriptions import begin, headers, problems
from clientupdater.entrypoints.http.descriptions.pages import PAGES
from clientupdater.entrypoints.http.schemas import (
    Schemas,
    about,
    example_of,
    example_of_member,
    hints_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from clientupdater.entrypoints.http.system import Page

_CHECKED = {"period", "permission"}
"""Path parameters whose faults are named; any other unknown value is 404."""
_ETAG = {"type": "string", "pattern": '^"v[0-9]{1,18}"$'}
_ETAG_TEXT = 'The version that you read, such as `"v3"`; or send `version` in the body.'
_KEY = {"type": "string", "pattern": "^[!-~]{1,255}$"}
_KEY_TEXT = "A new key for each change; the same key again to repeat the request safely."
_KEY_EXAMPLE = "5f0c7a52-6a35-4a0e-9a2e-0f6f6f3f1c55"
_UNREADABLE = {"description": "The request is not HTTP; the answer is plain text."}
_SESSION = {
    "type": "http",
    "scheme": "bearer",
    "description": "The token that `POST /api/v1/sessions` returns.",
}


def document(endpoints: Iterable[Endpoint], pages: Iterable[Page]) -> dict[str, Any]:
    """Write the contract."""
    schemas, endpoints = Schemas(), tuple(endpoints)
    schemas.of(problems.Problem)
    paths = {page.address: {"get": _page(page, schemas)} for page in pages}
    for endpoint in endpoints:
        methods = paths.setdefault(endpoint.address, {})
        methods[endpoint.method.lower()] = _operation(endpoint, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Client Updater",
            "version": clientupdater.__version__,
            "description": begin.markdown(),
            "contact": {"name": "The operators of this server"},
            "license": {"name": "Proprietary", "identifier": "LicenseRef-Proprietary"},
        },
        "servers": [{"url": "/", "description": "The server that this contract came from."}],
        "tags": _tags([*(each.capability for each in endpoints), SERVICE]),
        "paths": paths,
        "components": {
            "securitySchemes": {"session": _SESSION},
            "headers": dict(headers.HEADERS),
            "examples": _error_examples(paths),
            "schemas": dict(sorted(schemas.named.items())),
        },
    }


def _tags(capabilities: Iterable[Capability]) -> list[dict[str, str]]:
    return [{"name": each.name, "description": each.text} for each in dict.fromkeys(capabilities)]


def operation_name(endpoint: Endpoint) -> str:
    """Name the operation after its handler: `recordUpdate` for `record_update`."""
    first, *others = getattr(endpoint.handle, "__name__", "handle").split("_")
    return first + "".join(map(str.capitalize, others))


# --- pages


def _page(page: Page, schemas: Schemas) -> dict[str, Any]:
    text = PAGES[page.address]
    media: dict[str, Any] = {"schema": schemas.of(page.shape) if page.shape else {}}
    example = example_of(page.shape) if page.shape else text.example
    content = {kind: dict(media) for kind in (page.kind, *page.also)}
    if example is not None:
        content[page.kind]["example"] = example
    refused = {str(status): _refusal(meaning, content) for status, meaning in page.refusals}
    failures = {str(status): _failure(status, [code]) for status, code in page.problems}
    success = {"description": page.summary, "headers": headers.references(()), "content": content}
    return {
        "summary": page.summary.removesuffix("."),
        "description": text.text,
        "operationId": text.operation,
        "tags": [SERVICE.name],
        "security": [{"session": []}] if text.is_guarded else [],
        "responses": {"200": success, **refused, **(failures or {"400": _UNREADABLE})},
    }


def _refusal(meaning: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Describe an answer that is a page as well, or a problem where not even a page can be made."""
    problem = {"application/problem+json": {"schema": _problem_schema()}}
    return {"description": meaning, "content": {**content, **problem}}


# --- endpoints


def _operation(endpoint: Endpoint, schemas: Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "description": _description(endpoint),
        "operationId": operation_name(endpoint),
        "tags": [endpoint.capability.name],
        "parameters": _parameters(endpoint, schemas),
        "responses": {**_successes(endpoint, schemas), **_failures(endpoint)},
        "security": [] if endpoint.public else [{"session": []}],
    }
    if endpoint.body:
        media = {"schema": schemas.of(endpoint.body), "example": example_of(endpoint.body)}
        operation["requestBody"] = {
            "description": (endpoint.body.__doc__ or "").strip().split("\n")[0],
            "required": endpoint.body_required,
            "content": {"application/json": media},
        }
    return operation


def _description(endpoint: Endpoint) -> str:
    text = inspect.getdoc(endpoint.handle) or endpoint.summary
    needs = f"Needs the permission `{endpoint.permission}`." if endpoint.permission else ""
    return "\n\n".join(filter(None, (text, needs)))


def _parameters(endpoint: Endpoint, schemas: Schemas) -> list[dict[str, Any]]:
    parameters = [
        _parameter("path", name, part(name).schema, about(name, None).text, part(name).example)
        for name in endpoint.parts
    ]
    if endpoint.query:
        parameters += _query(endpoint.query, schemas)
    if endpoint.versioned:
        parameters.append(
            _parameter("header", "If-Match", _ETAG, _ETAG_TEXT, '"v3"', required=False)
        )
    if endpoint.is_keyed:
        parameters.append(_parameter("header", "Idempotency-Key", _KEY, _KEY_TEXT, _KEY_EXAMPLE))
    return parameters


def _query(shape: type, schemas: Schemas) -> Iterable[dict[str, Any]]:
    hints = hints_of(shape)
    for a in attrs.fields(shape):
        schema = schemas.of_member(shape, a)
        text, required = schema.pop("description", ""), a.default is attrs.NOTHING
        made = _parameter("query", a.name, schema, text, required=required)
        example = example_of_member(a.name, hints[a.name])
        yield made if a.name == "cursor" else {**made, "example": example}


def _parameter(
    where: str,
    name: str,
    schema: Mapping[str, Any],
    text: str,
    example: Any = None,
    *,
    required: bool = True,
) -> dict[str, Any]:
    made = {
        "name": name,
        "in": where,
        "description": text,
        "required": required,
        "schema": schema,
    }
    return made if example is None else {**made, "example": example}


# --- answers


def _successes(endpoint: Endpoint, schemas: Schemas) -> dict[str, Any]:
    successes = {str(endpoint.status): _success(endpoint, schemas)}
    if endpoint.cacheable:
        successes["304"] = {
            "description": "Nothing changed since the version in If-None-Match.",
            "headers": headers.of_success(["ETag"]),
        }
    return successes


def _success(endpoint: Endpoint, schemas: Schemas) -> dict[str, Any]:
    answer = {"headers": headers.of_success(_own_headers(endpoint))}
    if endpoint.downloads:
        binary = {"schema": {"type": "string", "format": "binary"}}
        content: dict[str, Any] = dict.fromkeys(endpoint.downloads, binary)
        return {"description": "The file.", **answer, "content": content}
    if endpoint.answers is None:
        return {"description": "Done. The answer is empty.", **answer}
    shape = endpoint.answers
    text = (shape.__doc__ or "").strip().split("\n")[0] if attrs.has(shape) else endpoint.summary
    media = {"schema": schemas.of(shape), "example": example_of(shape)}
    return {"description": text, **answer, "content": {"application/json": media}}


def _own_headers(endpoint: Endpoint) -> Iterable[str]:
    shape = endpoint.answers
    members = {a.name for a in attrs.fields(shape)} if attrs.has(shape) else set()
    if endpoint.cacheable or "version" in members or {"event", "snapshot"} == members:
        yield "ETag"
    if "next_cursor" in members and endpoint.method == "GET":
        yield "Link"
    if endpoint.has_location:
        yield "Location"
    if endpoint.is_keyed:
        yield "Idempotent-Replayed"


# --- errors


def _failures(endpoint: Endpoint) -> dict[str, Any]:
    """List the codes by status: those of every request, and those of the endpoint's rules."""
    codes: dict[int, list[str]] = {}
    for status, code in _codes(endpoint):
        if code not in codes.setdefault(status, []):
            codes[status].append(code)
    return {str(status): _failure(status, codes[status]) for status in sorted(codes)}


def _failure(status: int, codes: Iterable[str]) -> dict[str, Any]:
    examples = {code: {"$ref": f"#/components/examples/{code}"} for code in codes}
    return {
        "description": " ".join(f"`{code}`: {problems.CODES[code].text}" for code in codes),
        "headers": headers.of_problem(str(status)),
        "content": {
            "application/problem+json": {"schema": _problem_schema(), "examples": examples}
        },
    }


def _problem_schema() -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{problems.Problem.__name__}"}


def _error_examples(paths: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Write an example of each code that the paths refer to."""
    examples: dict[str, Any] = {}
    for operation in (each for methods in paths.values() for each in methods.values()):
        for status, answer in operation["responses"].items():
            problem = answer.get("content", {}).get("application/problem+json", {})
            for code in problem.get("examples", ()):
                phrase = HTTPStatus(int(status)).phrase
                value = problems.example_of(code, int(status), phrase)
                examples[code] = {"summary": problems.CODES[code].text, "value": value}
    return dict(sorted(examples.items()))


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
