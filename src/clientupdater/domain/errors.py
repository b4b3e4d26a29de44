"""Everything that can go wrong, in the words of the business.

    Error
    ├── InvalidInput            the input is not valid; every fault at once
    │   └── InvalidPeriod, UnknownSource
    ├── NotFound                it does not exist, or the caller may not see it (A5)
    ├── Gone                    it existed, and has expired
    ├── Unauthenticated         the caller is not signed in
    │   └── InvalidCredentials  the credentials are not right
    ├── Refused                 the caller may not do this
    │   ├── Forbidden           the permission is missing
    │   ├── PasswordChangeRequired  the password must be changed first
    │   └── PrivilegeExceeded   the caller would hand out more than they hold (A6)
    ├── RuleBroken              a rule of the business refuses it
    │   ├── PeriodClosed (P7), PeriodNotBegun (P7), PeriodNotClosed (R11), PeriodMismatch (P2)
    │   ├── NotTrackable (P5, P6), AlreadyDone (S3), NotDone (S12)
    │   ├── StatusNotAllowed (S1, S6, S7), ReasonRequired (S4), ReasonNotAllowed (S4)
    │   ├── RemarksRequired (S5)
    │   ├── PaymentRecorded (S8), NotVoidable (S13)
    │   ├── OfficerNotAllowed (A3)
    │   ├── LastAdministrator (A9)
    │   ├── BranchInUse
    │   └── ConfigurationNotAllowed, RoleNotDeletable
    ├── Conflict                another change came first
    │   ├── VersionConflict (S10)
    │   ├── AlreadyExists
    │   ├── PlanChanged (Y6)
    │   ├── SyncRunning (Y2)
    │   ├── SyncOver
    │   ├── BulkRejected
    │   ├── RequestInProgress
    │   └── KeyUsedOtherwise
    ├── Unavailable             a service does not answer; try again
    │   ├── CircuitOpen         calls to it are paused, because it has not been answering
    │   └── KeyMissing          a key that something is sealed with is not configured
    ├── SourceFailed            a source of clients cannot be read; trying again does not help
    │   └── SourceRefused, SourceMalformed, SourceExpired
    └── Misconfigured           the configuration is not valid; every fault at once

A message says what happened, where, and what to do next. `default` is the message where none is
given, and says what the error means. `details` carries what a screen needs, such as the
field and the values allowed. An error carries no personal data, because it is logged, and neither
an HTTP status nor an exit code: those are set at the edge (``entrypoints/failures.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime


class Error(Exception):
    """The root of all errors that the application raises on purpose."""

    default: ClassVar[str] = "Something went wrong; try again."

    def __init__(self, message: str | None = None, **details: Any) -> None:
        self.message = message or self.default
        self.details: Mapping[str, Any] = details
        super().__init__(self.message)


@frozen
class Fault:
    """One fault, and where it is: a JSON pointer of input, a line of a file, a setting's name."""

    pointer: str
    message: str


def _listed(faults: Iterable[Fault], separator: str) -> str:
    return separator.join(f"{f.pointer}: {f.message}" if f.pointer else f.message for f in faults)


class InvalidInput(Error):
    default = "The input is not valid; check it and send it again."

    def __init__(self, faults: Iterable[Fault], message: str | None = None) -> None:
        """Take all faults at once, so that a person corrects them in one go."""
        self.faults = tuple(faults)
        super().__init__(message or _listed(self.faults, "; ") or None)

    @classmethod
    def of(cls, pointer: str, message: str) -> InvalidInput:
        """Report a single fault."""
        return cls([Fault(pointer, message)])

    def below(self, pointer: str) -> InvalidInput:
        """Report the same faults as those of a part of a larger input."""
        faults = [Fault(f"{pointer}{each.pointer}", each.message) for each in self.faults]
        return InvalidInput(faults)


class InvalidPeriod(InvalidInput):
    default = "Write a period as 2026-11 or 2026-Q4."


class UnknownSource(InvalidInput):
    default = "There is no such source; list those that there are."


class NotFound(Error):
    default = "It does not exist, or you may not see it."


class Gone(Error):
    default = "It has expired and was removed; request it again."


class Unauthenticated(Error):
    default = "You are not signed in, or your session has ended; sign in."


class InvalidCredentials(Unauthenticated):
    """One message for every cause, so that it tells a stranger nothing (U3)."""

    default = "Wrong email, password or reset token, or the account is locked."


class Refused(Error):
    default = "You may not do this."


class Forbidden(Refused):
    """The permission is missing."""

    def __init__(self, permission: str, message: str | None = None) -> None:
        self.permission = permission
        super().__init__(
            message or f"This needs the permission {permission}.", permission=permission
        )


class PasswordChangeRequired(Refused):
    default = "Change your password before you do anything else."


class PrivilegeExceeded(Refused):
    default = "You can only give what you hold yourself; ask another administrator."


class RuleBroken(Error):
    default = "A rule of the business does not allow this."


class PeriodClosed(RuleBroken):
    default = "The period is closed; writing to it needs status:correct."


class PeriodNotBegun(RuleBroken):
    default = "The period has not begun yet; wait for its first day."


class PeriodNotClosed(RuleBroken):
    default = "The period can still be written to; it is sealed once it is closed."


class PeriodMismatch(RuleBroken):
    default = "The client is tracked by the other cycle; choose a period of that cycle."


class NotTrackable(RuleBroken):
    default = "The client is not tracked at present, so nothing can be recorded."

    @classmethod
    def without_cycle(cls) -> NotTrackable:
        """Refuse a client without a product, since the product sets the cycle (P2)."""
        return cls(
            "The client has no product, so its tracking cycle is not known; set its product first."
        )


class AlreadyDone(RuleBroken):
    default = "The period's work on this client is done; reopen it first."


class NotDone(RuleBroken):
    default = "Only a row at DONE can be reopened."


class StatusNotAllowed(RuleBroken):
    default = "This status cannot be recorded for this client; choose another one."


class ReasonRequired(RuleBroken):
    default = "This status needs a reason; choose one."


class ReasonNotAllowed(RuleBroken):
    default = "This reason does not belong to the status; choose another one."


class RemarksRequired(RuleBroken):
    default = "Remarks are required here; write them."


class PaymentRecorded(RuleBroken):
    default = "A payment was recorded; to take it back, void the event that recorded it."


class NotVoidable(RuleBroken):
    default = "This event cannot be voided; choose a recording or a payment that still counts."


class OfficerNotAllowed(RuleBroken):
    default = "This person cannot be the officer of this client; choose another person."


class ConfigurationNotAllowed(RuleBroken):
    default = "The configuration cannot be changed in this way."


class RoleNotDeletable(RuleBroken):
    default = "This role cannot be deleted."


class LastAdministrator(RuleBroken):
    default = (
        "This is the last administrator, who can be neither removed nor deactivated; "
        "appoint another one first."
    )


class BranchInUse(RuleBroken):
    default = "The branch has clients; close it, which moves them to another branch."


class Conflict(Error):
    default = "Somebody else changed this at the same moment; look at it again and retry."


class VersionConflict(Conflict):
    """The thing has changed since the caller read it (S10)."""

    def __init__(
        self, *, provided: int, current: int, snapshot: object = None, fields: Iterable[str] = ()
    ) -> None:
        """Carry what the caller needs to decide anew: the row as it is and what differs."""
        self.provided = provided
        self.current = current
        self.snapshot = snapshot
        self.fields = tuple(fields)
        super().__init__(
            f"You saw version {provided}; it is now at version {current}. Read it again and retry.",
            provided=provided,
            current=current,
            fields=list(self.fields),
        )


class AlreadyExists(Conflict):
    default = "It exists already; use the existing one."


class PlanChanged(Conflict):
    default = "Applying this now would not do what the preview showed; preview it again."


class SyncRunning(Conflict):
    default = "A run of this source is under way; wait for it to end, or cancel it."


class SyncOver(Conflict):
    default = "This run has ended or was cancelled; start another one."


class BulkRejected(Conflict):
    default = "At least one item failed, so none was written; correct it and send all again."

    def __init__(self, outcomes: Iterable[object]) -> None:
        self.outcomes = tuple(outcomes)
        super().__init__()


class RequestInProgress(Conflict):
    default = "The same request is still being processed; send it again to get its answer."


class KeyUsedOtherwise(Conflict):
    default = "This Idempotency-Key belongs to another request; use a new one."


class Unavailable(Error):
    """A service does not answer."""

    def __init__(self, service: str, message: str | None = None, **details: Any) -> None:
        self.service = service
        super().__init__(message or f"{service} does not answer; try again.", **details)


class CircuitOpen(Unavailable):
    """Calls to the service are paused, because it has not been answering."""

    def __init__(self, service: str, until: datetime | None) -> None:
        self.until = until
        when = f"; it is asked again from {until:%H:%M:%S} UTC" if until else ""
        super().__init__(service, f"{service} has not been answering{when}.")


class KeyMissing(Unavailable):
    """A value is encrypted with a key that ENCRYPTION_KEYS does not hold."""

    def __init__(self, key: str, *, is_another: bool = False) -> None:
        """Name the key, for the person who can put it back; one of its name may be there."""
        message = f"It is sealed with the key {key!r}, which ENCRYPTION_KEYS does not hold; add it."
        if is_another:
            message = f"The key {key!r} does not open it: another key of that name sealed it."
        super().__init__("the key", message)


class SourceFailed(Error):
    default = "The source could not be read; look at its connection and run again."


class SourceRefused(SourceFailed):
    default = "The source refused access; check its credentials and grants."


RUN_AGAIN = "Run again; if it happens again, tell the people who run the source."
MEND_FILE = "Have the file mended, then run again."


class SourceMalformed(SourceFailed):
    default = (
        "The source sent something that cannot be read; nothing of it was taken. Run again; if it "
        "happens again, tell the people who run the source."
    )

    def __init__(self, text: str | None = None, todo: str = RUN_AGAIN) -> None:
        """Say what was found, and what to do about it outside this software."""
        super().__init__(f"{text.removesuffix('.')}. {todo}" if text else None)


class SourceExpired(SourceFailed):
    default = "The source cannot continue from there; start one run from the beginning."


class Misconfigured(Error):
    default = "The configuration is not valid; run `clientupdater doctor` to see what is wrong."

    def __init__(self, faults: Iterable[Fault], message: str | None = None) -> None:
        """Take all faults at once, so that one look at the configuration mends them."""
        self.faults = tuple(faults)
        super().__init__(message or _listed(self.faults, "\n") or None)
