"""Authorisation for sync runs: scope all, over the run's company (A6a)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.domain.access_scope import visible_scope_of
from clientupdater.domain.administration import decide_over_thing
from clientupdater.domain.errors import Forbidden, NotFound
from clientupdater.domain.permissions import Scope
from clientupdater.ports.unit_of_work import NO_CLIENTS

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import CompanyId, SyncJobId
    from clientupdater.domain.permissions import Permission
    from clientupdater.domain.sync.jobs import SyncJob
    from clientupdater.ports.unit_of_work import UnitsOfWork

RESOURCE = "sync_job"
TASK = "sync"
"""The name of a run's job."""


def require_over_company(
    work: UnitsOfWork,
    caller: Caller,
    permission: Permission,
    company: CompanyId | None,
    job: str = "",
) -> None:
    """Raise Forbidden, and audit the refusal (A5)."""
    decision = decide_over_thing(caller.actor, permission, company)
    if not decision.allowed:
        with work.begin(visible_scope_of(caller.actor)) as tx:
            tx.audit.log_refusal(caller, decision, RESOURCE, job, company)
        raise Forbidden(permission)


def judged_job(
    work: UnitsOfWork, caller: Caller, permission: Permission, job_id: SyncJobId
) -> SyncJob:
    """Find a run and check the right to it; without the right, a missing run is Forbidden."""
    if not caller.actor.grants_of(permission):
        require_over_company(work, caller, permission, None)
    with work.begin(NO_CLIENTS) as tx:
        job = tx.sync_jobs.find(job_id)
    if job is None:
        raise NotFound
    require_over_company(work, caller, permission, job.request.company, str(job.id))
    return job


def companies_within(
    work: UnitsOfWork, caller: Caller, permission: Permission
) -> frozenset[CompanyId] | None:
    """Name the companies whose runs the caller may see; None: all runs."""
    items = [each for each in caller.actor.grants_of(permission) if each.scope is Scope.ALL]
    companies = frozenset(each.company for each in items if each.company is not None)
    if not companies or any(each.company is None for each in items):
        require_over_company(work, caller, permission, None)
        return None
    return companies
