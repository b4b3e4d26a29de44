"""The headers of answers: which there are, and what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TEXT, _NUMBER = {"type": "string"}, {"type": "integer"}
_RATE = (
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "RateLimit",
    "RateLimit-Policy",
)


def _header(text: str, schema: Mapping[str, Any], example: Any) -> dict[str, Any]:
    return {"description": text, "schema": schema, "example": example}


HEADERS: Mapping[str, Mapping[str, Any]] = {
    "ETag": _header(
        "The version of what the answer holds. Send it back as `If-Match` with a change, or as"
        " `If-None-Match` with a read that says so.",
        _TEXT,
        '"v3"',
    ),
    "Idempotent-Replayed": _header(
        "`true`: the request was done before, and this is the stored answer.", _TEXT, "true"
    ),
    "Link": _header(
        "The address of the next page, while there is one.",
        _TEXT,
        '</api/v1/worklist?cursor=…>; rel="next"',
    ),
    "Location": _header(
        "The path of what was created.",
        _TEXT,
        "/api/v1/exports/0190f3c2-7d1e-7a44-9c3b-5b0e6f1d2a10",
    ),
    "RateLimit": _header(
        "What is left of the rate limit (`r`), and for how many seconds (`t`).",
        _TEXT,
        '"read";r=99;t=60',
    ),
    "RateLimit-Policy": _header(
        "The rate limit: how many requests (`q`) in how many seconds (`w`).",
        _TEXT,
        '"read";q=100;w=60',
    ),
    "Retry-After": _header("Wait this many seconds before you try again.", _NUMBER, 12),
    "WWW-Authenticate": _header("How to authenticate.", _TEXT, "Bearer"),
    "X-RateLimit-Limit": _header("How many requests the rate limit allows.", _NUMBER, 100),
    "X-RateLimit-Remaining": _header("How many requests are left.", _NUMBER, 99),
    "X-RateLimit-Reset": _header(
        "When the rate limit is whole again, in seconds since 1970.", _NUMBER, 1795860000
    ),
    "X-Request-ID": _header(
        "The id of the request: yours, if you sent one of 8 to 64 letters, digits and hyphens.",
        _TEXT,
        "b2f1c9de-77aa",
    ),
}


def of_problem(status: str) -> dict[str, Any]:
    """Name the headers of an error."""
    further = {
        "401": ("WWW-Authenticate",),
        "429": ("Retry-After", *_RATE),
        "503": ("Retry-After",),
    }
    return references(further.get(status, ()))


def of_success(names: Iterable[str]) -> dict[str, Any]:
    """Name the headers of an answer: these, and those that every endpoint sends."""
    return references((*names, *_RATE))


def references(names: Iterable[str]) -> dict[str, Any]:
    """Refer to the headers by name; every answer names its request."""
    return {
        name: {"$ref": f"#/components/headers/{name}"} for name in sorted(("X-Request-ID", *names))
    }
