"""Cron expressions, read by cronsim: exact where clocks are set forward and back, as Debian's cron.

A fixed time that is skipped comes right after the gap, and one that comes twice comes once; what
recurs by the hour or the minute goes by elapsed time.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from cronsim import CronSim, CronSimError

from clientupdater.domain.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, tzinfo

_FIELDS = 5
_TOLD = "is no cron expression of five fields (minute, hour, day, month, weekday)"


class CronTimetable:
    """Times by the clock on the wall of a zone, told in UTC."""

    def times(self, cron: str, zone: tzinfo) -> Callable[[datetime], datetime]:
        """Give the function that tells, for a moment, the next time after it."""
        # cronsim also reads a field for seconds, and words such as @daily: we do not.
        if len(cron.split()) != _FIELDS or cron.startswith("@"):
            raise InvalidInput.of("/cron_expression", _TOLD)

        def after(moment: datetime) -> datetime:
            try:
                return next(CronSim(cron, moment.astimezone(zone))).astimezone(UTC)
            except CronSimError:
                raise InvalidInput.of("/cron_expression", _TOLD) from None
            except StopIteration:
                message = "names a time that never comes"
                raise InvalidInput.of("/cron_expression", message) from None

        return after
