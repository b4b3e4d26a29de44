"""Follow word from NextBank: ask for the client that it names, and note a payment (S8)."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, time
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import InvalidPeriod, NotFound
from clientupdater.domain.occasion import Occasion
from clientupdater.domain.periods import Period
from clientupdater.domain.tracking import note_payment
from clientupdater.ports.work import SYSTEM

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from clientupdater.ports.clock import Clock
    from clientupdater.ports.doing import Doing
    from clientupdater.ports.notices import Notice, NoticesWork
    from clientupdater.usecases._one_client import OneClient


@frozen
class FollowNotice:
    """Followed twice, it does no more: a payment is noted once, what is equal is not written."""

    work: NoticesWork
    clock: Clock
    zone: tzinfo
    one_client: OneClient

    def __call__(self, doing: Doing) -> None:
        """Follow the notice that a job names."""
        arguments = doing.job.arguments
        with self.work.begin(SYSTEM) as tx:
            notice = tx.notices.find(str(arguments["source"]), str(arguments["delivery"]))
        if notice is None:
            return
        with suppress(NotFound):  # whom NextBank does not know, it has nothing to say of
            self.one_client.refresh(notice.code, None)
        if notice.posted_on is not None:
            with suppress(InvalidPeriod):  # a day so far away that no period holds it
                self._note_payment(notice, notice.posted_on)
        with self.work.begin(SYSTEM) as tx:
            tx.notices.followed(notice, self.clock.now())

    def _note_payment(self, notice: Notice, posted_on: date) -> None:
        """Note it in the period of its day, where the client has a row of that (S8)."""
        now = self.clock.now()
        paid_at = min(now, datetime.combine(posted_on, time(), self.zone))
        with self.work.begin(SYSTEM) as tx:
            client = tx.clients.by_code(notice.code)
            if client is None or client.cycle is None:
                return
            row = tx.rows.find(client.id, Period.containing(posted_on, client.cycle))
            occasion = Occasion(now=now, zone=self.zone)
            if row and (change := note_payment(row, paid_at, occasion)):
                tx.rows.append(row, change)
