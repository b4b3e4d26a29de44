"""``clientupdater clients list``: clients by the filters that they have over HTTP."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click
from attrs import evolve

from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.naming import MomentType
from clientupdater.entrypoints.cli.paging import page_options, paged
from clientupdater.entrypoints.cli.session import Session, example, json_option
from clientupdater.ports.lists import ClientQuery, ClientRecord, ClientSort
from clientupdater.ports.past_rows import PastClient, PastQuery

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_Command = TypeVar("_Command", bound="Callable[..., Any]")

FILTERS = {
    "company": "The company's code.",
    "branch": "The branch's code.",
    "area": "The area's code.",
    "product": "The loan product's code, or none.",
    "pension_type": "The kind of pension, by its code, or none.",
    "pensioner_type": "The kind of pensioner, by its code.",
    "par_status": "The portfolio-at-risk status, by its code.",
    "account_type": "How the client receives the pension, by its code.",
    "active": "Only clients that are active, or only those that are not.",
    "assigned_to": "The officer: an id, me, or none.",
    "loan_status": "The loan's status, as the source names it.",
    "past_due_from": "Only clients that owe at least this amount.",
    "past_due_to": "Only clients that owe at most this amount.",
    "period": "The period of the filters below, such as 2026-11.  [default: the current one]",
    "status": "The status in the period, by its code.",
    "reason": "The reason in the period, by its code.",
    "exempt": "Only clients that are exempt in the period, or only those that are not.",
    "terminal": "Only clients whose status is terminal, or only the others.",
    "touched": "Only clients with an update in the period, or only those without.",
    "untouched_days": "Only clients without an update for this many days.",
    "has_payment": "Only clients that paid in the period, or only those that did not.",
    "follow_up_before": "Only clients whose next follow-up is before this day.",
    "updated_by": "Only clients that this user updated last: an id.",
    "branch_then": "The branch that the client belonged to in the period, by its code.",
    "area_then": "The area that the client belonged to in the period, by its code.",
    "open": "Only clients whose row still asks for work, or only the others.",
    "opened_in": "The branch that the client's row was opened in, by its code.",
    "moved_in": "A branch that the row came to from another one, by its code.",
    "moved_out": "A branch that the row was in and has left, by its code.",
    "ever_exempt": "Only clients that were exempt at some time in the period, or only the others.",
    "opened_from": "Only clients whose row was opened at this moment or later.",
    "opened_before": "Only clients whose row was opened before this moment.",
    "promised_before": "Only clients who promised to pay before this day.",
    "recorded": "Which records of --recorded-by count: all updates, or those of one kind.",
    "recorded_by": "Only clients with a record by this user, in --period or in any: an id.",
    "recorded_from": "Only records at this moment or later.",
    "recorded_before": "Only records before this moment.",
    "recorded_reason": "Only records with this reason, by its code.",
    "within_reports": "Only clients that your reports:read covers, or only the others.",
    "contacted": "Only clients that were reached in the period, or only those that were not.",
    "contact_branch": "The branch that reached the client first in the period, by its code.",
    "contact_area": "The area whose branch reached the client first in the period, by its code.",
    "contact_by": "Only clients that this user reached first in the period: an id.",
    "done_by": "Only clients whose period this user finished: an id.",
    "done_until": "Only clients whose period was finished on this day or before.",
}
_SWITCHES = {
    "active": "--active/--inactive",
    "exempt": "--exempt/--not-exempt",
    "terminal": "--terminal/--not-terminal",
    "touched": "--touched/--untouched",
    "has_payment": "--paid/--not-paid",
    "open": "--open/--not-open",
    "ever_exempt": "--ever-exempt/--never-exempt",
    "within_reports": "--within-reports/--beyond-reports",
    "contacted": "--contacted/--not-contacted",
}


_HEAD = (
    *("code", "name", "company", "branch", "past due", "period", "status", "follow up", "officer"),
)
_SPARE = ("company", "officer", "period", "follow up")


def _filter_options(command: _Command) -> _Command:
    """Add an option for each filter; its value is read as over HTTP."""
    for name, text in reversed(FILTERS.items()):
        if name in _SWITCHES:
            add = click.option(_SWITCHES[name], name, default=None, help=text)
        else:
            option = f"--{name.replace('_', '-')}"
            add = click.option(option, name, metavar="VALUE", help=text)
        command = add(command)
    return command


@click.command(
    "list",
    epilog=example(
        "clientupdater clients list --branch MN-01 --status PENDING --as ana@example.com"
    ),
)
@_filter_options
@click.option(
    "--sort",
    type=click.Choice([str(each) for each in ClientSort]),
    default=str(ClientSort.NAME),
    show_default=True,
    help="The order.",
)
@click.option(
    "--as-of",
    type=MomentType(),
    metavar="MOMENT",
    help="Clients as they stood at a past moment, by code: the filter of a report's --as-of.",
)
@page_options
@as_option
@json_option
@click.pass_obj
def list_(
    session: Session,
    /,
    *,
    sort: str,
    as_of: datetime | None,
    limit: int,
    everything: bool,
    acts: str,
    as_json: bool,
    **params: Any,
) -> None:
    """List the clients that you may see; all filters must match."""
    from clientupdater.entrypoints.http.routes.clients import ClientFilters, filter_of
    from clientupdater.entrypoints.structuring import structured_words

    words = {name: _word(value) for name, value in params.items() if value is not None}
    filters = structured_words(words, ClientFilters)
    with opened_as(session, acts) as (app, caller):
        wanted = filter_of(caller, filters)
        if as_of:
            past = PastQuery(filter=evolve(wanted, as_of=as_of), limit=limit)
            read = partial(app.reports.past_clients.read, caller)
            stood = paged(read, past, everything=everything)
            stood.print("client", _HEAD, map(_past_row, stood.items), _SPARE, as_json=as_json)
            return
        query = ClientQuery(filter=wanted, sort=ClientSort(sort), limit=limit)
        page = paged(lambda q: app.clients.directory.list(caller, q), query, everything=everything)
    page.print("client", _HEAD, map(_row, page.items), _SPARE, as_json=as_json)


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _row(client: ClientRecord) -> tuple[object, ...]:
    current = client.current
    follow_up = current.next_follow_up_on if current else None
    return (
        client.client_code,
        client.full_name,
        client.company,
        client.branch,
        "-" if client.past_due_amount is None else f"{client.past_due_amount:,.2f}",
        current.period if current else "-",
        f"{current.status} {current.reason or ''}".strip() if current else "-",
        follow_up or "-",
        client.assigned_to.name if client.assigned_to else "-",
    )


def _past_row(client: PastClient) -> tuple[object, ...]:
    row = client.snapshot
    return (
        client.client_code,
        client.full_name or "-",
        client.company,
        client.branch,
        "-" if client.past_due_amount is None else f"{client.past_due_amount:,.2f}",
        row.period if row else "-",
        f"{row.status} {row.reason or ''}".strip() if row else "-",
        (row.next_follow_up_on if row else None) or "-",
        client.assigned_to.name if client.assigned_to else "-",
    )


def status_of(client: ClientRecord) -> str:
    """Name the running period and the client's status in it."""
    current = client.current
    if current is None:
        return "-"
    reason = f" {current.reason}" if current.reason else ""
    return f"{current.period} {current.status}{reason}"
