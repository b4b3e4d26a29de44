"""The one table from errors to HTTP statuses, codes and exit codes.

A class without an entry gets the one of its nearest base class, so that a new error is not a 500
by oversight. A test still requires an entry for every class, so that its code is a choice.
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
    """Exit codes of the command line."""

    DONE = 0
    NO = 1
    """A check failed."""
    BAD_INPUT = 2
    REFUSED = 3
    NOT_FOUND = 4
    CONFLICT = 5
    """Another change came first, or a rule of the business refuses this one."""
    OURS = 70
    UNAVAILABLE = 75
    CONFIGURATION = 78


@frozen
class Failure:
    """How an entry point answers one class of error; the code never changes."""

    status: int
    code: str
    exit_code: Exit


OURS = Failure(500, "internal_error", Exit.OURS)
"""An unexpected error."""


def _rule(code: str, status: int = 409) -> Failure:
    return Failure(status, code, Exit.CONFLICT)


TABLE: Mapping[type[errors.Error], Failure] = MappingProxyType(
    {
        errors.Error: OURS,
        errors.InvalidInput: Failure(422, "validation_failed", Exit.BAD_INPUT),
        errors.InvalidPeriod: Failure(422, "validation_failed", Exit.BAD_INPUT),
        errors.UnknownSource: Failure(422, "validation_failed", Exit.BAD_INPUT),
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
        errors.PeriodNotClosed: _rule("period_not_closed"),
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
        errors.ConfigurationNotAllowed: _rule("configuration_not_allowed"),
        errors.RoleNotDeletable: _rule("role_not_deletable"),
        errors.LastAdministrator: _rule("last_administrator"),
        errors.BranchInUse: _rule("branch_in_use"),
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
        # A client of HTTP cannot mend the configuration; the operator reads the log.
        errors.Misconfigured: Failure(500, "internal_error", Exit.CONFIGURATION),
    }
)


def failure_of(error: BaseException) -> Failure:
    """Return the entry of the error's class, or of its nearest base class."""
    return failure_of_kind(type(error))


def failure_of_kind(kind: type[BaseException]) -> Failure:
    return next((TABLE[each] for each in kind.__mro__ if each in TABLE), OURS)


def details_of(error: errors.Error) -> dict[str, Any]:
    """Return the facts behind an error that a client may read."""
    if isinstance(error, errors.InvalidInput | errors.Misconfigured):
        return {"fields": error.faults}
    if isinstance(error, errors.VersionConflict):
        return {**error.details, "snapshot": error.snapshot}
    return dict(error.details)
