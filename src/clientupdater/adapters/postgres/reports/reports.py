"""The figures of reports over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.adapters.postgres.reports.balance import Balances
from clientupdater.adapters.postgres.reports.counting import Conditions, RowCounts
from clientupdater.adapters.postgres.reports.past_clients import PastClients
from clientupdater.adapters.postgres.reports.rows import RowFigures
from clientupdater.adapters.postgres.reports.signals import Signals
from clientupdater.adapters.postgres.reports.staff import StaffFigures

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from clientupdater.adapters.postgres.configuration.configuration import Configuration
    from clientupdater.adapters.postgres.core.transactions import TransactionControl
    from clientupdater.ports.client_filter import ClientFilter
    from clientupdater.ports.lists import ReadContext
    from clientupdater.ports.past_rows import PastPage, PastQuery
    from clientupdater.ports.reports import AwayOfficer, BalanceCounts, ParFigures
    from clientupdater.ports.staff_reports import (
        SignalCount,
        SignalEventPage,
        SignalEventsRead,
        SignalsRead,
        StaffCounts,
        StaffRead,
    )


@frozen
class PostgresReports:
    """Each report has a module of its own."""

    _control: TransactionControl
    _configuration: Configuration

    def _conditions(self, read_context: ReadContext) -> Conditions:
        return Conditions(self._control, self._configuration, read_context)

    def balance(
        self, read_context: ReadContext, base: ClientFilter, *, exactly: bool = False
    ) -> list[BalanceCounts]:
        return Balances(self._conditions(read_context)).read(base, exactly=exactly)

    def figures(
        self, read_context: ReadContext, base: ClientFilter, figures: Mapping[str, ClientFilter]
    ) -> Mapping[str, int]:
        return RowFigures(RowCounts(self._conditions(read_context))).of(base, figures)

    def figures_by_par_status(
        self, read_context: ReadContext, base: ClientFilter, figures: Mapping[str, ClientFilter]
    ) -> list[ParFigures]:
        return RowFigures(RowCounts(self._conditions(read_context))).by_par_status(base, figures)

    def figures_by_officer(
        self, read_context: ReadContext, base: ClientFilter, figures: Mapping[str, ClientFilter]
    ) -> Mapping[str | None, Mapping[str, int]]:
        return RowCounts(self._conditions(read_context)).read(base, figures, "by_officer")

    def officers_away(
        self, read_context: ReadContext, officers: Collection[UUID]
    ) -> list[AwayOfficer]:
        return RowFigures(RowCounts(self._conditions(read_context))).officers_away(officers)

    def past_clients(self, read_context: ReadContext, query: PastQuery) -> PastPage:
        return PastClients(self._conditions(read_context)).read(query)

    def staff(self, read_context: ReadContext, read: StaffRead) -> list[StaffCounts]:
        return StaffFigures(self._conditions(read_context)).read(read)

    def signals(self, read_context: ReadContext, read: SignalsRead) -> list[SignalCount]:
        return Signals(self._conditions(read_context)).read(read)

    def signal_events(self, read_context: ReadContext, read: SignalEventsRead) -> SignalEventPage:
        return Signals(self._conditions(read_context)).events(read)
