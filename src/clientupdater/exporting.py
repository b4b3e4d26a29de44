"""What can be done with exports, put together over ports."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.usecases.create_export import CreateExport
from clientupdater.usecases.delete_export import DeleteExport
from clientupdater.usecases.fetch_export import FetchExport
from clientupdater.usecases.list_exports import ListExports
from clientupdater.usecases.remove_expired_exports import RemoveExpiredExports
from clientupdater.usecases.show_export import ShowExport
from clientupdater.usecases.write_export import WriteExport

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from clientupdater.domain.exports import ExportFormat
    from clientupdater.domain.retention import Retention
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.exports import ExportWork, SheetForm
    from clientupdater.ports.file_store import FileStore


@frozen
class Exporting:
    """What people take out, and what becomes of it."""

    create: CreateExport
    show: ShowExport
    list: ListExports
    fetch: FetchExport
    delete: DeleteExport
    write: WriteExport
    """What a worker does."""
    remove_expired: RemoveExpiredExports
    clock: Clock
    """By which a file is there or gone."""

    @classmethod
    def over(
        cls,
        work: ExportWork,
        clock: Clock,
        zone: tzinfo,
        files: FileStore,
        forms: Mapping[ExportFormat, SheetForm],
        retention: Retention,
    ) -> Exporting:
        """Put them together over any store, and any place for files."""
        return cls(
            create=CreateExport(work, clock, zone),
            show=ShowExport(work),
            list=ListExports(work),
            fetch=FetchExport(work, clock, files),
            delete=DeleteExport(work, clock, files),
            write=WriteExport(
                work=work,
                clock=clock,
                zone=zone,
                files=files,
                forms=forms,
                keep_for=timedelta(days=retention.export_files),
            ),
            remove_expired=RemoveExpiredExports(work, clock, files),
            clock=clock,
        )
