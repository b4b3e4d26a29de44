"""``clientupdater users give-role`` and ``take-role``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.session import example, note

if TYPE_CHECKING:
    from clientupdater.entrypoints.cli.session import Session

_ACTOR = "--as boss@example.com"
_user = click.argument("user", metavar="EMAIL")
_role = click.argument("role", metavar="ROLE")
_company = click.option(
    "--company", metavar="CODE", help="Only over this company.  [default: every company]"
)


@click.command(
    "give-role", epilog=example(f"clientupdater users give-role ana@example.com operator {_ACTOR}")
)
@_user
@_role
@_company
@as_option
@click.pass_obj
def give_role(session: Session, /, *, user: str, role: str, company: str | None, acts: str) -> None:
    """Give a role; you must hold each of its permissions."""
    with opened_as(session, acts) as (app, caller):
        changes = app.access.giving_roles.give(caller, user, role, company)
    note(f"given; {len(changes)} permissions changed")


@click.command(
    "take-role", epilog=example(f"clientupdater users take-role ana@example.com operator {_ACTOR}")
)
@_user
@_role
@_company
@as_option
@click.pass_obj
def take_role(session: Session, /, *, user: str, role: str, company: str | None, acts: str) -> None:
    """Take a role, with the permissions that nothing else gives."""
    with opened_as(session, acts) as (app, caller):
        changes = app.access.giving_roles.take(caller, user, role, company)
    note(f"taken; {len(changes)} permissions changed")
