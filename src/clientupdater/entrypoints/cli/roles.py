"""``clientupdater roles``: named sets of permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from clientupdater.domain.permissions import Permission, Scope
from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    note,
    print_json,
)
from clientupdater.entrypoints.cli.tables import print_table
from clientupdater.entrypoints.http.routes.role_shapes import Role, changed_answer
from clientupdater.usecases.access.roles import RoleChanges

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clientupdater.app import App
    from clientupdater.domain.callers import Caller
    from clientupdater.entrypoints.http.routes.role_shapes import ChangedRoleAnswer

_ACTOR = "--as boss@example.com"
_role = click.argument("role", metavar="ROLE")
_name = click.option("--name", help="The name, for people to read.")
_description = click.option("--description", help="What the job is.")
_grants = click.option(
    "--grant",
    "grants",
    multiple=True,
    metavar="PERMISSION=SCOPE",
    help="A permission of the role, and how far it reaches.",
)


@click.group()
def roles() -> None:
    """Manage roles: named sets of permissions, one for each job."""


@roles.command("list", epilog=example(f"clientupdater roles list {_ACTOR}"))
@as_option
@json_option
@click.pass_obj
def list_(session: Session, /, *, acts: str, as_json: bool) -> None:
    """List the roles, and how many people have each."""
    with opened_as(session, acts) as (app, caller):
        items = [Role.of(each) for each in app.access.roles.list(caller)]
    if as_json:
        print_json({"items": items})
        return
    rows = [(each.code, len(each.grants), each.holders, each.description) for each in items]
    print_table(("role", "permissions", "people", "description"), rows)


@roles.command(epilog=example(f"clientupdater roles show telemarketer {_ACTOR}"))
@_role
@as_option
@json_option
@click.pass_obj
def show(session: Session, /, *, role: str, acts: str, as_json: bool) -> None:
    """Show a role and its permissions."""
    with opened_as(session, acts) as (app, caller):
        shown = Role.of(app.access.roles.show(caller, role))
    _print_role(shown, as_json=as_json)


@roles.command(
    epilog=example(
        "clientupdater roles create field_staff --name 'Field staff' --grant clients:read=self "
        f"--grant status:update=self {_ACTOR}"
    )
)
@_role
@click.option("--name", required=True, help="The name, for people to read.")
@click.option("--description", default="", help="What the job is.")
@_grants
@as_option
@json_option
@click.pass_obj
def create(
    session: Session,
    /,
    *,
    role: str,
    name: str,
    description: str,
    grants: tuple[str, ...],
    acts: str,
    as_json: bool,
) -> None:
    """Create a role; no user has it yet."""
    changes = RoleChanges(name=name, description=description, scopes=_scopes(grants))
    with opened_as(session, acts) as (app, caller):
        shown = Role.of(app.access.roles.create(caller, role, changes))
    _print_role(shown, as_json=as_json)


@roles.command(
    epilog=example(
        "clientupdater roles change telemarketer --grant clients:reveal=branch "
        f"--without reports:read {_ACTOR}"
    )
)
@_role
@_name
@_description
@_grants
@click.option(
    "--without",
    multiple=True,
    type=click.Choice([str(each) for each in Permission]),
    help="A permission that the role no longer gives.",
)
@click.option("--apply", "applies", is_flag=True, help="Change it; without, only show what would.")
@as_option
@json_option
@click.pass_obj
def change(
    session: Session, /, *, role: str, applies: bool, acts: str, as_json: bool, **asked: Any
) -> None:
    """Change a role, and with it the permissions of everyone who has it.

    Without --apply it shows whose permissions would change, and changes nothing.
    """
    with opened_as(session, acts) as (app, caller):
        seen = app.access.roles.show(caller, role).role
        without = asked["without"]
        kept = {each: scope for each, scope in seen.scopes.items() if each not in without}
        changes = RoleChanges(
            name=asked["name"],
            description=asked["description"],
            scopes={**kept, **_scopes(asked["grants"])},
        )
        answer = _changed(app, caller, role, changes, seen.version, applies=applies)
    if as_json:
        print_json(answer)
        return
    rows = [
        (person.name, each.permission, each.before or "nothing", each.after or "nothing")
        for person in answer.people
        for each in person.grants
    ]
    print_table(("person", "permission", "before", "after"), rows)
    verb = "changed" if applies else "would change; add --apply to change it"
    note(f"{answer.people_changed} people {verb}")


@roles.command(epilog=example(f"clientupdater roles delete field_staff {_ACTOR} --yes"))
@_role
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@as_option
@click.pass_obj
def delete(session: Session, /, *, role: str, yes: bool, acts: str) -> None:
    """Delete a role of your own that no user has."""
    if not yes:
        click.confirm(f"Delete the role {role}?", abort=True, err=True)
    with opened_as(session, acts) as (app, caller):
        app.access.roles.delete(caller, role, None)
    note("deleted")


def _changed(
    app: App, caller: Caller, role: str, changes: RoleChanges, version: int, *, applies: bool
) -> ChangedRoleAnswer:
    changed = app.access.roles.change(caller, role, changes, version, preview=not applies)
    return changed_answer(changed, changed.people, app.configuration.names(caller, changed.people))


def _print_role(role: Role, *, as_json: bool) -> None:
    if as_json:
        print_json(role)
        return
    click.echo(f"{role.code}  {role.name}  {role.holders} people")
    rows = [(each.permission, each.scope) for each in role.grants]
    print_table(("permission", "scope"), rows)


def _scopes(grants: Iterable[str]) -> dict[Permission, Scope]:
    scopes = {}
    for text in grants:
        permission, _, scope = text.partition("=")
        try:
            scopes[Permission(permission)] = Scope(scope)
        except ValueError:
            raise click.BadParameter(
                f"{text} is not a permission, = and a scope", param_hint="--grant"
            ) from None
    return scopes
