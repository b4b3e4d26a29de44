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


def cron_times(cron: str, zone: tzinfo) -> Callable[[datetime], datetime]:
    """Read a cron expression by the wall clock of a zone; the times are in UTC."""
    # cronsim also reads a field for seconds, and words such as @daily, which we refuse.
    if len(cron.split()) != _FIELDS or cron.startswith("@"):
        raise InvalidInput.of("/cron_expression", _NOT_CRON)

    def after(moment: datetime) -> datetime:
        try:
            return next(CronSim(cron, moment.astimezone(zone))).astimezone(UTC)
        except CronSimError:
            raise InvalidInput.of("/cron_expression", _NOT_CRON) from None
        except StopIteration:
            raise InvalidInput.of("/cron_expression", "names a time that never comes") from None

    return after
