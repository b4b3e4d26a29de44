"""``clientupdater worklist``: the clients to contact next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.paging import page_options, paged
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    note,
    print_json,
)
from clientupdater.ports.lists import WorklistOrder, WorklistQuery

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.ports.lists import WorklistItem

_Command = TypeVar("_Command", bound="Callable[..., Any]")

_HEAD = (
    *("code", "name", "contact number", "branch", "past due", "cause", "period", "status"),
    "follow up",
)
_SPARE = ("period", "follow up", "branch", "past due")


FILTERS = {
    "cause": "Why the client has its place, such as follow_up_due.",
    "branch": "The branch's code.",
    "area": "The area's code.",
    "product": "The loan product's code.",
    "par_status": "The portfolio-at-risk status, by its code.",
    "past_due_from": "Only clients that owe at least this amount.",
    "past_due_to": "Only clients that owe at most this amount.",
}


def _filter_options(command: _Command) -> _Command:
    """Add an option for each filter; its value is read as over HTTP."""
    for name, text in reversed(FILTERS.items()):
        command = click.option(f"--{name.replace('_', '-')}", metavar="VALUE", help=text)(command)
    return command


@click.command(
    epilog=example("clientupdater worklist --branch MN-01 --cause not_touched --as ana@example.com")
)
@_filter_options
@click.option(
    "--order",
    type=click.Choice([str(each) for each in WorklistOrder]),
    help="By urgency (work) or by name.  [default: the order that the business set]",
)
@page_options
@as_option
@json_option
@click.pass_obj
def worklist(
    session: Session, /, *, order: str | None, limit: int, everything: bool, acts: str,
    as_json: bool, **params: str | None,
) -> None:  # fmt: skip
    """List the clients to contact next, the most urgent first.

    All filters must match.
    """
    from clientupdater.entrypoints.http.routes.worklist import (
        WorklistFilters,
        counts_reply,
        worklist_filter_of,
    )
    from clientupdater.entrypoints.structuring import structured_words

    words = {name: value for name, value in params.items() if value is not None}
    wanted = worklist_filter_of(structured_words(words, WorklistFilters))
    with opened_as(session, acts) as (app, caller):
        query = WorklistQuery(
            filter=wanted, order=WorklistOrder(order) if order else None, limit=limit
        )
        page = paged(lambda q: app.worklist.read(caller, q), query, everything=everything)
        counts = app.worklist.counts(caller, wanted)
    if as_json:
        more = {"items": page.items, "has_more": page.has_more}
        print_json({"counts": counts_reply(counts), **more})
        return
    figures = counts.totals.figures.items()
    note(", ".join(f"{figure.value:,} {name.replace('_', ' ')}" for name, figure in figures))
    page.print("client", _HEAD, map(_row, page.items), _SPARE, as_json=False)


def _row(item: WorklistItem) -> tuple[object, ...]:
    client, snapshot = item.client, item.snapshot
    return (
        client.client_code,
        client.full_name,
        client.contact_number or client.contact_number_alt or "-",
        client.branch,
        "-" if client.past_due_amount is None else f"{client.past_due_amount:,.2f}",
        item.cause,
        snapshot.period,
        snapshot.status,
        snapshot.next_follow_up_on or "-",
    )
