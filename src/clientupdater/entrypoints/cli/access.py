"""``clientupdater access``: why the policy allows or refuses something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.audit import who_options, write_accesses
from clientupdater.entrypoints.cli.naming import client_ref, person_named
from clientupdater.entrypoints.cli.session import Session, example, json_option, print_json
from clientupdater.entrypoints.failures import Exit

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
@click.argument("client")
@click.argument("permission", type=click.Choice([str(each) for each in Permission]))
@as_option
@json_option
@click.pass_obj
def explain(
    session: Session, /, *, user: str, client: str, permission: str, acts: str, as_json: bool
) -> int:
    """Explain whether a user has a permission over a client; exit code 1 if not.

    USER is an email or an id; CLIENT is a code or an id.
    """
    with opened_as(session, acts) as (app, caller):
        result = app.explanations.explain(
            caller, person_named(app, caller, user), client_ref(client), Permission(permission)
        )
        codes = app.look_up_names(caller).companies
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
