"""``clientupdater schedules``: list schedules, switch them, run them now."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    print_json,
)
from clientupdater.entrypoints.cli.tables import print_table
from clientupdater.usecases.jobs.schedules import ScheduleChanges

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.ports.schedules import ScheduledJob


@click.group()
def schedules() -> None:
    """List schedules, switch them on or off, and run them now."""


@schedules.command("list", epilog=example("clientupdater schedules list --as boss@example.com"))
@as_option
@json_option
@click.pass_obj
def list_(session: Session, /, *, acts: str, as_json: bool) -> None:
    """List schedules with their last and next run."""
    with opened_as(session, acts) as (app, caller):
        items = app.jobs.schedules.list(caller)
    if as_json:
        print_json({"items": [_as_json(each) for each in items]})
        return
    zone = session.settings.business_timezone
    rows = [
        (
            each.name,
            each.cron,
            each.time_zone or "",
            "on" if each.is_active else "off",
            _written(each.times.last_run_at, zone),
            _written(each.times.next_run_at, zone),
        )
        for each in items
    ]
    head = ("schedule", "cron", "zone", "state", "last run", "next run")
    print_table(head, rows, spare=("zone", "last run"))


@schedules.command(epilog=example("clientupdater schedules enable retention --as boss@example.com"))
@click.argument("name")
@as_option
@json_option
@click.pass_obj
def enable(session: Session, /, *, name: str, acts: str, as_json: bool) -> None:
    """Switch a schedule on; times that passed while it was off are not made up."""
    _switch(session, name, acts, on=True, as_json=as_json)


@schedules.command(
    epilog=example("clientupdater schedules disable sync-nextbank --as boss@example.com")
)
@click.argument("name")
@as_option
@json_option
@click.pass_obj
def disable(session: Session, /, *, name: str, acts: str, as_json: bool) -> None:
    """Switch a schedule off."""
    _switch(session, name, acts, on=False, as_json=as_json)


@schedules.command(epilog=example("clientupdater schedules run retention --as boss@example.com"))
@click.argument("name")
@as_option
@json_option
@click.pass_obj
def run(session: Session, /, *, name: str, acts: str, as_json: bool) -> None:
    """Queue the schedule's job now; its next time stays as it is."""
    with opened_as(session, acts) as (app, caller):
        job = app.jobs.schedules.run(caller, name)
    if as_json:
        print_json({"job": job})
    else:
        click.echo(f"job {job} waits for a worker (see: clientupdater jobs show {job})")


def _switch(session: Session, name: str, acts: str, *, on: bool, as_json: bool) -> None:
    with opened_as(session, acts) as (app, caller):
        changes = ScheduleChanges(is_active=on)
        changed = app.jobs.schedules.change(caller, name, changes, version=None)
    if as_json:
        print_json(_as_json(changed))
        return
    due = changed.times.next_run_at
    zone = session.settings.business_timezone
    click.echo(f"{name} is on; next run at {_written(due, zone)}" if on else f"{name} is off")


def _as_json(schedule: ScheduledJob) -> dict[str, object]:
    return {
        "name": schedule.name,
        "cron_expression": schedule.cron,
        "time_zone": schedule.time_zone,
        "job": schedule.function,
        "arguments": schedule.arguments,
        "is_active": schedule.is_active,
        "last_run_at": schedule.times.last_run_at,
        "next_run_at": schedule.times.next_run_at,
        "version": schedule.version,
    }


def _written(moment: datetime | None, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else ""
