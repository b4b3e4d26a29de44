"""The errors of the contract: their shape, and what each code means, with an example."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, NewType

from attrs import frozen

from clientupdater.entrypoints.http.descriptions.about import About

_UNIQUE = "b2f1c9de-77aa"
_ABSENT: Any = object()


JsonPointer = NewType("JsonPointer", str)
"""Empty for the whole, else a slash before each step: RFC 6901."""


@frozen
class InvalidField:
    """One value that does not fit."""

    pointer: Annotated[JsonPointer, About("Where it is: a JSON pointer.", "/status")]
    message: Annotated[str, About("What is wrong with it.", "is missing")]


@frozen(kw_only=True)
class ProblemDetails:
    """Facts behind an error. Which ones there are depends on its code."""

    TAKES_MORE: ClassVar = True
    allowed: Annotated[
        tuple[str, ...], About("The values that are allowed in `field`.", ["NOT_REACHABLE"])
    ] = _ABSENT
    clients: Annotated[int, About("How many clients the branch has.", 12)] = _ABSENT
    current: Annotated[int, About("The version now.", 4)] = _ABSENT
    field: Annotated[str, About("The member that a rule is about.", "reason")] = _ABSENT
    fields: Annotated[
        tuple[InvalidField | str, ...],
        About("What does not fit, all at once; of a version conflict, the members that changed."),
    ] = _ABSENT
    limit: Annotated[int, About("How many requests the rate limit allows.", 100)] = _ABSENT
    permission: Annotated[str, About("The permission that is missing.", "status:update")] = _ABSENT
    provided: Annotated[int, About("The version that you sent.", 3)] = _ABSENT
    results: Annotated[
        tuple[Any, ...], About("What happened to each item of a request for many.", [])
    ] = _ABSENT
    retry_after: Annotated[int, About("Wait this many seconds before you try again.", 12)] = _ABSENT
    snapshot: Annotated[
        Any, About("What changed, as it is now; null: you may not see it.", None)
    ] = _ABSENT


@frozen(kw_only=True)
class ProblemError:
    """The error, for programs."""

    TAKES_MORE: ClassVar = True
    code: Annotated[str, About("What went wrong: a stable code.", "validation_failed")]
    message: Annotated[str, About("What went wrong and what to do, for people to read.", "…")]
    details: Annotated[ProblemDetails, About("Facts behind the error.")]
    timestamp: Annotated[datetime, About("When it happened.")]
    request_id: Annotated[str, About("The id of the request; the log has it too.", _UNIQUE)]


@frozen(kw_only=True)
class Problem:
    """An error (RFC 9457)."""

    TAKES_MORE: ClassVar = True
    type: Annotated[str, About("A URN made from the code.", "urn:clientupdater:problem:gone")]
    title: Annotated[str, About("The phrase of the status.", "Gone")]
    status: Annotated[int, About("The HTTP status.", 410)]
    detail: Annotated[str, About("What went wrong and what to do, for people to read.", "…")]
    instance: Annotated[str, About("A URN made from the request's id.", _UNIQUE)]
    error: Annotated[ProblemError, About("The error, for programs.")]


@frozen
class Code:
    """What a code means, and an example of what it carries."""

    text: str
    details: Mapping[str, Any] = {}


_CONFLICT = {"provided": 3, "current": 4, "fields": ["status"], "snapshot": None}
_INVALID = {"fields": [{"pointer": "/status", "message": "is missing"}]}

CODES: Mapping[str, Code] = {
    "already_done": Code("The period's work on this client is done. Reopen the period first."),
    "already_exists": Code("There already is one with this name."),
    "branch_in_use": Code("The branch has clients. Close it, which moves them.", {"clients": 12}),
    "bulk_rejected": Code(
        "At least one item was refused, so none was recorded.",
        {"results": [{"index": 0, "status": 424}]},
    ),
    "configuration_not_allowed": Code("A rule forbids this change of the configuration."),
    "forbidden": Code("You lack the permission.", {"permission": "status:update"}),
    "gone": Code("It was kept for a while and has expired. Request it anew."),
    "idempotency_conflict": Code(
        "The Idempotency-Key belongs to a different request. Use a new one."
    ),
    "idempotency_in_progress": Code("The same request is still running. Repeat it in a moment."),
    "idempotency_key_required": Code("The Idempotency-Key is missing. Send one."),
    "invalid_credentials": Code("Wrong email, password or token, or the account is locked."),
    "invalid_cursor": Code("The cursor belongs to another list. Begin again without it."),
    "invalid_request": Code("The request cannot be read."),
    "last_administrator": Code("This is the last administrator, who must stay."),
    "not_acceptable": Code("The Accept header excludes JSON."),
    "not_done": Code("The period's work on this client is not done, so it cannot be reopened."),
    "not_found": Code("It does not exist, or you may not see it."),
    "not_trackable": Code("The client is not tracked at present."),
    "not_voidable": Code("This event cannot be voided."),
    "officer_not_allowed": Code("This person cannot be the client's officer."),
    "password_change_required": Code("Change your password first."),
    "payload_too_large": Code("The body is too long."),
    "payment_recorded": Code("A payment was recorded. To take it back, void its event."),
    "period_closed": Code("The period is closed."),
    "period_mismatch": Code(
        "The client is tracked by month and the period is a quarter, or the reverse."
    ),
    "period_not_begun": Code("The period has not begun."),
    "plan_changed": Code("It would now do something else than the preview showed. Preview again."),
    "precondition_failed": Code("The version in If-Match is not the current one.", _CONFLICT),
    "privilege_exceeded": Code("You cannot grant what you do not hold."),
    "rate_limit_exceeded": Code(
        "Too many requests. Wait as long as Retry-After says.", {"limit": 100, "retry_after": 12}
    ),
    "reason_not_allowed": Code(
        "The reason does not belong to the status.",
        {"field": "reason", "allowed": ["NOT_REACHABLE"]},
    ),
    "reason_required": Code(
        "The status needs a reason.", {"field": "reason", "allowed": ["DECEASED", "FULLY_PAID"]}
    ),
    "role_not_deletable": Code("The role came with the software, or people have it."),
    "remarks_required": Code("The update needs remarks.", {"field": "remarks"}),
    "status_not_allowed": Code(
        "The status cannot be recorded here.", {"field": "status", "allowed": ["CALLED", "DONE"]}
    ),
    "sync_over": Code("The sync job has ended. Start another one."),
    "sync_running": Code("A sync of this source is running. Wait for it, or cancel it."),
    "unauthenticated": Code("Sign in first: the token is missing or has expired."),
    "unavailable": Code("A service that this needs does not answer. Try again."),
    "unsupported_media_type": Code("The body is not JSON."),
    "validation_failed": Code("Something in the request does not fit.", _INVALID),
    "version_conflict": Code("It changed after you read it.", _CONFLICT),
    "version_required": Code("Send the version that you read: If-Match, or `version`."),
}


def example_of(code: str, status: int, title: str) -> dict[str, Any]:
    """Write an error with this code as it is answered."""
    described = CODES[code]
    return {
        "type": f"urn:clientupdater:problem:{code}",
        "title": title,
        "status": status,
        "detail": described.text,
        "instance": f"urn:clientupdater:request:{_UNIQUE}",
        "error": {
            "code": code,
            "message": described.text,
            "details": dict(described.details),
            "timestamp": "2026-11-20T09:30:00+00:00",
            "request_id": _UNIQUE,
        },
    }
