"""Showing and saving which column fills which field (Y1, Y10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import Fault, InvalidInput
from clientupdater.domain.permissions import Permission
from clientupdater.domain.sync.fields import Field
from clientupdater.domain.sync.mapping import check_mapping, effective_entries
from clientupdater.domain.sync.protection import folded, pension_columns
from clientupdater.ports.audit import LoggedAction
from clientupdater.ports.unit_of_work import NO_CLIENTS
from clientupdater.usecases.sync.authorization import require_over_company
from clientupdater.usecases.sync.known_sources import require_known

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import CompanyId
    from clientupdater.domain.sync.fields import Entry, Source
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import UnitsOfWork


@frozen
class SyncMappings:
    """A mapping is saved whole, for a source and a company or for all."""

    work: UnitsOfWork
    clock: Clock
    sources: Collection[Source]

    def show(self, caller: Caller, source: Source, company: CompanyId | None) -> Sequence[Entry]:
        """Show the lines of one company alone, or (None) the general ones.

        A company's own lines go before the general ones, field by field.
        """
        require_over_company(self.work, caller, Permission.CONFIG_READ, company)
        with self.work.begin(NO_CLIENTS) as tx:
            require_known(tx, source, self.sources)
            return tx.sync_mappings.read(source, company)

    def save(
        self, caller: Caller, source: Source, company: CompanyId | None, entries: Sequence[Entry]
    ) -> Sequence[Entry]:
        """Save them in place of what there was. Raises InvalidInput with every fault.

        The next run reads by it; one that is reading now stops where it lacks a column of it.
        """
        require_over_company(self.work, caller, Permission.CONFIG_MANAGE, company)
        with self.work.begin(NO_CLIENTS) as tx:
            require_known(tx, source, self.sources)
            general = tx.sync_mappings.read(source, None) if company else ()
            check_mapping(
                entries if company is None else effective_entries(general, entries),
                tx.sync_mappings.protected(),
            )
            _require_unread(entries, tx.sync_mappings.others(source, company))
            tx.sync_mappings.replace(source, company, entries, caller.actor.id, self.clock.now())
            details = {"fields": len(entries)}
            named = f"{source}:{company or 'all'}"
            tx.audit.log_action(
                caller,
                LoggedAction(
                    action="sync.map", resource="field_mappings", resource_id=named, details=details
                ),
            )
            return tx.sync_mappings.read(source, company)


def _require_unread(entries: Sequence[Entry], others: Sequence[tuple[str, Entry]]) -> None:
    """Refuse to read as a pension number what another mapping carries into another field (C3)."""
    claimed = pension_columns(entries)
    faults = [
        Fault("", f"{line.column} fills {line.field} in the mapping of {name}; change that first")
        for name, line in others
        if line.field != str(Field.PENSION_NUMBER) and folded(line.column) in claimed
    ]
    if faults:
        raise InvalidInput(faults)
