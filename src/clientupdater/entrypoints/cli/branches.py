"""``clientupdater branches``: branches, their contacts, importing and closing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.organisation_import import import_branches
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    note,
    print_json,
)
from clientupdater.entrypoints.cli.tables import print_table
from clientupdater.entrypoints.http.routes.organisation_shapes import (
    Branch,
    BranchClosing,
    BranchContact,
)
from clientupdater.usecases.organisation.branches import BranchChanges, NewBranch

if TYPE_CHECKING:
    from clientupdater.app import App
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.organisation import Branch as KnownBranch

_ACTOR = "--as boss@example.com"
_branch = click.argument("branch", metavar="CODE")
_version = click.option(
    "--version", type=int, help="Only if it is still at this version.  [default: any]"
)
_yes = click.option("--yes", is_flag=True, help="Do not ask for confirmation.")


@click.group()
def branches() -> None:
    """Manage the branches that clients belong to."""


branches.add_command(import_branches)


@branches.command("list", epilog=example(f"clientupdater branches list {_ACTOR} --json"))
@click.option("--after", default="", metavar="CODE", help="Continue after this code.")
@click.option("--limit", type=click.IntRange(1, 1000), default=200, show_default=True)
@as_option
@json_option
@click.pass_obj
def list_(session: Session, /, *, after: str, limit: int, acts: str, as_json: bool) -> None:
    """List all branches, by code."""
    with opened_as(session, acts) as (app, caller):
        page = app.organisation.branches.list(caller, after=after, at_most=limit)
        items = [_shown(app, caller, each) for each in page]
    if as_json:
        print_json({"items": items})
        return
    rows = [(each.code, each.name, each.category or "", ", ".join(each.areas)) for each in items]
    print_table(("code", "name", "category", "areas"), rows)


@branches.command(epilog=example(f"clientupdater branches show QC01 {_ACTOR}"))
@_branch
@as_option
@json_option
@click.pass_obj
def show(session: Session, /, *, branch: str, acts: str, as_json: bool) -> None:
    """Show a branch, its areas and its contacts."""
    with opened_as(session, acts) as (app, caller):
        shown = _shown(app, caller, app.organisation.branches.show(caller, branch))
        contacts = [
            BranchContact.of(each) for each in app.organisation.contacts.list(caller, branch)
        ]
    if as_json:
        print_json({"branch": shown, "contacts": contacts})
        return
    click.echo(f"{shown.code}  {shown.name}  version {shown.version}")
    for what, value in (("location", shown.location), ("category", shown.category)):
        if value:
            click.echo(f"{what}: {value}")
    if shown.areas:
        marked = (
            f"{code} (primary)" if code == shown.primary_area else code for code in shown.areas
        )
        click.echo(f"areas: {', '.join(marked)}")
    rows = [(each.type, each.value, "primary" if each.is_primary else "") for each in contacts]
    print_table(("contact", "value", ""), rows)


@branches.command(epilog=example(f"clientupdater branches create QC01 'Cubao Branch' {_ACTOR}"))
@_branch
@click.argument("name")
@click.option("--location")
@click.option("--category")
@as_option
@json_option
@click.pass_obj
def create(
    session: Session,
    /,
    *,
    branch: str,
    name: str,
    location: str | None,
    category: str | None,
    acts: str,
    as_json: bool,
) -> None:
    """Create a branch; it is in no area yet."""
    new = NewBranch(code=branch, name=name, location=location, category=category)
    with opened_as(session, acts) as (app, caller):
        _report(
            _shown(app, caller, app.organisation.branches.create(caller, new)),
            "created",
            as_json=as_json,
        )


@branches.command(epilog=example(f"clientupdater branches change QC01 --name Cubao {_ACTOR}"))
@_branch
@click.option("--name")
@click.option("--location", help="The new location; '' removes it.")
@click.option("--category", help="The new category; '' removes it.")
@_version
@as_option
@json_option
@click.pass_obj
def change(
    session: Session,
    /,
    *,
    branch: str,
    name: str | None,
    location: str | None,
    category: str | None,
    version: int | None,
    acts: str,
    as_json: bool,
) -> None:
    """Change a branch. What you leave out stays; the code never changes."""
    changes = BranchChanges(name=name, location=location, category=category)
    with opened_as(session, acts) as (app, caller):
        changed = app.organisation.branches.change(caller, branch, changes, version)
        _report(_shown(app, caller, changed), "changed", as_json=as_json)


@branches.command(epilog=example(f"clientupdater branches delete QC01 {_ACTOR} --yes"))
@_branch
@_version
@_yes
@as_option
@click.pass_obj
def delete(session: Session, /, *, branch: str, version: int | None, yes: bool, acts: str) -> None:
    """Delete a branch without clients; to move its clients first, close it."""
    if not yes:
        click.confirm("People who have the branch lose it. Continue?", abort=True, err=True)
    with opened_as(session, acts) as (app, caller):
        app.organisation.branches.delete(caller, branch, version)
    note("deleted")


@branches.command(epilog=example(f"clientupdater branches close QC01 --into QC02 {_ACTOR}"))
@_branch
@click.option("--into", required=True, metavar="CODE", help="The branch that takes the clients.")
@click.option("--contacts", is_flag=True, help="Move the branch's contacts as well.")
@click.option("--preview", is_flag=True, help="Show what would happen; change nothing.")
@click.option("--plan-hash", metavar="HASH", help="Close it only with the effects of this preview.")
@_version
@_yes
@as_option
@json_option
@click.pass_obj
def close(
    session: Session, /, *, branch: str, preview: bool, yes: bool, as_json: bool, **params: Any
) -> None:
    """Move a branch's clients to another one with their open rows, and delete the branch.

    Assignments end whose officer lacks the other branch. A sync source that still names the closed
    branch means the other one from then on. Shows the effects, and asks before it changes anything.
    """
    into, version, plan_hash = (params[name] for name in ("into", "version", "plan_hash"))
    with opened_as(session, params["acts"]) as (app, caller):
        closing, contacts = app.organisation.closing, params["contacts"]
        if plan_hash is None:
            seen = closing.preview(caller, branch, into, version, takes_contacts=contacts)
            plan_hash = seen.plan.hash
            if preview or not yes:
                _print_closing(BranchClosing.of(seen), as_json=as_json and preview)
            if preview:
                return
            if not yes:
                click.confirm("Close the branch?", abort=True, err=True)
        done = closing.close(caller, branch, into, version, plan_hash, takes_contacts=contacts)
    _print_closing(BranchClosing.of(done), as_json=as_json)


def _print_closing(closing: BranchClosing, *, as_json: bool) -> None:
    if as_json:
        print_json(closing)
        return
    rows = [
        ("clients that move", closing.clients),
        ("rows of periods that move", closing.rows),
        ("assignments that end", closing.assignments_ended),
        ("contacts that move", closing.contacts),
        ("people who lose the branch", closing.people),
    ]
    print_table((f"{closing.branch} into {closing.into}", ""), rows)
    if closing.examples and not closing.is_applied:
        note(f"for example {', '.join(closing.examples)}")
    if closing.is_applied:
        note(f"closed; sources that name {closing.branch} mean {closing.into} from now on")
    else:
        note(f"plan {closing.plan_hash}")


def _shown(app: App, caller: Caller, branch: KnownBranch) -> Branch:
    return Branch.of(branch, app.configuration.names(caller))


def _report(branch: Branch, done: str, *, as_json: bool) -> None:
    if as_json:
        print_json(branch)
    else:
        note(f"{done}; version {branch.version}")
