"""Show one client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.access import ClientPlace, decide
from clientupdater.domain.errors import Forbidden, NotFound
from clientupdater.domain.permissions import Permission
from clientupdater.domain.reach import reach_of, sight_of
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._reading import looking

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import ClientId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.reading import ClientView, ReadingWork


@frozen
class ShowClient:
    """One client, by identity or client code, with the running period's row."""

    work: ReadingWork
    clock: Clock
    zone: tzinfo

    def __call__(
        self, caller: Caller, client: ClientId | str, by: Permission = Permission.CLIENTS_READ
    ) -> ClientView:
        """Read it; raises NotFound, or Forbidden for one who is seen by other rights (A5).

        `by` is the right that shows it: whoever may write to a client is shown what they wrote.
        """
        reach = reach_of(caller.actor, by)
        found = evolve(looking(caller, self.clock, self.zone), clients=reach)
        with self.work.begin(found.clients) as tx:
            view = tx.reading.client(client, found)
        if view is None:
            raise self._refusal(caller, client, by)
        return view

    def _refusal(
        self, caller: Caller, client: ClientId | str, by: Permission
    ) -> NotFound | Forbidden:
        seen = self._seen(caller, client)
        if seen is None or seen.is_deleted:
            return NotFound()
        place = ClientPlace(seen.company, seen.branch, seen.assigned_to)
        decision = decide(caller.actor, by, place)
        with self.work.begin(SYSTEM) as tx:
            tx.journal.refused(caller, decision, "client", str(seen.id), seen.company)
        return Forbidden(by)

    def _seen(self, caller: Caller, client: ClientId | str) -> Client | None:
        with self.work.begin(sight_of(caller.actor)) as tx:
            if isinstance(client, str):
                return tx.clients.by_code(client)
            return tx.clients.find(client)
