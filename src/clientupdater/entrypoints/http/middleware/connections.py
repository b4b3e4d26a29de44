"""Limits on the number of connections, and on the time that one may keep the server waiting.

uvicorn has neither: it accepts every connection, and waits forever for the head of a request. Its
limit on concurrency acts only after a head has arrived, which an idle connection never sends.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from attrs import frozen
from uvicorn.protocols.http.h11_impl import H11Protocol

from clientupdater.entrypoints.http.problems import problem_body
from clientupdater.entrypoints.wire import to_json

if TYPE_CHECKING:
    import asyncio

    from uvicorn.protocols.http.h11_impl import RequestResponseCycle

ANNOUNCED_EARLIER_S = 2
"""The announced keep-alive ends this much before the real one, so that no request is cut off."""


@frozen
class ConnectionLimits:
    max_connections: int = 1000
    timeout_s: float = 10.0
    """For the head of a request to arrive, and for the client to read more of a response."""


class BoundedConnection(H11Protocol):
    """Closes a connection whose head does not arrive, or whose response is not read, in time."""

    def __init__(self, limits: ConnectionLimits, **params: Any) -> None:
        """`params` are what uvicorn passes to each connection."""
        super().__init__(**params)
        self._limits = limits
        self._head_due: asyncio.TimerHandle | None = None
        self._response_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self._limits.max_connections:
            self._refuse(503, "unavailable", "There are too many connections; try again.")
        else:
            self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_head_timer()
        self._cancel_response_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch_head()

    def pause_writing(self) -> None:
        """Give the client time to read."""
        super().pause_writing()
        self._response_due = self.loop.call_later(self._limits.timeout_s, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._cancel_response_timer()

    def send_400_response(self, msg: str) -> None:
        """Answer a request that is not HTTP with a problem document."""
        if self._is_busy and self.cycle.response_started:
            self.transport.close()
        else:
            self._refuse(400, "invalid_request", msg)

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
        body = to_json(problem_body(status=status, code=code, message=message))
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
