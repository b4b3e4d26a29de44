"""The values of the filters of client lists (A10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import Endpoint
from clientupdater.entrypoints.http.descriptions.members import About
from clientupdater.entrypoints.http.routes.rows import StaffMember, shape_of

if TYPE_CHECKING:
    from clientupdater.entrypoints.http.contract import Call


@frozen
class FilterOption:
    """A value of a filter."""

    code: str
    name: str
    is_active: bool


@frozen
class StatusOption:
    """A status with its reasons."""

    code: str
    name: str
    is_active: bool
    reasons: Annotated[tuple[FilterOption, ...], About("The reasons under the status.")]


@frozen(kw_only=True)
class FilterOptions:
    """The values of each filter."""

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
    """List the values of each filter of `listClients`, within what you may see."""
    result = call.app.filter_options.show(call.caller, generation=call.generation)
    return shape_of(FilterOptions, result)


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
