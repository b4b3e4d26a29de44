"""Many clients at once: choose them in a list, look at what will work, then do it.

What was previewed is what is done: the second form carries the officer of each client, or the
version of each row.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

import attrs
from attrs import field, frozen

from clientupdater.domain.errors import Forbidden, InvalidInput
from clientupdater.domain.ids import ClientId, PersonId
from clientupdater.domain.lookups import offered_statuses
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.domain.rate_limits import Activity
from clientupdater.domain.updates import StatusUpdate
from clientupdater.entrypoints.console.forms import chosen_in, sent_fields
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.pages.client import names_of
from clientupdater.entrypoints.console.pages.clients import ClientsQuery, params_of
from clientupdater.entrypoints.console.rendering import address
from clientupdater.entrypoints.console.texts import text
from clientupdater.entrypoints.console.views import CONSOLE, Entered, View
from clientupdater.entrypoints.http.routes.clients import list_clients
from clientupdater.usecases.tracking.bulk import BulkItem
from clientupdater.usecases.tracking.judging import PlannedUpdate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.domain.errors import Error
    from clientupdater.entrypoints.http.contract import Call
    from clientupdater.ports.lists import ClientRecord

PATH = f"{CONSOLE}/many"
_ITEMS = 50
_CLIENT, _OFFICER, _NONE = "client.", "officer.", "none"
_ROUTE = "the console's choice of many"
MOST_OFFICERS = 150
"""Officers that a page offers; of more, a person chooses a branch's with the command."""


class Doing(StrEnum):
    """What is done to all of them."""

    ASSIGN = "assign"
    UNASSIGN = "unassign"
    RECORD = "record"


@frozen(kw_only=True)
class ManyForm:
    """What to do; the clients and officers are fields of their own."""

    TAKES_MORE: ClassVar[bool] = True

    do: Doing
    outcome: str | None = None
    """A status, or `STATUS.REASON`."""
    remarks: str | None = field(default=None, repr=False)


@frozen
class Verdict:
    """What will happen, or has happened, to one client."""

    client: UUID
    name: str = field(repr=False)
    code: str = field(repr=False)
    text: str = field(repr=False)
    is_well: bool = False
    carried: str = ""
    """What the second form says of this client."""


def show_many(call: Call) -> View:
    return _choose(call, Entered())


def _choose(call: Call, entered: Entered) -> View:
    """Show the list; after a refusal with what was chosen."""
    page = _page(call)
    officers = _officers(call)
    params, actor = params_of(call.query), call.caller.actor
    following = address(PATH, **{**params, "cursor": page.next_cursor})
    lookups = call.app.configuration.lookups(call.caller, generation=call.generation)
    company = call.query.company or (page.items[0].company if page.items else "")
    may_record = bool(actor.grants_of(Permission.STATUS_UPDATE))
    return View(
        template="many.html",
        call=call,
        values={
            "items": page.items,
            "names": names_of(lookups),
            "place": _place(call),
            "list": address(f"{CONSOLE}/clients", **params),
            "next_page": following if page.next_cursor else None,
            "officers": officers[:MOST_OFFICERS],
            "has_more_officers": len(officers) > MOST_OFFICERS,
            "statuses": offered_statuses(lookups, company) if may_record else (),
            "entered": entered,
        },
    )


def _officers(call: Call) -> list[tuple[UUID, str]]:
    """List who has clients now, and the active users whom the person may see."""
    app, actor = call.app, call.caller.actor
    if not actor.grants_of(Permission.CLIENTS_ASSIGN):
        return []
    options = app.clients.filter_options.show(call.caller, generation=call.generation)
    officers = {each.id: each.name for each in options.officers}
    if actor.grants_of(Permission.USERS_READ):
        users = app.people.users.list(call.caller, at_most=MOST_OFFICERS + 1, active=True)
        ids = [each.place.id for each in users]
        named = app.configuration.names(call.caller, ids, generation=call.generation).people
        officers.update(named)
    return sorted(officers.items(), key=lambda officer: officer[1])


def _page(call: Call) -> Any:
    query = attrs.evolve(call.query, limit=_ITEMS)
    return list_clients(attrs.evolve(call, route=_ROUTE, query=query))


def _place(call: Call) -> str:
    """Write the page of the list as an address's query, so that the forms stay on it."""
    return address("", **{**params_of(call.query), "cursor": call.query.cursor})


def preview(call: Call) -> View:
    """Say for each client what would happen, and why not."""
    fields, form = sent_fields(call), call.body
    clients = [ClientId(each) for each in chosen_in(fields, _CLIENT)]
    if not clients:
        raise InvalidInput.of("/clients", text("many.choose"))
    judge = _judge_record if form.do is Doing.RECORD else _judge_assignment
    verdicts = judge(call, clients, _records(call))
    return View(
        template="many_preview.html",
        call=call,
        values={
            "verdicts": verdicts,
            "works": sum(each.is_well for each in verdicts),
            "do": form.do,
            "carried": {
                "do": form.do,
                "outcome": form.outcome or "",
                "remarks": form.remarks or "",
                **{f"{_CLIENT}{v.client}": v.carried for v in verdicts if v.is_well},
            },
            "what": _what(call),
            "place": _place(call),
        },
    )


def _records(call: Call) -> Mapping[UUID, ClientRecord]:
    return {each.id: each for each in _page(call).items}


def _what(call: Call) -> str:
    """Say what is done to all of them."""
    form = call.body
    if form.do is not Doing.RECORD:
        return text(f"many.{form.do}")
    names = names_of(call.app.configuration.lookups(call.caller, generation=call.generation))
    status, _, reason = (form.outcome or "").partition(".")
    words = [names["status_types"].get(status, status), names["status_reasons"].get(reason, reason)]
    return text("many.record", outcome=" · ".join(filter(None, words)))


def _judge_assignment(
    call: Call, clients: list[ClientId], known: Mapping[UUID, ClientRecord]
) -> list[Verdict]:
    officers = _chosen_officers(call)
    outcomes = call.app.clients.assignments.plan(call.caller, clients, officers)
    people = call.app.configuration.names(call.caller, officers, generation=call.generation).people
    verdicts = []
    for client, outcome in zip(clients, outcomes, strict=True):
        officer = outcome.result.officer if outcome.result else None
        words = text("many.goes_to", name=people[officer]) if officer else text("many.loses")
        verdicts.append(_verdict(client, known, outcome.error, words, str(officer or _NONE)))
    return verdicts


def _chosen_officers(call: Call) -> list[PersonId]:
    """Read who gets the clients; none where the clients lose their officer."""
    if call.body.do is Doing.UNASSIGN:
        return []
    officers = [PersonId(each) for each in chosen_in(sent_fields(call), _OFFICER)]
    if not officers:
        raise InvalidInput.of("/officers", text("many.choose_officer"))
    return officers


def _judge_record(
    call: Call, clients: list[ClientId], known: Mapping[UUID, ClientRecord]
) -> list[Verdict]:
    update = _update(call.body)
    planned = [PlannedUpdate(client=client, update=update) for client in clients]
    verdicts = []
    judgements = call.app.tracking.judge(call.caller, planned)
    for client, judged in zip(clients, judgements, strict=True):
        carried = f"{judged.period} {judged.version}"
        if judged.recorded_as is not None:
            verdicts.append(Verdict(client, *_name(client, known), text("many.same")))
        else:
            verdicts.append(
                _verdict(client, known, judged.error, text("many.is_recorded"), carried)
            )
    return verdicts


def _update(form: ManyForm) -> StatusUpdate:
    status, _, reason = (form.outcome or "").partition(".")
    if not status:
        raise InvalidInput.of("/outcome", text("record.choose"))
    return StatusUpdate(status=status, reason=reason or None, remarks=form.remarks)


def _verdict(
    client: ClientId,
    known: Mapping[UUID, ClientRecord],
    error: Error | None,
    well: str = "",
    carried: str = "",
) -> Verdict:
    name, code = _name(client, known)
    if error:
        return Verdict(client, name, code, error.message)
    return Verdict(client, name, code, well, is_well=True, carried=carried)


def _name(client: ClientId, known: Mapping[UUID, ClientRecord]) -> tuple[str, str]:
    """Name a client of the list, with the code; one who has left it since by the id alone."""
    record = known.get(client)
    return (record.full_name, record.client_code) if record else (str(client), "")


def do_it(call: Call) -> View:
    """Do what was previewed, each client by itself."""
    carried, known = chosen_in(sent_fields(call), _CLIENT), _records(call)
    if not carried:
        raise InvalidInput.of("/clients", text("many.choose"))
    do = _record if call.body.do is Doing.RECORD else _assign
    done = do(call, carried)
    verdicts = [
        _verdict(ClientId(client), known, error, text(f"many.done.{call.body.do}"))
        for client, error in done.items()
    ]
    return View(
        template="many_done.html",
        call=call,
        values={
            "verdicts": verdicts,
            "works": sum(each.is_well for each in verdicts),
            "place": _place(call),
            "what": _what(call),
        },
    )


def _assign(call: Call, carried: Mapping[UUID, str]) -> dict[UUID, Error | None]:
    """Assign the clients of each officer."""
    done: dict[UUID, Error | None] = {}
    for officer in sorted(set(carried.values())):
        clients = [ClientId(each) for each, of in carried.items() if of == officer]
        receiver = None if officer == _NONE else PersonId(_id_of(officer))
        outcomes = call.app.clients.assignments.assign_many(call.caller, clients, receiver)
        done.update(zip(clients, (each.error for each in outcomes), strict=True))
    return done


def _id_of(words: str) -> UUID:
    try:
        return UUID(words)
    except ValueError:
        raise InvalidInput.of("/clients", text("many.changed")) from None


def _record(call: Call, carried: Mapping[UUID, str]) -> dict[UUID, Error | None]:
    update = _update(call.body)
    items = [_item(ClientId(each), words, update) for each, words in carried.items()]
    outcomes = call.app.tracking.record_many(call.caller, items)
    return dict(zip(carried, (each.error for each in outcomes), strict=True))


def _item(client: ClientId, words: str, update: StatusUpdate) -> BulkItem:
    period, _, version = words.partition(" ")
    if not version.isdecimal():
        raise InvalidInput.of("/clients", text("many.changed"))
    return BulkItem(client, Period.parse(period), update, int(version))


def _admit(call: Call) -> None:
    """Refuse a person who may do neither."""
    either = (Permission.CLIENTS_ASSIGN, Permission.STATUS_UPDATE)
    if not any(call.caller.actor.grants_of(each) for each in either):
        raise Forbidden(Permission.CLIENTS_ASSIGN)


PAGES = (
    Page(
        method="GET",
        path="/many",
        summary="Many at once",
        handle=show_many,
        query=ClientsQuery,
        admit=_admit,
        permission=Permission.CLIENTS_READ,
    ),
    Page(
        method="POST",
        path="/many/preview",
        summary="Preview many at once",
        handle=preview,
        show_again=_choose,
        query=ClientsQuery,
        body=ManyForm,
        once=False,
        counts_as=Activity.READ,
        admit=_admit,
        permission=Permission.CLIENTS_READ,
    ),
    Page(
        method="POST",
        path="/many",
        summary="Do many at once",
        handle=do_it,
        show_again=_choose,
        query=ClientsQuery,
        body=ManyForm,
        admit=_admit,
        permission=Permission.CLIENTS_READ,
    ),
)
