"""The contacts of branches."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import attrs
from attrs import frozen

from clientupdater.domain.organisation import LONGEST_CONTACT, LONGEST_TYPE
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import BASE, Call, Endpoint, Result
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.branches import admit
from clientupdater.entrypoints.http.routes.conflicts import conflicts_shown
from clientupdater.entrypoints.http.routes.fields import AS_IT_IS, Version
from clientupdater.entrypoints.http.routes.organisation_shapes import (
    CONTACT_PRIMARY,
    CONTACT_TYPE,
    CONTACT_VALUE,
    BranchContact,
)
from clientupdater.entrypoints.structuring import Text
from clientupdater.usecases.organisation.contacts import ContactChanges, NewContact

ContactType = Annotated[str, Text(longest=LONGEST_TYPE, shortest=1), CONTACT_TYPE]
ContactValue = Annotated[str, Text(longest=LONGEST_CONTACT, shortest=1), CONTACT_VALUE]
IsPrimary = Annotated[bool, CONTACT_PRIMARY]


@frozen
class BranchContactList:
    """The contacts of a branch, by type, the primary one first."""

    items: Annotated[tuple[BranchContact, ...], About("The contacts.")]


@frozen(kw_only=True)
class AddContactRequest:
    """The new contact. A primary one replaces the primary one of its type."""

    type: ContactType
    value: ContactValue
    is_primary: IsPrimary = False


@frozen(kw_only=True)
class ChangeContactRequest:
    """What to change."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"value": "+63289123457", "version": 1}

    value: ContactValue = AS_IT_IS
    is_primary: IsPrimary = AS_IT_IS
    version: Version | None = None


@frozen
class DeleteContactRequest:
    """The version that you read, if no header names it."""

    version: Version | None = None


def list_contacts(call: Call) -> BranchContactList:
    """List the contacts of a branch."""
    contacts = call.app.organisation.contacts.list(call.caller, call.path["branch"])
    return BranchContactList(tuple(map(BranchContact.of, contacts)))


def add_contact(call: Call) -> Result:
    """Add a contact to a branch, which may have 50."""
    new = NewContact(**attrs.asdict(call.body))
    made = call.app.organisation.contacts.add(call.caller, call.path["branch"], new)
    location = f"{BASE}/branches/{made.branch}/contacts/{made.id}"
    return Result(value=BranchContact.of(made), version=made.version, location=location)


def change_contact(call: Call) -> Result:
    """Change a contact. Members that you leave out stay."""
    values = {a.name: getattr(call.body, a.name) for a in attrs.fields(ContactChanges)}
    changes = {name: value for name, value in values.items() if value is not AS_IT_IS}
    with conflicts_shown(lambda: _shown(call)):
        changed = call.app.organisation.contacts.change(
            call.caller,
            call.path["branch"],
            call.path["contact"],
            ContactChanges(**changes),
            call.version,
        )
    return Result(value=BranchContact.of(changed), version=changed.version)


def delete_contact(call: Call) -> None:
    """Delete a contact."""
    with conflicts_shown(lambda: _shown(call)):
        call.app.organisation.contacts.remove(
            call.caller, call.path["branch"], call.path["contact"], call.version
        )


def _shown(call: Call) -> BranchContact | None:
    contacts = list_contacts(call).items
    return next((each for each in contacts if each.id == call.path["contact"]), None)


_CONTACTS = "/branches/{branch}/contacts"
_CONTACT = f"{_CONTACTS}/{{contact}}"
_READ, _MANAGE = Permission.BRANCHES_READ, Permission.BRANCHES_MANAGE

ENDPOINTS = (
    Endpoint(
        method="GET",
        path=_CONTACTS,
        summary="List a branch's contacts",
        handle=list_contacts,
        answers=BranchContactList,
        permission=_READ,
    ),
    Endpoint(
        method="POST",
        path=_CONTACTS,
        summary="Add a contact",
        handle=add_contact,
        status=201,
        has_location=True,
        body=AddContactRequest,
        answers=BranchContact,
        permission=_MANAGE,
        admit=admit,
    ),
    Endpoint(
        method="PATCH",
        path=_CONTACT,
        summary="Change a contact",
        handle=change_contact,
        body=ChangeContactRequest,
        answers=BranchContact,
        permission=_MANAGE,
        admit=admit,
        versioned=True,
    ),
    Endpoint(
        method="DELETE",
        path=_CONTACT,
        summary="Delete a contact",
        handle=delete_contact,
        status=204,
        body=DeleteContactRequest,
        body_required=False,
        permission=_MANAGE,
        admit=admit,
        versioned=True,
    ),
)
