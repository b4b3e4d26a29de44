"""What lists of clients can be filtered by, for what one may see (A10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from clientupdater.ports.read_models import Looking, PersonName


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


class ClientFilters(Protocol):
    """The filters of lists of clients: SQL's own work, which has no twin."""

    def options(self, looking: Looking) -> FilterOptions:
        """Read what they can be: of `looking.clients`, and for statuses of `looking.statuses`.

        Loan statuses and officers are those that some client within reach holds; branches those
        of the reach, and areas those with one of them. Not every client is read for it.
        """
        ...
