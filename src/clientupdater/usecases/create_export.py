"""Ask for an export: it is judged now, and written by a worker later."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from attrs import evolve, frozen

from clientupdater.ports.exports import Export
from clientupdater.ports.journal import Deed
from clientupdater.ports.queue import EXPORT_QUEUE, NewJob
from clientupdater.ports.reading import ClientQuery, PersonName
from clientupdater.ports.told_filters import told_filter
from clientupdater.usecases._exporting import require_rights
from clientupdater.usecases._reading import looking

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import CompanyId
    from clientupdater.domain.reach import Reach
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.exports import ExportAsked, ExportTransaction, ExportWork

JOB = "export"


@frozen
class CreateExport:
    """What is asked for and the job that does it are put down together (J2)."""

    work: ExportWork
    clock: Clock
    zone: tzinfo

    def __call__(self, caller: Caller, asked: ExportAsked) -> Export:
        """Put it down. Raises InvalidInput for a code that there is not."""
        found = require_rights(self.work, caller, asked)
        export = Export(
            id=uuid4(),
            asked=asked,
            asked_by=PersonName(caller.actor.id, ""),
            created_at=self.clock.now(),
            company=_only_company(found[0]),
        )
        with self.work.begin(found[-1]) as tx:
            # The lists read the filter first: what they do not know, no worker will.
            query = ClientQuery(filter=asked.filter, limit=1)
            tx.reading.clients(query, looking(caller, self.clock, self.zone))
            self._put_down(tx, caller, export)
            return tx.exports.find(export.id) or export

    def _put_down(self, tx: ExportTransaction, caller: Caller, export: Export) -> None:
        job = NewJob(
            name=JOB,
            queue=EXPORT_QUEUE,
            arguments={"export": str(export.id)},
            company=export.company,
            asked_by=caller.actor.id,
        )
        tx.exports.add(evolve(export, job=tx.jobs.enqueue(job, export.created_at)))
        told = {"format": export.asked.format, "filters": told_filter(export.asked.filter)}
        deed = Deed(
            action="export.create",
            resource="export",
            resource_id=str(export.id),
            details={"type": export.asked.type, **told},
        )
        tx.journal.did(caller, deed)


def _only_company(reach: Reach) -> CompanyId | None:
    """Name the company that it is of, where it is one alone."""
    companies = list(reach.scopes)
    return companies[0] if reach.everywhere is None and len(companies) == 1 else None
