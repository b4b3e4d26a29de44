"""The values of the filters of client lists (A10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import Endpoint
from clientupdater.ports.filter_options import FilterOptions

if TYPE_CHECKING:
    from clientupdater.entrypoints.http.contract import Call


def get_filter_options(call: Call) -> FilterOptions:
    """List the values of each filter of `listClients`, within what you may see."""
    return call.app.clients.filter_options.show(call.caller, generation=call.generation)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/clients/filter-options",
        summary="List the filter options",
        handle=get_filter_options,
        answers=FilterOptions,
        permission=Permission.CLIENTS_READ,
    ),
)
