"""``clientupdater access``: why the policy allows or refuses something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.audit import who_options, write_accesses
from clientupdater.entrypoints.cli.naming import client_ref, person_ref
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    print_json,
)
from clientupdater.entrypoints.cli.tables import print_table
from clientupdater.entrypoints.failures import Exit
from clientupdater.entrypoints.http.routes.role_shapes import RoleComparison, lacking_grants

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def access() -> None:
    """Explain what the policy decides, and list who accessed a client."""


@access.command(
    epilog=example(
        "clientupdater access explain ana@example.com FC-000001 status:update "
        "--as auditor@example.com"
    )
)
@click.argument("user", metavar="USER")
@click.argument("client", required=False)
@click.argument("permission", required=False, type=click.Choice([str(each) for each in Permission]))
@click.option("--role", metavar="ROLE", help="List the permissions of this role that USER lacks.")
@click.option(
    "--company", metavar="CODE", help="The role over this company.  [default: every company]"
)
@as_option
@json_option
@click.pass_obj
def explain(session: Session, /, *, user: str, as_json: bool, acts: str, **asked: Any) -> int:
    """Explain whether a user has a permission over a client, or all permissions of a role.

    USER is an email or an id; CLIENT is a code or an id. The exit code is 1 if something is
    missing. For a role: access explain USER --role ROLE
    """
    client, permission, role = (asked[name] for name in ("client", "permission", "role"))
    if role and not client:
        return _explain_role(session, user, role, asked["company"], acts, as_json=as_json)
    if role or not permission:
        raise click.UsageError("give CLIENT and PERMISSION, or --role")
    with opened_as(session, acts) as (app, caller):
        result = app.access.explanations.explain(
            caller, person_ref(app, caller, user), client_ref(client), Permission(permission)
        )
        codes = app.configuration.names(caller).companies
    if as_json:
        print_json(
            {
                "allowed": result.allowed,
                "permission": result.permission,
                "grants": [grant.worded(codes) for grant in result.grants],
                "missing": result.missing,
                "explanation": result.explain(codes),
            }
        )
    else:
        click.echo(result.explain(codes))
    return Exit.DONE if result.allowed else Exit.NO


def _explain_role(
    session: Session, user: str, role: str, company: str | None, acts: str, *, as_json: bool
) -> int:
    with opened_as(session, acts) as (app, caller):
        person = person_ref(app, caller, user)
        lacking = lacking_grants(app.access.giving_roles.lacking(caller, person, role, company))
    if as_json:
        print_json(RoleComparison(role, company, lacking))
    elif lacking:
        rows = [(each.permission, each.scope, each.held or "nothing") for each in lacking]
        print_table(("permission", "needs", "has"), rows)
    else:
        click.echo(f"{user} lacks nothing for {role}")
    return Exit.NO if lacking else Exit.DONE


@access.command(
    epilog=example("clientupdater access who FC-000001 --export who.csv --as auditor@example.com")
)
@who_options
@click.pass_obj
def who(
    session: Session,
    /,
    *,
    client: str,
    export: Path | None,
    limit: int,
    acts: str,
    as_json: bool,
) -> None:
    """List who revealed, exported, changed, recorded or was refused a client's data.

    Newest first; CLIENT is a code or an id. Views of records and lists are not logged. With
    --export, FILE gets every entry as CSV, and only you can read it.
    """
    with opened_as(session, acts) as (app, caller):
        write_accesses(session, app, caller, client, export, limit, as_json=as_json)
