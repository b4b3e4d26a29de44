"""Cron expressions, read by cronsim, which treats changes of the clock as Debian's cron does.

A fixed time in a gap fires right after it, and a fixed time that the clock shows twice fires once.
Times by the hour or the minute go by elapsed time.
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
_NOT_CRON = "is not a cron expression of five fields (minute, hour, day, month, weekday)"


class CronTimetable:
    """Times by the wall clock of a zone, in UTC."""

    def times(self, cron: str, zone: tzinfo) -> Callable[[datetime], datetime]:
        """Give a function from a moment to the next time after it."""
        # cronsim also reads a field for seconds, and words such as @daily, which we refuse.
        if len(cron.split()) != _FIELDS or cron.startswith("@"):
            raise InvalidInput.of("/cron_expression", _NOT_CRON)

        def after(moment: datetime) -> datetime:
            try:
                return next(CronSim(cron, moment.astimezone(zone))).astimezone(UTC)
            except CronSimError:
                raise InvalidInput.of("/cron_expression", _NOT_CRON) from None
            except StopIteration:
                message = "names a time that never comes"
                raise InvalidInput.of("/cron_expression", message) from None

        return after
