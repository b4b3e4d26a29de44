"""What a worker runs on: an App, the queue, and the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from clientupdater.app import App
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.queue import Leases, WakeUps
    from clientupdater.ports.unit_of_work import UnitsOfWork


@frozen(kw_only=True)
class WorkerContext:
    """Open until the worker ends."""

    app: App
    work: UnitsOfWork
    leases: Leases
    wake_ups: WakeUps
    clock: Clock
