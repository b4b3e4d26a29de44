"""Branches, their contacts, and closing one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import attrs
from attrs import frozen

from clientupdater.domain.errors import (
    AlreadyExists,
    BranchInUse,
    PlanChanged,
    PrivilegeExceeded,
)
from clientupdater.domain.organisation import (
    LONGEST_CATEGORY,
    LONGEST_CODE,
    LONGEST_LOCATION,
    LONGEST_NAME,
)
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import BASE, Call, Endpoint, Result
from clientupdater.entrypoints.http.cursors import opened_cursor, sealed_cursor
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.conflicts import conflicts_shown
from clientupdater.entrypoints.http.routes.fields import (
    AS_IT_IS,
    PageQuery,
    Version,
    place_named,
)
from clientupdater.entrypoints.http.routes.organisation_shapes import (
    BRANCH_CODE,
    BRANCH_NAME,
    CATEGORY,
    LOCATION,
    Branch,
    BranchClosing,
)
from clientupdater.entrypoints.structuring import Text
from clientupdater.usecases.organisation.branches import BranchChanges, NewBranch

if TYPE_CHECKING:
    from clientupdater.domain.organisation import Branch as KnownBranch

_CODE, _NAME = Text(longest=LONGEST_CODE, shortest=1), Text(longest=LONGEST_NAME, shortest=1)
_LOCATION, _CATEGORY = Text(longest=LONGEST_LOCATION), Text(longest=LONGEST_CATEGORY)

BranchCode = Annotated[str, _CODE, BRANCH_CODE]
BranchName = Annotated[str, _NAME, BRANCH_NAME]
Location = Annotated[Annotated[str, _LOCATION] | None, LOCATION]
Category = Annotated[Annotated[str, _CATEGORY] | None, CATEGORY]


@frozen
class BranchesPage:
    """A page of branches, by code."""

    items: Annotated[tuple[Branch, ...], About("The branches of this page.")]
    next_cursor: str | None
    has_more: bool


@frozen(kw_only=True)
class CreateBranchRequest:
    """The new branch."""

    code: BranchCode
    name: BranchName
    location: Location = None
    category: Category = None


@frozen(kw_only=True)
class ChangeBranchRequest:
    """What to change. Null removes a location or a category."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"name": "Cubao Branch", "location": None, "version": 3}

    name: BranchName = AS_IT_IS
    location: Location = AS_IT_IS
    category: Category = AS_IT_IS
    version: Version | None = None


@frozen
class DeleteBranchRequest:
    """The version that you read, if no header names it."""

    version: Version | None = None


@frozen(kw_only=True)
class CloseBranchRequest:
    """Where the clients go. Without `plan_hash`, this is a preview."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"into": "code:QC02", "version": 3}

    into: Annotated[
        str,
        Text(longest=60, shortest=1),
        About("The branch that takes the clients: an id, or `code:` and its code.", "code:QC02"),
    ]
    takes_contacts: Annotated[
        bool, About("True: the contacts of the branch move as well.", example=False)
    ] = False
    plan_hash: Annotated[
        Annotated[str, Text(longest=64, shortest=64)] | None,
        About("The hash from the preview: close the branch, if the effects are the same.", None),
    ] = None
    version: Version | None = None


def list_branches(call: Call) -> BranchesPage:
    """List all branches, by code."""
    query: PageQuery = call.query
    after = opened_cursor(call, query.cursor) if query.cursor else ""
    result = call.app.organisation.branches.list(call.caller, after=after, at_most=query.limit + 1)
    page, has_more = result[: query.limit], len(result) > query.limit
    names = call.app.configuration.names(call.caller)
    cursor = sealed_cursor(call, page[-1].code) if has_more else None
    return BranchesPage(tuple(Branch.of(each, names) for each in page), cursor, has_more)


def create_branch(call: Call) -> Result:
    """Create a branch. It is in no area yet."""
    made = call.app.organisation.branches.create(call.caller, NewBranch(**attrs.asdict(call.body)))
    return _result(call, made, location=f"{BASE}/branches/{made.id}")


def get_branch(call: Call) -> Result:
    """Show a branch."""
    return _result(call, call.app.organisation.branches.show(call.caller, call.path["branch"]))


def change_branch(call: Call) -> Result:
    """Change a branch. Members that you leave out stay; the code never changes."""
    values = {a.name: getattr(call.body, a.name) for a in attrs.fields(BranchChanges)}
    changes = {name: value or "" for name, value in values.items() if value is not AS_IT_IS}
    with conflicts_shown(lambda: get_branch(call).value):
        changed = call.app.organisation.branches.change(
            call.caller, call.path["branch"], BranchChanges(**changes), call.version
        )
    return _result(call, changed)


def delete_branch(call: Call) -> None:
    """Delete a branch without clients. Users who have it lose it. One with clients is closed."""
    with conflicts_shown(lambda: get_branch(call).value):
        call.app.organisation.branches.delete(call.caller, call.path["branch"], call.version)


def close_branch(call: Call) -> BranchClosing:
    """Move the clients of a branch to another one, with the rows of periods that are not done, and
    delete the branch. Without `plan_hash` nothing changes: the answer shows what would, and its
    `plan_hash` lets you apply exactly that. Assignments end whose officer lacks the other branch.
    A sync source that still names the closed branch means the other one from then on.
    """
    body: CloseBranchRequest = call.body
    branch, into = call.path["branch"], place_named(body.into, "/into")
    with conflicts_shown(lambda: get_branch(call).value):
        if body.plan_hash is None:
            result = call.app.organisation.closing.preview(
                call.caller, branch, into, call.version, takes_contacts=body.takes_contacts
            )
        else:
            result = call.app.organisation.closing.close(
                call.caller,
                branch,
                into,
                call.version,
                body.plan_hash,
                takes_contacts=body.takes_contacts,
            )
    return BranchClosing.of(result)


def admit(call: Call) -> None:
    """Judge only whether the caller may manage branches."""
    call.app.organisation.branches.judge(call.caller, call.path["branch"])


def _admit_closing(call: Call) -> None:
    """Admit also to the stored answer, when the branch is gone by it."""
    call.app.organisation.branches.judge(call.caller, call.path["branch"], may_be_gone=True)


def _result(call: Call, branch: KnownBranch, location: str | None = None) -> Result:
    shown = Branch.of(branch, call.app.configuration.names(call.caller))
    return Result(value=shown, version=shown.version, location=location)


_BRANCH = "/branches/{branch}"
_READ, _MANAGE = Permission.BRANCHES_READ, Permission.BRANCHES_MANAGE

ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/branches",
        summary="List branches",
        handle=list_branches,
        query=PageQuery,
        answers=BranchesPage,
        permission=_READ,
    ),
    Endpoint(
        method="POST",
        path="/branches",
        summary="Create a branch",
        handle=create_branch,
        status=201,
        has_location=True,
        body=CreateBranchRequest,
        answers=Branch,
        permission=_MANAGE,
        errors=(AlreadyExists,),
    ),
    Endpoint(
        method="GET",
        path=_BRANCH,
        summary="Get a branch",
        handle=get_branch,
        answers=Branch,
        permission=_READ,
    ),
    Endpoint(
        method="PATCH",
        path=_BRANCH,
        summary="Change a branch",
        handle=change_branch,
        body=ChangeBranchRequest,
        answers=Branch,
        permission=_MANAGE,
        admit=admit,
        versioned=True,
    ),
    Endpoint(
        method="DELETE",
        path=_BRANCH,
        summary="Delete a branch",
        handle=delete_branch,
        status=204,
        body=DeleteBranchRequest,
        body_required=False,
        permission=_MANAGE,
        admit=admit,
        versioned=True,
        errors=(BranchInUse,),
    ),
    Endpoint(
        method="POST",
        path=f"{_BRANCH}/close",
        summary="Close a branch",
        handle=close_branch,
        body=CloseBranchRequest,
        answers=BranchClosing,
        permission=_MANAGE,
        admit=_admit_closing,
        versioned=True,
        past_deadline=True,
        errors=(PlanChanged, PrivilegeExceeded),
    ),
)
