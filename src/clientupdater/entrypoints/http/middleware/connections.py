"""Limits on connections: how many, how slow, and how much of a request arrives before it is read.

uvicorn has none of them: it accepts every connection, waits forever for the head of a request, and
collects a head, trailers and requests sent ahead however long they are. Its limit on concurrency
acts only after a head has arrived, which an idle connection never sends.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from attrs import frozen
from httptools import HttpParserError, HttpParserUpgrade
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from clientupdater.entrypoints.http.problems import problem_body
from clientupdater.entrypoints.wire import to_json
from clientupdater.runtime.trace_context import Trace

if TYPE_CHECKING:
    import asyncio

    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

ANNOUNCED_EARLIER_S = 2
"""The announced keep-alive ends this much before the real one, so that no request is cut off."""
BODY_ARRIVED = "body_arrived"
"""The name in a scope that says that reading the body waits for nothing."""
MOST_HEADERS = 100
MOST_HEAD_BYTES = 16 * 1024
"""The length of a head, and of anything else that the parser reads without handing it on."""
MOST_SENT_AHEAD = 16
"""Requests that a client may send before it has the response to the first."""
_NOT_HTTP = "Invalid HTTP request received."


@frozen
class ConnectionLimits:
    max_connections: int = 1000
    timeout_s: float = 10.0
    """For the head of a request to arrive, and for the client to read more of a response."""


class _NoTrailers(list[tuple[bytes, bytes]]):
    """Takes trailers and drops them: they come after the headers were judged."""

    def append(self, _: tuple[bytes, bytes], /) -> None:
        """Drop it."""


class _JoinedWrites:
    """A transport that sends the head of a response together with what follows it.

    uvicorn writes them one by one, and each write is a call of the kernel, the dearest part of a
    small response. The first one waits for the second, or until the event loop has a turn.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._waiting = b""

    def write(self, data: bytes) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, b""
            self._transport.writelines((waiting, data))
        else:
            self._waiting = data
            self._loop.call_soon(self._flush)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, b""
            self._transport.write(waiting)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class BoundedConnection(HttpToolsProtocol):
    """Refuses what is too long, and closes a connection that keeps the server waiting."""

    def __init__(self, limits: ConnectionLimits, **params: Any) -> None:
        """`params` are what uvicorn passes to each connection."""
        super().__init__(**params)
        self._limits = limits
        self._head_due: asyncio.TimerHandle | None = None
        self._response_due: asyncio.TimerHandle | None = None
        self._unread = 0
        """Bytes since the parser last came to the end of a head or a message, or to a body."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.transport = _JoinedWrites(transport, self.loop)  # type: ignore[assignment]
        if len(self.connections) > self._limits.max_connections:
            self._refuse(503, "unavailable", "There are too many connections; try again.")
        else:
            self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_head_timer()
        self._cancel_response_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        unread = self._unread = self._unread + len(data)
        try:
            self._parse(data)
            self._require(self._unread != unread or unread <= MOST_HEAD_BYTES)
        except HttpParserError:
            self.logger.warning(_NOT_HTTP)
            self._end_with_400()
        else:
            self._watch_head()

    def _parse(self, data: bytes) -> None:
        """Parse it; a request to upgrade is read again, as one that does not ask for that."""
        while data:
            try:
                self.parser.feed_data(data)
            except HttpParserUpgrade as upgrade:
                data = self._head_without_upgrade() + data[upgrade.args[0] :]
            else:
                return

    def _head_without_upgrade(self) -> bytes:
        version = self.parser.get_http_version().encode()
        first = b"%s %s HTTP/%s" % (self.parser.get_method(), self.url, version)
        lines = [b"%s: %s" % header for header in self.headers if header[0] != b"upgrade"]
        return b"\r\n".join([first, *lines, b"", b""])

    def on_headers_complete(self) -> None:
        """Begin the request, if its head is within the limits."""
        self._unread = 0
        if self.parser.should_upgrade():
            # Its body would be taken for the next request.
            self._require(self.parser.get_method() != b"CONNECT")
            return
        self._require(len(self.headers) <= MOST_HEADERS and len(self.pipeline) < MOST_SENT_AHEAD)
        self._judge_headers()
        super().on_headers_complete()
        self.headers = _NoTrailers()
        if self.expect_100_continue:
            # Refused before its body was read, the client may leave the body out.
            self.cycle.keep_alive = False

    def _judge_headers(self) -> None:
        """Refuse what another server may read differently (RFC 9112, 3.2 and 6.1)."""
        size, hosts = len(self.url), 0
        for name, value in self.headers:
            size += len(name) + len(value)
            if name == b"host":
                hosts += 1
            elif name == b"transfer-encoding":
                self._require(value.lower() == b"chunked")
        self._require(size <= MOST_HEAD_BYTES)
        self._require(hosts == 1 or (not hosts and self.parser.get_http_version() == "1.0"))

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unread = 0
        if not self.parser.should_upgrade():
            super().on_message_complete()
            self.scope[BODY_ARRIVED] = True  # type: ignore[literal-required] # of our own

    def pause_writing(self) -> None:
        """Give the client time to read."""
        super().pause_writing()
        self._response_due = self.loop.call_later(self._limits.timeout_s, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._cancel_response_timer()

    @staticmethod
    def _require(holds: bool) -> None:  # noqa: FBT001 — its only argument
        if not holds:
            raise HttpParserError

    def _end_with_400(self) -> None:
        """Refuse a request that is not HTTP; those before it get their responses first."""
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete:
            self._refuse(400, "invalid_request", _NOT_HTTP)
        elif not cycle.more_body:
            cycle.keep_alive = False
        elif cycle.response_started or self.pipeline:
            self.transport.close()
        else:
            self._refuse(400, "invalid_request", _NOT_HTTP)

    def _watch_head(self) -> None:
        """Start or stop the timer for the head of the next request."""
        if self._is_busy:
            self._cancel_head_timer()
        elif self._head_due is None:
            within = self._limits.timeout_s
            self._head_due = self.loop.call_later(within, self.timeout_keep_alive_handler)

    @property
    def _is_busy(self) -> bool:
        """Whether a request is running; before the first one, uvicorn has no cycle."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _cancel_head_timer(self) -> None:
        if self._head_due:
            self._head_due.cancel()
        self._head_due = None

    def _cancel_response_timer(self) -> None:
        if self._response_due:
            self._response_due.cancel()
        self._response_due = None

    def _refuse(self, status: int, code: str, message: str) -> None:
        made = Trace.begun().request_id  # of no request, as none was read; the contract has one
        body = to_json(problem_body(status=status, code=code, message=message, request_id=made))
        headers = {
            "Content-Type": "application/problem+json",
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "Connection": "close",
            **({"Retry-After": "1"} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}),
        }
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.transport.write("\r\n".join([*lines, "", ""]).encode() + body)
        self.transport.close()
