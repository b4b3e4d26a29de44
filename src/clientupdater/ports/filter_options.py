"""What lists of clients can be filtered by, for what one may see (A10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from clientupdater.ports.lists import PersonName


@frozen
class Option:
    """One value of a filter; what is no longer in use may still be held by a client."""

    code: str
    name: str
    is_active: bool


@frozen
class StatusOption(Option):
    """A status, with the reasons that can be given for it."""

    reasons: tuple[Option, ...]


@frozen(kw_only=True)
class FilterOptions:
    """What each filter can be, in the order in which it is shown."""

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
