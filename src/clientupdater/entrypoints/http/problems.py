"""Every 4xx and 5xx as ``application/problem+json`` (RFC 9457), in one form."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.responses import Response

from clientupdater.domain.errors import (
    CircuitOpen,
    Error,
    KeyMissing,
    Unauthenticated,
    Unavailable,
)
from clientupdater.entrypoints.failures import details_of, failure_of
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
_RETRY_AFTER_S = "1"
_INTERNAL = (
    "The server failed. Report the request id; the operators find the error in the log by it."
)
_NO_KEY = (
    "This value is sealed with a key that the server does not have."
    " Ask the operators to add the key to ENCRYPTION_KEYS."
)


class Rejected(Exception):
    """A request that is refused for its form, before any use case sees it."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status, self.code, self.message = status, code, message
        self.details, self.headers = details, headers
        super().__init__(message)

    @classmethod
    def invalid(cls, message: str) -> Rejected:
        return cls(HTTPStatus.BAD_REQUEST, "invalid_request", message)


def problem(
    request: Request,
    *,
    status: int,
    code: str,
    message: str,
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Build the response; the log line of the request gets its code."""
    request.scope["log_fields"] = {"code": code}
    request_id = request.scope.get("request_id")
    body = problem_body(
        status=status, code=code, message=message, details=details, request_id=request_id
    )
    kind = "application/problem+json"
    # The details may be personal: a version conflict carries the current row.
    all_headers = {"Cache-Control": "no-store", **(headers or {})}
    return Response(to_json(body), status, headers=all_headers, media_type=kind)


def problem_body(
    *,
    status: int,
    code: str,
    message: str,
    details: Mapping[str, Any] | None = None,
    request_id: str | None = None,
) -> dict[str, Any]:
    """Write a problem; what was refused before it became a request gets an id here."""
    request_id = request_id or str(uuid4())
    return {
        "type": f"urn:clientupdater:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": message,
        "instance": f"urn:clientupdater:request:{request_id}",
        "error": {
            "code": code,
            "message": message,
            "details": details or {},
            "timestamp": datetime.now(UTC),
            "request_id": request_id,
        },
    }


def of_error(request: Request, error: Error | Rejected | HTTPException) -> Response:
    """Answer a refusal, or a failure that is known."""
    if isinstance(error, Error):
        return of_domain(request, error)
    return (
        of_http(request, error) if isinstance(error, HTTPException) else of_rejected(request, error)
    )


def of_http(request: Request, error: HTTPException) -> Response:
    """Answer an error of the framework: no such path, or no such method."""
    code = _CODES.get(error.status_code, "invalid_request")
    message = error.detail
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "")
        message = f"{request.method} is not allowed at this address; allowed: {allowed}."
    elif error.status_code == HTTPStatus.NOT_FOUND:
        message = "Nothing exists at this address."
    return problem(
        request, status=error.status_code, code=code, message=message, headers=error.headers
    )


def of_domain(request: Request, error: Error) -> Response:
    """Answer an error of the domain, by the table in `failures`."""
    failure = failure_of(error)
    return problem(
        request,
        status=failure.status,
        code=failure.code,
        message=message_of(error, failure.status),
        details={} if failure.status >= HTTPStatus.INTERNAL_SERVER_ERROR else details_of(error),
        headers=_headers(error),
    )


def of_rejected(request: Request, error: Rejected) -> Response:
    return problem(
        request,
        status=error.status,
        code=error.code,
        message=error.message,
        details=error.details,
        headers=error.headers,
    )


def of_unexpected(request: Request) -> Response:
    """Answer an unexpected error without a word about its cause."""
    return problem(request, status=500, code="internal_error", message=_INTERNAL)


def message_of(error: Error, status: int) -> str:
    """Leave hosts, SQL and settings out of what clients read."""
    if isinstance(error, CircuitOpen):
        return error.message  # it names the service, and when to try again
    if isinstance(error, KeyMissing):
        return _NO_KEY
    if isinstance(error, Unavailable):
        return f"{error.service[:1].upper()}{error.service[1:]} does not answer; try again."
    return error.message if status < HTTPStatus.INTERNAL_SERVER_ERROR else _INTERNAL


def _headers(error: Error) -> dict[str, str] | None:
    if isinstance(error, Unavailable):
        return {"Retry-After": _RETRY_AFTER_S}
    return {"WWW-Authenticate": "Bearer"} if isinstance(error, Unauthenticated) else None
