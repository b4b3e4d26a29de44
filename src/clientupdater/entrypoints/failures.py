"""The one table from what went wrong to how each entry point says it.

An error that is not listed itself answers as the nearest class above it, so that a new kind of
error is never a 500 by oversight; a test asks that every class has an entry of its own all the
same, so that its code is chosen and not inherited.
"""

from __future__ import annotations

from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import frozen

from clientupdater.domain import errors

if TYPE_CHECKING:
    from collections.abc import Mapping


class Exit(IntEnum):
    """What the command line ends with."""

    DONE = 0
    NO = 1
    """The answer is no: a check that fails."""
    BAD_INPUT = 2
    REFUSED = 3
    NOT_FOUND = 4
    CONFLICT = 5
    """Somebody was quicker, or a rule of the business says no."""
    OURS = 70
    UNAVAILABLE = 75
    CONFIGURATION = 78


@frozen
class Failure:
    """How one kind of error is told: HTTP status, its stable code, the exit code."""

    status: int
    code: str
    exit_code: Exit


OURS = Failure(500, "internal_error", Exit.OURS)
"""What nobody foresaw."""


def _rule(code: str, status: int = 409) -> Failure:
    return Failure(status, code, Exit.CONFLICT)


TABLE: Mapping[type[errors.Error], Failure] = MappingProxyType(
    {
        errors.Error: OURS,
        errors.InvalidInput: Failure(422, "validation_failed", Exit.BAD_INPUT),
        errors.InvalidPeriod: Failure(422, "validation_failed", Exit.BAD_INPUT),
        errors.NotFound: Failure(404, "not_found", Exit.NOT_FOUND),
        errors.Gone: Failure(410, "gone", Exit.NOT_FOUND),
        errors.Unauthenticated: Failure(401, "unauthenticated", Exit.REFUSED),
        errors.InvalidCredentials: Failure(401, "invalid_credentials", Exit.REFUSED),
        errors.Refused: Failure(403, "forbidden", Exit.REFUSED),
        errors.Forbidden: Failure(403, "forbidden", Exit.REFUSED),
        errors.PasswordChangeRequired: Failure(403, "password_change_required", Exit.REFUSED),
        errors.PrivilegeExceeded: Failure(422, "privilege_exceeded", Exit.REFUSED),
        errors.RuleBroken: _rule("rule_broken"),
        errors.PeriodClosed: _rule("period_closed"),
        errors.PeriodNotBegun: _rule("period_not_begun"),
        errors.PeriodMismatch: _rule("period_mismatch", 422),
        errors.NotTrackable: _rule("not_trackable"),
        errors.AlreadyDone: _rule("already_done"),
        errors.NotDone: _rule("not_done"),
        errors.StatusNotAllowed: _rule("status_not_allowed", 422),
        errors.ReasonRequired: _rule("reason_required", 422),
        errors.ReasonNotAllowed: _rule("reason_not_allowed", 422),
        errors.RemarksRequired: _rule("remarks_required", 422),
        errors.PaymentRecorded: _rule("payment_recorded"),
        errors.NotVoidable: _rule("not_voidable"),
        errors.OfficerNotAllowed: _rule("officer_not_allowed", 422),
        errors.LastAdministrator: _rule("last_administrator"),
        errors.Conflict: _rule("conflict"),
        errors.VersionConflict: _rule("version_conflict"),
        errors.AlreadyExists: _rule("already_exists"),
        errors.PlanChanged: _rule("plan_changed"),
        errors.SyncRunning: _rule("sync_running"),
        errors.SyncOver: _rule("sync_over"),
        errors.BulkRejected: _rule("bulk_rejected"),
        errors.RequestInProgress: _rule("idempotency_in_progress"),
        errors.KeyUsedOtherwise: _rule("idempotency_conflict"),
        errors.Unavailable: Failure(503, "unavailable", Exit.UNAVAILABLE),
        errors.CircuitOpen: Failure(503, "unavailable", Exit.UNAVAILABLE),
        errors.KeyMissing: Failure(503, "unavailable", Exit.CONFIGURATION),
        errors.SourceFailed: Failure(500, "internal_error", Exit.OURS),
        errors.SourceRefused: Failure(500, "internal_error", Exit.CONFIGURATION),
        errors.SourceMalformed: Failure(500, "internal_error", Exit.BAD_INPUT),
        errors.SourceExpired: Failure(500, "internal_error", Exit.OURS),
        # To whoever asks over HTTP it is a fault of ours; the operator reads the log.
        errors.Misconfigured: Failure(500, "internal_error", Exit.CONFIGURATION),
    }
)


def failure_of(error: BaseException) -> Failure:
    """Find how this error is told: by its own class, else the nearest above it."""
    return failure_of_kind(type(error))


def failure_of_kind(kind: type[BaseException]) -> Failure:
    """Find how errors of a kind are told."""
    return next((TABLE[each] for each in kind.__mro__ if each in TABLE), OURS)


def details_of(error: errors.Error) -> dict[str, Any]:
    """Give the facts behind an error, as far as they are for whoever asked."""
    if isinstance(error, errors.InvalidInput | errors.Misconfigured):
        return {"fields": error.faults}
    if isinstance(error, errors.VersionConflict):
        return {**error.details, "snapshot": error.snapshot}
    return dict(error.details)
