"""Everything that can go wrong, in the words of the business.

    Error
    ├── InvalidInput            the input is not valid; every fault at once
    │   └── InvalidPeriod
    ├── NotFound                it does not exist, or the caller may not see it
    ├── Gone                    it existed, and has expired
    ├── Unauthenticated         the caller is not signed in
    │   └── InvalidCredentials  the credentials are not right
    ├── Refused                 the caller may not do this
    │   ├── Forbidden           the permission is missing
    │   ├── PasswordChangeRequired  the password must be changed first
    │   └── PrivilegeExceeded   the caller would hand out more than they hold
    ├── RuleBroken              a rule of the business refuses it
    │   ├── PeriodClosed, PeriodNotBegun, PeriodMismatch
    │   ├── NotTrackable, AlreadyDone, NotDone
    │   ├── StatusNotAllowed, ReasonRequired, ReasonNotAllowed, RemarksRequired
    │   ├── PaymentRecorded, NotVoidable
    │   ├── OfficerNotAllowed
    │   └── LastAdministrator
    ├── Conflict                somebody else was first
    │   ├── VersionConflict
    │   ├── AlreadyExists
    │   ├── PlanChanged
    │   ├── SyncRunning
    │   ├── SyncOver
    │   ├── BulkRejected
    │   ├── RequestInProgress
    │   └── KeyUsedOtherwise
    ├── Unavailable             a service does not answer; try again
    │   └── CircuitOpen         calls to it are paused, because it has not been answering
    ├── SourceFailed            a source of clients cannot be read; trying again does not help
    │   └── SourceRefused, SourceMalformed, SourceExpired
    └── Misconfigured           the configuration is not valid; every fault at once

A message says what happened, where, and what to do next. `default` is the message where none is
given; docstrings are for readers of the code. `details` carries what a screen needs, such as the
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
        """Keep the message and the facts behind it."""
        self.message = message or self.default
        self.details: Mapping[str, Any] = details
        super().__init__(self.message)


@frozen
class Fault:
    """One fault of the input, and where it is (a JSON pointer or a name)."""

    pointer: str
    message: str


def _listed(faults: Iterable[Fault], separator: str) -> str:
    return separator.join(f"{f.pointer}: {f.message}" if f.pointer else f.message for f in faults)


class InvalidInput(Error):
    """The input is not valid."""

    default = "The input is not valid; check it and send it again."

    def __init__(self, faults: Iterable[Fault], message: str | None = None) -> None:
        """Take all faults at once, so that a person corrects them in one go."""
        self.faults = tuple(faults)
        super().__init__(message or _listed(self.faults, "; ") or None)

    @classmethod
    def of(cls, pointer: str, message: str) -> InvalidInput:
        """Report a single fault."""
        return cls([Fault(pointer, message)])


class InvalidPeriod(InvalidInput):
    """The text or number names no period."""

    default = "Write a period as 2026-11 or 2026-Q4."


class NotFound(Error):
    """It does not exist, or the caller may not see it (A5)."""

    default = "It does not exist, or you may not see it."


class Gone(Error):
    """It existed, and has expired."""

    default = "It has expired and was removed; request it again."


class Unauthenticated(Error):
    """The caller has no session, or it has ended."""

    default = "You are not signed in, or your session has ended; sign in."


class InvalidCredentials(Unauthenticated):
    """One message for every cause, so that it tells a stranger nothing (U3)."""

    default = "Wrong email, password or reset token, or the account is locked."


class Refused(Error):
    """The caller may not do this."""

    default = "You may not do this."


class Forbidden(Refused):
    """The permission is missing."""

    def __init__(self, permission: str, message: str | None = None) -> None:
        """Name the permission, and nothing of what was found."""
        self.permission = permission
        super().__init__(
            message or f"This needs the permission {permission}.", permission=permission
        )


class PasswordChangeRequired(Refused):
    """The account's password must be changed first."""

    default = "Change your password before you do anything else."


class PrivilegeExceeded(Refused):
    """The caller would hand out or take away more than they hold (A6)."""

    default = "You can only give what you hold yourself; ask another administrator."


class RuleBroken(Error):
    """A rule of the business refuses it."""

    default = "A rule of the business does not allow this."


class PeriodClosed(RuleBroken):
    """The period is over and closed to this caller (P7)."""

    default = "The period is closed; writing to it needs status:correct."


class PeriodNotBegun(RuleBroken):
    """The period is still to come (P7)."""

    default = "The period has not begun yet; wait for its first day."


class PeriodMismatch(RuleBroken):
    """The period is of the other tracking cycle (P2)."""

    default = "The client is tracked by the other cycle; choose a period of that cycle."


class NotTrackable(RuleBroken):
    """The client is not tracked in this period (P5, P6)."""

    default = "The client is not tracked at present, so nothing can be recorded."

    @classmethod
    def without_cycle(cls) -> NotTrackable:
        """Refuse a client without a product, since the product sets the cycle (P2)."""
        return cls(
            "The client has no product, so its tracking cycle is not known; set its product first."
        )


class AlreadyDone(RuleBroken):
    """The row is at DONE (S3)."""

    default = "The period's work on this client is done; reopen it first."


class NotDone(RuleBroken):
    """The row is not at DONE (S12)."""

    default = "Only a row at DONE can be reopened."


class StatusNotAllowed(RuleBroken):
    """The status cannot be recorded for this client (S1, S6, S7)."""

    default = "This status cannot be recorded for this client; choose another one."


class ReasonRequired(RuleBroken):
    """The status needs a reason (S4)."""

    default = "This status needs a reason; choose one."


class ReasonNotAllowed(RuleBroken):
    """The reason does not belong to the status (S4)."""

    default = "This reason does not belong to the status; choose another one."


class RemarksRequired(RuleBroken):
    """The reason or the correction needs remarks (S5)."""

    default = "Remarks are required here; write them."


class PaymentRecorded(RuleBroken):
    """A recorded payment is not taken back by a later update (S8)."""

    default = "A payment was recorded; to take it back, void the event that recorded it."


class NotVoidable(RuleBroken):
    """The event cannot be voided (S13)."""

    default = "This event cannot be voided; choose a recording or a payment that still counts."


class OfficerNotAllowed(RuleBroken):
    """The person cannot be the officer of this client (A3)."""

    default = "This person cannot be the officer of this client; choose another person."


class LastAdministrator(RuleBroken):
    """Someone must be left who can administer users (A9)."""

    default = (
        "This is the last administrator, who can be neither removed nor deactivated; "
        "appoint another one first."
    )


class Conflict(Error):
    """Somebody else was first."""

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
    """There is one already."""

    default = "It exists already; use the existing one."


class PlanChanged(Conflict):
    """Applying the plan would do something else than its preview showed (Y6)."""

    default = "Applying this now would not do what the preview showed; preview it again."


class SyncRunning(Conflict):
    """Each source has one run at a time (Y2)."""

    default = "A run of this source is under way; wait for it to end, or cancel it."


class SyncOver(Conflict):
    """The run has ended or was cancelled."""

    default = "This run has ended or was cancelled; start another one."


class BulkRejected(Conflict):
    """One item of an all-or-none call failed."""

    default = "At least one item failed, so none was written; correct it and send all again."

    def __init__(self, outcomes: Iterable[object]) -> None:
        """Carry the outcome of each item, in order."""
        self.outcomes = tuple(outcomes)
        super().__init__()


class RequestInProgress(Conflict):
    """The first request with this Idempotency-Key has not ended yet."""

    default = "The same request is still being processed; send it again to get its answer."


class KeyUsedOtherwise(Conflict):
    """Another request used this Idempotency-Key."""

    default = "This Idempotency-Key belongs to another request; use a new one."


class Unavailable(Error):
    """A service does not answer."""

    def __init__(self, service: str, message: str | None = None, **details: Any) -> None:
        """Name the service that did not answer."""
        self.service = service
        super().__init__(message or f"{service} does not answer; try again.", **details)


class CircuitOpen(Unavailable):
    """Calls to the service are paused, because it has not been answering."""

    def __init__(self, service: str, until: datetime | None) -> None:
        """Say when calls resume."""
        self.until = until
        when = f"; it is asked again from {until:%H:%M:%S} UTC" if until else ""
        super().__init__(service, f"{service} has not been answering{when}.")


class KeyMissing(Unavailable):
    """A value is encrypted with a key that ENCRYPTION_KEYS does not hold."""

    def __init__(self, key: str) -> None:
        """Name the key, for the person who can put it back."""
        super().__init__(
            "the key",
            f"It is sealed with the key {key!r}, which ENCRYPTION_KEYS does not hold; add it.",
        )


class SourceFailed(Error):
    """A source of clients cannot be read."""

    default = "The source could not be read; look at its connection and run again."


class SourceRefused(SourceFailed):
    """The source does not let us in."""

    default = "The source refused access; check its credentials and grants."


RUN_AGAIN = "Run again; if it happens again, tell the people who run the source."
MEND_FILE = "Have the file mended, then run again."


class SourceMalformed(SourceFailed):
    """The source sent something that cannot be read."""

    default = (
        "The source sent something that cannot be read; nothing of it was taken. Run again; if it "
        "happens again, tell the people who run the source."
    )

    def __init__(self, text: str | None = None, todo: str = RUN_AGAIN) -> None:
        """Say what was found, and what to do about it outside this software."""
        super().__init__(f"{text.removesuffix('.')}. {todo}" if text else None)


class SourceExpired(SourceFailed):
    """The source cannot continue from this position."""

    default = "The source cannot continue from there; start one run from the beginning."


class Misconfigured(Error):
    """The configuration is not valid."""

    default = "The configuration is not valid; run `clientupdater doctor` to see what is wrong."

    def __init__(self, faults: Iterable[Fault], message: str | None = None) -> None:
        """Take all faults at once, so that one look at the configuration mends them."""
        self.faults = tuple(faults)
        super().__init__(message or _listed(self.faults, "\n") or None)
