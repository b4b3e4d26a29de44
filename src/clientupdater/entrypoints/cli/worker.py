"""``clientupdater worker``."""

from __future__ import annotations

import click

from clientupdater.composition import open_app
from clientupdater.entrypoints import logs
from clientupdater.entrypoints.cli.session import Session, example
from clientupdater.entrypoints.worker.loop import Worker, duties, stopped_by_signals


@click.command(epilog=example("clientupdater worker"))
@click.pass_obj
def worker(session: Session) -> None:
    """Do what is due, in the background.

    Opens the periods that have begun, now and every minute. SIGTERM lets it finish what it is at.
    """
    logs.configure(session.settings)
    with open_app(session.settings) as app:
        working = Worker(duties(app))
        with stopped_by_signals(working):
            working.run()
