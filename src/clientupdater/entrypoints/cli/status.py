"""``clientupdater status``: record status updates, show their history, and undo them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import click

from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.events import Channel, Promise
from clientupdater.domain.updates import StatusUpdate
from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.field_file import read_moment
from clientupdater.entrypoints.cli.field_import import import_
from clientupdater.entrypoints.cli.naming import (
    PeriodType,
    client_ref,
    period_of,
    version_of,
)
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    print_json,
)
from clientupdater.entrypoints.cli.tables import print_table
from clientupdater.entrypoints.cli.written import print_written
from clientupdater.entrypoints.http.routes.rows import PeriodEvent, period_events

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.domain.periods import Period

_ACTOR = "--as ana@example.com"
_DAY = click.DateTime(["%Y-%m-%d"])
_client = click.argument("client")
_period = click.option("--period", type=PeriodType(), help="[default: the client's current period]")
_remarks = click.option("--remarks", help="Remarks for the history.")
_version = click.option(
    "--version",
    type=click.IntRange(min=0),
    help="The row's version that you saw.  [default: the current one]",
)


@click.group()
def status() -> None:
    """Record status updates, show their history, and undo them.

    CLIENT is a code or an id.
    """


@status.command(
    "set",
    epilog=example(
        f"clientupdater status set FC-000001 DONE --reason CONFIRMED --channel call {_ACTOR}"
    ),
)
@_client
@click.argument("status")
@click.option("--reason", help="Required by some statuses, such as DONE.")
@_remarks
@click.option("--paid/--not-paid", default=None, help="Whether the client paid.")
@click.option("--occurred-at", help="When the call or visit took place.  [default: now]")
@click.option("--follow-up", type=_DAY, help="The day of the next follow-up.")
@click.option(
    "--channel",
    type=click.Choice([str(each) for each in Channel]),
    help="How the client was reached.",
)
@click.option("--promised-on", type=_DAY, help="The day by which the client promised to pay.")
@click.option("--promised-amount", help="The amount that the client promised.")
@_period
@_version
@as_option
@json_option
@click.pass_obj
def set_(session: Session, /, *, client: str, acts: str, as_json: bool, **params: Any) -> None:
    """Record the outcome of a call or a visit.

    A time without an offset is in BUSINESS_TIMEZONE.
    """
    update = _update(params, session.settings.business_timezone)
    ref = client_ref(client)
    with opened_as(session, acts) as (app, caller):
        period = period_of(app, caller, ref, params["period"])
        version = version_of(app, caller, ref, period, params["version"])
        done = app.tracking.record(caller, ref, period, update, version)
        print_written(done, as_json=as_json)


@status.command(epilog=example(f"clientupdater status history FC-000001 {_ACTOR}"))
@_client
@_period
@as_option
@json_option
@click.pass_obj
def history(
    session: Session, /, *, client: str, period: Period | None, acts: str, as_json: bool
) -> None:
    """List the events of a client's row, oldest first."""
    ref = client_ref(client)
    with opened_as(session, acts) as (app, caller):
        result = app.tracking.show_history(caller, ref, period_of(app, caller, ref, period))
        events = period_events(result.events, result.names)
    if as_json:
        print_json({"items": events})
        return
    zone = session.settings.business_timezone
    head = ("no.", "when", "what", "status", "reason", "by", "remarks")
    print_table(head, [_row(each, zone) for each in events], wraps=True)


@status.command(
    epilog=example(
        "clientupdater status reopen FC-000001 --remarks 'wrong client' --as boss@example.com"
    )
)
@_client
@_remarks
@_period
@_version
@as_option
@json_option
@click.pass_obj
def reopen(session: Session, /, *, client: str, acts: str, as_json: bool, **params: Any) -> None:
    """Reopen a row that is DONE; it returns to its status before."""
    ref = client_ref(client)
    with opened_as(session, acts) as (app, caller):
        period = period_of(app, caller, ref, params["period"])
        version = version_of(app, caller, ref, period, params["version"])
        done = app.tracking.reopen(caller, ref, period, params["remarks"], version)
        print_written(done, as_json=as_json)


@status.command(
    epilog=example(
        "clientupdater status void FC-000001 2 --remarks 'typed twice' --as boss@example.com --yes"
    )
)
@_client
@click.argument("sequence", type=click.IntRange(min=0))
@_remarks
@_period
@_version
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_option
@json_option
@click.pass_obj
def void(
    session: Session, /, *, client: str, sequence: int, acts: str, as_json: bool, **params: Any
) -> None:
    """Undo one event of a client's row, by its number in the history; it stays readable.

    For your own last update, undo does the same without status:correct.
    """
    ref = client_ref(client)
    with opened_as(session, acts) as (app, caller):
        period = period_of(app, caller, ref, params["period"])
        version = version_of(app, caller, ref, period, params["version"])
        if not params["yes"]:
            question = f"This undoes event {sequence} of {period} for good. Go on?"
            click.confirm(question, abort=True, err=True)
        done = app.tracking.void(caller, ref, period, sequence, params["remarks"], version)
        print_written(done, as_json=as_json)


@status.command(epilog=example(f"clientupdater status undo FC-000001 {_ACTOR}"))
@_client
@_remarks
@_period
@_version
@as_option
@json_option
@click.pass_obj
def undo(session: Session, /, *, client: str, acts: str, as_json: bool, **params: Any) -> None:
    """Undo your own last update, within minutes of recording it.

    The setting status.undo_minutes says how many.
    """
    ref = client_ref(client)
    with opened_as(session, acts) as (app, caller):
        period = period_of(app, caller, ref, params["period"])
        version = version_of(app, caller, ref, period, params["version"])
        done = app.tracking.void(caller, ref, period, version, params["remarks"], version)
        print_written(done, as_json=as_json)


status.add_command(import_)


def _update(values: dict[str, Any], zone: tzinfo) -> StatusUpdate:
    return StatusUpdate(
        status=values["status"],
        reason=values["reason"],
        remarks=values["remarks"],
        has_payment=values["paid"],
        occurred_at=read_moment(values["occurred_at"], zone) if values["occurred_at"] else None,
        channel=Channel(values["channel"]) if values["channel"] else None,
        next_follow_up_on=_day(values["follow_up"]),
        promise=_promise(_day(values["promised_on"]), values["promised_amount"]),
    )


def _day(value: Any) -> date | None:
    return value.date() if value else None


def _promise(on: date | None, amount: str | None) -> Promise | None:
    if on is None:
        if amount is not None:
            raise InvalidInput.of("--promised-on", "is required with --promised-amount")
        return None
    try:
        return Promise(on, None if amount is None else Decimal(amount))
    except InvalidOperation:
        raise InvalidInput.of("--promised-amount", "expected an amount such as 1500.00") from None


def _row(event: PeriodEvent, zone: tzinfo) -> tuple[object, ...]:
    what = event.kind + (f" {event.voids}" if event.voids is not None else "")
    if event.voided_by is not None:
        what += f" (voided by {event.voided_by})"
    return (
        event.sequence,
        f"{event.occurred_at.astimezone(zone):%Y-%m-%d %H:%M}",
        what,
        event.status,
        event.reason or "",
        event.by.name if event.by else "the system",
        event.remarks or "",
    )
