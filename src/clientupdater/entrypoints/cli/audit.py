"""``clientupdater audit``: what was changed, refused and seen, and by whom."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from attrs import evolve

from clientupdater.domain.exports import escaped
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.field_file import read_moment
from clientupdater.entrypoints.cli.naming import client_ref, person_ref
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    note,
    print_json,
)
from clientupdater.entrypoints.cli.tables import print_table
from clientupdater.ports.audits import (
    ActivityQuery,
    AuditQuery,
    AuditResult,
    AuthorizationQuery,
    ConfigurationAction,
    ConfigurationQuery,
)
from clientupdater.ports.lists import MOST, StaffMember
from clientupdater.runtime.private_files import write_private

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime, tzinfo

    from clientupdater.app import App
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import ClientRef
    from clientupdater.ports.audits import AccessEntry, AuditKey
    from clientupdater.ports.lists import Page

Entry = TypeVar("Entry")
Query = TypeVar("Query", bound=AuditQuery)
_Command = TypeVar("_Command", bound="Callable[..., Any]")
_AUDITOR = "--as auditor@example.com"
_ACCESS_HEAD = ("when", "who", "what", "of the client", "certain", "interface", "address")
_LONGEST_LIST = 10_000


@click.group()
def audit() -> None:
    """List what was changed, refused and seen, and by whom.

    The newest first. Needs audit:read with scope all. A user is an email or an id, a moment is
    2026-11-05 14:30, in the business's time zone.
    """


def _list_options(command: _Command) -> _Command:
    options = (
        click.option("--by", metavar="USER", help="Only what this user did."),
        click.option("--since", metavar="MOMENT", help="Only entries at this moment or later."),
        click.option("--until", metavar="MOMENT", help="Only entries before this moment."),
        click.option(
            "--limit", type=click.IntRange(1, _LONGEST_LIST), default=50, show_default=True
        ),
        as_option,
        json_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


_subject = click.option("--subject", metavar="USER", help="Only what was done to this user.")
_client = click.option("--client", metavar="CLIENT", help="Only entries about this client.")


@audit.command(epilog=example(f"clientupdater audit activity --client FC-000001 {_AUDITOR}"))
@_subject
@_client
@click.option("--action", help="Only this action, such as status.record.")
@_list_options
@click.pass_obj
def activity(
    session: Session, /, *, client: str | None, action: str | None, acts: str, **params: Any
) -> None:
    """List writes over every interface; retention removes them after a while."""
    with opened_as(session, acts) as (app, caller):
        query = _query(ActivityQuery(action=action), session, app, caller, params)
        ref = client_ref(client) if client else None
        items = _entries(lambda q: app.audit.logs.activity(caller, q, ref), query, params["limit"])
    rows = ((e.at, e.by, e.action, _thing(e.resource, e.resource_id), e.interface) for e in items)
    _print(session, items, ("when", "who", "action", "thing", "interface"), rows, params)


@audit.command(epilog=example(f"clientupdater audit config --table branches {_AUDITOR}"))
@click.option("--table", help="Only rows of this table.")
@click.option("--record", help="Only this row.")
@click.option("--action", type=click.Choice([str(each) for each in ConfigurationAction]))
@_list_options
@click.pass_obj
def config(
    session: Session,
    /,
    *,
    table: str | None,
    record: str | None,
    action: str | None,
    acts: str,
    **params: Any,
) -> None:
    """List changes of organisation and configuration; --json has the values before and after.

    `clientupdater audit config` and `clientupdater config audit` are the same. `clientupdater
    config undo` takes the id in the column `change`.
    """
    asked = ConfigurationQuery(
        table=table, record=record, action=ConfigurationAction(action) if action else None
    )
    with opened_as(session, acts) as (app, caller):
        query = _query(asked, session, app, caller, params)
        items = _entries(lambda q: app.audit.logs.configuration(caller, q), query, params["limit"])
    rows = (
        (e.at, e.by, e.action, _thing(e.table, e.record), _names(e.new_values), e.id) for e in items
    )
    _print(session, items, ("when", "who", "action", "row", "values", "change"), rows, params)


@audit.command(epilog=example(f"clientupdater audit authorization --result refused {_AUDITOR}"))
@_subject
@_client
@click.option("--permission", type=click.Choice([str(each) for each in Permission]))
@click.option("--result", type=click.Choice([str(each) for each in AuditResult]))
@_list_options
@click.pass_obj
def authorization(
    session: Session,
    /,
    *,
    client: str | None,
    permission: str | None,
    result: str | None,
    acts: str,
    **params: Any,
) -> None:
    """List who was refused what and why, and changes of rights."""
    asked = AuthorizationQuery(
        permission=permission, result=AuditResult(result) if result else None
    )
    with opened_as(session, acts) as (app, caller):
        query = _query(asked, session, app, caller, params)
        ref = client_ref(client) if client else None
        items = _entries(
            lambda q: app.audit.logs.authorization(caller, q, ref), query, params["limit"]
        )
    rows = (
        (e.at, e.by, e.result, e.permission, e.subject or _thing(e.resource, e.resource_id))
        for e in items
    )
    _print(session, items, ("when", "who", "result", "permission", "about"), rows, params)


def who_options(command: _Command) -> _Command:
    """Add what `audit who` and `access who` take."""
    options = (
        click.argument("client"),
        click.option(
            "--export",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            help="Write every entry to FILE as CSV.",
        ),
        click.option(
            "--limit", type=click.IntRange(1, _LONGEST_LIST), default=50, show_default=True
        ),
        as_option,
        json_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@audit.command(epilog=example(f"clientupdater audit who FC-000001 {_AUDITOR}"))
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
    """List who accessed a client's data (the same as: clientupdater access who)."""
    with opened_as(session, acts) as (app, caller):
        write_accesses(session, app, caller, client, export, limit, as_json=as_json)


def write_accesses(
    session: Session,
    app: App,
    caller: Caller,
    client: str,
    export: Path | None,
    limit: int,
    *,
    as_json: bool,
) -> None:
    """Print the newest accesses, or write all of them to a file."""
    pages = _access_pages(app, caller, client_ref(client))
    zone = session.settings.business_timezone
    if export is not None:
        rows = [_access(entry, zone) for page in pages for entry in page.items]
        write_private(export, _csv(_ACCESS_HEAD, rows))
        result = {"file": str(export), "entries": len(rows)}
        print_json(result) if as_json else click.echo(f"{export}: {len(rows)} entries")
        return
    items: list[AccessEntry] = []
    for page in pages:
        items += page.items
        if len(items) >= limit:
            break
    has_more = len(items) > limit or page.has_more
    if as_json:
        print_json({"items": items[:limit], "has_more": has_more})
    else:
        print_table(_ACCESS_HEAD, [_access(entry, zone) for entry in items[:limit]])
    if has_more:
        note("there are more; raise --limit, or use --export")


def _access_pages(
    app: App, caller: Caller, client: ClientRef
) -> Iterator[Page[AccessEntry, AuditKey]]:
    page = app.audit.logs.who_accessed(caller, client, MOST)
    yield page
    while page.after:
        page = app.audit.logs.who_accessed(caller, client, MOST, page.after)
        yield page


def _access(entry: AccessEntry, zone: tzinfo) -> tuple[str, ...]:
    certain = "yes" if entry.is_certain else "may contain"
    where = (entry.interface or "", entry.ip_address or "")
    return (_moment(entry.at, zone), _who(entry.by), entry.kind, entry.subject, certain, *where)


def _csv(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([escaped(cell) for cell in row] for row in rows)
    return text.getvalue()


def _query(
    query: Query, session: Session, app: App, caller: Caller, params: dict[str, Any]
) -> Query:
    """Add who and when to the query."""
    zone = session.settings.business_timezone
    people = {"actor": params["by"], "subject": params.get("subject")}
    moments = {name: params[name] for name in ("since", "until")}
    changes: dict[str, Any] = {
        "limit": min(params["limit"], MOST),
        **{name: person_ref(app, caller, user) for name, user in people.items() if user},
        **{name: read_moment(text, zone) for name, text in moments.items() if text},
    }
    return evolve(query, **changes)


def _entries(
    read: Callable[[Query], Page[Entry, AuditKey]], query: Query, limit: int
) -> list[Entry]:
    """Read pages until there are enough entries; one more says that there are more."""
    items: list[Entry] = []
    while len(items) <= limit:
        page = read(query)
        items += page.items
        if page.after is None:
            break
        query = evolve(query, after=page.after)
    return items


def _print(
    session: Session,
    items: list[Any],
    head: tuple[str, ...],
    rows: Iterable[tuple[Any, ...]],
    params: dict[str, Any],
) -> None:
    limit, zone = params["limit"], session.settings.business_timezone
    if params["as_json"]:
        print_json({"items": items[:limit], "has_more": len(items) > limit})
    else:
        shown = list(rows)[:limit]
        print_table(
            head,
            [(_moment(at, zone), _who(by), *map(_cell, cells)) for at, by, *cells in shown],
        )
    if len(items) > limit:
        note("there are more; narrow the filters or raise --limit")


def _cell(value: Any) -> str:
    return str((value.name if isinstance(value, StaffMember) else value) or "-")


def _who(person: StaffMember | None) -> str:
    return person.name if person else "-"


def _moment(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _thing(kind: str | None, named: str | None) -> str:
    return " ".join(each for each in (kind, named) if each)


def _names(values: dict[str, Any] | None) -> str:
    return ", ".join(sorted(values or {}))
