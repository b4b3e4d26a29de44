"""Explain to those who may read audits why somebody may, or may not (A5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.access import decide
from clientupdater.domain.access_scope import visible_scope_of
from clientupdater.domain.administration import decide_over_thing
from clientupdater.domain.errors import Forbidden, NotFound
from clientupdater.domain.permissions import Permission
from clientupdater.usecases.tracking.client_access import find_for_audit

if TYPE_CHECKING:
    from clientupdater.domain.access import Decision
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import ClientRef, PersonId
    from clientupdater.ports.unit_of_work import UnitsOfWork


@frozen
class AccessExplanations:
    """Explain to those who may read audits why somebody may, or may not (A5)."""

    work: UnitsOfWork

    def explain(
        self, caller: Caller, person: PersonId, client: ClientRef, permission: Permission
    ) -> Decision:
        """Tell what was asked, which grants were found and what was missing."""
        with self.work.begin(visible_scope_of(caller.actor)) as tx:
            result = find_for_audit(tx, client)
            if result is None:
                raise NotFound
            asked = decide_over_thing(caller.actor, Permission.AUDIT_READ, result.company)
            somebody = tx.rights.actor(person)
        if not asked.allowed:
            with self.work.begin(visible_scope_of(caller.actor)) as tx:
                tx.audit.refused(caller, asked, "client", str(result.id), result.company)
            raise Forbidden(Permission.AUDIT_READ)
        if somebody is None:
            raise NotFound
        return decide(somebody, permission, result.place)
