"""What the filters of client lists can be (A10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import Endpoint
from clientupdater.entrypoints.http.routes.rows import StaffMember, shape_of

if TYPE_CHECKING:
    from clientupdater.entrypoints.http.contract import Call


@frozen
class FilterOption:
    """One value of a filter."""

    code: str
    name: str
    is_active: bool


@frozen
class StatusOption:
    """A status, with its reasons."""

    code: str
    name: str
    is_active: bool
    reasons: tuple[FilterOption, ...]


@frozen(kw_only=True)
class FilterOptions:
    """What each filter can be; statuses need status:read."""

    companies: tuple[FilterOption, ...]
    branches: tuple[FilterOption, ...]
    areas: tuple[FilterOption, ...]
    products: tuple[FilterOption, ...]
    pension_types: tuple[FilterOption, ...]
    pensioner_types: tuple[FilterOption, ...]
    par_statuses: tuple[FilterOption, ...]
    account_types: tuple[FilterOption, ...]
    statuses: tuple[StatusOption, ...]
    loan_statuses: tuple[str, ...]
    officers: tuple[StaffMember, ...]


def get_filter_options(call: Call) -> FilterOptions:
    """Tell what the filters can be; the options have the members that they are shown with."""
    result = call.app.filter_options.show(call.caller, generation=call.generation)
    return shape_of(FilterOptions, result)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/clients/filter-options",
        summary="What the filters of a list of clients can be, for what one may see.",
        handle=get_filter_options,
        answers=FilterOptions,
        permission=Permission.CLIENTS_READ,
    ),
)
