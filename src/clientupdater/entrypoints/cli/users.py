"""``clientupdater users``: accounts, permissions and territories."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from clientupdater.domain.permissions import Permission, Scope
from clientupdater.entrypoints.cli.acting import ORIGIN, as_option, asked_password, opened_as
from clientupdater.entrypoints.cli.organisation_import import import_users
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    note,
    print_json,
)
from clientupdater.entrypoints.cli.tables import print_table
from clientupdater.entrypoints.cli.user_roles import give_role, take_role
from clientupdater.entrypoints.http.routes.role_shapes import UserRole
from clientupdater.entrypoints.http.routes.shapes import Deactivation, User, grants_of
from clientupdater.usecases.access.giving_roles import NewRole
from clientupdater.usecases.people.users import NewUser, UserChanges

if TYPE_CHECKING:
    from clientupdater.app import App
    from clientupdater.domain.accounts import Person
    from clientupdater.domain.callers import Caller
    from clientupdater.usecases.people.users import CreatedUser

_ACTOR = "--as boss@example.com"
_permission = click.argument("permission", type=click.Choice([str(each) for each in Permission]))
_company = click.option(
    "--company", metavar="CODE", help="Only over this company.  [default: every company]"
)
_user = click.argument("user", metavar="EMAIL")


@click.group()
def users() -> None:
    """Manage user accounts, permissions and territories.

    The acting user (--as or CLIENTUPDATER_ACTOR) is under the same policy as over HTTP.
    """


users.add_command(import_users)


@users.command(
    epilog=example(
        f"clientupdater users create ana@example.com --role telemarketer --branch B01 {_ACTOR}"
    )
)
@click.argument("email")
@click.option("--first-name")
@click.option("--last-name")
@click.option(
    "--branch", "branches", multiple=True, metavar="CODE", help="A branch of their territory."
)
@click.option("--area", "areas", multiple=True, metavar="CODE", help="An area of their territory.")
@click.option("--role", "roles", multiple=True, metavar="CODE", help="A role to give.")
@click.option(
    "--company", metavar="CODE", help="Give roles only over this company.  [default: every company]"
)
@click.option(
    "--bootstrap", is_flag=True, help="Create the first administrator; refused once there is one."
)
@as_option
@json_option
@click.pass_obj
def create(session: Session, /, *, as_json: bool, bootstrap: bool, **params: Any) -> None:
    """Create an account, and print its initial password, which is shown only now."""
    acts, company, roles = (params.pop(name) for name in ("acts", "company", "roles"))
    if company and not roles:
        raise click.UsageError("--company says where --role counts: give --role")
    if bootstrap and roles:
        raise click.UsageError("the first administrator has every permission: leave out --role")
    new = NewUser(**params, roles=[NewRole(role, company) for role in roles])
    if bootstrap:
        from clientupdater.composition import open_command_app

        with open_command_app(session.settings) as app:
            made = app.people.operators.bootstrap(new, ORIGIN)
            caller = app.people.operators.identify(made.person.email, ORIGIN)
            (shown,) = _shown(app, caller, made.person)
    else:
        with opened_as(session, acts) as (app, caller):
            made = app.people.users.create(caller, new)
            (shown,) = _shown(app, caller, made.person)
    _print_created(made, shown, as_json=as_json)


def _print_created(made: CreatedUser, shown: User, *, as_json: bool) -> None:
    if as_json:
        values = {"initial_password": made.initial_password, "expires_at": made.expires_at}
        print_json({"user": shown, **values})
        return
    click.echo(made.initial_password)
    note(f"the initial password; it works once, until {made.expires_at:%Y-%m-%d %H:%M %Z}")


@users.command("list", epilog=example(f"clientupdater users list {_ACTOR} --json"))
@click.option("--active/--inactive", default=None, help="Only active, or only inactive, accounts.")
@click.option("--after", default="", metavar="EMAIL", help="Continue after this email.")
@click.option("--limit", type=click.IntRange(1, 1000), default=200, show_default=True)
@as_option
@json_option
@click.pass_obj
def list_(
    session: Session, /, *, active: bool | None, after: str, limit: int, acts: str, as_json: bool
) -> None:
    """List the accounts that you may see, by email."""
    with opened_as(session, acts) as (app, caller):
        items = app.people.users.list(caller, after=after, at_most=limit, active=active)
        listed = _shown(app, caller, *items)
    if as_json:
        print_json({"items": listed})
        return
    rows = [(each.email, _name(each), _state(each)) for each in items]
    print_table(("email", "name", "state"), rows)


@users.command(epilog=example(f"clientupdater users show ana@example.com {_ACTOR}"))
@_user
@as_option
@json_option
@click.pass_obj
def show(session: Session, /, *, user: str, acts: str, as_json: bool) -> None:
    """Show an account, its territory and its permissions."""
    with opened_as(session, acts) as (app, caller):
        result = app.people.users.show(caller, user)
        (person,) = _shown(app, caller, result.person)
        names = app.configuration.names(caller)
        grants = grants_of(result.grants, names)
        roles = [
            UserRole.of(each, names) for each in app.access.giving_roles.of_person(caller, user)
        ]
    if as_json:
        print_json({"user": person, "roles": roles, "grants": grants})
        return
    click.echo(f"{person.email}  {_name(result.person)}  {_state(result.person)}")
    held = [f"{each.role} over {each.company or 'every company'}" for each in roles]
    for what, codes in (("branches", person.branches), ("areas", person.areas), ("roles", held)):
        if codes:
            click.echo(f"{what}: {', '.join(codes)}")
    rows = [(each.permission, each.scope, each.company or "every") for each in grants]
    print_table(("permission", "scope", "company"), rows)


@users.command(epilog=example(f"clientupdater users lock ana@example.com {_ACTOR}"))
@_user
@as_option
@click.pass_obj
def lock(session: Session, /, *, user: str, acts: str) -> None:
    """Lock an account: nobody can sign in to it until it is unlocked; open sessions go on."""
    with opened_as(session, acts) as (app, caller):
        app.people.users.lock(caller, user)
    note("locked")


@users.command(epilog=example(f"clientupdater users unlock ana@example.com {_ACTOR}"))
@_user
@as_option
@click.pass_obj
def unlock(session: Session, /, *, user: str, acts: str) -> None:
    """Unlock an account."""
    with opened_as(session, acts) as (app, caller):
        app.people.users.unlock(caller, user)
    note("unlocked")


@users.command(epilog=example(f"clientupdater users deactivate ana@example.com {_ACTOR} --yes"))
@_user
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@as_option
@json_option
@click.pass_obj
def deactivate(session: Session, /, *, user: str, yes: bool, acts: str, as_json: bool) -> None:
    """Deactivate an account: ends its sessions and assignments; its history stays.

    It first shows how many clients of which branch have no officer by it.
    """
    with opened_as(session, acts) as (app, caller):
        names = app.configuration.names(caller)
        seen = Deactivation.of(app.people.deactivation.preview(caller, user), names)
        if not as_json and seen.released:
            rows = [(each.branch, each.clients, each.open_rows) for each in seen.released]
            print_table(("branch", "clients without officer", "open rows"), rows)
        if not yes:
            click.confirm("Deactivate the account?", abort=True, err=True)
        done = Deactivation.of(app.people.deactivation.deactivate(caller, user), names)
    if as_json:
        print_json(done)
        return
    note("deactivated")


@users.command(epilog=example(f"clientupdater users link ana@example.com user_2abCdEf {_ACTOR}"))
@_user
@click.argument("subject", required=False)
@click.option("--none", "away", is_flag=True, help="Remove the link.")
@as_option
@click.pass_obj
def link(session: Session, /, *, user: str, subject: str | None, away: bool, acts: str) -> None:
    """Link an account to SUBJECT, its subject (sub) in the bearer tokens of OIDC_ISSUER.

    The subject is kept as clerk_id.
    """
    if bool(subject) is away:
        raise click.UsageError("give SUBJECT, or --none to remove the link")
    with opened_as(session, acts) as (app, caller):
        app.people.users.change(caller, user, UserChanges(clerk_id=subject or ""), None)
    note("unlinked" if away else "linked")


@users.command(
    epilog=example(
        "clientupdater users grant ana@example.com clients:read --scope branch "
        f"--company FCASH {_ACTOR}"
    )
)
@_user
@_permission
@click.option("--scope", type=click.Choice([str(each) for each in Scope]), required=True)
@_company
@as_option
@click.pass_obj
def grant(
    session: Session, /, *, user: str, permission: str, scope: str, company: str | None, acts: str
) -> None:
    """Grant a permission; you must hold it in at least that scope and company."""
    with opened_as(session, acts) as (app, caller):
        app.access.grants.grant(caller, user, Permission(permission), company, Scope(scope))
    note("granted")


@users.command(epilog=example(f"clientupdater users revoke ana@example.com clients:read {_ACTOR}"))
@_user
@_permission
@_company
@as_option
@click.pass_obj
def revoke(
    session: Session, /, *, user: str, permission: str, company: str | None, acts: str
) -> None:
    """Revoke a permission, from the account's next request on."""
    with opened_as(session, acts) as (app, caller):
        app.access.grants.revoke(caller, user, Permission(permission), company)
    note("revoked")


users.add_command(give_role)
users.add_command(take_role)


@users.command(
    "assign-branch",
    epilog=example(f"clientupdater users assign-branch ana@example.com B01 {_ACTOR}"),
)
@_user
@click.argument("branch", metavar="CODE")
@click.option("--take", is_flag=True, help="Remove it, and end the assignments of clients there.")
@as_option
@click.pass_obj
def assign_branch(session: Session, /, *, user: str, branch: str, take: bool, acts: str) -> None:
    """Add a branch to an account's territory, or remove it."""
    with opened_as(session, acts) as (app, caller):
        act = app.access.territories.take_branch if take else app.access.territories.give_branch
        act(caller, user, branch)
    note("removed" if take else "added")


@users.command(
    "assign-area", epilog=example(f"clientupdater users assign-area ana@example.com A01 {_ACTOR}")
)
@_user
@click.argument("area", metavar="CODE")
@click.option("--take", is_flag=True, help="Remove it, and end the assignments of clients there.")
@as_option
@click.pass_obj
def assign_area(session: Session, /, *, user: str, area: str, take: bool, acts: str) -> None:
    """Add an area to an account's territory, or remove it."""
    with opened_as(session, acts) as (app, caller):
        act = app.access.territories.take_area if take else app.access.territories.give_area
        act(caller, user, area)
    note("removed" if take else "added")


@users.command(epilog=example(f"clientupdater users token sync@example.com --days 90 {_ACTOR}"))
@_user
@click.option("--days", type=click.IntRange(1, 365), default=90, show_default=True)
@as_option
@json_option
@click.pass_obj
def token(session: Session, /, *, user: str, days: int, acts: str, as_json: bool) -> None:
    """Create a token for a service, and print it, which is shown only now."""
    with opened_as(session, acts) as (app, caller):
        issued = app.people.sessions.issue_token(caller, user, timedelta(days=days))
    if as_json:
        print_json(issued)
        return
    click.echo(issued.token)
    note(f"expires at {issued.expires_at:%Y-%m-%d %H:%M %Z}")


@users.command(
    "set-password", epilog=example(f"clientupdater users set-password ana@example.com {_ACTOR}")
)
@_user
@as_option
@click.pass_obj
def set_password(session: Session, /, *, user: str, acts: str) -> None:
    """Set an initial password, from a prompt or standard input.

    It works once, within 72 hours, and must then be changed.
    """
    password = asked_password()
    with opened_as(session, acts) as (app, caller):
        app.people.passwords.set_initial(caller, user, password)
    note("set")


def _shown(app: App, caller: Caller, *people: Person) -> list[User]:
    """Show accounts as over HTTP: with codes instead of ids."""
    names = app.configuration.names(caller)
    return [User.of(each, names) for each in people]


def _name(person: Person) -> str:
    return " ".join(filter(None, (person.first_name, person.last_name)))


def _state(person: Person) -> str:
    if not person.is_active:
        return "inactive"
    return "must change password" if person.must_change_password else "active"
