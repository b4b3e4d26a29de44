"""Changes of the configuration with effects beyond it: what is tracked, and undoing a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from attrs import frozen

from clientupdater.domain.errors import (
    AlreadyExists,
    ConfigurationNotAllowed,
    PlanChanged,
    VersionConflict,
)
from clientupdater.domain.ids import ChangeId
from clientupdater.domain.lookups import LookupTable
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import BASE, Call, Endpoint, Result
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.config_lookups import entry_shown
from clientupdater.entrypoints.http.routes.conflicts import conflicts_shown
from clientupdater.entrypoints.http.routes.fields import Version
from clientupdater.entrypoints.http.routes.lookups import LookupEntry
from clientupdater.entrypoints.structuring import Text

if TYPE_CHECKING:
    from clientupdater.domain.lookups import Lookup
    from clientupdater.usecases.configuration.par_statuses import TrackingPreview
    from clientupdater.usecases.configuration.undo import Undone

PlanHash = Annotated[str, Text(longest=64, shortest=64)]


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


def preview_tracking(call: Call) -> TrackingPlan:
    """Show whose tracking would begin or end if `is_trackable` of a PAR status changed."""
    preview = call.app.configuration.par_statuses.preview(
        call.caller, call.path["entry"], is_trackable=call.query.is_trackable
    )
    return plan_shown(preview)


def apply_tracking(call: Call) -> Result:
    """Change `is_trackable` of a PAR status, as previewed. New periods go by it at once; a job
    exempts, restores and opens the rows of its clients.
    """
    body: ApplyTrackingRequest = call.body
    code = call.path["entry"]
    with conflicts_shown(lambda: entry_shown(_par_status(call))):
        started = call.app.configuration.par_statuses.change(
            call.caller,
            code,
            is_trackable=body.is_trackable,
            plan_hash=body.plan_hash,
            version=call.version,
        )
    shown = StartedTracking(entry_shown(started.entry), started.job)
    return Result(value=shown, location=f"{BASE}/jobs/{started.job}")


def undo_change(call: Call) -> UndoneChange:
    """Undo a change of configuration or organisation: its old values become a new change. Refused
    if the row has changed since. A deleted area or branch belongs to its users again; assignments
    that ended stay ended. Needs the permission `config:manage`; for an area, the permission
    `areas:manage`; for a branch or its contacts, the permission `branches:manage`.
    """
    change = ChangeId(call.path["change"])
    return undone_shown(call.app.configuration.undo(call.caller, change, call.body.plan_hash))


def _par_status(call: Call) -> Lookup:
    return call.app.configuration.lookup_admin.show(
        call.caller, LookupTable.PAR_STATUSES, call.path["entry"]
    )


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


_MANAGE = Permission.CONFIG_MANAGE
_TRACKING = "/config/par-statuses/{entry}/tracking"

ENDPOINTS = (
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
