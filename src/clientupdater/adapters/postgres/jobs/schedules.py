"""Schedules over one PostgreSQL transaction (J3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.jobs import Schedule
from clientupdater.ports.schedules import ScheduledJob

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from clientupdater.adapters.postgres.core.connection import Connection


QUERIES = named_queries("jobs/schedules.sql")


@frozen
class PostgresSchedules:
    _connection: Connection

    def list(self) -> Sequence[ScheduledJob]:
        return [_schedule_of(row) for row in self._connection.execute(QUERIES["list"])]

    def lock(self, name: str) -> ScheduledJob | None:
        row = self._connection.execute(QUERIES["lock"], {"name": name}).fetchone()
        return _schedule_of(row) if row else None

    def lock_due(self, now: datetime, functions: Collection[str]) -> Sequence[ScheduledJob]:
        values = {"now": now, "functions": sorted(functions)}
        return [_schedule_of(row) for row in self._connection.execute(QUERIES["lock_due"], values)]

    def note(self, name: str, times: Schedule) -> None:
        """Note when it ran and is due next; its version stays."""
        self._connection.execute(QUERIES["note"], {"name": name, **_row(times)})

    def change(self, schedule: ScheduledJob) -> None:
        values = {
            "name": schedule.name,
            "cron": schedule.cron,
            "time_zone": schedule.time_zone,
            "is_active": schedule.is_active,
            **_row(schedule.times),
        }
        self._connection.execute(QUERIES["change"], values)


def _row(times: Schedule) -> dict[str, object]:
    return {"last_run_at": times.last_run_at, "next_run_at": times.next_run_at}


def _schedule_of(row: Sequence[Any]) -> ScheduledJob:
    name, cron, function, payload, time_zone, is_active, last_run_at, next_run_at, version = row
    return ScheduledJob(
        name=name,
        cron=cron,
        function=function,
        arguments=payload,
        time_zone=time_zone,
        is_active=is_active,
        times=Schedule(last_run_at, next_run_at),
        version=version,
    )
