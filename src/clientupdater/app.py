"""The application's face: one typed attribute for each capability, whose methods are verbs.

``composition`` plugs the adapters in. The HTTP server, the worker, a command and any program that
imports us hold the same ``App``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from clientupdater.usecases.access.capability import Access
    from clientupdater.usecases.audit.capability import Audit
    from clientupdater.usecases.clients.capability import Clients
    from clientupdater.usecases.configuration.capability import Configuration
    from clientupdater.usecases.exports.service import Exports
    from clientupdater.usecases.jobs.capability import Jobs
    from clientupdater.usecases.operations.capability import Operations
    from clientupdater.usecases.organisation.capability import Organisation
    from clientupdater.usecases.people.capability import People
    from clientupdater.usecases.reports.capability import Reports
    from clientupdater.usecases.requests.capability import Requests
    from clientupdater.usecases.sync.capability import Sync
    from clientupdater.usecases.tracking.changes import Changes
    from clientupdater.usecases.tracking.periods import Periods
    from clientupdater.usecases.tracking.seals import Seals
    from clientupdater.usecases.tracking.service import Tracking
    from clientupdater.usecases.tracking.worklist import Worklist


@frozen(kw_only=True)
class App:
    """What the software can do, for as long as it is open."""

    tracking: Tracking
    periods: Periods
    seals: Seals
    changes: Changes
    worklist: Worklist
    clients: Clients
    access: Access
    organisation: Organisation
    people: People
    sync: Sync
    jobs: Jobs
    exports: Exports
    reports: Reports
    configuration: Configuration
    audit: Audit
    requests: Requests
    operations: Operations
