"""``clientupdater access``: why the policy allows or refuses something."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import click

from clientupdater.domain.ids import PersonId
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.naming import client_ref
from clientupdater.entrypoints.cli.session import Session, example, json_option, print_json
from clientupdater.entrypoints.failures import Exit

if TYPE_CHECKING:
    from clientupdater.app import App
    from clientupdater.domain.callers import Caller


@click.group()
def access() -> None:
    """Explain what the policy decides, and why."""


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
            caller, _person(app, caller, user), client_ref(client), Permission(permission)
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


def _person(app: App, caller: Caller, user: str) -> PersonId:
    """Find a user by id, or by the email of a person whom the caller may see (users:read)."""
    if "@" in user:
        return app.people.show(caller, user).person.id
    try:
        return PersonId(UUID(user))
    except ValueError:
        raise click.BadParameter("expected an email or an id", param_hint="USER") from None
