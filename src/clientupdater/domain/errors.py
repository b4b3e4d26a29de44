"""What can go wrong, in the words of the business.

    Error
    ├── InvalidInput            something given does not fit; every fault at once
    │   └── InvalidPeriod
    ├── NotFound                it is not there, or not for you to see
    ├── Gone                    it was there, and its time is over
    ├── Unauthenticated         nobody knows who you are
    │   └── InvalidCredentials  what you show for it is not right
    ├── Refused                 you may not
    │   ├── Forbidden           the permission is missing
    │   ├── PasswordChangeRequired  first of all the password must be changed
    │   └── PrivilegeExceeded   nobody gives what they do not hold
    ├── RuleBroken              a rule of the business says no
    │   ├── PeriodClosed, PeriodNotBegun, PeriodMismatch
    │   ├── NotTrackable, AlreadyDone, NotDone
    │   ├── StatusNotAllowed, ReasonRequired, ReasonNotAllowed, RemarksRequired
    │   ├── PaymentRecorded, NotVoidable
    │   ├── OfficerNotAllowed
    │   └── LastAdministrator
    ├── Conflict                somebody else was quicker
    │   ├── VersionConflict
    │   ├── AlreadyExists
    │   ├── PlanChanged
    │   ├── SyncRunning
    │   ├── SyncOver
    │   ├── BulkRejected
    │   ├── RequestInProgress
    │   └── KeyUsedOtherwise
    ├── Unavailable             something we need does not answer; try again
    │   └── CircuitOpen         it did not answer for so long that it is not asked for a while
    ├── SourceFailed            a source of clients gave no good answer; trying again is no use
    │   └── SourceRefused, SourceMalformed, SourceExpired
    └── Misconfigured           it cannot work as it is set up; every fault at once

An error says what was wrong, where, and what to do. It carries no HTTP status and no exit
code: those belong to the edge (``entrypoints/failures.py``). It carries nobody's personal
data, because it will be logged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime


class Error(Exception):
    """Something went wrong."""

    def __init__(self, message: str | None = None, **details: Any) -> None:
        """Keep the message (by default the class's own docstring) and the facts behind it."""
        self.message = message or _first_sentence(type(self))
        self.details: Mapping[str, Any] = details
        super().__init__(self.message)


def _first_sentence(kind: type[Error]) -> str:
    return (kind.__doc__ or kind.__name__).strip().splitlines()[0]


@frozen
class Fault:
    """One thing wrong with what was given, and where it stands (a JSON pointer or a name)."""

    pointer: str
    message: str


class InvalidInput(Error):
    """What was given does not fit."""

    def __init__(self, faults: Iterable[Fault], message: str | None = None) -> None:
        """Take all faults at once, so that a person corrects them in one go."""
        self.faults = tuple(faults)
        text = "; ".join(
            f"{f.pointer}: {f.message}" if f.pointer else f.message for f in self.faults
        )
        super().__init__(message or text or None)

    @classmethod
    def of(cls, pointer: str, message: str) -> InvalidInput:
        """Tell of a single fault."""
        return cls([Fault(pointer, message)])


class InvalidPeriod(InvalidInput):
    """A period reads YYYY-MM or YYYY-Qn."""


class NotFound(Error):
    """There is no such thing, or it is not yours to see."""


class Gone(Error):
    """It was kept for a while, and is gone; ask for it anew."""


class Unauthenticated(Error):
    """Sign in first: there is no session, or it is over."""


class InvalidCredentials(Unauthenticated):
    """Wrong email, password or reset token, or the account is locked."""


class Refused(Error):
    """You may not do this."""


class Forbidden(Refused):
    """The permission for this is missing."""

    def __init__(self, permission: str, message: str | None = None) -> None:
        """Name the permission, and nothing of what was found."""
        self.permission = permission
        super().__init__(
            message or f"This needs the permission {permission}.", permission=permission
        )


class PasswordChangeRequired(Refused):
    """The password must be changed before anything else."""


class PrivilegeExceeded(Refused):
    """Nobody gives what they do not hold themselves."""


class RuleBroken(Error):
    """A rule of the business says no."""


class PeriodClosed(RuleBroken):
    """The period can no longer be written to without status:correct."""


class PeriodNotBegun(RuleBroken):
    """The period has not begun yet."""


class PeriodMismatch(RuleBroken):
    """The period is not of the cycle by which this client is tracked."""


class NotTrackable(RuleBroken):
    """The client is not tracked at present."""

    @classmethod
    def without_cycle(cls) -> NotTrackable:
        """Refuse a client whose product, and so whose cycle, is not known (P2)."""
        return cls(
            "The client has no product, so its tracking cycle is not known; set its product first."
        )


class AlreadyDone(RuleBroken):
    """The period's work on this client is done; reopen it first."""


class NotDone(RuleBroken):
    """Only a row at DONE can be reopened."""


class StatusNotAllowed(RuleBroken):
    """This status cannot be recorded here."""


class ReasonRequired(RuleBroken):
    """This status needs a reason."""


class ReasonNotAllowed(RuleBroken):
    """This reason does not belong to the status."""


class RemarksRequired(RuleBroken):
    """Remarks are needed here."""


class PaymentRecorded(RuleBroken):
    """A payment was recorded; only voiding that event takes it back."""


class NotVoidable(RuleBroken):
    """This event cannot be voided."""


class OfficerNotAllowed(RuleBroken):
    """This person cannot be the officer of this client."""


class LastAdministrator(RuleBroken):
    """The last administrator can be neither removed nor deactivated."""


class Conflict(Error):
    """Somebody else was quicker."""


class VersionConflict(Conflict):
    """The row has changed since you read it."""

    def __init__(
        self, *, provided: int, current: int, snapshot: object = None, fields: Iterable[str] = ()
    ) -> None:
        """Carry what the caller needs to decide anew: the row as it is and what differs."""
        self.provided = provided
        self.current = current
        self.snapshot = snapshot
        self.fields = tuple(fields)
        super().__init__(
            f"You saw version {provided}; it is now at version {current}.",
            provided=provided,
            current=current,
            fields=list(self.fields),
        )


class AlreadyExists(Conflict):
    """There is one already."""


class PlanChanged(Conflict):
    """Applying it now would do something other than what was previewed; preview it anew."""


class SyncRunning(Conflict):
    """A run of this source is under way, one at a time; wait for it, or call it off."""


class SyncOver(Conflict):
    """This run is over, or was called off; begin another one."""


class BulkRejected(Conflict):
    """Some of it could not be done, so none of it was."""

    def __init__(self, outcomes: Iterable[object]) -> None:
        """Carry what came of each item, in order."""
        self.outcomes = tuple(outcomes)
        super().__init__()


class RequestInProgress(Conflict):
    """The same request is being worked on at this very moment; ask again for its answer."""


class KeyUsedOtherwise(Conflict):
    """This Idempotency-Key belongs to another request; take a new one."""


class Unavailable(Error):
    """Something that is needed here does not answer; try again."""

    def __init__(self, service: str, message: str | None = None, **details: Any) -> None:
        """Name the service that did not answer."""
        self.service = service
        super().__init__(message or f"{service} does not answer; try again.", **details)


class CircuitOpen(Unavailable):
    """It has not answered for so long that it is not asked for a while."""

    def __init__(self, service: str, until: datetime | None) -> None:
        """Say until when it is left alone."""
        self.until = until
        when = f"; it is asked again from {until:%H:%M:%S} UTC" if until else ""
        super().__init__(service, f"{service} has not been answering{when}.")


class KeyMissing(Unavailable):
    """It is sealed with a key that ENCRYPTION_KEYS does not hold."""

    def __init__(self, key: str) -> None:
        """Name the key, for those who can put it back."""
        result = f"It is sealed with the key {key!r}, which ENCRYPTION_KEYS does not hold; add it."
        super().__init__("the key", result)


class SourceFailed(Error):
    """A source of clients gave no good answer."""


class SourceRefused(SourceFailed):
    """The source refuses us: see its credentials and grants."""


RUN_AGAIN = "Run again; if it stays so, tell whoever keeps the source."
MEND_FILE = "Have the file mended, then run again."


class SourceMalformed(SourceFailed):
    """What the source sent cannot be read; nothing of it was taken."""

    def __init__(self, text: str | None = None, todo: str = RUN_AGAIN) -> None:
        """Say what was found, and what to do: nothing of it can be mended here."""
        super().__init__(f"{text.removesuffix('.')}. {todo}" if text else None)


class SourceExpired(SourceFailed):
    """The source cannot be read on from there; begin again, once."""


class Misconfigured(Error):
    """It cannot work as it is set up."""

    def __init__(self, faults: Iterable[Fault], message: str | None = None) -> None:
        """Take all faults at once, so that one look at the configuration mends them."""
        self.faults = tuple(faults)
        text = "\n".join(
            f"{f.pointer}: {f.message}" if f.pointer else f.message for f in self.faults
        )
        super().__init__(message or text or None)
