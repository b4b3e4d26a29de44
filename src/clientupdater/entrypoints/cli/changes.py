"""``clientupdater changes``: follow what is recorded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.session import Session, example, json_option, printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from clientupdater.app import App
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.changes import FeedCursor
    from clientupdater.entrypoints.http.routes.changes import RecordedChange
    from clientupdater.ports.changes import ChangePage

_WAIT_S = 5.0


@click.group()
def changes() -> None:
    """Follow what is recorded."""


@changes.command(
    epilog=example("clientupdater changes follow --cursor feed.cursor --json --as feed@example.com")
)
@click.option(
    "--after", default="0", show_default=True, metavar="NEXT",
    help="Begin behind the `next` of a line or of an answer over HTTP, or behind a position.",
)  # fmt: skip
@click.option(
    "--cursor", "file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="Keep the place in this file, and go on from it if it exists.",
)  # fmt: skip
@click.option("--until-caught-up", is_flag=True, help="Stop where there is no more to read.")
@as_option
@json_option
@click.pass_obj
def follow(
    session: Session, /, *, after: str, file: Path | None, until_caught_up: bool, acts: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Print each recorded event as a line, until it is interrupted.

    The file is written after its lines are printed: what is stopped between the two prints them
    again. With --json, the `next` of a line is where to read on after it.
    """
    from clientupdater.domain.changes import FeedCursor as Cursor
    from clientupdater.entrypoints.http.routes.changes import shown_changes
    from clientupdater.runtime.private_files import write_private

    text = file.read_text("ascii", "replace").strip() if file and file.exists() else after
    place, zone = Cursor.parse(text), session.settings.business_timezone
    with opened_as(session, acts) as (app, caller):
        for page in _pages(app, caller, place, stops=until_caught_up):
            shown = shown_changes(app, caller, page.items)
            for change, line in zip(page.items, shown, strict=True):
                click.echo(_json_line(line, change.next) if as_json else _line(line, zone))
            if file and text != str(page.next):
                text = str(page.next)
                write_private(file, text)


def _pages(
    app: App, caller: Caller, place: FeedCursor | int, *, stops: bool
) -> Iterator[ChangePage]:
    """Read on and on; a person who was deactivated, or lost the right, reads no further (A8)."""
    while True:
        caller = app.people.operators.renewed(caller)
        page = app.changes.since(caller, place, wait=0.0 if stops else _WAIT_S)
        yield page
        if stops and page.caught_up:
            return
        place = page.next


def _json_line(change: RecordedChange, following: FeedCursor) -> str:
    import attrs

    from clientupdater.entrypoints.wire import to_json

    members = attrs.asdict(change, recurse=False)
    return to_json({**members, "next": str(following)}).decode()


def _line(change: RecordedChange, zone: tzinfo) -> str:
    words = [change.client.client_code, str(change.period), f"version {change.version}"]
    if event := change.event:
        moment = f"{event.recorded_at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        by = event.by.name if event.by else "the system"
        words = [moment, *words[:2], event.kind, event.status, event.reason or "-", by]
    return printable("  ".join(words))
