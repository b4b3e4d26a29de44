"""Print the result of a write to a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clientupdater.entrypoints.cli.session import print_json
from clientupdater.entrypoints.http.routes.rows import PeriodEvent, RecordedUpdate, snapshot_of

if TYPE_CHECKING:
    from clientupdater.usecases.tracking.recording import Written


def print_written(done: Written, *, as_json: bool) -> None:
    """Print the row's new status; with --json, the same body as over HTTP."""
    if as_json:
        event = PeriodEvent.of(done.event, done.names)
        print_json(RecordedUpdate(event, snapshot_of(done.client, done.row, done.names)))
        return
    snapshot = done.row.snapshot
    reason = f" {snapshot.standing.reason}" if snapshot.standing.reason else ""
    stands = f"{done.row.period} {snapshot.status}{reason}"
    click.echo(f"{done.client.code}  {stands}  version {snapshot.version}")
