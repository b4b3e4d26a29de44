"""A program of another team: it sends reminders, and records each in Client Updater.

    DATABASE_URL=… REMINDERS_TOKEN=… python reminders.py

It acts as a user of its own, with a token of `clientupdater users token`, so that permissions, scope
and audits are those of that user. Where a person recorded an outcome meanwhile, it records nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from clientupdater import App, Settings, open_app
from clientupdater.domain.callers import Caller, Origin
from clientupdater.domain.errors import NotTrackable, VersionConflict
from clientupdater.domain.events import Channel
from clientupdater.domain.periods import Period
from clientupdater.domain.updates import StatusUpdate
from clientupdater.ports.lists import WorklistFilter, WorklistQuery

Send = Callable[[str, str], None]
"""Sends a text to a number."""


@dataclass(frozen=True)
class Due:
    """A client who is to be reminded, as the worklist showed it."""

    client_code: str
    period: Period
    version: int
    name: str
    number: str


def due(app: App, caller: Caller) -> list[Due]:
    """Read the first page of clients whom no one has contacted this period."""
    page = app.worklist.read(caller, WorklistQuery(limit=50, filter=WorklistFilter()))
    return [
        Due(
            item.client.client_code,
            item.snapshot.period,
            item.snapshot.version,
            item.client.full_name,
            item.client.contact_number,
        )
        for item in page.items
        if item.client.contact_number and item.snapshot.update_count == 0
    ]


def remind(app: App, caller: Caller, client: Due, send: Send) -> bool:
    """Send one reminder and record it; return whether it was recorded."""
    send(client.number, f"{client.name}, please call your branch.")
    update = StatusUpdate(status="TO_FOLLOW", channel=Channel.MESSAGE, remarks="Reminder sent.")
    try:
        app.tracking.record(caller, client.client_code, client.period, update, client.version)
    except (VersionConflict, NotTrackable):
        return False
    return True


def main() -> None:
    with open_app(Settings.from_mapping(os.environ)) as app:
        signed_in = app.people.authenticate(os.environ["REMINDERS_TOKEN"], Origin())
        clients = due(app, signed_in.caller)
        recorded = [remind(app, signed_in.caller, client, _print) for client in clients]
        print(f"{len(clients)} reminders sent, {sum(recorded)} recorded")


def _print(number: str, text: str) -> None:
    print(f"to {number}: {text}")


if __name__ == "__main__":
    main()
