"""What becomes of an answer: its bytes and headers, and what of it the asker holds already."""

from __future__ import annotations

import gzip
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import attrs
from starlette.responses import Response, StreamingResponse

from clientupdater.entrypoints.http.contract import Answer, Download
from clientupdater.entrypoints.http.parsing import joined, weights
from clientupdater.entrypoints.wire import to_json
from clientupdater.usecases.requests.idempotency import Reply

if TYPE_CHECKING:
    from starlette.requests import Request

    from clientupdater.entrypoints.http.contract import Endpoint

_WORTH_COMPRESSING = 1024
_LEVEL = 5
"""Within 2 % of the best for JSON, at half of its time."""


def reply(endpoint: Endpoint, request: Request, result: Any) -> Reply:
    """Put what an endpoint gave into bytes."""
    answer = result if isinstance(result, Answer) else Answer(value=result)
    headers = {"Cache-Control": "no-cache" if endpoint.cacheable else "no-store"}
    if answer.version is not None:
        headers["ETag"] = f'"v{answer.version}"'
    if answer.location:
        headers["Location"] = answer.location
    if isinstance(answer.value, Download):
        return _sent(endpoint, headers, answer.value)
    if endpoint.answers is None:
        return Reply(status=204, headers=headers)
    if cursor := getattr(answer.value, "next_cursor", None):
        address = request.url.include_query_params(cursor=cursor)
        headers["Link"] = f'<{address}>; rel="next"'
    headers["Content-Type"] = "application/json"
    body = to_json(answer.value)
    kept = _without(endpoint.shown_once, answer.value) if endpoint.shown_once else None
    return Reply(status=endpoint.status, headers=headers, body=body, kept_body=kept)


def _sent(endpoint: Endpoint, headers: dict[str, str], file: Download) -> Reply:
    """Send a file: by its length, whoever gets it finds out whether it is whole."""
    values = {
        "Content-Type": file.media_type,
        "Content-Length": str(file.size),
        "Content-Disposition": f'attachment; filename="{file.name}"',
    }
    return Reply(status=endpoint.status, headers={**headers, **values}, chunks=file.chunks)


def _without(secrets: tuple[str, ...], value: Any) -> bytes:
    return to_json(attrs.evolve(value, **dict.fromkeys(secrets)))


def response(endpoint: Endpoint, request: Request, reply: Reply) -> Response:
    """Send a reply: short where it can be, and not at all where it is held already."""
    headers, body = dict(reply.headers), reply.body
    if reply.chunks is not None:
        return StreamingResponse(reply.chunks, reply.status, headers=headers)
    if reply.is_replayed:
        request.scope["told"] = {"replayed": True}
        headers["Idempotent-Replayed"] = "true"
    if endpoint.cacheable:
        headers["ETag"] = f'"{sha256(body).hexdigest()[:32]}"'
        if _is_held(request, headers["ETag"]):
            headers.pop("Content-Type", None)
            return Response(status_code=304, headers=headers)
    if not endpoint.shown_once and len(body) >= _WORTH_COMPRESSING:
        headers["Vary"] = "Accept-Encoding"
        if takes_gzip(request):
            headers["Content-Encoding"] = "gzip"
            body = compressed(body)
    return Response(body, reply.status, headers=headers)


def _is_held(request: Request, etag: str) -> bool:
    """Tell whether the asker holds these very bytes already."""
    named = joined(request.headers.getlist("if-none-match"))
    held = {each.strip().removeprefix("W/") for each in named.split(",")}
    return etag in held or "*" in held


def compressed(body: bytes) -> bytes:
    """Make it short; the same bytes each time."""
    return gzip.compress(body, _LEVEL, mtime=0)


def takes_gzip(request: Request) -> bool:
    """Tell whether the asker takes what is compressed."""
    wanted = weights(joined(request.headers.getlist("accept-encoding")))
    return wanted.get("gzip", wanted.get("*", 0.0)) > 0
