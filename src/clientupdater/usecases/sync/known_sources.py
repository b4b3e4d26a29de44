"""The sources that a run or a mapping may be of: the database's and the configured ones (Y1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.domain.errors import Fault, UnknownSource

if TYPE_CHECKING:
    from collections.abc import Collection

    from clientupdater.domain.sync.fields import Source
    from clientupdater.ports.unit_of_work import Transaction


def require_known(tx: Transaction, source: Source, configured: Collection[Source]) -> None:
    """Raise UnknownSource unless the database can store the source.

    It may be configured in another process only: a worker does a run that a server queues.
    """
    known = tx.sync_jobs.sources()
    if source in known:
        return
    message = f"must be one of: {', '.join(known)}"
    if source in configured:
        message = f"the database does not know it yet; run: clientupdater sync add-source {source}"
    raise UnknownSource([Fault("/source", message)])
