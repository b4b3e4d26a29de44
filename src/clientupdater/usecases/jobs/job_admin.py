"""Authorisation and audit for the administration of jobs and schedules."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from clientupdater.domain.access_scope import visible_scope_of
from clientupdater.domain.administration import decide_over_thing
from clientupdater.domain.errors import Forbidden
from clientupdater.domain.permissions import Permission
from clientupdater.ports.audit import LoggedAction
from clientupdater.ports.unit_of_work import NO_CLIENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


@contextmanager
def job_admin(
    work: UnitsOfWork, caller: Caller, resource: str, named: object = ""
) -> Iterator[Transaction]:
    """Begin a transaction over the queue. Jobs are of every company: it needs scope all (A6a)."""
    decision = decide_over_thing(caller.actor, Permission.JOBS_MANAGE, None)
    if not decision.allowed:
        with work.begin(visible_scope_of(caller.actor)) as tx:
            tx.audit.log_refusal(caller, decision, resource, str(named))
        raise Forbidden(Permission.JOBS_MANAGE)
    with work.begin(NO_CLIENTS) as tx:
        yield tx


def log_action(
    tx: Transaction, caller: Caller, action: str, named: object, **details: object
) -> None:
    resource = action.partition(".")[0]
    entry = LoggedAction(action=action, resource=resource, resource_id=str(named), details=details)
    tx.audit.log_action(caller, entry)
