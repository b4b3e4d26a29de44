"""The contacts of branches."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

from attrs import evolve, frozen

from clientupdater.domain.errors import InvalidInput, NotFound
from clientupdater.domain.organisation import MOST_CONTACTS, BranchContact, checked
from clientupdater.domain.versions import require_version
from clientupdater.usecases.organisation.branches import MANAGE, READ, find_branch
from clientupdater.usecases.organisation.changes import (
    organisation_admin,
    record_change,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import BranchId
    from clientupdater.domain.organisation import Branch
    from clientupdater.ports.audit import ConfigurationChange
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


@frozen(kw_only=True)
class NewContact:
    """A contact to add; a primary one replaces the primary one of its type."""

    type: str
    value: str
    is_primary: bool = False


@frozen(kw_only=True)
class ContactChanges:
    """The new values of a contact; None leaves a value as it is."""

    value: str | None = None
    is_primary: bool | None = None

    def applied(self, contact: BranchContact) -> BranchContact:
        """Return the contact with these changes; refuse them with every fault at once."""
        return checked(
            evolve(
                contact,
                value=contact.value if self.value is None else self.value.strip(),
                is_primary=contact.is_primary if self.is_primary is None else self.is_primary,
            )
        )


@frozen
class BranchContacts:
    """Contacts are part of their branch: the same permissions, and its changes come in turn."""

    work: UnitsOfWork

    def list(self, caller: Caller, branch: BranchId | str) -> Sequence[BranchContact]:
        """Return all contacts of a branch by type, the primary one first."""
        with organisation_admin(self.work, caller, "branch", branch) as (tx, actor):
            return tx.branches.contacts(find_branch(tx, actor, branch, READ).id)

    def add(self, caller: Caller, branch: BranchId | str, new: NewContact) -> BranchContact:
        """Add a contact."""
        with self._locked(caller, branch) as (tx, owner, contacts):
            require_room(contacts)
            return add_contact(tx, caller, owner, new)

    def change(
        self,
        caller: Caller,
        branch: BranchId | str,
        contact: UUID,
        changes: ContactChanges,
        version: int | None,
    ) -> BranchContact:
        """Apply the changes to the version that the caller saw, or to any (None)."""
        with self._locked(caller, branch) as (tx, _, contacts):
            seen = _find(contacts, contact)
            changed = changes.applied(seen)
            fields = [name for name in seen.record if seen.record[name] != changed.record[name]]
            require_version(version, seen.version, fields)
            return save_contact(tx, caller, seen, changed) if fields else seen

    def remove(
        self, caller: Caller, branch: BranchId | str, contact: UUID, version: int | None
    ) -> None:
        """Delete a contact at the version that the caller saw, or at any (None)."""
        with self._locked(caller, branch) as (tx, _, contacts):
            seen = _find(contacts, contact)
            require_version(version, seen.version)
            tx.branches.remove_contact(seen)
            record_contact(tx, caller, "branch.remove_contact", seen, seen.record, None)

    @contextmanager
    def _locked(
        self, caller: Caller, branch: BranchId | str
    ) -> Iterator[tuple[Transaction, Branch, Sequence[BranchContact]]]:
        with organisation_admin(self.work, caller, "branch", branch) as (tx, actor):
            owner = find_branch(tx, actor, branch, MANAGE)
            if tx.branches.lock(owner.id) is None:
                raise NotFound
            yield tx, owner, tx.branches.contacts(owner.id)


def require_room(contacts: Sequence[BranchContact]) -> None:
    """Refuse another contact of a branch that has as many as it may have."""
    if len(contacts) >= MOST_CONTACTS:
        message = f"the branch has {MOST_CONTACTS} contacts already; delete one first"
        raise InvalidInput.of("", message)


def add_contact(tx: Transaction, caller: Caller, branch: Branch, new: NewContact) -> BranchContact:
    """Add a contact to a branch, and audit it."""
    contact = checked(
        BranchContact(
            id=uuid4(),
            branch=branch.id,
            type=new.type.strip(),
            value=new.value.strip(),
            is_primary=new.is_primary,
        )
    )
    tx.branches.add_contact(contact)
    record_contact(tx, caller, "branch.add_contact", contact, None, contact.record)
    return contact


def save_contact(
    tx: Transaction, caller: Caller, seen: BranchContact, changed: BranchContact
) -> BranchContact:
    """Save a changed contact, and audit it."""
    saved = tx.branches.save_contact(changed)
    record_contact(tx, caller, "branch.change_contact", saved, seen.record, saved.record)
    return saved


def record_contact(
    tx: Transaction,
    caller: Caller,
    action: str,
    contact: BranchContact,
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
) -> ConfigurationChange:
    """Log and audit a change of a contact."""
    branch = contact.branch
    return record_change(
        tx, caller, action, "branch_contacts", contact.id, before, after, branch=branch
    )


def _find(contacts: Sequence[BranchContact], contact: UUID) -> BranchContact:
    seen = next((each for each in contacts if each.id == contact), None)
    if seen is None:
        raise NotFound
    return seen
