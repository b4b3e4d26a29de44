"""``clientupdater serve``."""

from __future__ import annotations

import click

from clientupdater.composition import open_app
from clientupdater.entrypoints import logs
from clientupdater.entrypoints.cli.session import Session, example
from clientupdater.entrypoints.http import server


@click.command(epilog=example("clientupdater serve --host 0.0.0.0 --port 8000"))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any free."
)
@click.option(
    "--drain-seconds",
    type=click.FloatRange(min=0),
    default=0,
    show_default=True,
    help="How long to say «not ready» before it stops listening.",
)
@click.pass_obj
def serve(session: Session, *, host: str, port: int, drain_seconds: float) -> None:
    """Run the HTTP server."""
    settings = session.settings
    logs.configure(settings)
    with server.listen(host, port) as listening, open_app(settings) as app:
        settings.require_keys()
        server.run(app, listening, drain_s=drain_seconds)
