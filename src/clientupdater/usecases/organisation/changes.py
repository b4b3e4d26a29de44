"""What changes of areas, branches and contacts share: the judgement and the audit (A5, A6a, L1)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from clientupdater.domain.organisation import tidy
from clientupdater.domain.versions import changed_fields
from clientupdater.ports.audit import ConfigurationChange, LoggedAction, RightsChange
from clientupdater.ports.unit_of_work import ADMINISTRATION
from clientupdater.usecases.access.user_admin import current_actor, refusals_recorded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from uuid import UUID

    from clientupdater.domain.access import Actor
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import PersonId
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


@contextmanager
def organisation_admin(
    work: UnitsOfWork,
    caller: Caller,
    resource: str,
    named: UUID | str | None = None,
    *,
    bears_on_rights: bool = False,
) -> Iterator[tuple[Transaction, Actor]]:
    """Begin a transaction with the caller's rights of this moment; the audit keeps a refusal.

    What bears on rights waits for the change of rights that is under way.
    """
    with refusals_recorded(work, caller, named, resource), work.begin(ADMINISTRATION) as tx:
        if bears_on_rights:
            tx.people.lock_rights()
        yield tx, current_actor(tx, caller)


def record_change(
    tx: Transaction,
    caller: Caller,
    action: str,
    table: str,
    record: object,
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
    **details: object,
) -> ConfigurationChange:
    """Log a change, and audit the values that differ (L1)."""
    if before is not None and after is not None:
        before, after = changed_fields(before, after)
        details["fields"] = sorted(before)
    resource = action.partition(".")[0]
    tx.audit.log_action(
        caller,
        LoggedAction(action=action, resource=resource, resource_id=str(record), details=details),
    )
    change = ConfigurationChange(table=table, record=str(record), before=before, after=after)
    tx.audit.log_configuration(caller, change)
    return change


def record_rights(
    tx: Transaction,
    caller: Caller,
    holders: Iterable[PersonId],
    resource: str,
    record: object,
    difference: Mapping[str, object],
    *,
    is_gained: bool = False,
) -> None:
    """Audit what each holder of an area or a branch gains or loses (L1)."""
    changes = (
        RightsChange(
            decision="granted" if is_gained else "revoked",
            person=holder,
            resource=resource,
            resource_id=str(record),
            before=None if is_gained else difference,
            after=difference if is_gained else None,
        )
        for holder in holders
    )
    tx.audit.log_rights_change(caller, *changes)


def changed_text(before: str | None, after: str | None) -> str | None:
    """Return the new value of a text: None leaves it as it is, an empty one removes it."""
    return before if after is None else tidy(after)
