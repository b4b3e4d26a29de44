"""What every change of the configuration has in common: its lock, its judgement, its records."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.domain.versions import changed_fields
from clientupdater.ports.audit import ConfigurationChange, LoggedAction
from clientupdater.ports.unit_of_work import NO_CLIENTS
from clientupdater.usecases.access.user_admin import (
    current_actor,
    refusals_recorded,
    require_over_thing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from clientupdater.domain.access import Actor
    from clientupdater.domain.callers import Caller
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


@frozen
class ConfigAdmin:
    """A transaction in which an actor reads or changes the configuration."""

    tx: Transaction
    caller: Caller
    actor: Actor
    now: datetime

    def require(
        self, permission: Permission, company: str | None, visible_by: Permission | None = None
    ) -> None:
        """Require scope all over a company, by its code; without one, over every company (A6a)."""
        if company is None or not self.actor.grants_of(permission):
            require_over_thing(self.actor, permission, None, visible_by)
        else:
            over = self.tx.organisation.company(company)
            require_over_thing(self.actor, permission, over, visible_by)

    def record(
        self,
        table: str,
        record: str,
        before: Mapping[str, object] | None,
        after: Mapping[str, object] | None,
    ) -> ConfigurationChange:
        """Keep a change in the audit and the activity log (L1); of an update, what differs."""
        if before is not None and after is not None:
            before, after = changed_fields(before, after)
        change = ConfigurationChange(table=table, record=record, before=before, after=after)
        self.tx.audit.log_configuration(self.caller, change)
        entry = LoggedAction(
            action=f"config.{change.action}",
            resource=table,
            resource_id=record,
            details={"change": change.id},
        )
        self.tx.audit.log_action(self.caller, entry)
        return change


@contextmanager
def config_admin(
    work: UnitsOfWork, clock: Clock, caller: Caller, resource: str
) -> Iterator[ConfigAdmin]:
    """Begin a change: it waits for the one under way, and the audit keeps a refusal (A5)."""
    with refusals_recorded(work, caller, None, resource), work.begin(NO_CLIENTS) as tx:
        tx.configuration.lock()
        yield ConfigAdmin(tx, caller, current_actor(tx, caller), clock.now())


@contextmanager
def config_reader(
    work: UnitsOfWork, clock: Clock, caller: Caller, resource: str
) -> Iterator[ConfigAdmin]:
    """Begin a look at the configuration."""
    with refusals_recorded(work, caller, None, resource), work.begin(NO_CLIENTS) as tx:
        yield ConfigAdmin(tx, caller, current_actor(tx, caller), clock.now())
