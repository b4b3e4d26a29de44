"""Administration of the eight lookups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from attrs import asdict, frozen

from clientupdater.domain.config_fields import LARGEST_ORDER, LONGEST_NAME
from clientupdater.domain.errors import (
    AlreadyExists,
    ConfigurationNotAllowed,
)
from clientupdater.domain.lookups import (
    LONGEST_CODE,
    LookupChanges,
    NewLookup,
)
from clientupdater.domain.periods import Cycle
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import BASE, Call, Endpoint, Result
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.conflicts import conflicts_shown
from clientupdater.entrypoints.http.routes.fields import Version
from clientupdater.entrypoints.http.routes.lookups import LookupEntry
from clientupdater.entrypoints.structuring import Integer, Text

if TYPE_CHECKING:
    from clientupdater.domain.lookups import Lookup

EntryCode = Annotated[str, Text(longest=LONGEST_CODE, shortest=1)]
EntryName = Annotated[str, Text(longest=LONGEST_NAME, shortest=1)]
SortOrder = Annotated[int, Integer(0, LARGEST_ORDER)]
Reference = Annotated[str, Text(longest=LONGEST_CODE, shortest=1)]


@frozen(kw_only=True)
class LookupFacts:
    """Facts of the lookup's own. Which ones there are depends on the lookup."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"sequence": 7}

    company: Annotated[
        Reference | None,
        About("The company's code, of pension types, products and status types.", "FCASH"),
    ] = None
    pension_type: Annotated[
        Reference | None, About("The pension type's code, of pensioner types.", "SSS")
    ] = None
    tracking_cycle: Annotated[
        Cycle | None, About("How often clients are tracked, of products.", "monthly")
    ] = None
    is_trackable: Annotated[
        bool | None,
        About("Whether its clients are tracked, of PAR statuses; changed by a plan.", example=True),
    ] = None
    sequence: Annotated[
        Annotated[int, Integer(0, LARGEST_ORDER)] | None,
        About("The place in the display, of status types.", 7),
    ] = None
    status: Annotated[
        Reference | None, About("The status type's code, of status reasons.", "DONE")
    ] = None
    is_terminal: Annotated[
        bool | None,
        About("Whether it ends a client's tracking, of status reasons.", example=False),
    ] = None
    requires_remarks: Annotated[
        bool | None, About("Whether it needs remarks, of status reasons.", example=False)
    ] = None


@frozen
class LookupEntries:
    """The entries of a lookup, in their order."""

    items: tuple[LookupEntry, ...]


@frozen(kw_only=True)
class CreateLookupEntryRequest:
    """The new entry. Its code and most of its facts stay as they are."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "code": "MESSAGED",
        "name": "Messaged",
        "facts": {"sequence": 7},
    }

    code: EntryCode
    name: EntryName
    sort_order: SortOrder = 0
    facts: Annotated[LookupFacts, About("The facts of this lookup.")] = LookupFacts()


@frozen(kw_only=True)
class ChangeLookupEntryRequest:
    """What to change. Of the facts, `sequence` and `requires_remarks` can change."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"name": "Phoned", "sort_order": 4, "version": 3}

    name: EntryName | None = None
    sort_order: SortOrder | None = None
    is_active: bool | None = None
    facts: Annotated[LookupFacts, About("The facts that change.")] = LookupFacts()
    version: Version | None = None


def list_lookup_entries(call: Call) -> LookupEntries:
    """List the entries of a lookup, inactive ones too."""
    listed = call.app.configuration.lookup_admin.list(call.caller, call.path["table"])
    return LookupEntries(tuple(map(entry_shown, listed)))


def create_lookup_entry(call: Call) -> Result:
    """Create an entry. It cannot be deleted, only deactivated."""
    body, table = call.body, call.path["table"]
    new = NewLookup(
        code=body.code, name=body.name, sort_order=body.sort_order, facts=asdict(body.facts)
    )
    made = call.app.configuration.lookup_admin.create(call.caller, table, new)
    location = f"{BASE}/config/lookups/{table}/{made.code}"
    return Result(value=entry_shown(made), version=made.version, location=location)


def get_lookup_entry(call: Call) -> Result:
    """Show an entry."""
    return _result(call.app.configuration.lookup_admin.show(call.caller, *_entry(call)))


def change_lookup_entry(call: Call) -> Result:
    """Rename, re-order, deactivate or activate an entry. Its code stays, and so do the facts that
    records depend on: for another company, parent or cycle, create another entry.
    """
    body = call.body
    changes = LookupChanges(
        name=body.name,
        sort_order=body.sort_order,
        is_active=body.is_active,
        facts=asdict(body.facts),
    )
    with conflicts_shown(lambda: get_lookup_entry(call).value):
        return _result(
            call.app.configuration.lookup_admin.change(
                call.caller, *_entry(call), changes, call.version
            )
        )


def delete_lookup_entry(call: Call) -> None:
    """Always refused: an entry is never deleted, so that history still reads. Deactivate it."""
    call.app.configuration.lookup_admin.delete(call.caller, *_entry(call))


def _entry(call: Call) -> tuple[Any, str]:
    return call.path["table"], call.path["entry"]


def _result(row: Lookup) -> Result:
    return Result(value=entry_shown(row), version=row.version)


def entry_shown(row: Lookup) -> LookupEntry:
    return LookupEntry(**asdict(row, recurse=False))


_READ, _MANAGE = Permission.CONFIG_READ, Permission.CONFIG_MANAGE
_TABLE = "/config/lookups/{table}"
_ENTRY = f"{_TABLE}/{{entry}}"

ENDPOINTS = (
    Endpoint(
        method="GET",
        path=_TABLE,
        summary="List the entries of a lookup",
        handle=list_lookup_entries,
        answers=LookupEntries,
        permission=_READ,
    ),
    Endpoint(
        method="POST",
        path=_TABLE,
        summary="Create an entry of a lookup",
        handle=create_lookup_entry,
        status=201,
        has_location=True,
        body=CreateLookupEntryRequest,
        answers=LookupEntry,
        permission=_MANAGE,
        errors=(AlreadyExists,),
    ),
    Endpoint(
        method="GET",
        path=_ENTRY,
        summary="Get an entry of a lookup",
        handle=get_lookup_entry,
        answers=LookupEntry,
        permission=_READ,
    ),
    Endpoint(
        method="PATCH",
        path=_ENTRY,
        summary="Change an entry of a lookup",
        handle=change_lookup_entry,
        body=ChangeLookupEntryRequest,
        answers=LookupEntry,
        permission=_MANAGE,
        versioned=True,
        errors=(ConfigurationNotAllowed,),
    ),
    Endpoint(
        method="DELETE",
        path=_ENTRY,
        summary="Learn why an entry is not deleted",
        handle=delete_lookup_entry,
        status=204,
        permission=_MANAGE,
        errors=(ConfigurationNotAllowed,),
    ),
)
