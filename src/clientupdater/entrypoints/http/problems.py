"""Every 4xx and 5xx as ``application/problem+json`` (RFC 9457), in one form."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from clientupdater.domain.errors import Error, InvalidInput, Unavailable, VersionConflict
from clientupdater.entrypoints.failures import failure_of
from clientupdater.entrypoints.wire import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

_CODES = {
    400: "invalid_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "payload_too_large",
    415: "unsupported_media_type",
    503: "unavailable",
}
_FIRST_OF_OURS = 500
_OURS = "Something went wrong on our side; it was logged under this request's id."


def problem(
    request: Request,
    *,
    status: int,
    code: str,
    message: str,
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Build the answer."""
    body = {
        "type": f"urn:clientupdater:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": message,
        "instance": request.url.path,
        "error": {
            "code": code,
            "message": message,
            "details": details or {},
            "timestamp": datetime.now(UTC),
            "request_id": request.scope.get("request_id"),
        },
    }
    kind = "application/problem+json"
    return Response(to_json(body), status, headers=dict(headers or {}), media_type=kind)


async def of_http(request: Request, error: Exception) -> Response:
    """Tell what the framework refused: no such route, no such method."""
    assert isinstance(error, HTTPException)  # noqa: S101 — it is registered for this alone
    code = _CODES.get(error.status_code, "invalid_request")
    message = error.detail
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "")
        message = f"{request.method} is not possible here; possible: {allowed}."
    elif error.status_code == HTTPStatus.NOT_FOUND:
        message = "There is nothing at this address."
    return problem(
        request, status=error.status_code, code=code, message=message, headers=error.headers
    )


async def of_domain(request: Request, error: Exception) -> Response:
    """Tell an error of the domain by the one table."""
    assert isinstance(error, Error)  # noqa: S101 — it is registered for this alone
    failure = failure_of(error)
    return problem(
        request,
        status=failure.status,
        code=failure.code,
        message=_message(error, failure.status),
        details=_details(error, failure.status),
        headers={"Retry-After": "1"} if isinstance(error, Unavailable) else None,
    )


def of_ours(request: Request) -> Response:
    """Tell of a fault of ours, and nothing of what it was."""
    return problem(request, status=500, code="internal_error", message=_OURS)


def _message(error: Error, status: int) -> str:
    """Say nothing of hosts, SQL or settings to whoever asks from outside."""
    if isinstance(error, Unavailable):
        return f"{error.service} does not answer; try again."
    return error.message if status < _FIRST_OF_OURS else _OURS


def _details(error: Error, status: int) -> dict[str, Any]:
    if status >= _FIRST_OF_OURS:
        return {}
    if isinstance(error, InvalidInput):
        return {"fields": error.faults}
    if isinstance(error, VersionConflict):
        return {**error.details, "snapshot": error.snapshot}
    return dict(error.details)
