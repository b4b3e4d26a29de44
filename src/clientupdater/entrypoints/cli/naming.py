"""Clients, periods, jobs and runs as arguments, and the names that output needs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from clientupdater.domain.errors import InvalidPeriod, NotTrackable
from clientupdater.domain.ids import ClientId, PersonId
from clientupdater.domain.periods import Period, business_day
from clientupdater.entrypoints.cli.session import note

if TYPE_CHECKING:
    from clientupdater.app import App
    from clientupdater.domain.callers import Caller

_NO_MOMENT = "must be a time with an offset, as in 2026-11-05T09:30:00+08:00"
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class PeriodType(click.ParamType[Any]):
    """A month or a quarter."""

    name = "period"

    def convert(self, value: Any, param: Any, ctx: Any) -> Period:
        """Parse it as every interface does."""
        try:
            return value if isinstance(value, Period) else Period.parse(value)
        except InvalidPeriod as error:
            self.fail(error.faults[0].message, param, ctx)


class MomentType(click.ParamType[Any]):
    """A moment with an offset."""

    name = "moment"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        """Refuse one without an offset: it may be of any zone."""
        try:
            moment = datetime.fromisoformat(str(value))
            in_utc = moment.astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(_NO_MOMENT, param, ctx)
        if moment.tzinfo is None:
            self.fail(_NO_MOMENT, param, ctx)
        return in_utc


class JobNumber(click.ParamType[int]):
    """A job of the queue, by its number."""

    name = "job"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """Name the right command if it is a run's id."""
        if _UUID.fullmatch(str(value)):
            self.fail(f"{value} is a sync run; use: clientupdater sync show {value}", param, ctx)
        return click.IntRange(min=1).convert(value, param, ctx)


class RunId(click.ParamType[UUID]):
    """A run of a sync, by its id."""

    name = "run"

    def convert(self, value: Any, param: Any, ctx: Any) -> UUID:
        """Name the right command if it is a job's number."""
        if str(value).isdecimal():
            self.fail(f"{value} is a job; use: clientupdater jobs show {value}", param, ctx)
        return click.UUID.convert(value, param, ctx)


def client_ref(named: str) -> ClientId | str:
    """Read a client's id, or else its code."""
    return ClientId(UUID(named)) if _UUID.fullmatch(named) else named


def person_ref(app: App, caller: Caller, user: str) -> PersonId:
    """Find a user by id, or by the email of a person whom the caller may see (users:read)."""
    if "@" in user:
        return app.people.users.show(caller, user).person.id
    if not _UUID.fullmatch(user):
        raise click.BadParameter("expected an email or an id", param_hint="USER")
    return PersonId(UUID(user))


def period_of(app: App, caller: Caller, client: ClientId | str, period: Period | None) -> Period:
    """Return the given period, or else the client's current one."""
    if period:
        return period
    today = business_day(app.periods.clock.now(), app.periods.zone)
    running = app.tracking.list_rows(caller, client).client.running_period(today)
    if running is None:
        raise NotTrackable.without_cycle()
    return running


def version_of(
    app: App, caller: Caller, client: ClientId | str, period: Period, version: int | None
) -> int:
    """Return the given version, or else read the row's current one and print it (S10)."""
    if version is not None:
        return version
    seen = app.tracking.show_row(caller, client, period).row.snapshot
    note(f"using version {seen.version} of {period}, the current one, at {seen.status}")
    return seen.version
