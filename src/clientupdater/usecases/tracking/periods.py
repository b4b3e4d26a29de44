"""Open periods by hand and by schedule, and find missed openings (P4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.access_scope import access_scope_of, visible_scope_of
from clientupdater.domain.administration import decide_over_thing
from clientupdater.domain.errors import (
    Forbidden,
    InvalidInput,
    NotFound,
    PeriodClosed,
    PeriodNotBegun,
)
from clientupdater.domain.periods import (
    Cycle,
    Period,
    Window,
    business_day,
    due_for_opening,
    last_writing_day,
    window,
)
from clientupdater.domain.permissions import Permission
from clientupdater.domain.settings_values import BACKDATING_DAYS
from clientupdater.domain.write_context import WriteContext
from clientupdater.ports.audit import LoggedAction
from clientupdater.ports.queue import Progress
from clientupdater.ports.unit_of_work import NO_CLIENTS, SYSTEM
from clientupdater.usecases.tracking.opening import BATCH, PeriodOpener

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import CompanyId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.job_run import JobRun
    from clientupdater.ports.tracking import Opening
    from clientupdater.ports.unit_of_work import UnitsOfWork


@frozen
class MissedOpenings:
    """Clients whose due row is missing, by period, and clients without a known cycle."""

    without_row: Mapping[Period, int]
    unmapped: int


@frozen
class Periods:
    """Opens periods and lists them."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo
    batch: int = BATCH

    def open(self, caller: Caller, period: Period) -> Opening:
        """Open a period for every client that is due; doing it twice is safe.

        A closed period gets no new rows: they would change what was reported of it.
        """
        self._require_allowed(caller)
        self._require_due(period)
        scope = access_scope_of(caller.actor, Permission.CONFIG_MANAGE)
        opener = PeriodOpener(self.work, self.clock, self.zone, self.batch, scope)
        opening = opener.open(period, by=caller.actor.id)
        details = {"rows": opening.rows}
        entry = LoggedAction(
            action="period.open", resource="period", resource_id=str(period), details=details
        )
        with self.work.begin(visible_scope_of(caller.actor)) as tx:
            tx.audit.log_action(caller, entry)
        return opening

    def _require_allowed(self, caller: Caller) -> None:
        decision = decide_over_thing(caller.actor, Permission.CONFIG_MANAGE, None)
        if not decision.allowed:
            with self.work.begin(visible_scope_of(caller.actor)) as tx:
                tx.audit.log_refusal(caller, decision, "period", "")
            raise Forbidden(Permission.CONFIG_MANAGE)

    def _require_due(self, period: Period) -> None:
        now = self.clock.now()
        if period in due_for_opening(now, self.zone):
            return
        with self.work.begin(NO_CLIENTS) as tx:
            days = int(tx.settings.number(BACKDATING_DAYS, None))
        state = window(period, business_day(now, self.zone), days)
        if state is Window.NOT_BEGUN:
            begins = period.first_day.isoformat()
            raise PeriodNotBegun(f"{period} begins on {begins}.", begins_on=begins)
        if state is Window.CLOSED:
            raise PeriodClosed(f"{period} is closed: it gets no new rows.")

    def open_due(self) -> tuple[Opening, ...]:
        """Open every period that is due, and catch up on missed ones (P3, P4)."""
        opener = PeriodOpener(self.work, self.clock, self.zone, self.batch)
        return tuple(map(opener.open, due_for_opening(self.clock.now(), self.zone)))

    def open_due_as_job(self, job_run: JobRun) -> None:
        """Open the due periods of the cycle that the job names, or of every cycle."""
        cycle = _cycle(job_run.job.arguments)
        opener = PeriodOpener(self.work, self.clock, self.zone, self.batch)
        rows = 0
        for period in due_for_opening(self.clock.now(), self.zone):
            if cycle in (None, period.cycle):
                job_run.report(Progress(done=rows, step=f"opening {period}"))
                rows += opener.open(period).rows

    def find_missed(self) -> MissedOpenings:
        """Count the missing rows of every period that is due, and open none."""
        now = self.clock.now()
        write_context = WriteContext(now=now, zone=self.zone)
        with self.work.begin(SYSTEM) as transaction:
            values = {
                period: transaction.rows.missing(period, write_context)
                for period in due_for_opening(now, self.zone)
            }
            unmapped = transaction.rows.unmapped()
        return MissedOpenings({period: rows for period, rows in values.items() if rows}, unmapped)

    def list_openings(self, caller: Caller, *, at_most: int = 50) -> Sequence[Opening]:
        """List the openings, the latest first.

        Their rows are counted over every company, so this needs status:read over all (A10).
        """
        decision = decide_over_thing(caller.actor, Permission.STATUS_READ, None)
        if not decision.allowed:
            with self.work.begin(visible_scope_of(caller.actor)) as tx:
                tx.audit.log_refusal(caller, decision, "period", "")
            raise Forbidden(Permission.STATUS_READ)
        with self.work.begin(NO_CLIENTS) as tx:
            return tx.rows.openings(at_most=at_most)

    def current(self, caller: Caller, company: CompanyId | None = None) -> tuple[Period, ...]:
        """List the running periods, which are the same for every company.

        Needs status:read at any scope; a company that no grant covers is not found.
        """
        grants = caller.actor.grants_of(Permission.STATUS_READ) if caller.actor.is_active else ()
        if not grants:
            raise Forbidden(Permission.STATUS_READ)
        if company and not any(grant.applies_to(company) for grant in grants):
            raise NotFound
        today = business_day(self.clock.now(), self.zone)
        return tuple(Period.containing(today, cycle) for cycle in Cycle)

    def in_backdating(
        self, caller: Caller, company: CompanyId, generation: int | None = None
    ) -> Mapping[Period, date]:
        """List the ended periods that staff may still record for, each with its last day (P7).

        Needs no permission: the caller has been shown a client of this company. `generation` is the
        configuration's, if the caller has just read it.
        """
        del caller
        today = business_day(self.clock.now(), self.zone)
        with self.work.autocommit(generation) as tx:
            days = int(tx.settings.number(BACKDATING_DAYS, company))
        ended = [Period.containing(today, cycle).previous for cycle in Cycle]
        return {
            period: last_writing_day(period, days)
            for period in ended
            if window(period, today, days) is Window.BACKDATING
        }


def _cycle(arguments: Mapping[str, object]) -> Cycle | None:
    """Read the job's cycle."""
    try:
        return Cycle(str(arguments["cycle"])) if "cycle" in arguments else None
    except ValueError:
        known = ", ".join(Cycle)
        raise InvalidInput.of("/cycle", f"is none of: {known}") from None
