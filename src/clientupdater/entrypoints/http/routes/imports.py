"""Adding branches and staff by a file."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from attrs import field, frozen

from clientupdater.domain.errors import BulkRejected, Fault, InvalidInput
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.csv_lines import BRANCH_COLUMNS, STAFF_COLUMNS, sheet_lines
from clientupdater.entrypoints.http.contract import MIB, Call, Endpoint
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.problems import Rejected
from clientupdater.entrypoints.http.routes.organisation_shapes import ImportLine
from clientupdater.entrypoints.structuring import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MOST_STAFF = 100
"""Lines of a request: a password for each new user takes time. The command line takes 500."""
_LONGEST = 4 * MIB
_CSV = Annotated[str, Text(longest=_LONGEST, shortest=1)]
_STAFF = "email,branches,roles,company\nana@example.com,QC01,telemarketer,FCASH\n"
_APPLY = About("False: a preview, which changes nothing.", example=False)


@frozen(kw_only=True)
class ImportBranchesRequest:
    """A CSV file of branches."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"csv": "code,name,areas\nQC01,Cubao,NCR\n"}

    csv: Annotated[
        _CSV,
        About(
            "The file, with a header. Only `code` is required; several areas are apart by `;`.",
            "code,name,areas\nQC01,Cubao,NCR\n",
        ),
    ]
    apply: Annotated[bool, _APPLY] = False


@frozen(kw_only=True)
class ImportUsersRequest:
    """A CSV file of staff."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"csv": _STAFF}

    csv: Annotated[
        _CSV,
        About(
            "The file, with a header. Only `email` is required; several places or roles are apart"
            " by `;`. Roles count over the line's `company`, or over every company.",
            _STAFF,
        ),
    ] = field(repr=False)
    apply: Annotated[bool, _APPLY] = False


@frozen
class ImportedBranches:
    """The verdict on each line, in order."""

    applied: Annotated[bool, About("False: nothing was changed.", example=False)]
    results: tuple[ImportLine, ...]


@frozen
class InitialPassword:
    """The first password of a new user."""

    email: str = field(repr=False)
    initial_password: str = field(repr=False)
    initial_password_expires_at: datetime


@frozen
class ImportedUsers:
    """The verdict on each line, in order, and the passwords of new users."""

    applied: Annotated[bool, About("False: nothing was changed.", example=False)]
    results: tuple[ImportLine, ...]
    passwords: Annotated[
        tuple[InitialPassword, ...] | None,
        About("The first passwords, shown once; null when the answer is replayed.", None),
    ] = field(repr=False)


def import_branches(call: Call) -> ImportedBranches:
    """Add and change branches by a CSV file: all lines, or none. Without `apply` nothing changes,
    and the answer has a verdict for each line. An empty cell leaves a value as it is, and nothing
    is taken away; the same file, sent again, changes nothing.
    """
    branches, applied = call.app.organisation.branch_import, call.body.apply
    act = branches.apply if applied else branches.preview
    with _file_errors_shown():
        verdicts = act(call.caller, sheet_lines(call.body.csv, BRANCH_COLUMNS))
    return ImportedBranches(applied, _shown(verdicts))


def import_users(call: Call) -> ImportedUsers:
    """Add and change up to 100 users by a CSV file: all lines, or none. Without `apply` nothing
    changes, and the answer has a verdict for each line. The first passwords are shown once. An
    empty cell leaves a value as it is, and nothing is taken away. A role that a user has already
    is not given again.
    """
    staff, applied = call.app.people.staff_import, call.body.apply
    act = staff.apply if applied else staff.preview
    with _file_errors_shown():
        lines = sheet_lines(call.body.csv, STAFF_COLUMNS, MOST_STAFF)
        result = act(call.caller, lines)
    passwords = (
        InitialPassword(each.person.email, each.initial_password, each.expires_at)
        for each in result.created
    )
    return ImportedUsers(applied, _shown(result.verdicts), tuple(passwords))


@contextmanager
def _file_errors_shown() -> Iterator[None]:
    """Point faults of the file at its member; show the verdict on each line of a refused one."""
    try:
        yield
    except BulkRejected as error:
        results = {"results": _shown(error.outcomes)}
        raise Rejected(409, "bulk_rejected", error.message, results) from error
    except InvalidInput as error:
        words = (": ".join(filter(None, (fault.pointer, fault.message))) for fault in error.faults)
        raise InvalidInput(Fault("/csv", text) for text in words) from error


def _shown(verdicts: Iterable[Any]) -> tuple[ImportLine, ...]:
    return tuple(map(ImportLine.of, verdicts))


def _import(path: str, summary: str, handle: Callable[[Call], Any], **values: Any) -> Endpoint:
    return Endpoint(
        method="POST",
        path=path,
        summary=summary,
        handle=handle,
        largest_body=4 * MIB,
        errors=(BulkRejected,),
        **values,
    )


BRANCHES = _import(
    "/branches/import",
    "Import branches",
    import_branches,
    body=ImportBranchesRequest,
    answers=ImportedBranches,
    permission=Permission.BRANCHES_MANAGE,
)
USERS = _import(
    "/users/import",
    "Import users",
    import_users,
    body=ImportUsersRequest,
    answers=ImportedUsers,
    permission=Permission.USERS_MANAGE,
    shown_once=("passwords",),
)
