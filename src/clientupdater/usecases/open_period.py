"""Open one period by hand: what the worker would do, or has missed (P4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import Forbidden, PeriodClosed, PeriodNotBegun
from clientupdater.domain.oversight import decide_over_thing
from clientupdater.domain.periods import Window, business_day, due_for_opening, window
from clientupdater.domain.permissions import Permission
from clientupdater.domain.reach import sight_of
from clientupdater.domain.settings_values import BACKDATING_DAYS
from clientupdater.ports.journal import Deed
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._opening import BATCH, PeriodOpener

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.periods import Period
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.tracking import Opening
    from clientupdater.ports.work import UnitsOfWork


@frozen
class OpenPeriod:
    """Opens a period that is due, or can still be written to by all; done twice, it does no more.

    A period long over gets no new rows: they would change what was reported of it.
    """

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo
    batch: int = BATCH

    def __call__(self, caller: Caller, period: Period) -> Opening:
        """Open it for every client that is due."""
        self._require_allowed(caller)
        self._require_due(period)
        opener = PeriodOpener(self.work, self.clock, self.zone, self.batch)
        opening = opener.open(period, by=caller.actor.id)
        told = {"rows": opening.rows}
        deed = Deed(action="period.open", resource="period", resource_id=str(period), details=told)
        with self.work.begin(sight_of(caller.actor)) as tx:
            tx.journal.did(caller, deed)
        return opening

    def _require_allowed(self, caller: Caller) -> None:
        decision = decide_over_thing(caller.actor, Permission.CONFIG_MANAGE, None)
        if not decision.allowed:
            with self.work.begin(sight_of(caller.actor)) as tx:
                tx.journal.refused(caller, decision, "period", "")
            raise Forbidden(Permission.CONFIG_MANAGE)

    def _require_due(self, period: Period) -> None:
        now = self.clock.now()
        if period in due_for_opening(now, self.zone):
            return
        with self.work.begin(SYSTEM) as tx:
            days = int(tx.settings.number(BACKDATING_DAYS, None))
        stands = window(period, business_day(now, self.zone), days)
        if stands is Window.NOT_BEGUN:
            raise PeriodNotBegun(f"{period} begins on {period.first_day}.")
        if stands is Window.CLOSED:
            raise PeriodClosed(f"{period} is closed: it gets no new rows.")
