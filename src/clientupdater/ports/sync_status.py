"""The state of each source, for operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from clientupdater.domain.sync.source_status import SourceStatus


class SourceStatuses(Protocol):
    def read(self, now: datetime, *, silence: float) -> Sequence[SourceStatus]:
        """Read the state of every source, configured or not, in one statement.

        A run without a heartbeat for `silence` seconds, and without a job, is dead.
        """
        ...
