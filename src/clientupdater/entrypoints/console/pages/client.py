"""A client: who this is, where they stand, the form to record, and the history."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from attrs import frozen

from clientupdater.domain.access import ClientPlace, decide
from clientupdater.domain.errors import NotFound
from clientupdater.domain.events import Channel
from clientupdater.domain.ids import ClientId, PersonId
from clientupdater.domain.lookups import offered_statuses
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.domain.statuses import DONE
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.rendering import address, day, period, today_of
from clientupdater.entrypoints.console.texts import text
from clientupdater.entrypoints.console.views import CONSOLE, Entered, View
from clientupdater.entrypoints.console.worklist import (
    QueueQuery,
    cause_text,
    place_of,
    read_place,
)
from clientupdater.entrypoints.http.routes.rows import period_events, snapshot_of
from clientupdater.usecases.tracking.service import MOST_HISTORIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.domain.lookups import Lookups
    from clientupdater.entrypoints.console.worklist import WorklistPlace
    from clientupdater.entrypoints.http.contract import Call
    from clientupdater.entrypoints.http.routes.rows import PeriodEvent
    from clientupdater.ports.lists import ClientRecord, PeriodSnapshot

_HISTORIES = 6
"""Periods that a page shows, unless it is asked for all."""
_LOOKUPS = {
    "product": "products",
    "pension_type": "pension_types",
    "pensioner_type": "pensioner_types",
    "account_type": "account_types",
}
_ASKED = (
    Permission.STATUS_READ,
    Permission.STATUS_UPDATE,
    Permission.STATUS_HISTORY_READ,
    Permission.CLIENTS_UPDATE,
    Permission.CLIENTS_REVEAL,
)


@frozen
class PeriodHistory:
    """What happened to the client in a period, the latest event first."""

    period: Period
    status: str
    reason: str | None
    events: tuple[PeriodEvent, ...]


@frozen
class RecordablePeriod:
    """A period that the person can record for."""

    snapshot: PeriodSnapshot
    until: date | None
    """The last day for it, where it has ended."""
    address: str


@frozen(kw_only=True)
class ClientPageQuery(QueueQuery):
    period: Period | None = None
    """The period to record for; None: the running one."""
    older: bool | None = None
    """Whether to show every period."""


def show_client(call: Call) -> View:
    return client_view(call)


def client_view(
    call: Call, entered: Entered | None = None, template: str = "client.html", **more: Any
) -> View:
    """Show the client of the path, with a form as it was typed, if there is one."""
    record = call.app.clients.directory.show(call.caller, call.path["client"])
    lookups = call.app.configuration.lookups(call.caller, generation=call.generation)
    place = _place(call, record)
    allowed = _allowed(call, place)
    today, queue = today_of(call), read_place(call)
    periods = _periods(call, record, place, allowed)
    snapshot = _chosen(call, record, periods)
    histories = _histories(call, record, allowed)
    names = names_of(lookups)
    values = {
        "client": record,
        "snapshot": snapshot,
        "periods": periods if len(periods) > 1 else (),
        "names": names,
        "allowed": allowed,
        "statuses": _statuses(record, snapshot, lookups, allowed),
        "channels": tuple(Channel),
        "entered": entered or Entered(),
        "queue": queue,
        "following": queue.after(record.id) if queue else None,
        "cause_text": lambda item: cause_text(item, today),
        "place": queue.query if queue else "",
        "why_closed": _why_closed(snapshot, allowed),
        "facts": _facts(record, names),
        "histories": histories,
        "older": _older(call, queue, histories),
        "pension_number": None,
        "refusal": {},
        **more,
    }
    return View(template=template, call=call, values=values)


def names_of(lookups: Lookups) -> Mapping[str, Mapping[str, str]]:
    """Give the name of each code, by the table that it stands in."""
    return {table: {each.code: each.name for each in entries} for table, entries in lookups.items()}


def _place(call: Call, record: ClientRecord) -> ClientPlace:
    names = call.app.configuration.names(call.caller, generation=call.generation)
    return ClientPlace(
        _id_of(names.companies, record.company),
        _id_of(names.branches, record.branch),
        PersonId(record.assigned_to.id) if record.assigned_to else None,
    )


def _allowed(call: Call, place: ClientPlace) -> frozenset[str]:
    """List what the person may do to this client; the rest is not offered."""
    actor = call.caller.actor
    return frozenset(str(each) for each in _ASKED if decide(actor, each, place).allowed)


def _id_of(codes: Mapping[Any, str], code: str) -> Any:
    return next(each for each, named in codes.items() if named == code)


def _periods(
    call: Call, record: ClientRecord, place: ClientPlace, allowed: frozenset[str]
) -> tuple[RecordablePeriod, ...]:
    """List what the person can record for: the running period, and one in its backdating days."""
    if not allowed.issuperset({Permission.STATUS_READ, Permission.STATUS_UPDATE}):
        return ()
    ended = call.app.periods.in_backdating(call.caller, place.company, call.generation)
    rows = [(row, last) for period, last in ended.items() if (row := _row(call, period))]
    current = [(record.current, None)] if record.current else []
    path, params = f"{CONSOLE}/clients/{record.id}", place_of(call.query)
    return tuple(
        RecordablePeriod(row, last, address(path, **params, period=row.period if last else None))
        for row, last in [*current, *rows]
    )


def _row(call: Call, period: Period) -> PeriodSnapshot | None:
    """Show the client's row of a period; None where there is none."""
    try:
        shown = call.app.tracking.show_row(call.caller, call.path["client"], period)
    except NotFound:
        return None
    return snapshot_of(shown.client, shown.row, shown.names)


def _chosen(
    call: Call, record: ClientRecord, periods: tuple[RecordablePeriod, ...]
) -> PeriodSnapshot | None:
    """Give the row that the form is for: of the period that was sent or asked for, else now's."""
    asked = call.path.get("period") or getattr(call.query, "period", None)
    return next((p.snapshot for p in periods if p.snapshot.period == asked), record.current)


def _statuses(
    record: ClientRecord,
    current: PeriodSnapshot | None,
    lookups: Lookups,
    allowed: frozenset[str],
) -> tuple[Any, ...]:
    """Offer what can be recorded now: nothing for a row that is done, exempt or not there."""
    if current is None or current.exempt or current.status == DONE:
        return ()
    if Permission.STATUS_UPDATE not in allowed:
        return ()
    return offered_statuses(lookups, record.company)


def _why_closed(current: PeriodSnapshot | None, allowed: frozenset[str]) -> str:
    """Say why there is no form."""
    if Permission.STATUS_UPDATE not in allowed:
        return text("client.closed_unseen")
    if current is None:
        return text("client.closed_none")
    if current.exempt:
        cause = text(f"exempt.{current.exempt}")
        return text("client.closed_exempt", period=period(current.period), cause=cause)
    return text("client.closed_done", period=period(current.period))


def _facts(record: ClientRecord, names: Mapping[str, Mapping[str, str]]) -> list[tuple[str, Any]]:
    """List what is known of a client, each under its name in the catalogue of texts."""
    officer, born = record.assigned_to, record.birth_date
    named = [(field, getattr(record, field), names[table]) for field, table in _LOOKUPS.items()]
    return [
        ("company", record.company),
        ("branch", record.branch),
        ("assigned_to", officer.name if officer else None),
        *((field, codes.get(code, code)) for field, code, codes in named),
        ("loan_status", record.loan_status),
        ("birth_date", day(born) if born else None),
        ("address", record.address),
    ]


def _older(
    call: Call, queue: WorklistPlace | None, histories: tuple[PeriodHistory, ...]
) -> str | None:
    """Give the address that shows every period, where some are left out."""
    if call.query.older or len(histories) < _HISTORIES:
        return None
    path = f"{CONSOLE}/clients/{call.path['client']}"
    return address(path, **(queue.place if queue else {}), older="true")


def _histories(
    call: Call, record: ClientRecord, allowed: frozenset[str]
) -> tuple[PeriodHistory, ...]:
    if Permission.STATUS_HISTORY_READ not in allowed:
        return ()
    at_most = MOST_HISTORIES if call.query.older else _HISTORIES
    shown = call.app.tracking.show_histories(call.caller, ClientId(record.id), at_most)
    return tuple(
        PeriodHistory(
            row.period,
            row.snapshot.status,
            row.snapshot.standing.reason,
            period_events(shown.events.get(row.period, ()), shown.names)[::-1],
        )
        for row in shown.rows
    )


PAGES = (
    Page(
        method="GET",
        path="/clients/{client}",
        summary="A client",
        handle=show_client,
        query=ClientPageQuery,
        permission=Permission.CLIENTS_READ,
    ),
)
