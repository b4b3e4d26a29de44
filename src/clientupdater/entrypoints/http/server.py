"""Running the application with uvicorn."""

from __future__ import annotations

import errno
import math
import signal
import socket
from contextlib import contextmanager, nullcontext
from functools import partial
from signal import SIGINT, SIGTERM
from threading import Timer
from typing import TYPE_CHECKING

import structlog
import uvicorn

from clientupdater.domain.errors import Conflict, Fault, Misconfigured
from clientupdater.entrypoints.http.application import build
from clientupdater.entrypoints.http.middleware.connections import (
    ANNOUNCED_EARLIER_S,
    BoundedConnection,
    ConnectionLimits,
)
from clientupdater.entrypoints.http.system import Traffic

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from clientupdater.app import App
    from clientupdater.entrypoints.http.middleware.metrics import Metrics

_GRACE_S = 5.0
"""Beyond the deadline that every request under way has."""
_log = structlog.stdlib.get_logger("clientupdater.http")


def listen(host: str, port: int) -> socket.socket:
    """Take the address before anything else is opened, and say plainly if it is not to be had.

    Its connections send at once what there is to send. asyncio sees to that by itself for sockets
    of its own alone; on this one a body would wait 40 ms for the word that its head has come.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=2048)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        where = f"port {port} of {host}"
        if error.errno == errno.EADDRINUSE:
            message = f"{where} is in use by another program; choose another with --port"
            raise Conflict(message) from error
        message = f"cannot listen on {where}: {error.strerror}"
        raise Misconfigured([Fault("--host", message)]) from error
    return listening


def inherited(descriptor: int) -> socket.socket:
    """Take an address that the process who started us listens on."""
    return socket.socket(fileno=descriptor)


def run(
    app: App,
    listening: socket.socket,
    *,
    drain_s: float = 0.0,
    measures: Metrics | None = None,
) -> None:
    """Serve until told to stop; requests under way are finished."""
    traffic = Traffic()
    config = config_of(app, traffic, measures)
    host, port = listening.getsockname()[:2]
    _log.info("serving", host=host, port=port)
    with _stop_is_not_death():
        _Server(config, traffic, drain_s).run(sockets=[listening])
    _log.info("stopped serving")


def config_of(app: App, traffic: Traffic, measures: Metrics | None = None) -> uvicorn.Config:
    """Say how uvicorn serves it, and bounds what connections may cost."""
    serving = app.serving
    application = build(
        lambda: nullcontext(app),
        traffic,
        measures,
        cors_origins=serving.cors_origins,
        keep_alive_s=serving.keep_alive_s,
    )
    limits = ConnectionLimits(serving.max_connections, serving.header_timeout_s)
    return uvicorn.Config(
        application,
        http=partial(BoundedConnection, limits),  # type: ignore[arg-type] # it makes one, as a class does
        ws="none",
        timeout_keep_alive=serving.keep_alive_s + ANNOUNCED_EARLIER_S,
        log_config=None,
        access_log=False,
        lifespan="on",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=math.ceil(serving.deadline_s + _GRACE_S),
    )


class _Server(uvicorn.Server):
    """Says that it is not ready for a while before it stops listening."""

    def __init__(self, config: uvicorn.Config, traffic: Traffic, drain_s: float) -> None:
        super().__init__(config)
        self._traffic, self._drain_s = traffic, drain_s

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        impatient = self._traffic.draining or not self._drain_s
        self._traffic.draining = True
        if impatient:
            super().handle_exit(sig, frame)
        else:
            waiting = Timer(self._drain_s, super().handle_exit, (sig, frame))
            waiting.daemon = True  # once we have stopped, nobody waits for its end
            waiting.start()


@contextmanager
def _stop_is_not_death() -> Iterator[None]:
    """Bear that uvicorn raises the signal again once it has stopped: we have things to close."""
    before = {sign: signal.signal(sign, lambda *_: None) for sign in (SIGINT, SIGTERM)}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
