"""Administration of the eight lookups, and undoing changes of the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar
from uuid import UUID

from attrs import asdict, frozen

from clientupdater.domain.config_fields import LARGEST_ORDER, LONGEST_NAME
from clientupdater.domain.errors import (
    AlreadyExists,
    ConfigurationNotAllowed,
    PlanChanged,
    VersionConflict,
)
from clientupdater.domain.ids import ChangeId
from clientupdater.domain.lookups import (
    LONGEST_CODE,
    LookupChanges,
    LookupTable,
    NewLookup,
)
from clientupdater.domain.periods import Cycle
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import BASE, Answer, Call, Endpoint
from clientupdater.entrypoints.http.descriptions.members import About
from clientupdater.entrypoints.http.routes.conflicts import conflicts_shown
from clientupdater.entrypoints.http.routes.fields import Version
from clientupdater.entrypoints.http.routes.lookups import LookupEntry
from clientupdater.entrypoints.structuring import Integer, Text

if TYPE_CHECKING:
    from clientupdater.domain.lookups import Lookup
    from clientupdater.usecases.configuration.par_statuses import TrackingPreview
    from clientupdater.usecases.configuration.undo import Undone

EntryCode = Annotated[str, Text(longest=LONGEST_CODE, shortest=1)]
EntryName = Annotated[str, Text(longest=LONGEST_NAME, shortest=1)]
SortOrder = Annotated[int, Integer(0, LARGEST_ORDER)]
Reference = Annotated[str, Text(longest=LONGEST_CODE, shortest=1)]
PlanHash = Annotated[str, Text(longest=64, shortest=64)]


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


@frozen(kw_only=True)
class TrackingQuery:
    """What `is_trackable` would become."""

    is_trackable: bool


@frozen
class TouchedCompany:
    """The clients of a company whose tracking would begin or end."""

    company: str
    clients: Annotated[int, About("How many clients.", 412)]
    examples: Annotated[tuple[str, ...], About("Some of their codes.", ["FC-000123"])]


@frozen(kw_only=True)
class TrackingPlan:
    """What a change of `is_trackable` does."""

    code: Annotated[str, About("The PAR status's code.", "tele_130")]
    is_trackable: Annotated[bool, About("What it would become.", example=False)]
    companies: Annotated[tuple[TouchedCompany, ...], About("Whose tracking begins or ends.")]
    plan_hash: Annotated[str, About("Send it to apply exactly this plan.", "9f" * 32)]
    version: int


@frozen(kw_only=True)
class ApplyTrackingRequest:
    """The change, as it was previewed."""

    is_trackable: Annotated[bool, About("Whether its clients are tracked.", example=False)]
    plan_hash: Annotated[PlanHash, About("The hash of the plan.", "9f" * 32)]
    version: Version | None = None


@frozen
class StartedTracking:
    """The changed PAR status, and the job that works on its clients."""

    entry: Annotated[LookupEntry, About("The PAR status.")]
    job: int | None


@frozen
class UndoRequest:
    """The hash of the plan, where the change was one of `is_trackable`."""

    plan_hash: Annotated[
        PlanHash | None, About("The hash of the plan; null: none is needed.", None)
    ] = None


@frozen(kw_only=True)
class UndoneChange:
    """The change that undid another. It can be undone itself."""

    id: UUID
    table: Annotated[str, About("The table of the row that changed.", "config_settings")]
    record: Annotated[str, About("The row that changed.", "status.backdating_days")]
    action: Annotated[str, About("`create`, `update` or `delete`.", "update")]
    before: Annotated[
        dict[str, Any] | None, About("The values before; null: it is new.", {"value": "7"})
    ]
    after: Annotated[
        dict[str, Any] | None, About("The values after; null: it is gone.", {"value": "5"})
    ]
    job: Annotated[int | None, About("The job that it started; null: none.", None)]


def list_lookup_entries(call: Call) -> LookupEntries:
    """List the entries of a lookup, inactive ones too."""
    listed = call.app.lookup_admin.list(call.caller, call.path["table"])
    return LookupEntries(tuple(map(entry_shown, listed)))


def create_lookup_entry(call: Call) -> Answer:
    """Create an entry. It cannot be deleted, only deactivated."""
    body, table = call.body, call.path["table"]
    new = NewLookup(
        code=body.code, name=body.name, sort_order=body.sort_order, facts=asdict(body.facts)
    )
    made = call.app.lookup_admin.create(call.caller, table, new)
    location = f"{BASE}/config/lookups/{table}/{made.code}"
    return Answer(value=entry_shown(made), version=made.version, location=location)


def get_lookup_entry(call: Call) -> Answer:
    """Show an entry."""
    return _answer(call.app.lookup_admin.show(call.caller, *_entry(call)))


def change_lookup_entry(call: Call) -> Answer:
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
        return _answer(
            call.app.lookup_admin.change(call.caller, *_entry(call), changes, call.version)
        )


def delete_lookup_entry(call: Call) -> None:
    """Always refused: an entry is never deleted, so that history still reads. Deactivate it."""
    call.app.lookup_admin.delete(call.caller, *_entry(call))


def preview_tracking(call: Call) -> TrackingPlan:
    """Show whose tracking would begin or end if `is_trackable` of a PAR status changed."""
    preview = call.app.par_status_tracking.preview(
        call.caller, call.path["entry"], is_trackable=call.query.is_trackable
    )
    return plan_shown(preview)


def apply_tracking(call: Call) -> Answer:
    """Change `is_trackable` of a PAR status, as previewed. New periods go by it at once; a job
    exempts, restores and opens the rows of its clients.
    """
    body: ApplyTrackingRequest = call.body
    code = call.path["entry"]
    with conflicts_shown(lambda: entry_shown(_par_status(call))):
        started = call.app.par_status_tracking.change(
            call.caller,
            code,
            is_trackable=body.is_trackable,
            plan_hash=body.plan_hash,
            version=call.version,
        )
    shown = StartedTracking(entry_shown(started.entry), started.job)
    return Answer(value=shown, location=f"{BASE}/jobs/{started.job}")


def undo_change(call: Call) -> UndoneChange:
    """Undo a change of configuration or organisation: its old values become a new change. Refused
    if the row has changed since. A deleted area or branch belongs to its users again; assignments
    that ended stay ended. Needs the permission `config:manage`; for an area, the permission
    `areas:manage`; for a branch or its contacts, the permission `branches:manage`.
    """
    change = ChangeId(call.path["change"])
    return undone_shown(call.app.undo_configuration(call.caller, change, call.body.plan_hash))


def _entry(call: Call) -> tuple[Any, str]:
    return call.path["table"], call.path["entry"]


def _par_status(call: Call) -> Lookup:
    return call.app.lookup_admin.show(call.caller, LookupTable.PAR_STATUSES, call.path["entry"])


def _answer(row: Lookup) -> Answer:
    return Answer(value=entry_shown(row), version=row.version)


def entry_shown(row: Lookup) -> LookupEntry:
    return LookupEntry(**asdict(row, recurse=False))


def plan_shown(preview: TrackingPreview) -> TrackingPlan:
    return TrackingPlan(
        code=preview.entry.code,
        is_trackable=preview.is_trackable,
        companies=tuple(
            TouchedCompany(each.company, each.clients, each.examples)
            for each in preview.plan.touched
        ),
        plan_hash=preview.plan.hash,
        version=preview.entry.version,
    )


def undone_shown(undone: Undone) -> UndoneChange:
    change = undone.change
    return UndoneChange(
        id=change.id,
        table=change.table,
        record=change.record,
        action=change.action,
        before=dict(change.before) if change.before is not None else None,
        after=dict(change.after) if change.after is not None else None,
        job=undone.job,
    )


_READ, _MANAGE = Permission.CONFIG_READ, Permission.CONFIG_MANAGE
_TABLE = "/config/lookups/{table}"
_ENTRY, _TRACKING = f"{_TABLE}/{{entry}}", "/config/par-statuses/{entry}/tracking"

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
    Endpoint(
        method="GET",
        path=_TRACKING,
        summary="Preview a change of tracking",
        handle=preview_tracking,
        query=TrackingQuery,
        answers=TrackingPlan,
        permission=_MANAGE,
    ),
    Endpoint(
        method="PUT",
        path=_TRACKING,
        summary="Change whether clients are tracked",
        handle=apply_tracking,
        status=202,
        has_location=True,
        body=ApplyTrackingRequest,
        answers=StartedTracking,
        permission=_MANAGE,
        versioned=True,
        errors=(PlanChanged,),
    ),
    Endpoint(
        method="POST",
        path="/config/changes/{change}/undo",
        summary="Undo a change of the configuration",
        handle=undo_change,
        body=UndoRequest,
        body_required=False,
        answers=UndoneChange,
        errors=(VersionConflict, ConfigurationNotAllowed, AlreadyExists, PlanChanged),
    ),
)
