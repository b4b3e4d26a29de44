"""Run the application with uvicorn."""

from __future__ import annotations

import errno
import gc
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
from clientupdater.entrypoints.http.shared_socket import SharedSocket
from clientupdater.entrypoints.http.system import Traffic

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator
    from types import FrameType

    from clientupdater.app import App
    from clientupdater.entrypoints.http.middleware.metrics import Metrics
    from clientupdater.entrypoints.http.server_settings import ServerSettings

_GRACE_S = 5.0
"""Time to stop, beyond the deadline of the running requests."""
_log = structlog.stdlib.get_logger("clientupdater.http")


def listen(host: str, port: int) -> socket.socket:
    """Take the address before anything else is opened; the error says why it cannot be had.

    asyncio sets TCP_NODELAY only on sockets of its own. Without it, a body would wait 40 ms for the
    client to acknowledge the head.
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
    """Take the listening socket of the parent process."""
    return socket.socket(fileno=descriptor)


def run(
    app: App,
    server: ServerSettings,
    listening: socket.socket,
    *,
    drain_s: float = 0.0,
    measures: Metrics | None = None,
    is_shared: bool = False,
) -> None:
    """Serve until a signal; requests under way are finished.

    Where the socket `is_shared` with other processes, each takes connections one by one.
    """
    traffic = Traffic()
    config = config_of(app, server, traffic, measures)
    host, port = listening.getsockname()[:2]
    _log.info("serving", host=host, port=port)
    collect_garbage_seldom()
    uvicorn_server = _Server(config, traffic, drain_s, is_shared=is_shared)
    with _signals_only_stop(uvicorn_server):
        uvicorn_server.run(sockets=[listening])
    _log.info("stopped serving")


def collect_garbage_seldom() -> None:
    """Leave what was imported and opened alone, which stays until the end; it saves a tenth."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


def config_of(
    app: App, server: ServerSettings, traffic: Traffic, measures: Metrics | None = None
) -> uvicorn.Config:
    application = build(lambda: nullcontext(app), server, traffic, measures)
    limits = ConnectionLimits(server.max_connections, server.header_timeout_s)
    return uvicorn.Config(
        application,
        http=partial(BoundedConnection, limits),  # type: ignore[arg-type] # it makes one, as a class does
        ws="none",
        timeout_keep_alive=server.keep_alive_s + ANNOUNCED_EARLIER_S,
        log_config=None,
        access_log=False,
        lifespan="on",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=math.ceil(server.deadline_s + _GRACE_S),
    )


class _Server(uvicorn.Server):
    """Answers `/readyz` with 503 for a while before it stops listening."""

    def __init__(
        self, config: uvicorn.Config, traffic: Traffic, drain_s: float, *, is_shared: bool
    ) -> None:
        super().__init__(config)
        self._traffic, self._drain_s, self._is_shared = traffic, drain_s, is_shared

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        if not self._is_shared:
            await super().startup(sockets)
            return
        await super().startup([])
        self.servers = [SharedSocket(each, self._protocol) for each in sockets or ()]  # type: ignore[misc] # it has what is called

    def _protocol(self) -> asyncio.Protocol:
        config, state = self.config, self.lifespan.state
        return config.http_protocol_class(  # type: ignore[call-arg] # ours, by `partial`
            config=config, server_state=self.server_state, app_state=state
        )

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        stops_now = self._traffic.draining or not self._drain_s
        self._traffic.draining = True
        if stops_now:
            super().handle_exit(sig, frame)
        else:
            timer = Timer(self._drain_s, super().handle_exit, (sig, frame))
            timer.daemon = True  # it must not keep a stopped process alive
            timer.start()


@contextmanager
def _signals_only_stop(server: _Server) -> Iterator[None]:
    """Heed a signal that comes before uvicorn takes them. Survive the one that it raises again once
    it has stopped: the App must be closed.
    """
    before = {sign: signal.signal(sign, server.handle_exit) for sign in (SIGINT, SIGTERM)}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
