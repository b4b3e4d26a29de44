"""``clientupdater areas``: areas, and which branches they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    note,
    print_json,
)
from clientupdater.entrypoints.cli.tables import print_table
from clientupdater.entrypoints.http.routes.organisation_shapes import Area, AreaBranch
from clientupdater.usecases.organisation.areas import AreaChanges, NewArea

if TYPE_CHECKING:
    from clientupdater.app import App
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.organisation import Area as KnownArea

_ACTOR = "--as boss@example.com"
_area = click.argument("area", metavar="CODE")
_branch = click.argument("branch", metavar="BRANCH")
_limit = click.option("--limit", type=click.IntRange(1, 1000), default=200, show_default=True)
_after = click.option("--after", default="", metavar="CODE", help="Continue after this code.")
_version = click.option(
    "--version", type=int, help="Only if it is still at this version.  [default: any]"
)


@click.group()
def areas() -> None:
    """Manage areas: groups of branches that are given to people as a whole."""


@areas.command("list", epilog=example(f"clientupdater areas list {_ACTOR} --json"))
@_after
@_limit
@as_option
@json_option
@click.pass_obj
def list_(session: Session, /, *, after: str, limit: int, acts: str, as_json: bool) -> None:
    """List the areas that you may see, by code."""
    with opened_as(session, acts) as (app, caller):
        items = [
            _shown(app, caller, each)
            for each in app.organisation.areas.list(caller, after=after, at_most=limit)
        ]
    if as_json:
        print_json({"items": items})
        return
    rows = [(each.code, each.name, each.company or "every", each.version) for each in items]
    print_table(("code", "name", "company", "version"), rows)


@areas.command(epilog=example(f"clientupdater areas show NCR {_ACTOR}"))
@_area
@as_option
@json_option
@click.pass_obj
def show(session: Session, /, *, area: str, acts: str, as_json: bool) -> None:
    """Show an area and its branches."""
    with opened_as(session, acts) as (app, caller):
        shown = _shown(app, caller, app.organisation.areas.show(caller, area))
        members = [
            AreaBranch.of(each)
            for each in app.organisation.areas.branches(caller, area, at_most=1000)
        ]
    if as_json:
        print_json({"area": shown, "branches": members})
        return
    click.echo(f"{shown.code}  {shown.name}  company: {shown.company or 'every'}")
    rows = [(each.code, each.name, "primary" if each.is_primary else "") for each in members]
    print_table(("branch", "name", ""), rows)


@areas.command(epilog=example(f"clientupdater areas create NCR 'Metro North' {_ACTOR}"))
@_area
@click.argument("name")
@click.option("--company", metavar="CODE", help="Of this company.  [default: of every company]")
@as_option
@json_option
@click.pass_obj
def create(
    session: Session, /, *, area: str, name: str, company: str | None, acts: str, as_json: bool
) -> None:
    """Create an area; it has no branches yet."""
    with opened_as(session, acts) as (app, caller):
        made = app.organisation.areas.create(caller, NewArea(code=area, name=name, company=company))
        _report(_shown(app, caller, made), "created", as_json=as_json)


@areas.command(epilog=example(f"clientupdater areas change NCR --name 'Metro South' {_ACTOR}"))
@_area
@click.option("--name")
@click.option("--company", metavar="CODE", help="The new company; '' means every company.")
@_version
@as_option
@json_option
@click.pass_obj
def change(
    session: Session,
    /,
    *,
    area: str,
    name: str | None,
    company: str | None,
    version: int | None,
    acts: str,
    as_json: bool,
) -> None:
    """Change an area. What you leave out stays; the code never changes."""
    with opened_as(session, acts) as (app, caller):
        changed = app.organisation.areas.change(
            caller, area, AreaChanges(name=name, company=company), version
        )
        _report(_shown(app, caller, changed), "changed", as_json=as_json)


@areas.command(epilog=example(f"clientupdater areas delete NCR {_ACTOR} --yes"))
@_area
@_version
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@as_option
@click.pass_obj
def delete(session: Session, /, *, area: str, version: int | None, yes: bool, acts: str) -> None:
    """Delete an area. People who have it lose its branches, and their assignments there."""
    if not yes:
        click.confirm("People who have it lose its branches. Continue?", abort=True, err=True)
    with opened_as(session, acts) as (app, caller):
        app.organisation.areas.delete(caller, area, version)
    note("deleted")


@areas.command("add-branch", epilog=example(f"clientupdater areas add-branch NCR QC01 {_ACTOR}"))
@_area
@_branch
@click.option("--primary/--not-primary", default=None, help="Whether it becomes the primary area.")
@as_option
@click.pass_obj
def add_branch(
    session: Session, /, *, area: str, branch: str, primary: bool | None, acts: str
) -> None:
    """Add a branch to an area, or change whether this is its primary area."""
    with opened_as(session, acts) as (app, caller):
        app.organisation.areas.place_branch(caller, area, branch, is_primary=primary)
    note("added")


@areas.command(
    "remove-branch", epilog=example(f"clientupdater areas remove-branch NCR QC01 {_ACTOR}")
)
@_area
@_branch
@as_option
@click.pass_obj
def remove_branch(session: Session, /, *, area: str, branch: str, acts: str) -> None:
    """Remove a branch from an area. People who have the area lose it, and assignments there."""
    with opened_as(session, acts) as (app, caller):
        app.organisation.areas.remove_branch(caller, area, branch)
    note("removed")


def _shown(app: App, caller: Caller, area: KnownArea) -> Area:
    return Area.of(area, app.configuration.names(caller))


def _report(area: Area, done: str, *, as_json: bool) -> None:
    if as_json:
        print_json(area)
    else:
        note(f"{done}; version {area.version}")
