"""``clientupdater worklist``: the clients to contact next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.paging import page_options, paged
from clientupdater.entrypoints.cli.session import Session, example, json_option
from clientupdater.ports.lists import WorklistOrder, WorklistQuery

if TYPE_CHECKING:
    from clientupdater.ports.lists import WorklistItem


_HEAD = (
    *("code", "name", "contact number", "branch", "past due", "cause", "period", "status"),
    "follow up",
)
_SPARE = ("period", "follow up", "branch", "past due")


@click.command(epilog=example("clientupdater worklist --as ana@example.com"))
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
    as_json: bool,
) -> None:  # fmt: skip
    """List the clients to contact next, the most urgent first."""
    with opened_as(session, acts) as (app, caller):
        query = WorklistQuery(order=WorklistOrder(order) if order else None, limit=limit)
        page = paged(lambda q: app.worklist.read(caller, q), query, everything=everything)
    page.print("client", _HEAD, map(_row, page.items), _SPARE, as_json=as_json)


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
