"""A signal that comes before the server listens."""

from __future__ import annotations

import signal
from datetime import UTC
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from clientupdater.adapters.local.clock import MachineClock
from clientupdater.composition import build_app
from clientupdater.entrypoints.http import server
from clientupdater.entrypoints.http.server_settings import ServerSettings

if TYPE_CHECKING:
    from socket import socket


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_asked_to_stop_before_it_listens_stops(
    monkeypatch: pytest.MonkeyPatch, sent: signal.Signals
) -> None:
    stops = []

    def signalled(self: Any, sockets: list[socket]) -> None:
        del sockets
        signal.raise_signal(sent)
        stops.append(self.should_exit)

    monkeypatch.setattr(uvicorn.Server, "run", signalled)
    monkeypatch.setattr(server, "collect_garbage_seldom", lambda: None)
    app = build_app(None, MachineClock(), UTC)  # type: ignore[arg-type] # nothing asks its store
    with server.listen("127.0.0.1", 0) as listening:
        server.run(app, ServerSettings(), listening)
    assert stops == [True]
