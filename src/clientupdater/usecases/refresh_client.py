"""Take over what NextBank says of one client, now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.sync.jobs import SyncJob
    from clientupdater.usecases._client_files import ClientFiles, ClientRef
    from clientupdater.usecases._one_client import OneClient


@frozen
class RefreshClient:
    """Whoever may have runs done over a client may have this one refreshed."""

    files: ClientFiles
    one_client: OneClient

    def __call__(self, caller: Caller, client: ClientRef) -> SyncJob:
        """Ask NextBank and apply what differs. Raises Unavailable where it does not answer."""
        with self.files.open(caller, client, Permission.SYNC_EXECUTE) as file:
            code = file.client.code
        job = self.one_client.refresh(code, caller.actor.id)
        with self.files.open(caller, code, Permission.SYNC_EXECUTE) as file:
            file.did("client.refresh", sync_job=job.id)
        return job
