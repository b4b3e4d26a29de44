"""Why a person may, or may not, do something to a client (A5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.access import decide
from clientupdater.domain.access_scope import visible_scope_of
from clientupdater.domain.administration import decide_over_thing
from clientupdater.domain.errors import Forbidden, NotFound
from clientupdater.domain.permissions import Permission
from clientupdater.usecases.clients.client_access import find_for_audit

if TYPE_CHECKING:
    from clientupdater.domain.access import Decision
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import ClientRef, PersonId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import UnitsOfWork


@frozen
class AccessExplanations:
    """Explains decisions to callers with audit:read over the client's company."""

    work: UnitsOfWork
    clock: Clock

    def explain(
        self, caller: Caller, person: PersonId, client: ClientRef, permission: Permission
    ) -> Decision:
        """Return the decision with the grants that count for it, and what is missing."""
        scope = visible_scope_of(caller.actor)
        with self.work.begin(scope) as tx:
            row = find_for_audit(tx, client)
            if row is None:
                raise NotFound
            reading = decide_over_thing(caller.actor, Permission.AUDIT_READ, row.company)
            subject = tx.people.actor(person, self.clock.now())
        if not reading.allowed:
            with self.work.begin(scope) as tx:
                tx.audit.log_refusal(caller, reading, "client", str(row.id), row.company)
            raise Forbidden(Permission.AUDIT_READ)
        if subject is None:
            raise NotFound
        return decide(subject, permission, row.place)
