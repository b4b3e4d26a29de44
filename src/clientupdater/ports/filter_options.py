"""The values that the filters of client lists can have, for one reader (A10)."""

from __future__ import annotations

from attrs import frozen

from clientupdater.ports.lists import StaffMember


@frozen
class FilterOption:
    """One value of a filter; a client may still have one that is no longer in use."""

    code: str
    name: str
    is_active: bool


@frozen
class StatusOption(FilterOption):
    """A status with its reasons."""

    reasons: tuple[FilterOption, ...]


@frozen(kw_only=True)
class FilterOptions:
    """The values of each filter, in the order in which a screen shows them."""

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
