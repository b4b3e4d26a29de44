"""From the result of an endpoint to a response: bytes, headers, compression, ETag."""

from __future__ import annotations

import zlib
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import attrs
from starlette.responses import Response, StreamingResponse

from clientupdater.entrypoints.http.contract import Download, Result
from clientupdater.entrypoints.http.parsing import joined, weights
from clientupdater.entrypoints.wire import to_json
from clientupdater.usecases.requests.idempotency import Reply

if TYPE_CHECKING:
    from starlette.datastructures import URL
    from starlette.requests import Request

    from clientupdater.entrypoints.http.contract import Endpoint

_WORTH_COMPRESSING = 1400
"""A shorter body takes one packet either way."""
_FASTEST = 1
"""JSON becomes 3 % of itself longer than with level 5, in half of the time."""
_GZIP = 16 + zlib.MAX_WBITS


def reply(endpoint: Endpoint, request: Request, result: Any) -> Reply:
    """Encode the result of an endpoint."""
    answer = result if isinstance(result, Result) else Result(value=result)
    headers = {"Cache-Control": "no-cache" if endpoint.cacheable else "no-store"}
    if answer.version is not None:
        headers["ETag"] = f'"v{answer.version}"'
    if answer.location:
        headers["Location"] = answer.location
    if isinstance(answer.value, Download):
        return _download(endpoint, headers, answer.value)
    if endpoint.answers is None:
        return Reply(status=204, headers=headers)
    if cursor := getattr(answer.value, "next_cursor", None):
        headers["Link"] = f'<{_with_cursor(request, cursor)}>; rel="next"'
    headers["Content-Type"] = "application/json"
    body = to_json(answer.value)
    stored = _without(endpoint.shown_once, answer.value) if endpoint.shown_once else None
    return Reply(status=endpoint.status, headers=headers, body=body, stored_body=stored)


def _with_cursor(request: Request, cursor: str) -> URL | str:
    """Give the address of the next page; a cursor needs no quoting."""
    if request.scope["query_string"]:
        return request.url.include_query_params(cursor=cursor)
    return f"{request.url}?cursor={cursor}"


def _download(endpoint: Endpoint, headers: dict[str, str], file: Download) -> Reply:
    """Announce the length, so that the client notices a file that was cut off."""
    file_headers = {
        "Content-Type": file.media_type,
        "Content-Length": str(file.size),
        "Content-Disposition": f'attachment; filename="{file.name}"',
    }
    return Reply(status=endpoint.status, headers={**headers, **file_headers}, chunks=file.chunks)


def _without(secrets: tuple[str, ...], value: Any) -> bytes:
    return to_json(attrs.evolve(value, **dict.fromkeys(secrets)))


def response(endpoint: Endpoint, request: Request, reply: Reply) -> Response:
    """Send a reply: compressed if the client takes it, and 304 if its ETag matches."""
    headers, body = dict(reply.headers), reply.body
    if reply.chunks is not None:
        return StreamingResponse(reply.chunks, reply.status, headers=headers)
    if reply.is_replayed:
        request.scope["log_fields"] = {"replayed": True}
        headers["Idempotent-Replayed"] = "true"
    if endpoint.cacheable:
        headers["ETag"] = f'"{sha256(body).hexdigest()[:32]}"'
        if _is_current(request, headers["ETag"]):
            headers.pop("Content-Type", None)
            return Response(status_code=304, headers=headers)
    if not endpoint.shown_once and len(body) >= _WORTH_COMPRESSING:
        headers["Vary"] = "Accept-Encoding"
        if takes_gzip(request):
            headers["Content-Encoding"] = "gzip"
            body = compressed(body)
    return Response(body, reply.status, headers=headers)


def _is_current(request: Request, etag: str) -> bool:
    """Whether the client has these very bytes in its cache."""
    names = joined(request.headers.getlist("if-none-match"))
    cached = {each.strip().removeprefix("W/") for each in names.split(",")}
    return etag in cached or "*" in cached


def compressed(body: bytes) -> bytes:
    """Compress with gzip; equal bodies give equal bytes."""
    compressor = zlib.compressobj(_FASTEST, wbits=_GZIP)  # gzip.compress zeroes more memory for it
    return compressor.compress(body) + compressor.flush()


def takes_gzip(request: Request) -> bool:
    wanted = weights(joined(request.headers.getlist("accept-encoding")))
    return wanted.get("gzip", wanted.get("*", 0.0)) > 0
