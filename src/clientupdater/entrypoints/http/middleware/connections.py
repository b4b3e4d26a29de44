"""How long a connection may keep us waiting, and how many there may be.

uvicorn bounds none of it: it waits for the head of a request for ever, and takes every connection.
Its own limit of concurrency answers 503 once a head has come, which an idle connection never sends.
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
"""So much sooner than we close does a client stop to use an idle connection: none is cut."""


@frozen
class ConnectionLimits:
    """What the environment decides of it."""

    most: int = 1000
    head_within_s: float = 10.0
    """How long the head of a request may take; and an answer, until more of it is taken."""


class BoundedConnection(H11Protocol):
    """One connection: closed when a head does not come, or an answer is not taken, in time."""

    def __init__(self, limits: ConnectionLimits, **params: Any) -> None:
        """Begin one; `told` is what uvicorn gives to each."""
        super().__init__(**params)
        self._limits = limits
        self._head_due: asyncio.TimerHandle | None = None
        self._answer_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take it, where there is room."""
        super().connection_made(transport)
        if len(self.connections) > self._limits.most:
            self._refuse(503, "unavailable", "There are too many connections; try again.")
        else:
            self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._head_has_come()
        self._answer_was_taken()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        super().data_received(data)
        self._watch_head()

    def pause_writing(self) -> None:
        """Wait for the other side to take what there is."""
        super().pause_writing()
        self._answer_due = self.loop.call_later(self._limits.head_within_s, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: it was taken."""
        super().resume_writing()
        self._answer_was_taken()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, in the form of all refusals."""
        if self._is_at_work and self.cycle.response_started:
            self.transport.close()
        else:
            self._refuse(400, "invalid_request", msg)

    def _watch_head(self) -> None:
        """Wait for a head from when the first is due, or the next begins, until it has come."""
        if self._is_at_work:
            self._head_has_come()
        elif self._head_due is None:
            within = self._limits.head_within_s
            self._head_due = self.loop.call_later(within, self.timeout_keep_alive_handler)

    @property
    def _is_at_work(self) -> bool:
        """Whether a request is being answered; before the first, uvicorn has no cycle."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _head_has_come(self) -> None:
        if self._head_due:
            self._head_due.cancel()
        self._head_due = None

    def _answer_was_taken(self) -> None:
        if self._answer_due:
            self._answer_due.cancel()
        self._answer_due = None

    def _refuse(self, status: int, code: str, message: str) -> None:
        body = to_json(problem_body(status=status, code=code, message=message))
        heads = {
            "Content-Type": "application/problem+json",
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "Connection": "close",
            **({"Retry-After": "1"} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}),
        }
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
        lines += [f"{name}: {value}" for name, value in heads.items()]
        self.transport.write("\r\n".join([*lines, "", ""]).encode() + body)
        self.transport.close()
