"""``clientupdater users``: people, and what they may do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from clientupdater.domain.permissions import Permission, Scope
from clientupdater.entrypoints.cli.acting import ORIGIN, as_option, asked_password, opened_as
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    note,
    print_json,
    print_table,
)
from clientupdater.entrypoints.http.routes.shapes import User, grants_of
from clientupdater.usecases.people.users import NewUser, UserChanges

if TYPE_CHECKING:
    from clientupdater.app import App
    from clientupdater.domain.accounts import Person
    from clientupdater.domain.callers import Caller
    from clientupdater.usecases.people.users import CreatedUser

_ACTOR = "--as boss@example.com"
_permission = click.argument("permission", type=click.Choice([str(each) for each in Permission]))
_company = click.option("--company", metavar="CODE", help="Over this one; else over every company.")
_user = click.argument("user", metavar="EMAIL")


@click.group()
def users() -> None:
    """Look after people: who signs in, and what they may do.

    Who acts is said by --as or CLIENTUPDATER_ACTOR, under the same policy as over HTTP.
    """


@users.command(epilog=example(f"clientupdater users create ana@example.com --branch B01 {_ACTOR}"))
@click.argument("email")
@click.option("--first-name")
@click.option("--last-name")
@click.option("--branch", "branches", multiple=True, metavar="CODE", help="Of their territory.")
@click.option("--area", "areas", multiple=True, metavar="CODE", help="Of their territory.")
@click.option("--bootstrap", is_flag=True, help="The first administrator, while there is none.")
@as_option
@json_option
@click.pass_obj
def create(session: Session, /, *, as_json: bool, bootstrap: bool, **params: Any) -> None:
    """Make an account, and show its initial password this once."""
    acts = params.pop("acts")
    new = NewUser(**params)
    if bootstrap:
        from clientupdater.composition import open_app

        with open_app(session.settings) as app:
            made = app.operators.bootstrap(new, ORIGIN)
            caller = app.operators.identify(made.person.email, ORIGIN)
            (shown,) = _shown(app, caller, made.person)
    else:
        with opened_as(session, acts) as (app, caller):
            made = app.people.create(caller, new)
            (shown,) = _shown(app, caller, made.person)
    _tell_created(made, shown, as_json=as_json)


def _tell_created(made: CreatedUser, shown: User, *, as_json: bool) -> None:
    if as_json:
        values = {"initial_password": made.initial_password, "expires_at": made.expires_at}
        print_json({"user": shown, **values})
        return
    click.echo(made.initial_password)
    note(f"the initial password, good once and until {made.expires_at:%Y-%m-%d %H:%M %Z}")


@users.command("list", epilog=example(f"clientupdater users list {_ACTOR} --json"))
@click.option("--active/--inactive", default=None, help="Only those.")
@click.option("--after", default="", metavar="EMAIL", help="Go on after this one.")
@click.option("--limit", type=click.IntRange(1, 1000), default=200, show_default=True)
@as_option
@json_option
@click.pass_obj
def list_(
    session: Session, /, *, active: bool | None, after: str, limit: int, acts: str, as_json: bool
) -> None:
    """List the people one may see, in the order of their emails."""
    with opened_as(session, acts) as (app, caller):
        items = app.people.list(caller, after=after, at_most=limit, active=active)
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
    """Show an account and what it may do."""
    with opened_as(session, acts) as (app, caller):
        result = app.people.show(caller, user)
        (person,) = _shown(app, caller, result.person)
        grants = grants_of(result.grants, app.look_up_names(caller))
    if as_json:
        print_json({"user": person, "grants": grants})
        return
    click.echo(f"{person.email}  {_name(result.person)}  {_state(result.person)}")
    for what, codes in (("branches", person.branches), ("areas", person.areas)):
        if codes:
            click.echo(f"{what}: {', '.join(codes)}")
    rows = [(each.permission, each.scope, each.company or "every") for each in grants]
    print_table(("permission", "scope", "company"), rows)


@users.command(epilog=example(f"clientupdater users lock ana@example.com {_ACTOR}"))
@_user
@as_option
@click.pass_obj
def lock(session: Session, /, *, user: str, acts: str) -> None:
    """Let somebody sign in no more until they are unlocked; open sessions go on."""
    with opened_as(session, acts) as (app, caller):
        app.people.lock(caller, user)
    note("locked")


@users.command(epilog=example(f"clientupdater users unlock ana@example.com {_ACTOR}"))
@_user
@as_option
@click.pass_obj
def unlock(session: Session, /, *, user: str, acts: str) -> None:
    """Let somebody sign in again at once."""
    with opened_as(session, acts) as (app, caller):
        app.people.unlock(caller, user)
    note("unlocked")


@users.command(epilog=example(f"clientupdater users deactivate ana@example.com {_ACTOR} --yes"))
@_user
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_option
@click.pass_obj
def deactivate(session: Session, /, *, user: str, yes: bool, acts: str) -> None:
    """End an account's sessions and assignments; what it did stays."""
    if not yes:
        click.confirm("This ends their sessions and assignments. Go on?", abort=True, err=True)
    with opened_as(session, acts) as (app, caller):
        app.people.change(caller, user, UserChanges(is_active=False), None)
    note("deactivated")


@users.command(epilog=example(f"clientupdater users link ana@example.com user_2abCdEf {_ACTOR}"))
@_user
@click.argument("subject", required=False)
@click.option("--none", "away", is_flag=True, help="Take this way in away.")
@as_option
@click.pass_obj
def link(session: Session, /, *, user: str, subject: str | None, away: bool, acts: str) -> None:
    """Say what the issuer of bearer tokens calls somebody: whom its tokens let in.

    It is the token's sub, kept as clerk_id.
    """
    if bool(subject) is away:
        raise click.UsageError("say the SUBJECT, or --none")
    with opened_as(session, acts) as (app, caller):
        app.people.change(caller, user, UserChanges(clerk_id=subject or ""), None)
    note("taken" if away else "linked")


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
    """Give a permission that one holds oneself, in at least that scope and company."""
    with opened_as(session, acts) as (app, caller):
        app.access.grant(caller, user, Permission(permission), company, Scope(scope))
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
    """Take a permission away; it is gone from the next request on."""
    with opened_as(session, acts) as (app, caller):
        app.access.revoke(caller, user, Permission(permission), company)
    note("revoked")


@users.command(
    "assign-branch",
    epilog=example(f"clientupdater users assign-branch ana@example.com B01 {_ACTOR}"),
)
@_user
@click.argument("branch", metavar="CODE")
@click.option("--take", is_flag=True, help="Take it away, with the clients there.")
@as_option
@click.pass_obj
def assign_branch(session: Session, /, *, user: str, branch: str, take: bool, acts: str) -> None:
    """Put a branch into somebody's territory, or take it out."""
    with opened_as(session, acts) as (app, caller):
        act = app.territories.take_branch if take else app.territories.give_branch
        act(caller, user, branch)
    note("taken" if take else "given")


@users.command(
    "assign-area", epilog=example(f"clientupdater users assign-area ana@example.com A01 {_ACTOR}")
)
@_user
@click.argument("area", metavar="CODE")
@click.option("--take", is_flag=True, help="Take it away, with the clients there.")
@as_option
@click.pass_obj
def assign_area(session: Session, /, *, user: str, area: str, take: bool, acts: str) -> None:
    """Put an area into somebody's territory, or take it out."""
    with opened_as(session, acts) as (app, caller):
        act = app.territories.take_area if take else app.territories.give_area
        act(caller, user, area)
    note("taken" if take else "given")


@users.command(epilog=example(f"clientupdater users token sync@example.com --days 90 {_ACTOR}"))
@_user
@click.option("--days", type=click.IntRange(1, 365), default=90, show_default=True)
@as_option
@json_option
@click.pass_obj
def token(session: Session, /, *, user: str, days: int, acts: str, as_json: bool) -> None:
    """Make out a token for a calling service, and show it this once."""
    with opened_as(session, acts) as (app, caller):
        issued = app.sessions.issue_token(caller, user, timedelta(days=days))
    if as_json:
        print_json(issued)
        return
    click.echo(issued.token)
    note(f"good until {issued.expires_at:%Y-%m-%d %H:%M %Z}")


@users.command(
    "set-password", epilog=example(f"clientupdater users set-password ana@example.com {_ACTOR}")
)
@_user
@as_option
@click.pass_obj
def set_password(session: Session, /, *, user: str, acts: str) -> None:
    """Set a password to begin with: asked for, or read from standard input.

    It is good once and for 72 hours, and then has to be changed.
    """
    password = asked_password()
    with opened_as(session, acts) as (app, caller):
        app.passwords.set_initial(caller, user, password)
    note("set")


def _shown(app: App, caller: Caller, *people: Person) -> list[User]:
    """Show them as over HTTP: with codes in place of our ids."""
    names = app.look_up_names(
        caller,
        branches={branch for each in people for branch in each.territory.branches},
        areas={area for each in people for area in each.territory.areas},
    )
    return [User.of(each, names) for each in people]


def _name(person: Person) -> str:
    return " ".join(filter(None, (person.first_name, person.last_name)))


def _state(person: Person) -> str:
    if not person.is_active:
        return "inactive"
    return "must change password" if person.must_change_password else "active"
