"""The values that the filters of client lists can have, for one reader (A10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from clientupdater.ports.lists import PersonName


@frozen
class Option:
    """One value of a filter; a client may still have one that is no longer in use."""

    code: str
    name: str
    is_active: bool


@frozen
class StatusOption(Option):
    """A status with its reasons."""

    reasons: tuple[Option, ...]


@frozen(kw_only=True)
class FilterOptions:
    """The values of each filter, in the order in which a screen shows them."""

    companies: tuple[Option, ...]
    branches: tuple[Option, ...]
    areas: tuple[Option, ...]
    products: tuple[Option, ...]
    pension_types: tuple[Option, ...]
    pensioner_types: tuple[Option, ...]
    par_statuses: tuple[Option, ...]
    account_types: tuple[Option, ...]
    statuses: tuple[StatusOption, ...]
    loan_statuses: tuple[str, ...]
    officers: tuple[PersonName, ...]
