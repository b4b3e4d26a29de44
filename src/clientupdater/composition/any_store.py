"""An App over any store, with parts that need no server: tests of other programs import no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from clientupdater.adapters.cache_codecs.filter_options import JSON_FILTER_OPTIONS
from clientupdater.adapters.cache_codecs.lookups import JSON_LOOKUPS
from clientupdater.adapters.local.cache import LocalCacheStore
from clientupdater.adapters.local.file_store import MemoryFileStore
from clientupdater.adapters.local.limits import MemoryRateLimits
from clientupdater.adapters.local.timetable import cron_times
from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.adapters.sheets.csv_sheet import write_csv
from clientupdater.adapters.sheets.xlsx_sheet import write_xlsx
from clientupdater.composition.assemble import assemble
from clientupdater.composition.dependencies import Dependencies
from clientupdater.composition.people import default_passwords
from clientupdater.domain.exports import ExportFormat
from clientupdater.usecases.requests.cache import Cache

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.app import App
    from clientupdater.composition.parts import Parts
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import UnitsOfWork


def build_app(work: UnitsOfWork, clock: Clock, zone: tzinfo, **parts: Unpack[Parts]) -> App:
    """Assemble an App over any store. Every part has a default that needs no server."""
    chosen: Parts = {
        "passwords": default_passwords(),
        "limits": MemoryRateLimits(),
        "probe_limits": MemoryRateLimits(),
        "cache": Cache(LocalCacheStore()),
        "near_cache": Cache(LocalCacheStore()),
        "sealer": KeyRing.made_up(),
        "timetable": cron_times,
        "files": MemoryFileStore(),
        **parts,
    }
    dependencies = Dependencies(
        lookups_form=JSON_LOOKUPS,
        filter_options_form=JSON_FILTER_OPTIONS,
        sheet_forms={ExportFormat.CSV: write_csv, ExportFormat.XLSX: write_xlsx},
        **chosen,
    )
    return assemble(work, clock, zone, dependencies)
