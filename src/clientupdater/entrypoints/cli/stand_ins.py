"""``clientupdater stand-ins``: who covers the clients of absent officers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.naming import person_ref
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    note,
    print_json,
)
from clientupdater.entrypoints.cli.tables import print_table
from clientupdater.entrypoints.http.routes.stand_in_shapes import StandIn
from clientupdater.usecases.clients.stand_ins import NewStandIn

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

_ACTOR = "--as boss@example.com"
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("stand-ins")
def stand_ins() -> None:
    """Arrange who covers the clients of absent officers."""


@stand_ins.command(
    epilog=example(
        "clientupdater stand-ins arrange ana@example.com --by ben@example.com "
        f"--from 2026-12-01 --until 2026-12-12 {_ACTOR}"
    )
)
@click.argument("officer", metavar="USER")
@click.option("--by", required=True, metavar="USER", help="The person who stands in.")
@click.option("--from", "first", required=True, type=_DAY, help="The first day.")
@click.option("--until", "last", required=True, type=_DAY, help="The last day.")
@as_option
@json_option
@click.pass_obj
def arrange(
    session: Session,
    /,
    *,
    officer: str,
    by: str,
    first: datetime,
    last: datetime,
    acts: str,
    as_json: bool,
) -> None:
    """Let a person cover the clients of USER, an absent officer, from one day to another.

    Users are emails or ids. It ends by itself.
    """
    with opened_as(session, acts) as (app, caller):
        new = NewStandIn(
            officer=person_ref(app, caller, officer),
            stand_in=person_ref(app, caller, by),
            first=first.date(),
            last=last.date(),
        )
        arranged = app.clients.stand_ins.arrange(caller, new)
        made = arranged.stand_in
        names = app.configuration.names(caller, (made.officer, made.stand_in))
        shown = StandIn.of(made, names, app.clients.stand_ins.zone)
    if as_json:
        print_json(shown)
        return
    click.echo(shown.id)
    note(f"covers {arranged.covered} clients; {arranged.not_covered} are in other branches")


@stand_ins.command("list", epilog=example(f"clientupdater stand-ins list {_ACTOR}"))
@click.option("--limit", type=click.IntRange(1, 1000), default=200, show_default=True)
@as_option
@json_option
@click.pass_obj
def list_(session: Session, /, *, limit: int, acts: str, as_json: bool) -> None:
    """List stand-ins that run or will run, by their last day."""
    with opened_as(session, acts) as (app, caller):
        result = app.clients.stand_ins.list(caller, at_most=limit)
        people = {person for each in result for person in (each.officer, each.stand_in)}
        names = app.configuration.names(caller, people)
        items = [StandIn.of(each, names, app.clients.stand_ins.zone) for each in result]
    if as_json:
        print_json({"items": items})
        return
    rows = [
        (each.id, each.officer.name, each.stand_in.name, each.first_day, each.last_day)
        for each in items
    ]
    print_table(("id", "officer", "stand-in", "from", "until"), rows)


@stand_ins.command(
    epilog=example(f"clientupdater stand-ins end 0190f3c2-7d1e-7a44-9c3b-5b0e6f1d2a10 {_ACTOR}")
)
@click.argument("stand_in", metavar="ID", type=click.UUID)
@as_option
@click.pass_obj
def end(session: Session, /, *, stand_in: UUID, acts: str) -> None:
    """End a stand-in now, or before it begins."""
    with opened_as(session, acts) as (app, caller):
        app.clients.stand_ins.end(caller, stand_in)
    note("ended")
