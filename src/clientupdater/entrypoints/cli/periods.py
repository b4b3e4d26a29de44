"""``clientupdater periods``: the current periods, the opened ones, and opening one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clientupdater.domain.periods import Period
from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.naming import PeriodType
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    print_json,
)
from clientupdater.entrypoints.cli.tables import print_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from clientupdater.ports.tracking import Opening


@click.group()
def periods() -> None:
    """Show the current periods, list the opened ones, and open one."""


@periods.command(epilog=example("clientupdater periods current --as ana@example.com"))
@as_option
@json_option
@click.pass_obj
def current(session: Session, /, *, acts: str, as_json: bool) -> None:
    """Show the current month and quarter in BUSINESS_TIMEZONE."""
    with opened_as(session, acts) as (app, caller):
        running = app.periods.current(caller)
    if as_json:
        names = ("period", "period_type", "first_day", "last_day")
        items = [(p, p.cycle, p.first_day, p.last_day) for p in running]
        print_json({"items": [dict(zip(names, each, strict=True)) for each in items]})
        return
    rows = [(p, p.cycle, p.first_day, p.last_day) for p in running]
    print_table(("period", "cycle", "from", "to"), rows)


@periods.command("open", epilog=example("clientupdater periods open 2026-11 --as boss@example.com"))
@click.argument("period", type=PeriodType())
@as_option
@json_option
@click.pass_obj
def open_(session: Session, /, *, period: Period, acts: str, as_json: bool) -> None:
    """Open the row of every client that is due in a period and has none."""
    with opened_as(session, acts) as (app, caller):
        opening = app.periods.open(caller, period)
    if as_json:
        print_json(opening)
    else:
        click.echo(f"{opening.rows} rows opened in {period}")


@periods.command("list", epilog=example("clientupdater periods list --as boss@example.com"))
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@as_option
@json_option
@click.pass_obj
def list_(session: Session, /, *, limit: int, acts: str, as_json: bool) -> None:
    """List the openings, newest first: when, by whom, and how many rows."""
    with opened_as(session, acts) as (app, caller):
        result = app.periods.list_openings(caller, at_most=limit)
        names = app.configuration.names(caller, [each.by for each in result]).people
    if as_json:
        print_json({"items": [_opening(each, names) for each in result]})
        return
    zone = session.settings.business_timezone
    rows = [
        (
            each.period,
            each.rows,
            f"{each.started_at.astimezone(zone):%Y-%m-%d %H:%M}",
            names[each.by] if each.by else "the worker",
        )
        for each in result
    ]
    print_table(("period", "rows", "opened", "by"), rows)


def _opening(opening: Opening, names: Mapping[UUID, str]) -> dict[str, object]:
    return {
        "period": opening.period,
        "period_type": opening.period.cycle,
        "rows": opening.rows,
        "started_at": opening.started_at,
        "finished_at": opening.finished_at,
        "by": {"id": opening.by, "name": names[opening.by]} if opening.by else None,
    }
