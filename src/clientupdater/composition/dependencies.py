"""What an App is assembled from."""

from __future__ import annotations

import random
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.people import LockoutPolicy
from clientupdater.domain.rate_limits import Allowances
from clientupdater.domain.retention import Retention
from clientupdater.domain.sessions import Lifetimes
from clientupdater.domain.sync.fields import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from clientupdater.domain.exports import ExportFormat
    from clientupdater.domain.lookups import Lookups
    from clientupdater.ports.cache import Form
    from clientupdater.ports.circuits import CircuitReader
    from clientupdater.ports.exports import SheetForm
    from clientupdater.ports.file_store import FileStore
    from clientupdater.ports.filter_options import FilterOptions
    from clientupdater.ports.gauges import Gauges
    from clientupdater.ports.health import HealthCheck, ServiceCheck
    from clientupdater.ports.passwords import Passwords
    from clientupdater.ports.people import VerifyToken
    from clientupdater.ports.rate_limits import RateLimits
    from clientupdater.ports.schedules import Timetable
    from clientupdater.ports.sealing import Sealer
    from clientupdater.ports.sources import ClientSource
    from clientupdater.usecases.requests.cache import Cache


@frozen(kw_only=True)
class SyncSettings:
    """How sources are read."""

    overlap: timedelta = timedelta(hours=1)
    """How much further back than needed an incremental run reads (Y8)."""
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)


def _by_source(sources: Mapping[str, ClientSource]) -> Mapping[Source, ClientSource]:
    return {Source(name): source for name, source in sources.items()}


@frozen(kw_only=True)
class Dependencies:
    """Everything that an App is assembled from, beside a store, a clock and a time zone."""

    passwords: Passwords
    verify_token: VerifyToken | None = None
    lifetimes: Lifetimes = field(factory=Lifetimes)
    lockout: LockoutPolicy = field(factory=LockoutPolicy)
    limits: RateLimits
    probe_limits: RateLimits
    """In this process alone: the event loop asks it, and must not wait."""
    allowances: Allowances = field(factory=Allowances)
    cache: Cache
    near_cache: Cache
    """In this process alone: small values, known by the configuration's generation."""
    sealer: Sealer
    lookups_form: Form[Lookups]
    filter_options_form: Form[FilterOptions]
    timetable: Timetable
    files: FileStore
    sheet_forms: Mapping[ExportFormat, SheetForm]
    sync: SyncSettings = field(factory=SyncSettings)
    retention: Retention = field(factory=Retention)
    keep_responses_for: timedelta = timedelta(hours=24)
    """How long a response is stored under its idempotency key."""
    readiness: tuple[HealthCheck, ...] = ()
    services: Mapping[str, ServiceCheck] = field(factory=dict)
    circuits: tuple[CircuitReader, ...] = ()
    gauges: Gauges = tuple
    one_connection: Callable[[], AbstractContextManager[None]] = nullcontext
    sources: Mapping[Source, ClientSource] = field(factory=dict, converter=_by_source)
    """The sources that are configured."""
    chance: Callable[[], float] = random.random
    """Spreads retries, so that jobs that failed together do not come back together."""
