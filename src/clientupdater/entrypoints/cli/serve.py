"""``clientupdater serve``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clientupdater.entrypoints.cli.session import Session, example

if TYPE_CHECKING:
    import socket

    from clientupdater.entrypoints.http.middleware.metrics import Metrics
    from clientupdater.settings import Settings


@click.command(epilog=example("clientupdater serve --host 0.0.0.0 --port 8000 --workers 2"))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port to listen on; 0 takes any free one.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Number of server processes.",
)
@click.option(
    "--drain-seconds",
    type=click.FloatRange(min=0),
    help="Seconds of answering «not ready» before it stops listening.  [default: DRAIN_SECONDS]",
)
@click.option(
    "--inherited-socket", type=int, hidden=True, help="The listening socket of a server process."
)
@click.option(
    "--metrics-folder", hidden=True, help="The folder that server processes share their metrics in."
)
@click.pass_context
def serve(
    context: click.Context,
    *,
    host: str,
    port: int,
    workers: int,
    drain_seconds: float | None,
    inherited_socket: int | None,
    metrics_folder: str | None,
) -> None:
    """Run the HTTP server.

    SIGTERM or Ctrl-C lets open requests finish; a second one stops at once.
    """
    from clientupdater.entrypoints import logs
    from clientupdater.entrypoints.http import processes, server
    from clientupdater.entrypoints.http.metrics_folder import open_metrics_folder
    from clientupdater.entrypoints.http.middleware.metrics import Metrics

    session: Session = context.obj
    settings = session.settings
    logs.configure(settings)
    drain_s = settings.drain_seconds if drain_seconds is None else drain_seconds
    if inherited_socket is not None:
        with_others = Metrics(metrics_folder)
        _one(settings, server.inherited(inherited_socket), drain_s, with_others, is_shared=True)
        return
    with server.listen(host, port) as listening:
        if workers == 1:
            measures = Metrics()
            with processes.metrics_served(settings.metrics_bind, measures.registry):
                _one(settings, listening, drain_s, measures)
            return
        command = ["serve", "--drain-seconds", str(drain_s)]
        with open_metrics_folder() as folder:
            bind = settings.metrics_bind
            context.exit(processes.run(command, session.environ, listening, workers, bind, folder))


def _one(
    settings: Settings,
    listening: socket.socket,
    drain_s: float,
    measures: Metrics,
    *,
    is_shared: bool = False,
) -> None:
    from clientupdater.composition import open_app
    from clientupdater.entrypoints.http import server
    from clientupdater.entrypoints.http.server_settings import ServerSettings

    with listening, open_app(settings) as app:
        settings.require_keys()
        server.run(
            app,
            ServerSettings.of(settings),
            listening,
            drain_s=drain_s,
            measures=measures,
            is_shared=is_shared,
        )
