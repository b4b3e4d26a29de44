"""``clientupdater periods``: the months and quarters of the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clientupdater.domain.periods import Cycle, Period, business_day
from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.naming import PeriodType
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    print_json,
    print_table,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.group()
def periods() -> None:
    """See which periods run, and open one."""


@periods.command(epilog=example("clientupdater periods current --as ana@example.com"))
@as_option
@json_option
@click.pass_obj
def current(session: Session, /, *, acts: str, as_json: bool) -> None:
    """Tell which month and which quarter run, by the business's own clock."""
    with opened_as(session, acts) as (app, _):
        opener = app.tracking.open_period
        today = business_day(opener.clock.now(), opener.zone)
    running: Sequence[Period] = [Period.containing(today, cycle) for cycle in Cycle]
    if as_json:
        names = ("period", "period_type", "first_day", "last_day")
        told = [(p, p.cycle, p.first_day, p.last_day) for p in running]
        print_json({"items": [dict(zip(names, each, strict=True)) for each in told]})
        return
    rows = [(p, p.cycle, p.first_day, p.last_day) for p in running]
    print_table(("period", "is", "from", "to"), rows)


@periods.command("open", epilog=example("clientupdater periods open 2026-11 --as boss@example.com"))
@click.argument("period", type=PeriodType())
@as_option
@json_option
@click.pass_obj
def open_(session: Session, /, *, period: Period, acts: str, as_json: bool) -> None:
    """Give every client that is due in a period its row; done twice, it does no more."""
    with opened_as(session, acts) as (app, caller):
        opening = app.tracking.open_period(caller, period)
    if as_json:
        print_json(opening)
    else:
        click.echo(f"{opening.rows} rows opened in {period}")
