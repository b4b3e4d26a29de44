"""What the filters of client lists can be (A10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import Endpoint
from clientupdater.entrypoints.http.routes.rows import PersonShown, shown_as

if TYPE_CHECKING:
    from clientupdater.entrypoints.http.contract import Call


@frozen
class OptionShown:
    """One value of a filter."""

    code: str
    name: str
    is_active: bool


@frozen
class StatusOptionShown:
    """A status, with its reasons."""

    code: str
    name: str
    is_active: bool
    reasons: tuple[OptionShown, ...]


@frozen(kw_only=True)
class FilterOptionsShown:
    """What each filter can be; statuses need status:read."""

    companies: tuple[OptionShown, ...]
    branches: tuple[OptionShown, ...]
    areas: tuple[OptionShown, ...]
    products: tuple[OptionShown, ...]
    pension_types: tuple[OptionShown, ...]
    pensioner_types: tuple[OptionShown, ...]
    par_statuses: tuple[OptionShown, ...]
    account_types: tuple[OptionShown, ...]
    statuses: tuple[StatusOptionShown, ...]
    loan_statuses: tuple[str, ...]
    officers: tuple[PersonShown, ...]


def show_filter_options(call: Call) -> FilterOptionsShown:
    """Tell what the filters can be; the options have the members that they are shown with."""
    result = call.app.filter_options.show(call.caller, generation=call.generation)
    return shown_as(FilterOptionsShown, result)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/clients/filter-options",
        summary="What the filters of a list of clients can be, for what one may see.",
        handle=show_filter_options,
        answers=FilterOptionsShown,
        permission=Permission.CLIENTS_READ,
    ),
)
