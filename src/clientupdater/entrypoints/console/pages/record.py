"""Recording what came of a call, and undoing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from attrs import evolve, field, frozen

from clientupdater.domain.errors import Fault, InvalidInput, VersionConflict
from clientupdater.domain.events import Channel, Promise
from clientupdater.domain.permissions import Permission
from clientupdater.domain.updates import StatusUpdate
from clientupdater.entrypoints.console.forms import amount_of, day_of
from clientupdater.entrypoints.console.notices import Notice, Undo, noticed
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.pages.client import ClientPageQuery, client_view, names_of
from clientupdater.entrypoints.console.rendering import address, day, today_of
from clientupdater.entrypoints.console.rendering import period as period_text
from clientupdater.entrypoints.console.texts import text
from clientupdater.entrypoints.console.views import CONSOLE, Entered, Redirect, View
from clientupdater.entrypoints.console.worklist import place_of
from clientupdater.entrypoints.http.routes.fields import Version
from clientupdater.entrypoints.http.routes.rights import admitting
from clientupdater.entrypoints.http.routes.update_fields import Code
from clientupdater.entrypoints.structuring import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from clientupdater.domain.periods import Period
    from clientupdater.entrypoints.http.contract import Call
    from clientupdater.usecases.tracking.recording import Written

Typed = Annotated[str, Text(longest=40)]
_ROW = "/clients/{client}/periods/{period}"


@frozen(kw_only=True)
class RecordForm:
    """The outcome of a call or a visit, as a person types it."""

    version: Version
    status: Code | None = None
    reason: Annotated[str, Text(longest=120)] | None = None
    """Behind the status that it belongs to: `DONE.CONFIRMED`. Those of other statuses stay chosen
    in the form, and are left out."""
    remarks: str | None = field(default=None, repr=False)
    has_payment: bool | None = None
    follow_up: Typed | None = None
    channel: Channel | None = None
    promised_on: Typed | None = None
    promised_amount: Typed | None = None
    next: UUID | None = None
    """The client who follows in the worklist."""


@frozen(kw_only=True)
class UndoForm:
    version: Version


@frozen
class Compared:
    """One field of a conflict."""

    name: str
    theirs: str | None = field(repr=False)
    mine: str | None = field(repr=False)

    @property
    def differs(self) -> bool:
        return self.theirs != self.mine


def record(call: Call) -> Redirect:
    """Record the outcome, and go on to the client who follows."""
    form: RecordForm = call.body
    client, period = call.path["client"], call.path["period"]
    update = update_of(form, today_of(call))
    done = call.app.tracking.record(call.caller, client, period, update, call.version or 0)
    return Redirect(to=noticed(call, _onwards(call, form.next), _recorded(call, done)))


def update_of(form: RecordForm, today: date) -> StatusUpdate:
    """Read what was typed, with every fault at once."""
    faults: list[Fault] = []

    def read(of: Callable[..., Any], typed: str | None, *more: object) -> Any:
        try:
            return of(typed, *more) if typed else None
        except InvalidInput as error:
            faults.extend(error.faults)
            return None

    if form.status is None:
        faults.append(Fault("/status", text("record.choose")))
    follow_up = read(day_of, form.follow_up, today, "/follow_up")
    promised_on = read(day_of, form.promised_on, today, "/promised_on")
    amount = read(amount_of, form.promised_amount, "/promised_amount")
    if amount is not None and not form.promised_on:
        faults.append(Fault("/promised_on", text("record.promised_when")))
    if faults or form.status is None:
        raise InvalidInput(faults)
    return StatusUpdate(
        status=form.status,
        reason=_reason(form.status, form.reason),
        remarks=form.remarks,
        has_payment=form.has_payment,
        channel=form.channel,
        next_follow_up_on=follow_up,
        promise=Promise(promised_on, amount) if promised_on else None,
    )


def _reason(status: str, chosen: str | None) -> str | None:
    prefix = f"{status}."
    return chosen.removeprefix(prefix) if chosen and chosen.startswith(prefix) else None


def _onwards(call: Call, following: UUID | None, period: Period | None = None) -> str:
    path = f"{CONSOLE}/clients/{following}" if following else CONSOLE
    return address(path, **place_of(call.query), period=period)


def _recorded(call: Call, done: Written) -> Notice:
    """Say what was recorded for whom, since another client is shown by then."""
    event = done.event
    names = names_of(call.app.configuration.lookups(call.caller, generation=call.generation))
    values = {
        "client": done.client.code,
        "status": names["status_types"].get(event.status, event.status),
        "reason": names["status_reasons"].get(event.reason or "", ""),
        "period": _ended_period(call, done),
        "day": day(event.next_follow_up_on) if event.next_follow_up_on else "",
    }
    name = "record.done_reason" if event.reason else "record.done"
    if event.next_follow_up_on:
        name = "record.done_follow_up"
    undo = Undo(done.client.id, done.row.period, event.sequence)
    return Notice(name, values, undo, event.recorded_at)


def _ended_period(call: Call, done: Written) -> str:
    """Name the period where it is not the running one."""
    ended = done.row.period
    return "" if today_of(call) in ended else text("record.in", period=period_text(ended))


def undo(call: Call) -> Redirect:
    """Void one's own last record (S13), and go back to its client."""
    client, period = call.path["client"], call.path["period"]
    done = call.app.tracking.void(
        call.caller, client, period, call.path["sequence"], None, call.version or 0
    )
    notice = Notice("record.undone", {"client": done.client.code})
    ended = None if today_of(call) in period else period
    return Redirect(to=noticed(call, _onwards(call, done.client.id, ended), notice))


def _record_again(call: Call, entered: Entered) -> View:
    """Show the form with what was typed; after a conflict, beside the other person's record."""
    error = entered.error
    if isinstance(error, VersionConflict):
        view = client_view(call, Entered(fields=entered.fields), "conflict.html")
        return evolve(view, values={**view.values, "comparison": _comparison(view, entered)})
    return client_view(call, entered)


def _comparison(view: View, entered: Entered) -> list[Compared]:
    """Lay what another person recorded beside what was typed, in the words of the page."""
    theirs, names, typed = view.values["snapshot"], view.values["names"], entered.fields
    mine_reason = _reason(typed.get("status", ""), typed.get("reason"))
    rows = (
        (
            "status",
            names["status_types"].get(theirs.status),
            names["status_types"].get(typed.get("status")),
        ),
        (
            "reason",
            names["status_reasons"].get(theirs.reason),
            names["status_reasons"].get(mine_reason),
        ),
        ("remarks", theirs.remarks, typed.get("remarks")),
        ("follow_up", _day(theirs.next_follow_up_on), _typed_day(view, typed.get("follow_up"))),
        ("has_payment", _paid(theirs.has_payment), _paid(typed.get("has_payment"))),
        ("promised_on", _day(theirs.promised_on), _typed_day(view, typed.get("promised_on"))),
    )
    return [Compared(*row) for row in rows if row[1] or row[2]]


def _paid(value: object) -> str | None:
    return text("record.paid") if value else None


def _day(value: date | None) -> str | None:
    return day(value) if value else None


def _typed_day(view: View, typed: str | None) -> str | None:
    """Show the day that was meant; text that names none as it was typed."""
    if not typed or view.call is None:
        return typed
    try:
        return day(day_of(typed, today_of(view.call), ""))
    except InvalidInput:
        return typed


def _undo_refused(call: Call, entered: Entered) -> View:
    return client_view(call, refusal=entered.faults)


PAGES = (
    Page(
        method="POST",
        path=f"{_ROW}/events",
        summary="Record an update",
        handle=record,
        show_again=_record_again,
        query=ClientPageQuery,
        body=RecordForm,
        permission=Permission.STATUS_UPDATE,
        admit=admitting(Permission.STATUS_UPDATE),
        versioned=True,
    ),
    Page(
        method="POST",
        path=f"{_ROW}/events/{{sequence}}/void",
        summary="Undo a record",
        handle=undo,
        show_again=_undo_refused,
        query=ClientPageQuery,
        body=UndoForm,
        permission=Permission.STATUS_UPDATE,
        admit=admitting(Permission.STATUS_CORRECT, Permission.STATUS_UPDATE),
        versioned=True,
    ),
)
