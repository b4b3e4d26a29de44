"""Read the logs and audits, and who saw a client's data (A5, L1).

Reading them needs audit:read with scope all (A6a): over its company for an entry that belongs to
one, over every company for any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.access_scope import access_scope_of, visible_scope_of
from clientupdater.domain.administration import decide_over_thing
from clientupdater.domain.errors import Forbidden, InvalidInput, NotFound
from clientupdater.domain.permissions import Permission
from clientupdater.ports.unit_of_work import NO_CLIENTS
from clientupdater.usecases.clients.client_access import find_for_audit

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import ClientRef, CompanyId
    from clientupdater.ports.audits import (
        AccessPage,
        ActivityPage,
        ActivityQuery,
        AuditKey,
        AuthorizationPage,
        AuthorizationQuery,
        ConfigurationPage,
        ConfigurationQuery,
    )
    from clientupdater.ports.unit_of_work import UnitsOfWork


@frozen
class Audits:
    """Pages of the logs and audits, the newest first."""

    work: UnitsOfWork

    def activity(
        self, caller: Caller, query: ActivityQuery, client: ClientRef | None = None
    ) -> ActivityPage:
        """Read writes. Those to one client are of its company; all others are of none."""
        if client is not None and query.subject is not None:
            raise InvalidInput.of("/subject", "cannot be combined with client")
        if client is None:
            require_auditor(self.work, caller, None)
        else:
            query = evolve(query, client=audited_client(self.work, caller, client).id)
        with self.work.read(NO_CLIENTS, takes_long=True) as tx:
            return tx.audits.activity(query)

    def configuration(self, caller: Caller, query: ConfigurationQuery) -> ConfigurationPage:
        """Read changes of organisation and configuration, which are of no company."""
        require_auditor(self.work, caller, None)
        with self.work.read(NO_CLIENTS, takes_long=True) as tx:
            return tx.audits.configuration(query)

    def authorization(
        self, caller: Caller, query: AuthorizationQuery, client: ClientRef | None = None
    ) -> AuthorizationPage:
        """Read refusals and changes of rights, of the companies that the caller may audit."""
        companies = self._companies(caller)
        if client is not None:
            query = evolve(query, client=audited_client(self.work, caller, client).id)
        with self.work.read(NO_CLIENTS, takes_long=True) as tx:
            return tx.audits.authorization(evolve(query, companies=companies))

    def _companies(self, caller: Caller) -> frozenset[CompanyId] | None:
        """Name the companies whose entries the caller may read; None: all entries."""
        companies = access_scope_of(caller.actor, Permission.AUDIT_READ).all_companies
        if companies and not decide_over_thing(caller.actor, Permission.AUDIT_READ, None).allowed:
            return companies
        require_auditor(self.work, caller, None)
        return None

    def who_accessed(
        self, caller: Caller, client: ClientRef, limit: int = 50, after: AuditKey | None = None
    ) -> AccessPage:
        """Read who saw, took, changed or was refused a client's data, also of a deleted one (C4).

        Raises NotFound, or Forbidden for a client of a company that the caller may not audit.
        """
        audited = audited_client(self.work, caller, client)
        access_scope = access_scope_of(caller.actor, Permission.AUDIT_READ)
        with self.work.read(access_scope, takes_long=True) as tx:
            return tx.audits.accesses(audited, limit, after)


def audited_client(work: UnitsOfWork, caller: Caller, ref: ClientRef) -> Client:
    """Find a client whose company the caller may audit; a deleted one, too (C4)."""
    with work.begin(visible_scope_of(caller.actor)) as tx:
        client = find_for_audit(tx, ref)
    if client is None:
        raise NotFound
    require_auditor(work, caller, client.company, "client", str(client.id))
    return client


def require_auditor(
    work: UnitsOfWork,
    caller: Caller,
    company: CompanyId | None,
    resource: str = "audit",
    resource_id: str = "",
) -> None:
    """Refuse, and audit the refusal."""
    decision = decide_over_thing(caller.actor, Permission.AUDIT_READ, company)
    if not decision.allowed:
        with work.begin(NO_CLIENTS) as tx:
            tx.audit.log_refusal(caller, decision, resource, resource_id, company)
        raise Forbidden(Permission.AUDIT_READ)
