"""Lists of clients, searches, and single clients."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, TypeVar
from uuid import UUID

import attrs
from attrs import field, frozen

from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.ids import ClientId, PersonId
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.domain.rate_limits import Activity
from clientupdater.entrypoints.http.contract import Call, Endpoint, Result
from clientupdater.entrypoints.http.cursors import opened_place, sealed_cursor
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.fields import Cursor, Limit
from clientupdater.entrypoints.structuring import Integer, Text
from clientupdater.ports.client_filter import ClientFilter, Recorded, StatusFilter
from clientupdater.ports.lists import ClientKey, ClientQuery, ClientRecord, ClientSort

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.domain.callers import Caller

Code = Annotated[str, Text(longest=100, shortest=1)]
Days = Annotated[int, Integer(0, 3660)]
T = TypeVar("T")


@frozen(kw_only=True)
class ClientFilters:
    """Filters of clients; all of them must match."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"company": "FCASH", "branch": "QC01", "status": "PENDING"}

    company: Code | None = None
    branch: Code | None = None
    area: Code | None = None
    product: Annotated[Code | None, About("The loan product, or `none`.", "FCASH_SSS")] = None
    pension_type: Annotated[Code | None, About("The kind of pension, or `none`.", "SSS")] = None
    pensioner_type: Code | None = None
    par_status: Code | None = None
    account_type: Code | None = None
    active: bool | None = None
    assigned_to: Annotated[
        Annotated[str, Text(longest=36, shortest=2)] | None,
        About("The officer: an id, `me`, or `none`.", "me"),
    ] = None
    loan_status: Code | None = None
    past_due_from: Decimal | None = None
    past_due_to: Decimal | None = None
    period: Period | None = None
    status: Code | None = None
    reason: Code | None = None
    exempt: Annotated[
        bool | None, About("True: only clients that are exempt in the period.", example=False)
    ] = None
    terminal: bool | None = None
    touched: bool | None = None
    untouched_days: Days | None = None
    has_payment: bool | None = None
    follow_up_before: date | None = None
    updated_by: Annotated[
        UUID | None, About("Only clients that this user updated last: an id.")
    ] = None
    branch_then: Code | None = None
    area_then: Annotated[
        Code | None, About("The area that the client belonged to in the period: its code.", "NCR")
    ] = None
    open: bool | None = None
    opened_in: Code | None = None
    moved_in: Code | None = None
    moved_out: Code | None = None
    ever_exempt: bool | None = None
    opened_from: datetime | None = None
    opened_before: datetime | None = None
    promised_before: date | None = None
    recorded: Recorded | None = None
    recorded_by: UUID | None = None
    recorded_from: datetime | None = None
    recorded_before: datetime | None = None
    recorded_reason: Code | None = None
    within_reports: bool | None = None
    contacted: Annotated[
        bool | None, About("True: only clients that were reached in the period.", example=True)
    ] = None
    contact_branch: Annotated[
        Code | None, About("Only clients that this branch reached first in the period.", "QC01")
    ] = None
    contact_area: Annotated[
        Code | None,
        About("Only clients that a branch of this area reached first in the period.", "NCR"),
    ] = None
    contact_by: Annotated[
        UUID | None, About("Only clients that this user reached first in the period: an id.")
    ] = None
    done_by: Annotated[
        UUID | None, About("Only clients whose period this user finished: an id.")
    ] = None
    done_until: Annotated[
        date | None, About("Only clients whose period was finished on this day or before.")
    ] = None


@frozen(kw_only=True)
class ClientsListQuery(ClientFilters):
    """Filters, order and page of a list of clients."""

    sort: ClientSort = ClientSort.NAME
    limit: Limit = 50
    cursor: Cursor | None = None


@frozen(kw_only=True)
class SearchClientsRequest(ClientsListQuery):
    """Words to search for, and the filters of `listClients`."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"q": "rey juan", "branch": "QC01", "limit": 50}

    q: Annotated[str, Text(longest=200)] | None = field(default=None, repr=False)


@frozen
class ClientsPage:
    """A page of clients."""

    items: Sequence[ClientRecord]
    next_cursor: str | None
    has_more: bool


@frozen
class _Placed(Generic[T]):
    value: T
    client: UUID
    is_undated: bool = False


_BY_SORT: dict[ClientSort, Any] = {
    ClientSort.NAME: _Placed[str],
    ClientSort.CODE: _Placed[str],
    ClientSort.UPDATED_AT: _Placed[datetime],
    ClientSort.PAST_DUE_AMOUNT: _Placed[int],
    ClientSort.FOLLOW_UP: _Placed[str],
}
"""Follow-up sorts by day, then by name for clients without a day; the text is read as either."""


def list_clients(call: Call) -> ClientsPage:
    """List the clients that you may see. All filters must match; those about a period need
    `status:read` and mean the running period unless `period` is given.
    """
    return _clients(call, call.query, partial(call.app.clients.directory.list, call.caller))


def search_clients(call: Call) -> ClientsPage:
    """Search by name, client code, contact number or whole pension number, with the filters of
    `listClients`. The words are in the body, so that they never appear in an address.
    """
    return _clients(call, call.body, partial(call.app.clients.directory.search, call.caller))


def _clients(
    call: Call, params: ClientsListQuery, read: Callable[[ClientQuery], Any]
) -> ClientsPage:
    after: _Placed[Any] | None = (
        opened_place(call, params.cursor, _BY_SORT[params.sort]) if params.cursor else None
    )
    page = read(
        ClientQuery(
            filter=filter_of(call.caller, params),
            q=getattr(params, "q", None),
            sort=params.sort,
            limit=params.limit,
            after=_client_key(params.sort, after) if after else None,
        )
    )
    cursor = sealed_cursor(call, page.after) if page.after else None
    return ClientsPage(page.items, cursor, page.has_more)


def _client_key(sort: ClientSort, place: _Placed[Any]) -> ClientKey:
    is_day = sort is ClientSort.FOLLOW_UP and not place.is_undated
    value = date.fromisoformat(place.value) if is_day else place.value
    return ClientKey(value, ClientId(place.client), place.is_undated)


def filter_of(caller: Caller, params: ClientFilters) -> ClientFilter:
    """Read the filters that lists, searches and exports share."""
    own = {a.name for a in attrs.fields(ClientFilter)} - {"row", "assigned_to", "as_of"}
    rows = {a.name: getattr(params, a.name) for a in attrs.fields(StatusFilter)}
    is_asked = any(value is not None for value in rows.values())
    return ClientFilter(
        **{name: getattr(params, name) for name in own},
        assigned_to=_officer(caller, params.assigned_to),
        row=StatusFilter(**rows) if is_asked else None,
    )


def _officer(caller: Caller, text: str | None) -> Any:
    if text is None or text == "none":
        return text
    if text == "me":
        return caller.actor.id
    try:
        return PersonId(UUID(text))
    except ValueError:
        raise InvalidInput.of("/assigned_to", "is an id, me or none") from None


def get_client(call: Call) -> Result:
    """Show a client with the snapshot of the running period."""
    shown = call.app.clients.directory.show(call.caller, call.path["client"])
    return Result(value=shown, version=shown.version)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/clients",
        summary="List clients",
        handle=list_clients,
        query=ClientsListQuery,
        answers=ClientsPage,
        permission=Permission.CLIENTS_READ,
    ),
    Endpoint(
        method="POST",
        path="/clients/search",
        summary="Search for clients",
        handle=search_clients,
        body=SearchClientsRequest,
        answers=ClientsPage,
        once=False,
        counts_as=Activity.READ,
        permission=Permission.CLIENTS_READ,
    ),
    Endpoint(
        method="GET",
        path="/clients/{client}",
        summary="Get a client",
        handle=get_client,
        answers=ClientRecord,
        permission=Permission.CLIENTS_READ,
    ),
)
