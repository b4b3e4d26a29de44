"""``clientupdater clients``: find, show, correct, refresh and revive clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from clientupdater.domain.contacts import Settlement
from clientupdater.domain.permissions import Permission
from clientupdater.domain.sync.fields import CONTACTS, Field
from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.assign import assign
from clientupdater.entrypoints.cli.client_list import list_, status_of
from clientupdater.entrypoints.cli.dossier import dossier, erase_remarks
from clientupdater.entrypoints.cli.hand_over import hand_over
from clientupdater.entrypoints.cli.naming import client_ref
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    note,
    print_json,
)
from clientupdater.entrypoints.cli.tables import print_table
from clientupdater.entrypoints.cli.written import print_written
from clientupdater.ports.lists import MOST, ClientQuery, ClientRecord

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from clientupdater.app import App
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import ClientId
    from clientupdater.entrypoints.http.routes.client_history import ClientChange

_ACTOR = "--as ana@example.com"
_over_version = click.option(
    "--version",
    type=click.IntRange(min=0),
    help="The client's version that you saw.  [default: the current one]",
)


@click.group()
def clients() -> None:
    """Find, list, show and correct clients.

    CLIENT is a code or an id.
    """


clients.add_command(list_)
clients.add_command(assign)
clients.add_command(hand_over)
clients.add_command(dossier)
clients.add_command(erase_remarks)


@clients.command(epilog=example(f"clientupdater clients find 'reyes juana' {_ACTOR}"))
@click.argument("query")
@click.option("--limit", type=click.IntRange(1, MOST), default=50, show_default=True)
@as_option
@json_option
@click.pass_obj
def find(session: Session, /, *, query: str, limit: int, acts: str, as_json: bool) -> None:
    """Find clients by name, code, contact number or full pension number."""
    with opened_as(session, acts) as (app, caller):
        page = app.clients.directory.search(caller, ClientQuery(q=query, limit=limit))
    items = page.items
    if as_json:
        print_json({"items": items, "has_more": page.has_more})
    else:
        rows = [(c.client_code, c.full_name, c.company, c.branch, status_of(c)) for c in items]
        print_table(("code", "name", "company", "branch", "status"), rows)
    if page.has_more:
        note("there are more; narrow the query or raise --limit")


@clients.command(epilog=example(f"clientupdater clients show FC-000001 {_ACTOR}"))
@click.argument("client")
@as_option
@json_option
@click.pass_obj
def show(session: Session, /, *, client: str, acts: str, as_json: bool) -> None:
    """Show one client and its current status."""
    with opened_as(session, acts) as (app, caller):
        shown = app.clients.directory.show(caller, client_ref(client))
    if as_json:
        print_json(shown)
    else:
        print_table(("field", "value"), _facts(shown))


@clients.command(epilog=example(f"clientupdater clients history FC-000001 {_ACTOR}"))
@click.argument("client")
@click.option("--limit", type=click.IntRange(1, MOST), default=50, show_default=True)
@as_option
@json_option
@click.pass_obj
def history(session: Session, /, *, client: str, limit: int, acts: str, as_json: bool) -> None:
    """List the changes to a client's fields, newest first, with the user or source behind each."""
    from clientupdater.entrypoints.http.routes.client_history import ClientChange

    with opened_as(session, acts) as (app, caller):
        page = app.clients.directory.history(caller, client_ref(client), limit)
    items = [ClientChange.of(each) for each in page.items]
    if as_json:
        print_json({"items": items, "has_more": page.has_more})
    else:
        head = ("when", "field", "from", "to", "by")
        print_table(head, [_change(each, session.settings.business_timezone) for each in items])
    if page.has_more:
        note("there are more; raise --limit")


@clients.command(
    epilog=example(
        "clientupdater clients revive FC-000001 --remarks 'borrows again' --version 3 "
        "--as boss@example.com"
    )
)
@click.argument("client")
@click.option("--remarks", required=True, help="The reason.")
@click.option(
    "--version",
    type=click.IntRange(min=0),
    required=True,
    help="The version of the current period's row; 0 if there is none.",
)
@as_option
@json_option
@click.pass_obj
def revive(
    session: Session, /, *, client: str, remarks: str, version: int, acts: str, as_json: bool
) -> None:
    """Resume tracking of a client that was fully paid and has a new loan."""
    with opened_as(session, acts) as (app, caller):
        done = app.tracking.revive(caller, client_ref(client), remarks, version)
        print_written(done, as_json=as_json)


@clients.command(
    epilog=example(f"clientupdater clients correct FC-000001 --contact-number 09171234567 {_ACTOR}")
)
@click.argument("client")
@click.option("--contact-number", metavar="NUMBER", help="The main number.")
@click.option("--contact-number-alt", metavar="NUMBER", help="The alternative number.")
@click.option("--no-contact-number", is_flag=True, help="Remove it.")
@click.option("--no-contact-number-alt", is_flag=True, help="Remove it.")
@_over_version
@as_option
@json_option
@click.pass_obj
def correct(
    session: Session,
    /,
    *,
    client: str,
    version: int | None,
    acts: str,
    as_json: bool,
    **params: Any,
) -> None:
    """Correct contact numbers; a correction wins over the source's value."""
    corrections = _corrections(params)
    with opened_as(session, acts) as (app, caller):
        ref = client_ref(client)
        seen = _version_of(app, caller, ref, version)
        app.clients.contacts.correct(caller, ref, corrections, seen)
        _print_contacts(app, caller, ref, as_json=as_json)


@clients.command(
    epilog=example(f"clientupdater clients settle-contacts FC-000001 keep_ours {_ACTOR}")
)
@click.argument("client")
@click.argument("decision", type=click.Choice([str(each) for each in Settlement]))
@click.option(
    "--field",
    "fields",
    multiple=True,
    type=click.Choice([str(each) for each in sorted(CONTACTS)]),
    help="Settle only this number.  [default: every number in conflict]",
)
@_over_version
@as_option
@json_option
@click.pass_obj
def settle_contacts(
    session: Session,
    /,
    *,
    client: str,
    version: int | None,
    acts: str,
    as_json: bool,
    **params: Any,
) -> None:
    """Settle contact numbers in conflict: keep the correction, or take the source's value."""
    only = {Field(each) for each in params["fields"]} or None
    with opened_as(session, acts) as (app, caller):
        ref = client_ref(client)
        seen = _version_of(app, caller, ref, version)
        how = Settlement(params["decision"])
        app.clients.contacts.settle(caller, ref, how, seen, only)
        _print_contacts(app, caller, ref, as_json=as_json)


@clients.command(epilog=example("clientupdater clients refresh FC-000001 --as boss@example.com"))
@click.argument("client")
@as_option
@json_option
@click.pass_obj
def refresh(session: Session, /, *, client: str, acts: str, as_json: bool) -> None:
    """Fetch one client from NextBank now, and apply the differences."""
    with opened_as(session, acts) as (app, caller):
        ref = client_ref(client)
        job = app.sync.runs.refresh_client(caller, ref)
        shown = app.clients.directory.show(caller, ref, Permission.SYNC_EXECUTE)
    if as_json:
        print_json(shown)
        return
    changed = "changed" if job.counts.updated or job.counts.reappeared else "unchanged"
    click.echo(f"{shown.client_code}  {changed}, version {shown.version}")


def _change(change: ClientChange, zone: tzinfo) -> tuple[object, ...]:
    by = change.by.name if change.by else change.source or "-"
    values = (_or_dash(change.old_value), _or_dash(change.new_value))
    return f"{change.changed_at.astimezone(zone):%Y-%m-%d %H:%M}", change.field, *values, by


def _corrections(params: dict[str, Any]) -> dict[Field, str | None]:
    """Read the corrections; refuse a number that is both given and removed."""
    result: dict[Field, str | None] = {}
    for each in sorted(CONTACTS):
        number, removed = params[str(each)], params[f"no_{each}"]
        if number is not None and removed:
            option = str(each).replace("_", "-")
            raise click.UsageError(f"--{option} and --no-{option} exclude each other")
        if number is not None or removed:
            result[each] = number
    if not result:
        raise click.UsageError("nothing to correct: give --contact-number NUMBER or another option")
    return result


def _version_of(app: App, caller: Caller, client: ClientId | str, version: int | None) -> int:
    """Return the given version, or else read the client's current one and print it."""
    if version is not None:
        return version
    seen = app.clients.directory.show(caller, client, Permission.CLIENTS_UPDATE)
    note(f"using version {seen.version}, the current one")
    return seen.version


def _print_contacts(app: App, caller: Caller, client: ClientId | str, *, as_json: bool) -> None:
    view = app.clients.directory.show(caller, client, Permission.CLIENTS_UPDATE)
    shown = view
    if as_json:
        print_json(shown)
    else:
        click.echo(f"{shown.client_code}  {_numbers(shown)}  version {shown.version}")


def _facts(client: ClientRecord) -> Iterator[tuple[str, object]]:
    yield "code", client.client_code
    yield "id", client.id
    yield "name", client.full_name
    yield "company", client.company
    yield "branch", client.branch
    for name in (
        "product",
        "par_status",
        "loan_status",
        "past_due_amount",
        "pension_number_masked",
    ):
        yield name.replace("_", " "), _or_dash(getattr(client, name))
    yield "contact numbers", _numbers(client)
    yield "assigned to", client.assigned_to.name if client.assigned_to else "-"
    yield "tracked", "yes" if client.is_trackable else "no"
    yield "status", status_of(client)
    if client.current:
        yield "version", client.current.version
        yield "follow up on", _or_dash(client.current.next_follow_up_on)


def _numbers(client: ClientRecord) -> str:
    return ", ".join(filter(None, (client.contact_number, client.contact_number_alt))) or "-"


def _or_dash(value: object) -> object:
    return "-" if value is None else value
