"""Clients from the sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from clientupdater.usecases.sync.mappings import SyncMappings
    from clientupdater.usecases.sync.service import SyncRuns
    from clientupdater.usecases.sync.webhooks import Webhooks


@frozen(kw_only=True)
class Sync:
    """Clients from the sources."""

    runs: SyncRuns
    mappings: SyncMappings
    webhooks: Webhooks
