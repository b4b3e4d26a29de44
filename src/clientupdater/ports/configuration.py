"""What administrators configure: settings, options and lookups, with the changes of each.

A repository checks no right and no rule. Every writer of the configuration locks it first, so that
a rule about several rows sees them as they stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from clientupdater.domain.configuration_changes import RecordedChange
    from clientupdater.domain.ids import ChangeId, ClientId, CompanyId, OptionId, PersonId
    from clientupdater.domain.lookups import Lookup, LookupTable
    from clientupdater.domain.options import Category, Option
    from clientupdater.domain.periods import Period
    from clientupdater.domain.settings_values import StoredSetting
    from clientupdater.domain.write_context import WriteContext


@frozen
class TouchedClients:
    """The clients of one company whose tracking a change begins or ends."""

    company: str
    clients: int
    examples: tuple[str, ...]
    """Some of their client codes."""


@frozen
class TrackingPlan:
    """What a change of a PAR status's `is_trackable` does (P6)."""

    touched: tuple[TouchedClients, ...]
    hash: str
    """The same while the same clients are touched."""


@frozen
class SettledBatch:
    """How many rows a batch opened, exempted or restored, and the last client it examined."""

    rows: int
    last: ClientId | None
    """None: there are no more."""


class ConfigurationRows(Protocol):
    """Settings, categories with their options, lookups, and the changes of all of them."""

    def lock(self) -> None:
        """Wait for the change of the configuration under way; others wait for this transaction."""
        ...

    def change(self, change: ChangeId) -> RecordedChange | None:
        """Find a change that `AuditLog.log_configuration` wrote."""
        ...

    def settings(self) -> Sequence[StoredSetting]: ...

    def save_setting(self, setting: StoredSetting, by: PersonId, now: datetime) -> None:
        """Store a value in place of the one that is there, at its next version.

        A version is never used twice for one key and company, even if the row was deleted between.
        """
        ...

    def delete_setting(self, setting: StoredSetting) -> None: ...

    def categories(self) -> Sequence[Category]:
        """List all, in their order."""
        ...

    def add_category(self, category: Category) -> None: ...

    def save_category(self, category: Category) -> None:
        """Save it at its next version."""
        ...

    def delete_category(self, category: Category) -> None: ...

    def options(self, category: str) -> Sequence[Option]:
        """List the options of a category, in their order."""
        ...

    def option(self, option: OptionId) -> Option | None: ...

    def add_option(self, option: Option, by: PersonId) -> None: ...

    def save_option(self, option: Option) -> None:
        """Save it at its next version."""
        ...

    def delete_option(self, option: Option) -> None: ...

    def add_lookup(self, table: LookupTable, entry: Lookup, by: PersonId) -> None:
        """Store a new entry; `ReadModels.lookups` reads them."""
        ...

    def save_lookup(self, table: LookupTable, entry: Lookup) -> None:
        """Save it at its next version."""
        ...

    def has_clients(self, company: str) -> bool:
        """Whether the company has active clients."""
        ...

    def plan_tracking(self, par_status: str, *, is_trackable: bool) -> TrackingPlan:
        """Find the clients that nothing but the PAR status keeps from being tracked (P6)."""
        ...

    def settle_tracking(
        self,
        par_status: str,
        due: Sequence[Period],
        writable: Mapping[CompanyId, Sequence[Period]],
        write_context: WriteContext,
        *,
        after: ClientId | None,
        at_most: int,
    ) -> SettledBatch:
        """Exempt or restore the rows of the next clients, and open those that are missing.

        It goes by what the clients and the PAR status are now, so doing it twice is safe.
        """
        ...
