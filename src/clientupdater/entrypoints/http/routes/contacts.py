"""Correcting contact numbers, and settling conflicts with a source (C1)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from attrs import field, frozen

from clientupdater.domain.contacts import LONGEST_NUMBER, Settlement
from clientupdater.domain.permissions import Permission
from clientupdater.domain.sync.fields import CONTACTS, Field
from clientupdater.entrypoints.http.contract import Call, Endpoint, Result
from clientupdater.entrypoints.http.routes.conflicts import conflicts_shown
from clientupdater.entrypoints.http.routes.fields import Version
from clientupdater.entrypoints.http.routes.rights import admitting
from clientupdater.entrypoints.structuring import Many, Text
from clientupdater.ports.lists import ClientRecord

if TYPE_CHECKING:
    pass

_AS_IT_IS: Any = object()
"""The default of a number that is left out, since null removes one."""

Number = Annotated[str, Text(longest=LONGEST_NUMBER)]


class ContactField(StrEnum):
    """One of the two numbers of a client."""

    CONTACT_NUMBER = Field.CONTACT_NUMBER.value
    CONTACT_NUMBER_ALT = Field.CONTACT_NUMBER_ALT.value


@frozen(kw_only=True)
class CorrectContactsRequest:
    """The corrected numbers. A number that is left out stays; null removes it."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"contact_number": "+639171234567", "version": 3}

    contact_number: Number | None = field(default=_AS_IT_IS, repr=False)
    contact_number_alt: Number | None = field(default=_AS_IT_IS, repr=False)
    version: Version | None = None


@frozen(kw_only=True)
class SettleContactConflictRequest:
    """Which numbers to keep."""

    decision: Settlement
    fields: Annotated[tuple[ContactField, ...], Many(least=1, most=2)] | None = None
    version: Version | None = None


def correct_contacts(call: Call) -> Result:
    """Correct the client's contact numbers. The correction wins over what a source sends later.
    A number that you leave out stays; null removes it.
    """
    values = {each: getattr(call.body, str(each)) for each in sorted(CONTACTS)}
    corrections = {each: number for each, number in values.items() if number is not _AS_IT_IS}
    with conflicts_shown(lambda: _shown(call).value):
        call.app.clients.contacts.correct(
            call.caller, call.path["client"], corrections, call.version or 0
        )
    return _shown(call)


def settle_contact_conflict(call: Call) -> Result:
    """Decide between the corrected numbers and newer ones from the source."""
    body: SettleContactConflictRequest = call.body
    only = None if body.fields is None else {Field(each) for each in body.fields}
    with conflicts_shown(lambda: _shown(call).value):
        call.app.clients.contacts.settle(
            call.caller, call.path["client"], body.decision, call.version or 0, only
        )
    return _shown(call)


def _shown(call: Call) -> Result:
    """Show the client, by the very right that wrote to it."""
    client, by = call.path["client"], Permission.CLIENTS_UPDATE
    shown = call.app.clients.directory.show(call.caller, client, by)
    return Result(value=shown, version=shown.version)


_UPDATE = Permission.CLIENTS_UPDATE

ENDPOINTS = (
    Endpoint(
        method="PATCH",
        path="/clients/{client}",
        summary="Correct contact numbers",
        handle=correct_contacts,
        body=CorrectContactsRequest,
        answers=ClientRecord,
        permission=_UPDATE,
        admit=admitting(_UPDATE),
        versioned=True,
    ),
    Endpoint(
        method="POST",
        path="/clients/{client}/contact-conflict",
        summary="Settle a contact conflict",
        handle=settle_contact_conflict,
        body=SettleContactConflictRequest,
        answers=ClientRecord,
        permission=_UPDATE,
        admit=admitting(_UPDATE),
        versioned=True,
    ),
)
